"""A decoded champ to the type that a field wants: exact, or said to be unreadable."""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Final

from french.text import fold
from french.time import PARIS
from mappings.dossier.model import (
    ChampValue,
    Choice,
    Choices,
    Company,
    Day,
    Files,
    Moment,
    Number,
    Place,
    Rows,
    Text,
    Unlisted,
    Unreadable,
    YesNo,
)
from mappings.dossier.numbers_in_text import AMBIGUOUS, BLANKS, NUMBER, number_of
from mappings.report.model import Value
from mappings.report.territories import code_of
from mappings.schema.sources import ANSWERS

_FRENCH_DATE = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})", re.ASCII)
_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}(T.*)?", re.ASCII)
"""A day, or a moment: what DS keeps of both when their question becomes a text."""
UNLISTED: Final = "fourni, non listé par la démarche"
_EXPECTED = {
    "text": "un texte",
    "yes_no": "une réponse oui ou non",
    "checkbox": "une case à cocher",
    "integer": "un nombre entier",
    "decimal": "un nombre",
    "date": "une date",
    "datetime": "une date et une heure",
    "choice": "un choix dans une liste",
    "choices": "des choix dans une liste",
    "company": "une entreprise",
    "address": "une adresse",
    "commune": "une commune",
    "departement": "un département",
    "epci": "une intercommunalité",
    "pays": "un pays",
    "region": "une région",
    "files": "des fichiers",
    "rows": "des lignes",
}


class NotConvertibleError(ValueError):
    """A champ's value does not say what the field wants."""


def convert(value: ChampValue, kind: str) -> Value:
    """``value`` as a field of type ``kind``; rows are read field by field, never converted.

    Raises:
        NotConvertibleError: It cannot be, for instance because the champ was retyped.
    """
    try:
        return _CONVERTERS[kind](value)
    except (KeyError, ValueError, InvalidOperation, OverflowError) as error:
        raise NotConvertibleError(f"attendu : {_EXPECTED[kind]}") from error


def as_text(value: ChampValue) -> str:  # noqa: C901, PLR0912 (one case for each member)
    """Any value as one line or more of text, for what no rule maps and for text fields."""
    match value:
        case Text():
            return value.text
        case Choice():
            return value.option
        case Choices():
            return " ; ".join(value.options)
        case Number():
            return str(value.number)
        case YesNo():
            return "oui" if value.yes else "non"
        case Day():
            return value.day.isoformat()
        case Moment():
            return value.moment.isoformat()
        case Place():
            return value.name
        case Company():
            return f"{value.name} ({value.identifier})" if value.name else value.identifier
        case Files():
            return " ; ".join(file.filename for file in value.files)
        case Unlisted():
            return UNLISTED
        case Unreadable():
            return value.raw
        case Rows():
            return "\n".join(
                ", ".join(as_text(champ.value) for champ in row if champ.value is not None)
                for row in value.rows
            )


def _yes_no(value: ChampValue) -> bool:
    match value:
        case YesNo():
            return value.yes
        case Text() | Choice():
            return ANSWERS[fold(as_text(value))]
        case _:
            raise NotConvertibleError


def _checkbox(value: ChampValue) -> bool:
    """A ticked box; an identity document that was given is one."""
    return isinstance(value, Unlisted) or _yes_no(value)


def _integer(value: ChampValue) -> int:
    number = _decimal(value)
    if number != number.to_integral_value():
        raise NotConvertibleError
    return int(number)


def _decimal(value: ChampValue) -> Decimal:
    match value:
        case Number():
            return Decimal(value.number)
        case Text() | Choice():
            text = as_text(value).strip()
            if not NUMBER.fullmatch(BLANKS.sub(" ", text)) or AMBIGUOUS.fullmatch(text):
                raise NotConvertibleError
            return number_of(text)
        case _:
            raise NotConvertibleError


def _date(value: ChampValue) -> date:
    match value:
        case Day():
            return value.day
        case Moment():
            return _day_of(value.moment)
        case Text():
            text = value.text.strip()
            if french := _FRENCH_DATE.fullmatch(text):
                day, month, year = map(int, french.groups())
                return date(year, month, day)
            if not (iso := _ISO_DATE.fullmatch(text)):
                raise NotConvertibleError
            return _day_of(datetime.fromisoformat(text)) if iso[1] else date.fromisoformat(text)
        case _:
            raise NotConvertibleError


def _day_of(moment: datetime) -> date:
    return (moment.astimezone(PARIS) if moment.tzinfo else moment).date()


def _datetime(value: ChampValue) -> datetime:
    match value:
        case Moment():
            return value.moment
        case Text():
            return _moment(value.text.strip())
        case _:
            raise NotConvertibleError


def _moment(text: str) -> datetime:
    """A moment with its offset: without one, nobody knows where its clock hung."""
    iso = _ISO_DATE.fullmatch(text)
    moment = datetime.fromisoformat(text) if iso and iso[1] else None
    if moment is None or moment.tzinfo is None:
        raise NotConvertibleError
    return moment


def _choice(value: ChampValue) -> str:
    match value:
        case Choice() | Text() | Place():
            return as_text(value)
        case Choices(options=(only,)):
            return only
        case _:
            raise NotConvertibleError


def _choices(value: ChampValue) -> tuple[str, ...]:
    """A list; a single choice or a free text of another revision is a list of one."""
    if isinstance(value, Choices):
        return value.options
    return (_choice(value),)


_REGISTERED = re.compile(r"[A-Za-z]?\d{1,14}")
"""Number of a company or an association, whatever its key; any other text stays as it was typed."""


def _company(value: ChampValue) -> Company:
    match value:
        case Company():
            return value
        case Text():
            digits = re.sub(r"\s", "", value.text)
            typed = digits if _REGISTERED.fullmatch(digits) else value.text.strip()
            return Company(identifier=typed, name=None)
        case _:
            raise NotConvertibleError


def _place(kind: str) -> Callable[[ChampValue], Place]:
    def convert_place(value: ChampValue) -> Place:
        match value:
            case Place() if value.kind == kind:
                return value
            case Text() | Choice():
                name = as_text(value)
                return Place(kind=kind, code=code_of(kind, name), name=name)
            case _:
                raise NotConvertibleError

    return convert_place


def _files(value: ChampValue) -> Value:
    match value:
        case Files():
            return value.files
        case Unlisted():
            return value
        case _:
            raise NotConvertibleError


def _text(value: ChampValue) -> str:
    if isinstance(value, Files | Rows | Unreadable):
        raise NotConvertibleError
    return as_text(value)


_CONVERTERS: Mapping[str, Callable[[ChampValue], Value]] = {
    "text": _text,
    "yes_no": _yes_no,
    "checkbox": _checkbox,
    "integer": _integer,
    "decimal": _decimal,
    "date": _date,
    "datetime": _datetime,
    "choice": _choice,
    "choices": _choices,
    "company": _company,
    "address": _place("address"),
    "commune": _place("commune"),
    "departement": _place("departement"),
    "epci": _place("epci"),
    "pays": _place("pays"),
    "region": _place("region"),
    "files": _files,
}
