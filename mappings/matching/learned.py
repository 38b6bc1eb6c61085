"""Which field a question most likely asks, by the words in which other forms asked each.

Naive Bayes: of each field, how often each trait of a question (a word of its label, its heading,
its help, the question before, its options; its type) was met where it was asked. What is learned
proposes; it makes nothing sure, since one word that turns a question hardly moves it.
"""

import json
from bisect import bisect_left
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, takewhile
from math import exp, log
from typing import Final

import msgspec

from datafiles.file import DataFileError
from french.text import bare_label
from mappings.matching.french_words import FRENCH
from mappings.matching.offered import Offered
from mappings.matching.weights import SHARED, UNSEEN
from mappings.matching.words import stems

FILE_NAME: Final = "appris.json"
OTHER: Final = "~"
"""What follows the path of a level in the name of the questions that ask none of its fields."""
_LITTLE: Final = frozenset(stems(" ".join((*FRENCH.questions.little, *FRENCH.questions.or_))))
_WHOLE: Final = 4
"""Counts are in quarters of a word: a word of a heading tells half of one of a label."""
_OPTIONS: Final = 30
_CUT: Final = 3
"""Letters from which a word that was never met may be the beginning of one that was."""
_MOST: Final = 1_000_000
"""What no trait is counted more often than: a file that says so is of another kind."""

Traits = Mapping[str, int]
"""How much of each trait, in quarters of a word."""
Counts = Mapping[str, Mapping[str, int]]
"""Trait → path → how often."""


def traits(offer: Offered) -> Traits:
    """What tells one question from another."""
    found = traits_of_label(offer.question)
    champ = offer.descriptor
    options = chain.from_iterable(set(_words(one)) for one in champ.options[:_OPTIONS])
    parts: tuple[tuple[str, int, Iterable[str]], ...] = (
        ("§", 2, _words(offer.section)),
        ("<", 1, set(_words(offer.before))),
        ("", 1, set(_words(champ.description))),
        ("=", 1, options),
        ("#", _WHOLE, (champ.type,)),
    )
    for mark, weight, words in parts:
        for one in words:
            found[f"{mark}{one}"] += weight
    return found


def traits_of_label(label: str) -> Counter[str]:
    """The same where a label is all that is known."""
    return Counter({word: _WHOLE * times for word, times in Counter(_words(label)).items()})


def _words(text: str) -> Iterator[str]:
    return (one for one in stems(bare_label(text)) if one not in _LITTLE)


