"""Checks a workbook by reading it again before it is published."""

import io
import re
import zipfile
from collections.abc import Mapping
from typing import NamedTuple
from xml.parsers.expat import ExpatError, ParserCreate

from openpyxl import load_workbook

from exports.errors import WorkbookCheckError

_ROW = b"<row "
_SHEET = re.compile(r"xl/worksheets/sheet\d+\.xml")


class _Part(NamedTuple):
    """What was found in the part of a sheet."""

    rows: int
    tabled: bool


def check_workbook(name: str, content: bytes) -> Mapping[str, int]:
    """Check that a workbook opens, and return the rows of each table, by name of sheet.

    Raises:
        WorkbookCheckError: The file is damaged; it names the file.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = [_check_part(archive, part) for part in archive.namelist()]
        book = load_workbook(io.BytesIO(content), read_only=True)
        titles = [sheet.title for sheet in book.worksheets]
        book.close()
        sheets = [part for part in parts if part is not None]
        return {
            title: part.rows - 1 for title, part in zip(titles, sheets, strict=True) if part.tabled
        }
    except (zipfile.BadZipFile, ExpatError, KeyError, ValueError) as error:
        raise WorkbookCheckError(
            f"{name} ne se rouvre pas : il n'est pas publié, les précédents restent en place."
        ) from error


def _check_part(archive: zipfile.ZipFile, part: str) -> _Part | None:
    """Read a part to its end (checksum, well-formed XML); count the rows of a sheet."""
    parser, rows, tabled, before = ParserCreate(), 0, False, b""
    with archive.open(part) as stream:
        while chunk := stream.read(1 << 20):
            parser.Parse(chunk, False)
            window = before + chunk
            rows += window.count(_ROW)
            tabled = tabled or b"<tablePart " in window
            before = chunk[1 - len(_ROW) :]
    parser.Parse(b"", True)
    return _Part(rows, tabled) if _SHEET.fullmatch(part) else None
