"""A decoded champ to the type that a field wants: exact, or said to be unreadable."""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import TypeAlias
from zoneinfo import ZoneInfo

from mappings.dossier import (
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
    Unreadable,
    YesNo,
)
from mappings.labels import fold
from mappings.report import Value

_PARIS = ZoneInfo("Europe/Paris")
_FRENCH_DATE = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
Scalar: TypeAlias = Value


class NotConvertibleError(ValueError):
    """A champ's value does not say what the field wants."""


def convert(value: ChampValue, kind: str) -> Value:
    """``value`` as a field of type ``kind`` (never ``rows``).

    Raises:
        NotConvertibleError: It cannot be, for instance because the champ was retyped.
    """
    try:
        return _CONVERTERS[kind](value)
    except (ValueError, InvalidOperation) as error:
        raise NotConvertibleError(f"« {kind} » attendu") from error


def as_text(value: ChampValue) -> str:  # noqa: C901 (one case for each member of the union)
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
        case Text() | Choice() if fold(as_text(value)) in {"oui", "non"}:
            return fold(as_text(value)) == "oui"
        case _:
            raise NotConvertibleError


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
            number = Decimal(re.sub(r"\s", "", as_text(value)).replace(",", "."))
            if not number.is_finite():
                raise NotConvertibleError
            return number
        case _:
            raise NotConvertibleError


def _date(value: ChampValue) -> date:
    match value:
        case Day():
            return value.day
        case Moment():
            return value.moment.astimezone(_PARIS).date()
        case Text():
            text = value.text.strip()
            if french := _FRENCH_DATE.fullmatch(text):
                day, month, year = map(int, french.groups())
                return date(year, month, day)
            return date.fromisoformat(text)
        case _:
            raise NotConvertibleError


def _datetime(value: ChampValue) -> datetime:
    if not isinstance(value, Moment):
        raise NotConvertibleError
    return value.moment


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


def _company(value: ChampValue) -> Company:
    match value:
        case Company():
            return value
        case Text():
            return Company(identifier=re.sub(r"\s", "", value.text), name=None)
        case _:
            raise NotConvertibleError


def _place(kind: str) -> Callable[[ChampValue], Place]:
    def convert_place(value: ChampValue) -> Place:
        match value:
            case Place() if value.kind == kind:
                return value
            case Text() | Choice():
                return Place(kind=kind, code="", name=as_text(value))
            case _:
                raise NotConvertibleError

    return convert_place


def _files(value: ChampValue) -> Value:
    if not isinstance(value, Files):
        raise NotConvertibleError
    return value.files


def _text(value: ChampValue) -> str:
    if isinstance(value, Files | Rows | Unreadable):
        raise NotConvertibleError
    return as_text(value)


_CONVERTERS: Mapping[str, Callable[[ChampValue], Value]] = {
    "text": _text,
    "yes_no": _yes_no,
    "checkbox": _yes_no,
    "integer": _integer,
    "decimal": _decimal,
    "date": _date,
    "datetime": _datetime,
    "choice": _choice,
    "choices": _choices,
    "company": _company,
    "region": _place("region"),
    "departement": _place("departement"),
    "files": _files,
}
