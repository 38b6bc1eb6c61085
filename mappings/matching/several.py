"""Several champs that ask one field, and one champ that asks several: for a person to look at."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby, pairwise
from typing import Final

from french.text import bare_label
from mappings.drift.retyping import Fit, fit
from mappings.matching.likeness import FieldLikeness
from mappings.matching.offered import (
    BOXES,
    Offered,
    as_boxes,
    as_questions,
    as_row,
    in_clauses,
    put_together,
)
from mappings.matching.options import aligned
from mappings.matching.wanted import Wanted, Wants
from mappings.matching.weights import CLAUSE, COLUMN
from mappings.matching.words import NEGATED

_FEW: Final = 3
_SEVERAL: Final = 2
_WORDS_OF_A_BOX: Final = 6
"""Words up to which a box is the name of a thing rather than a sentence."""

Columns = Sequence[tuple[Offered, float]]


def in_two(wants: Wants, wanted: Sequence[Wanted], offers: Sequence[Offered]) -> Iterator[Offered]:
    """Two champs side by side, yes/no questions apart, that ask one field in two parts."""
    told = [offer for offer in offers if offer.descriptor.type not in BOXES]
    for one in wanted:
        if not (one.wording.parts or one.type == "choices"):
            continue
        for first, second in pairwise(told):
            beside = first.single and second.single and first.section == second.section
            here, there = FieldLikeness(one, first, wants), FieldLikeness(one, second, wants)
            if beside and (here.completes(there) or there.completes(here)):
                yield put_together(first, second)


def in_boxes(wanted: Sequence[Wanted], offers: Sequence[Offered]) -> Iterator[Offered]:
    """Lists that are asked as boxes, or as yes or no, between others: those that name our options.

    « Source : littérature », « Source : presse », then « Un confrère vous a-t-il écrit ? ».
    """
    there = [one.champs for one in offers]
    boxes = [one for one in offers if one.single and one.descriptor.type in BOXES]
    for one in wanted:
        if one.type != "choices" or not one.options:
            continue
        for _, run in groupby(boxes, key=lambda offer: offer.section):
            named = _named(one, list(run))
            champs = frozenset(offer.descriptor.id for offer in named.values())
            if len(champs) >= _FEW and champs not in there:
                there.append(champs)
                yield as_boxes(named)


def in_questions(
    wants: Wants, wanted: Sequence[Wanted], offers: Sequence[Offered]
) -> Iterator[Offered]:
    """Choices of which each option is asked by yes or no, in words of its own.

    « Soigne-t-on une autre maladie que prévu ? », « Le prend-on plus longtemps ? ». One question of
    a single choice is enough: « Est-ce encore en projet ? ».
    """
    boxes = [one for one in offers if one.single and one.descriptor.type in BOXES]
    for one in wanted:
        if one.type not in {"choice", "choices"} or not one.options:
            continue
        for _, run in groupby(boxes, key=lambda offer: offer.section):
            asked: dict[str, list[tuple[Offered, bool]]] = defaultdict(list)
            questions = list(run)
            for offer in questions:
                if (told := _option(one, offer, wants)) is not None:
                    asked[told[0]].append((offer, told[1]))
            named = _once(asked)
            least = 1 if one.type == "choice" else _SEVERAL
            enough = sum(by_question for _, by_question in named.values()) >= least
            if named and (enough or len(named) >= _FEW):
                found = {key: offer for key, (offer, _) in named.items()}
                yield as_questions(one.path, _filled(one, found, questions))


def _filled(
    one: Wanted, found: Mapping[str, Offered], questions: Sequence[Offered]
) -> Mapping[str, Offered]:
    """Of a list, with the questions that stand between: each is an option that we do not know."""
    options = {offer.descriptor.id: option for option, offer in found.items()}
    ours = [at for at, offer in enumerate(questions) if offer.descriptor.id in options]
    between = [questions[at] for at in _to_the_ends(questions, ours)]
    if one.type == "choice" or len(between) >= 2 * len(found):
        return found
    return {options.get(at.descriptor.id, at.descriptor.label): at for at in between}


def _once(asked: Mapping[str, Sequence[tuple[Offered, bool]]]) -> dict[str, tuple[Offered, bool]]:
    """The question of each option: of several, that in its own words, nearest to the others."""
    single = [some[0][0].place for some in asked.values() if len(some) == 1]
    found = {}
    for option, some in asked.items():
        own = [one for one in some if one[1]] or some
        ranked = sorted(
            (min((abs(there - one[0].place) for there in single), default=0), at)
            for at, one in enumerate(own)
        )
        if len(ranked) == 1 or ranked[0][0] < ranked[1][0]:
            found[option] = own[ranked[0][1]]
    return found


def _option(one: Wanted, offer: Offered, wants: Wants) -> tuple[str, bool] | None:
    """The option of ours that a question asks, and whether in the words of a question of it."""
    label = bare_label(offer.descriptor.label)
    said = wants.lexicon.words.meanings(label)
    asked = [o for o, ways in one.wording.questions.items() if label in map(bare_label, ways)]
    if len(asked) == 1:  # « Est-ce déjà fait ? » : word for word, whatever it says
        return asked[0], True
    found = [
        (wants.weight(way), by_question, option)
        for known, by_question in ((one.questions, True), (one.named, False))
        for option, ways in known.items()
        for way in ways
        if wants.content(way) and way <= said and (NEGATED in way) is (NEGATED in said)
    ]
    if not found:
        return None
    most, by_question, option = max(found)
    rivals = {other for weight, _, other in found if weight == most}
    return (option, by_question) if len(rivals) == 1 else None


def _named(one: Wanted, run: Sequence[Offered]) -> dict[str, Offered]:
    """Those of some boxes that name our options, and those between them, by what they name."""
    heads = [offer.descriptor.label.rpartition(" : ") for offer in run]
    ours = [at for at, (_, _, option) in enumerate(heads)
            if aligned((option,), one.options, one.wording).ours]  # fmt: skip
    if not ours:
        return {}
    if not any(heads[at][1] for at in ours):
        return {heads[at][2]: run[at] for at in _to_the_ends(run, ours)}
    asked = {at: bare_label(heads[at][0]) for at in ours}
    same = Counter(asked.values()).most_common(1)[0][0]  # « Hors : Source : presse » is none
    there = ((at, one) for at, one in enumerate(heads) if one[1])
    return {option: run[at] for at, (head, _, option) in there if bare_label(head) == same}


def _to_the_ends(run: Sequence[Offered], ours: Sequence[int]) -> range:
    """Ranks of some boxes, of those between them, and of those that go on at either end.

    An option that we do not know is no less one of the list where it stands first or last: a box
    that begins as all the others do, or that asks nothing by itself, as they do not.
    """
    first, last = min(ours), max(ours)
    labels = [bare_label(one.descriptor.label).split() for one in run]
    begun = {labels[at][0] for at in ours}
    alike = len(begun) == 1 < len(ours)
    asking = any("?" in run[at].descriptor.label for at in ours)

    def goes_on(at: int, beside: int) -> bool:
        if not 0 <= at < len(run) or run[at].descriptor.type != run[beside].descriptor.type:
            return False
        if alike:
            return labels[at][0] in begun
        near = abs(run[at].place - run[beside].place) <= _SEVERAL
        short = len(labels[at]) <= _WORDS_OF_A_BOX
        return near and short and not asking and "?" not in run[at].descriptor.label

    while goes_on(first - 1, first):
        first -= 1
    while goes_on(last + 1, last):
        last += 1
    return range(first, last + 1)


def in_one_row(
    one: Wanted, offers: Sequence[Offered], columns: Callable[[Sequence[Offered]], Columns]
) -> Iterator[Offered]:
    """Rows that a form asks once, as questions of its own under one heading.

    Args:
        one: The rows.
        offers: What the form offers.
        columns: Which of some champs asks each field of the rows, and how likely.
    """
    single = [offer for offer in offers if offer.single and not offer.rows]
    for _, run in groupby(single, key=lambda offer: offer.section):
        once = {bare_label(offer.descriptor.label): offer for offer in reversed(list(run))}
        found = columns([replace(offer, before="") for offer in reversed(once.values())])
        asked = [offer for offer, score in found if score >= COLUMN]
        if len(asked) >= _FEW and len(asked) > len(one.rows) / 3:
            row = as_row(sorted(asked, key=lambda offer: offer.place))
            yield replace(row, further=_again(asked, single))


def _again(columns: Sequence[Offered], single: Sequence[Offered]) -> str:
    """The first question of another row, where several columns are asked again; "" if none."""
    taken = {offer.descriptor.id for offer in columns}
    labels = {bare_label(offer.descriptor.label) for offer in columns}
    more = [one for one in single if one.descriptor.id not in taken]
    again = [one.label for one in more if bare_label(one.descriptor.label) in labels]
    return again[0] if len(again) >= _FEW else ""


def in_one_place(
    one: Wanted, offers: Sequence[Offered], repeated: Sequence[Sequence[Offered]]
) -> Iterator[Offered]:
    """A place that a form asks once, where no repetition asks several: its type says so."""

    def asks(offer: Offered) -> bool:
        return fit(one.rows[0].type, offer.descriptor.type) is Fit.EXACT

    if not any(asks(column) for rows in repeated for column in rows):
        yield from (as_row([offer]) for offer in offers if offer.single and asks(offer))


def in_lists(key: tuple[str, int], pairs: Mapping[tuple[str, int], FieldLikeness]) -> bool:
    """Whether another list, wherever it stands, gives options that this one has not."""
    path, at = key
    if pairs[key].wanted.type != "choices" or not pairs[key].offered.single:
        return False
    others = (pair for (one, there), pair in pairs.items() if one == path and there != at)
    return any(pair.offered.single and pairs[key].completes(pair) for pair in others)


def in_one(
    wants: Wants, left: Sequence[Wanted], offers: Iterable[tuple[Offered, frozenset[str]]]
) -> Iterator[tuple[FieldLikeness, Offered]]:
    """Fields that one text asks together, each in a clause of its question, with that text.

    Args:
        wants: All that is wanted.
        left: Fields of the level that are not sure.
        offers: Champs that are not, each with the fields that it was found for: one that asks
            another field than its clauses, or a field by all of its words, asks that one.
    """
    for offer, fields in offers:
        clauses = in_clauses(offer)
        if not clauses or any(FieldLikeness(one, offer, wants).asked for one in left):
            continue
        asked: dict[str, FieldLikeness] = {}
        for clause in clauses:
            best = max(
                (FieldLikeness(one, clause, wants) for one in left), key=_clearly, default=None
            )
            if best is not None and _clearly(best) >= CLAUSE:
                asked.setdefault(best.wanted.path, best)
        if len(asked) > 1 and fields <= asked.keys():
            yield from ((pair, offer) for pair in asked.values())


def _clearly(pair: FieldLikeness) -> float:
    """How clearly a clause asks a text."""
    told = pair.wanted.type == "text" and pair.fit is not Fit.UNREADABLE and not pair.elsewhere
    return pair.text if told else 0.0
