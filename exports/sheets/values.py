"""Answers as staff read them in a cell."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal

from exports.cells import Content, paris
from exports.readers.policy import Mask, Shown
from exports.readers.reading import Reading
from french.text import SEMICOLON, typographic
from mappings.dossier.model import Attachment, Company, DossierState, Place, Unlisted
from mappings.report.display import show
from mappings.report.model import Answer, AnswerState, Row, Value
from mappings.schema.model import FieldSpec

STATES = {
    DossierState.EN_CONSTRUCTION: "En construction",
    DossierState.EN_INSTRUCTION: "En instruction",
    DossierState.ACCEPTE: "Accepté",
    DossierState.REFUSE: "Refusé",
    DossierState.SANS_SUITE: "Classé sans suite",
}
SCANS = {
    "safe": "sain",
    "pending": "analyse en cours",
    "infected": "infecté",
    "integrity_error": "fichier altéré",
    "aborted": "analyse interrompue",
}


def shown_content(shown: Shown, *, part: str = "") -> Content:
    """Return what a cell holds for an answer; `part` picks the name or number of a company."""
    match shown:
        case Mask(text):
            return text
        case Answer(state=AnswerState.UNREADABLE):
            problem = shown.problem or "réponse illisible"
            return f"{shown.raw} ({typographic(problem)})" if shown.raw else typographic(problem)
        case Answer(value=None):
            return shown.raw or None  # « Ne sait pas » is said, and is no answer
        case Answer():
            return value_content(shown.value, part=part)


def value_content(value: Value | None, *, part: str = "") -> Content:
    """Return what a cell holds for a value."""
    match value:
        case None | str() | Decimal() | datetime() | date():
            return value
        case bool():
            return "Oui" if value else "Non"
        case int():
            return value
        case Company():
            return value.identifier if part == "identifier" else value.name or value.identifier
        case Place():
            return f"{value.name} ({value.code})" if value.code else value.name
        case Unlisted():
            return show(value)
        case tuple():
            return _listed(value)


def content_text(content: Content) -> str:
    """Return a cell's content as text, to stand among others."""
    match content:
        case None:
            return ""
        case datetime():
            return paris(content).strftime("%d/%m/%Y %H:%M")
        case date():
            return content.strftime("%d/%m/%Y")
        case Decimal():
            return str(content).replace(".", ",")
        case _:
            return str(content)


def joined(parts: Iterable[str], *, separator: str = SEMICOLON) -> str:
    """Join what is not blank, each text once, in the order given."""
    return separator.join(dict.fromkeys(part.strip() for part in parts if part.strip()))


def rows_text(reading: Reading, field: str) -> str:
    """Return the rows of a repetition as text, one a line; one column makes a plain list."""
    spec = reading.context.mapping.fields[field]
    names = [name for name, inner in spec.fields.items() if _readable(inner, reading)]
    lines = [
        " — ".join(
            part for part in (_cell_text(reading, row, field, name) for name in names) if part
        )
        for row in reading.rows(field)
    ]
    if reading.rows_kept_back(field):
        lines.append(reading.mask.text)
    return joined(lines, separator=SEMICOLON if len(names) == 1 else "\n")


def column_text(reading: Reading, *, field: str, name: str) -> str:
    """Return one column of a repetition, each different answer once."""
    parts = [_cell_text(reading, row, field, name) for row in reading.rows(field)]
    if reading.rows_kept_back(field):
        parts.append(reading.mask.text)
    return joined(parts)


def _readable(spec: FieldSpec, reading: Reading) -> bool:
    return reading.audience == "agence" or spec.audience == "reseau"


def _cell_text(reading: Reading, row: Row, field: str, name: str) -> str:
    return content_text(shown_content(reading.cell(row, field=field, name=name)))


def _listed(items: tuple[object, ...]) -> str:
    names = [item.filename if isinstance(item, Attachment) else item for item in items]
    separator = "\n" if any(isinstance(item, Attachment) for item in items) else SEMICOLON
    return joined(
        (str(name) for name in names if not isinstance(name, Mapping)), separator=separator
    )
