"""Reading public consumption files into their base: Open Medic, its files of persons, Medic'AM.

A file is looked at before it replaces one: its columns, each of its cells, its totals beside those
that it publishes and those of the nearest year. Nothing is downloaded.
"""

import gzip
import re
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from io import BufferedReader, BytesIO, TextIOWrapper
from pathlib import Path
from typing import IO

from datafiles.file import DataFileError
from french.text import agreed, fold
from steps.follow.consumption_compared import books_beside, files_beside
from steps.wiring.public_data.consumption_files import base_of
from store.consumption.base import (
    MONTHLY,
    NATIONAL,
    OPEN_MEDIC,
    PERSONS,
    ConsumptionBase,
    ConsumptionBaseError,
    ConsumptionFile,
    open_consumption,
)
from triage.consumption.cells import ConsumptionTableError
from triage.consumption.cut import Read, doubts_of_cut, doubts_of_end, doubts_of_more
from triage.consumption.monthly import read_monthly
from triage.consumption.open_medic import read_open_medic
from triage.consumption.persons import read_persons
from triage.consumption.plausible import doubts_of_months, doubts_of_year

_YEAR = re.compile(r"(?<!\d)(20\d\d)(?!\d)")
_BOOKS = (b"\xd0\xcf\x11\xe0", b"PK\x03\x04")
_SHEETS = (".xls", ".xlsx")
_TABLES = (".csv", ".txt", *_SHEETS)
STAYS = " ; ce qui était chargé reste"
"""How each refusal ends."""
_SHOWN = 3
"""Doubts that are told of a file."""
_PART = 1 << 20


@dataclass(frozen=True, slots=True)
class LoadedFile:
    """What loading a file did: its editions, and whether it was known already."""

    editions: tuple[ConsumptionFile, ...]
    new: bool


def load_file(
    path: Path, home: Path, *, year: int | None = None, accepted: bool = False
) -> LoadedFile:
    """Read one file, and keep it in place of the edition of the same period.

    Args:
        path: The file: ``.csv``, also in ``.gz`` or ``.zip``, ``.xls`` or ``.xlsx``.
        home: ``UNC_HOME``.
        year: Its year, when its name does not say it.
        accepted: A person accepts what is doubtful (:mod:`triage.consumption.plausible`).

    Raises:
        DataFileError: It cannot be read, is of another layout, or is doubtful; what was kept
            before stays.
    """
    try:
        digest = _digest(path)
        with open_consumption(base_of(home), make=True) as base:
            if base is None:  # pragma: no cover (it was made)
                return LoadedFile((), new=False)
            same = tuple(one for one in base.editions() if one.digest == digest)
            blank = ConsumptionFile("", "", "", path.name, digest, 0, 0.0, {})
            with _opened(path) as (name, content):
                if Path(name).suffix.casefold() in _SHEETS:
                    if same:
                        return LoadedFile(same, new=False)
                    return LoadedFile(_months(base, blank, content, accepted=accepted), new=True)
                found = _year(path, name, year)
                if known := tuple(one for one in same if one.period == found):
                    return LoadedFile(known, new=False)
                with TextIOWrapper(content, encoding="latin-1", newline=None) as text:
                    edition = _table(base, replace(blank, period=found), text, accepted=accepted)
                return LoadedFile((edition,), new=True)
    except ConsumptionTableError as error:
        raise DataFileError([f"{path.name} : {error}{STAYS}"]) from error
    except ConsumptionBaseError as error:
        raise DataFileError([str(error)]) from error
    except (OSError, EOFError, zipfile.BadZipFile) as error:
        why = "ce fichier ne peut pas être lu (absent, ou coupé ?) ; téléchargez-le de nouveau"
        raise DataFileError([f"{path.name} : {why}{STAYS}"]) from error


def _table(
    base: ConsumptionBase, blank: ConsumptionFile, text: Iterable[str], *, accepted: bool
) -> ConsumptionFile:
    """A table of the complete base or of persons: its header says which."""
    lines = _rows(text)
    first = next(lines, None)
    if first is None:
        raise ConsumptionTableError("le fichier est vide ; téléchargez-le de nouveau")
    header = {fold(cell.strip().strip('"').replace("\ufeff", "")) for cell in first[1]}
    if any("<" in name[:2] for name in header):
        raise ConsumptionTableError("c'est une page web ; téléchargez le fichier de nouveau")
    if "nbc" in header:
        persons = read_persons(_again(first, lines))
        grouped = " × ".join(persons.axes) or NATIONAL
        edition = replace(
            blank, family=PERSONS, part=f"{persons.level}, {grouped}", rows=persons.rows,
            boxes=persons.boxes or 0.0,
        )  # fmt: skip
        _some(edition)
        if not accepted:
            found = Read(int(edition.period), persons.rows, persons.boxes, persons.codes())
            beside = [*files_beside(base, edition)]
            _refuse([*doubts_of_cut(found, beside), *doubts_of_more(found, beside)])
        base.put_persons(edition, persons)
        return edition
    read = read_open_medic(_again(first, lines))
    edition = replace(
        blank, family=OPEN_MEDIC, rows=read.counts.rows, boxes=read.boxes,
        counts=asdict(read.counts),
    )  # fmt: skip
    _some(edition)
    if not accepted:
        year = int(edition.period)
        codes = read.codes()
        found = Read(year, edition.rows, edition.boxes, codes, read.last())
        beside = [*files_beside(base, edition, last=next(reversed(codes), ""))]
        doubts = doubts_of_year(read, base.known_years(), year)
        _refuse([*doubts, *doubts_of_cut(found, beside)])
    base.put_year(edition, read)
    return edition


