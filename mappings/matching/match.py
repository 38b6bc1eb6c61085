"""Every field of a form decided together: an assignment, then what of it is sure."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from french.text import excerpt
from mappings.dossier.revision import Revision
from mappings.drift.retyping import Fit
from mappings.drift.reviewed import options_of
from mappings.matching.form.level import offered
from mappings.matching.likeness import FieldLikeness
from mappings.matching.offered import Offered, Samples
from mappings.matching.options import Aligned
from mappings.matching.several import (
    Columns,
    in_boxes,
    in_one,
    in_one_place,
    in_one_row,
    in_questions,
    in_two,
)
from mappings.matching.sure.certain import (
    MANY,
    NEAR,
    Key,
    following,
    may_follow,
    narrowed_next,
    sure_pairs,
)
from mappings.matching.sure.doubt import doubted, misplaced, whose
from mappings.matching.sure.explained import ABOVE, narrowed
from mappings.matching.together import assigned, beside, unclear, with_learned
from mappings.matching.wanted import LABELS, Wanted, Wants
from mappings.matching.weights import (
    BY_WORDS,
    CERTAIN,
    NEIGHBOUR,
    OF_ROWS,
    OPPOSED,
    OUTDONE,
    PER_COLUMN,
    WORTH,
)

_RANKED: Final = 12
_SHOWN: Final = 3
"""Options of the form that are shown as none of ours."""


class Confidence(StrEnum):
    """What a person must still do."""

    SURE = "sûr"
    TO_CHECK = "à vérifier"


@dataclass(frozen=True, slots=True)
class Match:
    """A field and the champ that asks it.

    Attributes:
        path: Field: ``rows.field`` in rows, ``annotations.name``.
        offered: The champ, or the several that ask it together.
        confidence: Whether a person must look.
        score: Likeness, 0 to 1.
        inverted: Whether it asks the contrary.
        contrary: Whether, though nothing shows that it does, some word of it may say the contrary.
        opposed: Whether it names what is set against what the field speaks of.
        in_thousands: Whether it may count in thousands, or millions, what the field counts in ones.
        counted: In what else than the field it may count; "" for nothing.
        options: Its options beside ours.
        listed: Whether each option that is chosen makes a row.
        shared: Whether the champ asks another field as well: « Bénéfice et risque de cet usage ».
        unwritable: Options that the bridge would write there and that it has not.
        to_read: Which help makes unsure what its label would make sure, in French; "" if none.
    """

    path: str
    offered: Offered
    confidence: Confidence
    score: float
    inverted: bool = False
    contrary: bool = False
    opposed: bool = False
    in_thousands: bool = False
    counted: str = ""
    options: Aligned | None = None
    listed: bool = False
    shared: bool = False
    unwritable: tuple[str, ...] = ()
    to_read: str = ""

    @property
    def marks(self) -> tuple[str, ...]:
        """What a person must know of it before they take it, in French."""
        left = self.options.left if self.options and not self.sure else ()
        if len(left) == len(self.offered.descriptor.options):
            left = ()  # another list altogether: its options say so
        shown = " ; ".join(left[:_SHOWN]) + (" ; …" if len(left) > _SHOWN else "")
        told = (
            ("demande le contraire", self.inverted),
            ("demande peut-être le contraire", self.contrary),
            ("parle peut-être d'autre chose", self.opposed),
            ("compte peut-être en milliers, ou en millions", self.in_thousands),
            (f"compte peut-être autrement ({self.counted})", bool(self.counted)),
            ("demande aussi autre chose", self.shared),
            (f"sans équivalent : {shown}", bool(left)),
            (f"sans option pour : {' ; '.join(self.unwritable)}", bool(self.unwritable)),
            (
                f"d'autres lignes, peut-être : « {self.offered.further} »",
                bool(self.offered.further),
            ),
            (f"à lire : {self.to_read}", bool(self.to_read)),
        )
        return tuple(one for one, holds in told if holds)

    @property
    def help(self) -> str:
        """What its form explains of it, as a person is shown it: above it too where that counts."""
        above = f"au-dessus : {excerpt(self.offered.explained)}" if self.to_read == ABOVE else ""
        return " — ".join(
            one for one in (excerpt(self.offered.descriptor.description), above) if one
        )

    @property
    def sure(self) -> bool:
        """Whether nobody needs to look."""
        return self.confidence is Confidence.SURE


@dataclass(frozen=True, slots=True)
class Matching:
    """What was found of a form.

    Attributes:
        matches: The champ of each field that has one, by path.
        likeliest: For each field, the champs that may ask it, the likeliest first.
        champs: All that the level offers.
        annotations: The annotations of the form.
        labels: The labels of the démarche.
    """

    matches: Mapping[str, Match]
    likeliest: Mapping[str, tuple[Match, ...]]
    champs: tuple[Offered, ...] = ()
    annotations: tuple[Offered, ...] = ()
    labels: tuple[Offered, ...] = ()

    @property
    def sure(self) -> dict[str, Match]:
        """What nobody needs to look at."""
        return {path: one for path, one in self.matches.items() if one.sure}


def match_form(wants: Wants, revision: Revision, *, samples: Samples) -> Matching:
    """Which champ of a revision asks each field, and how sure that is."""
    fields = _level(wants, wants.fields, offered(revision.champs, samples=samples))
    notes = _level(wants, wants.annotations, offered(revision.annotations, samples={}))
    return Matching(
        matches={**fields.matches, **notes.matches},
        likeliest={**fields.likeliest, **notes.likeliest},
        champs=fields.champs,
        annotations=notes.champs,
    )


def any_match(wants: Wants, wanted: Wanted, offer: Offered) -> Match | None:
    """A field and a champ that a person chose for it; ``None`` where it could not be read."""
    if wanted.path.startswith(f"{LABELS}."):
        return Match(wanted.path, offer, Confidence.TO_CHECK, 0.0)
    pair = FieldLikeness(wanted, offer, wants)
    if pair.fit is Fit.UNREADABLE and not pair.answered_otherwise:
        return None
    return _match(pair, False, min(pair.score, 1.0))


def match_rows(wants: Wants, wanted: Wanted, offer: Offered) -> Matching:
    """Which column of a repetition asks each field of rows, a person having chosen it."""
    return _level(wants, wanted.rows, offer.rows, flat=bool(offer.flat))


def _level(
    wants: Wants, wanted: Sequence[Wanted], offers: Sequence[Offered], *, flat: bool = False
) -> Matching:
    """The fields of one level decided together, then those of their rows.

    Rows that are asked ``flat`` have one champ a column: several are no column together.
    """
    offers = (
        *offers,
        *in_two(wants, wanted, offers),
        *in_boxes(wanted, offers),
        *(() if flat else in_questions(wants, wanted, offers)),
    )
    pairs = _pairs(wants, wanted, offers)
    if once := tuple(_in_one_row(wants, wanted, offers, pairs)):
        offers = (*offers, *once)
        pairs |= {
            key: one for key, one in _pairs(wants, wanted, offers).items() if key not in pairs
        }
    inner = {
        key: match_rows(wants, pair.wanted, pair.offered)
        for key, pair in pairs.items()
        if pair.wanted.rows and pair.offered.rows and pair.score
    }
    scores = {key: _with_rows(pair, inner.get(key)) for key, pair in pairs.items()}
    in_rows = _in_rows(pairs, scores)
    scores = {
        key: score * (OF_ROWS if key[1] in in_rows and not pairs[key].reviewed else 1.0)
        for key, score in scores.items()
    }
    scores = with_learned(wants, pairs, scores)
    worth = {key for key, score in scores.items() if score >= WORTH or pairs[key].plain}
    by_words = {key for key in scores if pairs[key].score >= BY_WORDS}  # to choose from
    scores = {
        key: score * (OPPOSED if whose(pairs[key]) else 1.0)
        for key, score in scores.items()
        if key in worth | by_words
    }
    inside = {key: len(rows.sure) for key, rows in inner.items()}
    sure = sure_pairs(wanted, pairs, inside)
    goes_on = following(wanted, offers, pairs, sure)
    sure |= goes_on
    sure = frozenset(key for key in sure if key in goes_on or not _outdone(key, scores))
    for key in sure:
        scores[key] = CERTAIN + scores.get(key, 0.0)
    worth |= sure
    first = assigned(wanted, offers, {key: scores[key] for key in worth})
    near = beside(wanted, offers, first)
    held = {key: score + NEIGHBOUR * near(key) for key, score in scores.items()}
    chosen = assigned(wanted, offers, {key: held[key] for key in worth})
    by_label, sure = (
        sure,
        frozenset(
            key
            for key in sure
            if not (misplaced if key in goes_on else doubted)(pairs[key])
            and (key in goes_on or not may_follow(key, wanted, offers, pairs, chosen))
            and not narrowed_next(key, offers, pairs, sure)
        ),
    )
    found: dict[str, Match] = {}
    likeliest: dict[str, tuple[Match, ...]] = {}
    for one in wanted:
        ranked = sorted(
            (key for key in held if key[0] == one.path),
            key=lambda key: (chosen.get(key[0]) != key[1], -held[key]),
        )
        likeliest[one.path] = tuple(
            replace(
                _match(pairs[key], key in sure, held[key]),
                to_read=narrowed(pairs[key]) if key in by_label - sure else "",
            )
            for key in ranked[:_RANKED]
        )
        if one.path in chosen:
            found[one.path] = likeliest[one.path][0]
            rows = inner.get((one.path, chosen[one.path]))
            if rows:
                found |= _rows_found(rows, sure=(one.path, chosen[one.path]) in sure)
                likeliest |= rows.likeliest
    left = [one for one in wanted if one.path not in found or not found[one.path].sure]
    for pair, offer in in_one(wants, left, _open(offers, found)):
        path, there = pair.wanted.path, found.get(pair.wanted.path)
        if there is None or there.score < pair.score or offer.champs == there.offered.champs:
            found[path] = replace(_match(pair, False, pair.score), offered=offer, shared=True)
            likeliest[path] = (found[path], *likeliest[path])[:_RANKED]
    return Matching(found, likeliest, champs=tuple(offers))


def _outdone(key: Key, scores: Mapping[Key, float]) -> bool:
    """Whether another champ asks the field far likelier, or the champ another field.

    « Votre n° de dossier » is, word for word, how the dossier that this one completes is asked; not
    where « Si suite : n° du dossier d'origine » stands below.
    """
    (path, at), mine = key, OUTDONE * scores.get(key, 0.0)
    return any(
        score > mine and (of == path) != (place == at) for (of, place), score in scores.items()
    )


def _pairs(
    wants: Wants, wanted: Sequence[Wanted], offers: Sequence[Offered]
) -> dict[Key, FieldLikeness]:
    return {
        (one.path, at): FieldLikeness(one, offer, wants)
        for one in wanted
        for at, offer in enumerate(offers)
    }


def _in_one_row(
    wants: Wants,
    wanted: Sequence[Wanted],
    offers: Sequence[Offered],
    pairs: Mapping[Key, FieldLikeness],
) -> Iterator[Offered]:
    """Rows that are asked once, where no repetition asks them."""
    likest: dict[str, float] = defaultdict(float)
    alone = with_learned(wants, pairs, {key: pair.score for key, pair in pairs.items()})
    for key, score in alone.items():
        champ = pairs[key].offered.descriptor.id
        likest[champ] = max(likest[champ], score)
    listed = frozenset().union(*(offer.champs for offer in offers if len(offer.flat) > 1))
    offers = [offer for offer in offers if offer.flat or offer.champs.isdisjoint(listed)]
    for one in wanted:
        if len(one.rows) < MANY and not one.lists_places:
            continue

        def columns(some: Sequence[Offered], rows: Sequence[Wanted] = one.rows) -> Columns:
            """Those that are not rather asked outside of rows."""
            found = _level(wants, rows, some).matches.values()
            single = [match for match in found if match.offered.single]
            return [
                (match.offered, match.score)
                for match in single
                if match.score >= likest[match.offered.descriptor.id]
            ]

        repeated = [offer.rows for offer in offers if offer.rows]
        if one.lists_places:
            yield from in_one_place(one, offers, repeated)
        elif not any(len(columns(rows)) >= NEAR for rows in repeated):
            yield from in_one_row(one, offers, columns)


def _in_rows(pairs: Mapping[Key, FieldLikeness], scores: Mapping[Key, float]) -> frozenset[int]:
    """Ranks of the single questions that rows asked one after the other have as columns."""
    listed = {
        champ
        for key, pair in pairs.items()
        if len(pair.offered.flat) > 1 and pair.wanted.rows and scores[key] >= WORTH
        for champ in pair.offered.champs
    }
    return frozenset(
        at
        for (_, at), pair in pairs.items()
        if pair.offered.single and pair.offered.descriptor.id in listed
    )


def _open(
    offers: Sequence[Offered], found: Mapping[str, Match]
) -> Iterator[tuple[Offered, frozenset[str]]]:
    """The champs of which nobody is sure, each with the fields that it was found for."""
    sure = {champ for one in found.values() if one.sure for champ in one.offered.champs}
    for offer in offers:
        if offer.champs.isdisjoint(sure):
            asked = (path for path, one in found.items() if one.offered.champs & offer.champs)
            yield offer, frozenset(asked)


def _rows_found(rows: Matching, *, sure: bool) -> dict[str, Match]:
    """Fields of rows: none is surer than the rows."""
    if sure:
        return dict(rows.matches)
    return {
        path: replace(one, confidence=Confidence.TO_CHECK) for path, one in rows.matches.items()
    }


def _match(pair: FieldLikeness, sure: bool, score: float) -> Match:
    lacking = pair.wanted.must_have - pair.options.ours if pair.options else frozenset[str]()
    other_words = Aligned(left=options_of(pair.offered.descriptor))
    return Match(
        path=pair.wanted.path,
        offered=pair.offered,
        confidence=Confidence.SURE if sure and not lacking else Confidence.TO_CHECK,
        score=min(score - CERTAIN if score > CERTAIN else score, 1.0),
        inverted=pair.inverse and pair.wanted.type == "yes_no",
        contrary=pair.maybe_contrary or unclear(pair),
        opposed=pair.opposed or whose(pair),
        in_thousands=pair.in_thousands,
        counted="" if pair.in_thousands else pair.counted_otherwise,
        options=other_words if pair.answered_otherwise else pair.options,
        listed=pair.listed,
        unwritable=tuple(sorted(lacking)),
    )


def _with_rows(pair: FieldLikeness, rows: Matching | None) -> float:
    """The likeness of a repetition is also that of its rows; of rows asked once, theirs alone."""
    if rows is None:
        return pair.score
    inner = sum(one.score for one in rows.matches.values())
    if len(pair.offered.flat) == 1:
        return 0.9 * inner / len(pair.offered.rows)
    columns = len(rows.matches) if pair.offered.uneven else len(pair.offered.rows)
    told = 0.5 * pair.score + 0.5 * inner / max(1, min(len(pair.wanted.rows), max(NEAR, columns)))
    if not pair.offered.flat:
        return told
    if len(rows.matches) >= NEAR:  # « Spé 1 », « CIS 1 » : whatever heads it
        told = max(told, 0.9 * inner / columns)
    return told + PER_COLUMN * (2 * len(rows.matches) - len(pair.offered.rows))
