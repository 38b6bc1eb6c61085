"""Is a free text made of phrases that say nothing? Case, accents, repeats and punctuation apart."""

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
    ends = {0}  # places that phrases reach, one after the other
    for start in range(len(letters)):
        if start in ends:
            ends |= {start + len(one) for one in known if one and letters.startswith(one, start)}
    return len(letters) in ends


@lru_cache(maxsize=64)
def _known(phrases: tuple[str, ...]) -> frozenset[str]:
    """The phrases as letters; of one that repeats a letter (« xxx »), the letter."""
    found = (_letters(phrase) for phrase in phrases)
    return frozenset(one[:1] if len(set(one)) == 1 else one for one in found)


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, fold(text)))
