"""The texts that a declarant typed in an answer, whatever type its field gives it.

A place in an answer is told as if its texts stood one below the other: a list and a company have
several.
"""

from collections.abc import Iterable, Iterator
from decimal import Decimal

from msgspec.structs import replace

from mappings.dossier.model import Attachment, Company, Place
from mappings.report.model import Answer, Value

_FREE_TEXT = frozenset(
    {
        "text",
        "textarea",
        "formatted",
        # A list may let its « Autre » be typed (otherOption on DS), and serves it as an option.
        "drop_down_list",
        "multiple_drop_down_list",
    }
)
_NUMBERS = frozenset({"integer_number", "decimal_number", "number", "dossier_link"})
_OF_A_PERSON = 10**12
"""No count is as large: so many digits are a social security number, typed in the wrong place."""
_APART = str.maketrans("_", " ")
"""Names of files have no blanks."""


def free_texts(answer: Answer) -> Iterable[tuple[int, str]]:
    """Texts of an answer that was typed freely, names of files too, each with where it starts.

    A number with as many digits as a social security number is one too.
    """
    value, origin = answer.value, answer.origin
    if type(value) is tuple and value and isinstance(value[0], Attachment):
        return ((start, name.translate(_APART)) for start, name in placed(value))
    if value is None or origin is None:
        return ()
    if type(value) is int and value >= _OF_A_PERSON and origin.champ_type in _NUMBERS:
        return placed(value)
    if origin.champ_type not in _FREE_TEXT:
        return ()
    return ((0, value),) if type(value) is str else placed(value)  # most are plain texts


def placed(value: Value) -> Iterator[tuple[int, str]]:
    """Texts of a value, each with where it starts."""
    start = 0
    for text in _texts(value):
        yield start, text
        start += len(text) + 1


def with_texts(value: Value, texts: tuple[str, ...]) -> Value:
    """The value with other texts in place of those of :func:`placed`."""
    match value:
        case Company():
            identifier, name = texts
            return Company(identifier=identifier, name=name if value.name is not None else None)
        case Place():
            return replace(value, name=texts[0])
        case tuple():
            return texts
        case _:
            return texts[0]


def _texts(value: Value) -> tuple[str, ...]:
    match value:
        case str():
            return (value,)
        case Company():
            return (value.identifier, value.name or "")
        case Place():
            return (value.name,)
        case bool():
            return ()
        case int() | Decimal():
            return (str(value),)  # a social security number is a number too
        case tuple():
            names = (one.filename if isinstance(one, Attachment) else one for one in value)
            return tuple(one for one in names if isinstance(one, str))
        case _:
            return ()
