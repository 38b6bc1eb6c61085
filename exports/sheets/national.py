"""Dossiers that the workbooks of all centres have: what these say of them is made once. Pure.

Most of what a centre reads is national, and reads the same in each of its thirty workbooks, unless
the centre gave its opinion on a dossier or was named its rapporteur.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Self, TypeAlias, cast

from exports.readers.dossiers import DossiersApart, WorkbookDossiers
from exports.readers.reading import Reading
from exports.rows_put_aside import Row, RowsPutAside, in_turn, parts_of
from exports.sheets.columns import SheetSpec
from exports.sheets.tables import TableMaker
from exports.sheets.to_treat import (
    EVERY_CENTRE,
    Circumstances,
    Waiting,
    in_order,
    is_national,
    waiting,
)

WaitingRows: TypeAlias = tuple[Waiting, Sequence[Row]]


@dataclass(frozen=True)
class NationalDossiers:
    """See the module.

    Attributes:
        maker: Makes their rows.
        readings: They as most centres read them, in the order of `Dossiers`.
    """

    maker: TableMaker
    readings: tuple[Reading, ...]
    _rows: dict[str, tuple[Sequence[Sequence[Row]], ...]] = field(default_factory=dict)
    _waiting: dict[Any, Sequence[WaitingRows]] = field(default_factory=dict)

    @classmethod
    def of(cls, maker: TableMaker, found: Collection[Reading]) -> Self:
        """Put them in order."""
        return cls(maker, in_order([one.copy(author=EVERY_CENTRE) for one in found]))

    def beside(self, own: Sequence[Reading]) -> WorkbookDossiers:
        """They and a centre's own, which may be among them as it alone reads them."""
        apart = self.numbers.intersection(one.number for one in own)
        if not apart:
            return WorkbookDossiers(own, self._alike)
        stay = [one.number not in apart for one in self.readings]
        return WorkbookDossiers(own, DossiersApart(self._alike, stay))

    @cached_property
    def _alike(self) -> WorkbookDossiers:
        return WorkbookDossiers(self.readings)

    def none(self) -> Self:
        """None of them: of the workbooks that are no centre's."""
        return type(self)(self.maker, ())

    @cached_property
    def numbers(self) -> frozenset[int]:
        """Their numbers."""
        return frozenset(self._places)

    @cached_property
    def _places(self) -> Mapping[int, int]:
        return {one.number: at for at, one in enumerate(self.readings)}

    def rows(self, sheet: SheetSpec, *, but: Mapping[int, Reading]) -> Sequence[Sequence[Row]]:
        """Their rows in a sheet, in order, in parts.

        Args:
            sheet: The sheet.
            but: Those that a centre reads otherwise, by number; they have no row here where they
                are the centre's own.
        """
        if sheet.name not in self._rows:
            parts = self.maker.together(sheet, self.readings)
            self._rows[sheet.name] = parts, parts_of(in_turn(parts))
        parts, whole = self._rows[sheet.name]
        if not but:
            return whole
        own = {
            self._places[number]: self.maker.rows_of(sheet, [one])[0] if is_national(one) else ()
            for number, one in but.items()
        }
        return _in_place(own, parts=parts, whole=whole)

    def waiting(
        self, sheet: SheetSpec, around: Circumstances, *, but: Mapping[int, Reading]
    ) -> Sequence[WaitingRows]:
        """Those that wait for a centre, the most urgent first, with their rows.

        Args:
            sheet: `À traiter`.
            around: The news of the centre, and what rises.
            but: Those that it reads otherwise, by number: they are left out.
        """
        news, mine = around.news, self.numbers
        new = None if news.new is None else mine.intersection(news.new)
        told = (mine.intersection(news.answered), mine.intersection(news.opinions))
        key = (sheet.name, new, *told, frozenset(around.rising))
        if key not in self._waiting:
            found = waiting(self.readings, sheet, self.maker.audience, around)
            rows = self.maker.together(sheet, [one.reading for one in found])
            self._waiting[key] = [*zip(found, rows, strict=True)]
        return [both for both in self._waiting[key] if both[0].reading.number not in but]


def _in_place(
    own: Mapping[int, Sequence[Row]],
    *,
    parts: Sequence[Sequence[Row]],
    whole: Sequence[Sequence[Row]],
) -> Sequence[Sequence[Row]]:
    """All rows with some in the place of others.

    Args:
        own: Those, by place of their dossier.
        parts: Rows of each dossier.
        whole: They one after the other; mostly they follow one another where they were put.
    """
    (first, *more), others = whole, [parts[at] for at in own]
    if more or not isinstance(first, RowsPutAside) or not all(others):
        return [own.get(at, rows) for at, rows in enumerate(parts)]
    start, found = first.start, list[Sequence[Row]]()
    for at in sorted(own):
        rows = cast("RowsPutAside", parts[at])
        found += (RowsPutAside(first.place, start, rows.start), own[at])
        start = rows.stop
    return [*found, RowsPutAside(first.place, start, first.stop)]
