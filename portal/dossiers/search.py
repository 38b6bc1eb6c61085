"""Finding dossiers: what was asked for, as the store is asked, and the lines found. Pure."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, time
from typing import Annotated, Any, Literal, TypeAlias
from urllib.parse import urlencode

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from exports.sheets.centres import AssignmentReason
from french.text import fold
from french.time import PARIS, calendar_day
from portal.dossiers.lines import moment_text
from portal.dossiers.waiting import Whose
from store.staff.lines import DossierLine, LineQuery, Order

PER_PAGE = 25
ORDERS: dict[Order, str] = {
    "depot": "Dépôt, du plus récent",
    "modification": "Modification, de la plus récente",
    "priorite": "Priorité, de P1 à P4",
    "completude": "Complétude, de la plus basse",
    "numero": "Numéro",
    "statut": "Statut",
    "specialite": "Spécialité",
    "substance": "Substance",
    "exploitant": "Exploitant",
    "situation": "Situation",
}
LATEST_FIRST = frozenset({"depot", "modification"})
LABELS = {
    "q": "Mots cherchés",
    "statut": "Statut",
    "priorite": "Priorité",
    "substance": "Substance",
    "situation": "Situation",
    "centre": "Centre concerné",
    "portee": "Portée",
    "depuis": "Modifié depuis",
    "tri": "Ordre",
    "sens": "Sens",
    "page": "Page",
}
COLUMNS: tuple[tuple[Order, str], ...] = (
    ("numero", "Dossier"),
    ("statut", "Statut"),
    ("priorite", "Priorité"),
    ("completude", "Complétude"),
    ("specialite", "Spécialité"),
    ("substance", "Substance"),
    ("exploitant", "Exploitant"),
    ("situation", "Situation"),
    ("depot", "Dépôt"),
    ("modification", "Modifié le"),
)
"""Columns of the list, each with what orders by it."""
VISIT = "visite"
"""Since the person's former visit, for ``depuis``."""
_SHOWN = 80
_DIGITS = 6
_Text: TypeAlias = Annotated[str, Field(max_length=200)]


class DossierSearch(BaseModel):
    """What was asked for, as it stands in the address; blank means any."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    q: _Text = ""
    statut: _Text = ""
    priorite: _Text = ""
    substance: _Text = ""
    situation: _Text = ""
    centre: _Text = ""
    portee: Literal["", "propres", "nationaux"] = ""
    depuis: Annotated[str, Field(pattern=r"^(visite|\d{4}-\d{2}-\d{2})?$")] = ""
    tri: Order = "depot"
    sens: Literal["", "croissant", "decroissant"] = ""
    page: int = Field(default=1, ge=1, le=100_000)

    @field_validator("depuis")
    @classmethod
    def _is_a_day(cls, value: str) -> str:
        if value not in {"", VISIT}:
            calendar_day(value)
        return value

    def address(self, *, path: str = "/dossiers", **changes: Any) -> str:
        """Address of the same list with other choices; what is blank is left out."""
        kept = {
            name: value
            for name, value in {**self.model_dump(), **changes}.items()
            if value != DossierSearch.model_fields[name].default
        }
        return f"{path}?{urlencode(kept)}" if kept else path

    def ordered(self, order: Order) -> str:
        """Address of the same list by a column; the other way round where it is so already."""
        down = (not self.down) if order == self.tri else order in LATEST_FIRST
        sens = "" if down == (order in LATEST_FIRST) else "decroissant" if down else "croissant"
        return self.address(tri=order, sens=sens, page=1)

    @property
    def down(self) -> bool:
        """Whether the highest comes first: the latest, where it was not asked for otherwise."""
        return self.sens == "decroissant" if self.sens else self.tri in LATEST_FIRST

    @property
    def filtered(self) -> bool:
        """Whether anything restricts the list."""
        restricting = self.model_dump(exclude={"tri", "sens", "page"})
        return any(restricting.values())


def page_number(text: str) -> int:
    """The page that an address asks for; the first where it names none."""
    return max(1, int(text[:_DIGITS])) if text.isascii() and text.isdecimal() else 1


@dataclass(frozen=True, slots=True)
class RefusedPart:
    """A part of an address that has no sense, and is left out: what it is of, and its value."""

    name: str
    value: str


def wanted_of(
    given: Iterable[tuple[str, str]], known: Mapping[str, Collection[str]]
) -> tuple[DossierSearch, tuple[RefusedPart, ...]]:
    """What an address asks for; what has no sense in it is refused by name, the rest is kept.

    Args:
        given: Names and values, as they stand there.
        known: Values of lists, by name: others have no sense.
    """
    kept: dict[str, str] = {}
    refused = []
    for name, value in given:
        listed = known.get(name)
        good = name not in kept and (not value or listed is None or value in listed)
        if good:
            try:
                DossierSearch.model_validate({name: value})
            except ValidationError:
                good = (
                    not value and name in DossierSearch.model_fields
                )  # « page= » asks for nothing
            else:
                kept[name] = value
        if not good:
            refused.append(RefusedPart(LABELS.get(name, name)[:_SHOWN], value[:_SHOWN]))
    return DossierSearch.model_validate(kept), tuple(refused)


@dataclass(frozen=True, slots=True)
class Found:
    """One page of the dossiers found."""

    lines: tuple[DossierLine, ...]
    total: int
    page: int
    pages: int


@dataclass(frozen=True, slots=True)
class SearchChoices:
    """What the lists of the form offer: values that the reader may see."""

    statuses: tuple[str, ...]
    priorities: tuple[str, ...]
    substances: tuple[str, ...]
    situations: tuple[str, ...]


def query_of(whose: Whose, wanted: DossierSearch, *, since: datetime | None) -> LineQuery:
    """What lines are asked for; words and substance as lines have them, folded."""
    nationwide = AssignmentReason.EVERYWHERE.value
    own = wanted.portee == "propres"
    at = since
    if wanted.depuis and wanted.depuis != VISIT:
        at = datetime.combine(calendar_day(wanted.depuis), time(), tzinfo=PARIS)
    return LineQuery(
        audience=whose.audience,
        status=wanted.statut,
        priority=wanted.priorite,
        substance=fold(wanted.substance),
        situation=wanted.situation,
        centre=wanted.centre,
        own=whose.centre if own else "",
        other_ground=nationwide if own and not whose.centre else "",
        ground=nationwide if wanted.portee == "nationaux" else "",
        since=moment_text(at) if wanted.depuis and at else "",
        words=tuple(fold(wanted.q).split()),
    )
