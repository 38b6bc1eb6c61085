"""Completeness: the verdict on each item of a rule-set, and the score.

Source of the rules: ``triage/unc/rules``; of the product of penalties: the vigiGrade score of the
Uppsala Monitoring Centre (Bergvall et al., Drug Safety 2014).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from unicodedata import normalize

from french.phrases import is_made_of
from french.text import fold
from mappings.dossier.model import Attachment, Unlisted
from mappings.report.convert import UNLISTED
from mappings.report.model import (
    NOT_READ,
    ROWS_NOT_READ,
    Answer,
    AnswerState,
    Report,
    Row,
    Value,
)
from triage.rules.checks import CheckFacts, passes
from triage.rules.conditions import Answers, holds
from triage.rules.model import Item, Part, RuleSet
from triage.verdict.model import Fault, ItemResult, Verdict

_FREE_TEXT = frozenset({"text", "textarea"})
_INFECTED = "infected"
_FINAL_PUNCTUATION = " .,;:!?…-–—"
_LONGEST_PHRASE = 100
ROW = "Ligne"
"""What a row is called where the rule-set has no word for it."""
_AT_FAULT = (Verdict.MISSING, Verdict.INVALID)
"""A tuple: members are looked for by identity, where a set would hash an enumeration in Python."""
_NOTHING = Decimal(0)
_WORST_FIRST = (Verdict.MISSING, Verdict.INVALID, Verdict.INSUFFICIENT)


@dataclass(frozen=True, slots=True)
class Finding:
    """Verdict on one part of an item, with its reason.

    Attributes:
        verdict: The verdict.
        reason: Why; of one of several rows, without saying which.
        field: The field that it is about.
        row: Row of a repetition, from 1; 0 where it is no row's.
        several: Whether the repetition has other rows.
        asked: Whether a declarant can answer.
    """

    verdict: Verdict
    reason: str = ""
    field: str = ""
    row: int = 0
    several: bool = False
    asked: bool = True


_NOT_APPLICABLE = Finding(Verdict.NOT_APPLICABLE)
_PRESENT = Finding(Verdict.PRESENT)
_UNSEEN = Finding(Verdict.PRESENT, f"{UNLISTED} : à regarder dans le dossier")
"""Files that were given and that nobody but DS can see: never something to ask for."""


def judge_items(rules: RuleSet, facts: CheckFacts) -> tuple[ItemResult, ...]:
    """The verdict on every item, in the order of the rule-set."""
    return tuple(_judge(item, rules=rules, facts=facts) for item in rules.items)


def is_scored(rules: RuleSet, unasked: frozenset[str]) -> bool:
    """Whether a score says something: rules ask something, and the form every mandatory question.

    Args:
        rules: The rule-set.
        unasked: See :class:`mappings.report.model.Report`.
    """
    parts = (part for item in rules.items if item.mandatory for part in item.parts)
    asked = not unasked or all(unasked.isdisjoint(part.paths) for part in parts)
    return bool(rules.items) and asked


@dataclass(frozen=True, slots=True)
class ScoreReach:
    """How many items a score stands on: its reader must know, for what is not asked loses nothing.

    Attributes:
        every: Items that a rule-set wants or scores.
        beside: Those of them that are not mandatory.
        none: Those that the form does not ask at all, a person having said so.
        partly: Those of which it asks a part.
    """

    every: int
    beside: int
    none: int
    partly: int


def reach_of(rules: RuleSet, report: Report) -> ScoreReach:
    """On what the score of a report stands."""
    counted = [item for item in rules.items if _counts(item)]
    lacking = [
        [_is_not_asked(part, report) for part in item.parts if not part.optional]
        for item in counted
    ]
    none = sum(bool(parts) and all(parts) for parts in lacking)
    return ScoreReach(
        every=len(counted),
        beside=sum(not item.mandatory for item in counted),
        none=none,
        partly=sum(any(parts) for parts in lacking) - none,
    )


def leaves_out(rules: RuleSet, absent: Iterable[str]) -> bool:
    """Whether something that a score counts is among what a form does not ask (by its path)."""
    gone = frozenset(absent)
    return any(
        not gone.isdisjoint((*part.paths, part.subject))
        for item in rules.items
        if _counts(item)
        for part in item.parts
        if not part.optional
    )


def _counts(item: Item) -> bool:
    return item.mandatory or item.penalty > 0


def _is_not_asked(part: Part, report: Report) -> bool:
    if not report.unasked.isdisjoint(part.paths):
        return False
    answer = report.fields[part.field or part.rows]
    if answer.state is AnswerState.NOT_ASKED or not part.each:
        return answer.state is AnswerState.NOT_ASKED
    cells = [row[part.each].state for row in rows_of(answer)]
    return bool(cells) and set(cells) == {AnswerState.NOT_ASKED}


def score(items: Iterable[ItemResult]) -> int:
    """Completeness from 0 to 100: 100 × Π(1 − lost), rounded half up."""
    product = Decimal(100)
    for item in items:
        product *= 1 - item.lost
    return int(product.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def band(rules: RuleSet, points: int) -> str:
    """Name of the band that a rounded score falls in."""
    return max(
        (band for band in rules.bands if band.lowest <= points), key=lambda band: band.lowest
    ).name


def _judge(item: Item, *, rules: RuleSet, facts: CheckFacts) -> ItemResult:
    findings = _findings(item, rules=rules, facts=facts)
    verdict, reason, at_fault = _summed_up([found for _, found in findings], rules)
    return ItemResult(
        id=item.id,
        name=item.name,
        section=item.section,
        expected=item.expected,
        mandatory=item.mandatory,
        verdict=verdict,
        reason=reason,
        fields=item.fields_read,
        lost=_lost(item.penalty, verdict),
        at_fault=at_fault,
        faults=tuple(
            _fault(found, part=part, item=item, rules=rules)
            for part, found in findings
            if found.verdict in _WORST_FIRST
        ),
    )


def _fault(found: Finding, *, part: Part, item: Item, rules: RuleSet) -> Fault:
    named = rules.row_names.get(part.rows, ROW) if found.several else ""
    return Fault(
        field=found.field,
        verdict=found.verdict,
        reason=found.reason,
        expected=part.expected or item.expected,
        rows=part.rows,
        row=found.row,
        row_name=f"{named} nº {found.row}" if named else "",
        asked=found.asked,
    )


def _summed_up(findings: Sequence[Finding], rules: RuleSet) -> tuple[Verdict, str, tuple[str, ...]]:
    """The worst verdict, the reasons, and the fields at fault."""
    told = [found for found in findings if found is not _PRESENT and found is not _NOT_APPLICABLE]
    if not told:  # most items of most reports
        return (Verdict.PRESENT if _PRESENT in findings else Verdict.NOT_APPLICABLE), "", ()
    verdicts = [found.verdict for found in told]
    worst = next((one for one in _WORST_FIRST if one in verdicts), Verdict.PRESENT)
    reasons = dict.fromkeys([told_in_row(found, rules) for found in told if found.reason])
    fields = dict.fromkeys([found.field for found in told if found.verdict in _AT_FAULT])
    return worst, " ; ".join(reasons), tuple(fields)


def told_in_row(found: Finding, rules: RuleSet) -> str:
    """The reason; of one of several rows, with the row."""
    if not found.several:
        return found.reason
    return rules.in_row.format(row=found.row, reason=found.reason)


def _findings(item: Item, *, rules: RuleSet, facts: CheckFacts) -> Sequence[tuple[Part, Finding]]:
    answers = facts.report.fields
    if item.when is not None and not holds(item.when, answers):
        return ()
    return [
        (part, _about(part, finding) if finding.verdict in _WORST_FIRST else finding)
        for part in item.parts
        if part.when is None or holds(part.when, answers)
        for finding in judge_part(part, rules=rules, facts=facts)
    ]


def _about(part: Part, finding: Finding) -> Finding:
    """The finding with its field: it is something to ask for."""
    return replace(finding, field=part.field or part.each or part.subject)


def judge_part(part: Part, *, rules: RuleSet, facts: CheckFacts) -> Sequence[Finding]:
    """The verdict on one part whose condition holds; with ``each``, one for each row."""
    fields = facts.report.fields
    answer = fields[part.field or part.rows]
    if _unasked(part, facts):
        return (Finding(Verdict.MISSING, _why_unasked(part, rules, facts), asked=False),)
    if answer.state is AnswerState.NOT_ASKED:
        return (_NOT_APPLICABLE,)
    if part.field:
        found = _answer_finding(
            part, answer, rules=rules, facts=facts, beside=fields, may_be_empty=part.optional
        )
        return (found,)
    return tuple(_rows_findings(part, answer, rules=rules, facts=facts))


def _rows_findings(
    part: Part, answer: Answer, *, rules: RuleSet, facts: CheckFacts
) -> Iterator[Finding]:
    if answer.state is AnswerState.UNREADABLE:
        yield Finding(Verdict.INVALID, rules.unreadable)
        return
    judged = rows_judged(answer, rules)
    rows = [(at, row, holds(part.when_row, row)) for at, row in judged]
    if part.some:
        asked = (row for _, row, concerned in rows if concerned)
        complete = any(all(_answered(row[name]) for name in part.some) for row in asked)
        yield _PRESENT if complete else Finding(Verdict.MISSING, part.missing)
        return
    if part.no_rows == "missing" and not any(concerned for _, _, concerned in rows):
        yield Finding(Verdict.MISSING, part.missing)
        return
    for at, row, concerned in rows:
        found = _answer_finding(
            part,
            row[part.each],
            rules=rules,
            facts=facts,
            beside=row,
            may_be_empty=part.optional or not concerned,
        )
        if found.reason:
            found = replace(found, row=at, several=len(rows) > 1)
        yield found if concerned or found.verdict is Verdict.INVALID else _NOT_APPLICABLE


def rows_judged(answer: Answer, rules: RuleSet) -> list[tuple[int, Row]]:
    """The rows that count, each with its number: a wholly empty one beside a filled one may not."""
    rows = list(enumerate(rows_of(answer), start=1))
    filled = [(at, row) for at, row in rows if any(_says_something(cell) for cell in row.values())]
    return filled if filled and rules.empty_rows == "ignored" else rows


def _says_something(cell: Answer) -> bool:
    return cell.state in (AnswerState.ANSWERED, AnswerState.UNREADABLE)


def rows_of(answer: Answer) -> Sequence[Row]:
    """The rows of a repetition; none where there is no answer."""
    value = answer.value if isinstance(answer.value, tuple) else ()
    return [row for row in value if isinstance(row, dict)]


def _answered(answer: Answer) -> bool:
    """Whether there is an answer, or rightly no question."""
    return answer.state in (AnswerState.ANSWERED, AnswerState.NOT_ASKED)


def _unasked(part: Part, facts: CheckFacts) -> bool:
    """Whether no champ gives what the part asks for, though nobody said that none does."""
    return not part.optional and not facts.report.unasked.isdisjoint(part.paths)


def _why_unasked(part: Part, rules: RuleSet, facts: CheckFacts) -> str:
    report = facts.report
    asked = report.silent.isdisjoint(part.paths)
    unread = report.not_read.intersection(part.paths) if asked else ()
    if not unread:
        return rules.unasked or part.missing
    return ROWS_NOT_READ if unread == {part.rows} and part.each else NOT_READ.problem


def _answer_finding(
    part: Part,
    answer: Answer,
    *,
    rules: RuleSet,
    facts: CheckFacts,
    beside: Answers,
    may_be_empty: bool,
) -> Finding:
    blank = _NOT_APPLICABLE if may_be_empty else Finding(Verdict.MISSING, part.missing)
    match answer.state:
        case AnswerState.ANSWERED:
            if _says_nothing(part, answer, rules=rules, may_be_empty=may_be_empty):
                return blank
            return _answered_finding(part, answer, rules=rules, facts=facts, beside=beside)
        case AnswerState.NOT_ASKED:
            return _NOT_APPLICABLE
        case AnswerState.UNREADABLE:
            return Finding(Verdict.INVALID, _named(part, rules.unreadable))
        case AnswerState.BLANK | AnswerState.HIDDEN:
            return blank


def _says_nothing(part: Part, answer: Answer, *, rules: RuleSet, may_be_empty: bool) -> bool:
    """Whether a free text is as good as blank; one that may be blank may also say « aucun »."""
    if not rules.says_nothing or not _is_free_text(answer):
        return False
    phrases = (*rules.says_nothing, *part.says_nothing, *(part.none_said if may_be_empty else ()))
    return is_made_of(_as_text(answer.value), phrases)


def _named(part: Part, reason: str) -> str:
    """A reason that does not name what it is about, with the part's name where it has one."""
    return f"{part.name} : {reason}" if part.name else reason


