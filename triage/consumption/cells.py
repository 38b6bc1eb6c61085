"""Cells of public consumption files, as they are written: codes, counts, amounts in euros.

Pure. Numbers have a dot or a space apart groups of thousands, and a decimal comma (``1.234,56``);
they may be below zero (regularisations). Codes are texts: a CIP13 exceeds 32 bits, and a leading
zero is of no weight.
"""

import re
from collections.abc import Sequence
from functools import lru_cache

from french.text import agreed, fold

_SPACES = " \u00a0\u202f"
_NUMBER = re.compile(
    rf"([-\u2212]?)[{_SPACES}]*"
    rf"([0-9]{{1,15}}|[0-9]{{1,3}}(?:[.{_SPACES}][0-9]{{3}}){{1,4}})"
    r"(?:,([0-9]{1,6}))?"
)
"""A dot or a space apart groups of thousands only: « 12.5 » is no number."""
_NOT_DIGITS = re.compile(r"[^0-9]")
_CODE = re.compile(r"[0-9]{1,3}")
_CIP = re.compile(r"[0-9]{13}")


class ConsumptionTableError(ValueError):
    """A table that is of another layout; a French sentence says where and what."""


@lru_cache(maxsize=1 << 16)  # counts are much the same in two million rows
def number(text: str) -> float:
    """A count or an amount; 0 for a blank cell.

    Raises:
        ValueError: It is no number; the sentence has no line.
    """
    if text.isdigit() and text.isascii():
        return float(text)
    if not (bare := text.strip()):
        return 0.0
    found = _NUMBER.fullmatch(bare)
    if found is None:
        raise ValueError(f"« {bare[:30]} » n'est pas un nombre")
    value = float(f"{_NOT_DIGITS.sub('', found[2])}.{found[3] or 0}")
    return -value if found[1] else value


def cents(text: str) -> float:
    """An amount in cents; 0 for a blank cell.

    Raises:
        ValueError: It is no number.
    """
    if text[-3:-2] == "," and text.isascii():  # nearly all of them, read without a pattern
        digits = text[:-3] + text[-2:]
        if digits.isdigit():
            return float(digits)
        if digits[-6:-5] == "." and (digits := digits[:-6] + digits[-5:]).isdigit():
            return float(digits)
    return float(round(100 * number(text)))


def code(text: str) -> str:
    """A code of an axis without leading zeros; "" when blank. One that no list has is kept.

    Raises:
        ValueError: It is no code (1 to 3 digits).
    """
    bare = text.strip()
    if not bare:
        return ""
    if not _CODE.fullmatch(bare):
        raise ValueError(f"« {bare[:30]} » n'est pas un code")
    return bare.lstrip("0") or "0"


def cip13(text: str) -> str:
    """A CIP13.

    Raises:
        ValueError: It has not 13 digits (a spreadsheet writes ``3,4E+12``).
    """
    bare = text.strip()
    if not _CIP.fullmatch(bare):
        raise ValueError(f"« {bare[:30]} » n'est pas un code CIP13 (13 chiffres)")
    return bare


def header_of(cells: Sequence[str]) -> dict[str, int]:
    """Place of each column by its folded name: years differ by case only.

    Raises:
        ConsumptionTableError: A name stands twice.
    """
    names = [fold(cell.strip().strip('"').replace("\ufeff", "")) for cell in cells]
    found = {name: place for place, name in enumerate(names) if name}
    if len(found) != sum(1 for name in names if name):
        raise ConsumptionTableError("ligne 1 : une colonne y est deux fois")
    return found


def require(header: dict[str, int], wanted: Sequence[str]) -> None:
    """Refuse a table that lacks columns.

    Raises:
        ConsumptionTableError: Columns are missing; it names them.
    """
    missing = [name.upper() for name in wanted if name not in header]
    if missing:
        raise ConsumptionTableError(
            f"ligne 1 : {agreed(len(missing), 'colonne absente')} : {', '.join(missing)}"
        )
