"""NB files: persons who received (``nbc``), by one key and a grouping of axes. Pure.

A person counts once in each cell: numbers of persons are never added up, over cells, keys or years.
A total is that of the file of this very grouping.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from french.text import agreed
from triage.consumption.cells import (
    ConsumptionTableError,
    cip13,
    code,
    header_of,
    number,
    require,
)

_LEVELS = ("cip13", "atc5", "atc4", "atc3", "atc2", "atc1")
_AXES = {"age": "age", "sexe": "sexe", "ben_reg": "region", "psp_spe": "prescripteur"}
"""Axes in the order in which a cell names them, by column."""


@dataclass(frozen=True, slots=True)
class Persons:
    """A file of persons.

    Attributes:
        level: What is counted for: ``cip13``, ``atc5``…
        axes: Axes of its cells, in order; none for the national one.
        rows: Rows read.
        by_key: Persons by cell (codes joined by ``/``, "" without axes), by code of the level.
        boxes: Boxes in all, which do add up; ``None`` where it has no such column.
    """

    level: str
    axes: tuple[str, ...]
    rows: int
    by_key: Mapping[str, Mapping[str, int]]
    boxes: float | None = None

    def codes(self) -> dict[str, str]:
        """Codes with persons, in the order of the file, each with its ATC class where it is one."""
        some = (code for code, cells in self.by_key.items() if any(cells.values()))
        return {code: "" if self.level == "cip13" else code for code in some}


def read_persons(rows: Iterable[tuple[int, list[str]]]) -> Persons:
    """Read an NB file.

    Raises:
        ConsumptionTableError: A column is missing, a cell is not what its column has, or two rows
            are of the same cell.
    """
    lines = iter(rows)
    _, first = next(lines, (1, []))
    header = header_of(first)
    require(header, ("nbc",))
    level = next((one for one in _LEVELS if one in header), None)
    if level is None:
        raise ConsumptionTableError("ligne 1 : colonne CIP13 ou ATC1 à ATC5 absente")
    axes = [name for name in _AXES if name in header]
    at_key, at_count, places = header[level], header["nbc"], [header[name] for name in axes]
    found: dict[str, dict[str, int]] = {}
    line, count, boxes, at_boxes = 1, 0, 0.0, header.get("boites")
    try:
        for line, cells in lines:  # noqa: B007 (named in the refusal)
            if len(cells) != len(first):
                raise ValueError(f"{agreed(len(cells), 'colonne')} au lieu de {len(first)}")  # noqa: TRY301
            typed = cells[at_key].strip().upper()
            key = cip13(typed) if level == "cip13" else typed
            cell = "/".join(code(cells[at]) for at in places)
            persons = number(cells[at_count])
            if persons < 0 or persons != int(persons):
                raise ValueError("un nombre de personnes est entier, et jamais sous zéro")  # noqa: TRY301
            if cell in (of_key := found.setdefault(key, {})):
                raise ValueError("cette case est déjà sur une autre ligne")  # noqa: TRY301
            of_key[cell] = int(persons)
            boxes += number(cells[at_boxes]) if at_boxes is not None else 0.0
            count += 1
    except ValueError as error:
        raise ConsumptionTableError(f"ligne {line} : {error}") from error
    grouped = tuple(_AXES[name] for name in axes)
    return Persons(level, grouped, count, found, None if at_boxes is None else boxes)
