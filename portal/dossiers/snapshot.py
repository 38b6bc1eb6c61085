"""The dossiers as one audience may read them, made ready for searching and counting."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from exports.cells import Link, paris
from exports.model import ExportContext
from exports.readers.reading import Reading
from exports.sheets.centres import Assignment
from exports.sheets.columns import ColumnsFile, SheetSpec
from exports.sheets.figures import Block, Figure, synthesise
from exports.sheets.tables import TableMaker
from exports.sheets.values import column_text, content_text, shown_content
from french.text import fold
from mappings.schema.model import Audience, MedicineRows
from portal.dossiers.indicators import more_blocks
from portal.dossiers.situation_names import situation_id
from portal.source import Source


@dataclass(frozen=True, slots=True)
class DossierLine:
    """One dossier in a list.

    Attributes:
        number: Its number.
        status: Triage status.
        priority: ``P1`` … ``P4``, or an empty text.
        score: Completeness.
        deposited: Day of deposit in Paris.
        product: Specialities.
        substance: Substances.
        company: Company that reports.
        situation: Id of its situation that this audience may ask for, or an empty text.
        situation_text: What stands there for this audience: the id, or a mask.
        centres: Codes of the centres that it concerns.
        text: All that this audience may read of it, folded for searching.
    """

    number: int
    status: str
    priority: str
    score: int | None
    deposited: date
    product: str
    substance: str
    company: str
    situation: str
    situation_text: str
    centres: tuple[str, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What one audience may read of all dossiers, at one moment.

    Attributes:
        lines: By number.
        figures: Key figures.
        blocks: Small tables of counts, to be drawn.
    """

    lines: tuple[DossierLine, ...]
    figures: tuple[Figure, ...]
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Taken:
    """One reading of the store.

    Attributes:
        context: The circumstances.
        by_audience: What each audience may read.
    """

    context: ExportContext
    by_audience: Mapping[Audience, Snapshot]


def take(source: Source) -> Taken:
    """Read every dossier once, for each audience."""
    entries = tuple(source.entries(None))
    context = source.context(entries)
    audiences: tuple[Audience, ...] = ("agence", "reseau")
    return Taken(
        context=context,
        by_audience={
            audience: _snapshot(
                source.read(entries, context=context, audience=audience), source=source
            )
            for audience in audiences
        },
    )


def _snapshot(concerned: Sequence[tuple[Reading, Assignment]], *, source: Source) -> Snapshot:
    read = [reading for reading, _ in concerned]
    lines = tuple(
        _line(
            one,
            columns=source.columns,
            centres=assigned.centres,
        )
        for one, assigned in concerned
    )
    origins = source.columns.figures
    made = synthesise(read, origins=origins, below=source.policy.small_counts.below)
    blocks = (*made.blocks, *more_blocks(read, origins=origins))
    return Snapshot(lines=lines, figures=made.figures, blocks=blocks)


def _line(reading: Reading, *, columns: ColumnsFile, centres: tuple[str, ...]) -> DossierLine:
    assessment = reading.entry.assessment
    medicines = reading.context.mapping.medicines or MedicineRows(rows="")
    company = shown_content(reading.answer(medicines.company)) if medicines.company else None
    situation = situation_id(reading)
    return DossierLine(
        number=reading.number,
        status=reading.decision.shown,
        priority=reading.decision.priority or "",
        score=assessment.score,
        deposited=paris(reading.entry.report.deposited_at).date(),
        product=_of_medicine(reading, medicines, name=medicines.name),
        substance=_of_medicine(reading, medicines, name=medicines.substance),
        company=content_text(company),
        situation=situation,
        situation_text=reading.situation,
        centres=centres,
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
