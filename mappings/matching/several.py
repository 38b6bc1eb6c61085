"""Several champs that ask one field, and one champ that asks several: for a person to look at."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Final

from mappings.drift.retyping import Fit
from mappings.matching.likeness import Likeness
from mappings.matching.offered import Offered, in_clauses, put_together
from mappings.matching.wanted import Wanted, Wants

_CLAUSE: Final = 0.6
"""Likeness from which a clause of a question asks a field."""


def in_two(wants: Wants, wanted: Sequence[Wanted], offers: Sequence[Offered]) -> Iterator[Offered]:
    """Two champs side by side that ask one field in two parts."""
    for one in wanted:
        if not (one.wording.parts or one.type == "choices"):
            continue
        for first, second in pairwise(offers):
            beside = first.single and second.single and first.section == second.section
            here, there = Likeness(one, first, wants), Likeness(one, second, wants)
            if beside and (here.completes(there) or there.completes(here)):
                yield put_together(first, second)


def in_lists(key: tuple[str, int], pairs: Mapping[tuple[str, int], Likeness]) -> bool:
    """Whether another list, wherever it stands, gives options that this one has not."""
    path, at = key
    if pairs[key].wanted.type != "choices" or not pairs[key].offered.single:
        return False
    others = (pair for (one, there), pair in pairs.items() if one == path and there != at)
    return any(pair.offered.single and pairs[key].completes(pair) for pair in others)


def in_one(
    wants: Wants, left: Sequence[Wanted], offers: Iterable[tuple[Offered, frozenset[str]]]
) -> Iterator[tuple[Likeness, Offered]]:
    """Fields that one text asks together, each in a clause of its question, with that text.

    Args:
        wants: All that is wanted.
        left: Fields of the level that are not sure.
        offers: Champs that are not, each with the fields that it was found for: one that asks
            another field than its clauses, or a field by all of its words, asks that one.
    """
    for offer, fields in offers:
        clauses = in_clauses(offer)
        if not clauses or any(Likeness(one, offer, wants).asked for one in left):
            continue
        asked: dict[str, Likeness] = {}
        for clause in clauses:
            best = max((Likeness(one, clause, wants) for one in left), key=_clearly, default=None)
            if best is not None and _clearly(best) >= _CLAUSE:
                asked.setdefault(best.wanted.path, best)
        if len(asked) > 1 and fields <= asked.keys():
            yield from ((pair, offer) for pair in asked.values())


def _clearly(pair: Likeness) -> float:
    """How clearly a clause asks a text."""
    told = pair.wanted.type == "text" and pair.fit is not Fit.UNREADABLE and not pair.elsewhere
    return pair.text if told else 0.0
