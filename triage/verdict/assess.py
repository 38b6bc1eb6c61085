"""The verdict on one report: a pure function of the report, the rule-set and a few facts."""

from collections.abc import Set as AbstractSet
from hashlib import sha256

from mappings.report.model import Report
from mappings.schema.model import FormMapping
from triage.patient_data.dictionary.digest import DIGEST
from triage.rules.checks import CheckFacts
from triage.rules.conditions import Answers
from triage.rules.model import RuleSet
from triage.rules.public_facts import PUBLIC_FACTS
from triage.verdict.completeness import band, is_scored, judge_items, reach_of, score
from triage.verdict.model import Assessment, ItemResult, ScopeReason, SharedPriority, Status
from triage.verdict.priority import (
    Known,
    criteria,
    known_answers,
    level,
    refusal,
    to_verify,
    unanswered_scope,
)

JUDGED = f"15-{DIGEST}"
"""How reports are judged, beside rule-set and mapping: part of what a verdict rests on, with the
words that patient data is known by.

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
    cleared: AbstractSet[str] = frozenset(),
    earlier_differs: frozenset[str] = frozenset(),
    public: Answers | None = None,
) -> Assessment:
    """Judge a report.

    Args:
        report: The report.
        rules: Rule-set in force at its deposit.
        mapping: Mapping that made the report: gives the fields their French names.
        fingerprint: Hash of the dossier's content (:func:`mappings.dossier.content.hashes`).
        earlier_exists: Whether the démarche has the dossier that this one completes.
        cleared: Codes of passages that a person said are no patient's
            (:func:`triage.patient_data.finders.passage_code`).
        earlier_differs: What that dossier has not in common with this one (:class:`CheckFacts`).
        public: Public facts of its medicines and its situation, as far as the priority asks them
            (:mod:`triage.rules.public_facts`): at the agency alone.
    """
    from triage.verdict.warnings import warnings  # its patterns take long to compile

    facts = CheckFacts(report, earlier_exists, earlier_differs)
    items = judge_items(rules, facts)
    refused = refusal(rules, report, mapping=mapping)
    unanswered = unanswered_scope(rules, report, mapping=mapping)
    admissible = not any(item.blocking for item in items)
    judges = bool(rules.scope or rules.items)
    status = _status(items, refused=refused, unanswered=unanswered, judges=judges)
    decided = report.state.decided
    in_scope = judges and not (refused or unanswered)
    known = known_answers(rules, report, public=public)
    ranked = _rank(rules, report, known, mapping=mapping, asked=in_scope)
    shared = known_answers(rules, report, without=mapping.agency_only | PUBLIC_FACTS.keys())
    reach = reach_of(rules, report)
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
        priority=ranked.level,
        criteria=ranked.criteria,
        warnings=warnings(rules, facts, kept=mapping.agency_only, cleared=cleared),
        to_verify=ranked.to_verify,
        open_status=status if decided else None,
        shared=_rank(rules, report, shared, mapping=mapping, asked=in_scope),
        counted=reach.every,
        beside=reach.beside,
        not_asked=reach.none,
        partly_asked=reach.partly,
    )


def _rank(
    rules: RuleSet, report: Report, known: Known, *, mapping: FormMapping, asked: bool
) -> SharedPriority:
    """The priority that answers give, all of them or those that may leave the agency."""
    read = tuple(one for one in rules.priority.fields_read if one not in known.withheld)
    if not asked:
        return SharedPriority(None, fields=read)
    held = criteria(rules, report, known, mapping=mapping)
    proposed, certain = level(rules.priority, known, held)
    unsure = to_verify(rules, known, certain=certain, mapping=mapping)
    return SharedPriority(proposed.level, held, unsure, fields=read)


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
    lacking = [item for item in items if item.blocking]
    if not lacking:
        return Status.COMPLET
    # A declarant cannot complete what the form never asked, nor what they said and nobody reads.
    return Status.A_COMPLETER if any(one.can_be_asked for one in lacking) else Status.A_PRECISER
