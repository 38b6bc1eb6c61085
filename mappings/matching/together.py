"""Which champ each field of a level takes, such that all together are likest."""

from collections.abc import Callable, Mapping, Sequence

from mappings.matching.offered import Offered
from mappings.matching.sure.certain import NEAR, Key
from mappings.matching.wanted import Wanted


def assigned(
    wanted: Sequence[Wanted], offers: Sequence[Offered], scores: Mapping[Key, float]
) -> dict[str, int]:
    """The champ of each field such that all together are likest; a champ serves one field."""
    if not wanted or not offers or not scores:
        return {}
    from scipy.optimize import linear_sum_assignment  # a third of a second: only where used

    # squares: one champ that surely asks is worth more than two that hardly do
    table = [
        [-(scores.get((one.path, at), 0.0) ** 2) for at in range(len(offers))] for one in wanted
    ]
    rows, columns = linear_sum_assignment(table)
    found: dict[str, int] = {}
    taken: set[str] = set()
    best = sorted(zip(rows, columns, strict=True), key=lambda one: table[one[0]][one[1]])
    for row, column in best:  # several champs as one, and the same alone, serve once
        if table[row][column] < 0 and taken.isdisjoint(offers[column].champs):
            found[wanted[row].path] = int(column)
            taken |= offers[column].champs
    return found


def beside(
    wanted: Sequence[Wanted], offers: Sequence[Offered], chosen: Mapping[str, int]
) -> Callable[[Key], float]:
    """Whether the fields just before and after are asked just before and after."""
    rank = {one.path: at for at, one in enumerate(wanted)}
    places = {rank[path]: offers[at].place for path, at in chosen.items()}

    def share(key: Key) -> float:
        path, at = key
        here, place = rank[path], offers[at].place
        near = (
            (step, places[here + step])
            for step in (*range(-NEAR, 0), *range(1, NEAR + 1))
            if here + step in places
        )
        agree = [0 < (there - place) * (1 if step > 0 else -1) <= 2 * NEAR for step, there in near]
        return sum(agree) / len(agree) if agree else 0.0

    return share