@dataclass(frozen=True)
class Learned:
    """What other forms taught.

    Attributes:
        counts: How often each trait was met with each field.
    """

    counts: Counts = field(default_factory=dict)
    _totals: Counter[str] = field(init=False, repr=False)
    _gains: dict[str, dict[str, float]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    _words: Sequence[str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Count once what was met with each field."""
        totals: Counter[str] = Counter()
        for met in self.counts.values():
            totals.update(met)
        object.__setattr__(self, "_totals", totals)
        words = sorted(one for one in self.counts if one.isalpha())
        object.__setattr__(self, "_words", words)

    def likely(self, offer: Offered, paths: Collection[str]) -> dict[str, float]:
        """How likely a question asks each of the fields of a level, or none of them: 1 together.

        Args:
            offer: The question.
            paths: Those fields.
        """
        # In one order whatever that of sets: sums of floats hang on it.
        said = sorted(traits(offer).items())
        known = {trait: weight for trait, weight in said if self._gained(trait)}
        rows, dot, _ = next(iter(paths)).rpartition(".")
        names = [one for one in (*paths, f"{rows}{dot}{OTHER}") if self._totals[one]]
        if not names or not known:
            return {}
        unseen = UNSEEN * _WHOLE
        every = unseen * len(self.counts)
        weight = sum(known.values())
        told = {one: -weight * log(self._totals[one] + every) for one in names}
        for trait, times in known.items():
            gained = self._gained(trait)
            for one in told.keys() & gained.keys():
                told[one] += times * gained[one]
        most = max(told.values())
        shares = {one: exp((x - most) / _WHOLE / SHARED) for one, x in told.items()}
        total = sum(shares.values())
        return {one: share / total for one, share in shares.items()}

    def _met(self, trait: str) -> Mapping[str, int]:
        """How often a trait was met with each field; a word that is cut short, as any it may be."""
        if trait in self.counts or len(trait) < _CUT or not trait.isalpha():
            return self.counts.get(trait, {})
        met: Counter[str] = Counter()
        begun = self._words[bisect_left(self._words, trait) :]
        for one in takewhile(lambda word: word.startswith(trait), begun):
            met.update(self.counts[one])
        return met

    def _gained(self, trait: str) -> dict[str, float]:
        """What a trait says for the fields with which it was met, beside all others."""
        if trait not in self._gains:
            met, unseen = self._met(trait), UNSEEN * _WHOLE
            self._gains[trait] = {one: log((n + unseen) / unseen) for one, n in met.items()}
        return self._gains[trait]


class _File(msgspec.Struct, forbid_unknown_fields=True):
    form: str
    paths: list[str]
    traits: dict[str, dict[str, int]]


def parse_learned(text: str, *, source: str, form: str) -> Learned:
    """What a file written by :func:`written` holds.

    Args:
        text: Its text.
        source: Its name, as messages tell it.
        form: The form of which it must tell how others asked its fields (``unc``).

    Raises:
        DataFileError: It is none, is of another form, or has a count that nothing counts.
    """
    try:
        file = msgspec.json.decode(text, type=_File)
    except msgspec.MsgspecError as error:
        told = "ce n'est pas un fichier de ce qui a été appris d'autres formulaires"
        raise _unusable(source, told) from error
    if file.form != form:
        told = f"« form » est « {file.form} », et la correspondance lit le formulaire « {form} »"
        raise _unusable(source, told)
    if not any(file.traits.values()):
        raise _unusable(source, "rien n'y est compté dans « traits »")
    paths = {str(at): path for at, path in enumerate(file.paths)}
    for trait, met in file.traits.items():
        for at, times in met.items():
            entry = f"« traits », « {trait} », « {at} »"
            if at not in paths:
                told = f"{entry} n'est le rang d'aucune donnée de « paths » (0 à {len(paths) - 1})"
                raise _unusable(source, told)
            if not 1 <= times <= _MOST:
                told = f"{entry} vaut {times}, au lieu d'un nombre entier de 1 à {_MOST}"
                raise _unusable(source, told)
    return Learned(
        {
            trait: {paths[at]: times for at, times in met.items()}
            for trait, met in file.traits.items()
        }
    )


def _unusable(source: str, told: str) -> DataFileError:
    return DataFileError([f"{source} : {told} ; remettez le fichier livré"])


def written(counts: Counts, *, form: str) -> str:
    """Counts as the file of a form: a line for each trait."""
    paths = sorted({path for met in counts.values() for path in met})
    rank = {path: at for at, path in enumerate(paths)}
    lines = (
        f"{json.dumps(trait, ensure_ascii=False)}: "
        + json.dumps({str(rank[path]): times for path, times in sorted(met.items())})
        for trait, met in sorted(counts.items())
    )
    head = f'"form": {json.dumps(form)},\n"paths": {json.dumps(paths)}'
    told = ",\n".join(lines)
    return f'{{{head},\n"traits": {{\n{told}\n}}}}\n'


def counted(examples: Iterable[tuple[str, Traits]]) -> dict[str, Counter[str]]:
    """How often each trait was met with each field, of questions each with the field it asks."""
    found: dict[str, Counter[str]] = {}
    for path, said in examples:
        for trait, weight in said.items():
            found.setdefault(trait, Counter())[path] += weight
    return found
