"""The complete base of Open Medic: boxes of a year by presentation and by who received them.

Pure, and streamed: a year has about two million rows, of which only sums by presentation are kept.
"""

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from french.text import agreed
from triage.consumption.cells import (
    ConsumptionTableError,
    cents,
    cip13,
    code,
    header_of,
    number,
    require,
)

AGE_SEX, REGION, PRESCRIBER = "age_sexe", "region", "prescripteur"
AXES = (AGE_SEX, REGION, PRESCRIBER)
"""Each sums to the whole: an axis is never added to another."""
NEEDED = ("cip13", "age", "sexe", "ben_reg", "psp_spe", "boites")
_ROOM = 192
"""Codes that the axes may have together: about 60 are known, a shifted column has thousands."""


@dataclass(frozen=True, slots=True)
class Presentation:
    """What a year says of one presentation.

    Attributes:
        cip13: Its code.
        label: Its short name; "" in tables without labels.
        atc5: Its ATC code that year; "" when it has none.
        substance: Name of that class; "" in tables without labels.
        boxes: Boxes reimbursed in the year.
        cents: Cents reimbursed in the year.
        cells: Boxes and cents by code (``20/2`` for age and sex), by axis.
    """

    cip13: str
    label: str
    atc5: str
    substance: str
    boxes: float
    cents: float
    cells: Mapping[str, Mapping[str, tuple[float, float]]]


@dataclass(slots=True)
class RowCounts:
    """What the rows of a table were.

    Attributes:
        rows: All.
        negative: With boxes or an amount below zero (regularisations): kept in the sums.
        zero: Without boxes.
        blank: With a blank count or amount, taken for 0.
        unplaced: Unknown on every axis: kept in the national totals.
    """

    rows: int = 0
    negative: int = 0
    zero: int = 0
    blank: int = 0
    unplaced: int = 0


@dataclass(slots=True)
class OpenMedic:
    """A year that was read.

    Attributes:
        counts: What its rows were.
    """

    counts: RowCounts = field(default_factory=RowCounts)
    _slots: dict[tuple[str, str], int] = field(default_factory=dict)
    _sums: "dict[str, array[float]]" = field(default_factory=dict)
    _names: dict[str, tuple[str, str, str]] = field(default_factory=dict)

    @property
    def boxes(self) -> float:
        """Boxes in all."""
        return sum(self.by_region().values())

    def by_region(self) -> dict[str, float]:
        """Boxes of every presentation together, by region."""
        return self.by_code(REGION)

    def by_code(self, axis: str) -> dict[str, float]:
        """Boxes of every presentation together, by code of an axis."""
        places = {key: 2 * slot for (name, key), slot in self._slots.items() if name == axis}
        every = self._sums.values()
        return {key: sum(sums[at] for sums in every) for key, at in places.items()}

    def by_class(self) -> dict[str, float]:
        """Boxes by first letter of the ATC code."""
        found: dict[str, float] = {}
        for cip, boxes in self._by_presentation():
            letter = self._names[cip][1][:1]
            found[letter] = found.get(letter, 0.0) + boxes
        return found

    def last(self) -> dict[tuple[str, str], float]:
        """Boxes of the last presentation of the table, by axis and code; none without any."""
        sums = next(reversed(self._sums.values()), None)
        if sums is None:
            return {}
        every = ((key, sums[2 * slot]) for key, slot in self._slots.items())
        return {key: boxes for key, boxes in every if boxes > 0}

    def _by_presentation(self) -> Iterator[tuple[str, float]]:
        places = [2 * slot for (name, _), slot in self._slots.items() if name == REGION]
        for cip, sums in self._sums.items():
            yield cip, sum(sums[at] for at in places)

    def codes(self) -> dict[str, str]:
        """ATC code of each presentation that has boxes, by its code, in the order of the table."""
        some = (cip for cip, boxes in self._by_presentation() if boxes > 0)
        return {cip: self._names[cip][1] for cip in some}

    def presentations(self) -> Iterator[Presentation]:
        """What it says of each presentation, in the order of the table."""
        slots = sorted(self._slots.items(), key=lambda one: one[1])
        for cip in self._sums:
            sums, (label, atc5, substance) = self._sums[cip], self._names[cip]
            cells: dict[str, dict[str, tuple[float, float]]] = {axis: {} for axis in AXES}
            for (axis, key), slot in slots:
                at = 2 * slot
                if sums[at] or sums[at + 1]:
                    cells[axis][key] = (sums[at], sums[at + 1])
            boxes = sum(one[0] for one in cells[REGION].values())
            amount = sum(one[1] for one in cells[REGION].values())
            yield Presentation(cip, label, atc5, substance, boxes, amount, cells)

    def sums(self, cip: str, names: tuple[str, str, str]) -> "array[float]":
        """Sums of a presentation: boxes then cents, at each place."""
        self._names.setdefault(cip, names)
        return self._sums.setdefault(cip, array("d", bytes(16 * _ROOM)))

    def place(self, axis: str, key: str) -> int:
        """Place of the boxes of a code among the sums.

        Raises:
            ValueError: There are more codes than there can be.
        """
        slot = self._slots.setdefault((axis, key), len(self._slots))
        if slot >= _ROOM:
            raise ValueError("trop de codes différents d'âge, de sexe, de région, de prescripteur")
        return 2 * slot


