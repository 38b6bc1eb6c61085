"""Finding dossiers: what was asked for, and the page of lines that answers it. Pure."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal, TypeAlias
from urllib.parse import urlencode

from pydantic import BaseModel, ConfigDict, Field

from french.text import fold
from portal.dossiers.snapshot import DossierLine

PER_PAGE = 25
Order: TypeAlias = Literal["depot", "priorite", "completude", "numero"]
ORDERS: dict[Order, str] = {
    "depot": "Dépôt, du plus récent",
    "priorite": "Priorité, de P1 à P4",
    "completude": "Complétude, de la plus basse",
    "numero": "Numéro",
}
_KEYS: dict[Order, Callable[[DossierLine], Any]] = {
    "depot": lambda line: (-line.deposited.toordinal(), line.number),
    "priorite": lambda line: (line.priority or "P9", -line.deposited.toordinal(), line.number),
    "completude": lambda line: (-1 if line.score is None else line.score, line.number),
    "numero": lambda line: line.number,
}
_Text: TypeAlias = Annotated[str, Field(max_length=200)]


class Wanted(BaseModel):
    """What was asked for, as it stands in the address; blank means any."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    q: _Text = ""
    statut: _Text = ""
    priorite: _Text = ""
    substance: _Text = ""
    situation: _Text = ""
    centre: _Text = ""
    tri: Order = "depot"
    page: int = Field(default=1, ge=1, le=100_000)

    def address(self, **changes: Any) -> str:
        """Address of the same list with other choices; what is blank is left out."""
        kept = {
            name: value
            for name, value in {**self.model_dump(), **changes}.items()
            if value != Wanted.model_fields[name].default
        }
        return f"/dossiers?{urlencode(kept)}" if kept else "/dossiers"

    @property
    def filtered(self) -> bool:
        """Whether anything restricts the list."""
        return any(
            (self.q, self.statut, self.priorite, self.substance, self.situation, self.centre)
        )


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


def find(lines: Sequence[DossierLine], wanted: Wanted) -> Found:
    """Return the page that was asked for, or the last one."""
    words = fold(wanted.q).split()
    substance = fold(wanted.substance)
    kept = [
        line
        for line in lines
        if (not wanted.statut or line.status == wanted.statut)
        and (not wanted.priorite or line.priority == wanted.priorite)
        and (not substance or substance in fold(line.substance))
        and (not wanted.situation or line.situation == wanted.situation)
        and (not wanted.centre or wanted.centre in line.centres)
        and all(word in line.text for word in words)
    ]
    kept.sort(key=_KEYS[wanted.tri])
    pages = max(1, -(-len(kept) // PER_PAGE))
    page = min(wanted.page, pages)
    shown = tuple(kept[(page - 1) * PER_PAGE : page * PER_PAGE])
    return Found(lines=shown, total=len(kept), page=page, pages=pages)


def choices(lines: Sequence[DossierLine]) -> SearchChoices:
    """Return what the form offers for these lines."""
    parts = {part.strip() for line in lines for part in line.substance.split(";")}
    return SearchChoices(
        statuses=_distinct(line.status for line in lines),
        priorities=_distinct(line.priority for line in lines),
        substances=tuple(sorted((part for part in parts if part), key=fold)),
        situations=_distinct(line.situation for line in lines),
    )


def _distinct(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({value for value in values if value}))
