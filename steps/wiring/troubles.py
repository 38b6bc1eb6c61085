"""Troubles that runs tell: each once as new, then counted, for as long as it lasts.

What is kept of a trouble is a fingerprint and when it was first told: never its words.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any, NamedTuple, Self

from french.text import agreed
from french.time import PARIS
from mappings.adoption.in_force import is_adopted
from mappings.drift.model import Drift, Kind, Severity
from mappings.report.display import show
from steps.wiring.summary import Summary

_LENGTH = 12
_UNMAPPED = frozenset({Kind.NEW, Kind.UNMAPPED})


LISTED = {
    "quarantined": "En quarantaine (DS ne peut pas les servir)",
    "unfetched": "Pièce jointe non téléchargée, à reprendre au prochain passage",
    "refused": "Refusé par DS à un passage précédent (détail : unc status)",
    "held": "Une personne tient désormais une annotation (détail : unc status)",
    "unknown": "Réponse de DS perdue, à relire au prochain passage",
    "label": "Labels absents de la démarche, à y créer ou à dire par `unc mapping adapt`",
}
"""Troubles that are told together, with the list of what has them."""


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
    return f"{show(len(keys))} {known} depuis le {first:%d/%m}{block} : {command}"


class Trouble(NamedTuple):
    """A trouble of a run.

    Attributes:
        key: Its fingerprint.
        title: What it is; those of a title stand together.
        text: Which dossier, or the rest of the sentence.
        blocks: Whether verdicts or answers wait for somebody.
    """

    key: str
    title: str
    text: str
    blocks: bool = False


def troubles_of(summary: Summary) -> Iterator[Trouble]:
    """Every trouble of a run that its operator is told, in the order in which they are told."""
    for number, text in summary.refused:
        key = key_of("refused", number, text)
        yield Trouble(key, f"Dossier {number}", f"non fait : {text}")
    before = summary.still_refused - {number for number, _ in summary.refused}
    for (kind, title), numbers in zip(
        LISTED.items(),
        (summary.quarantined, summary.unfetched, before, summary.newly_held, summary.unknown),
        strict=False,  # labels have names
    ):
        for number in sorted(numbers):
            yield Trouble(key_of(kind, number), title, str(number))
    for text in dict.fromkeys(summary.set_aside):
        yield Trouble(key_of("aside", text), "Mis de côté", text)
    for text in summary.form_notes:
        yield Trouble(key_of("form_note", text), "Formulaire", text)
    for one, text in _form(summary.form_drift):
        blocks = one.severity is Severity.BLOCKING
        yield Trouble(key_of("form", one.sentence), "Formulaire", text, blocks)
    for name in sorted(summary.missing_labels):
        yield Trouble(key_of("label", name), LISTED["label"], f"« {name} »")


def _form(drifts: Sequence[Drift]) -> Iterator[tuple[Drift, str]]:
    """What must be looked at of the form; of one that nobody adopted, how much there is."""
    told = [one for one in drifts if one.severity is not Severity.INFORMATION]
    if is_adopted(drifts):
        yield from ((one, one.advice) for one in told)
        return
    lost = sum(one.lost for one in told)
    without = agreed(lost, "donnée sans champ", "données sans champ")
    rest = f"{without}, {agreed(len(told) - 1 - lost, 'autre écart')} : `unc doctor`"
    for one in told:
        if one.of_the_form:
            yield one, one.advice
            yield one, rest


def _keys(summary: Summary) -> Iterator[str]:
    """Every trouble of a run, and what `unc status` shows beside."""
    yield from (one.key for one in troubles_of(summary))
    yield from (key_of("held", number) for number in summary.conflicts)
    yield from (key_of("refused", number) for number, _ in summary.refused)
    for drift in summary.form_drift:
        yield key_of("form", drift.sentence)
        if drift.kind in _UNMAPPED:
            yield key_of("champ", drift.champ)
