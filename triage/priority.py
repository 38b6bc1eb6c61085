"""Scope and priority of a report, with the evidence for each."""

from mappings.display import show
from mappings.mapping import FormMapping
from mappings.report import Report
from triage.assessment import Criterion, Evidence, ScopeReason
from triage.conditions import holds, supports
from triage.ruleset import Priority, PriorityLevel, RuleSet


def out_of_scope(rules: RuleSet, report: Report) -> ScopeReason | None:
    """The first scope question, in the rule-set's order, answered out of scope."""
    for scope in rules.scope:
        if report.value(scope.field) is scope.out:
            return _reason(scope.field, report, option=scope.option, text=scope.text)
    return None


def unanswered_scope(rules: RuleSet, report: Report) -> tuple[ScopeReason, ...]:
    """The scope questions without an answer."""
    return tuple(
        _reason(scope.field, report, option="", text="question sans réponse")
        for scope in rules.scope
        if not isinstance(report.value(scope.field), bool)
    )


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


def level(priority: Priority, report: Report, held: tuple[Criterion, ...]) -> str:
    """The first level whose statements all hold.

    Raises:
        LookupError: No level holds: the rule-set lacks a last one without a condition.
    """
    names = {criterion.id for criterion in held}
    for candidate in priority.levels:
        if _level_holds(candidate, report, names):
            return candidate.level
    raise LookupError("le référentiel n'a pas de dernier niveau de priorité sans condition")


def _level_holds(candidate: PriorityLevel, report: Report, names: set[str]) -> bool:
    return (
        holds(candidate.when, report.fields)
        and (not candidate.one_of or bool(names & set(candidate.one_of)))
        and len(names) >= candidate.at_least
    )


def _reason(field: str, report: Report, *, option: str, text: str) -> ScopeReason:
    origin = report.fields[field].origin
    return ScopeReason(
        field=field, label=origin.label if origin else field, option=option, text=text
    )
