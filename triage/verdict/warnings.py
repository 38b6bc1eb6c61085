"""What a human should look at: implausible numbers and dates, contradictions, patient data.

A warning names the field, and the place for patient data, never the text.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import date, datetime
from functools import lru_cache
from typing import NamedTuple

from french.time import PARIS
from mappings.dossier.model import Place
from mappings.report.model import Answer, Report, Value
from triage.patient_data.finders import FINDERS, TOLD, Span, found_in, passage_code, within
from triage.patient_data.free_text import free_texts
from triage.rules.checks import CheckFacts, passes
from triage.rules.conditions import holds
from triage.rules.model import (
    ContradictionWarning,
    EarlierWarning,
    OnlyWarning,
    OutsideWarning,
    PatientDataWarning,
    RowWarning,
    RuleSet,
    TooEarlyWarning,
    WarningRule,
)
from triage.verdict.model import Mark
from triage.verdict.model import Warning as TriageWarning

_Place = tuple[str, int, str]
"""Field, and row and column in it."""


_LONGEST_KEPT = 2_000
"""Characters of a text whose passages are kept: bounds memory."""


class _Found(NamedTuple):
    """What looks like patient data in a text that was typed freely: its kind and its place."""

    kind: str
    mark: Mark


def warnings(
    rules: RuleSet,
    facts: CheckFacts,
    *,
    kept: AbstractSet[str] = frozenset(),
    cleared: AbstractSet[str] = frozenset(),
) -> tuple[TriageWarning, ...]:
    """The warnings that a report raises, in the rule-set's order.

    Patient data of every kind is looked for, whether or not the rule-set names it.

    Args:
        rules: The rule-set.
        facts: The report.
        kept: Fields that stay at the agency: no kind that the rule-set does not name is looked for
            there.
        cleared: Codes of passages that a person said are no patient's.
    """
    marked = tuple(_marked(facts.report, cleared))
    found = [_warning(rule, facts, marked=marked) for rule in rules.warnings]
    named = [rule for rule in rules.warnings if isinstance(rule, PatientDataWarning)]
    spared = {*kept, *(name for rule in named for name in rule.exclude)}
    told = {rule.check for rule in named}
    found += [
        _of_patient(kind, TOLD[kind], marked, kind=kind, spared=spared)
        for kind in FINDERS
        if kind not in told
    ]
    return tuple(one for one in _each_once(found) if one.fields)


def _each_once(found: Iterable[TriageWarning]) -> Iterator[TriageWarning]:
    """The warnings, no passage told by two: what lies within that of a former one is left out."""
    taken: dict[_Place, list[Span]] = defaultdict(list)
    for one in found:
        if not one.marks:
            yield one
            continue
        told = {place: within(spans) for place, spans in taken.items()}
        marks = tuple(
            mark
            for mark in one.marks
            if (place := _place_of(mark)) not in told or not told[place](mark.start, mark.end)
        )
        for mark in marks:
            taken[_place_of(mark)].append((mark.start, mark.end))
        fields = tuple(dict.fromkeys(mark.field for mark in marks))
        yield replace(one, fields=fields, marks=marks)


def _place_of(mark: Mark) -> _Place:
    return mark.field, mark.row, mark.column


def _warning(rule: WarningRule, facts: CheckFacts, *, marked: tuple[_Found, ...]) -> TriageWarning:
    """The warning of a rule; without fields when nothing raises it."""
    if isinstance(rule, PatientDataWarning):
        spared = frozenset(rule.exclude)
        return _of_patient(rule.id, rule.text, marked, kind=rule.check, spared=spared)
    impossible = isinstance(rule, OutsideWarning | TooEarlyWarning)
    fields = _fields(rule, facts)
    return TriageWarning(id=rule.id, text=rule.text, fields=fields, impossible=impossible)


def _of_patient(
    name: str, text: str, marked: tuple[_Found, ...], *, kind: str, spared: AbstractSet[str]
) -> TriageWarning:
    marks = tuple(one.mark for one in marked if one.kind == kind and one.mark.field not in spared)
    fields = tuple(dict.fromkeys(mark.field for mark in marks))
    return TriageWarning(id=name, text=text, fields=fields, marks=marks)


def _fields(
    rule: OutsideWarning
    | TooEarlyWarning
    | RowWarning
    | OnlyWarning
    | ContradictionWarning
    | EarlierWarning,
    facts: CheckFacts,
) -> tuple[str, ...]:
    report = facts.report
    match rule:
        case OutsideWarning():
            return tuple(name for name in rule.fields if rule.is_raised(report.fields[name]))
        case TooEarlyWarning():
            return tuple(name for name in rule.fields if _too_early(rule, report.fields[name]))
        case ContradictionWarning():
            if not holds(rule.when, report.fields):
                return ()
            return tuple(dict.fromkeys(rule.when.fields()))
        case EarlierWarning():
            return rule.fields if rule.by in facts.earlier_differs else ()
        case RowWarning():
            return (rule.rows,) if _row_fails(rule, facts) else ()
        case OnlyWarning():
            only = holds(rule.when, report.fields) and _rows_say_only(rule, report)
            return (*(rule.when.fields() if rule.when else ()), rule.rows) if only else ()


def _too_early(rule: TooEarlyWarning, answer: Answer) -> bool:
    match answer.value:
        case datetime() as moment:
            return moment.astimezone(PARIS).date() < rule.earliest
        case date() as day:
            return day < rule.earliest
        case _:
            return False


def _row_fails(rule: RowWarning, facts: CheckFacts) -> bool:
    value = facts.report.fields[rule.rows].value
    rows = value if isinstance(value, tuple) else ()
    return any(
        not passes(rule.test, cell, answers=row, facts=facts)
        for row in rows
        if isinstance(row, dict) and holds(rule.when_row, row)
        if (cell := row[rule.each].value) is not None
    )


def _rows_say_only(rule: OnlyWarning, report: Report) -> bool:
    """Whether every row that says something says this, by its name or its code."""
    value = report.fields[rule.rows].value
    rows = [row for row in value if isinstance(row, dict)] if isinstance(value, tuple) else []
    said = [cell for row in rows if (cell := row[rule.each].value) is not None]
    return bool(said) and all(not _names(one).isdisjoint(rule.only) for one in said)


def _names(value: Value) -> set[str]:
    """A cell as it may be named: of a place, its code too."""
    return {value.code, value.name} if isinstance(value, Place) else {str(value)}


def _found_in(text: str) -> Sequence[tuple[str, Span]]:
    """What is found in a text; copies of a report, and its complements, say the same again."""
    return _known(text) if len(text) <= _LONGEST_KEPT else found_in(text)


_known = lru_cache(maxsize=2048)(found_in)


def _marked(report: Report, cleared: AbstractSet[str]) -> Iterator[_Found]:
    """What looks like patient data in every free text, those in rows and names of files too."""
    for (field, row, column), answer in _answers(report):
        for at, text in free_texts(answer):
            found = _found_in(text)
            if not found:
                continue
            is_cleared = within(
                (start, end)
                for _, (start, end) in (found if cleared else ())
                if passage_code(report.number, text[start:end]) in cleared
            )
            for kind, (start, end) in found:
                if not is_cleared(start, end):
                    mark = Mark(field, start=at + start, end=at + end, row=row, column=column)
                    yield _Found(kind, mark)


def _answers(report: Report) -> Iterator[tuple[_Place, Answer]]:
    """Answers that hold something, each with its place; only what a text may be typed in."""
    for name, answer in report.fields.items():
        value = answer.value
        if value is None or value is True or value is False:
            continue
        yield (name, 0, ""), answer
        if type(value) is tuple:
            for number, row in enumerate(value, 1):
                if isinstance(row, dict):
                    for column, cell in row.items():
                        if cell.value is not None:
                            yield (name, number, column), cell
