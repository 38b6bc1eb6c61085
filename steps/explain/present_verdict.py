"""A verdict explained as it is reached today; past ones: :mod:`steps.explain.past_verdicts`."""

from dataclasses import dataclass
from datetime import date

from mappings.medicines.facts import to_look_at
from mappings.schema.model import FormMapping
from steps.judge.case_files import case_files
from steps.judge.situations import differs_from
from steps.read.retention import Keeping
from steps.wiring.failures import RequestError
from steps.wiring.public_data.reference import matcher_of, with_remarks
from steps.wiring.services import Services
from triage.rules.checks import CheckFacts
from triage.rules.conditions import Answers
from triage.rules.model import PriorityLevel, RuleSet, in_force
from triage.verdict.explanation import ItemExplained, QuestionExplained, explain, explain_scope
from triage.verdict.model import Assessment
from triage.verdict.priority import known_answers, level


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
    case, known = case_files(services).of(stored), Keeping.of(services).knows
    rules = case.rules if on is None else in_force(services.form.rulesets, on)
    differs = differs_from(services, number, case.earlier)
    verdict = case.verdict(rules, fingerprint=stored.fingerprint, known=known, differs=differs)
    mapping = services.form.mapping
    remarks = to_look_at(case.report, mapping=mapping, matcher=matcher_of(services.inputs.home))
    return explained(
        with_remarks(verdict, remarks, mapping=mapping),
        CheckFacts(case.report, known(case.earlier), differs),
        rules=rules,
        mapping=mapping,
        public=case.files.public.of(case.report),
    )


def explained(
    verdict: Assessment,
    facts: CheckFacts,
    *,
    rules: RuleSet,
    mapping: FormMapping,
    public: Answers | None = None,
) -> Explained:
    """A verdict with all that leads to it."""
    in_scope = verdict.priority is not None
    known = known_answers(rules, facts.report, public=public)
    return Explained(
        assessment=verdict,
        digest=rules.digest,
        items=explain(rules, facts, mapping=mapping),
        scope=explain_scope(rules, facts.report, mapping=mapping),
        level=level(rules.priority, known, verdict.criteria)[0] if in_scope else None,
        rules=rules,
        mapping=mapping,
    )
