"""What may stand in a cell: text that is only text, numbers and dates that Excel can hold."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TypeAlias

from french.time import PARIS

MAX_UNITS = 32_767
"""UTF-16 units that Excel keeps in a cell."""
MAX_LINKS = 65_530
"""Hyperlinks that Excel keeps in a sheet."""
CUT = " […texte coupé]"
MAX_DIGITS = 15
FIRST_DAY = date(1900, 3, 1)
"""Excel believes that 29 February 1900 existed: earlier days would be one off."""

_DELETE = 0x7F
_FORMULA = frozenset("=+-@\t\r\n")
_UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff\ud800-\udfff]")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_LINE_ENDS = re.compile("\r*\n|[\r\x0b\x0c\x85\u2028\u2029]")
"""Of Windows and the Mac of old; of Word, whose line breaks are pasted as vertical tabs."""
_ESCAPE = re.compile(r"(?<=_)(?=x[0-9A-Fa-f]{4}_)")


@dataclass(frozen=True, slots=True)
class Link:
    """A value that leads to an address."""

    value: str | int
    url: str


Content: TypeAlias = str | int | Decimal | date | datetime | Link | None
"""What a cell is made from, before it is made safe."""
Safe: TypeAlias = str | int | Decimal | date | datetime | None
"""What a cell holds: datetimes are naive, in Paris; text has no forbidden character."""


def safe_text(text: str) -> str:
    r"""Return the text as a cell can hold it.

    Line ends become ``\n``; control characters become the sign that pictures them (␀, ␛, …); lone
    surrogates and non-characters become �; what is too long is cut and says so.
    """
    if _UNSAFE.search(text):
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        text = _UNSAFE.sub(_picture, text)
    if len(text) * 2 > MAX_UNITS and _units(text) > MAX_UNITS:
        text = _cut(text)
    return text


def looks_like_formula(text: str) -> bool:
    """Tell whether a spreadsheet could take the text for a formula when it is typed again."""
    return text[:1] in _FORMULA and bool(text)


def runs(text: str) -> list[str]:
    """Split the text so that no run holds ``_xHHHH_``, which Excel would decode as a character."""
    return _ESCAPE.split(text) if "_x" in text else [text]


def safe_value(content: Content) -> Safe:
    """Return what the cell holds: what Excel cannot hold as number or date stays as text."""
    match content:
        case str():
            return safe_text(content) or None
        case Link():
            return safe_value(content.value)
        case bool():
            return "Oui" if content else "Non"
        case int():
            return content if abs(content) < 10**MAX_DIGITS else str(content)
        case Decimal():
            return _number(content)
        case datetime():
            return _moment(content)
        case date():
            return content if content >= FIRST_DAY else content.strftime("%d/%m/%Y")
        case None:
            return None


def _number(number: Decimal) -> Decimal | str:
    if number.is_finite() and len(number.normalize().as_tuple().digits) <= MAX_DIGITS:
        exponent = number.adjusted()
        if -100 < exponent < 100:  # noqa: PLR2004
            return number
    return str(number)


def _moment(moment: datetime) -> datetime | str:
    local = paris(moment)
    if local.date() < FIRST_DAY:
        return local.strftime("%d/%m/%Y %H:%M")
    return local.replace(microsecond=0)


def paris(moment: datetime) -> datetime:
    """Return the wall clock in Paris, without a zone, as Excel wants it."""
    try:
        return moment.astimezone(PARIS).replace(tzinfo=None) if moment.tzinfo else moment
    except OverflowError:
        return moment.replace(tzinfo=None)


def _picture(found: re.Match[str]) -> str:
    code = ord(found.group())
    if code == _DELETE:
        return "\u2421"
    return chr(0x2400 + code) if code < 0x20 else "\ufffd"  # noqa: PLR2004


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _cut(text: str) -> str:
    room = MAX_UNITS - len(CUT)
    kept = text[:room]
    over = _units(kept) - room
    while over > 0:
        kept = kept[: -max(1, over // 2)]
        over = _units(kept) - room
    return kept + CUT


def unescaped(text: str) -> str:
    """The characters of a text of the file, which names those that XML cannot hold (``_x000D_``).

    Source: ECMA-376 part 1, 22.9.2.19. A text that has such a sequence itself is written with
    ``_x005F_`` in place of its first character.
    """
    if "_x" not in text:
        return text
    found = _ESCAPED.sub(lambda one: chr(int(one[1], 16)), text)
    return found.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def typed_text(text: str) -> str:
    r"""A text as it is kept: line ends as ``\n``, what a cell cannot hold made safe, no margins."""
    return safe_text(_LINE_ENDS.sub("\n", text)).strip()
