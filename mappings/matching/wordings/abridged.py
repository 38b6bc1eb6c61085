"""Words that a question cuts short, spelled out in those of a field: « Subst. act. », « Méd »."""

import re
from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice, product
from typing import Final

from french.text import fold
from mappings.matching.words import Meanings, Words, stem, stems

_POINTED: Final = re.compile(r"(?<![\w.])([^\W\d_]{2,8})\.(?!\w\.)(?P<more>(?=.*\w))?")
_LEAST: Final = 3
"""Letters from which a word that nobody knows, without a point, may be the beginning of another."""
_ENDS: Final = 2
"""Letters of the end of a word that may stand after its beginning: « avancemt »."""
_WAYS: Final = 12
"""Ways to spell one question out that are looked at."""


def shortens(short: str, word: str) -> bool:
    """Whether a stem is another one cut short: its beginning, or that and its last letters."""
    if len(word) <= len(short):
        return False
    if word.startswith(short):
        return True
    return len(word) > len(short) + 1 and any(
        word.startswith(short[:at]) and word.endswith(short[at:])
        for at in range(max(_LEAST, len(short) - _ENDS), len(short))
    )


@dataclass(frozen=True)
class Spelling:
    """The words that are known whole, by what they mean.

    Attributes:
        words: What words mean.
        used: Meanings that fields use, of words that stand in no list too.
        met: Stems that other forms have: written without a point, they are cut nowhere.
    """

    words: Words
    used: Iterable[str] = ()
    met: Container[str] = ()
    _of: dict[str, set[str]] = field(init=False, repr=False)
    _whole: frozenset[str] = field(init=False, repr=False)
    _said: dict[Meanings, Mapping[str, Sequence[str]]] = field(
        init=False, default_factory=dict, repr=False
    )
    _cuts: dict[tuple[str, str], tuple[str, ...]] = field(
        init=False, default_factory=dict, repr=False
    )
    _ways: dict[tuple[str, str, Meanings], tuple[Meanings, ...]] = field(
        init=False, default_factory=dict, repr=False
    )

    def __post_init__(self) -> None:
        """Work out once of which meanings each word is a part."""
        of: dict[str, set[str]] = defaultdict(set)
        for entry, meaning in (*self.words.groups.items(), *((one, one) for one in self.used)):
            for word in entry.split(" "):
                of[meaning].add(word)
        object.__setattr__(self, "_of", dict(of))
        object.__setattr__(self, "_whole", frozenset().union(*of.values()) if of else frozenset())

    def cut(self, question: str, label: str) -> tuple[str, ...]:
        """The stems of a question that are maybe words cut short.

        Args:
            question: What is asked, maybe bare.
            label: The same as it is written, with its points.
        """
        key = question, label
        if key not in self._cuts:  # each field asks for them
            self._cuts[key] = self._cut(*key)
        return self._cuts[key]

    def _cut(self, question: str, label: str) -> tuple[str, ...]:
        pointed = {
            stem(found[1]): found["more"] is not None for found in _POINTED.finditer(fold(label))
        }
        return tuple(
            one
            for one in dict.fromkeys(stems(question))
            if not one.isdigit()
            and (
                pointed.get(one, False)
                or (one not in self._whole and (one in pointed or self._unknown(one)))
            )
        )

    def _unknown(self, one: str) -> bool:
        return len(one) >= _LEAST and one not in self.met

    def readings(self, question: str, label: str, vocabulary: Meanings) -> tuple[Meanings, ...]:
        """What a question may mean once what it cuts short is spelled out in a field's words.

        None where it cuts nothing that such a word may be.
        """
        key = question, label, vocabulary
        if key not in self._ways:
            self._ways[key] = tuple(self._readings(*key))
        return self._ways[key]

    def _readings(self, question: str, label: str, vocabulary: Meanings) -> Iterator[Meanings]:
        spelled = self.spelled(question, label, vocabulary)
        if spelled:
            ways = (spelled.get(one, [one]) for one in stems(question))
            for way in islice(product(*ways), _WAYS):
                yield self.words.meanings(" ".join(way))

    def spelled(self, question: str, label: str, vocabulary: Meanings) -> Mapping[str, list[str]]:
        """The words of a field that each word of a question which is cut short may be."""
        cut = self.cut(question, label)
        if not cut:
            return {}
        if vocabulary not in self._said:
            self._said[vocabulary] = self._words_of(vocabulary)
        found = {}
        for one in cut:
            alike = self._said[vocabulary].get(one[0], ())
            words = [word for word in alike if shortens(one, word)]
            if words:  # of those that mean the same, one
                found[one] = [*{self.words.meanings(word): word for word in words[::-1]}.values()]
        return found

    def _words_of(self, vocabulary: Meanings) -> Mapping[str, Sequence[str]]:
        """The words by which some things are said, by their first letter."""
        said = frozenset[str]().union(*(self._of.get(one, ()) for one in vocabulary))
        found: dict[str, list[str]] = defaultdict(list)
        for word in sorted(said, key=lambda word: (len(word), word)):
            found[word[0]].append(word)
        return found
