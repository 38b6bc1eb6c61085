"""Medic'AM: boxes reimbursed each month by presentation, from the sheets of its books. Pure."""

import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from french.text import fold
from triage.consumption.cells import ConsumptionTableError, cents, number

WHO = {"tous": "tous", "lib": "liberaux", "sal": "salaries"}
"""Which prescribers a sheet is of, by a part of its name."""
_BLOCKS = {"nombre de boites": "boxes", "montant rembourse": "cents"}
_PERIOD = re.compile(r"(20[0-9]{2})[-/ ]?(0[1-9]|1[0-2])?$")
_TOTAL = "total"
_NAMED = {"classe atc", "classe"}
_CODE = re.compile(r"([0-9]{7}|[0-9]{12,13})(?:\.0)?")


@dataclass(frozen=True, slots=True)
class Monthly:
    """One sheet.

    Attributes:
        who: ``tous``, ``liberaux`` or ``salaries`` prescribers.
        periods: Its months (``2025-07``), or years in yearly books.
        skipped: Rows without a code (« Total », « Homéopathie »).
        atc5: ATC code by presentation.
        classes: Name of each class, by its ATC code.
        boxes: Boxes and cents by period, by presentation; a blank month is not there.
        published: Boxes by period of the row « Total », where there is one.
        uncoded: Boxes by period of the other rows without a code.
    """

    who: str
    periods: tuple[str, ...]
    skipped: int
    atc5: Mapping[str, str]
    boxes: Mapping[str, Mapping[str, tuple[float, float]]]
    classes: Mapping[str, str] = field(default_factory=dict)
    published: Mapping[str, float] = field(default_factory=dict)
    uncoded: Mapping[str, float] = field(default_factory=dict)

    def codes(self) -> dict[str, str]:
        """ATC code of each presentation with boxes, in the order of the sheet; "" without one."""
        some = (cip for cip, months in self.boxes.items() if any(n > 0 for n, _ in months.values()))
        return {cip: self.atc5.get(cip, "") for cip in some}

    def totals(self) -> dict[str, float]:
        """Boxes by period, presentations together."""
        found = dict.fromkeys(self.periods, 0.0)
        for months in self.boxes.values():
            for period, (boxes, _) in months.items():
                found[period] += boxes
        return found


def read_monthly(sheets: Iterable[tuple[str, Sequence[Sequence[object]]]]) -> tuple[Monthly, ...]:
    """Read the sheets of a book that have boxes; a notice has none.

    Raises:
        ConsumptionTableError: No sheet has boxes by presentation, or a cell is no number.
    """
    found = []
    for name, rows in sheets:
        if rows and (columns := _columns(rows[0])):
            try:
                found.append(_sheet(_who(name), rows, columns))
            except ValueError as error:
                raise ConsumptionTableError(f"feuille « {name} », {error}") from error
    if not found:
        raise ConsumptionTableError(
            "aucune feuille n'a les colonnes CIP13 et « Nombre de boites remboursées <période> »"
        )
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Columns:
    cip: int
    atc: int | None
    named: int | None
    values: Mapping[tuple[str, str], int]
    """Place of a measure of a period."""


def _columns(first: Sequence[object]) -> _Columns | None:
    names = [fold(" ".join(str(cell or "").split())) for cell in first]
    cip = next((place for place, name in enumerate(names) if name in {"cip13", "cip7"}), None)
    values: dict[tuple[str, str], int] = {}
    for place, name in enumerate(names):
        for start, kind in _BLOCKS.items():
            if name.startswith(start) and (period := _period(name)):
                if (period, kind) in values:
                    raise ConsumptionTableError(f"deux colonnes « {start} » de {period}")
                values[period, kind] = place
    if cip is None or not any(kind == "boxes" for _, kind in values):
        return None
    atc = next((place for place, name in enumerate(names) if name in {"code atc", "code"}), None)
    named = next((place for place, name in enumerate(names) if name in _NAMED), None)
    return _Columns(cip, atc, named, values)


def _period(name: str) -> str:
    found = _PERIOD.search(name)
    return "" if found is None else "-".join(part for part in found.groups() if part)


def _who(sheet: str) -> str:
    return next((who for part, who in WHO.items() if part in fold(sheet)), "tous")


def _sheet(who: str, rows: Sequence[Sequence[object]], columns: _Columns) -> Monthly:
    boxes: dict[str, dict[str, tuple[float, float]]] = {}
    atc5: dict[str, str] = {}
    classes: dict[str, str] = {}
    published: dict[str, float] = {}
    uncoded: dict[str, float] = {}
    skipped = 0
    periods = tuple(dict.fromkeys(period for period, kind in columns.values if kind == "boxes"))
    for line, row in enumerate(rows[1:], start=2):
        code = _CODE.fullmatch(_text(row, columns.cip))
        if code is None:
            skipped += any(str(cell or "").strip() for cell in row)
            _add_uncoded(row, columns, published if _is_total(row) else uncoded)
            continue
        cip = code[1] if len(code[1]) == 7 else code[1].zfill(13)  # noqa: PLR2004 (a CIP7)
        if columns.atc is not None:
            atc5[cip] = _text(row, columns.atc).upper()
            classes.setdefault(atc5[cip], _text(row, columns.named))
        of_cip = boxes.setdefault(cip, {})
        for period in periods:
            try:
                typed = _text(row, columns.values[period, "boxes"])
                amount = cents(_text(row, columns.values.get((period, "cents"))))
                if typed:
                    before = of_cip.get(period, (0.0, 0.0))
                    of_cip[period] = (before[0] + number(typed), before[1] + amount)
            except ValueError as error:
                raise ValueError(f"ligne {line} : {error}") from error
    return Monthly(who, periods, skipped, atc5, boxes, classes, published, uncoded)


def _is_total(row: Sequence[object]) -> bool:
    return any(isinstance(cell, str) and fold(cell) == _TOTAL for cell in row)


def _add_uncoded(row: Sequence[object], columns: "_Columns", sums: dict[str, float]) -> None:
    """Boxes of a row without a code; what is no number there says nothing."""
    for (period, kind), place in columns.values.items():
        if kind == "boxes" and (typed := _text(row, place)):
            with suppress(ValueError):
                sums[period] = sums.get(period, 0.0) + number(typed)


def _text(row: Sequence[object], place: int | None) -> str:
    """A cell as text with a decimal comma; a code that a spreadsheet keeps as a number too."""
    cell = row[place] if place is not None and place < len(row) else None
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else f"{cell:.4f}".replace(".", ",")
    return "" if cell is None else str(cell).strip()
