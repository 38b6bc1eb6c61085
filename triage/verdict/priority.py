"""Scope and priority of a report, with the evidence for each."""

from mappings.report.display import show
from mappings.report.model import Report
from mappings.schema.model import FormMapping
from triage.rules.conditions import holds, supports
from triage.rules.model import Priority, PriorityLevel, RuleSet, ScopeRule
from triage.verdict.model import Criterion, Evidence, ScopeReason


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
    """The scope questions without an answer."""
    return tuple(
        ScopeReason(
            rule.field, question(rule.field, report, mapping), option="", text=rules.unanswered
        )
        for rule in rules.scope
        if not isinstance(report.value(rule.field), bool)
    )


def question(field: str, report: Report, mapping: FormMapping) -> str:
    """A question as its revision asks it, or the field's name where the revision lacks it."""
    origin = report.fields[field].origin
    return origin.label if origin else mapping.fields[field].title


def criteria(rules: RuleSet, report: Report, *, mapping: FormMapping) -> tuple[Criterion, ...]:
    """The criteria of priority that hold, with what they rest on."""
    return tuple(
        Criterion(
            id=criterion.id,
            name=criterion.name,
            evidence=tuple(
                Evidence(
                    field=name,
                    label=mapping.fields[name].title,
                    value=show(value),
                )
                for name in supports(criterion.when, report.fields)
                if (value := report.value(name)) is not None
            ),
        )
        for criterion in rules.priority.criteria
        if holds(criterion.when, report.fields)
    )


def level(priority: Priority, report: Report, held: tuple[Criterion, ...]) -> PriorityLevel:
    """The first level whose statements all hold.

    Raises:
        LookupError: No level holds: the rule-set lacks a last one without a condition.
    """
    names = {criterion.id for criterion in held}
    for candidate in priority.levels:
        if candidate.fits(names) and holds(candidate.when, report.fields):
            return candidate
    raise LookupError("le référentiel n'a pas de dernier niveau de priorité sans condition")