def _answered_finding(
    part: Part, answer: Answer, *, rules: RuleSet, facts: CheckFacts, beside: Answers
) -> Finding:
    value = answer.value
    if value is None or (part.ticked and value is not True):
        return Finding(Verdict.MISSING, part.missing)
    if isinstance(value, Unlisted):
        return _UNSEEN
    if part.infected and _all_infected(value):
        return Finding(Verdict.MISSING, part.infected)
    for check in part.checks:
        if not passes(check, value, answers=beside, facts=facts):
            return Finding(Verdict.INVALID, check.text)
    reason = _insufficiency(part.field or part.each, answer, rules)
    return Finding(Verdict.INSUFFICIENT, _named(part, reason)) if reason else _PRESENT


def _all_infected(value: Value) -> bool:
    """Whether every file was put aside by the antivirus; one whose scan is pending counts."""
    files = value if isinstance(value, tuple) else ()
    scans = [one.scan.lower() for one in files if isinstance(one, Attachment)]
    return bool(scans) and all(scan == _INFECTED for scan in scans)


def _is_free_text(answer: Answer) -> bool:
    return answer.origin is not None and answer.origin.champ_type in _FREE_TEXT


def _insufficiency(field: str, answer: Answer, rules: RuleSet) -> str:
    """Why a free text does not say enough; empty when it does."""
    if not _is_free_text(answer):
        return ""
    text = _as_text(answer.value)
    if _is_empty_phrase(text, rules):
        return rules.insufficient.empty
    if _is_narrative(field, answer, rules) and _length(text) < rules.short_text:
        return rules.insufficient.short.format(limit=rules.short_text)
    return ""


