"""Which reports describe one situation: the same substance, used in the same way.

Blocks by substance, and compares *signatures* (what reports say, not reports), so that the time
grows with the number of reports and not with its square. A group is complete: no facet of any two
of its signatures differs.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from triage.situations.description import Description, settled
from triage.situations.facets import Answers, compare, weight
from triage.situations.families import initials
from triage.situations.matching import FollowedClass, Matching

_CLASS = "*"


@dataclass(frozen=True, slots=True)
class Signature:
    """What a report says of its situation: substances of each medicine, answers of each facet."""

    medicines: tuple[str, ...]
    facets: tuple[tuple[str, tuple[str, ...]], ...]
    classes: frozenset[str]
    """Classes that its substances are followed in, where its use is the one that is followed."""


def signature(description: Description, matching: Matching) -> Signature:
    """The signature of a report."""
    facets = tuple(
        (facet.field, description.facets.get(facet.field, ()))
        for facet in matching.situations.facets
    )
    single = {name for medicine in description.medicines for name in medicine.split("+")}
    classes = frozenset(
        name
        for name, followed in matching.classes.items()
        if not single.isdisjoint(matching.followed[name]) and _is_followed(followed, dict(facets))
    )
    return Signature(description.medicines, facets, classes)


class Likeness:
    """How much two signatures are of one situation; the same question is answered once."""

    def __init__(self, matching: Matching) -> None:
        self._matching = matching
        self._of_facets = lru_cache(maxsize=200_000)(self._facets)

    def __call__(self, one: Signature, other: Signature) -> float:
        """From 0 (another situation, or nothing in common) to 1."""
        same = not {*one.medicines}.isdisjoint(other.medicines)
        if not same and not one.classes & other.classes:
            return 0.0
        value, whole = self._of_facets(one.facets, other.facets)
        return value if same or whole else 0.0

    def _facets(
        self,
        mine: tuple[tuple[str, tuple[str, ...]], ...],
        theirs: tuple[tuple[str, tuple[str, ...]], ...],
    ) -> tuple[float, bool]:
        """Weight of what agrees, and whether every facet that one answers agrees."""
        one, two = dict(mine), dict(theirs)
        found = compare(one, two, self._matching)
        whole = all(share or not (one[name] or two[name]) for name, share in found.items())
        return weight(found, self._matching.situations.facets), whole


def group(descriptions: Iterable[Description], matching: Matching) -> tuple[tuple[int, ...], ...]:
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


def _clusters(numbers: Mapping[Signature, list[int]], matching: Matching) -> Iterable[list[int]]:
    """Numbers of each cluster: those who say most come first, the others join the likeliest.

    One that would as well join several uses of its substance stays apart: nothing says which.
    """
    likeness = Likeness(matching)
    clusters: list[list[Signature]] = []
    at: dict[str, list[int]] = defaultdict(list)
    for one in sorted(numbers, key=lambda one: (-_answered(one), min(numbers[one]))):
        keys = [*one.medicines, *(f"{_CLASS}{name}" for name in one.classes)]
        near = dict.fromkeys(place for key in keys for place in at[key])
        scored = [(_joins(one, clusters[place], likeness), place) for place in near]
        best = max((score for score, _ in scored), default=0.0)
        places = [place for score, place in scored if score == best]
        if best > 0 and (len(places) == 1 or len(one.medicines) > 1):
            clusters[places[0]].append(one)
            place = places[0]
        else:
            place = len(clusters)
            clusters.append([one])
        for key in keys:
            if place not in at[key]:
                at[key].append(place)
    return [[number for one in cluster for number in numbers[one]] for cluster in clusters]


def _joins(one: Signature, cluster: list[Signature], likeness: Likeness) -> float:
    """Mean likeness with the members; 0 when it is not alike with each."""
    total = 0.0
    for other in cluster:
        found = likeness(one, other)
        if not found:
            return 0.0
        total += found
    return total / len(cluster)


def _answered(one: Signature) -> int:
    return sum(bool(answers) for _, answers in one.facets)


def _is_followed(followed: FollowedClass, facets: Answers) -> bool:
    return all(
        not options.isdisjoint(facets.get(name, ())) for name, options in followed.only.items()
    )
