"""The last published export, read again to tell what changed since.

Only files that are as they were published are read (their SHA-256 is that of the manifest): they
were written by :mod:`exports.xlsx.package`, so that a few regular expressions are enough, and
quick.
"""

import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from xml.sax.saxutils import unescape

from exports.published.publishing import PublishedExport
from exports.xlsx.about_sheet import VERSIONS

_CELL = re.compile(r'<c r="([A-Z]+)(\d+)"([^>]*?)(?:/>|>(.*?)</c>)', re.DOTALL)
_FIRST_NUMBER = re.compile(rb'<c r="A\d+"[^>]*><v>(\d+)</v></c>')
_SHEET = re.compile(r'<sheet [^>]*?name="([^"]*)"')
_STRING = re.compile(r"<si>(.*?)</si>|<si/>", re.DOTALL)
_TEXT = re.compile(r"<t[^>]*>([^<]*)</t>")
_VALUE = re.compile(r"<v>([^<]*)</v>")


@dataclass(frozen=True, slots=True)
class Former:
    """The dossiers of a workbook as they were handed out.

    Attributes:
        rows: What stood in each cell, by dossier and header: text, or a number as Excel holds it.
        versions: Versions of the data files that decide what is withheld.
    """

    rows: Mapping[int, Mapping[str, str]]
    versions: Mapping[str, str]


@dataclass
class PreviousExport:
    """The last published export; each of its files is read once, when it is asked for."""

    published: PublishedExport
    dossiers_sheet: str
    about_sheet: str
    _read: dict[str, Former | None] = field(default_factory=dict)

    @cached_property
    def published_at(self) -> datetime:
        """When it appeared (aware)."""
        return datetime.fromisoformat(str(self.published.manifest["published_at"]))

    def former(self, name: str) -> Former | None:
        """The dossiers of a file; ``None`` where it has none, or is not as it was published."""
        if name not in self._read:
            content = self._content(name)
            self._read[name] = None if content is None else self._former(_Package(content))
        return self._read[name]

    def numbers(self, name: str) -> frozenset[int] | None:
        """Numbers of the dossiers of a file; ``None`` as for :meth:`former`."""
        content = self._content(name)
        if content is None:
            return None
        part = _Package(content).part(self.dossiers_sheet)
        return frozenset(int(number) for number in _FIRST_NUMBER.findall(part))

    def _content(self, name: str) -> bytes | None:
        told = {one["name"]: one for one in self.published.manifest.get("files", ())}
        path: Path = self.published.folder / name
        if name not in told or not path.is_file():
            return None
        content = path.read_bytes()
        return content if sha256(content).hexdigest() == told[name].get("sha256") else None

    def _former(self, package: "_Package") -> Former:
        lines = package.lines(self.dossiers_sheet)
        header = next(lines, {})
        key = header.get("A", "")
        rows = [{header[at]: text for at, text in line.items() if at in header} for line in lines]
        about = {line.get("A", ""): line.get("B", "") for line in package.lines(self.about_sheet)}
        return Former(
            rows={int(row[key]): row for row in rows if row.get(key, "").isdecimal()},
            versions={name: about.get(name, "") for name in VERSIONS},
        )


class _Package:
    """The parts of a workbook that we wrote."""

    def __init__(self, content: bytes) -> None:
        self._archive = zipfile.ZipFile(BytesIO(content))
        names = _SHEET.findall(self._archive.read("xl/workbook.xml").decode())
        self._places = {unescape(name): place for place, name in enumerate(names, start=1)}

    def part(self, sheet: str) -> bytes:
        """XML of a sheet, empty when there is no such sheet."""
        place = self._places.get(sheet)
        return b"" if place is None else self._archive.read(f"xl/worksheets/sheet{place}.xml")

    def lines(self, sheet: str) -> Iterator[dict[str, str]]:
        """Cells of each row that are not blank, by letters of the column."""
        line, at = dict[str, str](), ""
        for letters, row, attributes, inside in _CELL.findall(self.part(sheet).decode()):
            if row != at and at:
                yield line
                line = {}
            at = row
            text = self._value(attributes, inside)
            if text:
                line[letters] = text
        if at:
            yield line

    def _value(self, attributes: str, inside: str) -> str:
        if 't="inlineStr"' in attributes:
            return _plain(inside)
        value = _VALUE.search(inside)
        if value is None:
            return ""
        return self._strings[int(value[1])] if 't="s"' in attributes else value[1]

    @cached_property
    def _strings(self) -> list[str]:
        found = _STRING.finditer(self._archive.read("xl/sharedStrings.xml").decode())
        return [_plain(one[1] or "") for one in found]


def _plain(xml: str) -> str:
    return unescape("".join(_TEXT.findall(xml)))
