"""Words of uses: what a free text says of the indication sought, whoever worded it.

See ``triage/unc/vocabulaire.yaml``. A text is cut in stems (accents, plurals, little words apart);
a use that it names is told by its label, and what is not known stays as stems.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache

from pydantic import BaseModel, ConfigDict
from rapidfuzz.distance import OSA

from datafiles.file import DataFile, DataFileError
from french.text import fold

STEM = "="
"""Before a stem, to tell it from the label of a known use."""

_TOKENS = re.compile(r"[a-z0-9]+|[,;.:()/+!?]")
_BREAKS = frozenset({"et", "ou", "mais", "avec", "chez", "pour", "dans", "par", "ni"})
_REACH = 2
"""Words after « sans » that it speaks of."""
_LONG = 7
"""Letters from which one that is wrong, missing or swapped is a misspelling."""
_SHORT = 4
_ENOUGH = 0.6
"""Share of the shorter text's stems that both must have."""


class Vocabulary(BaseModel):
    """The whole file: labels of uses with the other ways of saying each, cut at the commas."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    ignored: frozenset[str] = frozenset()
    negations: frozenset[str] = frozenset()
    uses: Mapping[str, str] = {}
    broader: Mapping[str, tuple[str, ...]] = {}
    routes: Mapping[str, str] = {}
    forms: Mapping[str, str] = {}
    digest: str = ""

    def uses_of(self, text: str) -> tuple[str, ...]:
        """Labels of the uses that a text names, then the stems of what is left, marked."""
        return self._uses.read(text)

    def route_of(self, text: str) -> str | None:
        """The first route that a text names; a form tells one only where no route is named."""
        readers = (self._routes, self._forms)
        read = (one for reader in readers for one in reader.read(text))
        labels = [one for one in read if not one.startswith(STEM)]
        return labels[0] if labels else None

    def alike(self, mine: Sequence[str], theirs: Sequence[str]) -> bool:
        """Whether two readings are of one use.

        Known uses decide where both name some: the one that names fewer must be told by the other.
        Else the words themselves are compared.
        """
        labels = [self._narrowest(side) for side in (mine, theirs)]
        if all(labels):
            fewer, more = sorted(labels, key=len)
            told = sum(any(self._same(one, other) for other in more) for one in fewer)
            return told >= max(1, round(2 * len(fewer) / 3))
        return _share(_words(mine), _words(theirs)) > _ENOUGH

    def _narrowest(self, reading: Sequence[str]) -> list[str]:
        """Labels of a reading; « cancer » is left out beside « cancer colorectal »."""
        labels = [one for one in reading if not one.startswith(STEM)]
        return [one for one in labels if self._narrower(one).isdisjoint(labels)]

    def _same(self, one: str, other: str) -> bool:
        return one == other or other in self._narrower(one) or one in self._narrower(other)

    def _narrower(self, label: str) -> frozenset[str]:
        return self._all_narrower.get(label, frozenset())

    @cached_property
    def _all_narrower(self) -> Mapping[str, frozenset[str]]:
        def below(label: str, seen: frozenset[str]) -> frozenset[str]:
            direct = frozenset(self.broader.get(label, ())) - seen
            return direct.union(*(below(one, seen | direct) for one in direct))

        return {label: below(label, frozenset({label})) for label in self.broader}

    @cached_property
    def _uses(self) -> "_Reader":
        return _Reader(self.uses, ignored=self.ignored, negations=self.negations)

    @cached_property
    def _forms(self) -> "_Reader":
        return _Reader(self.forms, ignored=self.ignored, negations=self.negations)

    @cached_property
    def _routes(self) -> "_Reader":
        return _Reader(self.routes, ignored=self.ignored, negations=self.negations)


def parse_vocabulary(text: str, *, source: str) -> Vocabulary:
    """The vocabulary that a file's text states.

    Raises:
        DataFileError: With each problem, its file and its line.
    """
    file = DataFile(text, source=source)
    found = file.validate(Vocabulary)
    named = [(one, where) for where, under in found.broader.items() for one in (where, *under)]
    unknown = [
        file.problem(("broader", where), f"« {one} » n'est pas un usage de la liste « uses »")
        for one, where in named
        if one not in found.uses
    ]
    unknown += [
        file.problem((where, label), f"« {way} » dit aussi « {other} »")
        for where, said in (("uses", found.uses), ("routes", found.routes), ("forms", found.forms))
        for label, way, other in _said_twice(said, found)
    ]
    if unknown:
        raise DataFileError(unknown)
    return found.model_copy(update={"digest": file.digest})


def _said_twice(said: Mapping[str, str], found: Vocabulary) -> Iterator[tuple[str, str, str]]:
    """Ways of saying that are of two labels: label, way, and the label that has it already."""
    reader = _Reader({}, ignored=found.ignored, negations=found.negations)
    first: dict[frozenset[str], str] = {}
    for label, others in said.items():
        for way in (label, *others.split(",")):
            stems = frozenset(reader.kept(way))
            if stems and first.setdefault(stems, label) != label:
                yield label, way.strip(), first[stems]


class _Reader:
    """Finds the labels that a text names, the longest ways of saying first."""

    def __init__(
        self, said: Mapping[str, str], *, ignored: Iterable[str], negations: Iterable[str]
    ) -> None:
        self._ignored = frozenset(stem for word in ignored for stem in _raw_stems(word))
        self._negations = frozenset(fold(word) for word in negations)
        ways = {
            (label, frozenset(stems))
            for label, others in said.items()
            for way in (label, *others.split(","))
            if (stems := self.kept(way))
        }
        self._ways = sorted(ways, key=lambda one: (-len(one[1]), one[0]))
        self._known = frozenset(stem for _, stems in ways for stem in stems)
        self._near = lru_cache(maxsize=4096)(self._spelt)
        self.read = lru_cache(maxsize=8192)(self._read)

    def _read(self, text: str) -> tuple[str, ...]:
        written = self.kept(text)
        left = {self._near(stem): at for at, stem in reversed([*enumerate(written)])}
        labels: dict[str, int] = {}
        for label, stems in self._ways:
            if stems <= left.keys():
                labels.setdefault(label, min(left[stem] for stem in stems))
                for stem in stems:
                    del left[stem]
        ordered = sorted(labels, key=lambda label: labels[label])
        return (*ordered, *(f"{STEM}{stem}" for stem in dict.fromkeys(written)))

    def kept(self, text: str) -> list[str]:
        """Stems that tell something, without what a negation takes away."""
        kept: list[str] = []
        taken = 0
        for word in _TOKENS.findall(_spread(text)):
            if not word[0].isalnum() or word in _BREAKS:
                taken = 0
            elif word in self._negations:
                taken = 1 if word == "non" else _REACH
            elif (stem := _stem(word)) not in self._ignored:
                if not taken:
                    kept.append(stem)
                taken = max(0, taken - 1)
        return kept

    def _spelt(self, stem: str) -> str:
        """A known stem that this one misspells by one letter; itself else."""
        if stem in self._known or len(stem) < _LONG:
            return stem
        near = sorted(
            known
            for known in self._known
            if abs(len(known) - len(stem)) <= 1 and OSA.distance(known, stem, score_cutoff=1) <= 1
        )
        return near[0] if near else stem


def _raw_stems(text: str) -> Iterator[str]:
    return (_stem(token) for token in _TOKENS.findall(_spread(text)) if token[0].isalnum())


def _spread(text: str) -> str:
    """Folded, ligatures as people type them: « œdème » as « oedeme »."""
    return fold(text).replace("œ", "oe").replace("æ", "ae")


def _stem(word: str) -> str:
    if len(word) <= _SHORT:
        return word
    return word.rstrip("sx").removesuffix("e")


def _words(reading: Iterable[str]) -> frozenset[str]:
    return frozenset(one.removeprefix(STEM) for one in reading if one.startswith(STEM))


def _share(mine: frozenset[str], theirs: frozenset[str]) -> float:
    """Share of the shorter side's stems that the other has, one letter apart."""
    fewer, more = sorted((mine, theirs), key=len)
    if not fewer:
        return 0.0
    return sum(any(_close(one, other) for other in more) for one in fewer) / len(fewer)


def _close(one: str, other: str) -> bool:
    if one == other:
        return True
    return min(len(one), len(other)) >= _LONG and OSA.distance(one, other, score_cutoff=1) <= 1
