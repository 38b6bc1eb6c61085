"""Finding specialities by a name as people type it: partial, misspelt, without form or dosage.

A speciality is looked for by the words that name it (its brand, its substances) only: a form, a
dosage or a company would find thousands of others.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from rapidfuzz import fuzz, process
from rapidfuzz.utils import default_process

from french.text import fold
from mappings.medicines.reference import Medicine

_CLOSE = 80.0
"""Likeness (0 to 100) under which a name is not proposed."""
_MISSPELT = 85.0
"""Likeness from which a word is another one misspelt: one letter in seven."""
_SHORTEST = 3
"""Letters under which a word (``mg``, ``a``) names nothing."""
_SHORTEST_MISSPELT = 5
_MANY = 12
"""A word in more substances than this names none: a salt (``chlorhydrate``), a plant's part."""
_SAME_SUBSTANCE = 90.0
_STUCK = re.compile(r"(?<=\d)(?=[^\W\d])")
_TAIL = re.compile(r"[\d,]")
_Named: TypeAlias = tuple[Medicine, str]


@dataclass(frozen=True, slots=True)
class NameLikeness:
    """How alike two names are, from 0 to 100.

    Attributes:
        said: Whether what one says is in the other: 100 for any part of a name. It ranks.
        whole: The same, less for each word that only one of them has: 100 for the same words only.
            It is what people are shown.
    """

    said: float
    whole: float

    def times(self, ratio: float) -> "NameLikeness":
        """Both, less for a misspelt word."""
        return NameLikeness(self.said * ratio, self.whole * ratio)


def likeness(one: str, other: str) -> NameLikeness:
    """Compare two names that :func:`words` made."""
    said = fuzz.token_set_ratio(one, other)
    return NameLikeness(float(said), (said + fuzz.token_sort_ratio(one, other)) / 2)


def words(text: str) -> str:
    """``text`` as words to compare: folded, punctuation apart, « 5mg » as « 5 mg »."""
    return _STUCK.sub(" ", default_process(fold(text)))


class NameIndex:
    """Specialities by the words that name them."""

    def __init__(self, medicines: Iterable[Medicine]) -> None:
        known = tuple(medicines)
        self._forms = frozenset(word for form in {m.form for m in known} for word in _split(form))
        substances = {name for one in known for name in one.substances}
        often = Counter(word for name in substances for word in set(_split(name)))
        self._salts = frozenset(word for word, count in often.items() if count > _MANY)
        self._acting: dict[str, str] = {}
        self._by_word: dict[str, list[_Named]] = {}
        for one in known:
            named = (one, words(one.name))
            for word in dict.fromkeys(self._keys(one)):
                self._by_word.setdefault(word, []).append(named)

    def _keys(self, medicine: Medicine) -> Iterator[str]:
        """First word before the dosage, and those of the substances."""
        brand = _TAIL.split(medicine.name, maxsplit=1)[0]
        yield from self.naming(words(brand))[:1]
        for substance in medicine.substances:
            yield from (one for one in self.naming(words(substance)) if one not in self._salts)

    def naming(self, name: str) -> Sequence[str]:
        """Words of a name that can name a speciality: long enough, and no pharmaceutical form."""
        return [word for word in name.split() if self._names(word)]

    def acting(self, substance: str) -> str:
        """A substance as the words that tell it from others: salts apart, if there are others."""
        if substance not in self._acting:
            said = [word for word in _split(substance) if len(word) >= _SHORTEST]
            kept = [word for word in said if word not in self._salts]
            self._acting[substance] = " ".join(sorted(kept or said))
        return self._acting[substance]

    def find(self, name: str, substance: str) -> list[tuple[Medicine, NameLikeness]]:
        """Specialities whose name may be the one typed; in no order; none without a naming word.

        Args:
            name: As typed, made of :func:`words`.
            substance: The substance beside it, likewise, or "".
        """
        best: dict[str, tuple[Medicine, NameLikeness]] = {}
        if not self.naming(name):
            return []
        for word in dict.fromkeys(self.naming(f"{name} {substance}")):
            for near, ratio in self._near(word):
                meant = " ".join(near if one == word else one for one in name.split())
                for one, other in self._by_word[near]:
                    alike = None if one.cis in best else self._accepted(meant, other)
                    if alike is not None:
                        best[one.cis] = (one, alike.times(ratio))
        return list(best.values())

    def _names(self, word: str) -> bool:
        return len(word) >= _SHORTEST and word.isalpha() and word not in self._forms

    def _accepted(self, name: str, other: str) -> NameLikeness | None:
        """Likeness of two names of one brand or substance; ``None`` when the rest differs."""
        alike = likeness(name, other)
        if alike.said >= _CLOSE:
            return alike
        heads = (" ".join(self.naming(one)) for one in (name, other))
        return alike if fuzz.token_set_ratio(*heads) >= _CLOSE else None

    def _near(self, word: str) -> Sequence[tuple[str, float]]:
        """Words of the index that are this one, or else this one misspelt; with their likeness."""
        if word in self._by_word:
            return [(word, 1.0)]
        if len(word) < _SHORTEST_MISSPELT:
            return []
        found = process.extract(
            word, self._by_word.keys(), scorer=fuzz.ratio, limit=None, score_cutoff=_MISSPELT
        )
        return [(near, ratio / 100) for near, ratio, _ in found]


class SubstanceIndex:
    """How many specialities have a substance."""

    def __init__(self, medicines: Iterable[Medicine]) -> None:
        self._count = Counter(one.substances for one in medicines)
        known = {name for names in self._count for name in names}
        self._known = {name: words(name) for name in known}

    def count(self, substance: str) -> int:
        """Specialities with this substance, or a salt of it."""
        wanted = words(substance)
        if len(wanted) < _SHORTEST:
            return 0
        found = process.extract(
            wanted,
            self._known,
            scorer=fuzz.token_set_ratio,
            limit=None,
            score_cutoff=_SAME_SUBSTANCE,
        )
        meant = {name for _, _, name in found}
        return sum(count for names, count in self._count.items() if meant & {*names})


def _split(text: str) -> list[str]:
    return words(text).split()
