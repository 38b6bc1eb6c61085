"""The whole reasoning of a verdict, as values: item, part, answer, source champ, verdict."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mappings.report.display import show
from mappings.report.model import NOT_READ, Answer, AnswerState, Report
from mappings.schema.model import FieldSpec, FormMapping
from mappings.schema.names import champ_type
from triage.rules.checks import CheckFacts
from triage.rules.conditions import Condition, holds
from triage.rules.model import Item, Part, RuleSet, ScopeRule
from triage.verdict.completeness import Finding, judge_items, judge_part, rows_judged, told_in_row
from triage.verdict.model import ItemResult, Verdict
from triage.verdict.priority import unanswered_text


@dataclass(frozen=True, slots=True)
class PartExplained:
    """Why a part of an item has its verdict.

    Attributes:
        title: Name of the field, and of the row, in French.
        value: The answer as shown to staff of the agency; empty when there is none.
        source: Champ that gave it (``champ 21, « label », texte long``), or why none did.
        condition: Condition under which it is asked; ``None`` when always.
        asked: Whether that condition holds.
        verdict: Its verdict.
        reason: Why, in French.
    """

    title: str
    value: str
    source: str
    condition: Condition | None
    asked: bool
    verdict: Verdict
    reason: str


@dataclass(frozen=True, slots=True)
class ItemExplained:
    """Why an item has its verdict.

    Attributes:
        result: The verdict, as in the assessment.
        condition: Condition of the item; ``None`` when it always applies.
        asked: Whether that condition holds.
        parts: Its parts.
    """

    result: ItemResult
    condition: Condition | None
    asked: bool
    parts: tuple[PartExplained, ...]


@dataclass(frozen=True, slots=True)
class QuestionExplained:
    """What a scope question decides.

    Attributes:
        title: Its name in French.
        value: The answer as shown to staff of the agency; empty when there is none.
        source: Champ that gave it, or why none did.
        reason: Why the answer, or its absence, keeps the report from being in scope; else empty.
    """

    title: str
    value: str
    source: str
    reason: str


_NO_SOURCE = {
    AnswerState.HIDDEN: "hidden",
    AnswerState.NOT_ASKED: "not_asked",
}


def explain(
    rules: RuleSet, facts: CheckFacts, *, mapping: FormMapping
) -> tuple[ItemExplained, ...]:
    """The reasoning behind every item, in the order of the rule-set."""
    results = judge_items(rules, facts)
    return tuple(
        ItemExplained(
            result=result,
            condition=item.when,
            asked=holds(item.when, facts.report.fields),
            parts=tuple(_parts(item, rules=rules, facts=facts, mapping=mapping)),
        )
        for item, result in zip(rules.items, results, strict=True)
    )


def explain_scope(
    rules: RuleSet, report: Report, *, mapping: FormMapping
) -> tuple[QuestionExplained, ...]:
    """What each scope question decides, in the order of the rule-set."""
    return tuple(_question(rule, rules, report, mapping=mapping) for rule in rules.scope)


def _question(
    rule: ScopeRule, rules: RuleSet, report: Report, *, mapping: FormMapping
) -> QuestionExplained:
    answer = report.fields[rule.field]
    if not isinstance(answer.value, bool):
        reason = unanswered_text(rules, rule.field, report)
    else:
        reason = rule.text if answer.value is rule.out else ""
    return QuestionExplained(
        mapping.fields[rule.field].title, _value(answer), source=_source(answer), reason=reason
    )


def as_stored(result: ItemResult) -> ItemExplained:
    """An item whose verdict is known, without what led to it."""
    asked = result.verdict is not Verdict.NOT_APPLICABLE
    return ItemExplained(result=result, condition=None, asked=asked, parts=())


def _parts(
    item: Item, *, rules: RuleSet, facts: CheckFacts, mapping: FormMapping
) -> Iterator[PartExplained]:
    item_asked = holds(item.when, facts.report.fields)
    for part in item.parts:
        asked = item_asked and holds(part.when, facts.report.fields)
        findings = list(judge_part(part, rules=rules, facts=facts)) if asked else []
        spec = mapping.fields[part.subject]
        answers = _answers(part, facts, spec, rules=rules)
        if len(findings) != len(answers):
            answers = [(spec.title, facts.report.fields[part.subject])]
            findings = findings[:1] or [Finding(Verdict.NOT_APPLICABLE)]
        for (title, answer), finding in zip(answers, findings, strict=True):
            yield PartExplained(
                title=title,
                value=_value(answer),
                source=_source(answer),
                condition=part.when,
                asked=asked,
                verdict=finding.verdict,
                reason=told_in_row(finding, rules),
            )


def _answers(
    part: Part, facts: CheckFacts, spec: FieldSpec, *, rules: RuleSet
) -> Sequence[tuple[str, Answer]]:
    """The answer that each finding of a part is about, with its name."""
    answer = facts.report.fields[part.subject]
    if not part.each:
        return [(spec.title, answer)]
    title = spec.fields[part.each].title
    return [
        (f"{title} ({spec.title} {at})", row[part.each]) for at, row in rows_judged(answer, rules)
    ]


def _value(answer: Answer) -> str:
    return show(answer.value) if answer.value is not None else answer.raw


def _source(answer: Answer) -> str:
    """The champ and its type; for an answer without one, why, or the name of the state."""
    if answer.origin is None:
        return "not_read" if answer == NOT_READ else _NO_SOURCE.get(answer.state, "")
    origin = answer.origin
    if not origin.champ_id:
        return origin.label
    return f"champ {origin.champ_id}, « {origin.label} », {champ_type(origin.champ_type)}"
