"""What a candidate rule-set would change, dossier by dossier, against the verdicts in force."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from triage.assessment import Assessment


@dataclass(frozen=True, slots=True)
class Reached:
    """What a verdict comes to.

    Attributes:
        status: Triage status.
        score: Completeness.
        priority: Priority, ``None`` out of scope.
        items: Verdict of each item, by id.
    """

    status: str
    score: int
    priority: str | None
    items: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ItemMove:
    """An item whose verdict would differ; ``None`` where the rule-set has no such item."""

    id: str
    before: str | None
    after: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class Move:
    """A dossier that a candidate would judge otherwise."""

    number: int
    before: Reached
    after: Reached
    items: tuple[ItemMove, ...]

    @property
    def status_changes(self) -> bool:
        """Whether its triage status would change."""
        return self.before.status != self.after.status


@dataclass(frozen=True, slots=True)
class Trial:
    """The effect of a candidate on all dossiers.

    Attributes:
        compared: Dossiers that have a verdict in force.
        unjudged: Dossiers that have none yet.
        moves: Those that would be judged otherwise, by number.
    """

    compared: int
    unjudged: int
    moves: tuple[Move, ...]

    def statuses(self) -> Mapping[tuple[str, str], int]:
        """How many dossiers would go from a status to another, the most frequent first."""
        moved = (one for one in self.moves if one.status_changes)
        return dict(Counter((one.before.status, one.after.status) for one in moved).most_common())

    def causes(self) -> Mapping[str, int]:
        """In how many moves each item's verdict differs, the most frequent first."""
        return dict(Counter(item.id for move in self.moves for item in move.items).most_common())


def reached(assessment: Assessment) -> Reached:
    """What an assessment comes to."""
    return Reached(
        status=assessment.status.value,
        score=assessment.score,
        priority=assessment.priority,
        items={item.id: item.verdict.value for item in assessment.items},
    )


def move(before: Reached, candidate: Assessment) -> Move | None:
    """The difference that a candidate's verdict makes; ``None`` when it makes none."""
    after = reached(candidate)
    if before == after:
        return None
    reasons = {item.id: item.reason for item in candidate.items}
    names = dict.fromkeys([*before.items, *after.items])
    items = tuple(
        ItemMove(
            id=name,
            before=before.items.get(name),
            after=after.items.get(name),
            reason=reasons.get(name, ""),
        )
        for name in names
        if before.items.get(name) != after.items.get(name)
    )
    return Move(number=candidate.number, before=before, after=after, items=items)


def joined(trials: Iterable[Trial]) -> Trial:
    """The trials of several lots of dossiers as one."""
    found = list(trials)
    moves = sorted((move for one in found for move in one.moves), key=lambda one: one.number)
    return Trial(
        compared=sum(one.compared for one in found),
        unjudged=sum(one.unjudged for one in found),
        moves=tuple(moves),
    )
