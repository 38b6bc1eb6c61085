"""How much two reports are of one situation, by what they say of it; worked out once a pair."""

from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import TypeAlias

from triage.situations.facets import Agreement, Answers, compare, use_agreement, weight
from triage.situations.matching import Matching
from triage.situations.vocabulary import BESIDE

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

    def __init__(self, matching: Matching) -> None:
        self._matching, self._vocabulary = matching, matching.vocabulary
        self._fields = tuple(
            facet.field for facet in matching.situations.facets if facet.kind == "use"
        )
        self._vague = {one.field: one.vague for one in matching.situations.facets}
        self._covering = {one.field for one in matching.situations.facets if one.general}
        self._strict = lru_cache(maxsize=65_536)(self._strict_sets)
        self._of_facets = lru_cache(maxsize=200_000)(self._facets)
        self._of_uses = lru_cache(maxsize=200_000)(self._uses)
        self.is_known = lru_cache(maxsize=65_536)(self._is_known)
        self.shortened = lru_cache(maxsize=65_536)(self._shortened)

    def __call__(self, one: Signature, other: Signature) -> float:
        """From 0 (another situation, or nothing in common) to 1."""
        same = not {*one.medicines}.isdisjoint(other.medicines)
        if not same and not one.classes & other.classes:
            return 0.0
        agreed = self._of_uses(one.uses, other.uses)
        if 0 in agreed:
            return 0.0
        value, whole = self._of_facets(one.others, other.others, agreed)
        alone = any(
            bool(mine) != bool(theirs) for mine, theirs in zip(one.uses, other.uses, strict=True)
        )
        return value if same or (whole and not alone) else 0.0

    def _is_known(self, one: Signature) -> bool:
        """Whether each use that it names is known: the words then count for nothing."""
        return all(self._is_told(reading) for reading in one.uses if reading)

    def _is_told(self, reading: tuple[str, ...]) -> bool:
        """Whether an answer names known uses; what a title alone tells is read whole."""
        return self._vocabulary.is_precise(reading) and bool(self._vocabulary.parsed(reading).words)

    def may_agree(self, mine: Told, theirs: Told) -> bool:
        """Whether the facets that are no use leave room; « no » is sure, « yes » is not."""
        return mine == theirs or all(
            not one or not other or not one.isdisjoint(other)
            for one, other in zip(self._strict(mine), self._strict(theirs), strict=True)
        )

    def _strict_sets(self, told: Told) -> tuple[frozenset[str], ...]:
        """Options of the facets of which none covers another; none where one is vague."""
        return tuple(
            frozenset(() if self._vague[field].intersection(options) else options)
            for field, options in told
            if field not in self._covering
        )

    def _shortened(self, one: Signature) -> Signature:
        """The signature without the words of the uses that are known, nor those of a title."""
        return replace(one, uses=tuple(self._short(reading) for reading in one.uses))

    def _short(self, reading: tuple[str, ...]) -> tuple[str, ...]:
        if not self._is_told(reading):
            return reading
        parsed = self._vocabulary.parsed(reading)
        beside = sorted({*parsed.beside} - self._vocabulary.wide)
        return (*parsed.labels, *(f"{BESIDE}{label}" for label in beside))

    def _uses(
        self, mine: tuple[tuple[str, ...], ...], theirs: tuple[tuple[str, ...], ...]
    ) -> tuple[Agreement, ...]:
        return tuple(
            use_agreement(one, other, self._vocabulary)
            for one, other in zip(mine, theirs, strict=True)
        )

    def _facets(
        self, mine: Told, theirs: Told, agreed: tuple[Agreement, ...]
    ) -> tuple[float, bool]:
        """Weight of what agrees, and whether every facet that one answers agrees."""
        known = dict(zip(self._fields, agreed, strict=True))
        one: Answers = dict(mine)
        two: Answers = dict(theirs)
        found = compare(one, two, self._matching, known=known)
        whole = all(share or not (one.get(name) or two.get(name)) for name, share in found.items())
        return weight(found, self._matching.situations.facets), whole
