"""Is a free text made of phrases that say nothing? Case, accents, repeats and punctuation apart."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from functools import lru_cache

from french.text import fold

_LONGEST = 200
"""A longer text says something, or is looked at by a person."""


def is_made_of(text: str, phrases: tuple[str, ...]) -> bool:
    """Whether a text is one of the phrases, or nothing but them: « N.C. », « RAS / NC », « xxxx ».

    A phrase without a letter or a digit (« - ») stands for every text without any.
    """
    if len(text) > _LONGEST:
        return False
    letters, known = _letters(text), _known(phrases)
    if not letters:
        return "" in known
    ends, reached = {0}, [0]  # places that phrases reach, one after the other
    while reached:
        start = reached.pop()
        if start == len(letters):
            return True
        for one in known.get(letters[start], ()):
            end = start + len(one)
            if end not in ends and letters.startswith(one, start):
                ends.add(end)
                reached.append(end)
    return False


@lru_cache(maxsize=64)
def _known(phrases: tuple[str, ...]) -> Mapping[str, Collection[str]]:
    """The phrases as letters, by the first; of one that repeats a letter (« xxx »), the letter."""
    known: dict[str, set[str]] = defaultdict(set)
    for one in map(_letters, phrases):
        known[one[:1]].add(one[:1] if len(set(one)) == 1 else one)
    return dict(known)


@lru_cache(maxsize=4096)
def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, fold(text)))
