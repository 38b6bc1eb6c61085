"""Scope and priority of a report, with the evidence for each.

The questions, criteria and levels themselves are data: ``triage/unc/rules/``.
"""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from mappings.report.display import show
from mappings.report.model import UNREAD, Answer, AnswerState, Report
from mappings.schema.model import FormMapping
from triage.rules.conditions import Answers, holds, supports, truth
from triage.rules.model import OutsideWarning, Priority, PriorityLevel, RuleSet, ScopeRule
from triage.rules.public_facts import PUBLIC_FACTS, public_answer
from triage.verdict.model import Criterion, Evidence, ScopeReason, Verdict


def out_of_scope(rules: RuleSet, report: Report) -> ScopeRule | None:
    """The first scope question, in the rule-set's order, answered out of scope."""
    return next((rule for rule in rules.scope if report.value(rule.field) is rule.out), None)


def refusal(rules: RuleSet, report: Report, *, mapping: FormMapping) -> ScopeReason | None:
    """Why a report is out of scope, if it is."""
    rule = out_of_scope(rules, report)
    if rule is None:
        return None
    label = question(rule.field, report, mapping)
    return ScopeReason(rule.field, label, option=rule.option, text=rule.text)


def unanswered_scope(
    rules: RuleSet, report: Report, *, mapping: FormMapping
) -> tuple[ScopeReason, ...]:
    """The scope questions without an answer that can be read."""
    return tuple(
        ScopeReason(
            rule.field,
            question(rule.field, report, mapping),
            option="",
            text=unanswered_text(rules, rule.field, report),
            verdict=_fault(report.fields[rule.field]),
            asked=report.fields[rule.field].state is not AnswerState.NOT_ASKED,
        )
        for rule in rules.scope
        if not isinstance(report.value(rule.field), bool)
    )


def unanswered_text(rules: RuleSet, field: str, report: Report) -> str:
    """What is said of a scope question whose answer decides nothing."""
    answer = report.fields[field]
    if answer.state is AnswerState.NOT_ASKED:
        unasked = answer.problem or rules.unasked or rules.unanswered
        return unasked if field in report.unasked else rules.absent
    return rules.unreadable if _is_unreadable(answer) else rules.unanswered


def _fault(answer: Answer) -> Verdict:
    return Verdict.INVALID if _is_unreadable(answer) else Verdict.MISSING


def _is_unreadable(answer: Answer) -> bool:
    return answer.state is AnswerState.UNREADABLE


def question(field: str, report: Report, mapping: FormMapping) -> str:
    """A question as its revision asks it, or the field's name where the revision lacks it."""
    origin = report.fields[field].origin
    return origin.label if origin else mapping.fields[field].title


def criteria(
    rules: RuleSet, report: Report, known: "Known", *, mapping: FormMapping
) -> tuple[Criterion, ...]:
    """The criteria of priority that hold, with what they rest on."""
    return tuple(
        Criterion(
            id=criterion.id,
            name=criterion.name,
            evidence=tuple(
                Evidence(
                    field=name,
                    label=_title(name, mapping),
                    value=value,
                )
                for name in supports(criterion.when, known.answers)
                if name not in known.unknown and (value := _shown(name, report, known))
            ),
        )
        for criterion in rules.priority.criteria
        if truth(criterion.when, known.answers, unknown=known.unknown.keys())
    )


def _title(name: str, mapping: FormMapping) -> str:
    return (mapping.fields.get(name) or PUBLIC_FACTS[name]).title


def _shown(name: str, report: Report, known: "Known") -> str:
    """What a criterion rests on, as staff read it; of public data, what shows it."""
    if name in report.fields:
        value = report.value(name)
        return "" if value is None else show(value)
    return known.answers[name].raw


@dataclass(frozen=True, slots=True)
class Known:
    """The answers that a priority rests on.

    Attributes:
        answers: All of them, but for what is impossible.
        unknown: Those that are not known though something was answered: why, by field.
        withheld: Those that it may not rest on, taken for blank.
        untold: Public facts that are not known: why, by name. They raise no priority.
    """

    answers: Answers
    unknown: Mapping[str, str]
    withheld: AbstractSet[str] = frozenset()
    untold: Mapping[str, str] = field(default_factory=dict)


