"""One workbook from the dossiers, for one audience: same data, same bytes."""

import io
from collections.abc import Sequence
from dataclasses import dataclass

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from exports.about import AUDIENCES, Line, about_lines, digest_lines, fill_about, withheld_lines
from exports.cells import paris
from exports.centres import Centre, concerned
from exports.checksum import data_checksum
from exports.columns import ColumnsFile, SheetSpec
from exports.dictionary import dictionary
from exports.entry import Entry, ExportContext
from exports.figures import synthesise
from exports.package import document_properties, pack
from exports.pages import Margins, set_up_page
from exports.policy import Policy, check_policy
from exports.reading import Reading, readings
from exports.shell import fill_shell
from exports.situations import situations
from exports.styles import register
from exports.synthesis_sheet import Headings, fill_synthesis
from exports.tables import Table, TableMaker
from mappings.mapping import Audience

_TITLES: dict[Audience, str] = {"agence": "classeur de l'agence", "reseau": "réseau des CRPV"}
_FOOTERS: dict[Audience, str] = {
    "agence": "Agence seulement — confidentiel",
    "reseau": "Diffusion : réseau des CRPV",
}


def build_workbook(
    entries: Sequence[Entry],
    context: ExportContext,
    *,
    audience: Audience,
    columns: ColumnsFile,
    policy: Policy,
    centres: Sequence[Centre] = (),
    centre: str = "",
    checksum: str = "",
) -> bytes:
    """Return the bytes of a workbook (.xlsx). Same arguments, same bytes.

    Args:
        entries: Every dossier, in any order.
        context: Circumstances of the export.
        audience: Who reads it.
        columns: Sheets and columns.
        policy: What leaves the agency.
        centres: Table of the regional centres; without it no dossier says its centres.
        centre: Code of the one centre that the workbook is for; its audience is the network's.
        checksum: That of the data (:func:`exports.checksum.data_checksum`), worked out if empty.

    Raises:
        MappingMismatchError: The columns or the policy name what the mapping does not have.
        ValueError: No centre has this code.
    """
    check_policy(policy, context.mapping)
    chosen = next((one for one in centres if one.code == centre), None)
    if centre and (chosen is None or audience != "reseau"):
        raise ValueError(f"no workbook of the {audience} for the centre {centre!r}")
    read = readings(entries, context=context, policy=policy, audience=audience)
    shared = {one.number for one in read}
    kept = [one for one in entries if one.report.number not in shared]
    if centres:
        told = concerned(read, centres=centres, territory=columns.territory)
        read = tuple(one for one, found in told if not centre or centre in found.centres)
    edition = _Edition(
        kept=kept,
        readings=read,
        context=context,
        policy=policy,
        audience=audience,
        columns=columns,
        checksum=checksum or data_checksum(entries, context, columns=columns, policy=policy),
        centre=chosen,
    )
    return edition.pack()


@dataclass(frozen=True, slots=True)
class _Edition:
    """One workbook being made."""

    kept: Sequence[Entry]
    readings: Sequence[Reading]
    context: ExportContext
    policy: Policy
    audience: Audience
    columns: ColumnsFile
    checksum: str
    centre: Centre | None

    @property
    def title(self) -> str:
        whom = self.centre.name if self.centre else _TITLES[self.audience]
        return f"Usages non conformes — {whom}"

    @property
    def footer(self) -> str:
        return f"Diffusion : {self.centre.name}" if self.centre else _FOOTERS[self.audience]

    def pack(self) -> bytes:
        """Make the workbook."""
        tables = self.tables()
        workbook, into = Workbook(), io.BytesIO()
        workbook.remove(workbook.worksheets[0])
        for spec in self.columns.sheets:
            self.fill(workbook.create_sheet(spec.name), spec, tables=tables)
        properties = document_properties(
            title=self.title,
            subject=f"Démarche {self.context.demarche}",
            software=self.context.software,
            made=self.context.generated_from,
        )
        pack(workbook, tables, styles=register(workbook), properties=properties, into=into)
        return into.getvalue()

    def tables(self) -> dict[str, Table]:
        """Make every table, by name of sheet; `Dictionnaire` explains the others."""
        maker = TableMaker(context=self.context, policy=self.policy, audience=self.audience)
        made = {
            sheet.name: maker.make(sheet, self.readings)
            for sheet in self.columns.sheets
            if sheet.columns
        }
        for sheet in self.columns.sheets:
            if sheet.kind == "situations":
                made[sheet.name] = situations(
                    self.readings, origins=self.columns.figures, sheet=sheet
                )
        explained = tuple(made[sheet.name] for sheet in self.columns.sheets if sheet.name in made)
        for sheet in self.columns.sheets:
            if sheet.kind == "dictionnaire":
                made[sheet.name] = dictionary(explained, sheet=sheet.name, name=sheet.table)
        return made

    def fill(self, sheet: Worksheet, spec: SheetSpec, *, tables: dict[str, Table]) -> None:
        """Fill one sheet, but for the rows of a table."""
        dated = f"Données au {paris(self.context.generated_from):%d/%m/%Y}"
        margins = Margins(title=self.title, dated=dated, audience=self.footer)
        set_up_page(sheet, margins)
        if spec.kind == "synthese":
            figures = synthesise(
                self.readings, origins=self.columns.figures, below=self.policy.small_counts.below
            )
            subtitle = (
                f"Démarche {self.context.demarche} — {self.context.title} · {dated.lower()} · "
                f"{self.context.filters or 'tous les dossiers'}"
            )
            fill_synthesis(sheet, figures, headings=Headings(self.title, subtitle))
        elif spec.kind == "a_propos":
            fill_about(sheet, self._about())
        else:
            fill_shell(sheet, tables[spec.name], mask=self.policy.mask)

    def _whom(self) -> str:
        if self.centre is None:
            return AUDIENCES[self.audience]
        total = len(self.centre.departments)
        return (
            f"{self.centre.name} : dossiers de son territoire, dossiers dont il est rapporteur et "
            f"dossiers d'étendue nationale ({total} départements rattachés, dont "
            f"{self.centre.confirmed} confirmés)"
        )

    def _withheld(self) -> tuple[Line, ...]:
        if self.audience == "agence":
            return (Line("Retenu", "rien"),)
        return withheld_lines(self.kept, self.readings, context=self.context, policy=self.policy)

    def _about(self) -> tuple[Line, ...]:
        versions = f"{self.columns.version} ({self.columns.digest})"
        return about_lines(
            context=self.context,
            audience=self._whom(),
            checksum=self.checksum,
            digests=digest_lines(self.context, self.policy, columns=versions),
            withheld=self._withheld(),
        )
