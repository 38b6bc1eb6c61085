"""One dossier as a page shows it: the workbook's own cells and verdicts, for its reader."""

from base64 import b64decode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from exports.cells import Content, Link, paris
from exports.readers.reading import Reading, attachments
from exports.sheets.columns import ColumnsFile
from exports.sheets.computed import OF_ITEM, band_of, items_of
from exports.sheets.tables import Column, TableMaker
from exports.sheets.values import content_text
from mappings.report.model import Answer
from portal.dossiers.lines import dossiers_sheet, product_of, situation_id, title_of
from triage.verdict.model import ItemResult, Verdict

WORKED_OUT = "Suivi"
"""Heading of what is no answer."""
OTHERS = "Autres réponses"
_HEADED = (
    "dossier",
    "statut",
    "priorite",
    "completude",
    "statut_propose",
    "priorite_proposee",
)
_TONES = {
    Verdict.MISSING: "error",
    Verdict.INVALID: "error",
    Verdict.INSUFFICIENT: "warning",
    Verdict.PRESENT: "success",
    Verdict.NOT_APPLICABLE: "none",
}


@dataclass(frozen=True, slots=True)
class CardFact:
    """One cell with its header."""

    name: str
    text: str
    meaning: str


@dataclass(frozen=True, slots=True)
class CardItem:
    """One item of the guide, with its verdict and what colour it takes."""

    id: str
    name: str
    section: str
    verdict: str
    tone: str
    mandatory: bool
    expected: str
    reason: str


@dataclass(frozen=True, slots=True)
class CardRows:
    """A small table: the medicines, the measures, the files."""

    title: str
    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class CardSection:
    """Answers of a section of the form; what is worked out of them comes under its own heading."""

    title: str
    facts: tuple[CardFact, ...]


@dataclass(frozen=True, slots=True)
class CardFile:
    """A file that was deposited.

    Attributes:
        id: Names it in the address of its dossier's page; its checksum, in hexadecimal.
        name: As the declarant named it.
        scan: Result of the antivirus.
        size: In bytes.
        checksum: As DS gives it.
    """

    id: str
    name: str
    scan: str
    size: int
    checksum: str


@dataclass(frozen=True, slots=True)
class Card:
    """All that a reader may see of a dossier.

    Attributes:
        number: Its number.
        url: Its page on the démarche.
        status: Triage status in force.
        priority: Priority in force, or ``None``.
        proposed: Status of the verdict where a person decided otherwise, for the agency.
        proposed_priority: Likewise.
        score: Completeness; ``None`` where the form does not ask every mandatory question.
        band: How the score is read.
        reach: On how many mandatory items it stands, where the form does not ask them all.
        title: Its title, as its reader may know it.
        product: Its medicines.
        sections: Cells of its row in the workbook that are not blank, by section of the form.
        files: Files that were deposited; of the agency alone: nothing in them can be masked.
        items: The assessment, item by item.
        tables: Its other rows in the workbook.
        situation: Id of its situation that its reader may ask for, or an empty text.
        situation_text: What stands there for its reader: the id, or a mask.
        centres: Codes of the centres that it concerns.
        judgement: The opinion that its reader holds, blank for none.
        comment: Their comment.
    """

    number: int
    url: str
    status: str
    priority: str | None
    proposed: str
    proposed_priority: str
    score: int | None
    band: str
    reach: str
    title: str
    product: str
    sections: tuple[CardSection, ...]
    files: tuple[CardFile, ...]
    items: tuple[CardItem, ...]
    tables: tuple[CardRows, ...]
    situation: str
    situation_text: str
    centres: tuple[str, ...]
    judgement: str
    comment: str


def make_card(
    reading: Reading,
    *,
    columns: ColumnsFile,
    centres: tuple[str, ...] = (),
    sections: Mapping[str, str] | None = None,
) -> Card:
    """Make the card of a dossier for its reader.

    Args:
        reading: The dossier.
        columns: Sheets of the workbook.
        centres: Codes of the centres that it concerns.
        sections: Heading of the form of each champ, by stable id, in order of the form.
    """
    assessment, decision = reading.assessment, reading.decision
    own = reading.opinion
    at_the_agency = reading.audience == "agence"
    return Card(
        number=reading.number,
        url=reading.context.dossier_url.format(number=reading.number),
        status=decision.shown,
        priority=decision.priority,
        proposed=decision.proposed if at_the_agency else "",
        proposed_priority=decision.proposed_priority if at_the_agency else "",
        score=assessment.score,
        band=band_of(reading),
        reach=assessment.reach,
        title=title_of(reading, columns),
        product=product_of(reading),
        sections=_sections(reading, columns, sections or {}),
        files=tuple(_files(reading)) if at_the_agency else (),
        items=_items(reading),
        tables=tuple(_tables(reading, columns)),
        situation=situation_id(reading),
        situation_text=reading.situation,
        centres=centres,
        judgement=own.judgement if own else "",
        comment=own.comment if own else "",
    )


