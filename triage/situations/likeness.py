"""How much two reports are of one situation, by what they say of it; worked out once a pair."""

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TypeAlias

from triage.situations.facets import (
    Agreement,
    agreement,
    compare,
    use_agreement,
    weight,
)
from triage.situations.matching import Facet, MatchingRules
from triage.situations.words.vocabulary import BESIDE

_CLASS = "*"
Told: TypeAlias = tuple[tuple[str, tuple[str, ...]], ...]
"""Answers of facets, by field."""


@dataclass(frozen=True)
class Signature:
    """What a report says of its situation.

    Attributes:
        medicines: Substances of each medicine.
        others: Answers of the facets that are no use.
        uses: Readings of those that are.
        classes: Classes that its substances are followed in, where its use is the one that is
            followed.
    """

    medicines: tuple[str, ...]
    others: Told
    uses: tuple[tuple[str, ...], ...]
    classes: frozenset[str]

    def __hash__(self) -> int:
        """Worked out once: a signature is looked up again and again."""
        return self._hash

    @cached_property
    def _hash(self) -> int:
        return hash((self.medicines, self.others, self.uses, self.classes))

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """What one that is alike shares at least one of."""
        return (*self.medicines, *(f"{_CLASS}{name}" for name in sorted(self.classes)))


class Likeness:
    """How much two signatures are of one situation; the same question is answered once."""

    def __init__(self, matching: MatchingRules) -> None:
        self._matching, self._vocabulary = matching, matching.vocabulary
        self._facets = matching.situations.facets
        self._rows: dict[tuple[str, tuple[str, ...]], dict[tuple[str, ...], Agreement]] = {}
        self._last: tuple[Told, list[dict[tuple[str, ...], Agreement]]] | None = None
        self._of_uses = lru_cache(maxsize=200_000)(self._uses)

    def __call__(self, one: Signature, other: Signature) -> float:
        """From 0 (another situation, or nothing in common) to 1."""
        same = one.medicines == other.medicines or not {*one.medicines}.isdisjoint(other.medicines)
        if not same and not one.classes & other.classes:
            return 0.0
        agreed = self._of_uses(one.uses, other.uses)
        if 0 in agreed:
            return 0.0
        value = self._weight(one.others, other.others, agreed)
        return value if same or not value or self._tell_the_same(one, other, agreed) else 0.0

    def agreement_of(self, name: str, one: tuple[str, ...], other: tuple[str, ...]) -> Agreement:
        """How two answers of a facet that is no use agree, whatever the others say."""
        row = self._rows.setdefault((name, one), {})
        if other not in row:
            row[other] = self._agreement(self._by_field[name], one, other)
        return row[other]

    def is_known(self, one: Signature) -> bool:
        """Whether each use that it names is known: the words then count for nothing."""
        return all(self._is_told(reading) for reading in one.uses if reading)

    def _is_told(self, reading: tuple[str, ...]) -> bool:
        """Whether an answer names known uses; what a title alone tells is read whole."""
        return self._vocabulary.is_precise(reading) and bool(self._vocabulary.parsed(reading).words)

    def shortened(self, one: Signature) -> Signature:
        """The signature without the words of the uses that are known, nor those of a title."""
        if not any(map(self._is_told, one.uses)):
            return one
        uses = tuple(map(self._short, one.uses))
        return Signature(one.medicines, one.others, uses, one.classes)

    def _short(self, reading: tuple[str, ...]) -> tuple[str, ...]:
        if not self._is_told(reading):
            return reading
        parsed = self._vocabulary.parsed(reading)
        beside = sorted({*parsed.beside} - self._vocabulary.wide)
        return (*parsed.labels, *(f"{BESIDE}{label}" for label in beside))

    def _uses(
        self, mine: tuple[tuple[str, ...], ...], theirs: tuple[tuple[str, ...], ...]
    ) -> tuple[Agreement, ...]:
        vocabulary = self._vocabulary
        both = zip(mine, theirs, strict=True)
        return tuple([use_agreement(one, other, vocabulary) for one, other in both])

    def _weight(self, mine: Told, theirs: Told, agreed: tuple[Agreement, ...]) -> float:
        """Weight of what agrees; 0 when a facet differs, unless one side's answer is general."""
        rows = self._rows_of(mine)
        total, covered, told = 0.0, False, False
        for facet, at, is_use, tells in self._places:
            if is_use:
                share = agreed[at]
            else:
                answer = theirs[at][1]
                row = rows[at]
                if answer not in row:
                    row[answer] = self._agreement(facet, mine[at][1], answer)
                share = row[answer]
            if share:
                total += facet.weight * share
                told = told or tells
            elif share == 0:
                if not facet.general:
                    return 0.0
                covered = True
        if not covered:
            return total
        return weight(self._compared(mine, theirs, agreed), self._facets) if told else 0.0

    def _rows_of(self, mine: Told) -> list[dict[tuple[str, ...], Agreement]]:
        """Of each facet that is no use, how an answer agrees with this one, as far as known."""
        if self._last is None or self._last[0] is not mine:
            rows = [self._rows.setdefault((name, answer), {}) for name, answer in mine]
            self._last = mine, rows
        return self._last[1]

    def _compared(
        self, mine: Told, theirs: Told, agreed: tuple[Agreement, ...]
    ) -> dict[str, Agreement]:
        known = dict(zip(self._use_fields, agreed, strict=True))
        return compare(dict(mine), dict(theirs), self._matching, known=known)

    def _tell_the_same(
        self, one: Signature, other: Signature, agreed: tuple[Agreement, ...]
    ) -> bool:
        """Whether every facet that one answers agrees: as two substances of a class must."""
        if any(
            bool(mine) != bool(theirs) for mine, theirs in zip(one.uses, other.uses, strict=True)
        ):
            return False
        mine, theirs = dict(one.others), dict(other.others)
        found = self._compared(one.others, other.others, agreed)
        return all(
            share or not (mine.get(name) or theirs.get(name)) for name, share in found.items()
        )

    @cached_property
    def _by_field(self) -> dict[str, Facet]:
        return {facet.field: facet for facet in self._facets}

    @cached_property
    def _use_fields(self) -> tuple[str, ...]:
        return tuple(facet.field for facet in self._facets if facet.kind == "use")

    @cached_property
    def _places(self) -> tuple[tuple[Facet, int, bool, bool], ...]:
        """Each facet, where a signature has its answer, whether it is a use, a use or a route."""
        counted = {True: 0, False: 0}
        found: list[tuple[Facet, int, bool, bool]] = []
        for facet in self._facets:
            use = facet.kind == "use"
            found.append((facet, counted[use], use, facet.kind in {"use", "route"}))
            counted[use] += 1
        return tuple(found)

    def _agreement(self, facet: Facet, one: tuple[str, ...], two: tuple[str, ...]) -> Agreement:
        return agreement(facet, {facet.field: one}, {facet.field: two}, self._matching)
