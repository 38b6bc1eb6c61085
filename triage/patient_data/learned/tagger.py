"""A conditional random field over the words of a text: which are of a person.

It is learned from labelled texts, all invented, names of medicines and sentences of the sandbox
(``python -m bench.patient_data.learn``), and finds what no rule says. A verdict rests on its file
as on the words (:mod:`triage.patient_data.dictionary.digest`), and no setting points elsewhere.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path

from triage.patient_data.dictionary.digest import LEARNED
from triage.patient_data.learned.likelihood import Likelihoods
from triage.patient_data.learned.traits import tokens
from triage.patient_data.learned.weights import read_weights
from triage.patient_data.plain import plain

Span = tuple[int, int]

MODEL = LEARNED
ALONE, BESIDE = 0.6, 0.15
"""How likely a word must be: in a text where the rules find nobody; where they find somebody."""
_BETWEEN = re.compile(r"[^\w\n]{0,3}")
"""What may stand between two words of one passage."""


def learned_in(typed: str, found: Sequence[Span], model: Path = MODEL) -> Iterator[Span]:
    """Passages of a person in a text, but for what the rules found there.

    Args:
        typed: The text as it was typed.
        found: Places that the rules found.
        model: What was learned.
    """
    shown = plain(typed)
    words = tokens(shown.text)
    if not any(word.isalpha() for word, _, _ in words):
        return  # a code, a date, a number alone: the rules know what they are
    at_least = BESIDE if found else ALONE
    likely = [
        word[1:]
        for word, likelihood in zip(words, _likelihoods(model).of(words), strict=True)
        if likelihood >= at_least and word[0].isalnum()
    ]
    taken = [False] * len(typed)
    for start, end in found:
        taken[start:end] = [True] * (end - start)
    left = [one for one in likely if not all(taken[slice(*next(shown.typed([one])))])]
    yield from shown.typed(_joined(shown.text, left))


@cache
def _likelihoods(model: Path) -> Likelihoods:
    return Likelihoods(read_weights(model))


def _joined(text: str, words: Iterable[Span]) -> Iterator[Span]:
    """The words in passages: those with no other word between are one."""
    passage: Span | None = None
    for start, end in words:
        if passage and _BETWEEN.fullmatch(text, passage[1], start):
            passage = passage[0], end
            continue
        if passage:
            yield passage
        passage = start, end
    if passage:
        yield passage
