"""`Changements`: what is new, changed field by field or gone since the last published export.

What a dossier said before is told only to those who had read it, and only as far as they may read
it now: where the answer is withheld today, or where the rules of what is withheld have changed,
its former value is withheld too. Of a dossier that is gone only the number is told.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation

from exports.cells import Content, Link
from exports.sheets.columns import Format, SheetSpec
from exports.sheets.tables import CALCULATED, Column, Table
from exports.xlsx.row_writer import DAY_ZERO, cell_value, serial

NEW, CHANGED, GONE = "Nouveau", "Modifié", "Retiré"
WITHHELD = "non repris : les règles de diffusion ont changé"
_COLUMNS: tuple[tuple[str, int, Format, str], ...] = (
    ("Dossier", 11, "lien", "Numéro du dossier."),
    ("Changement", 13, "centre", "Nouveau, Modifié ou Retiré depuis le dernier export publié."),
    ("Colonne", 30, "texte", "Colonne de « Dossiers » qui a changé."),
    ("Avant", 50, "texte", "Ce que disait le dernier export publié."),
    ("Après", 50, "texte", "Ce que dit cet export."),
)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Compares the dossiers of one audience; each dossier is compared once.

    Attributes:
        columns: Columns of `Dossiers`.
        former: What stood there, by dossier and header.
        masks: What stands in place of what is withheld, in whole or in a text.
        retold: Whether former values may be shown.
    """

    columns: Sequence[Column]
    former: Mapping[int, Mapping[str, str]]
    masks: tuple[str, ...]
    retold: bool
    _made: dict[int, tuple[tuple[str, str, str], ...]] = field(default_factory=dict)

    def rows(
        self, dossiers: Sequence[tuple[Content, ...]], before: Collection[int]
    ) -> Iterator[tuple[Content, ...]]:
        """Yield the rows of the sheet.

        Args:
            dossiers: Rows of `Dossiers` now.
            before: Numbers of the dossiers of the former workbook.
        """
        now = {number_of(cells): cells for cells in dossiers}
        for number in sorted(now.keys() | set(before)):
            cells = now.get(number)
            if cells is None:
                yield (number, GONE, None, None, None)
            elif number not in before:
                yield (cells[0], NEW, None, None, None)
            else:
                for name, was, is_now in self._of(number, cells):
                    yield (cells[0], CHANGED, name, was, is_now)

    def _of(self, number: int, cells: tuple[Content, ...]) -> tuple[tuple[str, str, str], ...]:
        made = self._made.get(number)
        if made is None:
            former = self.former.get(number, {})
            made = self._made[number] = tuple(self._changed(former, cells))
        return made

    def _changed(
        self, former: Mapping[str, str], cells: tuple[Content, ...]
    ) -> Iterator[tuple[str, str, str]]:
        for column, content in zip(self.columns, cells, strict=True):
            if column.filled:
                continue
            was, is_now = former.get(column.name, ""), _held(column, content)
            if was == is_now:
                continue
            text = shown(column, is_now)
            mask = next((mask for mask in self.masks if mask in text), "")
            if mask:  # what is withheld now is not retold as it was
                yield column.name, mask, text
            else:
                yield column.name, shown(column, was) if self.retold else WITHHELD, text


def changes(rows: Iterator[tuple[Content, ...]], *, sheet: SheetSpec) -> Table:
    """Return the table of changes."""
    columns = tuple(
        Column(
            name=name,
            width=width,
            format=shape,
            meaning=meaning,
            origin=CALCULATED,
            audience="reseau",
        )
        for name, width, shape, meaning in _COLUMNS
    )
    return Table(
        sheet=sheet.name,
        name=sheet.table,
        columns=columns,
        rows=tuple(rows),
        printed=len(columns),
    )


def number_of(cells: tuple[Content, ...]) -> int:
    """Number of the dossier of a row of `Dossiers`: its first cell, as staff build on it."""
    first = cells[0]
    return int(str(first.value if isinstance(first, Link) else first))


def shown(column: Column, held: str) -> str:
    """What a cell held, as staff read it: numbers that are dates are shown as dates."""
    if column.format not in {"date", "moment", "decimal"}:
        return held
    try:
        number = Decimal(held)
    except InvalidOperation:
        return held
    if column.format == "decimal":
        return held.replace(".", ",")
    seconds = round(number * 86_400)
    moment = datetime.combine(DAY_ZERO, datetime.min.time()) + timedelta(seconds=seconds)
    return f"{moment:%d/%m/%Y}" if column.format == "date" else f"{moment:%d/%m/%Y %H:%M}"


def _held(column: Column, content: Content) -> str:
    """What the cell of a content holds in the file."""
    value = cell_value(column, content)
    if isinstance(value, date):
        return serial(value)
    return "" if value is None else str(value)
