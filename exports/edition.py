"""One workbook: its tables, its sheets, its bytes."""

import io
from collections.abc import Sequence
from dataclasses import dataclass

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from exports.about import AUDIENCES, Line, about_lines, digest_lines, fill_about, withheld_lines
from exports.cells import paris
from exports.centres import Centre
from exports.columns import ColumnsFile, SheetSpec
from exports.dictionary import dictionary
from exports.entry import Entry
from exports.figures import synthesise
from exports.package import document_properties, pack
from exports.pages import Margins, set_up_page
from exports.reading import Reading
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


@dataclass(frozen=True, slots=True)
class Edition:
    """One workbook being made.

    Attributes:
        maker: Makes its tables; shared with the other workbooks of its audience.
        kept: Dossiers that stay at the agency.
        readings: Its dossiers.
        columns: Sheets and columns.
        checksum: That of the data.
        centre: The one centre that it is for, if any.
    """

    maker: TableMaker
    kept: Sequence[Entry]
    readings: Sequence[Reading]
    columns: ColumnsFile
    checksum: str
    centre: Centre | None

    @property
    def title(self) -> str:
        """Title of the workbook."""
        whom = self.centre.name if self.centre else _TITLES[self.maker.audience]
        return f"Usages non conformes — {whom}"

    @property
    def footer(self) -> str:
        """What stands at the foot of its pages: who may read it."""
        return f"Diffusion : {self.centre.name}" if self.centre else _FOOTERS[self.maker.audience]

    def pack(self) -> bytes:
        """Make the workbook."""
        tables = self.tables()
        workbook, into = Workbook(), io.BytesIO()
        workbook.remove(workbook.worksheets[0])
        sheets = [(workbook.create_sheet(spec.name), spec) for spec in self.columns.sheets]
        styles = register(workbook)  # first, so that every workbook numbers them alike
        for sheet, spec in sheets:
            self.fill(sheet, spec, tables=tables)
        properties = document_properties(
            title=self.title,
            subject=f"Démarche {self.maker.context.demarche}",
            software=self.maker.context.software,
            made=self.maker.context.generated_from,
        )
        pack(workbook, tables, styles=styles, properties=properties, into=into)
        return into.getvalue()

    def tables(self) -> dict[str, Table]:
        """Make every table, by name of sheet; `Dictionnaire` explains the others."""
        made = {
            sheet.name: self.maker.make(sheet, self.readings)
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
        context = self.maker.context
        dated = f"Données au {paris(context.generated_from):%d/%m/%Y}"
        margins = Margins(title=self.title, dated=dated, audience=self.footer)
        set_up_page(sheet, margins)
        if spec.kind == "synthese":
            figures = synthesise(
                self.readings,
                origins=self.columns.figures,
                below=self.maker.policy.small_counts.below,
            )
            subtitle = " · ".join(
                (
                    f"Démarche {context.demarche} — {context.title}",
                    dated.lower(),
                    context.filters or "tous les dossiers",
                )
            )
            fill_synthesis(sheet, figures, headings=Headings(self.title, subtitle))
        elif spec.kind == "a_propos":
            fill_about(sheet, self._about())
        else:
            fill_shell(sheet, tables[spec.name], mask=self.maker.policy.mask)

    def _whom(self) -> str:
        if self.centre is None:
            return AUDIENCES[self.maker.audience]
        total = len(self.centre.departments)
        return (
            f"{self.centre.name} : dossiers de son territoire, dossiers dont il est rapporteur et "
            f"dossiers d'étendue nationale ({total} départements rattachés, dont "
            f"{self.centre.confirmed} confirmés)"
        )

    def _withheld(self) -> tuple[Line, ...]:
        if self.maker.audience == "agence":
            return (Line("Retenu", "rien"),)
        return withheld_lines(
            self.kept, self.readings, context=self.maker.context, policy=self.maker.policy
        )

    def _about(self) -> tuple[Line, ...]:
        versions = f"{self.columns.version} ({self.columns.digest})"
        return about_lines(
            context=self.maker.context,
            audience=self._whom(),
            checksum=self.checksum,
            digests=digest_lines(self.maker.context, self.maker.policy, columns=versions),
            withheld=self._withheld(),
        )
