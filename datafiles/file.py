"""Data files that staff edit: YAML 1.2, checked against a model, errors told with file and line."""

from collections.abc import Iterable, Sequence
from functools import cached_property, lru_cache
from hashlib import sha256
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.reader import ReaderError
from ruamel.yaml.resolver import VersionedResolver

from datafiles.places import place
from datafiles.problems import told
from datafiles.yaml import UNREADABLE, character_problem, marked_problem, scalar_problem
from datafiles.yaml_size import too_large

Model = TypeVar("Model", bound=BaseModel)


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
            DataFileError: The text is not YAML, is too large, has a key twice, or a date that does
                not exist.
        """
        self.source = source
        self.digest = sha256(text.encode(errors="replace")).hexdigest()[:12]
        self.data: Any = _parsed(text, source=source)
        self._text = text

    def line(self, path: Iterable[int | str]) -> int:
        """Line (from 1) of the deepest key of ``path`` that the file has."""
        node, line = _with_lines(self._text, source=self.source), 1
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
        where = [place(steps, self.data)] if steps else []
        return " : ".join([f"{self.source}:{self.line(steps)}", *where, sentence])

    def validate(self, model: type[Model]) -> Model:
        """The content as a ``model``.

        Raises:
            DataFileError: With one line for each problem.
        """
        try:
            return model.model_validate(self.data)
        except ValidationError as error:
            found = told(error.errors(include_url=False), self.data)
            raise DataFileError([self.problem(*one) for one in found]) from error


def text_of(content: bytes, *, source: str) -> str:
    """The text of a file's bytes, whatever ends its lines.

    Raises:
        DataFileError: It is not UTF-8, which some editors on Windows do not write unless asked.
    """
    try:
        return content.decode("utf-8").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        sentence = "le fichier n'est pas en UTF-8 : l'enregistrer de nouveau avec cet encodage"
        raise DataFileError([f"{source}:{line} : {sentence}"]) from error


class _OneVersion(VersionedResolver):
    """Asks once a document which version of YAML it is of: at each scalar it takes a third."""

    @cached_property
    def versioned_resolver(self) -> Any:
        """Types of plain scalars, by their first character."""
        return super().versioned_resolver


@lru_cache(maxsize=64)
def _parsed(text: str, *, source: str) -> Any:
    """Content of a text; the same text is parsed once a process, which costs most of an idle run.

    Where libyaml is installed it parses six times sooner than what remembers lines, which is asked
    when there is a problem to tell. Nobody changes what is handed out: it is checked into a model
    of its own.
    """
    if large := too_large(text):
        raise DataFileError([f"{source}:{large[0]} : {large[1]}"])
    yaml = YAML(typ="safe")
    yaml.Resolver = _OneVersion
    yaml.composer.warn_double_anchors = False  # as below: libyaml does not tell either
    try:
        return yaml.load(text)
    except (MarkedYAMLError, ReaderError, *UNREADABLE):
        return _with_lines(text, source=source)  # which says where


@lru_cache(maxsize=8)
def _with_lines(text: str, *, source: str) -> Any:
    """The same content, with the line of each key."""
    yaml = YAML(typ="rt")
    yaml.composer.warn_double_anchors = False  # allowed, and told in English to nobody's use
    try:
        return yaml.load(text)
    except MarkedYAMLError as error:
        line, sentence = marked_problem(error, text)
        cause: Exception = error
    except ReaderError as error:
        line, sentence = character_problem(error, text)
        cause = error
    except UNREADABLE as error:
        line, sentence = scalar_problem(text)
        cause = error
    raise DataFileError([f"{source}:{line} : {sentence}"]) from cause
