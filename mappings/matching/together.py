"""Which champ each field of a level takes, such that all together are likest."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence

from mappings.drift.retyping import LISTS, Fit
from mappings.matching.likeness import FieldLikeness
from mappings.matching.offered import Offered
from mappings.matching.sure.certain import NEAR, Key
from mappings.matching.wanted import Wanted, Wants
from mappings.matching.weights import AFTER_NAMED, AHEAD, BY_WORDS, LEARNED, NAMES, OPPOSED, SURELY
from mappings.matching.words import NEGATED


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


def with_learned(
    wants: Wants, pairs: Mapping[Key, FieldLikeness], scores: Mapping[Key, float]
) -> dict[Key, float]:
    """Likenesses beside how likely each question asks each field, by what other forms teach."""
    learned, paths = wants.lexicon.learned, dict.fromkeys(path for path, _ in pairs)
    if not learned.counts:
        return {k: one for k, one in scores.items() if one >= BY_WORDS or pairs[k].plain}
    offers = {at: pair.offered for (_, at), pair in pairs.items()}
    likely = {at: learned.likely(offer, paths) for at, offer in offers.items()}

    def told(key: Key) -> float:
        share, pair = likely[key[1]].get(key[0], 0.0), pairs[key]
        if pair.answered_otherwise:  # a person says what each of its answers means
            return LEARNED * share if share >= SURELY else 0.0
        if pair.opposed:
            share *= OPPOSED
        if not scores[key] or (unclear(pair) and NEGATED not in pair.label):
            return 0.0  # which way round a yes or no asks, learning does not tell
        if scores[key] > 1.0 or len(pair.offered.flat) == 1:
            return scores[key]  # what it gives to choose says it, or its columns
        told = (1 - LEARNED) * scores[key] + LEARNED * share
        return max(told, scores[key]) if pair.offered.flat else told  # its columns say as much

    return _named_first(pairs, {key: told(key) for key in scores})


def _named_first(
    pairs: Mapping[Key, FieldLikeness], scores: Mapping[Key, float]
) -> dict[Key, float]:
    """Likenesses of which none that learning alone makes goes before one that a label names.

    Where two questions speak each of efficacy and of safety, or one says « SIRET » and the other
    « N° », those words say which is which, whatever other forms teach.
    """
    named = [
        key
        for key, score in scores.items()
        if score and (pair := pairs[key]).named and pair.offered.single and not pair.estranged
    ]
    by_champ: dict[int, list[Key]] = defaultdict(list)
    by_field: dict[str, list[Key]] = defaultdict(list)
    for key in named:
        by_champ[key[1]].append(key)
        by_field[key[0]].append(key)

    def before(key: Key) -> Iterator[Key]:
        """Which of those that are named go before another."""
        pair = pairs[key]
        here, enough = by_champ[key[1]], max(NAMES, pair.score + AHEAD)
        exact = pair.fit is Fit.EXACT
        for one in (*here, *by_field[key[0]]):
            rival = pairs[one]
            in_terms = rival.in_its_terms and not pair.in_its_terms
            if one in here:
                fitting = in_terms or rival.wanted.type == pair.wanted.type
            else:
                fitting = rival.fit is Fit.EXACT or not exact
            clearly = not pair.named and rival.score >= enough
            rather = in_terms and one not in here and rival.score >= pair.score >= NAMES
            if fitting and (clearly or rather):
                yield one

    def held(key: Key, score: float) -> float:
        if not pairs[key].offered.single or pairs[key].offered.descriptor.type in LISTS:
            return score  # what a list gives to choose says more than its label
        return min([score, *(AFTER_NAMED * scores[one] for one in before(key))])

    return {key: held(key, score) for key, score in scores.items()}


def unclear(pair: FieldLikeness) -> bool:
    """Whether what a yes or no asks is known rather by what other forms teach than by its words."""
    if pair.wanted.type != "yes_no" or pair.inverse or pair.answered_otherwise:
        return False
    return pair.score < BY_WORDS