def read_open_medic(rows: Iterable[tuple[int, list[str]]]) -> OpenMedic:
    """Sum one year's table.

    Args:
        rows: Cells of each line, with its number, the header first; never all in memory.

    Raises:
        ConsumptionTableError: A column is missing, or a cell is not what its column has.
    """
    lines = iter(rows)
    _, first = next(lines, (1, []))
    header = header_of(first)
    require(header, NEEDED)
    at_cip, at_age, at_sex, at_region, at_who, at_boxes = (header[name] for name in NEEDED)
    at_amount = header.get("rem")
    named = [header.get(name) for name in ("l_cip13", "atc5", "l_atc5")]
    read, counts = OpenMedic(), RowCounts()
    places: dict[tuple[str, str, str, str], tuple[int, int, int, bool]] = {}
    presentations: dict[str, array[float]] = {}
    width, line, rows_read = len(first), 1, 0
    try:
        for line, cells in lines:  # noqa: B007 (two million: no call that is not needed)
            if len(cells) != width:
                raise ValueError(f"{agreed(len(cells), 'colonne')} au lieu de {width}")  # noqa: TRY301
            if (sums := presentations.get(cells[at_cip])) is None:
                sums = read.sums(cip13(cells[at_cip]), _names(cells, named))
                presentations[cells[at_cip]] = sums
            where = (cells[at_age], cells[at_sex], cells[at_region], cells[at_who])
            if (found := places.get(where)) is None:
                found = places[where] = _places(read, where)
            one, two, three, unknown = found
            if (boxes := number(cells[at_boxes])) != int(boxes):
                raise ValueError("un nombre de boîtes est entier : est-ce une autre colonne ?")  # noqa: TRY301
            amount = cents(cells[at_amount]) if at_amount is not None else 0.0
            rows_read += 1
            if unknown or boxes <= 0 or amount < 0:
                _count(counts, boxes, amount, blank=not cells[at_boxes].strip())
                counts.unplaced += unknown
            sums[one] += boxes
            sums[two] += boxes
            sums[three] += boxes
            sums[one + 1] += amount
            sums[two + 1] += amount
            sums[three + 1] += amount
    except ValueError as error:
        raise ConsumptionTableError(f"ligne {line} : {error}") from error
    counts.rows, read.counts = rows_read, counts
    return read


def _places(read: OpenMedic, where: tuple[str, str, str, str]) -> tuple[int, int, int, bool]:
    """Places of a row among the sums, and whether nothing is known of it."""
    age, sex, region, who = map(code, where)
    unknown = age in _NO_AGE and sex in _NO_SEX and region in _NO_REGION and who in _NO_ONE
    return (
        read.place(AGE_SEX, f"{age}/{sex}"),
        read.place(REGION, region),
        read.place(PRESCRIBER, who),
        unknown,
    )


_NO_AGE, _NO_SEX, _NO_REGION, _NO_ONE = {"", "99"}, {"", "9"}, {"", "0", "9", "99"}, {"", "99"}


def _count(counts: RowCounts, boxes: float, amount: float, *, blank: bool) -> None:
    counts.negative += boxes < 0 or amount < 0
    counts.zero += boxes == 0
    counts.blank += blank


def _names(cells: Sequence[str], places: Sequence[int | None]) -> tuple[str, str, str]:
    label, atc5, substance = ("" if at is None else cells[at].strip() for at in places)
    return label, atc5.upper(), substance
