"""Words of uses: what a free text says of the indication sought, whoever worded it.

See ``triage/unc/vocabulaire.yaml``. A text is cut in stems (accents, plurals, little words apart);
a use that it names is told by its label, and what is not known stays as stems.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from pydantic import BaseModel, ConfigDict
from rapidfuzz.distance import OSA

from datafiles.file import DataFile, DataFileError
from french.roots import LONG, acronyms, close, root, spread, stem
from french.text import fold

STEM = "="
"""Before a stem, to tell it from the label of a known use."""
BESIDE = "~"
"""Before what a text beside the answer says (a title): it is looked at where the answer alone names
no known use."""

_TOKENS = re.compile(r"[a-z0-9]+|[,;.:()/+!?]")
_HYPHENED = re.compile(r"(?<![a-z])[a-z]{2,}+(?:-[a-z]{2,}+)+")
_PHRASES = re.compile(r"[,;.:()/+!?]")
_WORD = re.compile(r"[a-z]+")
_NOT = "!"
"""Before the stem of a word that a negation takes away: « non consolidée » is a way of saying."""
_BREAKS = frozenset({"et", "ou", "mais", "avec", "chez", "pour", "dans", "par", "ni"})
_REACH = 2
"""Words after « sans » that it speaks of."""
_MANY = 3
"""Uses that a wide one holds at least."""
_SHORTEST = 3
"""Letters of a little word at most."""
_SEVERAL = 2
"""Words that an answer has at least, for the same ones elsewhere to be no chance."""
_ENOUGH = 0.6
"""Share of the shorter text's stems that both must have."""


@dataclass(frozen=True, slots=True)
class Parsed:
    """A reading taken apart: labels and roots, of the answer and of the text beside it."""

    labels: tuple[str, ...]
    beside: tuple[str, ...]
    words: frozenset[str]
    beside_words: frozenset[str]

    @property
    def answered(self) -> bool:
        """Whether the answer itself says something: what stands beside separates nothing."""
        return bool(self.labels or self.words)


