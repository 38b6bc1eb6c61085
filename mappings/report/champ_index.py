"""The champs of one dossier, found by what a mapping calls them, and which of them were taken."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from french.text import normalise_label
from mappings.dossier.model import Champ, Dossier
from mappings.dossier.revision import NO_ANSWER
from mappings.report.model import Answer, AnswerState, Origin

_HIDDEN = Answer(AnswerState.HIDDEN)
_NOT_ASKED = Answer(AnswerState.NOT_ASKED)


@dataclass(frozen=True, slots=True)
class DossierChamps:
    """What is known of a dossier while its fields are filled.

    Attributes:
        dossier: The dossier.
        asked: Ids and labels of the champs of its revision.
        revision: Number of the revision.
        taken: Champs that a field took, by identity.
        opened: Repetitions among them that were read row by row.
    """

    dossier: Dossier
    asked: frozenset[str]
    revision: str
    taken: set[int] = field(default_factory=set)
    opened: set[int] = field(default_factory=set)

    def absent(self, candidates: Iterable[str]) -> Answer:
        """The answer of a field of whose champs none is shown."""
        return _NOT_ASKED if self.asked.isdisjoint(candidates) else _HIDDEN

    def origin(self, champ: Champ) -> Origin:
        """Where an answer comes from that one champ gives."""
        revision_id = self.dossier.revision_id
        return Origin(champ.id, champ.label, champ.type, revision_id, champ.updated_at)


class ChampIndex:
    """The champs of a dossier, or of one row, found by id or by label."""

    __slots__ = ("_by_id", "_by_label", "_champs")

    def __init__(self, champs: Iterable[Champ]) -> None:
        self._champs = [champ for champ in champs if champ.type not in NO_ANSWER]
        self._by_id = {champ.id: champ for champ in self._champs}
        self._by_label: dict[str, Champ] | None = None

    def find(self, candidates: tuple[str, ...]) -> Champ | None:
        """The first candidate with an answer, else the first that is shown."""
        if len(candidates) == 1:
            return self._get(candidates[0])
        shown = [champ for one in candidates if (champ := self._get(one)) is not None]
        answered = (champ for champ in shown if champ.value is not None)
        return next(answered, shown[0] if shown else None)

    def _get(self, candidate: str) -> Champ | None:
        if candidate.isdigit():
            return self._by_id.get(candidate)
        if self._by_label is None:
            # Of two champs with one label the first is taken; the other stays unmapped, and drift
            # tells that the label is ambiguous.
            self._by_label = {normalise_label(one.label): one for one in reversed(self._champs)}
        return self._by_label.get(candidate)
