"""Whether a file that was given can replace the one in use: its kind, each line, its size, its age.

A file that is doubtful tells what is false of medicines (« Non » for one that it lost): it is
refused, unless a person accepts it without the lines that cannot be read.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from mappings.medicines.bdpm_files import SPECIALITIES, FileSpec, day, each_row
from mappings.medicines.bdpm_lines import (
    count_lines,
    encoding_of,
    instead_of_text,
    is_ended,
    rows_of_last,
)
from mappings.report.display import show, show_decimal

UNLISTED = 0.25
"""Share of the rows of a file that may be about specialities that ``CIS_bdpm.txt`` lacks."""

TAIL, FEWEST = 20, 10
"""Last specialities of the version in use, and how many of them must still be listed: where the
file has fewer rows of each of them, its end is missing."""

USUAL = 0.5
"""Share of its rows from which a column that has other values than its usual ones is another."""


@dataclass(frozen=True, slots=True)
class FileRead:
    """What was read of one file.

    Attributes:
        name: File name.
        encoding: Encoding it was in.
        lines: Lines that are not blank; a text on several counts once.
        read: Lines that were read.
        joined: Lines about a speciality of ``CIS_bdpm.txt``.
        refused: Numbers of the lines that mean nothing.
    """

    name: str
    encoding: str
    lines: int
    read: int
    joined: int
    refused: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why a file is not used: a French sentence, and whether a person may accept it all the same.

    Attributes:
        text: What is wrong, with the file, the line and the remedy.
        acceptable: Whether what can be read of it makes sense.
    """

    text: str
    acceptable: bool


def check_file(
    content: bytes, spec: FileSpec, *, listed: set[str], before: bytes | None
) -> tuple[FileRead, Doubt | None]:
    """Read a file through; no row is kept.

    Args:
        content: The file.
        spec: What it should be.
        listed: Specialities of ``CIS_bdpm.txt``: filled by that file, which comes first;
            while it is empty nothing is compared with it.
        before: The same file in the version in use; ``None`` for no comparison.
    """
    if instead := instead_of_text(content):
        return FileRead(spec.name, "", 0, 0, 0, ()), Doubt(f"{spec.name} : {instead}", False)
    seen = _Seen(lines=count_lines(content), ended=is_ended(content))
    for number, row in each_row(content, spec):
        seen.add(number, row, spec=spec, listed=listed)
    lines = seen.read + len(seen.refused)
    told = FileRead(
        spec.name, encoding_of(content), lines, seen.read, seen.joined, tuple(seen.refused)
    )
    return told, next(_doubts(told, seen, spec=spec, listed=listed, before=before), None)


class _Seen:
    """What the lines of one file were."""

    def __init__(self, lines: int, *, ended: bool) -> None:
        self.lines, self.ended = lines, ended
        self.read = self.joined = 0
        self.refused: list[int] = []
        self.why = ""
        self.newest = date.min
        self.unusual = self.unusual_line = 0
        self.codes: Counter[str] = Counter()
        self._rows: dict[str, int] = {}

    def add(self, number: int, row: list[str] | str, *, spec: FileSpec, listed: set[str]) -> None:
        if isinstance(row, list) and spec is SPECIALITIES:
            row = self._once(row)
        if isinstance(row, str):
            self.refused.append(number)
            self.why = self.why or row
            return
        if spec is SPECIALITIES:
            listed.add(row[0])
        self.read += 1
        self.codes[row[0]] += 1
        self.joined += row[0] in listed
        if spec.usual and row[spec.usual[0]] not in spec.usual[1]:
            self.unusual += 1
            self.unusual_line = self.unusual_line or number
        if spec.moves is not None and (on := day(row[spec.moves])) and on > self.newest:
            self.newest = on

    def _once(self, row: list[str]) -> list[str] | str:
        """A speciality stands once: a second line that says something else is no second one."""
        if self._rows.setdefault(row[0], hash(tuple(row))) != hash(tuple(row)):
            return f"le code CIS {row[0]} est déjà sur une autre ligne, qui dit autre chose"
        return row


def _doubts(
    told: FileRead, seen: _Seen, *, spec: FileSpec, listed: set[str], before: bytes | None
) -> Iterator[Doubt]:
    name, again = spec.name, "téléchargez ce fichier de nouveau"
    accept = f"(ou, pour l'accepter tel quel : unc bdpm load --accepter {name})"
    if told.refused:
        more = len(told.refused) - 1
        others = f" (et {more} autre{'s' if more > 1 else ''})" if more else ""
        yield Doubt(
            f"{name}, ligne {told.refused[0]}{others} : {seen.why} ; {again}"
            + (f" {accept}" if told.read else ""),
            acceptable=told.read > 0,
        )
    if spec.usual and seen.unusual > USUAL * told.read:
        column, values = spec.usual
        yield Doubt(
            f"{name}, ligne {seen.unusual_line} : colonne {column + 1}, presque jamais l'une des"
            f" valeurs {', '.join(values)} ; {again} {accept}",
            acceptable=True,
        )
    if spec.of_listed and listed and told.joined < (1 - UNLISTED) * told.read:
        yield Doubt(
            f"{name} : {show(told.read - told.joined)} lignes sur {show(told.read)} parlent de"
            f" spécialités que {SPECIALITIES.name} n'a pas, l'un des deux est incomplet ou d'une"
            f" autre date ; téléchargez les deux de nouveau {accept}",
            acceptable=True,
        )
    if before is None:
        return
    former, lines = count_lines(before), seen.lines
    if lines < (1 - spec.may_lose) * former:
        yield Doubt(
            f"{name} : {show(lines)} lignes, contre {show(former)} dans la version en usage, soit"
            f" plus de {show_decimal(100 * spec.may_lose, places=0)}\N{NO-BREAK SPACE}% en moins ;"
            f" {again} {accept}",
            acceptable=True,
        )
    if is_ended(before) and not seen.ended:
        yield Doubt(
            f"{name} : sa dernière ligne n'a pas de fin, et celle de la version en usage en a une,"
            f" le fichier est coupé ; {again} {accept}",
            acceptable=True,
        )
    if _tail_is_gone(seen, spec, listed, before):
        yield Doubt(
            f"{name} : des lignes manquent à chacune des dernières spécialités de la version en"
            f" usage, il est coupé avant sa fin ; {again} {accept}",
            acceptable=True,
        )
    if spec.moves is not None and seen.newest < (last := _newest(before, spec)):
        yield Doubt(
            f"{name} : sa dernière date est le {seen.newest:%d/%m/%Y}, avant celle de la version en"
            f" usage ({last:%d/%m/%Y}), il est plus ancien ; {again} {accept}",
            acceptable=True,
        )


def _tail_is_gone(seen: _Seen, spec: FileSpec, listed: set[str], before: bytes) -> bool:
    """Whether it has fewer rows of each of the last specialities of the version in use.

    Of those that are still listed; rows, for a file may have others of the same ones before.
    """
    if not spec.of_listed:
        return False
    last = rows_of_last(before, most=TAIL)
    expected = {one: rows for one, rows in last.items() if spec is SPECIALITIES or one in listed}
    fewer = all(seen.codes[one] < rows for one, rows in expected.items())
    return fewer and len(expected) >= FEWEST


def _newest(content: bytes, spec: FileSpec) -> date:
    dates = (
        day(row[spec.moves])
        for _, row in each_row(content, spec)
        if isinstance(row, list) and spec.moves is not None
    )
    return max((one for one in dates if one), default=date.min)
