"""Troubles that runs tell: each once as new, then counted, for as long as it lasts.

What is kept of a trouble is a fingerprint and when it was first told: never its words.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any, Self

from french.time import PARIS
from mappings.drift.model import Kind
from steps.wiring.summary import Summary

_LENGTH = 12
_UNMAPPED = frozenset({Kind.NEW, Kind.UNMAPPED})


def key_of(kind: str, *what: object) -> str:
    """The fingerprint of a trouble: of its kind, and of the dossier, champ or sentence."""
    text = "\x1f".join(map(str, (kind, *what)))
    return sha256(text.encode(errors="surrogatepass")).hexdigest()[:_LENGTH]


@dataclass(frozen=True, slots=True)
class Told:
    """What the runs before told.

    Attributes:
        since: When each trouble that lasts was first told (aware), by key.
        at: When the last whole run told: what is this new was told by it alone.
    """

    since: Mapping[str, datetime] = field(default_factory=dict)
    at: datetime | None = None

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> Self:
        """As :meth:`kept` gave it."""
        if not kept:
            return cls()
        since = {key: datetime.fromisoformat(one) for key, one in kept["since"].items()}
        return cls(since, datetime.fromisoformat(kept["at"]))

    def kept(self) -> dict[str, Any]:
        """What the store keeps."""
        since = {key: one.isoformat() for key, one in self.since.items()}
        return {"at": self.at.isoformat() if self.at else "", "since": since}

    def after(self, summary: Summary, *, at: datetime, whole: bool) -> "Told":
        """What is told once a run has told its own.

        Args:
            summary: What the run did.
            at: When it told it (aware).
            whole: Whether it looked at everything: what it did not find is over.
        """
        now = {key: self.since.get(key, at) for key in _keys(summary)}
        return Told(now, at) if whole else Told({**self.since, **now}, self.at or at)

    def before_last(self) -> Mapping[str, datetime]:
        """When each trouble that the last run did not tell as new was first told, by key."""
        return {key: one for key, one in self.since.items() if self.at and one < self.at}


def counted(
    keys: Collection[str], told: Mapping[str, datetime], *, command: str, blocking: int = 0
) -> str:
    """How many troubles are known, since when, how many block, and the command that shows them."""
    first = min(told[key] for key in keys).astimezone(PARIS)
    known = "connu" if len(keys) == 1 else "connus"
    block = f", dont {blocking} bloquant{'s' if blocking > 1 else ''}" if blocking else ""
    return f"{len(keys)} {known} depuis le {first:%d/%m}{block} : {command}"


def _keys(summary: Summary) -> Iterator[str]:
    """Every trouble of a run."""
    for kind in ("quarantined", "unfetched", "unknown"):
        yield from (key_of(kind, number) for number in getattr(summary, kind))
    yield from (key_of("held", number) for number in summary.conflicts)
    for number, text in summary.refused:
        yield from (key_of("refused", number, text), key_of("refused", number))
    yield from (key_of("refused", number) for number in summary.still_refused)
    yield from (key_of("aside", text) for text in summary.set_aside)
    yield from (key_of("label", name) for name in summary.missing_labels)
    for drift in summary.form_drift:
        yield key_of("form", drift.sentence)
        if drift.kind in _UNMAPPED:
            yield key_of("champ", drift.champ)
