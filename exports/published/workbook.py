"""One workbook: its tables, its sheets, its bytes."""

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from exports.cells import Content, paris
from exports.identity import Identity
from exports.model import ExportedDossier
from exports.published.changes import Comparison, changes
from exports.readers.reading import Reading
from exports.sheets.centres import Centre, author_of
from exports.sheets.columns import ColumnsFile, SheetSpec
from exports.sheets.dictionary import dictionary
from exports.sheets.figures import Synthesis, synthesise
from exports.sheets.situations import situations
from exports.sheets.tables import Table, TableMaker
from exports.xlsx.about_sheet import (
    AUDIENCES,
    AboutLine,
    about_lines,
    digest_lines,
    fill_about,
    form_lines,
    withheld_lines,
)
from exports.xlsx.package import document_properties, pack
from exports.xlsx.print_setup import Margins, set_up_page
from exports.xlsx.shell import fill_shell
from exports.xlsx.styles import register
from exports.xlsx.synthesis_sheet import Headings, fill_synthesis
from mappings.schema.model import Audience

_TITLES: dict[Audience, str] = {"agence": "classeur de l'agence", "reseau": "réseau des CRPV"}
_FOOTERS: dict[Audience, str] = {
    "agence": "Agence seulement — confidentiel",
    "reseau": "Diffusion : réseau des CRPV",
}


@dataclass(frozen=True, slots=True)
class AudienceWorkbook:
    """One workbook being made.

    Attributes:
        maker: Makes its tables; shared with the other workbooks of its audience.
        kept: Dossiers that stay at the agency.
        readings: Its dossiers.
        columns: Sheets and columns.
        checksum: That of the data.
        centre: The one centre that it is for, if any.
        comparison: What its audience could read before, where there is anything to compare with.
        before: Numbers of the dossiers of the former workbook; ``None`` where there is none.
        compared: What `À propos` says of the comparison.
    """

    maker: TableMaker
    kept: Sequence[ExportedDossier]
    readings: Sequence[Reading]
    columns: ColumnsFile
    checksum: str
    centre: Centre | None
    comparison: Comparison | None
    before: frozenset[int] | None
    compared: str
    _figures: list[Synthesis] = field(default_factory=list)

    @property
    def author(self) -> str:
        """Whose opinions it carries and brings back."""
        return author_of(self.centre) if self.centre else self.maker.audience

    @property
    def title(self) -> str:
        """Title of the workbook."""
        whom = self.centre.name if self.centre else _TITLES[self.maker.audience]
        return f"{self.columns.title} — {whom}"

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
        made: dict[str, Table] = {}
        for sheet in self.columns.sheets:
            if sheet.columns:
                made[sheet.name] = self.maker.make(sheet, self.readings)
            elif sheet.kind == "situations":
                made[sheet.name] = situations(
                    self.readings,
                    origins=self.columns.figures,
                    sheet=sheet,
                    audience=self.maker.audience,
                    context=self.maker.context,
                )
            elif sheet.kind == "changements":
                dossiers = made[self.columns.dossiers_sheet.name]
                made[sheet.name] = changes(self._changes(dossiers), sheet=sheet)
        explained = tuple(made[sheet.name] for sheet in self.columns.sheets if sheet.name in made)
        for sheet in self.columns.sheets:
            if sheet.kind == "dictionnaire":
                made[sheet.name] = dictionary(
                    explained,
                    self._synthesis().figures,
                    self.readings,
                    sheet=sheet.name,
                    name=sheet.table,
                )
        return made

    def _changes(self, dossiers: Table) -> Iterator[tuple[Content, ...]]:
        if self.comparison is None or self.before is None:
            return iter(())
        return self.comparison.rows(dossiers.rows, self.before)

    def _synthesis(self) -> Synthesis:
        if not self._figures:
            below = self.maker.policy.small_counts.below
            origins = self.columns.figures
            years = self.maker.context.years if self.maker.audience == "agence" else ()
            made = synthesise(self.readings, origins=origins, below=below, years=years)
            self._figures.append(made)
        return self._figures[0]

    def fill(self, sheet: Worksheet, spec: SheetSpec, *, tables: dict[str, Table]) -> None:
        """Fill one sheet, but for the rows of a table."""
        context = self.maker.context
        dated = f"Données au {paris(context.generated_from):%d/%m/%Y}"
        margins = Margins(title=self.title, dated=dated, audience=self.footer)
        set_up_page(sheet, margins)
        if spec.kind == "synthese":
            subtitle = " · ".join(
                (
                    f"Démarche {context.demarche} — {context.title}",
                    dated.lower(),
                    context.filters or "tous les dossiers",
                )
            )
            fill_synthesis(sheet, self._synthesis(), headings=Headings(self.title, subtitle))
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

    def _withheld(self) -> tuple[AboutLine, ...]:
        if self.maker.audience == "agence":
            listed = self.columns.of_kind("dictionnaire").name
            form = form_lines(self.readings, self.maker.context, listed=listed)
            return (*form, AboutLine("Retenu", "rien"))
        return withheld_lines(
            self.kept, self.readings, context=self.maker.context, policy=self.maker.policy
        )

    def _about(self) -> tuple[AboutLine, ...]:
        context = self.maker.context
        versions = f"{self.columns.version} ({self.columns.digest})"
        until, checksum = context.opinions_until, self.checksum[:12]
        return about_lines(
            context=context,
            audience=self._whom(),
            identity=Identity(context.demarche, self.author, until, checksum),
            checksum=self.checksum,
            compared=self.compared,
            digests=digest_lines(context, self.maker.policy, columns=versions),
            withheld=self._withheld(),
        )
