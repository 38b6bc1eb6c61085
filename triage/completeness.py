"""Completeness: the verdict on each item of a rule-set, and the score.

Source of the rules: ``triage/unc/rules``; of the product of penalties: the vigiGrade score of the
Uppsala Monitoring Centre (Bergvall et al., Drug Safety 2014).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from mappings.labels import fold
from mappings.report import Answer, AnswerState, Row, Value
from triage.assessment import ItemResult, Verdict
from triage.checks import Facts, passes
from triage.conditions import Answers, holds
from triage.ruleset import Item, Part, RuleSet

_FREE_TEXT = frozenset({"text", "textarea"})
_FINAL_PUNCTUATION = " .,;:!?…-–—"
_LONGEST_PHRASE = 100
_WORST_FIRST = (Verdict.MISSING, Verdict.INVALID, Verdict.INSUFFICIENT, Verdict.PRESENT)


@dataclass(frozen=True, slots=True)
class _Finding:
    """Verdict on one part of an item, with its reason."""

    verdict: Verdict
    reason: str = ""


_NOT_APPLICABLE = _Finding(Verdict.NOT_APPLICABLE)
_PRESENT = _Finding(Verdict.PRESENT)


def judge_items(rules: RuleSet, facts: Facts) -> tuple[ItemResult, ...]:
    """The verdict on every item, in the order of the rule-set."""
    return tuple(_judge(item, rules=rules, facts=facts) for item in rules.items)


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


def _judge(item: Item, *, rules: RuleSet, facts: Facts) -> ItemResult:
    findings = _findings(item, rules=rules, facts=facts)
    applicable = [found for found in findings if found.verdict is not Verdict.NOT_APPLICABLE]
    verdict = next(
        (verdict for verdict in _WORST_FIRST if any(f.verdict is verdict for f in applicable)),
        Verdict.NOT_APPLICABLE,
    )
    reasons = dict.fromkeys(found.reason for found in applicable if found.reason)
    return ItemResult(
        id=item.id,
        name=item.name,
        section=item.section,
        expected=item.expected,
        mandatory=item.mandatory,
        verdict=verdict,
        reason=" ; ".join(reasons),
        fields=tuple(dict.fromkeys(_fields_read(item))),
        lost=_lost(item.penalty, verdict),
    )


def _findings(item: Item, *, rules: RuleSet, facts: Facts) -> Sequence[_Finding]:
    answers = facts.report.fields
    if not holds(item.when, answers):
        return ()
    return [
        finding
        for part in item.parts
        if holds(part.when, answers)
        for finding in _part_findings(part, rules=rules, facts=facts)
    ]


def _part_findings(part: Part, *, rules: RuleSet, facts: Facts) -> Iterator[_Finding]:
    answer = facts.report.fields[part.subject]
    if answer.state is AnswerState.NOT_ASKED:
        yield _NOT_APPLICABLE
    elif part.field:
        yield _answer_finding(part, answer, rules=rules, facts=facts, beside=facts.report.fields)
    else:
        yield from _rows_findings(part, answer, rules=rules, facts=facts)


def _rows_findings(
    part: Part, answer: Answer, *, rules: RuleSet, facts: Facts
) -> Iterator[_Finding]:
    if answer.state is AnswerState.UNREADABLE:
        yield _Finding(Verdict.INVALID, rules.unreadable)
        return
    rows = [row for row in _rows(answer) if holds(part.when_row, row)]
    if part.some:
        complete = any(all(_answered(row[name]) for name in part.some) for row in rows)
        yield _PRESENT if complete else _Finding(Verdict.MISSING, part.missing)
        return
    if not rows:
        missing = part.no_rows == "missing"
        yield _Finding(Verdict.MISSING, part.missing) if missing else _NOT_APPLICABLE
    for row in rows:
        yield _answer_finding(part, row[part.each], rules=rules, facts=facts, beside=row)


def _rows(answer: Answer) -> Sequence[Row]:
    value = answer.value if isinstance(answer.value, tuple) else ()
    return [row for row in value if isinstance(row, dict)]


def _answered(answer: Answer) -> bool:
    return answer.state is AnswerState.ANSWERED


def _answer_finding(
    part: Part, answer: Answer, *, rules: RuleSet, facts: Facts, beside: Answers
) -> _Finding:
    match answer.state:
        case AnswerState.NOT_ASKED:
            return _NOT_APPLICABLE
        case AnswerState.UNREADABLE:
            return _Finding(Verdict.INVALID, rules.unreadable)
        case AnswerState.BLANK | AnswerState.HIDDEN:
            return _NOT_APPLICABLE if part.optional else _Finding(Verdict.MISSING, part.missing)
        case AnswerState.ANSWERED:
            return _answered_finding(part, answer, rules=rules, facts=facts, beside=beside)


def _answered_finding(
    part: Part, answer: Answer, *, rules: RuleSet, facts: Facts, beside: Answers
) -> _Finding:
    value = answer.value
    if value is None or (part.ticked and value is not True):
        return _Finding(Verdict.MISSING, part.missing)
    for check in part.checks:
        if not passes(check, value, answers=beside, facts=facts):
            return _Finding(Verdict.INVALID, check.text)
    reason = _insufficiency(answer, rules)
    return _Finding(Verdict.INSUFFICIENT, reason) if reason else _PRESENT


def _insufficiency(answer: Answer, rules: RuleSet) -> str:
    """Why a free text does not say enough; empty when it does."""
    kind = answer.origin.champ_type if answer.origin else ""
    if kind not in _FREE_TEXT:
        return ""
    text = _as_text(answer.value)
    if _bare(text) in _bare_phrases(rules.empty_phrases):
        return rules.insufficient.empty
    if kind == "textarea" and len(text.strip()) < rules.short_text:
        return rules.insufficient.short.format(limit=rules.short_text)
    return ""


def _as_text(value: Value | None) -> str:
    """A list that an older revision asked as free text is one text."""
    return " ".join(str(one) for one in value) if isinstance(value, tuple) else str(value)


def _bare(text: str) -> str:
    """Folded, without final punctuation; a long text is no phrase and is left alone."""
    return fold(text).rstrip(_FINAL_PUNCTUATION) if len(text) < _LONGEST_PHRASE else text


@lru_cache(maxsize=16)
def _bare_phrases(phrases: tuple[str, ...]) -> frozenset[str]:
    return frozenset(_bare(phrase) for phrase in phrases)


def _lost(penalty: Decimal, verdict: Verdict) -> Decimal:
    if verdict in {Verdict.MISSING, Verdict.INVALID}:
        return penalty
    return penalty / 2 if verdict is Verdict.INSUFFICIENT else Decimal(0)


def _fields_read(item: Item) -> Iterator[str]:
    """Fields that the verdict was drawn from: their audience is the audience of its reason."""
    if item.when:
        yield from item.when.fields()
    for part in item.parts:
        if part.when:
            yield from part.when.fields()
        yield part.subject
        for check in part.checks:
            if getattr(check, "other", None) and part.field:
                yield check.other  # type: ignore[union-attr]
