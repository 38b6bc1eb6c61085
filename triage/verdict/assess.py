"""The verdict on one report: a pure function of the report, the rule-set and a few facts."""

from hashlib import sha256

from mappings.report.model import Report
from mappings.schema.model import FormMapping
from triage.rules.checks import Facts
from triage.rules.model import RuleSet
from triage.verdict.completeness import band, is_scored, judge_items, score
from triage.verdict.model import Assessment, ItemResult, ScopeReason, Status
from triage.verdict.priority import (
    criteria,
    known_answers,
    level,
    refusal,
    to_verify,
    unanswered_scope,
)
from triage.verdict.warnings import warnings

JUDGED = "2"
"""How reports are judged, beside rule-set and mapping: part of what a verdict rests on.

Raise it when this code reaches another verdict on the same report (a finder of patient data, a
check, the score, a priority): every dossier is then judged again once, and does not leave the
agency until it is.
"""


def assess(
    report: Report,
    rules: RuleSet,
    *,
    mapping: FormMapping,
    fingerprint: str,
    earlier_exists: bool,
    earlier_differs: frozenset[str] = frozenset(),
) -> Assessment:
    """Judge a report.

    Args:
        report: The report.
        rules: Rule-set in force at its deposit.
        mapping: Mapping that made the report: gives the fields their French names.
        fingerprint: Hash of the dossier's content (:func:`mappings.dossier.content.hashes`).
        earlier_exists: Whether the démarche has the dossier that this one completes.
        earlier_differs: What that dossier has not in common with this one (:class:`Facts`).
    """
    facts = Facts(report, earlier_exists, earlier_differs)
    items = judge_items(rules, facts)
    refused = refusal(rules, report, mapping=mapping)
    unanswered = unanswered_scope(rules, report, mapping=mapping)
    admissible = not any(item.blocking for item in items)
    judges = bool(rules.scope or rules.items)
    status = _status(items, refused=refused, unanswered=unanswered, judges=judges)
    decided = report.state.decided
    in_scope = status in {Status.COMPLET, Status.A_COMPLETER}
    known = known_answers(rules, report)
    held = criteria(rules, report, known, mapping=mapping) if in_scope else ()
    proposed, certain = level(rules.priority, known, held) if in_scope else (None, True)
    points = score(items) if is_scored(rules, report.unasked) else None
    return Assessment(
        number=report.number,
        fingerprint=verdict_fingerprint(fingerprint, earlier_exists=earlier_exists),
        ruleset=rules.version,
        status=Status.CLOS if decided else status,
        score=points,
        band="" if points is None else band(rules, points),
        admissible=admissible,
        items=items,
        out_of_scope=refused,
        unanswered_scope=unanswered,
        priority=proposed.level if proposed else None,
        criteria=held,
        warnings=warnings(rules, facts),
        to_verify=to_verify(rules, known, certain=certain, mapping=mapping),
        open_status=status if decided else None,
    )


def verdict_fingerprint(fingerprint: str, *, earlier_exists: bool) -> str:
    """The dossier's fingerprint with the one fact from outside that a verdict depends on."""
    return sha256(f"{fingerprint} {earlier_exists}".encode()).hexdigest()


def is_judged(fingerprint: str, verdict: str) -> bool:
    """Whether a verdict (its fingerprint) is of a dossier as it is now (its own)."""
    return any(
        verdict == verdict_fingerprint(fingerprint, earlier_exists=one) for one in (True, False)
    )


def _status(
    items: tuple[ItemResult, ...],
    *,
    refused: ScopeReason | None,
    unanswered: tuple[ScopeReason, ...],
    judges: bool,
) -> Status:
    """The first status that holds for a dossier that is open (docs/decisions/0001-donnees.md).

    A rule-set that asks nothing ``judges`` nothing: « Complet » would say what nobody looked at.
    """
    if not judges:
        return Status.A_TRIER
    if refused:
        return Status.HORS_CHAMP
    if unanswered:
        return Status.A_PRECISER
    if any(item.blocking for item in items):
        return Status.A_COMPLETER
    return Status.COMPLET
