"""The workbooks of an export: the agency's, the network's, and one for each centre."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from exports.model import ExportContext, ExportedDossier
from exports.published.changes import Comparison, first_edition, handed_row
from exports.readers.dossiers import WorkbookDossiers
from exports.readers.policy import Policy
from exports.readers.reading import Reading, RowsBasis
from exports.readers.registre import RegisterReading
from exports.readers.who_reads import KEPT_BY_PERSON, kept_by_person, readings
from exports.rows_put_aside import Row
from exports.sheets.centres import (
    Assignment,
    AssignmentReason,
    Centre,
    author_of,
    concerned,
    given_by,
)
from exports.sheets.columns import ColumnsFile
from exports.sheets.names_known import check_policy
from exports.sheets.national import NationalDossiers
from exports.sheets.situations.table import trends_of
from exports.sheets.tables import Table, TableMaker
from exports.sheets.withheld.columns import WithheldColumns, withheld_columns
from exports.xlsx.kept_rows import (
    FACTS,
    HANDED,
    SheetRows,
    decode_rows,
    encode_facts,
    encode_rows,
)
from exports.xlsx.rows_apart import RowsApart
from mappings.schema.model import Audience
from store.staff.handed_out import HandedRow, digest_of
from triage.situations.trends import Trend

if TYPE_CHECKING:
    from exports.published.workbook import AudienceWorkbook

_WHOLE: tuple[Audience, ...] = ("agence", "reseau")
NOT_COMPARED = first_edition("aucune édition n'est encore publiée")


@dataclass(frozen=True, slots=True)
class _Audience:
    """What the workbooks of one audience share."""

    maker: TableMaker
    kept: Sequence[ExportedDossier]
    readings: Sequence[tuple[Reading, Assignment]]
    trends: Mapping[str, Trend]
    national: NationalDossiers


@dataclass(frozen=True, slots=True)
class WorkbookSet:
    """All the workbooks of one export: what they share is worked out once.

    Attributes:
        entries: Every dossier, in any order.
        context: Circumstances of the export.
        columns: Sheets and columns.
        policy: What leaves the agency.
        centres: Table of the regional centres; without it no dossier says its centres.
        compare: What the workbook of an author says of its changes.
        apart: Folder where rows are put aside once they are written; without it the cells of all
            are held. Only the first cell of such a row can be read again.
        made_before: Gives the rows that a former publication made, by number of dossier, see
            :meth:`to_keep`; it needs ``apart``.
    """

    entries: Sequence[ExportedDossier]
    context: ExportContext
    columns: ColumnsFile
    policy: Policy
    centres: Sequence[Centre] = ()
    compare: Callable[[str], Comparison] = lambda _: NOT_COMPARED
    apart: Path | None = None
    made_before: Callable[[], Iterable[tuple[int, bytes]]] = tuple
    _apart: dict[Audience, RowsApart] = field(default_factory=dict)
    _rows: dict[Audience, dict[str, dict[RowsBasis, Sequence[Row]]]] = field(default_factory=dict)
    _audiences: dict[Audience, _Audience] = field(default_factory=dict)
    _withheld: list[WithheldColumns] = field(default_factory=list)

    @property
    def versions(self) -> str:
        """Versions of the data files that decide what is withheld."""
        return f"{self.context.mapping.digest} {self.policy.digest}"

    def kept(self, audience: Audience) -> Sequence[ExportedDossier]:
        """Dossiers that an audience may not read."""
        return self._read_by(audience).kept

    def kept_by_person(self) -> frozenset[int]:
        """Dossiers that a person keeps at the agency, whatever their verdict."""
        policy = self.policy
        return frozenset(
            one.number
            for one, _ in self._read_by("agence").readings
            if one.told(KEPT_BY_PERSON, lambda it: kept_by_person(it.entry, policy))
        )

    def numbers(self, author: str) -> frozenset[int]:
        """Numbers of the dossiers of a workbook: ``agence``, ``reseau`` or ``crpv-<code>``."""
        return frozenset(one.number for one in self.made(author).readings)

    def workbook(self, author: str) -> bytes:
        """Return the workbook (.xlsx) of an author, see :meth:`numbers`.

        Raises:
            KeyError: The table has no such centre.
            MappingMismatchError: The columns or the policy name what the mapping does not have.
        """
        return self.made(author).pack()

    def tables(self, author: str) -> dict[str, Table]:
        """Return the tables of a workbook by name of sheet, see :meth:`numbers` for its name.

        Raises:
            KeyError: The table has no such centre.
            MappingMismatchError: The columns or the policy name what the mapping does not have.
        """
        return self.made(author).tables

    def handed(
        self, audience: Audience, *, but: AbstractSet[int] = frozenset()
    ) -> Iterator[HandedRow]:
        """Yield what an audience reads of each dossier, to be kept: its row of `Dossiers`.

        Args:
            audience: Who reads.
            but: Dossiers that are passed over, see :meth:`handed_same`.
        """
        shared = self._read_by(audience)
        told = [both for both in shared.readings if both[0].number not in but]
        mine = (one.copy(author=audience) for one, _ in told)
        rows = shared.maker.told(self.columns.dossiers_sheet, mine)
        for (table, cells), (one, to) in zip(rows, told, strict=True):
            row = handed_row(table.columns, cells, centres=to.centres)
            one.told(HANDED, lambda _, row=row: digest_of(row))  # type: ignore[misc]
            yield row

    def handed_same(self, audience: Audience, present: Mapping[int, str]) -> frozenset[int]:
        """Dossiers of which an audience reads what it read, by the digests that were kept."""
        readings = (one for one, _ in self._read_by(audience).readings)
        told = ((one.number, one.facts(HANDED).get(HANDED.name)) for one in readings)
        return frozenset(number for number, digest in told if digest == present.get(number, ""))

    @property
    def fresh(self) -> frozenset[int]:
        """Dossiers of which something was made here."""
        return frozenset(n for one in self._audiences.values() for n in one.maker.new)

    def to_keep(self) -> Iterator[tuple[int, bytes, bytes]]:
        """Number, facts and rows of each dossier of which something was made here, for the next.

        Of the rows that wait for somebody, those that no workbook has any more are left out.
        """
        new = self.fresh
        tables = defaultdict[int, list[SheetRows]](list)
        for audience, one in self._audiences.items():
            for sheet, made in one.maker.made.items():
                for key, kept in made.items():
                    if key.number in new and (not key.due or key in one.maker.used):
                        tables[key.number].append((audience, sheet, key, kept))
        told = {
            audience: {reading.number: reading for reading, _ in one.readings}
            for audience, one in self._audiences.items()
        }
        for entry in self.entries:
            if entry.number in new and (rows := encode_rows(tables[entry.number])) is not None:
                facts = {
                    audience: readings[entry.number].facts(*FACTS)
                    for audience, readings in told.items()
                    if entry.number in readings
                }
                yield entry.number, encode_facts(entry.summary, facts), rows

    def made(self, author: str) -> "AudienceWorkbook":
        """Return the workbook of an author before it is written, see :meth:`workbook`."""
        from exports.published.workbook import AudienceWorkbook  # openpyxl takes long to import

        centre = None if author in _WHOLE else self._centre(author)
        shared = self._read_by("agence" if author == "agence" else "reseau")
        national = shared.national if centre else shared.national.none()
        own = tuple(
            one.copy(author=author, why=_why(one, to, centre))
            for one, to in shared.readings
            if (centre is None or centre.code in to.centres)
            and (one.number not in national.numbers or _otherwise(one, to, author, centre))
        )
        chosen = national.beside(own)
        return AudienceWorkbook(
            maker=shared.maker,
            kept=shared.kept,
            readings=chosen,
            national=national,
            columns=self.columns,
            centre=centre,
            comparison=self.compare(author),
            trends=shared.trends,
            registered=self._registered(chosen, shared.maker.audience, centre),
        )

    def _registered(
        self, chosen: WorkbookDossiers, audience: Audience, centre: Centre | None
    ) -> RegisterReading:
        """The register, as the readers of these dossiers may read it."""
        known = chosen.each(
            "situation in scope",
            lambda one: "" if one.decision.excluded else one.entry.situation,
        )
        register = self.context.register.register
        return RegisterReading(
            context=self.context,
            policy=self.policy,
            audience=audience,
            held=frozenset(filter(None, known)),
            numbers=frozenset(chosen.each("number", lambda one: one.number)),
            centres={one.code: one.name for one in self.centres},
            centre=centre.code if centre else "",
            own=given_by(centre, self.centres, register) if centre else frozenset(),
        )

    def withheld(self) -> WithheldColumns:
        """Columns that the network may not read."""
        if not self._withheld:
            maker, mapping = self._read_by("reseau").maker, self.context.mapping
            found = withheld_columns(self.columns, maker, policy=self.policy, mapping=mapping)
            self._withheld.append(found)
        return self._withheld[0]

    def _centre(self, author: str) -> Centre:
        return {author_of(one): one for one in self.centres}[author]

    def _read_by(self, audience: Audience) -> _Audience:
        known = self._audiences.get(audience)
        if known is not None:
            return known
        check_policy(self.policy, self.context.mapping)
        if self.apart and not self._apart:
            self._put_aside(self.apart)
        read = readings(self.entries, context=self.context, policy=self.policy, audience=audience)
        shared = {one.number for one in read}
        maker = TableMaker(
            context=self.context,
            policy=self.policy,
            audience=audience,
            choices=self.columns.opinions,
            apart=self._apart[audience] if self.apart else None,
            made=self._rows.get(audience, {}),
        )
        given = concerned(read, centres=self.centres, territory=self.columns.territory)
        national = [one for one, to in given if to.reason is AssignmentReason.EVERYWHERE]
        made = _Audience(
            maker=maker,
            kept=tuple(one for one in self.entries if one.number not in shared),
            readings=given,
            national=NationalDossiers.of(maker, national),
            trends=trends_of(read, audience=audience, context=self.context),
        )
        self._audiences[audience] = made
        return made

    def _put_aside(self, folder: Path) -> None:
        """Put what is kept of rows where the rows of each audience are put."""
        for audience in _WHOLE:
            self._apart[audience] = RowsApart(folder)
            self._rows[audience] = {}
        for number, kept in self.made_before():
            for audience, sheet, key, rows in decode_rows(number, kept, self._apart):
                self._rows[audience].setdefault(sheet, {})[key] = rows


def _otherwise(one: Reading, to: Assignment, author: str, centre: Centre | None) -> bool:
    """Whether a centre reads a national dossier as no other does."""
    named = centre is not None and centre.code in to.rapporteurs
    return named or author in one.entry.opinions


def _why(reading: Reading, assignment: Assignment, centre: Centre | None) -> str:
    """Why the readers of a workbook have a dossier: an instructeur named their centre, or else."""
    named = centre is not None and centre.code in assignment.rapporteurs
    return AssignmentReason.RAPPORTEUR.value if named else reading.why
