"""Reports that are one report sent twice, and complements with the report that they complete.

Reports are compared only within a company and a substance, and only if they agree on an answer
that seldom repeats: the time grows with the number of reports, not with its square.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal, TypeAlias

from rapidfuzz.fuzz import ratio

from triage.situations.description import Description
from triage.situations.matching import DuplicateField, DuplicateMatching

LinkKind: TypeAlias = Literal["duplicate", "complement"]

_CROWD = 60
"""More reports than this under one key say that the key is common: neighbours are compared."""


@dataclass(frozen=True, slots=True)
class ReportLink:
    """Two reports that belong together.

    Attributes:
        kind: The same report twice, or a complement and its earlier report.
        number: The later report.
        earlier: The earlier one.
        score: Likeness, from 0 to 1; 1 for a complement, which says so itself.
        agreeing: Fields whose answers agree.
    """

    kind: LinkKind
    number: int
    earlier: int
    score: float
    agreeing: tuple[str, ...]


def find_links(
    descriptions: Iterable[Description], rules: DuplicateMatching
) -> tuple[ReportLink, ...]:
    """Every duplicate and complement, by number."""
    known = {one.number: one for one in descriptions}
    links = [*_complements(known, rules), *_duplicates(known, rules)]
    return tuple(sorted(links, key=lambda link: (link.number, link.earlier, link.kind)))


def _complements(
    known: Mapping[int, Description], rules: DuplicateMatching
) -> Iterator[ReportLink]:
    for one in known.values():
        earlier = known.get(one.earlier) if one.earlier is not None else None
        if earlier is not None and not one.initial and earlier.number != one.number:
            agreeing = _compare(one, earlier, rules)[1]
            yield ReportLink("complement", one.number, earlier.number, 1.0, agreeing)


def _duplicates(known: Mapping[int, Description], rules: DuplicateMatching) -> Iterator[ReportLink]:
    for first, second in sorted(_candidates(known.values(), rules)):
        one, earlier = known[second], known[first]
        if first in {one.earlier, earlier.earlier} or second in {one.earlier, earlier.earlier}:
            continue
        score, agreeing = _compare(one, earlier, rules)
        if score >= rules.threshold:
            yield ReportLink("duplicate", one.number, earlier.number, round(score, 3), agreeing)


def _candidates(
    descriptions: Iterable[Description], rules: DuplicateMatching
) -> set[tuple[int, int]]:
    blocks: dict[tuple[str, str, str, str], list[int]] = defaultdict(list)
    for one in descriptions:
        for medicine in one.medicines or ("",):
            for field in rules.fields:
                answer = one.answers.get(field.field) if field.key else None
                if answer:
                    blocks[one.company, medicine, field.field, answer].append(one.number)
    return {pair for members in blocks.values() for pair in _pairs(sorted(set(members)))}


def _pairs(members: Sequence[int]) -> Iterator[tuple[int, int]]:
    if len(members) <= _CROWD:
        yield from combinations(members, 2)
        return
    for at, one in enumerate(members):
        for other in members[at + 1 : at + 1 + _CROWD // 2]:
            yield one, other


def _compare(
    one: Description, other: Description, rules: DuplicateMatching
) -> tuple[float, tuple[str, ...]]:
    """Share of the weight, among answers that both give, whose answers agree; and which."""
    compared = agreed = 0.0
    agreeing: list[str] = []
    for field in rules.fields:
        mine, theirs = one.answers.get(field.field), other.answers.get(field.field)
        if mine and theirs:
            compared += field.weight
            if _agree(mine, theirs, field, rules):
                agreed += field.weight
                agreeing.append(field.field)
    if compared < max(rules.least_compared, 1e-9):
        return 0.0, tuple(agreeing)
    return agreed / compared, tuple(agreeing)


def _agree(mine: str, theirs: str, field: DuplicateField, rules: DuplicateMatching) -> bool:
    if field.key:  # dates, references: nearly the same is another one
        return mine == theirs
    return mine == theirs or ratio(mine, theirs, score_cutoff=rules.text_ratio) > 0
