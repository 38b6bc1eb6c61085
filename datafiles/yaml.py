"""What stops a text from being YAML, told in French with its line."""

import re
from collections.abc import Iterator

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.nodes import Node, ScalarNode
from ruamel.yaml.reader import ReaderError

UNREADABLE = (ValueError, LookupError, TypeError, AttributeError, RecursionError)
"""What the library lets through for a scalar that is not what it looks like, or too deep a text."""
_NO_COLON = "il manque « : » après une clé"
_TOO_MANY = "« : » est de trop ici ; mettre le texte entre guillemets"
_STARTS = ("while scanning a simple key", "while scanning a quoted scalar")
"""What is at fault where it starts, not where the library sees it."""
_PROBLEMS = (
    (r"could not find expected ':'", _NO_COLON),
    (r"mapping values are not allowed", _TOO_MANY),
    (r"found duplicate key \"(.*?)\"", "la clé « {0} » est en double"),
    (
        r"cannot start any token",
        "caractère mal placé : tabulation, ou texte à mettre entre guillemets",
    ),
    (r"found undefined alias", "« * » commence ce texte ; le mettre entre guillemets"),
    (r"found unexpected end of stream", "un guillemet n'est pas fermé"),
    (r"expected <block end>", "le retrait en début de ligne n'est pas celui des lignes d'avant"),
    (r"expected ',' or", "il manque une virgule, ou ce qui ferme « [ » ou « {{ »"),
    (r"unknown escape character", "« \\ » est de trop entre guillemets ; l'écrire deux fois"),
    (r"another document", "« --- » commence un second document ; un seul est attendu"),
)
_ANY = "guillemets, retraits, crochets ou accolades à vérifier"


def marked_problem(error: MarkedYAMLError, text: str) -> tuple[int, str]:
    """Line (from 1) and sentence of what the library found."""
    started = error.context_mark if error.context in _STARTS else None
    mark = started or error.problem_mark
    line = mark.line + 1 if mark else 1
    sentence = _told(str(error.problem))
    if sentence == _TOO_MANY and _first_on_its_line(error, text):
        sentence = f"{_NO_COLON}, ligne {line} ou celle d'avant"
    return line, f"ce n'est pas du YAML lisible ({sentence})"


def _told(problem: str) -> str:
    for pattern, sentence in _PROBLEMS:
        if found := re.search(pattern, problem):
            return sentence.format(*found.groups())
    return _ANY


def _first_on_its_line(error: MarkedYAMLError, text: str) -> bool:
    """Whether the « : » refused is the first of its line: the line before may lack its own."""
    mark = error.problem_mark
    if mark is None or mark.line == 0:
        return False
    return ":" not in text[mark.index - mark.column : mark.index]


def character_problem(error: ReaderError, text: str) -> tuple[int, str]:
    """Line and sentence of a character that no text has: a control character, half a character."""
    line = text.count("\n", 0, error.position) + 1
    return line, f"caractère interdit (U+{ord(text[error.position]):04X}) : l'effacer"


def scalar_problem(text: str) -> tuple[int, str]:
    """Line and sentence of the first date or number that does not exist (``2026-13-45``)."""
    try:
        for node in _scalars(YAML(typ="rt").compose(text)):
            if not _reads(node):
                said = f"« {node.value[:40]} » n'est ni une date ni un nombre qui existe"
                return node.start_mark.line + 1, f"{said} ; un texte va entre guillemets"
    except RecursionError:
        return 1, "trop de crochets ou d'accolades les uns dans les autres"
    return 1, f"ce n'est pas du YAML lisible ({_ANY})"


def _scalars(node: Node | None) -> Iterator[ScalarNode]:
    if isinstance(node, ScalarNode):
        yield node
        return
    for one in node.value if node is not None else ():
        for inner in one if isinstance(one, tuple) else (one,):
            yield from _scalars(inner)


def _reads(node: ScalarNode) -> bool:
    kind = str(node.tag).rpartition(":")[2]
    try:
        YAML(typ="rt").load(f"!!{kind} {node.value!r}")
    except Exception:  # noqa: BLE001 (any failure is the answer)
        return False
    return True
