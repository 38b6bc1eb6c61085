"""A verdict explained as it is reached today; past ones are in :mod:`flows.past_verdicts`."""

from dataclasses import dataclass
from datetime import date

from flows.failures import RequestError
from flows.judge import EARLIER, stored_revisions
from flows.reference import matcher_of, with_remarks
from flows.retention import Keeping
from flows.services import Services
from mappings.clock import PARIS
from mappings.decode import decode_dossier
from mappings.dossier import RawDossier
from mappings.mapper import map_report
from mappings.mapping import FormMapping
from mappings.medicine_facts import to_look_at
from mappings.report import Report
from triage.assess import assess
from triage.assessment import Assessment
from triage.checks import Facts
from triage.explanation import ItemExplained, QuestionExplained, explain, explain_scope
from triage.priority import level
from triage.ruleset import PriorityLevel, RuleSet, in_force


@dataclass(frozen=True, slots=True)
class Explained:
    """The whole reasoning behind a verdict.

    Attributes:
        assessment: The verdict.
        digest: Names the rule-set that gives it.
        items: Item by item.
        scope: Question by question; none where the reasoning is not known any more.
        level: The level of priority that holds; ``None`` out of scope, or not known any more.
        rules: The rule-set; ``None`` when it is not known any more.
        mapping: The mapping that its fields are named by.
        notes: What to know of a past verdict that is not what would be reached today, in French.
    """

    assessment: Assessment
    digest: str
    items: tuple[ItemExplained, ...]
    scope: tuple[QuestionExplained, ...]
    level: PriorityLevel | None
    rules: RuleSet | None
    mapping: FormMapping
    notes: tuple[str, ...] = ()


def explain_now(services: Services, number: int, *, on: date | None = None) -> Explained:
    """The reasoning on a dossier as it is, by the rule-set in force at its deposit or on a day.

    Raises:
        RequestError: The dossier is not in store.
    """
    stored = services.store.dossiers.get(services.demarche, number)
    if stored is None:
        raise RequestError(f"Le dossier {number} n'a pas été lu : lancez « unc sync ».")
    day = on or stored.deposited_at.astimezone(PARIS).date()
    rules, mapping = in_force(services.form.rulesets, day), services.form.mapping
    report = report_of(services, stored.raw, mapping)
    earlier = report.value(EARLIER) if EARLIER in report.fields else None
    exists = Keeping.of(services).knows(earlier)
    verdict = assess(
        report, rules, mapping=mapping, fingerprint=stored.fingerprint, earlier_exists=exists
    )
    remarks = to_look_at(report, mapping=mapping, matcher=matcher_of(services.settings))
    return explained(
        with_remarks(verdict, remarks, mapping=mapping),
        Facts(report=report, earlier_exists=exists),
        rules=rules,
        mapping=mapping,
    )


def report_of(services: Services, raw: RawDossier, mapping: FormMapping) -> Report:
    """A dossier's content as a report, by a mapping."""
    revision = stored_revisions(services).get(raw["demarche"]["revision"]["id"])
    return map_report(decode_dossier(raw, revision=revision), mapping=mapping, revision=revision)


def explained(
    verdict: Assessment, facts: Facts, *, rules: RuleSet, mapping: FormMapping
) -> Explained:
    """A verdict with all that leads to it."""
    in_scope = verdict.priority is not None
    return Explained(
        assessment=verdict,
        digest=rules.digest,
        items=explain(rules, facts, mapping=mapping),
        scope=explain_scope(rules, facts.report, mapping=mapping),
        level=level(rules.priority, facts.report, verdict.criteria) if in_scope else None,
        rules=rules,
        mapping=mapping,
    )
