"""What a human should look at: implausible numbers and dates, contradictions, patient data.

A warning names the field, and the place for patient data, never the text.
"""

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal

from mappings.report import Answer, Report
from triage.assessment import Mark
from triage.assessment import Warning as TriageWarning
from triage.checks import PARIS, Facts, passes
from triage.conditions import holds
from triage.patient_data import FEWEST_DIGITS, FINDERS, digits_in
from triage.ruleset import (
    ContradictionWarning,
    OutsideWarning,
    PatientDataWarning,
    RowWarning,
    RuleSet,
    TooEarlyWarning,
    WarningRule,
)

_FREE_TEXT = frozenset({"text", "textarea", "formatted"})
_Place = tuple[str, int, str]


def warnings(rules: RuleSet, facts: Facts) -> tuple[TriageWarning, ...]:
    """The warnings that a report raises, in the rule-set's order."""
    texts = tuple((place, text, digits_in(text)) for place, text in _texts(facts.report))
    found = (_warning(rule, facts, texts=texts) for rule in rules.warnings)
    return tuple(one for one in found if one.fields)


def _warning(
    rule: WarningRule, facts: Facts, *, texts: tuple[tuple[_Place, str, int], ...]
) -> TriageWarning:
    """The warning of a rule; without fields when nothing raises it."""
    if isinstance(rule, PatientDataWarning):
        marks = tuple(_marks(rule, texts))
        fields = tuple(dict.fromkeys(mark.field for mark in marks))
        return TriageWarning(id=rule.id, text=rule.text, fields=fields, marks=marks)
    return TriageWarning(id=rule.id, text=rule.text, fields=_fields(rule, facts))


def _fields(
    rule: OutsideWarning | TooEarlyWarning | RowWarning | ContradictionWarning, facts: Facts
) -> tuple[str, ...]:
    report = facts.report
    match rule:
        case OutsideWarning():
            return tuple(name for name in rule.fields if _outside(rule, report.fields[name]))
        case TooEarlyWarning():
            return tuple(name for name in rule.fields if _too_early(rule, report.fields[name]))
        case ContradictionWarning():
            if not holds(rule.when, report.fields):
                return ()
            return tuple(dict.fromkeys(rule.when.fields()))
        case RowWarning():
            return (rule.rows,) if _row_fails(rule, facts) else ()


def _outside(rule: OutsideWarning, answer: Answer) -> bool:
    value = answer.value
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return False
    below = rule.low is not None and value < rule.low
    return below or (rule.high is not None and value > rule.high)


def _too_early(rule: TooEarlyWarning, answer: Answer) -> bool:
    match answer.value:
        case datetime() as moment:
            return moment.astimezone(PARIS).date() < rule.earliest
        case date() as day:
            return day < rule.earliest
        case _:
            return False


def _row_fails(rule: RowWarning, facts: Facts) -> bool:
    value = facts.report.fields[rule.rows].value
    rows = value if isinstance(value, tuple) else ()
    return any(
        not passes(rule.test, cell, answers=row, facts=facts)
        for row in rows
        if isinstance(row, dict) and holds(rule.when_row, row)
        if (cell := row[rule.each].value) is not None
    )


def _texts(report: Report) -> Iterator[tuple[_Place, str]]:
    """Every free text that a declarant typed, with its place, those in rows too."""
    for name, answer in report.fields.items():
        if text := _typed(answer):
            yield (name, 0, ""), text
        elif isinstance(answer.value, tuple):
            for number, row in enumerate(answer.value, start=1):
                if isinstance(row, dict):
                    for column, cell in row.items():
                        if text := _typed(cell):
                            yield (name, number, column), text


def _typed(answer: Answer) -> str:
    if answer.origin is None or answer.origin.champ_type not in _FREE_TEXT:
        return ""
    value = answer.value
    if isinstance(value, tuple) and value and isinstance(value[0], str):
        return value[0]  # a list that an older revision asked as free text
    return value if isinstance(value, str) else ""


def _marks(rule: PatientDataWarning, texts: tuple[tuple[_Place, str, int], ...]) -> Iterator[Mark]:
    find, fewest = FINDERS[rule.check], FEWEST_DIGITS[rule.check]
    for (field, row, column), text, digits in texts:
        if digits >= fewest and field not in rule.exclude:
            for start, end in find(text):
                yield Mark(field=field, start=start, end=end, row=row, column=column)
