"""The workbooks of an export: the agency's, the network's, and one for each centre."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from exports.centres import Assignment, Centre, Ground, concerned
from exports.checksum import data_checksum
from exports.columns import ColumnsFile
from exports.edition import Edition
from exports.entry import Entry, ExportContext
from exports.policy import Policy, check_policy
from exports.reading import Reading, readings
from exports.tables import TableMaker
from mappings.mapping import Audience


@dataclass(frozen=True, slots=True)
class _Audience:
    """What the workbooks of one audience share."""

    maker: TableMaker
    kept: Sequence[Entry]
    readings: Sequence[tuple[Reading, Assignment]]


@dataclass(frozen=True, slots=True)
class WorkbookSet:
    """All the workbooks of one export: what they share is worked out once.

    Same attributes, same bytes.

    Attributes:
        entries: Every dossier, in any order.
        context: Circumstances of the export.
        columns: Sheets and columns.
        policy: What leaves the agency.
        centres: Table of the regional centres; without it no dossier says its centres.
    """

    entries: Sequence[Entry]
    context: ExportContext
    columns: ColumnsFile
    policy: Policy
    centres: Sequence[Centre] = ()
    _audiences: dict[Audience, _Audience] = field(default_factory=dict)
    _checksums: list[str] = field(default_factory=list)

    @property
    def checksum(self) -> str:
        """SHA-256 of the data: equal when the workbooks would say nothing new."""
        if not self._checksums:
            self._checksums.append(
                data_checksum(
                    self.entries,
                    self.context,
                    columns=self.columns,
                    policy=self.policy,
                    centres=self.centres,
                )
            )
        return self._checksums[0]

    @property
    def unassigned(self) -> tuple[int, ...]:
        """Numbers of the dossiers that the network may read and that fit no centre."""
        found = self._read_by("reseau").readings
        return tuple(one.number for one, to in found if to.ground is Ground.NOWHERE)

    def workbook(self, audience: Audience) -> bytes:
        """Return the workbook (.xlsx) of an audience.

        Raises:
            MappingMismatchError: The columns or the policy name what the mapping does not have.
        """
        shared = self._read_by(audience)
        return self._edition(shared, [one for one, _ in shared.readings], centre=None)

    def centre_workbook(self, code: str) -> bytes:
        """Return the workbook (.xlsx) of one centre.

        Raises:
            KeyError: The table has no such centre.
            MappingMismatchError: The columns or the policy name what the mapping does not have.
        """
        centre = {one.code: one for one in self.centres}[code]
        shared = self._read_by("reseau")
        chosen = [one for one, to in shared.readings if code in to.centres]
        return self._edition(shared, chosen, centre=centre)

    def _edition(
        self, shared: _Audience, chosen: Sequence[Reading], *, centre: Centre | None
    ) -> bytes:
        edition = Edition(
            maker=shared.maker,
            kept=shared.kept,
            readings=chosen,
            columns=self.columns,
            checksum=self.checksum,
            centre=centre,
        )
        return edition.pack()

    def _read_by(self, audience: Audience) -> _Audience:
        known = self._audiences.get(audience)
        if known is not None:
            return known
        check_policy(self.policy, self.context.mapping)
        read = readings(self.entries, context=self.context, policy=self.policy, audience=audience)
        shared = {one.number for one in read}
        made = _Audience(
            maker=TableMaker(
                context=self.context,
                policy=self.policy,
                audience=audience,
                several=audience == "reseau" and bool(self.centres),
            ),
            kept=tuple(one for one in self.entries if one.report.number not in shared),
            readings=concerned(read, centres=self.centres, territory=self.columns.territory),
        )
        self._audiences[audience] = made
        return made


def build_workbook(
    entries: Sequence[Entry],
    context: ExportContext,
    *,
    audience: Audience,
    columns: ColumnsFile,
    policy: Policy,
) -> bytes:
    """Return one workbook (.xlsx); for several of the same data, see :class:`WorkbookSet`.

    Raises:
        MappingMismatchError: The columns or the policy name what the mapping does not have.
    """
    made = WorkbookSet(entries=entries, context=context, columns=columns, policy=policy)
    return made.workbook(audience)
