"""Questions as sets of meanings: words that say the same count as one, empty words as none."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from typing import Final

from rapidfuzz import fuzz

from french.text import fold, without_points
from mappings.matching.french_words import FRENCH

Meanings = frozenset[str]
_WORD: Final = re.compile(r"[a-z0-9]+|%")
_ENDING: Final = re.compile(r"(?<=[a-z])(?:\((?:e|s|es|x|ne|nes)\)|·[a-z]{1,3}·?s?\b)")
"""« Principe(s) actif(s) », « patient·e·s »: endings that say one or several, he or she."""
_LONG: Final = 3
_VERB: Final = 6
_ALIKE: Final = 88.0
"""Likeness of two long words from which one is the other with a fault."""
_MISSPELT: Final = 6
NEGATED: Final = "≠"
"""The meaning of every word that says no."""
_LIGHT: Final = "~"
"""What the meaning of a light word begins with: it is none of those that tell questions apart."""


@lru_cache(maxsize=8192)
def stem(word: str) -> str:
    """A folded word without the marks of plural, feminine and person."""
    if len(word) <= _LONG:
        return word
    if word.endswith("aux") and len(word) > len("xaux"):
        return f"{word[:-3]}al"
    bare = word[:-1] if word[-1] in "sx" else word
    if len(word) >= _VERB and word.endswith(("ez", "er")):
        bare = word[:-2]
    while len(bare) > _LONG and bare[-1] == "e":
        bare = bare[:-1]
    if len(bare) > _LONG and bare.endswith(("ell", "enn", "eus", "iv")):
        bare = f"{bare[:-1]}f" if bare[-1] == "v" else bare[:-1]
    return bare


_NEGATION: Final = frozenset(stem(fold(word)) for word in FRENCH.senses.no)


@dataclass(frozen=True, slots=True)
class Words:
    """What words mean.

    Attributes:
        groups: Meaning of a word, or of words that stand together, as stems with spaces between;
            "" for what says nothing of what is asked.
        longest: Words of the longest entry of ``groups``.
    """

    groups: Mapping[str, str]
    longest: int = field(init=False)
    _seen: dict[str, tuple[str, ...]] = field(
        init=False, default_factory=dict, repr=False, compare=False
    )
    _meant: dict[str, Meanings] = field(init=False, default_factory=dict, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Work out once how many words may stand together."""
        most = max((entry.count(" ") + 1 for entry in self.groups), default=1)
        object.__setattr__(self, "longest", most)

    @classmethod
    def of(
        cls, groups: Iterable[Iterable[str]], empty: Iterable[str], light: Iterable[str] = ()
    ) -> "Words":
        """Words from groups that mean the same: the first of a group names it."""
        found: dict[str, str] = {}
        for group in groups:
            listed = [" ".join(stems(one)) for one in group]
            found |= dict.fromkeys(listed, listed[0])
        nothing = [" ".join(stems(one)) for one in empty]
        little = {entry: f"{_LIGHT}{entry}" for entry in (" ".join(stems(one)) for one in light)}
        # « Faute de »: « faute » alone says nothing.
        lacking = {" ".join(stems(one)): NEGATED for one in FRENCH.senses.for_want_of}
        return cls(found | dict.fromkeys(nothing, "") | little | lacking)

    def meanings(self, text: str) -> Meanings:
        """What a text asks, whatever the order of its words."""
        if text not in self._meant:
            self._meant[text] = frozenset(self.read(text))
        return self._meant[text]

    def read(self, text: str) -> tuple[str, ...]:
        """The meanings of a text in their order."""
        return tuple(one for one in self._all(text) if one[0] != _LIGHT)

    def light(self, text: str) -> Meanings:
        """Its words that tell no question from another, and yet bound what is asked.

        Each by its stem and as it is written, number and gender apart: « que vous souhaitez » does
        not explain « souhaité ».
        """
        little = frozenset(one for one in self._all(text) if one[0] == _LIGHT)
        words = (one for one in fold(text).split() if f"{_LIGHT}{stem(one)}" in little)
        return little.union(f"{_LIGHT}={one.rstrip('es')}" for one in words)

    def _all(self, text: str) -> tuple[str, ...]:
        if text not in self._seen:
            self._seen[text] = tuple(self._read(stems(text)))
        return self._seen[text]

    def _read(self, found: list[str]) -> Iterable[str]:
        at = 0
        while at < len(found):
            for length in range(min(self.longest, len(found) - at), 0, -1):
                entry = " ".join(found[at : at + length])
                if entry in self.groups:
                    if self.groups[entry]:
                        yield self.groups[entry]
                    at += length
                    break
            else:
                word = found[at]
                if word in _NEGATION:
                    yield NEGATED
                elif len(word) > 1 or word.isdigit() or word == "%":
                    yield word
                at += 1


def stems(text: str) -> list[str]:
    """The stems of a text, in their order."""
    plain = _ENDING.sub("", without_points(fold(text)).replace("œ", "oe"))
    found = [word for word in _WORD.findall(plain) if word != "s"]  # « principe s », « s'agit »
    # « a-t-il », « y a-t-il » : the t is no word.
    kept = [word for word, after in pairwise([*found, ""]) if not (word == "t" and after in _ASKED)]
    return [stem(word) for word in kept]


_ASKED: Final = frozenset(FRENCH.questions.pronouns)


def near(words: Iterable[str], said: Meanings) -> Meanings:
    """Those of some words that are said with a fault, which is rarely in the first letter."""
    return frozenset(
        word
        for word in words
        if len(word) >= _MISSPELT
        and any(one[0] == word[0] and fuzz.ratio(word, one) >= _ALIKE for one in said)
    )
