"""Texts for people, from Jinja2 templates that staff edit."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from jinja2 import DictLoader, StrictUndefined, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from mappings.data_file import DataFileError

_REFERENCE = "UNC-0000-0000"
_ITEM = {
    "id": "A2",
    "name": "Contact",
    "section": "2. Déclarant",
    "reason": "courriel mal formé",
    "expected": "Un courriel.",
    "labels": ("Courriel",),
}
_QUESTION = {"field": "but_medical", "label": "But médical", "text": "sans réponse"}
_CRITERION = {"name": "Patients fragiles", "evidence": [{"label": "Population", "value": "Enfant"}]}
_MESSAGE: Mapping[str, Any] = {
    "number": 1,
    "reference": _REFERENCE,
    "correction": "incomplete",
    "editable": True,
    "unanswered_scope": [_QUESTION],
    "requested": [_ITEM],
}
TRIALS: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        "elements_manquants": {
            "status": "À compléter",
            "defects": [_ITEM],
            "unanswered_scope": [_QUESTION],
            "stale_score": True,
        },
        "motifs_priorite": {"criteria": [_CRITERION]},
        "message_received": _MESSAGE,
        "message_request": _MESSAGE,
    }
)
"""Templates that every form has, each with the values that it may show: tried when it is loaded."""


class Texts:
    """The templates of one form, compiled once.

    The environment is Jinja2's sandbox: a template can show values, not run code.
    """

    def __init__(self, templates: Mapping[str, str]) -> None:
        """Compile and try ``templates`` (name without suffix to text).

        Raises:
            DataFileError: A template is missing, does not compile, names a value that it is not
                given, or is a message that does not show its reference.
        """
        self._environment = ImmutableSandboxedEnvironment(
            loader=DictLoader(dict(templates)), undefined=StrictUndefined, autoescape=False
        )
        problems = [f"textes/{name}.j2 : ce modèle manque" for name in TRIALS.keys() - templates]
        problems += [text for name in templates if (text := self._problem(name))]
        if problems:
            raise DataFileError(sorted(problems))

    def _problem(self, name: str) -> str:
        """What is wrong with a template; empty when nothing is."""
        try:
            template = self._environment.get_template(name)
            text = template.render(**TRIALS[name]) if name in TRIALS else ""
        except Exception as error:  # noqa: BLE001 (a template can raise whatever its values do)
            line = getattr(error, "lineno", None)
            return f"textes/{name}.j2{f':{line}' if line else ''} : {error}"
        if name in TRIALS and "reference" in TRIALS[name] and _REFERENCE not in text:
            return (
                f"textes/{name}.j2 : un message doit montrer {{{{ reference }}}}, qui permet de le"
                " retrouver sur DS et de ne jamais l'envoyer deux fois"
            )
        return ""

    def render(self, name: str, **values: Any) -> str:
        """The text of a template, without blank space at either end.

        Raises:
            DataFileError: The template names a value that it is not given.
        """
        try:
            return self._environment.get_template(name).render(**values).strip()
        except TemplateError as error:
            raise DataFileError([f"textes/{name}.j2 : {error}"]) from error
