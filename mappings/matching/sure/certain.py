"""Which champ surely asks which field of a level: by words that only one of each can mean."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from french.text import bare_label
from mappings.drift.retyping import Fit
from mappings.matching.french_words import FRENCH, any_of
from mappings.matching.likeness import FieldLikeness
from mappings.matching.offered import BOXES, Offered
from mappings.matching.question import Plainness
from mappings.matching.several import in_lists
from mappings.matching.sure.doubt import whose
from mappings.matching.wanted import Wanted
from mappings.matching.weights import LIKELY, UNLIKE
from mappings.matching.words import NEGATED

NEAR: Final = 3
"""Fields or champs apart within which two are beside one another."""
MANY: Final = 4
"""Columns of rows that say, together, what rows they are, whatever else their heading says."""
_SHORT: Final = 10
"""Fields of a level, such as that of rows, in which a question of one word is clear."""
_GOING_ON: Final = re.compile(rf"(?:{any_of(FRENCH.questions.going_on)})\b")
_ASKING: Final = re.compile(any_of(FRENCH.questions.asking))


Key = tuple[str, int]
"""A field's path and the rank of what is offered."""


def sure_pairs(
    wanted: Sequence[Wanted],
    pairs: Mapping[Key, FieldLikeness],
    inside: Mapping[Key, int],
) -> frozenset[Key]:
    """Pairs that only one field and only one champ can make, by words that leave no doubt.

    A field that a champ asks in part is asked by several, whatever their words.
    """
    plain = {
        key: level for key, pair in pairs.items() if (level := _plain(pair, inside.get(key, 0)))
    }
    by_champ: dict[int, list[Key]] = defaultdict(list)
    for key in plain:
        by_champ[key[1]].append(key)
    by_field: dict[str, list[Key]] = defaultdict(list)
    for asked in by_champ.values():
        if (best := _one_field(asked, plain, pairs)) is not None:
            by_field[best[0]].append(best)
    single = [_one_champ(keys, plain, pairs) for keys in by_field.values()]
    in_parts = {key[0] for key in plain if pairs[key].partial}
    in_parts |= {key[0] for key in plain if in_lists(key, pairs)}
    found = {
        key
        for key in single
        if key and key[0] not in in_parts and not (pairs[key].borrowing or pairs[key].offered.loose)
    }
    return frozenset(_supported(found, wanted, pairs))


def following(
    wanted: Sequence[Wanted],
    offers: Sequence[Offered],
    pairs: Mapping[Key, FieldLikeness],
    sure: frozenset[Key],
) -> frozenset[Key]:
    """Pairs that the question just before makes sure: « Si oui, lesquelles ? »."""
    field_of = {at: path for path, at in sure}
    fields = {one.path: one for one in wanted if one.after}
    found: set[Key] = set()
    for at, (before, offer) in enumerate(pairwise(offers), start=1):
        alone = offer.single and before.section == offer.section
        if at in field_of or at - 1 not in field_of or not alone:
            continue
        asked = [
            path
            for path in fields.keys() - set(field_of.values())
            if pairs[path, at].follows(field_of[at - 1])
            and not _bare(pairs[path, at])
            and not _better((path, at), pairs, field_of)
        ]
        if len(asked) == 1:
            field_of[at] = asked[0]
            found.add((asked[0], at))
    return frozenset(found)


def _better(key: Key, pairs: Mapping[Key, FieldLikeness], field_of: Mapping[int, str]) -> bool:
    """Whether another champ, sure of no other field, asks the field as well or better.

    « Numéro du dossier » goes on with what is completed, unless « Dossier précédent » stands below.
    """
    path, at = key
    return any(
        bool(pair.asked) or LIKELY <= pairs[key].score <= pair.score
        for (of, there), pair in pairs.items()
        if of == path
        and there != at
        and field_of.get(there, path) == path
        and pair.fit is not Fit.UNREADABLE
        and not pair.inverse
        and not whose(pair)
    )


