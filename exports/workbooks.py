"""One workbook from the dossiers, for one audience: same data, same bytes."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import IO

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from exports.about import AUDIENCES, Line, about_lines, digest_lines, fill_about, withheld_lines
from exports.cells import paris
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
) -> bytes:
    """Return the bytes of a workbook (.xlsx). Same arguments, same bytes.

    Raises:
        MappingMismatchError: The columns or the policy name what the mapping does not have.
    """
    into = io.BytesIO()
    write_workbook(entries, context, audience=audience, columns=columns, policy=policy, into=into)
    return into.getvalue()


def write_workbook(
    entries: Sequence[Entry],
    context: ExportContext,
    *,
    audience: Audience,
    columns: ColumnsFile,
    policy: Policy,
    into: IO[bytes],
) -> None:
    """Write a workbook to a stream; see :func:`build_workbook`."""
    check_policy(policy, context.mapping)
    read = readings(entries, context=context, policy=policy, audience=audience)
    checksum = data_checksum(entries, context, columns=columns, policy=policy)
    edition = _Edition(
        entries=entries,
        readings=read,
        context=context,
        policy=policy,
        audience=audience,
        columns=columns,
        checksum=checksum,
    )
    tables = edition.tables()
    workbook = Workbook()
    workbook.remove(workbook.worksheets[0])
    for spec in columns.sheets:
        edition.fill(workbook.create_sheet(spec.name), spec, tables=tables)
    properties = document_properties(
        title=edition.title,
        subject=f"Démarche {context.demarche}",
        software=context.software,
        made=context.generated_from,
    )
    pack(workbook, tables, styles=register(workbook), properties=properties, into=into)


@dataclass(frozen=True, slots=True)
class _Edition:
    """One workbook being made."""

    entries: Sequence[Entry]
    readings: Sequence[Reading]
    context: ExportContext
    policy: Policy
    audience: Audience
    columns: ColumnsFile
    checksum: str

    @property
    def title(self) -> str:
        return f"Usages non conformes — {_TITLES[self.audience]}"

    def tables(self) -> dict[str, Table]:
        """Make every table, by name of sheet; `Dictionnaire` explains the others."""
        maker = TableMaker(context=self.context, policy=self.policy, audience=self.audience)
        made = {
            sheet.name: maker.make(sheet, self.readings)
            for sheet in self.columns.sheets
            if sheet.columns
        }
        explained = tuple(made.values())
        for sheet in self.columns.sheets:
            if sheet.kind == "dictionnaire":
                made[sheet.name] = dictionary(explained, sheet=sheet.name, name=sheet.table)
        return made

    def fill(self, sheet: Worksheet, spec: SheetSpec, *, tables: dict[str, Table]) -> None:
        """Fill one sheet, but for the rows of a table."""
        dated = f"Données au {paris(self.context.generated_from):%d/%m/%Y}"
        margins = Margins(title=self.title, dated=dated, audience=_FOOTERS[self.audience])
        set_up_page(sheet, margins)
        if spec.figures is not None:
            figures = synthesise(
                self.readings, origins=spec.figures, below=self.policy.small_counts.below
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

    def _about(self) -> tuple[Line, ...]:
        versions = f"{self.columns.version} ({self.columns.digest})"
        return about_lines(
            context=self.context,
            audience=AUDIENCES[self.audience],
            checksum=self.checksum,
            digests=digest_lines(self.context, self.policy, columns=versions),
            withheld=withheld_lines(self.entries, self.readings, policy=self.policy),
        )
