"""The official BDPM files, as they really are: tab-separated, without a header, uneven.

UTF-8 strictly, else cp1252 (the encoding differs from file to file and over the years); lines end
with CRLF or LF; blank lines stand inside; the last line may have no end.
"""

from codecs import BOM_UTF8, getincrementaldecoder
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeAlias

Encoding: TypeAlias = Literal["utf-8", "cp1252"]


_PART = 1 << 16


@dataclass(frozen=True, slots=True)
class FileSpec:
    """One official file.

    Attributes:
        name: File name.
        columns: Columns of a row; a shorter row is filled with blanks.
        needed: Columns without which a row means nothing.
    """

    name: str
    columns: int
    needed: int


SPECIALITIES = FileSpec("CIS_bdpm.txt", columns=12, needed=7)
PRESENTATIONS = FileSpec("CIS_CIP_bdpm.txt", columns=13, needed=7)
COMPOSITIONS = FileSpec("CIS_COMPO_bdpm.txt", columns=8, needed=4)
CONDITIONS = FileSpec("CIS_CPD_bdpm.txt", columns=2, needed=2)
SHORTAGES = FileSpec("CIS_CIP_Dispo_Spec.txt", columns=8, needed=4)
MITM = FileSpec("CIS_MITM.txt", columns=4, needed=2)
FILES = (SPECIALITIES, PRESENTATIONS, COMPOSITIONS, CONDITIONS, SHORTAGES, MITM)
"""Every file; only the first is indispensable."""


def each_row(content: bytes, spec: FileSpec) -> Iterator[tuple[int, list[str] | None]]:
    """Lines that are not blank, by number, as rows; ``None`` for one that means nothing.

    One at a time: all the text, or a list of its lines, would take more memory than the file.
    """
    for number, line in _lines(content):
        cells = [cell.strip() for cell in line.split("\t")]
        if len(cells) < spec.needed or not is_cis(cells[0]):
            yield number, None
        else:
            yield number, cells + [""] * (spec.columns - len(cells))


def encoding_of(content: bytes) -> Encoding:
    """The encoding of a file."""
    decoder = getincrementaldecoder("utf-8")()
    try:
        for start in range(0, len(content), _PART):
            decoder.decode(content[start : start + _PART])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def is_cis(text: str) -> bool:
    """Whether ``text`` has the shape of a CIS code: 8 digits."""
    return len(text) == 8 and text.isascii() and text.isdigit()  # noqa: PLR2004 (the code's length)


def day(text: str) -> date | None:
    """A date dd/mm/yyyy; ``None`` when it is blank or no date."""
    try:
        number, month, year = map(int, text.split("/"))
        return date(year, month, number)
    except ValueError:
        return None


def _lines(content: bytes) -> Iterator[tuple[int, str]]:
    """Lines that are not blank, with their number; only LF and CRLF end a line.

    A byte that cp1252 lacks becomes U+FFFD.
    """
    encoding = encoding_of(content)
    start = len(BOM_UTF8) if content.startswith(BOM_UTF8) else 0
    number = 1
    while start < len(content):
        end = content.find(b"\n", start)
        end = len(content) if end < 0 else end
        line = content[start:end].decode(encoding, errors="replace")
        if line and not line.isspace():
            yield number, line
        number, start = number + 1, end + 1
