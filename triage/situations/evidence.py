"""What says that two reports are one, line by line: how alike two answers are, from 0 to 1."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

from rapidfuzz import fuzz

from triage.situations.description import Description
from triage.situations.facets import compare
from triage.situations.matching import DuplicateField, DuplicateMatching, MatchingRules
from triage.situations.words.vocabulary import common

IDENTIFIERS = frozenset({"reference", "cases", "publication"})
"""Kinds of answers that name a thing: the same one in two reports is strong evidence."""

_DOI = re.compile(r"10\.\d{4,9}/[^\s;,\"<>]+[^\s;,.\"<>)\]]")
_PMID = re.compile(r"\b(?:pmid|pubmed)\D{0,25}(\d{6,9})\b")
_CODE = re.compile(r"[a-z0-9]+(?:[-/_.][a-z0-9]+)*")
_RUNS = re.compile(r"[a-z]+|\d+")
_SHORTEST = 5
"""Letters and digits under which a code names nothing beyond its company."""
_LONGEST = 40
"""Letters and digits above which a reference is a sentence."""
_TELLING = 7
"""Letters and digits from which a code of two companies is of one thing."""
_DIGITS = 3
_APART = 0.75
"""What two identifiers that differ weigh: a report sent again may have been given another."""
_UNLIKE = 0.35
"""Likeness of texts under which they have nothing in common."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a score.

    Attributes:
        field: Field that was compared.
        alike: How much both answers agree, 0 to 1.
        weight: What the line counts for.
        shared: Identifiers that both give.
    """

    field: str
    alike: float
    weight: float
    shared: tuple[str, ...] = ()


def lines(one: Description, other: Description, matching: MatchingRules) -> Iterator[Line]:
    """Every line that both reports answer: facets of the situation first, then the answers."""
    rules = matching.duplicates
    between = one.company != other.company or not one.company
    for name, share in compare(one.facets, other.facets, matching).items():
        if share is not None:
            yield Line(name, share, rules.facet_weight)
    if between:
        yield Line(rules.company, 0.0, rules.facet_weight)
    for field in rules.fields:
        mine, theirs = one.answers.get(field.field), other.answers.get(field.field)
        if field.kind in IDENTIFIERS and (elsewhere := _elsewhere(field, one, other, rules)):
            yield Line(field.field, 1.0, field.weight, elsewhere)
        elif mine and theirs and not (between and field.kind not in IDENTIFIERS | {"text"}):
            found = _line(field, mine, theirs, rules=rules, between=between)
            if found is not None:
                yield found


def score(found: Sequence[Line]) -> float:
    """Share of the weight of what was compared that agrees."""
    compared = sum(line.weight for line in found)
    return sum(line.weight * line.alike for line in found) / compared if compared else 0.0


def words_in_common(one: Description, other: Description, matching: MatchingRules) -> float:
    """Share of the words that two reports tell of the use, names of medicines apart, 0 to 1."""
    told = [
        " ; ".join(
            (
                side.title,
                side.use,
                *(side.answers.get(name, "") for name in matching.situations.told_in),
            )
        )
        for side in (one, other)
    ]
    names = " ; ".join(
        name.replace("+", " ") for side in (one, other) for name in (*side.medicines, *side.brands)
    )
    apart = matching.vocabulary.words_of(names)
    mine, theirs = (matching.vocabulary.words_of(text) - apart for text in told)
    return common(mine, theirs)


def tells(identifier: str) -> bool:
    """Whether an identifier is of one thing whoever writes it: no « 2025-001 », no « cas 1 »."""
    if identifier.startswith(("10.", "pmid")):
        return True
    bare = re.sub(r"(?:19|20)\d\d", "", identifier)
    digits = sum(char.isdigit() for char in bare)
    letters = any(char.isalpha() for char in bare)
    return len(identifier) >= _TELLING and digits >= _DIGITS and (letters or digits >= _TELLING)


def _elsewhere(
    field: DuplicateField, one: Description, other: Description, rules: DuplicateMatching
) -> tuple[str, ...]:
    """Telling identifiers of a field that the other report gives in another field only."""

    def given(report: Description, names: set[str]) -> frozenset[str]:
        return frozenset(
            name
            for each in rules.fields
            if each.kind in IDENTIFIERS and each.field in names
            for name in identifiers(report.answers.get(each.field, ""), each.kind)
        )

    others = {each.field for each in rules.fields} - {field.field}
    here, there = given(one, {field.field}), given(other, {field.field})
    if here & there:
        return ()
    crossed = (here & given(other, others)) | (there & given(one, others))
    return _once(name for name in crossed if tells(name))


def _once(names: Iterable[str]) -> tuple[str, ...]:
    """Identifiers in order, one of those that only zeros tell apart."""
    longest: dict[str, str] = {}
    for name in sorted(names, key=len):
        longest[name.replace("0", "")] = name
    return tuple(sorted(longest.values()))


def _line(
    field: DuplicateField, mine: str, theirs: str, *, rules: DuplicateMatching, between: bool
) -> Line | None:
    match field.kind:
        case "date":
            return Line(field.field, _near(mine, theirs, within=rules.days_apart), field.weight)
        case "text":
            return Line(field.field, _alike(mine, theirs), field.weight)
        case "same":
            return Line(field.field, float(mine == theirs), field.weight)
        case "reference" | "cases" | "publication":
            one, two = identifiers(mine, field.kind), identifiers(theirs, field.kind)
            shared = _once(name for name in one & two if not between or tells(name))
            if shared:
                return Line(field.field, 1.0, field.weight, shared)
            # Two companies number each in their own way, and one article backs many reports.
            apart = one and two and not between and field.kind != "publication"
            return Line(field.field, 0.0, field.weight * _APART) if apart else None


@lru_cache(maxsize=16384)
def identifiers(text: str, kind: str) -> frozenset[str]:
    """Identifiers that a folded answer gives, as they are compared: punctuation apart.

    Args:
        text: The answer.
        kind: ``reference``, ``cases`` or ``publication``.
    """
    publications = {*_DOI.findall(text), *(f"pmid{one}" for one in _PMID.findall(text))}
    if kind == "publication":
        return frozenset(publications)
    if kind == "reference":
        bare = "".join(char for char in text if char.isalnum())
        is_code = any(char.isdigit() for char in bare) and len(bare) <= _LONGEST
        return frozenset({bare, _without_zeros(text)} if is_code else ()) | publications
    codes = ("".join(char for char in one if char.isalnum()) for one in _CODE.findall(text))
    return frozenset(publications) | frozenset(
        one
        for one in codes
        if len(one) >= _SHORTEST and sum(char.isdigit() for char in one) >= _DIGITS
    )


def _without_zeros(code: str) -> str:
    """A code with no zero before its numbers: ``« jv-0077 »`` as ``jv77``."""
    return "".join(
        run.lstrip("0") or "0" if run[0].isdigit() else run for run in _RUNS.findall(code)
    )


def _near(mine: str, theirs: str, *, within: int) -> float:
    """1 on the same day, less for each day apart, 0 beyond."""
    one, two = day_of(mine), day_of(theirs)
    if one is None or two is None:
        return float(mine == theirs)
    apart = abs((one - two).days)
    return 1 - apart / (2 * within + 2) if apart <= within else 0.0


@lru_cache(maxsize=16384)
def day_of(text: str) -> date | None:
    """A day as answers show it, ``15/01/2026``; ``None`` for anything else."""
    try:
        return datetime.strptime(text, "%d/%m/%Y").date()  # noqa: DTZ007 (a day)
    except ValueError:
        return None


def _alike(mine: str, theirs: str) -> float:
    if mine == theirs:
        return 1.0
    found = (fuzz.token_set_ratio(mine, theirs) + fuzz.token_sort_ratio(mine, theirs)) / 200
    return max(0.0, (found - _UNLIKE) / (1 - _UNLIKE))
