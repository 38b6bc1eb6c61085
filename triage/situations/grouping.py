"""Which reports describe one situation: the same substance, used in the same way.

Blocks by substance, and compares *signatures* (what reports say, not reports), so that the time
grows with the number of reports and not with its square.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from triage.situations.dci import joined
from triage.situations.description import Description, learnt, named
from triage.situations.matching import Matching, SituationMatching

Facets = tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Signature:
    """What a report says of its situation: substances of each medicine, answers of each facet."""

    medicines: tuple[str, ...]
    facets: Facets
    components: frozenset[str]
    """Every single substance, and the classes that they are followed in."""


def signature(description: Description, matching: Matching) -> Signature:
    """The signature of a report."""
    facets = tuple(description.facets.get(facet.field, ()) for facet in matching.situations.facets)
    single = {name for medicine in description.medicines for name in medicine.split("+")}
    classes = {
        f"*{name}"
        for name, members in matching.classes.items()
        if not single.isdisjoint(joined(one, matching.salts) for one in members)
    }
    return Signature(description.medicines, facets, frozenset(single | classes))


def likeness(one: Signature, other: Signature, rules: SituationMatching) -> float:
    """How much two signatures are of one situation, from 0 to 1.

    A facet that one of them leaves unanswered speaks neither for nor against.
    """
    if set(one.medicines) & set(other.medicines):
        shared = 1.0
    elif one.components & other.components:
        shared = rules.shared_component
    else:
        return 0.0
    agreed = sum(
        facet.weight * _common(mine, theirs)
        for facet, mine, theirs in zip(rules.facets, one.facets, other.facets, strict=True)
    )
    return shared * agreed


def group(descriptions: Iterable[Description], matching: Matching) -> tuple[tuple[int, ...], ...]:
    """Groups of dossier numbers, each sorted, ordered by their first; only reports in scope.

    A report without a substance is in no group: nothing says what it is about.
    """
    rules, known = matching.situations, tuple(descriptions)
    by_cis = learnt(known)
    numbers: dict[Signature, list[int]] = defaultdict(list)
    for one in (named(one, by_cis) for one in known if one.in_scope):
        if one.medicines:
            numbers[signature(one, matching)].append(one.number)
    parents = _joined(sorted(numbers, key=lambda one: min(numbers[one])), rules)
    groups: dict[Signature, list[int]] = defaultdict(list)
    for said, members in numbers.items():
        groups[_root(parents, said)] += members
    return tuple(sorted(tuple(sorted(members)) for members in groups.values()))


def _joined(
    signatures: Sequence[Signature], rules: SituationMatching
) -> dict[Signature, Signature]:
    """Each signature's parent in its group: whole ones link, the others join the likeliest."""
    blocks: dict[str, list[Signature]] = defaultdict(list)
    for one in signatures:
        for component in one.components:
            blocks[component].append(one)
    parents: dict[Signature, Signature] = {one: one for one in signatures}
    for block in blocks.values():
        whole = [one for one in block if _is_whole(one, rules)]
        for one, other in combinations(whole, 2):
            if likeness(one, other, rules) >= rules.threshold:
                parents[_root(parents, other)] = _root(parents, one)
    for one in signatures:
        if not _is_whole(one, rules):
            _join_likeliest(one, blocks, parents=parents, rules=rules)
    return parents


def _join_likeliest(
    one: Signature,
    blocks: Mapping[str, Sequence[Signature]],
    *,
    parents: dict[Signature, Signature],
    rules: SituationMatching,
) -> None:
    others = [
        other
        for component in sorted(one.components)
        for other in blocks[component]
        if _is_whole(other, rules)
    ]
    if not others:
        others = [two for name in sorted(one.components) for two in blocks[name] if two != one]
    best = max(others, key=lambda other: likeness(one, other, rules), default=None)
    if best is not None and _root(parents, best) != one:
        parents[one] = _root(parents, best)


def _is_whole(one: Signature, rules: SituationMatching) -> bool:
    return all(
        answer or not facet.needed for facet, answer in zip(rules.facets, one.facets, strict=True)
    )


def _common(mine: tuple[str, ...], theirs: tuple[str, ...]) -> float:
    """Share of the answers that both give (Jaccard)."""
    if not mine or not theirs:
        return 1.0
    return len({*mine} & {*theirs}) / len({*mine} | {*theirs})


def _root(parents: dict[Signature, Signature], one: Signature) -> Signature:
    while parents[one] != one:
        parents[one] = parents[parents[one]]
        one = parents[one]
    return one
