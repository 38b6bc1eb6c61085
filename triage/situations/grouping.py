"""Which reports describe one situation: the same substance, used in the same way.

Blocks by substance, and compares *signatures* (what reports say, not reports), those only that may
be alike, so that the time grows with the number of reports and not with its square. A group is
complete: no facet of any two of its signatures differs.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from triage.situations.clusters import Clusters
from triage.situations.description import Description, settled
from triage.situations.facets import Answers
from triage.situations.families import initials
from triage.situations.likeness import Signature
from triage.situations.matching import FollowedClass, MatchingRules


def signature(description: Description, matching: MatchingRules) -> Signature:
    """The signature of a report."""
    told = description.facets
    facets = matching.situations.facets
    single = {name for medicine in description.medicines for name in medicine.split("+")}
    classes = frozenset(
        name
        for name, followed in matching.classes.items()
        if not single.isdisjoint(matching.followed[name]) and _is_followed(followed, told)
    )
    return Signature(
        description.medicines,
        tuple((one.field, told.get(one.field, ())) for one in facets if one.kind != "use"),
        tuple(told.get(one.field, ()) for one in facets if one.kind == "use"),
        classes,
    )


def group(
    descriptions: Iterable[Description], matching: MatchingRules
) -> tuple[tuple[int, ...], ...]:
    """Groups of dossier numbers, each sorted, ordered by their first; only reports in scope.

    A report without a substance is in no group: nothing says what it is about. A complement or a
    closure is in the group of the report that it goes back to.
    """
    told = [one for one in settled(descriptions, matching) if one.in_scope and one.medicines]
    firsts = initials(told, matching)
    numbers: dict[Signature, list[int]] = defaultdict(list)
    for one in told:
        if one.number not in firsts:
            numbers[signature(one, matching)].append(one.number)
    followers: dict[int, list[int]] = defaultdict(list)
    for number, first in firsts.items():
        followers[first].append(number)
    return tuple(
        sorted(
            tuple(sorted(one for number in members for one in (number, *followers[number])))
            for members in _clusters(numbers, matching)
        )
    )


def _clusters(
    numbers: Mapping[Signature, list[int]], matching: MatchingRules
) -> Iterable[list[int]]:
    """Numbers of each cluster: those who say most come first, the others join the likeliest."""
    clusters = Clusters(matching)
    for one in sorted(numbers, key=lambda one: (-_answered(one), min(numbers[one]))):
        clusters.add(one)
    return [
        [number for one in cluster.members for number in numbers[one.whole]]
        for cluster in clusters.found
    ]


def _answered(one: Signature) -> int:
    return sum(map(bool, one.uses)) + sum(bool(answers) for _, answers in one.others)


def _is_followed(followed: FollowedClass, facets: Answers) -> bool:
    return all(
        not options.isdisjoint(facets.get(name, ())) for name, options in followed.only.items()
    )
