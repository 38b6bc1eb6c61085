"""One workbook: its tables, its sheets, its digest, its bytes."""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from heapq import merge
from xml.parsers.expat import ExpatError

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from exports.cells import paris
from exports.identity import WorkbookIdentity
from exports.model import ExportedDossier, latest_change
from exports.published.changes import Comparison, Named, changes_table
from exports.published.checking import ExportFile, damaged
from exports.published.checksum import content_digest
from exports.readers.dossiers import WorkbookDossiers
from exports.readers.reading import Reading
from exports.readers.registre import RegisterReading
from exports.rows_put_aside import Deflated, in_turn, parts_of
from exports.sheets.centres import Centre, author_of
from exports.sheets.columns import AGENCY_ALONE, OF_REGISTER, ColumnsFile, SheetSpec
from exports.sheets.computed import link_of
from exports.sheets.consumption import consumed_by_year
from exports.sheets.dictionary import DefinedWords, dictionary
from exports.sheets.figures import Synthesis, synthesise
from exports.sheets.national import NationalDossiers
from exports.sheets.situations.columns import names_of
from exports.sheets.situations.table import situations
from exports.sheets.tables import Table, TableMaker
from exports.sheets.to_treat import (
    Circumstances,
    headline,
    in_order,
    is_national,
    quarantined_alone,
    waiting,
)
from exports.xlsx.about_lines import (
    AUDIENCES,
    AboutLine,
    Section,
    about_lines,
    digest_lines,
    form_lines,
    identity_lines,
    withheld_lines,
)
from exports.xlsx.about_sheet import fill_about
from exports.xlsx.package import document_properties, pack
from exports.xlsx.print_setup import Margins, around_xml, set_up_page
from exports.xlsx.sheet_template import SheetTemplate, sheet_template
from exports.xlsx.styles import register
from exports.xlsx.synthesis_sheet import Headings, alternatives, fill_synthesis
from exports.xlsx.template_parts import add_sheet
from french.text import typographic
from mappings.schema.model import Audience
from triage.situations.trends import Trend

_TITLES: dict[Audience, str] = {"agence": "classeur de l’agence", "reseau": "réseau des CRPV"}
_FOOTERS: dict[Audience, str] = {
    "agence": "Agence seulement — confidentiel",
    "reseau": "Diffusion : réseau des CRPV",
}
_READERS: dict[Audience, str] = {"agence": "l’agence", "reseau": "les centres"}
_SHORT = 12
"""Digits of the digest in the identity of a workbook."""


