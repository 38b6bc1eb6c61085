"""Finding dossiers: what was asked for, and the page of lines that answers it. Pure."""

from dataclasses import dataclass
from typing import Annotated, Any, Literal, TypeAlias
from urllib.parse import urlencode

from pydantic import BaseModel, ConfigDict, Field

from store.staff.lines import DossierLine, Order

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
    sens: Literal["", "croissant", "decroissant"] = ""
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
    def down(self) -> bool:
        """Whether the highest comes first: the latest, where it was not asked for otherwise."""
        return self.sens == "decroissant" if self.sens else self.tri in LATEST_FIRST

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
