"""Compiles and tries the templates of texts, as staff edit them, with Jinja2."""

import re
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from traceback import extract_tb
from typing import Any

from jinja2 import (
    StrictUndefined,
    Template,
    TemplateRuntimeError,
    TemplateSyntaxError,
    UndefinedError,
)
from jinja2.exceptions import SecurityError
from jinja2.meta import find_undeclared_variables
from jinja2.sandbox import ImmutableSandboxedEnvironment

from datafiles.file import DataFileError
from triage.replies.text_limits import COUNTED, LONGEST, counted, counting_turns, forbidden
from triage.replies.text_samples import OPTIONAL, REFERENCE, SAMPLES

_QUOTED = re.compile(r"'([^']*)'(?! object)")
_DEEP = "trop de parenthèses ou de blocs les uns dans les autres"


class Templates:
    """The templates of one form, compiled and tried.

    The environment is Jinja2's sandbox: a template can show values, not run code; what it can do
    is in :mod:`triage.replies.text_limits`.
    """

    def __init__(self, templates: Mapping[str, str], *, needed: AbstractSet[str]) -> None:
        """Compile and try ``templates`` (name without suffix to text).

        Args:
            templates: The templates.
            needed: Names of those that are needed beside the ones that every form has.

        Raises:
            DataFileError: A template is missing, does not compile, does what it may not, names a
                value that it is not given, or is a message that does not show its reference.
        """
        self._environment = ImmutableSandboxedEnvironment(
            undefined=StrictUndefined, autoescape=False
        )
        self._environment.globals.clear()  # no `range`, no `namespace`
        self._environment.filters[COUNTED] = counted
        self._templates: dict[str, Template] = {}
        missing = ((SAMPLES.keys() - OPTIONAL) | needed) - templates.keys()
        problems = [f"textes/{name}.j2 : ce modèle manque" for name in missing]
        for name, text in templates.items():
            try:
                problems += self._read(name, text)
            except Exception as error:  # noqa: BLE001 (a template can raise whatever its values do)
                problems.append(_told(name, error))
        if problems:
            raise DataFileError(sorted(set(problems)))

    def _read(self, name: str, text: str) -> Iterator[str]:
        """Compile a template and yield what is wrong with it."""
        if len(text) > LONGEST:
            yield f"textes/{name}.j2 : le modèle est trop long ; au plus {LONGEST} caractères"
            return
        tree = self._environment.parse(text)
        if found := list(forbidden(tree)):
            yield from (f"textes/{name}.j2:{line} : {sentence}" for line, sentence in found)
            return
        samples = SAMPLES.get(name, ())
        if samples and (unknown := find_undeclared_variables(tree) - samples[0].keys()):
            known = ", ".join(sorted(samples[0]))
            for one in sorted(unknown):
                line = _line_of(one, text)
                yield f"textes/{name}.j2:{line} : « {one} » n'existe pas ; il y a : {known}"
            return
        code = self._environment.compile(counting_turns(tree), filename=f"textes/{name}.j2")
        self._templates[name] = Template.from_code(self._environment, code, {})
        shown = [self._rendered(name, sample) for sample in samples]
        if samples and "reference" in samples[0] and not all(REFERENCE in one for one in shown):
            yield (
                f"textes/{name}.j2 : un message doit toujours montrer {{{{ reference }}}}, qui"
                " permet de le retrouver sur DS et de ne jamais l'envoyer deux fois"
            )

    def render(self, name: str, values: Mapping[str, Any]) -> str:
        """The text of a template, without blank space at either end.

        Raises:
            DataFileError: The template names a value that it is not given, or does too much.
        """
        try:
            return self._rendered(name, values).strip()
        except Exception as error:  # noqa: BLE001 (a template can raise whatever its values do)
            raise DataFileError([_told(name, error)]) from None

    def _rendered(self, name: str, values: Mapping[str, Any]) -> str:
        parts, length = [], 0
        for part in self._templates[name].generate(**values):
            length += len(part)
            if length > LONGEST:
                raise TemplateRuntimeError(f"le texte dépasse {LONGEST} caractères")
            parts.append(part)
        return "".join(parts)


def _line_of(name: str, text: str) -> int:
    found = re.search(rf"\b{re.escape(name)}\b", text)
    return text.count("\n", 0, found.start()) + 1 if found else 1


def _told(name: str, error: Exception) -> str:
    """Where a template fails and why, in French; never a value."""
    file = f"textes/{name}.j2"
    lines = [one.lineno for one in extract_tb(error.__traceback__) if one.filename == file]
    line = getattr(error, "lineno", None) or (lines[-1] if lines else None)
    return f"{file}{f':{line}' if line else ''} : {_why(error)}"


def _why(error: Exception) -> str:
    names = " de ".join(f"« {one} »" for one in reversed(_QUOTED.findall(str(error))))
    match error:
        case UndefinedError():
            return f"{names or 'une valeur'} n'existe pas"
        case SecurityError():
            return f"{names or 'une valeur'} ne se lit pas dans un texte"
        case TemplateSyntaxError():
            where = f", vers {names}" if names else ""
            return (
                f"ce n'est pas un modèle lisible (balises {{{{ }}}} et {{% %}} à vérifier{where})"
            )
        case TemplateRuntimeError():  # a sentence of ours
            return str(error)
        case RecursionError():
            return _DEEP
        case _:
            return f"une valeur ne convient pas à ce qui en est fait ({type(error).__name__})"
