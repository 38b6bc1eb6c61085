"""An initial report with its complements and its closure: a family, which counts once."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from triage.situations.description import Description
from triage.situations.matching import Matching


def follows(one: Description, earlier: Description, matching: Matching) -> bool:
    """Whether a complement or a closure is of the report that it names.

    That of another company, or of a substance that is not followed with this one, is not: it is
    told, and stands on its own.
    """
    same_company = one.company == earlier.company or not (one.company and earlier.company)
    return not one.initial and same_company and _are_kin(one, earlier, matching)


def _are_kin(one: Description, other: Description, matching: Matching) -> bool:
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


def initials(descriptions: Iterable[Description], matching: Matching) -> Mapping[int, int]:
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


def new_reports(descriptions: Sequence[Description], matching: Matching) -> frozenset[int]:
    """The reports of one situation that count: each family once, by its first member here.

    A complement that names no report that is here is of its company's family, if there is one.
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
    return frozenset(counted)