def narrowed_next(
    key: Key,
    offers: Sequence[Offered],
    pairs: Mapping[Key, FieldLikeness],
    sure: frozenset[Key],
) -> bool:
    """Whether the question just after a yes or no may ask the rest of what the field asks.

    « Ce risque est-il identifié dans un PGR ? », then « Si oui, avec des mesures spécifiques ? »:
    both together ask it. Not so where the next one surely asks another field.
    """
    path, at = key
    pair = pairs[key]
    if pair.wanted.type != "yes_no" or pair.reviewed or not pair.offered.single:
        return False
    here = pair.offered
    for there in range(at + 1, len(offers)):
        after = pairs[path, there]
        if not after.offered.single or after.offered.section != here.section:
            return False
        if not _says_yes(after):
            return False
        others = (one for (of, place), one in pairs.items() if place == there and of != path)
        of_another = any(
            one.asked >= Plainness.PHRASE and one.fit is not Fit.UNREADABLE for one in others
        ) or any(place == there and of != path for of, place in sure)
        if not of_another:
            return _narrows(after) or _shares(after)
        if not _narrows(after):
            return False  # « Si oui, des effets graves ? » goes on, and asks a field of its own
    return False


def _says_yes(pair: FieldLikeness) -> bool:
    """Whether it is answered by yes or no."""
    return pair.offered.descriptor.type in BOXES or bool(pair.options)


def _narrows(pair: FieldLikeness) -> bool:
    """Whether it goes on with the question before: « Si oui, … », « Avec … », « Et … »."""
    return bool(_GOING_ON.match(bare_label(pair.offered.question)))


def _shares(pair: FieldLikeness) -> bool:
    """Whether most of what it says is the field's."""
    content = pair.wants.content(pair.label) - {NEGATED}
    ours = content & pair.wanted.vocabulary
    return bool(ours) and len(ours) >= LIKELY * len(content)


def may_follow(
    key: Key,
    wanted: Sequence[Wanted],
    offers: Sequence[Offered],
    pairs: Mapping[Key, FieldLikeness],
    chosen: Mapping[str, int],
) -> bool:
    """Whether, just after what the question before asks, it could as well ask another field.

    « Combien de patients ? » after the effects that some had counts the cases.
    """
    path, at = key
    if at == 0 or offers[at - 1].section != offers[at].section or not offers[at].single:
        return False
    before = {field for field, place in chosen.items() if place == at - 1}
    others = (one for one in wanted if one.path != path)
    label = pairs[key].label
    return any(label in one.after.get(field, ()) for one in others for field in before)


def _plain(pair: FieldLikeness, inside: int) -> Plainness:
    level = pair.plain
    if not pair.wanted.rows:
        return level
    if not inside or pair.offered.uneven:
        return Plainness.NOT
    some = inside >= NEAR and not pair.foreign
    most = inside >= MANY and bool(pair.label & pair.wanted.vocabulary)
    if level is Plainness.NOT and (some or most) and not pair.estranged:
        return Plainness.WITHIN
    return level


def _one_field(
    keys: Sequence[Key], plain: Mapping[Key, Plainness], pairs: Mapping[Key, FieldLikeness]
) -> Key | None:
    """The one field that a champ asks, if it is one: the plainest, then the most specific."""
    ranked = sorted(keys, key=lambda key: (plain[key], pairs[key].specific), reverse=True)
    if len(ranked) == 1:
        return ranked[0]
    first, second = ranked[:2]
    if plain[first] > plain[second]:
        return first
    exact = [key for key in ranked if plain[key] is plain[first] and pairs[key].fit is Fit.EXACT]
    if len(exact) == 1:
        return exact[0]
    more = pairs[first].specific > pairs[second].specific * 1.15
    return first if more else None


def _one_champ(
    keys: Sequence[Key], plain: Mapping[Key, Plainness], pairs: Mapping[Key, FieldLikeness]
) -> Key | None:
    """The one champ that asks a field, if it is one: another under other words is a doubt."""
    whole = [key for key in keys if plain[key] >= Plainness.PHRASE]
    single = [key for key in keys if pairs[key].offered.single]
    alone = [key for key in keys if pairs[key].reviewed] or whole or single or keys
    return alone[0] if len(alone) == 1 else None


