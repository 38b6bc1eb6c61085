"""One dossier as a page shows it: the workbook's own cells and verdicts, for its reader."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from exports.cells import Content, Link, paris
from exports.readers.reading import Reading
from exports.sheets.columns import ColumnsFile
from exports.sheets.computed import OF_ITEM
from exports.sheets.tables import Column, TableMaker
from exports.sheets.values import content_text
from portal.dossiers.lines import dossiers_sheet
from portal.dossiers.situation_names import situation_id
from triage.verdict.model import Verdict

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
        facts: Cells of its row in the workbook that are not blank.
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
    facts: tuple[CardFact, ...]
    items: tuple[CardItem, ...]
    tables: tuple[CardRows, ...]
    situation: str
    situation_text: str
    centres: tuple[str, ...]
    judgement: str
    comment: str


def make_card(reading: Reading, *, columns: ColumnsFile, centres: tuple[str, ...] = ()) -> Card:
    """Make the card of a dossier for its reader."""
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
        band=assessment.band,
        facts=tuple(fact for fact in _facts(reading, columns) if fact.text),
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


def _items(reading: Reading) -> tuple[CardItem, ...]:
    def text(name: str, place: int) -> str:
        return content_text(OF_ITEM[name](reading, reading.entry.assessment.items[place]))

    return tuple(
        CardItem(
            id=item.id,
            name=text("nom", place),
            section=text("section", place),
            verdict=text("verdict", place),
            tone=_TONES[item.verdict],
            mandatory=item.mandatory,
            expected=text("attendu", place),
            reason=text("constat", place),
        )
        for place, item in enumerate(reading.entry.assessment.items)
    )


def _tables(reading: Reading, columns: ColumnsFile) -> Sequence[CardRows]:
    made = []
    for sheet in columns.sheets:
        if sheet.kind in {"lignes", "fichiers"}:
            table = _maker(reading).make(sheet, [reading])
            repeated = {one.name for one in dossiers_sheet(columns).columns if one.computed}
            kept = [place for place, one in enumerate(table.columns) if one.name not in repeated]
            rows = tuple(
                tuple(_shown(table.columns[place], row[place]) for place in kept)
                for row in table.rows
            )
            headers = tuple(table.columns[place].name for place in kept)
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