def _months(
    base: ConsumptionBase, blank: ConsumptionFile, content: IO[bytes], *, accepted: bool
) -> tuple[ConsumptionFile, ...]:
    from python_calamine import CalamineError, CalamineWorkbook  # only where it is used

    try:
        book = CalamineWorkbook.from_filelike(BytesIO(content.read()))
        sheets = read_monthly(
            (name, book.get_sheet_by_name(name).to_python()) for name in book.sheet_names
        )
    except CalamineError as error:
        raise ConsumptionTableError(
            "ce classeur ne peut pas être ouvert ; téléchargez-le de nouveau"
        ) from error
    editions = []
    for sheet in sheets:
        period = " à ".join(dict.fromkeys((min(sheet.periods), max(sheet.periods))))
        edition = replace(
            blank, family=MONTHLY, period=period, part=sheet.who, rows=len(sheet.boxes),
            boxes=sum(sheet.totals().values()), counts={"skipped": sheet.skipped},
        )  # fmt: skip
        _some(edition)
        editions.append(edition)
    if not accepted:
        doubts = [*doubts_of_months(sheets, base.known_months())]
        for one in sheets:
            doubts += doubts_of_end(one.codes(), books_beside(base, one))
        _refuse(doubts)
    base.put_months(tuple(zip(editions, sheets, strict=True)))
    return tuple(editions)


def _some(edition: ConsumptionFile) -> None:
    if not edition.rows:
        raise ConsumptionTableError("aucune ligne après l'en-tête ; téléchargez-le de nouveau")


def _refuse(doubts: Iterable[str]) -> None:
    """Refuse a file of which something is doubtful.

    Raises:
        ConsumptionTableError: What is.
    """
    if found := [*doubts]:
        shown = " ; ".join(found[:_SHOWN])
        more = f" ; et {agreed(len(found) - _SHOWN, 'autre')}" if len(found) > _SHOWN else ""
        raise ConsumptionTableError(
            f"{shown}{more} : un fichier coupé, ou d'un autre jeu ? Téléchargez-le de nouveau,"
            " ou, après l'avoir regardé : unc conso load --accepter"
        )


def _year(path: Path, inner: str, given: int | None) -> str:
    if given is not None:
        return str(given)
    for name in (path.name, Path(inner).name):
        years = {found[1] for found in _YEAR.finditer(name)}
        if len(years) == 1:
            return years.pop()
    raise ConsumptionTableError("le nom du fichier ne dit pas son année : --annee 2024")


def _digest(path: Path) -> str:
    digest = sha256()
    with path.open("rb") as file:
        while part := file.read(_PART):
            digest.update(part)
    return digest.hexdigest()


@contextmanager
def _opened(path: Path) -> Iterator[tuple[str, IO[bytes]]]:
    """The content of a file, out of its archive, with its name there."""
    with path.open("rb") as file:
        head = file.peek(8)[:8] if isinstance(file, BufferedReader) else b""
        if head.startswith(b"\x1f\x8b"):
            with gzip.open(file) as unpacked:
                yield path.name.removesuffix(".gz"), BufferedReader(unpacked)
        elif head.startswith(b"PK\x03\x04") and path.suffix.casefold() != ".xlsx":
            with zipfile.ZipFile(file) as archive:
                names = [one for one in archive.namelist() if one.casefold().endswith(_TABLES)]
                if len(names) != 1:
                    raise ConsumptionTableError(
                        f"cette archive a {agreed(len(names), 'table')} (.csv, .xls, .xlsx) :"
                        " décompressez-la, et chargez chacune"
                    )
                with archive.open(names[0]) as content:
                    yield names[0], content
        elif head.startswith(_BOOKS) and path.suffix.casefold() not in _SHEETS:
            yield f"{path.name}.xls", file
        else:
            yield path.name, file


def _rows(text: Iterable[str]) -> Iterator[tuple[int, list[str]]]:
    """Cells of each line that is not blank, with its number; UTF-8, else cp1252, line by line.

    Args:
        text: Lines decoded as latin-1, which keeps each byte.
    """
    for number, line in enumerate(text, start=1):  # two million: no call that is not needed
        cells = (line if line.isascii() else _decoded(line)).rstrip("\r\n").split(";")
        if len(cells) > 1 or cells[0].strip():
            yield number, cells


def _decoded(line: str) -> str:
    raw = line.encode("latin-1")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp1252", errors="replace")


def _again(
    first: tuple[int, list[str]], lines: Iterable[tuple[int, list[str]]]
) -> Iterator[tuple[int, list[str]]]:
    yield first
    yield from lines
