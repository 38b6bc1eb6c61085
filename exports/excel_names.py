"""Names as Excel and file systems allow them: what is not allowed is repaired, not refused."""

import re
from functools import lru_cache

from french.text import fold, typographic

MOST_SHEET, MOST_TABLE, MOST_HEADER, MOST_CODE = 31, 255, 255, 40
_NOT_IN_A_SHEET = re.compile(r"[\[\]:*?/\\\x00-\x1f\x7f]+")
_NOT_IN_A_TABLE = re.compile(r"[^\w.]+")
_A_CELL = re.compile(r"[a-z]{1,3}\d+|r\d*c\d*|r|c", re.IGNORECASE)
_NOT_IN_A_CODE = re.compile(r"[^a-z0-9]+")
_RESERVED = frozenset({"history", "historique"})


@lru_cache(maxsize=1024)
def column_letter(place: int) -> str:
    """Name of the column at a place: « A » for 1, « AA » for 27."""
    before, last = divmod(place - 1, 26)
    return (column_letter(before) if before else "") + chr(ord("A") + last)


def sheet_name(text: str) -> str:
    r"""Return a name for a tab: 31 characters, none of ``[]:*?/\``, no apostrophe at an end."""
    name = " ".join(_NOT_IN_A_SHEET.sub(" ", text).split()).strip("'")
    name = _cut(name, MOST_SHEET).rstrip(" '") or "Feuille"
    name = f"{name}_" if name.casefold() in _RESERVED else name
    return typographic(name)


def table_name(text: str) -> str:
    """Return a name for a table: letters, digits, ``_`` and ``.``, and not that of a cell."""
    name = _NOT_IN_A_TABLE.sub("_", text).strip("_")[: MOST_TABLE - 1]
    if not name or not (name[0].isalpha() or name[0] == "_") or _A_CELL.fullmatch(name):
        name = f"_{name}"
    return name


def header_name(text: str) -> str:
    """Return a header of a table: one line of at most 255 characters, printed as French is.

    Older workbooks have straight apostrophes there: what reads one back makes both alike by
    :func:`french.text.typographic`.
    """
    return typographic(_cut(" ".join(text.split()), MOST_HEADER).rstrip()) or "Colonne"


def _cut(text: str, most: int) -> str:
    """The start of a text: Excel counts UTF-16 units."""
    return text.encode("utf-16-le", "replace")[: 2 * most].decode("utf-16-le", "ignore")


def file_code(text: str) -> str:
    """Return the part of a file's name that stands for a centre; blank where nothing is left."""
    return _NOT_IN_A_CODE.sub("-", fold(text)).strip("-")[:MOST_CODE].rstrip("-")