class Vocabulary(BaseModel):
    """The whole file: labels of uses with the other ways of saying each, cut at the commas."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    ignored: frozenset[str] = frozenset()
    negations: frozenset[str] = frozenset()
    words: Mapping[str, str] = {}
    uses: Mapping[str, str] = {}
    broader: Mapping[str, tuple[str, ...]] = {}
    routes: Mapping[str, str] = {}
    listed: Mapping[str, str] = {}
    forms: Mapping[str, str] = {}
    beginnings: frozenset[str] = frozenset()
    digest: str = ""

    def uses_of(self, text: str) -> tuple[str, ...]:
        """Labels of the uses that a text names, then the stems of what is left, marked."""
        return self._uses.read(text)

    def words_of(self, text: str) -> frozenset[str]:
        """Roots of the words that tell something in a text."""
        return self._uses.words(text)

    def initials_of(self, text: str) -> tuple[str, ...]:
        """Stems of the acronyms that the words of a text would have, known words apart.

        « gea » of a gastro-entérite aiguë, « orn » of an ostéoradionécrose.
        """
        return self._uses.initials(text)

    def route_of(self, text: str) -> str | None:
        """The first route out of the form's list that a text names, else that its form tells."""
        readers = (self._routes, self._forms)
        read = (one for reader in readers for one in reader.read(text))
        return next(iter(labels_of(read)), None)

    def only_route_of(self, text: str) -> str | None:
        """The route of the form's list that a text names, where it names one alone."""
        named = labels_of(self._listed.read(text))
        return named[0] if len(named) == 1 else None

    def alike(self, mine: Sequence[str], theirs: Sequence[str]) -> bool:
        """Whether two readings are of one use.

        Known uses decide where both name some: the one that names fewer must be told by the other,
        or the title of one must name what the other answers. Else the words are compared.
        """
        one, other = self.parsed(tuple(mine)), self.parsed(tuple(theirs))
        if one.labels and other.labels:
            return (
                (self.told(one.labels, other.labels) and not self.say_otherwise(one, other))
                or self._titled(one, other)
                or _retold(one, other)
                or _retold(other, one)
            )
        found = [side.labels or side.beside for side in (one, other)]
        return (all(found) and self.told(*found)) or _same_words(one, other)

    def say_otherwise(self, one: "Parsed", other: "Parsed") -> bool:
        """Whether a wide use is narrowed by words that the other does not say: another cancer."""
        wide = self.wide & {*one.labels, *other.labels}
        if not (wide and one.words and other.words and len(one.labels) == len(other.labels) == 1):
            return False
        left = [side.words - self._uses.stems(side.labels[0]) for side in (one, other)]
        here, there = left
        narrow = [side.labels[0] not in wide for side in (one, other)]
        if narrow[0]:
            return bool(there) and common(there, one.words) == 0
        if narrow[1]:
            return bool(here) and common(here, other.words) == 0
        return bool(here and there) and common(here, there) == 0

    def is_precise(self, reading: tuple[str, ...]) -> bool:
        """Whether a reading names known uses, none of them wide: its words then add nothing."""
        labels = self.parsed(reading).labels
        return bool(labels) and self.wide.isdisjoint(labels)

    def _titled(self, one: "Parsed", other: "Parsed") -> bool:
        """Whether the title of one names a use that the other answers, and no wide one.

        Titles that name the same uses tell nothing: companies fill in the title of a template.
        """
        mine, theirs = {*one.beside} - self.wide, {*other.beside} - self.wide
        return mine != theirs and bool(mine & {*other.labels} or theirs & {*one.labels})

    @cached_property
    def told(self) -> Callable[[tuple[str, ...], tuple[str, ...]], bool]:
        """Whether the labels of two readings are of one use; asked of a pair once."""

        def told(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
            if len(one) == len(other) == 1:
                return self._same(one[0], other[0])
            fewer, more = sorted((one, other), key=len)
            same = sum(any(self._same(label, each) for each in more) for label in fewer)
            return same >= max(1, round(2 * len(fewer) / 3))

        return lru_cache(maxsize=65536)(told)

    @cached_property
    def parsed(self) -> Callable[[tuple[str, ...]], "Parsed"]:
        """A reading, taken apart once."""

        def narrowest(labels: Iterable[str]) -> tuple[str, ...]:
            """« cancer » is left out beside « cancer colorectal »."""
            told = tuple(labels)
            if len(told) == 1:
                return told
            return tuple(one for one in told if self.narrower(one).isdisjoint(told))

        def parse(reading: tuple[str, ...]) -> Parsed:
            beside = [one.removeprefix(BESIDE) for one in reading if one.startswith(BESIDE)]
            return Parsed(
                labels=narrowest(labels_of(reading)),
                beside=narrowest(labels_of(beside)),
                words=_words(reading),
                beside_words=_words(beside),
            )

        return lru_cache(maxsize=65536)(parse)

    @cached_property
    def _same(self) -> Callable[[str, str], bool]:
        """Whether two labels are one use, or one holds the other; asked of a pair once."""

        def same(one: str, other: str) -> bool:
            return one == other or other in self.narrower(one) or one in self.narrower(other)

        return lru_cache(maxsize=65536)(same)

    @cached_property
    def wide(self) -> frozenset[str]:
        """Labels that hold so many uses that they are none: « cancer », « douleur »."""
        return frozenset(one for one in self.broader if len(self.narrower(one)) >= _MANY)

    def narrower(self, label: str) -> frozenset[str]:
        """Labels of the uses that a wide one holds."""
        return self._all_narrower.get(label, frozenset())

    @cached_property
    def _all_narrower(self) -> Mapping[str, frozenset[str]]:
        def below(label: str, seen: frozenset[str]) -> frozenset[str]:
            direct = frozenset(self.broader.get(label, ())) - seen
            return direct.union(*(below(one, seen | direct) for one in direct))

        return {label: below(label, frozenset({label})) for label in self.broader}

    @cached_property
    def _uses(self) -> "_Reader":
        return _Reader(self.uses, self)

    @cached_property
    def _forms(self) -> "_Reader":
        return _Reader(self.forms, self)

    @cached_property
    def _listed(self) -> "_Reader":
        return _Reader(self.listed, self)

    @cached_property
    def _routes(self) -> "_Reader":
        return _Reader(self.routes, self)


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
    reader = _Reader({}, found)
    unknown += [
        file.problem((where, label), f"« {way} » dit aussi « {other} »")
        for where in ("uses", "routes", "listed", "forms")
        for label, way, other in _said_twice(getattr(found, where), reader)
    ]
    if unknown:
        raise DataFileError(unknown)
    return found.model_copy(update={"digest": file.digest})


def _said_twice(said: Mapping[str, str], reader: "_Reader") -> Iterator[tuple[str, str, str]]:
    """Ways of saying that are of two labels: label, way, and the label that has it already."""
    first: dict[frozenset[str], str] = {}
    for label, others in said.items():
        for way in (label, *others.split(",")):
            stems = frozenset(reader.kept(way))
            if stems and first.setdefault(stems, label) != label:
                yield label, way.strip(), first[stems]


class _Reader:
    """Finds the labels that a text names, the longest ways of saying first."""

    def __init__(self, said: Mapping[str, str], vocabulary: Vocabulary) -> None:
        self._ignored = frozenset(map(stem, _all_words(vocabulary.ignored)))
        self._negations = frozenset(map(fold, vocabulary.negations))
        said_for = {
            stem(other): root(stem(fold(word)))
            for word, others in vocabulary.words.items()
            for other in _all_words(others.split(","))
        }
        meant = frozenset(said_for.values())
        # « musculation » is not « muscle », though their roots are one.
        alike = {root(one): word for one, word in said_for.items() if root(one) not in meant}
        self._same = {**alike, **said_for}
        ways = {
            (label, frozenset(stems))
            for label, others in said.items()
            for way in (label, *others.split(","))
            for form in {way.replace("-", "") if self._loses(way) else way, way.replace("-", "")}
            if (stems := self.kept(form))
        }
        self._stems: dict[str, frozenset[str]] = {}
        for label, roots in ways:
            self._stems[label] = self._stems.get(label, frozenset()) | roots
        self._known = frozenset(one for _, stems in ways for one in stems)
        self._alike: dict[tuple[str, int], list[str]] = defaultdict(list)
        for one in sorted(self._known):
            for size in range(len(one) - 1, len(one) + 2):
                self._alike[one[0], size].append(one)
        self._wide = frozenset(vocabulary.broader)
        starts = {spread(one) for one in vocabulary.beginnings}
        self._starts = sorted(starts, key=lambda one: (-len(one), one))
        self._ways: dict[str, list[tuple[str, frozenset[str]]]] = defaultdict(list)
        for way in ways:
            self._ways[min(way[1])].append(way)
        self._near = lru_cache(maxsize=4096)(self._spelt)
        self.read = lru_cache(maxsize=8192)(self._read)
        self.words = lru_cache(maxsize=8192)(lambda text: frozenset(self.kept(text)))

    def _read(self, text: str) -> tuple[str, ...]:
        written = self.kept(text)
        whole = self.kept(_HYPHENED.sub(_one_word, spread(text)))
        found = (*written, *(one for one in whole if one in self._known))
        left = {self._near(one): at for at, one in reversed([*enumerate(found)])}
        told = [way for one in left for way in self._ways.get(one, ())]
        labels: dict[str, int] = {}
        for label, stems in sorted(told, key=self._place):
            if stems <= left.keys():
                labels.setdefault(label, min(left[one] for one in stems))
                for one in stems:
                    del left[one]
        ordered = sorted(labels, key=lambda label: labels[label])
        return (*ordered, *(f"{STEM}{one}" for one in dict.fromkeys(written)))

    def _loses(self, way: str) -> bool:
        """Whether a part of a hyphened word tells nothing alone: « sous-cutané » is not cutané."""
        hyphened = _HYPHENED.findall(spread(way))
        parts = [part for word in hyphened for part in word.split("-")]
        return any(stem(part) in self._ignored for part in parts)

    def _place(self, way: tuple[str, frozenset[str]]) -> tuple[int, bool, str]:
        """The longest ways of saying first, then those of a use that holds no others."""
        label, stems = way
        return -len(stems), label in self._wide, label

    def initials(self, text: str) -> tuple[str, ...]:
        """Stems of the acronyms that the words of a text would have, known words apart."""
        phrases = (_WORD.findall(one) for one in _PHRASES.split(spread(text)))
        said = ([word for word in words if self._counts(word)] for words in phrases)
        short = (root(stem(one)) for words in said for one in acronyms(words, self._starts))
        return tuple(one for one in dict.fromkeys(short) if one not in self._known)

    def _counts(self, word: str) -> bool:
        """Whether a word has its letter in an acronym: « aiguë » has, « de la » has not."""
        little = stem(word) in self._ignored or word in self._negations | _BREAKS
        return len(word) > _SHORTEST or not little

    def stems(self, label: str) -> frozenset[str]:
        """Roots of all the ways of saying a use."""
        return self._stems.get(label, frozenset())

    def kept(self, text: str) -> list[str]:
        """Roots of the words that tell something; what a negation takes away is marked."""
        kept: list[str] = []
        taken = 0
        for word in _TOKENS.findall(spread(text)):
            if not word[0].isalnum() or word in _BREAKS:
                taken = 0
            elif word in self._negations:
                taken = 1 if word == "non" else _REACH
            elif (bare := stem(word)) not in self._ignored:
                same = self._same.get(bare) or self._same.get(root(bare), root(bare))
                kept.append(f"{_NOT if taken else ''}{same}")
                taken = max(0, taken - 1)
        return kept

    def _spelt(self, one: str) -> str:
        """A known stem that this one misspells by one letter; itself else."""
        if one in self._known or len(one) < LONG - 1:
            return one
        alike = self._alike.get((one[0], len(one)), ())
        return next(
            (known for known in alike if OSA.distance(known, one, score_cutoff=1) <= 1), one
        )


def _all_words(texts: Iterable[str]) -> Iterator[str]:
    return (word for text in texts for word in _TOKENS.findall(spread(text)) if word[0].isalnum())


def _one_word(hyphened: re.Match[str]) -> str:
    return hyphened.group().replace("-", "")


def labels_of(reading: Iterable[str]) -> tuple[str, ...]:
    """Labels of the known uses that an answer names."""
    return tuple(one for one in reading if not one.startswith((STEM, BESIDE)))


def stems_of(reading: Iterable[str]) -> Iterator[str]:
    """Stems of an answer, marked as they are."""
    return (one for one in reading if one.startswith(STEM))


def _words(reading: Iterable[str]) -> frozenset[str]:
    return frozenset(one.removeprefix(STEM) for one in reading if one.startswith(STEM))


def _retold(one: Parsed, other: Parsed) -> bool:
    """Whether the texts of one, which answers no use, tell the words of the other's answer."""
    answers = other.words
    return (
        not one.words and len(answers) >= _SEVERAL and _share(answers, one.beside_words) > _ENOUGH
    )


def common(one: frozenset[str], other: frozenset[str]) -> float:
    """Share of the words of the text that has fewer that the other has too."""
    fewer, more = sorted((one, other), key=len)
    return _share(fewer, more)


def _same_words(one: Parsed, other: Parsed) -> bool:
    """Whether the answers share most words, or one is told by the other's title."""
    fewer, more = sorted((one.words, other.words), key=len)
    if _share(fewer, more) > _ENOUGH:
        return True
    return any(
        theirs.beside_words and _share(mine.words, theirs.words | theirs.beside_words) > _ENOUGH
        for mine, theirs in ((one, other), (other, one))
    )


def _share(words: frozenset[str], others: frozenset[str]) -> float:
    """Share of some stems that others have, a longer one counting for more."""
    if not words or words <= others:
        return float(bool(words))
    found = sum(len(one) for one in words if any(close(one, other) for other in others))
    return found / sum(map(len, words))
