"""What a candidate rule-set would change, dossier by dossier, against the verdicts in force."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from triage.verdict.model import Assessment
from triage.verdict.trial_causes import Cause, Reached, causes, reached


@dataclass(frozen=True, slots=True)
class ItemMove:
    """An item whose verdict would differ; ``None`` where the rule-set has no such item."""

    id: str
    before: str | None
    after: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class Move:
    """A dossier that a candidate would judge otherwise.

    Attributes:
        number: Dossier.
        before: The verdict in force.
        after: That of the candidate.
        causes: What decides that its status or its priority changes, the status first.
        items: Items whose verdict differs, those that decide nothing too.
        since: Whether it was deposited since the candidate's date of effect: the others would keep
            their verdict once it is adopted.
    """

    number: int
    before: Reached
    after: Reached
    causes: tuple[Cause, ...]
    items: tuple[ItemMove, ...]
    since: bool = True

    @property
    def status_changes(self) -> bool:
        """Whether its triage status would change."""
        return self.before.status != self.after.status

    @property
    def priority_changes(self) -> bool:
        """Whether it would go from a priority to another one."""
        both = (self.before.priority, self.after.priority)
        return None not in both and both[0] != both[1]


@dataclass(frozen=True, slots=True)
class Trial:
    """The effect of a candidate on all dossiers.

    Attributes:
        compared: Dossiers that have a verdict in force.
        since: How many of them were deposited since the candidate's date of effect.
        unjudged: Dossiers that have none yet.
        moves: Those that would be judged otherwise, by number.
    """

    compared: int
    since: int
    unjudged: int
    moves: tuple[Move, ...]

    def statuses(self) -> Mapping[tuple[str, str], int]:
        """How many dossiers would go from a status to another, the most frequent first."""
        moved = (one for one in self.moves if one.status_changes)
        return dict(Counter((one.before.status, one.after.status) for one in moved).most_common())

    def causes(self) -> Mapping[str, int]:
        """How many dossiers each rule decides the change of, the most frequent first."""
        rules = (rule for move in self.moves for rule in {cause.rule for cause in move.causes})
        return dict(sorted(Counter(rules).items(), key=lambda one: (-one[1], one[0])))


def move(before: Reached, candidate: Assessment, *, since: bool = True) -> Move | None:
    """The difference that a candidate's verdict makes; ``None`` when it makes none.

    Args:
        before: The verdict in force.
        candidate: That of the candidate.
        since: Whether the dossier was deposited since the candidate's date of effect.
    """
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
    found = tuple(causes(before, after, reasons=reasons))
    return Move(
        candidate.number, before=before, after=after, causes=found, items=items, since=since
    )


def joined(trials: Iterable[Trial]) -> Trial:
    """The trials of several lots of dossiers as one."""
    found = list(trials)
    moves = sorted((move for one in found for move in one.moves), key=lambda one: one.number)
    return Trial(
        compared=sum(one.compared for one in found),
        since=sum(one.since for one in found),
        unjudged=sum(one.unjudged for one in found),
        moves=tuple(moves),
    )
