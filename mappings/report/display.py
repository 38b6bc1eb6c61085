"""Values as French readers see them."""

from datetime import date, datetime
from decimal import Decimal

from french.text import NARROW
from french.time import PARIS
from mappings.dossier.model import (
    Attachment,
    ChampValue,
    Company,
    Day,
    Moment,
    Number,
    Place,
    Rows,
    Unlisted,
)
from mappings.report.convert import as_text
from mappings.report.model import Value

_TINY = 0.001


def show(value: Value) -> str:  # noqa: C901 (one case for each member of the union)
    """``value`` in French: oui/non, dates as 31/12/2026, thousands apart, lists with « ; »."""
    match value:
        case bool():
            return "oui" if value else "non"
        case int():
            return f"{value:,}".replace(",", NARROW)
        case Decimal():
            return f"{value:,f}".replace(",", NARROW).replace(".", ",")
        case datetime():
            return f"{value.astimezone(PARIS):%d/%m/%Y %H:%M}"
        case date():
            return f"{value:%d/%m/%Y}"
        case Company():
            return f"{value.name} ({value.identifier})" if value.name else value.identifier
        case Place():
            return f"{value.name} ({value.code})" if value.code else value.name
        case str():
            return value
        case Unlisted():
            return as_text(value)
        case tuple():
            return " ; ".join(_show_member(member) for member in value)


def show_decimal(value: float, *, places: int) -> str:
    """A computed number in French, rounded to so many places, thousands apart."""
    return f"{value:,.{places}f}".replace(",", NARROW).replace(".", ",")


def show_rate(value: float) -> str:
    """A probability or a rate: « 0,012 », « < 0,001 », never « 0,000 »."""
    return "< 0,001" if value < _TINY else show_decimal(value, places=3)


def show_chance(name: str, value: float) -> str:
    """A probability by its name: « p = 0,012 », « q < 0,001 »."""
    told = show_rate(value)
    return f"{name} {told}" if told.startswith("<") else f"{name} = {told}"


def show_champ(value: ChampValue) -> str:
    """An answer that nothing maps, in French; rows one a line."""
    match value:
        case Number():
            return show(value.number)
        case Day():
            return show(value.day)
        case Moment():
            return show(value.moment)
        case Rows():
            return "\n".join(
                ", ".join(show_champ(champ.value) for champ in row if champ.value is not None)
                for row in value.rows
            )
        case _:
            return as_text(value)


def _show_member(member: object) -> str:
    if isinstance(member, Attachment):
        return member.filename
    if isinstance(member, dict):
        shown = (show(answer.value) for answer in member.values() if answer.value is not None)
        return ", ".join(shown)
    return str(member)