@dataclass(frozen=True)
class AudienceWorkbook:
    """One workbook being made; each part of it is worked out once.

    Attributes:
        maker: Makes its tables; shared with the other workbooks of its audience.
        kept: Dossiers that stay at the agency.
        readings: Its dossiers: its own, and national ones.
        national: Those that the workbooks of all centres have; none where it is no centre's.
        columns: Sheets and columns.
        centre: The one centre that it is for, if any.
        comparison: What it says of its changes.
        trends: How the reports of each situation move, of all that its audience may read.
        registered: The register, as its readers may read it.
    """

    maker: TableMaker
    kept: Sequence[ExportedDossier]
    readings: WorkbookDossiers
    national: NationalDossiers
    columns: ColumnsFile
    centre: Centre | None
    comparison: Comparison
    trends: Mapping[str, Trend]
    registered: RegisterReading
    _blocks: list[tuple[int, Deflated]] = field(default_factory=list, repr=False)

    @property
    def author(self) -> str:
        """Whose opinions it carries and brings back."""
        return author_of(self.centre) if self.centre else self.maker.audience

    @property
    def title(self) -> str:
        """Title of the workbook."""
        whom = self.centre.name if self.centre else _TITLES[self.maker.audience]
        return f"{typographic(self.columns.title)} — {whom}"

    @property
    def footer(self) -> str:
        """What stands at the foot of its pages: who may read it."""
        return f"Diffusion : {self.centre.name}" if self.centre else _FOOTERS[self.maker.audience]

    @property
    def sheets(self) -> tuple[str, ...]:
        """Names of its sheets, in order."""
        return tuple(spec.name for spec in self._sheets)

    @property
    def rows(self) -> Mapping[str, int]:
        """Rows of each table, by name of sheet."""
        return {name: len(table.rows) for name, table in self.tables.items()}

    @cached_property
    def digest(self) -> str:
        """SHA-256 of what it says; what passes with each reading, and its identity, left out."""
        told = tuple(line for line in self._about if not line.passing)
        said = (self.title, self.footer, self._dated, self.sheets, self._synthesis, told)
        return content_digest(said, self.tables)

    def file(self, audience: str) -> ExportFile:
        """Make the file, as it is to be published.

        Args:
            audience: Who it is for, as its manifest says it.

        Raises:
            WorkbookCheckError: Its XML is not well-formed.
        """
        content = self.pack()
        blocks = tuple(self._blocks)
        return ExportFile(audience, content, self.rows, self.sheets, self.digest, blocks)

    def pack(self) -> bytes:
        """Make its bytes.

        Raises:
            WorkbookCheckError: Its XML is not well-formed.
        """
        workbook, into = Workbook(), io.BytesIO()
        styles = register(workbook)  # first, so that every workbook numbers them alike
        workbook.remove(workbook.worksheets[0])
        margins = Margins(title=self.title, dated=self._dated, audience=self.footer)
        templates: dict[str, SheetTemplate] = {}
        for spec in self._sheets:
            if (table := self.tables.get(spec.name)) is None:
                self._fill(workbook.create_sheet(spec.name), spec, margins=margins)
            else:
                templates[spec.name] = sheet_template(table, mask=self.maker.policy.mask)
                templates[spec.name].register(workbook)
                add_sheet(workbook, table)
        properties = document_properties(
            title=self.title,
            subject=f"Démarche {self.maker.context.demarche}",
            software=self.maker.context.software,
            made=self._changed or self.maker.context.read_at,
        )
        try:
            self._blocks[:] = pack(
                workbook,
                self.tables,
                styles=styles,
                properties=properties,
                templates=templates,
                around=around_xml(margins),
                alternatives=alternatives(self._synthesis),
                into=into,
            )
        except ExpatError as error:
            raise damaged(f"{self.author}.xlsx") from error
        return into.getvalue()

    @cached_property
    def _sheets(self) -> tuple[SheetSpec, ...]:
        """Its sheets: those that stay at the agency are in its workbook alone."""
        agency = self.maker.audience == "agence"
        return tuple(one for one in self.columns.sheets if agency or one.kind not in AGENCY_ALONE)

    @cached_property
    def tables(self) -> dict[str, Table]:
        """Every table, by name of sheet; `Dictionnaire` explains the others."""
        context = self.maker.context
        made: dict[str, Table] = {}
        for sheet in self._sheets:
            if sheet.kind == "a_traiter":
                made[sheet.name] = self._to_treat(sheet)
            elif sheet.kind in OF_REGISTER:
                made[sheet.name] = self.maker.of_register(sheet, self.registered)
            elif sheet.columns:
                national = self.national.rows(sheet, but=self._apart)
                made[sheet.name] = self.maker.make(sheet, self._first, then=national)
            elif sheet.kind == "situations":
                made[sheet.name] = situations(
                    self.readings,
                    origins=self.columns.figures,
                    sheet=sheet,
                    registered=self.registered,
                    trends=self.trends,
                )
            elif sheet.kind == "changements":
                dossiers = made[self.columns.dossiers_sheet.name]
                firsts = [cells[0] for cells in dossiers.rows]
                named = self._named(made)
                made[sheet.name] = changes_table(
                    self.comparison, sheet=sheet, firsts=firsts, named=named
                )
        explained = tuple(made[sheet.name] for sheet in self._sheets if sheet.name in made)
        for sheet in self._sheets:
            if sheet.kind == "dictionnaire":
                made[sheet.name] = dictionary(
                    explained,
                    self._synthesis,
                    self.readings,
                    vocabulary=DefinedWords(
                        context.terms, context.bands, self.columns.words, self.maker.audience
                    ),
                    sheet=sheet.name,
                    name=sheet.table,
                )
        return made

    @cached_property
    def _apart(self) -> Mapping[int, Reading]:
        """National dossiers that its readers read otherwise, by number."""
        known = self.national.numbers
        return {one.number: one for one in self.readings.own if one.number in known}

    @cached_property
    def _first(self) -> tuple[Reading, ...]:
        """The others of its own, in order: national ones follow them."""
        aside = {number for number, one in self._apart.items() if is_national(one)}
        return in_order([one for one in self.readings.own if one.number not in aside])

    @property
    def ordered(self) -> tuple[Reading, ...]:
        """Its dossiers in the order of `Dossiers`."""
        first = {one.number for one in self._first}
        national = (one for one in self.national.readings if one.number not in first)
        return (*self._first, *(self._apart.get(one.number, one) for one in national))

    def _named(self, made: Mapping[str, Table]) -> Named:
        """Situations by id, as its sheet of situations names them."""
        columns = self.columns.dossiers_sheet.columns
        title = self.columns.figures.title
        header = next((one.name for one in columns if one.computed == "situation"), "")
        what = next((one.name for one in columns if title and one.field == title), "")
        for sheet in self._sheets:
            if sheet.kind == "situations" and sheet.name in made:
                titles, confirmed = names_of(made[sheet.name], mask=self.maker.policy.mask)
                return Named(header, what, titles, confirmed)
        return Named(what=what)

    def _to_treat(self, sheet: SheetSpec) -> Table:
        """The sheet of what waits; at the agency, also what is in quarantine and was never read."""
        context, audience = self.maker.context, self.maker.audience
        words = sheet.reasons.get(audience, {})
        news = self.comparison.news(self.columns.dossiers_sheet)
        rising = {name for name, trend in self.trends.items() if trend.direction == "up"}
        turns = sheet.turns.get(audience, {})
        around = Circumstances(news, rising)
        mine = waiting(self.readings.own, sheet, audience, around)
        own = zip(mine, self.maker.rows_of(sheet, [one.reading for one in mine]), strict=True)
        national = self.national.waiting(sheet, around, but=self._apart)
        both = [*merge(own, national, key=lambda one: one[0].urgency)]
        treated = [one.reading for one, _ in both]
        table = self.maker.make(sheet, (), then=[rows for _, rows in both])
        shown = audience == "agence" and not context.filters and "quarantaine" in words
        aside = tuple(quarantined_alone(context.aside, self.readings)) if shown else ()
        told = {"pourquoi_maintenant": words.get("quarantaine"), "tour": turns.get("lecteur")}
        names = {one.computed: one.name for one in sheet.columns if one.computed}
        more = tuple(
            tuple(
                link_of(number, context=context, audience=audience)
                if column.name == names["dossier"]
                else next(
                    (text for key, text in told.items() if names.get(key) == column.name), None
                )
                for column in table.columns
            )
            for number in aside
        )
        above = headline(
            treated,
            whom="votre centre" if self.centre else _READERS[audience],
            among=len(self.readings),
            words=words,
            turns=turns,
            aside=len(aside),
            since=self.comparison.compared if self.comparison.changes else "",
            first=self.comparison.first,
        )
        return replace(table, rows=in_turn((more, *parts_of(table.rows))), above=above)

    @cached_property
    def _synthesis(self) -> Synthesis:
        context = self.maker.context
        whole = self.maker.audience == "agence" and not context.filters
        found = synthesise(
            self.readings,
            origins=self.columns.figures,
            below=self.maker.policy.small_counts.below,
            years=context.register.years if whole else (),  # they are of every situation
            live_since=context.live_since,
        )
        drawn = (one.printed for one in consumed_by_year(self.registered))
        return replace(found, blocks=(*found.blocks, *drawn))

    @cached_property
    def _changed(self) -> datetime | None:
        """Latest change that its sheets show: of people, or a correction that waits for one."""
        told = self.readings.each("latest change", _latest)
        return max((one for one in told if one is not None), default=None)

    @property
    def _dated(self) -> str:
        """Of when its pages are: of the last reading, or of what a current workbook says."""
        context = self.maker.context
        if context.edition or context.on_request:
            read = f"données au {paris(context.read_at):%d/%m/%Y}"
            return f"{context.edition}, {read}" if context.edition else read.capitalize()
        if self._changed is None:
            return "Classeur courant"
        return f"Classeur courant, dernier changement le {paris(self._changed):%d/%m/%Y}"

    def _fill(self, sheet: Worksheet, spec: SheetSpec, *, margins: Margins) -> None:
        """Fill one sheet that is no table."""
        context = self.maker.context
        set_up_page(sheet, margins)
        if spec.kind == "synthese":
            subtitle = " · ".join(
                (
                    f"Démarche {context.demarche} — {typographic(context.title)}",
                    self._dated[:1].lower() + self._dated[1:],
                    context.filters or self._held,
                )
            )
            fill_synthesis(sheet, self._synthesis, headings=Headings(self.title, subtitle))
        else:
            until = context.opinions_until.get(self.author, 0)
            identity = WorkbookIdentity(context.demarche, self.author, until, self.digest[:_SHORT])
            fill_about(sheet, (*self._about, *identity_lines(identity, digest=self.digest)))

    @property
    def _held(self) -> str:
        return "tous les dossiers de ce centre" if self.centre else "tous les dossiers"

    @property
    def _whom(self) -> str:
        if self.centre is None:
            return AUDIENCES[self.maker.audience]
        total = len(self.centre.departments)
        return (
            f"{self.centre.name} : dossiers de son territoire, dossiers dont il est rapporteur et "
            f"dossiers d'étendue nationale ({total} départements rattachés, dont "
            f"{self.centre.confirmed} confirmés)"
        )

    @property
    def _withheld(self) -> tuple[AboutLine, ...]:
        if self.maker.audience == "agence":
            listed = self.columns.of_kind("dictionnaire").name
            form = form_lines(self.readings, self.maker.context, listed=listed)
            return (*form, AboutLine("Retenu", "rien", Section.KEPT_BACK))
        return withheld_lines(
            None if self.centre else self.kept,
            self.readings,
            context=self.maker.context,
            policy=self.maker.policy,
        )

    @cached_property
    def _about(self) -> tuple[AboutLine, ...]:
        context = self.maker.context
        versions = f"{self.columns.version} ({self.columns.digest})"
        return about_lines(
            context=context,
            audience=self._whom,
            held=f"aucun : {self._held}",
            changed=self._changed,
            compared=self.comparison.compared,
            digests=digest_lines(context, self.maker.policy, columns=versions),
            withheld=self._withheld,
        )


def _latest(reading: Reading) -> datetime | None:
    """The latest change that a dossier shows, a correction that it waits for among them."""
    moments = (latest_change([reading.entry]), reading.summary.correction_pending_since)
    return max((one for one in moments if one is not None), default=None)
