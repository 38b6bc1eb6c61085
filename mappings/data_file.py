"""Data files that staff edit: YAML 1.2, checked against a model, errors told with file and line."""

from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError

Model = TypeVar("Model", bound=BaseModel)

_SENTENCES = {
    "missing": "il manque la clé « {key} »",
    "extra_forbidden": "clé inconnue « {key} »",
    "literal_error": "« {value} » n'est pas permis ; attendu : {expected}",
    "string_type": "un texte est attendu (entre guillemets s'il ressemble à un nombre)",
    "bool_type": "true ou false est attendu",
    "int_parsing": "un nombre entier est attendu",
    "decimal_parsing": "un nombre est attendu",
    "date_from_datetime_parsing": "une date AAAA-MM-JJ est attendue",
    "list_type": "une liste est attendue",
    "dict_type": "un bloc « clé: valeur » est attendu",
    "model_type": "un bloc « clé: valeur » est attendu",
    "greater_than_equal": "la valeur est trop petite",
    "less_than_equal": "la valeur est trop grande",
    "too_short": "la liste est vide",
    "union_tag_invalid": "« {tag} » n'est pas permis ; attendu : {expected}",
}


class DataFileError(ValueError):
    """A data file that cannot be used. One line for each problem: ``file:line : problem``."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


class DataFile:
    """A parsed YAML file that remembers the line of each key.

    Attributes:
        source: Name shown in messages.
        data: Content, as plain mappings and sequences.
        digest: First 12 hexadecimal digits of the SHA-256 of the text.
    """

    def __init__(self, text: str, *, source: str) -> None:
        """Parse ``text``.

        Raises:
            DataFileError: The text is not YAML, or a key stands twice.
        """
        self.source = source
        self.digest = sha256(text.encode()).hexdigest()[:12]
        try:
            self.data: Any = YAML(typ="rt").load(text)
        except MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 1
            raise DataFileError(
                [f"{source}:{line} : ce n'est pas du YAML lisible ({error.problem})"]
            ) from error

    def line(self, path: Iterable[int | str]) -> int:
        """Line (from 1) of the deepest key of ``path`` that the file has."""
        node, line = self.data, 1
        for step in path:
            match node:
                case CommentedMap() if step in node:
                    line = node.lc.key(step)[0] + 1
                case CommentedSeq() if isinstance(step, int) and step < len(node):
                    line = node.lc.item(step)[0] + 1
                case _:
                    continue
            node = node[step]
        return line

    def problem(self, path: Iterable[int | str], sentence: str) -> str:
        """One problem as it is shown: file, line, place in the file, sentence."""
        steps = list(path)
        place = ".".join(str(step) for step in steps)
        return f"{self.source}:{self.line(steps)} : {place} : {sentence}"

    def validate(self, model: type[Model]) -> Model:
        """The content as a ``model``.

        Raises:
            DataFileError: With one line for each problem.
        """
        try:
            return model.model_validate(self.data)
        except ValidationError as error:
            raise DataFileError(
                [
                    self.problem(problem["loc"], _sentence(dict(problem)))
                    for problem in error.errors(include_url=False)
                ]
            ) from error


def _sentence(problem: dict[str, Any]) -> str:
    key = problem["loc"][-1] if problem["loc"] else "?"
    context = problem.get("ctx", {})
    expected = context.get("expected", context.get("expected_tags", "")).replace(" or ", " ou ")
    template = _SENTENCES.get(problem["type"])
    if template is None:
        return str(problem["msg"]).removeprefix("Value error, ")
    return template.format(
        key=key, value=problem["input"], expected=expected, tag=context.get("tag", "")
    )
