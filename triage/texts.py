"""Texts for people, from Jinja2 templates that staff edit."""

from collections.abc import Mapping
from typing import Any

from jinja2 import DictLoader, StrictUndefined, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from mappings.data_file import DataFileError

REQUIRED = frozenset(
    {"elements_manquants", "motifs_priorite", "message_received", "message_request"}
)
"""Templates that every form has."""


class Texts:
    """The templates of one form, compiled once.

    The environment is Jinja2's sandbox: a template can show values, not run code.
    """

    def __init__(self, templates: Mapping[str, str]) -> None:
        """Compile ``templates`` (name without suffix to text).

        Raises:
            DataFileError: A template is missing or does not compile.
        """
        missing = sorted(REQUIRED - templates.keys())
        if missing:
            raise DataFileError([f"textes/{name}.j2 : ce modèle manque" for name in missing])
        self._environment = ImmutableSandboxedEnvironment(
            loader=DictLoader(dict(templates)), undefined=StrictUndefined, autoescape=False
        )
        for name in templates:
            try:
                self._environment.get_template(name)
            except TemplateError as error:
                line = getattr(error, "lineno", 1)
                raise DataFileError([f"textes/{name}.j2:{line} : {error}"]) from error

    def render(self, name: str, **values: Any) -> str:
        """The text of a template, without blank space at either end.

        Raises:
            DataFileError: The template names a value that it is not given.
        """
        try:
            return self._environment.get_template(name).render(**values).strip()
        except TemplateError as error:
            raise DataFileError([f"textes/{name}.j2 : {error}"]) from error
