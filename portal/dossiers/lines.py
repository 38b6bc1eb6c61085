"""Lines of the portal's lists: dossiers as each audience may read them, ready to be searched."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime

from exports.cells import Link, paris
from exports.model import ExportContext, ExportedDossier, latest_change
from exports.readers.reading import Reading
from exports.sheets.centres import Assignment
from exports.sheets.columns import ColumnsFile, Reason, SheetSpec
from exports.sheets.tables import TableMaker
from exports.sheets.to_treat import OWN, could_wait
from exports.sheets.values import column_text, content_text, shown_content
from french.text import fold
from mappings.schema.model import Audience, MedicineRows
from portal.source import Source
from store.staff.lines import DossierLine

_BESIDE: tuple[Reason, ...] = ("nouveau", "p1", "hausse")
AUDIENCES: tuple[Audience, ...] = ("agence", "reseau")


def lines_of(
    source: Source, entries: Sequence[ExportedDossier], context: ExportContext
) -> Iterator[DossierLine]:
    """Lines of dossiers, for each audience that may read them."""
    for audience in AUDIENCES:
        for reading, assigned in source.read(entries, context=context, audience=audience):
            yield _line(reading, columns=source.columns, assigned=assigned)


def _line(reading: Reading, *, columns: ColumnsFile, assigned: Assignment) -> DossierLine:
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
        modified=moment_text(latest_change([reading.entry]) or reading.entry.report.deposited_at),
        ground=reading.why,
        own=_listed(assigned.centres if reading.why in OWN else assigned.rapporteurs),
        waits=_listed(could_wait(reading, words_of(columns, reading.audience))),
        title=title_of(reading, columns),
        product=product_of(reading),
        substance=substance,
        company=content_text(company),
        situation=situation,
        situation_text=reading.situation,
        centres=_listed(assigned.centres),
        substances=fold(substance),
        text=fold(f"{_all_text(reading, dossiers_sheet(columns))} {situation}"),
    )


def words_of(columns: ColumnsFile, audience: Audience) -> Mapping[Reason, str]:
    """Why a dossier may wait for an audience, in which words, in order: as in `À traiter`.

    The agency, whose sheet leaves them out, also finds here what is new, rises or is of the first
    priority.
    """
    reasons = next((one.reasons for one in columns.sheets if one.kind == "a_traiter"), {})
    words = dict(reasons.get(audience, {}))
    if audience == "agence":
        others = reasons.get("reseau", {})
        words |= {name: others[name] for name in _BESIDE if name in others}
    return words


def product_of(reading: Reading) -> str:
    """Medicines of a dossier."""
    medicines = reading.context.mapping.medicines or MedicineRows(rows="")
    return _of_medicine(reading, medicines, name=medicines.name)


def title_of(reading: Reading, columns: ColumnsFile) -> str:
    """Title of a dossier, as its reader may know it."""
    field = columns.figures.title
    return content_text(shown_content(reading.answer(field))) if field else ""


def moment_text(moment: datetime) -> str:
    """A moment as lines have it: UTC, to the second, in the order of time."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _listed(parts: Iterable[str]) -> str:
    """Words, each between blanks; blank for none."""
    told = " ".join(parts)
    return f" {told} " if told else ""


def _of_medicine(reading: Reading, medicines: MedicineRows, *, name: str) -> str:
    return column_text(reading, field=medicines.rows, name=name) if name else ""


def _all_text(reading: Reading, sheet: SheetSpec) -> str:
    maker = TableMaker(context=reading.context, policy=reading.policy, audience=reading.audience)
    cells = maker.make(sheet, [reading]).rows[0]
    return " ".join(content_text(cell.value if isinstance(cell, Link) else cell) for cell in cells)


def dossiers_sheet(columns: ColumnsFile) -> SheetSpec:
    """The sheet with one row for each dossier."""
    return next(sheet for sheet in columns.sheets if sheet.kind == "dossiers")


def situation_id(reading: Reading) -> str:
    """Id of its situation where this reader may know it, or an empty text: a mask names none."""
    return reading.situation if reading.situation == reading.entry.situation else ""


def situation_at_head(text: str, known: Iterable[str]) -> str:
    """The situation that a text begins with, or an empty text; names may hold blanks."""
    found = (one for one in known if one and f"{text} ".startswith(f"{one} "))
    return max(found, key=len, default="")