def _supported(
    found: Iterable[Key], wanted: Sequence[Wanted], pairs: Mapping[Key, FieldLikeness]
) -> Iterator[Key]:
    """Those whose words say enough alone, or that stand where the field stands."""
    listed = frozenset(found)
    around = _Around({one.path: at for at, one in enumerate(wanted)}, pairs)
    for key in listed:
        pair = pairs[key]
        content = pair.wants.content(pair.label)
        if len(wanted) <= _SHORT or pair.wanted.rows or pair.reviewed:
            yield key
        elif (len(content) <= 1 or _common(pair)) and around.after_another(key):
            continue
        elif _common(pair):
            if pair.tells and around.goes_before(key):
                yield key
        elif len(content) > 1 or pair.headed == 1.0 or around.has(listed, key):
            yield key


def _bare(pair: FieldLikeness) -> bool:
    """Whether it is one word that goes on with any question, and asks nothing: « Justification ».

    Of a number that was just given, it may say why that one; « Pourquoi ? » and « Si non, motif »
    ask.
    """
    word = bare_label(pair.offered.question)
    return " " not in word and not _ASKING.fullmatch(word) and _common(pair)


def _common(pair: FieldLikeness) -> bool:
    """Whether its question has no word but those that forms of any subject have."""
    return pair.wants.content(pair.label) <= pair.wants.lexicon.common


@dataclass(frozen=True, slots=True)
class _Around:
    """What stands around a champ.

    Attributes:
        rank: Of each field in the mapping.
        pairs: Every field beside every champ.
    """

    rank: Mapping[str, int]
    pairs: Mapping[Key, FieldLikeness]

    def goes_before(self, key: Key) -> bool:
        """Whether the question just before is of the field's part; of the first, its heading.

        « Nombre de cas » counts ours; after a question about an incident, it counts that.
        """
        pair = self.pairs[key]
        if not pair.offered.before:
            return pair.headed == 1.0 or not pair.offered.section
        before = (
            other
            for other, one in self.pairs.items()
            if one.offered.asked_before(pair.offered)
            and one.tells
            and one.score >= LIKELY
            and not one.estranged  # after « Nom de l'étude », « Titre » is that of the study
        )
        return pair.headed > 0 and any(
            self._one_part(key, other)
            and (not _common(self.pairs[other]) or self.goes_before(other))
            for other in before
        )

    def after_another(self, key: Key) -> bool:
        """Whether one of the few questions before it, under its heading, is like none of ours.

        After « Substance dangereuse rejetée » and « Population exposée », « Niveau de risque » goes
        on with that; under a heading that says what it is about, it asks what that says.
        """
        pair = self.pairs[key]
        if pair.headed == 1.0:
            return False
        here = pair.offered
        likest: dict[int, float] = {}
        for other in self.pairs.values():
            one = other.offered
            if one.single and one.section == here.section and 0 < here.place - one.place <= NEAR:
                likest[one.place] = max(likest.get(one.place, 0.0), other.score)
        return any(score < UNLIKE for score in likest.values())

    def has(self, listed: Iterable[Key], key: Key) -> bool:
        """Whether one of some pairs is of its part and near, under no other heading."""
        pair = self.pairs[key]
        if pair.headed == 0.0 and " " not in bare_label(pair.offered.question):
            return False
        close = (
            other
            for other in listed
            if abs(self.pairs[other].offered.place - pair.offered.place) <= 2 * NEAR
        )
        return any(self._one_part(key, other) for other in close)

    def _one_part(self, key: Key, other: Key) -> bool:
        apart = abs(self.rank[other[0]] - self.rank[key[0]])
        shared = self.pairs[other].sections & self.pairs[key].sections
        return apart > 0 and (apart <= NEAR or bool(shared))
