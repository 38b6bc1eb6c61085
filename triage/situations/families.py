"""An initial report with its complements and its closure: a family, which counts once."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, TypeAlias

from triage.situations.description import Description
from triage.situations.matching import MatchingRules

Difference: TypeAlias = Literal["company", "substance"]
"""What a complement and the report that it names do not have in common."""


def follows(one: Description, earlier: Description, matching: MatchingRules) -> bool:
    """Whether a complement or a closure is of the report that it names.

    That of another company, or of a substance that is not followed with this one, is not: it is
    told, and stands on its own.
    """
    return not one.initial and not differences(one, earlier, matching)


def differences(
    one: Description, earlier: Description, matching: MatchingRules
) -> frozenset[Difference]:
    """What speaks against a complement being of the report that it names."""
    found: set[Difference] = set()
    if one.company and earlier.company and one.company != earlier.company:
        found.add("company")
    if not _are_kin(one, earlier, matching):
        found.add("substance")
    return frozenset(found)


def _are_kin(one: Description, other: Description, matching: MatchingRules) -> bool:
    mine, theirs = (
        {part for name in side.medicines for part in name.split("+")} for side in (one, other)
    )
    return (
        not (mine and theirs)
        or not mine.isdisjoint(theirs)
        or any(
            not mine.isdisjoint(members) and not theirs.isdisjoint(members)
            for members in matching.followed.values()
        )
    )


def initials(descriptions: Iterable[Description], matching: MatchingRules) -> Mapping[int, int]:
    """The report that each complement and closure goes back to, by number."""
    known = {one.number: one for one in descriptions}
    found: dict[int, int] = {}
    for number, one in known.items():
        first, seen = one, {number}
        while (
            (earlier := known.get(first.earlier or -1)) is not None
            and earlier.number not in seen
            and follows(first, earlier, matching)
        ):
            seen.add(earlier.number)
            first = earlier
        if first.number != number:
            found[number] = first.number
    return found


def new_reports(
    descriptions: Sequence[Description],
    matching: MatchingRules,
    *,
    copies: Mapping[int, int] | None = None,
) -> frozenset[int]:
    """The reports of one situation that count: each family once, by its first member here.

    A complement that names no report that is here is of its company's family, if there is one.

    Args:
        descriptions: Reports of the situation.
        matching: How reports are matched.
        copies: The report that each duplicate is a copy of, as a person confirmed: its family is
            that one, where it is here.
    """
    firsts = initials(descriptions, matching)
    counted = {firsts.get(one.number, one.number) for one in descriptions}
    by_number = {one.number: one for one in descriptions}
    of_company: dict[str, list[int]] = defaultdict(list)
    for number in sorted(counted):
        of_company[by_number[number].company].append(number)
    for company, numbers in of_company.items():
        initial = [number for number in numbers if by_number[number].initial]
        loose = [number for number in numbers if not by_number[number].initial]
        if company and loose:
            counted -= {*loose} if initial else {*loose[1:]}
    return frozenset(
        number
        for number in counted
        if _head(number, firsts, copies or {}) not in counted - {number}
    )


def _head(number: int, firsts: Mapping[int, int], copies: Mapping[int, int]) -> int:
    """The first report of the family of a report, across duplicates."""
    seen = {number}
    while (above := copies.get(number, firsts.get(number, number))) not in seen:
        seen.add(above)
        number = above
    return number
