"""Reports that are one report sent twice, and complements with the report that they complete.

Reports of one company are compared within a substance, and only where a date is near or where both
give an identifier; those of two companies only where both give an identifier: the time grows with
the number of reports, not with its square. What is found is told, never merged.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal, TypeAlias

from triage.situations.description import Description, settled
from triage.situations.evidence import (
    IDENTIFIERS,
    Line,
    day_of,
    identifiers,
    lines,
    score,
    words_in_common,
)
from triage.situations.facets import surely_differ, use_and_others
from triage.situations.families import follows
from triage.situations.matching import MatchingRules

LinkKind: TypeAlias = Literal["duplicate", "complement"]

_CROWD = 60
"""More reports than this under one key say that the key is common: neighbours are compared."""
_CITED = 6
"""More reports than this that cite one publication say that everybody does."""
_NEIGHBOURS = 20
"""Reports of near dates that one is compared with."""
_AGREES = 0.8
"""Likeness from which an answer is said to agree."""


@dataclass(frozen=True, slots=True)
class ReportLink:
    """Two reports that belong together.

    Attributes:
        kind: The same report twice, or a complement and its earlier report.
        number: The later report.
        earlier: The earlier one.
        score: Likeness, from 0 to 1; 1 for a complement of the same company, which says so itself.
        agreeing: Fields whose answers agree.
        lines: What the score is made of.
        across: Whether two companies sent them.
    """

    kind: LinkKind
    number: int
    earlier: int
    score: float
    agreeing: tuple[str, ...]
    lines: tuple[Line, ...] = ()
    across: bool = False


@dataclass(frozen=True, slots=True)
class Copies:
    """Reports that are all copies of one another.

    Attributes:
        master: The best documented.
        others: The others, by number.
    """

    master: int
    others: tuple[int, ...]


def find_links(
    descriptions: Iterable[Description], matching: MatchingRules
) -> tuple[ReportLink, ...]:
    """Every duplicate and complement, by number."""
    known = {one.number: one for one in settled(descriptions, matching)}
    links = [*_complements(known, matching), *_duplicates(known, matching)]
    return tuple(sorted(links, key=lambda link: (link.number, link.earlier, link.kind)))


def clusters(
    links: Iterable[ReportLink], descriptions: Mapping[int, Description]
) -> tuple[Copies, ...]:
    """Groups of copies where each is linked to all the others, the likeliest links first."""
    copies = [link for link in links if link.kind == "duplicate"]
    linked = {frozenset((link.number, link.earlier)) for link in copies}
    groups: dict[int, set[int]] = {}
    for link in sorted(copies, key=lambda link: (-link.score, link.number, link.earlier)):
        mine, theirs = (groups.get(one, {one}) for one in (link.number, link.earlier))
        both = mine | theirs
        if all(frozenset(pair) in linked for pair in combinations(both, 2)):
            groups |= dict.fromkeys(both, both)
    found = {min(group): group for group in groups.values()}
    return tuple(_copies(group, descriptions) for _, group in sorted(found.items()))


def _copies(group: Iterable[int], descriptions: Mapping[int, Description]) -> Copies:
    master = max(group, key=lambda number: (descriptions[number].answered, -number))
    return Copies(master, tuple(sorted(number for number in group if number != master)))


def _complements(known: Mapping[int, Description], matching: MatchingRules) -> Iterator[ReportLink]:
    for one in known.values():
        earlier = known.get(one.earlier) if one.earlier is not None else None
        if earlier is None or one.initial or earlier.number == one.number:
            continue
        found = tuple(lines(one, earlier, matching))
        if follows(one, earlier, matching):
            yield _link("complement", one, earlier, found, value=1.0)
        elif _same_use(one, earlier, matching):
            yield _link("complement", one, earlier, found, value=score(found))


def _duplicates(known: Mapping[int, Description], matching: MatchingRules) -> Iterator[ReportLink]:
    rules = matching.duplicates
    initial = [one for one in known.values() if one.initial]
    keys = {field.field for field in rules.fields if field.kind in {"date", *IDENTIFIERS}}
    publications = {field.field for field in rules.fields if field.kind == "publication"}
    for first, second in sorted(_candidates(initial, matching)):
        one, earlier = known[second], known[first]
        if one.medicines and earlier.medicines and {*one.medicines}.isdisjoint(earlier.medicines):
            continue
        found = tuple(lines(one, earlier, matching))
        across = one.company != earlier.company or not one.company
        shared = any(line.shared for line in found)
        named = any(line.shared and line.field not in publications for line in found)
        if (across and not shared) or not _may_be_copies(one, earlier, matching, named=named):
            continue
        if (across or not named) and {*one.medicines}.isdisjoint(earlier.medicines):
            continue
        compared = sum(line.weight for line in found)
        value, near = score(found), any(line.alike for line in found if line.field in keys)
        if across or (near and compared >= rules.least_compared and value >= rules.threshold):
            yield _link("duplicate", one, earlier, found, value=value)


def _may_be_copies(
    one: Description, other: Description, matching: MatchingRules, *, named: bool
) -> bool:
    """Whether the uses that both tell leave room for one report; their words do where none do."""
    least = matching.duplicates.common_words
    agreed, beside = use_and_others(one.facets, other.facets, matching)
    if surely_differ(one.facets, other.facets, matching):
        return named and beside and words_in_common(one, other, matching) >= least.differ
    if named or agreed == 1 or (one.company != other.company and agreed != 0):
        return True
    needed = least.differ if agreed == 0 else least.unsure
    return words_in_common(one, other, matching) >= needed


def _link(
    kind: LinkKind,
    one: Description,
    earlier: Description,
    found: tuple[Line, ...],
    *,
    value: float,
) -> ReportLink:
    return ReportLink(
        kind=kind,
        number=one.number,
        earlier=earlier.number,
        score=round(value, 3),
        agreeing=tuple(line.field for line in found if line.alike >= _AGREES),
        lines=found,
        across=one.company != earlier.company or not one.company,
    )


def _same_use(one: Description, other: Description, matching: MatchingRules) -> bool:
    shared = not {*one.medicines}.isdisjoint(other.medicines)
    return shared and not surely_differ(one.facets, other.facets, matching)


def _candidates(
    descriptions: Iterable[Description], matching: MatchingRules
) -> set[tuple[int, int]]:
    """Pairs that are worth comparing."""
    kinds = {field.field: field.kind for field in matching.duplicates.fields}
    equal: dict[tuple[str, str], list[int]] = defaultdict(list)
    told = list(descriptions)
    for one in told:
        for name, kind in kinds.items():
            answer = one.answers.get(name) if kind in IDENTIFIERS else None
            if not answer:
                continue
            for medicine in one.medicines or ("",):
                for code in identifiers(answer, kind):
                    equal[medicine, code].append(one.number)
    found = {
        pair
        for (_, code), members in equal.items()
        if not code.startswith(("10.", "pmid")) or len(set(members)) <= _CITED
        for pair in _pairs(sorted(set(members)))
    }
    for name, kind in kinds.items():
        if kind == "date":
            found |= _near_days(told, name, within=matching.duplicates.days_apart)
    return found


def _near_days(
    descriptions: Iterable[Description], field: str, *, within: int
) -> set[tuple[int, int]]:
    """Pairs of one company and substance whose dates are near."""
    blocks: dict[tuple[str, str], list[tuple[int, int]]] = defaultdict(list)
    for one in descriptions:
        day = day_of(one.answers.get(field, ""))
        if one.company and day is not None:
            for medicine in one.medicines or ("",):
                blocks[one.company, medicine].append((day.toordinal(), one.number))
    found: set[tuple[int, int]] = set()
    for members in blocks.values():
        members.sort()
        for at, (first, number) in enumerate(members):
            for second, other in members[at + 1 : at + 1 + _NEIGHBOURS]:
                if second - first > within:
                    break
                found.add((min(number, other), max(number, other)))
    return found


def _pairs(members: Sequence[int]) -> Iterator[tuple[int, int]]:
    if len(members) <= _CROWD:
        yield from combinations(members, 2)
        return
    for at, one in enumerate(members):
        for other in members[at + 1 : at + 1 + _NEIGHBOURS]:
            yield one, other
