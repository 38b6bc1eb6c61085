"""Whether the answers of two reports are of one use, facet by facet.

A facet that differs separates; one that either leaves unanswered neither joins nor separates.
"""

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from triage.situations.matching import Facet, Matching
from triage.situations.words.vocabulary import Vocabulary

Answers: TypeAlias = Mapping[str, tuple[str, ...]]
"""Answers of each facet, by field; empty where there is none."""
Agreement: TypeAlias = float | None
"""Share of two answers that is common, 0 when they differ; ``None`` when one is not given."""

COVERED, _WORDED = 0.5, 0.9
"""An option that covers the other; one use in other words."""


def compare(
    mine: Answers,
    theirs: Answers,
    matching: Matching,
    *,
    known: Mapping[str, Agreement] | None = None,
) -> dict[str, Agreement]:
    """How each facet of two reports compares, by field; ``known`` ones are not compared again."""
    facets, known = matching.situations.facets, known or {}
    found = {
        facet.field: known[facet.field]
        if facet.field in known
        else agreement(facet, mine, theirs, matching)
        for facet in facets
    }
    told = any(found[facet.field] for facet in facets if facet.kind in {"use", "route"})
    for facet in facets:
        if found[facet.field] == 0 and told and _covered(facet, mine, theirs):
            found[facet.field] = COVERED
    return found


def differ(agreements: Mapping[str, Agreement]) -> bool:
    """Whether a facet separates."""
    return any(share == 0 for share in agreements.values())


def use_and_others(mine: Answers, theirs: Answers, matching: Matching) -> tuple[Agreement, bool]:
    """How the uses of two reports compare, and whether no other facet differs."""
    found = compare(mine, theirs, matching)
    uses = [found.pop(facet.field) for facet in matching.situations.facets if facet.kind == "use"]
    told = [share for share in uses if share is not None]
    return min(told, default=None), not differ(found)


def surely_differ(mine: Answers, theirs: Answers, matching: Matching) -> bool:
    """Whether a facet separates by what was answered, in words that the vocabulary knows.

    What a title tells of the use, where it was not answered, is not as sure.
    """
    found = compare(mine, theirs, matching)
    return any(
        found[facet.field] == 0
        and not (
            facet.kind == "use"
            and any(_is_unsure(side, facet, matching) for side in (mine, theirs))
        )
        for facet in matching.situations.facets
    )


def _is_unsure(side: Answers, facet: Facet, matching: Matching) -> bool:
    parsed = matching.vocabulary.parsed(side[facet.field])
    return not (parsed.words and (parsed.labels or parsed.beside))


def weight(agreements: Mapping[str, Agreement], facets: Sequence[Facet]) -> float:
    """What the facets that agree are worth together; 0 when one differs."""
    if differ(agreements):
        return 0.0
    return sum(facet.weight * (agreements[facet.field] or 0) for facet in facets)


def use_agreement(
    one: tuple[str, ...], other: tuple[str, ...], vocabulary: Vocabulary
) -> Agreement:
    """How two readings of a use compare; the same labels are the same use, whatever the words."""
    if not one or not other:
        return None
    mine, theirs = vocabulary.parsed(one), vocabulary.parsed(other)
    if mine.answered and theirs.answered:
        same = mine.labels == theirs.labels != () and not vocabulary.say_otherwise(mine, theirs)
        if same or one == other:
            return 1.0
    if vocabulary.alike(one, other):
        return _WORDED
    return 0.0 if mine.answered and theirs.answered else None


def agreement(facet: Facet, mine: Answers, theirs: Answers, matching: Matching) -> Agreement:
    """How one facet of two reports compares, whatever the others say."""
    one, two = mine.get(facet.field, ()), theirs.get(facet.field, ())
    if not one or not two:
        return None
    if facet.kind == "use":
        return use_agreement(one, two, matching.vocabulary)
    if facet.kind == "route" and facet.vague & {*one, *two}:
        # « Autre » is none of the form's list, and may be any other route.
        listed = matching.vocabulary.listed.keys() & {*one, *two}
        return 0.0 if listed else None
    return len({*one} & {*two}) / len({*one} | {*two})


def _covered(facet: Facet, mine: Answers, theirs: Answers) -> bool:
    """Whether one side's option is a general name of the other's: adults, older adults.

    Only where a use or a route that agrees says what the matter is.
    """
    for name, options in facet.unless.items():
        if any(not options.isdisjoint(side.get(name, ())) for side in (mine, theirs)):
            return False
    one, two = frozenset(mine[facet.field]), frozenset(theirs[facet.field])
    return any(
        general in here and there <= covered
        for general, covered in facet.general.items()
        for here, there in ((one, two), (two, one))
    )
