"""Lines of the portal's lists: dossiers as each audience may read them, ready to be searched."""

from collections.abc import Iterator, Sequence

from exports.cells import Link, paris
from exports.model import ExportContext, ExportedDossier
from exports.readers.reading import Reading
from exports.sheets.columns import ColumnsFile, SheetSpec
from exports.sheets.tables import TableMaker
from exports.sheets.values import column_text, content_text, shown_content
from french.text import fold
from mappings.schema.model import Audience, MedicineRows
from portal.dossiers.situation_names import situation_id
from portal.source import Source
from store.staff.lines import DossierLine

AUDIENCES: tuple[Audience, ...] = ("agence", "reseau")


def lines_of(
    source: Source, entries: Sequence[ExportedDossier], context: ExportContext
) -> Iterator[DossierLine]:
    """Lines of dossiers, for each audience that may read them."""
    for audience in AUDIENCES:
        for reading, assigned in source.read(entries, context=context, audience=audience):
            yield _line(reading, columns=source.columns, centres=assigned.centres)


def _line(reading: Reading, *, columns: ColumnsFile, centres: tuple[str, ...]) -> DossierLine:
    assessment = reading.entry.assessment
    medicines = reading.context.mapping.medicines or MedicineRows(rows="")
    company = shown_content(reading.answer(medicines.company)) if medicines.company else None
    situation = situation_id(reading)
    substance = _of_medicine(reading, medicines, name=medicines.substance)
    return DossierLine(
        number=reading.number,
        audience=reading.audience,
        status=reading.decision.shown,
        priority=reading.decision.priority or "",
        score=assessment.score,
        deposited=paris(reading.entry.report.deposited_at).date().isoformat(),
        product=_of_medicine(reading, medicines, name=medicines.name),
        substance=substance,
        company=content_text(company),
        situation=situation,
        situation_text=reading.situation,
        centres=f" {' '.join(centres)} ",
        substances=fold(substance),
        text=fold(f"{_all_text(reading, dossiers_sheet(columns))} {situation}"),
    )


def _of_medicine(reading: Reading, medicines: MedicineRows, *, name: str) -> str:
    return column_text(reading, field=medicines.rows, name=name) if name else ""


def _all_text(reading: Reading, sheet: SheetSpec) -> str:
    maker = TableMaker(context=reading.context, policy=reading.policy, audience=reading.audience)
    cells = maker.make(sheet, [reading]).rows[0]
    return " ".join(content_text(cell.value if isinstance(cell, Link) else cell) for cell in cells)


def dossiers_sheet(columns: ColumnsFile) -> SheetSpec:
    """The sheet with one row for each dossier."""
    return next(sheet for sheet in columns.sheets if sheet.kind == "dossiers")
