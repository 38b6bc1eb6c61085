"""How likely each word of a text is of a person, by what was learned.

What a word speaks for, by itself and to its neighbours, is weighed once and kept: a text then costs
some sums and two passes over its words (forward and backward), in floats of the language.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from math import exp
from typing import NamedTuple

from triage.patient_data.learned.traits import (
    FAR,
    NEAR,
    Token,
    around,
    beside,
    blank_before,
    case_of,
    edge,
    in_a_row,
    lists_of,
    of_all,
    of_itself,
    shape,
    with_case,
)
from triage.patient_data.learned.weights import Weight, Weights
from triage.patient_data.words import WordLists

_LISTS = sorted(WordLists.model_fields)
_BIT = {name: 1 << at for at, name in enumerate(_LISTS)}
_WINDOW = FAR - NEAR
"""Words that are looked at together, beyond those near."""


class _Word(NamedTuple):
    """What is known of a word, wherever it stands.

    Attributes:
        upper: How many capitals it has.
        lower: How many small letters.
        shape: What it looks like.
        lists: A bit for each list that has it.
        firsts: What speaks for FIRST: of the word itself, of the word that it stands one behind…
            four behind, of the word that it stands one before… four before.
        nexts: The same for NEXT.
    """

    upper: int
    lower: int
    shape: str
    lists: int
    firsts: Sequence[float]
    nexts: Sequence[float]


class Likelihoods:
    """What was learned, weighed word by word."""

    def __init__(self, weights: Weights) -> None:
        """Keep the weights, and those of the words that come."""
        self._weights = weights
        self._steps = [[exp(one) for one in row] for row in weights.steps]
        self._word = lru_cache(maxsize=8192)(self._of_word)
        self._lists = lru_cache(maxsize=4096)(self._of_lists)
        self._written = lru_cache(maxsize=16384)(self._of_shapes)
        edges = [[weights.told([edge(sign, away)]) for away in range(1, NEAR + 1)] for sign in "-+"]
        self._edges = [[[one[side] for one in row] for row in edges] for side in (0, 1)]

    def of(self, words: Sequence[Token]) -> Sequence[float]:
        """The likelihood of each word of a plain text, from 0 to 1."""
        known = [self._word(word) for word, _, _ in words]
        firsts, nexts = zip(*self._here(words, known), strict=True)
        return self._marginals(
            [*map(sum, zip(firsts, *self._near([one.firsts for one in known], 0), strict=True))],
            [*map(sum, zip(nexts, *self._near([one.nexts for one in known], 1), strict=True))],
        )

    def _here(self, words: Sequence[Token], known: Sequence[_Word]) -> Iterator[Weight]:
        """What speaks for each word by how the text is written, and by the words farther away."""
        case = case_of(sum(one.upper for one in known), sum(one.lower for one in known))
        shapes = [None, *(one.shape for one in known), None]
        lists = [0] * FAR + [one.lists for one in known] + [0] * FAR
        everywhere = 0
        for one in lists:
            everywhere |= one
        all_first, all_next = self._lists(case, everywhere)
        last = -1
        for at, (_, start, end) in enumerate(words):
            first, following = self._written(case, last == start, *shapes[at : at + 3])
            last = end
            first += all_first
            following += all_next
            if everywhere:
                for sign, begin in (("<", at), (">", at + FAR + NEAR + 1)):
                    a, b, c, d, e = lists[begin : begin + _WINDOW]
                    if there := a | b | c | d | e:
                        more = self._lists(sign, there)
                        first += more[0]
                        following += more[1]
            yield first, following

    def _near(self, known: Sequence[Sequence[float]], side: int) -> Iterator[Sequence[float]]:
        """What each word, then each of its neighbours and the ends of the text, speak for."""
        count = len(known)
        itself, *others = zip(*known, strict=True)
        yield itself
        before, behind = self._edges[side]
        for away in range(1, NEAR + 1):
            blank = [0.0] * (away - 1)
            yield [*blank, before[away - 1], *others[away - 1]][:count]
            yield [*others[NEAR + away - 1][away:], behind[away - 1], *blank][-count:]

    def _of_word(self, word: str) -> _Word:
        places = [of_itself(word)]
        places += (beside(word, sign, away) for sign in "-+" for away in range(1, NEAR + 1))
        firsts, nexts = zip(*map(self._weights.told, places), strict=True)
        upper, lower = sum(map(str.isupper, word)), sum(map(str.islower, word))
        return _Word(
            upper, lower, shape(word), sum(_BIT[one] for one in lists_of(word)), firsts, nexts
        )

    def _of_shapes(
        self, case: str, joined: bool, before: str | None, form: str, behind: str | None
    ) -> Weight:
        """What speaks for a word by how it is written, and its neighbours, in such a text."""
        shapes = [one for one in (before, form, behind) if one is not None]
        apart = blank_before(joined=joined)
        at = int(before is not None)
        return self._weights.told([*with_case(case, apart, form), *in_a_row(shapes, at, apart)])

    def _of_lists(self, sign: str, lists: int) -> Weight:
        """What lists speak for, that have words of the whole text or farther before or behind."""
        names = {one for one in _LISTS if lists & _BIT[one]}
        return self._weights.told(of_all(sign, names) if "=" in sign else around(sign, names))

    def _marginals(self, firsts: Sequence[float], nexts: Sequence[float]) -> Sequence[float]:
        """How likely each word is not of nobody, whatever the labels of the others."""
        (oo, ob, oi), (bo, bb, bi), (io, ib, ii) = self._steps
        weights = [*zip(map(exp, firsts), map(exp, nexts), strict=True)]
        forward = []
        other, first, following = 1.0, *weights[0]
        for at, (begins, goes_on) in enumerate(weights):
            if at:
                other, first, following = (
                    other * oo + first * bo + following * io,
                    (other * ob + first * bb + following * ib) * begins,
                    (other * oi + first * bi + following * ii) * goes_on,
                )
            whole = other + first + following
            other, first, following = other / whole, first / whole, following / whole
            forward.append((other, first, following))
        found = []
        other, first, following = 1.0, 1.0, 1.0
        for (begins, goes_on), (before_o, before_b, before_i) in zip(
            reversed(weights), reversed(forward), strict=True
        ):
            of_one = before_b * first + before_i * following
            found.append(of_one / (before_o * other + of_one))
            first, following = first * begins, following * goes_on
            whole = other + first + following
            other, first, following = (
                (oo * other + ob * first + oi * following) / whole,
                (bo * other + bb * first + bi * following) / whole,
                (io * other + ib * first + ii * following) / whole,
            )
        return found[::-1]