def _maker(reading: Reading) -> TableMaker:
    return TableMaker(context=reading.context, policy=reading.policy, audience=reading.audience)


def _facts(reading: Reading, columns: ColumnsFile) -> Sequence[CardFact]:
    sheet = dossiers_sheet(columns)
    headed = {column.name for column in sheet.columns if column.computed in _HEADED}
    table = _maker(reading).make(sheet, [reading])
    return [
        CardFact(column.name, _shown(column, cell), column.meaning)
        for column, cell in zip(table.columns, table.rows[0], strict=True)
        if column.name not in headed and not column.filled
    ]


def _sections(
    reading: Reading, columns: ColumnsFile, headings: Mapping[str, str]
) -> tuple[CardSection, ...]:
    fields = reading.context.mapping.fields
    field_of = {one.title: name for name, one in fields.items()} | {
        one.name: one.field.partition(".")[0]
        for one in dossiers_sheet(columns).columns
        if one.field
    }
    found: dict[str, list[CardFact]] = {one: [] for one in headings.values()}
    for fact in _facts(reading, columns):
        name = field_of.get(fact.name)
        heading = _heading(reading, name, headings) if name else WORKED_OUT
        if fact.text:
            found.setdefault(heading, []).append(fact)
    last = found.pop(WORKED_OUT, [])
    found[WORKED_OUT] = last
    return tuple(CardSection(title, tuple(facts)) for title, facts in found.items() if facts)


def _heading(reading: Reading, field: str, headings: Mapping[str, str]) -> str:
    """Heading under which the form asks a field: of the champ that gave it, or would."""
    answer = reading.entry.report.fields.get(field)
    origin = answer.origin.champ_id.split(",") if answer and answer.origin else []
    champs = (*origin, *reading.context.mapping.fields[field].champs)
    return next((headings[one.strip()] for one in champs if one.strip() in headings), OTHERS)


def _files(reading: Reading) -> Iterator[CardFile]:
    for field in reading.context.mapping.fields:
        shown = reading.answer(field)
        for one in attachments(shown.value) if isinstance(shown, Answer) else ():
            try:
                name = b64decode(one.checksum, validate=True).hex()
            except ValueError:
                continue
            yield CardFile(name, one.filename, one.scan, one.size, one.checksum)


def _items(reading: Reading) -> tuple[CardItem, ...]:
    def text(name: str, item: ItemResult) -> str:
        return content_text(OF_ITEM[name](reading, item))

    return tuple(
        CardItem(
            id=item.id,
            name=text("nom", item),
            section=text("section", item),
            verdict=text("verdict", item),
            tone=_TONES[item.verdict],
            mandatory=item.mandatory,
            expected=text("attendu", item),
            reason=text("constat", item),
        )
        for item in items_of(reading)
    )


def _tables(reading: Reading, columns: ColumnsFile) -> Sequence[CardRows]:
    made = []
    for sheet in columns.sheets:
        if sheet.kind in {"lignes", "fichiers"}:
            table = _maker(reading).make(sheet, [reading])
            repeated = {one.name for one in dossiers_sheet(columns).columns if one.computed}
            places = [place for place, one in enumerate(table.columns) if one.name not in repeated]
            cells = [[_shown(table.columns[at], row[at]) for at in places] for row in table.rows]
            kept = [at for at in range(len(places)) if any(row[at] for row in cells)]
            rows = tuple(tuple(row[at] for at in kept) for row in cells)
            headers = tuple(table.columns[places[at]].name for at in kept)
            if rows:
                made.append(CardRows(title=sheet.name, headers=headers, rows=rows))
    return made


def _shown(column: Column, content: Content) -> str:
    """A cell as text, as the workbook's format would show it."""
    match content:
        case Link():
            return content_text(content.value)
        case datetime() if column.format == "date":
            return content_text(paris(content).date())
        case date() | None:
            return content_text(content)
        case _ if column.format == "pourcent":
            return f"{content_text(content)} %"
        case _:
            return content_text(content)