def known_answers(
    rules: RuleSet,
    report: Report,
    *,
    without: AbstractSet[str] = frozenset(),
    public: Answers | None = None,
) -> Known:
    """What a priority may rest on: never what is impossible; what is not read is no « no ».

    Args:
        rules: The rule-set.
        report: The report.
        without: Fields that it may not rest on: neither their answer nor that it is unknown.
        public: What is known of the public facts that it may rest on.
    """
    blank = Answer(AnswerState.BLANK)
    facts = {name: (public or {}).get(name, _UNTOLD) for name in public_facts_read(rules.priority)}
    fields = {**facts, **report.fields, **dict.fromkeys(without, blank)}
    untold = {name: one.problem for name, one in facts.items() if name not in without}
    untold = {name: why for name, why in untold.items() if why}
    left_out = {
        name
        for rule in rules.warnings
        if isinstance(rule, OutsideWarning) and rule.excluded
        for name in rule.fields
        if rule.is_raised(fields[name])
    }
    answers = {**fields, **dict.fromkeys(left_out, blank)} if left_out else fields
    unread = _unread(rules, report, fields)
    if rules.priority.unknown is None:
        return Known(answers, unread, without, untold)
    unreadable = (name for name, one in fields.items() if one.state is AnswerState.UNREADABLE)
    unknown = dict.fromkeys(unreadable, rules.unreadable) | unread
    led_by = dict(unknown)
    for fact in rules.priority.unknown:
        if fact.field in without:
            continue
        lost = next((led_by[name] for name in fact.questions if name in led_by), None)
        if lost is not None:
            unknown.setdefault(fact.field, lost)
        elif fact.when is not None and holds(fact.when, answers):
            unknown.setdefault(fact.field, fact.text)
    return Known(answers, unknown, without, untold)


def _unread(rules: RuleSet, report: Report, fields: Answers) -> dict[str, str]:
    """Answers that the bridge does not read, which a declarant may have given: why, by field.

    They were given to other words than a person reviewed, or no champ gives them and nobody said
    that the form does not ask. What is withheld is blank in ``fields``, and none of them.
    """
    silence = rules.unasked or rules.unanswered
    unread = dict.fromkeys(report.unasked, silence) | dict.fromkeys(report.not_read, UNREAD)
    lost = AnswerState.NOT_ASKED
    return {
        name: why for name, why in unread.items() if name in fields and fields[name].state is lost
    }


_UNTOLD = public_answer(None, "inconnu")


def public_facts_read(priority: Priority) -> tuple[str, ...]:
    """Public facts that the levels and criteria ask: none, until staff adopt a rule that does."""
    return tuple(name for name in priority.fields_read if name in PUBLIC_FACTS)


def level(
    priority: Priority, known: Known, held: tuple[Criterion, ...]
) -> tuple[PriorityLevel, bool]:
    """The first level that holds or could, and whether it does for sure.

    Raises:
        LookupError: No level holds: the rule-set lacks a last one without a condition.
    """
    names = {criterion.id for criterion in held}
    possible = names | {
        one.id
        for one in priority.criteria
        if truth(one.when, known.answers, unknown=known.unknown.keys()) is None
    }
    for candidate in priority.levels:
        told = truth(candidate.when, known.answers, unknown=known.unknown.keys())
        if told is not False and candidate.fits(possible):
            return candidate, bool(told) and candidate.fits(names)
    raise LookupError("le référentiel n'a pas de dernier niveau de priorité sans condition")


def to_verify(
    rules: RuleSet, known: Known, *, certain: bool, mapping: FormMapping
) -> tuple[Evidence, ...]:
    """What is not known of what the levels and criteria ask, unless it changes nothing.

    Public facts that are not known are always told: they raise nothing, and may have.
    """
    told = tuple(
        Evidence(field=name, label=_title(name, mapping), value=why)
        for name, why in known.untold.items()
    )
    if certain:
        return told
    unsure = tuple(
        Evidence(field=name, label=_title(name, mapping), value=known.unknown[name])
        for name in rules.priority.asked
        if name in known.unknown
    )
    return (*unsure, *told)
