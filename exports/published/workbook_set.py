"""The workbooks of an export: the agency's, the network's, and one for each centre."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from exports.cells import paris
from exports.model import ExportContext, ExportedDossier
from exports.published.changes import Comparison
from exports.published.checksum import data_checksum
from exports.published.former import PreviousExport
from exports.published.workbook import AudienceWorkbook
from exports.readers.policy import Policy
from exports.readers.reading import Reading, readings
from exports.sheets.centres import Assignment, Centre, author_of, concerned
from exports.sheets.columns import ColumnsFile
from exports.sheets.names_known import check_policy
from exports.sheets.tables import Table, TableMaker
from exports.xlsx.about_sheet import VERSIONS, digest_lines
from mappings.schema.model import Audience

_WHOLE = ("agence", "reseau")


@dataclass(frozen=True, slots=True)
class _Audience:
    """What the workbooks of one audience share."""

    maker: TableMaker
    comparison: Comparison | None
    kept: Sequence[ExportedDossier]
    readings: Sequence[tuple[Reading, Assignment]]


@dataclass(frozen=True, slots=True)
class WorkbookSet:
    """All the workbooks of one export: what they share is worked out once.

    Same attributes, same bytes. `Changements` compares with files as they were published, so that
    an audience is told of the past only what it could read then.

    Attributes:
        entries: Every dossier, in any order.
        context: Circumstances of the export.
        columns: Sheets and columns.
        policy: What leaves the agency.
        centres: Table of the regional centres; without it no dossier says its centres.
        previous: The last published export, that `Changements` compares with.
    """

    entries: Sequence[ExportedDossier]
    context: ExportContext
    columns: ColumnsFile
    policy: Policy
    centres: Sequence[Centre] = ()
    previous: PreviousExport | None = None
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

    def numbers(self, author: str) -> frozenset[int]:
        """Numbers of the dossiers of a workbook: ``agence``, ``reseau`` or ``crpv-<code>``."""
        return frozenset(one.number for one in self._workbook(author).readings)

    def workbook(self, author: str) -> bytes:
        """Return the workbook (.xlsx) of an author, see :meth:`numbers`.

        Raises:
            KeyError: The table has no such centre.
            MappingMismatchError: The columns or the policy name what the mapping does not have.
        """
        return self._workbook(author).pack()

    def tables(self, author: str) -> dict[str, Table]:
        """Return the tables of a workbook by name of sheet, see :meth:`numbers` for its name.

        Raises:
            KeyError: The table has no such centre.
            MappingMismatchError: The columns or the policy name what the mapping does not have.
        """
        return self._workbook(author).tables()

    def _workbook(self, author: str) -> AudienceWorkbook:
        centre = None if author in _WHOLE else self._centre(author)
        shared = self._read_by("agence" if author == "agence" else "reseau")
        chosen = [
            replace(one, author=author)
            for one, to in shared.readings
            if centre is None or centre.code in to.centres
        ]
        previous = self.previous if shared.comparison else None
        before = previous.numbers(f"{author}.xlsx") if previous else None
        return AudienceWorkbook(
            maker=shared.maker,
            kept=shared.kept,
            readings=chosen,
            columns=self.columns,
            checksum=self.checksum,
            centre=centre,
            comparison=shared.comparison,
            before=before,
            compared=self._compared(told=before is not None),
        )

    def _centre(self, author: str) -> Centre:
        return {author_of(one): one for one in self.centres}[author]

    def _compared(self, *, told: bool) -> str:
        if self.context.filters:
            return "rien : cet export est filtré"
        if self.previous is None:
            return "rien : premier export"
        if not told:
            return "rien : ce classeur n'est pas dans l'export précédent, ou y a été modifié"
        return f"l'export publié le {paris(self.previous.published_at):%d/%m/%Y à %H:%M} (Paris)"

    def _comparison(self, maker: TableMaker) -> Comparison | None:
        former = self.previous.former(f"{maker.audience}.xlsx") if self.previous else None
        if former is None or self.context.filters:
            return None
        digests = digest_lines(self.context, self.policy, columns="")
        versions = {line.name: line.text for line in digests if line.name in VERSIONS}
        return Comparison(
            columns=maker.make(self.columns.dossiers_sheet, ()).columns,
            former=former.rows,
            masks=(self.policy.mask, self.policy.patient_mask),
            retold=maker.audience == "agence" or former.versions == versions,
        )

    def _read_by(self, audience: Audience) -> _Audience:
        known = self._audiences.get(audience)
        if known is not None:
            return known
        check_policy(self.policy, self.context.mapping)
        read = readings(self.entries, context=self.context, policy=self.policy, audience=audience)
        shared = {one.number for one in read}
        maker = TableMaker(
            context=self.context,
            policy=self.policy,
            audience=audience,
            several=audience == "reseau" and bool(self.centres),
            choices=self.columns.opinions,
        )
        made = _Audience(
            maker=maker,
            comparison=self._comparison(maker),
            kept=tuple(one for one in self.entries if one.report.number not in shared),
            readings=concerned(read, centres=self.centres, territory=self.columns.territory),
        )
        self._audiences[audience] = made
        return made
