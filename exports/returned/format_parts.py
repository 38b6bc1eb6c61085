"""The parts of a number format. Pure."""

import re
from decimal import Decimal, localcontext
from functools import lru_cache
from typing import Final, NamedTuple

from exports.cells import MAX_DIGITS

_TOKEN: Final = re.compile(
    r"\[(?P<elapsed>h+|m+|s+)\]|\[\$(?P<currency>[^\]-]*)(?:-(?P<locale>[^\]]*))?\]"
    r"|\[(?P<bracket>[^\]]*)\]|\"(?P<quoted>[^\"]*)\"|\\(?P<escaped>.)|_(?P<room>.)|\*(?P<fill>.)"
    r"|(?P<general>General|Standard)|(?P<half>AM/PM|A/P)|(?P<power>E[+-])"
    r"|(?P<clock>y+|m+|d+|h+|s+(?:\.0+)?)|(?P<digit>[0#?])|(?P<text>@)|(?P<sign>[.,%/])"
    r"|(?P<other>.)",
    re.IGNORECASE | re.DOTALL,
)
LITERAL: Final = frozenset({"currency", "quoted", "escaped", "other", "room"})


class FormatPart(NamedTuple):
    """A part of a format: what kind, and its text."""

    kind: str
    text: str


Section = tuple[FormatPart, ...]


@lru_cache(maxsize=512)
def sections(code: str) -> tuple[Section, ...]:
    """The parts of a format: for what is above zero, below, nothing, and for texts."""
    found: list[list[FormatPart]] = [[]]
    for match in _TOKEN.finditer(code):
        kind = match.lastgroup or "other"
        if kind == "locale":
            if match["currency"]:
                found[-1].append(FormatPart("currency", match["currency"]))
            if match["locale"].upper() in {"F800", "X-SYSDATE"}:
                return (tuple(FormatPart("clock", one) for one in ("dddd", "d", "mmmm", "yyyy")),)
        elif kind == "other" and match[0] == ";":
            found.append([])
        elif kind != "fill":
            found[-1].append(FormatPart(kind, match[kind] or ""))
    return tuple(map(tuple, found))


def literal(token: FormatPart) -> str:
    """What a part shows of itself."""
    if token.kind == "room":
        return " "
    return token.text if token.kind in LITERAL else ""


def general(value: Decimal) -> str:
    """A number as French writes it, with no more digits than a spreadsheet keeps."""
    with localcontext() as context:
        context.prec = MAX_DIGITS
        kept = (+value).normalize()
    return f"{kept:f}".replace(".", ",") if kept else "0"
