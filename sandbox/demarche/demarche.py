"""One démarche as the server keeps it: its revisions, labels, groupes and instructeurs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sandbox.common.ids import encode
from sandbox.form.model import FormRevision

_COLORS = {
    "pink_tuile": "pink_macaron",
    "blue_cumulus": "blue_ecume",
    "brown_caramel": "brown_cafe_creme",
}


@dataclass(slots=True)
class Label:
    """A label of the démarche."""

    id: int
    name: str
    color: str

    def as_api(self) -> dict[str, Any]:
        """Return the label as the API shows it, in the colours that API v2 knows."""
        color = _COLORS.get(self.color, self.color)
        return {"id": encode("Label", self.id), "name": self.name, "color": color}


@dataclass(slots=True)
class Agent:
    """An agent and the groupes that the agent belongs to."""

    id: int
    email: str
    groupes: list[int]

    def as_api(self) -> dict[str, Any]:
        """Return the agent as a Profile."""
        return {"id": encode("Instructeur", self.id), "email": self.email}


@dataclass(slots=True)
class Demarche:
    """A published démarche."""

    number: int
    title: str
    created_at: int
    updated_at: int
    revisions: list[FormRevision]
    labels: list[Label] = field(default_factory=list)
    groupes: dict[int, str] = field(default_factory=dict)
    instructeurs: list[Agent] = field(default_factory=list)
    state: str = "publiee"
    opendata: bool = False
    closed: list[int] = field(default_factory=list)
    """The groupes that take no dossier any more."""

    @property
    def active(self) -> FormRevision:
        """The revision that new dossiers are written in."""
        return self.revisions[-1]

    def revision(self, number: int) -> FormRevision:
        """Return one revision by its id."""
        return next(one for one in self.revisions if one.id == number)

    def members(self, groupe: int) -> list[Agent]:
        """Return the instructeurs of one groupe."""
        return [one for one in self.instructeurs if groupe in one.groupes]

    def instructeur(self, key: str) -> Agent | None:
        """Find an instructeur by e-mail."""
        return next((one for one in self.instructeurs if one.email == key), None)

    def as_json(self) -> dict[str, Any]:
        """Return what the state keeps of it."""
        return {
            "number": self.number,
            "title": self.title,
            "created_at": self.created_at,
            "updated_at": self.updated_at,
            "revisions": [[one.id, one.created_at, one.raw] for one in self.revisions],
            "labels": [[one.id, one.name, one.color] for one in self.labels],
            "groupes": [[number, label] for number, label in self.groupes.items()],
            "instructeurs": [[one.id, one.email, one.groupes] for one in self.instructeurs],
            "state": self.state,
            "opendata": self.opendata,
            "closed": self.closed,
        }

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> "Demarche":
        """Read what `as_json` wrote."""
        return cls(
            number=raw["number"],
            title=raw["title"],
            created_at=raw["created_at"],
            updated_at=raw["updated_at"],
            revisions=[FormRevision.from_json(*one) for one in raw["revisions"]],
            labels=[Label(*one) for one in raw["labels"]],
            groupes=dict(raw["groupes"]),
            instructeurs=[Agent(*one) for one in raw["instructeurs"]],
            state=raw.get("state", "publiee"),
            opendata=raw.get("opendata", False),
            closed=raw.get("closed", []),
        )