def _is_empty_phrase(text: str, rules: RuleSet) -> bool:
    """Repeats are apart since rule-sets say what says nothing at all."""
    if rules.says_nothing:
        return is_made_of(text, rules.empty_phrases)
    return _bare(text) in _bare_phrases(rules.empty_phrases)


def _is_narrative(field: str, answer: Answer, rules: RuleSet) -> bool:
    if rules.narratives is not None:
        return field in rules.narratives
    return answer.origin is not None and answer.origin.champ_type == "textarea"


def _length(text: str) -> int:
    return len(normalize("NFC", text.strip()))


def _as_text(value: Value | None) -> str:
    """A list that an older revision asked as free text is one text."""
    return " ".join(str(one) for one in value) if isinstance(value, tuple) else str(value)


def _bare(text: str) -> str:
    """Folded, without final punctuation; a long text is no phrase and is left alone."""
    text = text.strip()
    return fold(text).rstrip(_FINAL_PUNCTUATION) if len(text) < _LONGEST_PHRASE else text


@lru_cache(maxsize=16)
def _bare_phrases(phrases: tuple[str, ...]) -> frozenset[str]:
    return frozenset(_bare(phrase) for phrase in phrases)


def _lost(penalty: Decimal, verdict: Verdict) -> Decimal:
    if verdict in _AT_FAULT:
        return penalty
    return penalty / 2 if verdict is Verdict.INSUFFICIENT else _NOTHING
