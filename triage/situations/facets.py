"""Whether the answers of two reports are of one use, facet by facet.

A facet that differs separates; one that either leaves unanswered neither joins nor separates.
"""

from collections.abc import Mapping, Sequence
from typing import Literal, TypeAlias

from triage.situations.matching import Facet, Matching

Answers: TypeAlias = Mapping[str, tuple[str, ...]]
"""Answers of each facet, by field; empty where there is none."""
Agreement: TypeAlias = Literal["agree", "differ", "unanswered"]


def compare(mine: Answers, theirs: Answers, matching: Matching) -> dict[str, Agreement]:
    """How each facet of two reports compares, by field."""
    found: dict[str, Agreement] = {}
    for facet in matching.situations.facets:
        one, two = mine.get(facet.field, ()), theirs.get(facet.field, ())
        if not one or not two:
            found[facet.field] = "unanswered"
        elif facet.kind == "use":
            found[facet.field] = "agree" if matching.vocabulary.alike(one, two) else "differ"
        else:
            found[facet.field] = "agree" if {*one} & {*two} else "differ"
    for facet in matching.situations.facets:
        if found[facet.field] == "differ" and _covered(facet, mine, theirs, found, matching):
            found[facet.field] = "agree"
    return found


def weight(agreements: Mapping[str, Agreement], facets: Sequence[Facet]) -> float:
    """What the facets that agree are worth together; 0 when one differs."""
    if "differ" in agreements.values():
        return 0.0
    return sum(facet.weight for facet in facets if agreements[facet.field] == "agree")


def _covered(
    facet: Facet,
    mine: Answers,
    theirs: Answers,
    found: Mapping[str, Agreement],
    matching: Matching,
) -> bool:
    """Whether one side's option is a general name of the other's: adults, older adults.

    Only where a use or a route that agrees says what the matter is.
    """
    if any({*side.get(name, ())} & options for side in (mine, theirs) for name, options in facet.unless.items()):
        return False
    if not any(
        found[other.field] == "agree"
        for other in matching.situations.facets
        if other.kind in {"use", "route"}
    ):
        return False
    one, two = {*mine[facet.field]}, {*theirs[facet.field]}
    return any(
        (general in here and there <= covered) or (general in there and here <= covered)
        for general, covered in facet.general.items()
        for here, there in ((one, two),)
    )
