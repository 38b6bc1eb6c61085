"""What decides that two verdicts on one dossier differ: scope, blocking items, criteria."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from triage.verdict.model import Assessment, ScopeReason, Status, Verdict

SCOPE = "Champ d'application"
PRIORITY = "Priorité"
VERDICTS: Mapping[str, str] = {
    Verdict.PRESENT: "présent",
    Verdict.INSUFFICIENT: "insuffisant",
    Verdict.MISSING: "absent",
    Verdict.INVALID: "invalide",
    Verdict.NOT_APPLICABLE: "sans objet",
}
"""Verdicts on an item as staff read them."""
_AT_FAULT = frozenset({Verdict.MISSING, Verdict.INVALID})


@dataclass(frozen=True, slots=True)
class Reached:
    """What a verdict comes to. Two are equal when they say the same of the dossier.

    Attributes:
        status: Triage status.
        score: Completeness.
        priority: Priority, ``None`` out of scope.
        items: Verdict of each item, by id.
        mandatory: Items that keep a report from being complete when missing or invalid.
        out_of_scope: Why it is out of scope; empty when it is not.
        unanswered: Scope questions without an answer.
        criteria: Names of the criteria of priority that hold.
        to_verify: What is not known and may lower the priority.
    """

    status: str
    score: int | None
    priority: str | None
    items: Mapping[str, str]
    mandatory: frozenset[str] = field(default=frozenset(), compare=False)
    out_of_scope: str = field(default="", compare=False)
    unanswered: tuple[str, ...] = field(default=(), compare=False)
    criteria: tuple[str, ...] = field(default=(), compare=False)
    to_verify: tuple[str, ...] = field(default=(), compare=False)

    def blocks(self, item: str) -> bool:
        """Whether an item keeps the report from being complete."""
        return item in self.mandatory and self.items.get(item) in _AT_FAULT


@dataclass(frozen=True, slots=True)
class Cause:
    """What decides a change.

    Attributes:
        rule: Id of an item, or « Champ d'application », or « Priorité ».
        text: What of it changes, in French.
    """

    rule: str
    text: str


def reached(assessment: Assessment) -> Reached:
    """What an assessment comes to."""
    return Reached(
        status=assessment.status.value,
        score=assessment.score,
        priority=assessment.priority,
        items={item.id: item.verdict.value for item in assessment.items},
        mandatory=frozenset(item.id for item in assessment.items if item.mandatory),
        out_of_scope=_told(assessment.out_of_scope),
        unanswered=tuple(one.label for one in assessment.unanswered_scope),
        criteria=tuple(one.name for one in assessment.criteria),
        to_verify=tuple(f"{one.label} ({one.value})" for one in assessment.to_verify),
    )


def _told(reason: ScopeReason | None) -> str:
    return reason.text if reason else ""


def causes(before: Reached, after: Reached, *, reasons: Mapping[str, str]) -> Iterator[Cause]:
    """What decides the change of status, then that of priority; nothing where neither changes.

    Args:
        before: One verdict.
        after: The other.
        reasons: Reason of each item in the other.
    """
    if before.status != after.status:
        statuses = {before.status, after.status}
        if Status.HORS_CHAMP in statuses:
            yield _scope(before, after)
        elif before.unanswered != after.unanswered:
            yield _questions(before, after)
        else:
            yield from _blocking(before, after, reasons)
    if before.priority and after.priority and before.priority != after.priority:
        yield Cause(PRIORITY, f"{before.priority} → {after.priority} : {_criteria(before, after)}")


def _scope(before: Reached, after: Reached) -> Cause:
    if after.out_of_scope:
        return Cause(SCOPE, after.out_of_scope)
    return Cause(SCOPE, f"n'exclut plus « {before.out_of_scope} »")


def _questions(before: Reached, after: Reached) -> Cause:
    if after.unanswered:
        return Cause(SCOPE, f"demande « {' », « '.join(after.unanswered)} », sans réponse")
    return Cause(SCOPE, f"ne demande plus « {' », « '.join(before.unanswered)} »")


def _blocking(before: Reached, after: Reached, reasons: Mapping[str, str]) -> Iterator[Cause]:
    """Items that block in one verdict and not in the other."""
    for item in dict.fromkeys([*before.items, *after.items]):
        if before.blocks(item) != after.blocks(item):
            yield Cause(item, _change(item, before, after, reasons.get(item, "")))


def _change(item: str, before: Reached, after: Reached, reason: str) -> str:
    old, new = before.items.get(item), after.items.get(item)
    if new is None:
        return "n'est plus demandé"
    why = f" ({reason})" if reason else ""
    if old is None:
        return f"nouvel item{why}"
    if old == new:
        change = "devient obligatoire" if item in after.mandatory else "n'est plus obligatoire"
        return f"{change}{why}"
    return f"{VERDICTS[old]} → {VERDICTS[new]}{why}"


def _criteria(before: Reached, after: Reached) -> str:
    """The criteria that start or cease to hold; without any, what a level wants has changed."""
    told = [f"critère « {one} »" for one in after.criteria if one not in before.criteria]
    told += [f"plus le critère « {one} »" for one in before.criteria if one not in after.criteria]
    told += [f"à vérifier : {one}" for one in after.to_verify if one not in before.to_verify]
    held = ", ".join(after.criteria) or "aucun critère"
    return ", ".join(told) or f"les niveaux changent (critères : {held})"
