"""Words compared by their roots, whatever the ending and the plural, in French or in English."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from rapidfuzz.distance import OSA, Prefix

from french.text import fold

LONG = 7
"""Letters from which one that is wrong, missing or swapped is a misspelling."""
_SHORT = 4
_LEAST = 5
"""Letters that a root has at least."""
_ENDINGS = frozenset({
    "ateur", "ation", "atric", "ement", "atif", "ativ", "ical", "ienn", "air", "anc", "ant", "ari",
    "aux", "enc", "ent", "eus", "eux", "ien", "ies", "ion", "iqu", "ism", "ist", "al", "ar", "au",
    "eu", "ia", "ic", "ie", "if", "is", "iv", "um", "us", "a", "e", "i", "y",
})  # fmt: skip
_LONGEST = max(map(len, _ENDINGS))
_SOUNDS = (("ph", "f"), ("th", "t"), ("rh", "r"), ("k", "c"), ("y", "i"))
"""How languages write one sound: « leukaemia » and « leucémie »."""
_COMMON = 0.8
"""Share of a long root with which another must begin to be of the same word."""
_FEWEST, _MOST = 3, 7
"""Letters that an acronym has at least, and at most."""
_ELIDED = re.compile(r"\b(?:[cdjlmnst]|qu)'")


def spread(text: str) -> str:
    """Folded, ligatures however they are typed: « œdème », « oedema » and « edema » begin alike."""
    plain = fold(text).replace("œ", "oe").replace("æ", "ae")
    return _ELIDED.sub(" ", plain.replace("oe", "e").replace("ae", "e"))


def stem(word: str) -> str:
    """A word without its plural and its last « e »; short ones as they are."""
    if len(word) <= _SHORT:
        return word
    single = word.rstrip("sx")
    return single if len(single) <= _SHORT else single.removesuffix("e")


@lru_cache(maxsize=16384)
def root(bare: str) -> str:
    """A stem without its ending: « migraineux » and « migraine », « dysurique » and « dysurie »."""
    if len(bare) >= _LEAST:
        for written, said in _SOUNDS:
            bare = bare.replace(written, said)
    for size in range(min(_LONGEST, len(bare) - _LEAST), 0, -1):
        if bare[-size:] in _ENDINGS:
            return bare[:-size]
    return bare


@lru_cache(maxsize=65536)
def close(one: str, other: str) -> bool:
    """Whether two roots are of one word: a letter apart, or longer by one."""
    if one == other:
        return True
    if one[:1] != other[:1]:
        return False
    fewer, more = sorted((one, other), key=len)
    if len(fewer) >= LONG - 1 and OSA.distance(one, other, score_cutoff=1) <= 1:
        return True
    if len(fewer) >= _LEAST and more.startswith(fewer) and len(more) - len(fewer) == 1:
        return True
    return Prefix.similarity(one, other) >= max(LONG, _COMMON * len(more))


def acronyms(words: Sequence[str], beginnings: Sequence[str]) -> Iterator[str]:
    """Every acronym that some words in a row may have.

    Args:
        words: Spread, those that have no letter in an acronym left out.
        beginnings: Of words made of several, the longest first, each of which has its letter:
            « osteo » and « radio » give « orn » to « osteoradionecrose ».
    """
    few = words[:_MOST]
    whole = "".join(word[0] for word in few)
    parts = "".join(_initials(word, beginnings) for word in few)
    for letters in dict.fromkeys((whole, parts)):
        for start in range(len(letters)):
            for end in range(start + _FEWEST, min(len(letters), start + _MOST) + 1):
                yield letters[start:end]


def _initials(word: str, beginnings: Sequence[str]) -> str:
    for start in beginnings:
        if word.startswith(start) and len(word) - len(start) >= _FEWEST:
            return word[0] + _initials(word.removeprefix(start), beginnings)
    return word[0]
