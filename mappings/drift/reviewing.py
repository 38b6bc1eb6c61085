"""A person reviews a form: what is kept of it, and how it was read then."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from itertools import product
from typing import Final, TypeAlias

from french.text import normalise_label
from mappings.dossier.revision import NO_ANSWER, Descriptor, Revision, flatten, sections
from mappings.drift.reviewed import (
    Absence,
    ReviewedChamp,
    ReviewedForm,
    SaidOfBefore,
    Told,
    options_of,
)
from mappings.drift.wording import ChampWording, bare_chain, headings
from mappings.schema.champs import keys_of
from mappings.schema.model import AnnotationSpec, FieldSpec, FormMapping

_ALSO: Final = " ; "
_CONTRARY: Final = ", contraire"
_MEANS: Final = re.compile(rf", (?:{_CONTRARY[2:]}, )?(.+?)=(True|False|None)(?=, |$)")
"""An option and what it means, in how a question is read (:func:`readings`)."""


def review(
    revisions: Sequence[Revision],
    *,
    mapping: FormMapping | None = None,
    absent: Mapping[str, Absence] | None = None,
    earlier: ReviewedForm | None = None,
) -> ReviewedForm:
    """What a person reviews by accepting a form, added to what was reviewed before.

    What the form does not ask is not accepted with it, but field by field (:class:`Absence`). Nor
    are the words that a question had in the revisions before: whether it asked the same in them is
    said question by question (:class:`mappings.drift.reviewed.SaidOfBefore`); that holds no more
    where the question is read otherwise since, or where its words of then are those of now.

    Args:
        revisions: From the oldest; the last one is what is reviewed.
        mapping: What reads it: a question that is read otherwise than when it was reviewed does not
            ask what it asked in its former words.
        absent: What a person said that they do not ask.
        earlier: What was reviewed before.
    """
    earlier = earlier or ReviewedForm()
    read = readings(mapping) if mapping else None
    champs = dict(earlier.champs)
    now, turned = dict[str, ChampWording](), set[str]()
    for number, seen in _seen(revisions).items():
        before = champs.get(number)
        champs[number] = _reviewed(before, seen, read)
        one, above, _ = seen[-1]
        now[number] = ChampWording(one, above)
        if before and _is_turned(before, champs[number]):
            turned.add(number)
            words = (*_wordings(before, one), *_said_the_same(earlier, number))
            champs[number] = replace(champs[number], formerly=_formerly(before, words))
    said = tuple(one for one in earlier.before if not _is_over(one, now, turned))
    every = {**earlier.absent, **(absent or {})}
    return replace(earlier, champs=champs, absent=every, accepted=True, before=said)


def _is_turned(before: ReviewedChamp, now: ReviewedChamp) -> bool:
    """Whether a question is read otherwise than when it was reviewed before."""
    return None not in (before.read, now.read) and before.read != now.read


def _is_over(said: SaidOfBefore, now: Mapping[str, ChampWording], turned: AbstractSet[str]) -> bool:
    """Whether what was said of words of before holds no more of a form as it is reviewed."""
    if said.same:
        return said.champ in turned
    return said.champ in now and said.wording in now[said.champ].digests()


def unreviewed(reviewed: ReviewedForm) -> bool:
    """Whether what stands around questions was not reviewed, in whole or but for headings."""
    return any(one.bare or not one.sections for one in reviewed.champs.values())


def with_surroundings(
    reviewed: ReviewedForm, revisions: Sequence[Revision], mapping: FormMapping
) -> ReviewedForm:
    """The same, with what stands around each question in the form, where that was not kept."""
    every, seen = review(revisions, mapping=mapping, earlier=reviewed).champs, _seen(revisions)

    def completed(number: str, known: ReviewedChamp) -> ReviewedChamp:
        here = seen.get(number, ())
        if known.sections and not known.bare:
            return known
        if not here:
            return replace(known, sections=known.sections or ("",), bare=False)
        one, (*before, last) = every[number], (above for _, above, _ in here)
        conditions = _conditions(here)
        if known.sections:  # headings and a condition were reviewed, in the last revision
            (reviewed_last,) = known.sections[-1:]
            as_reviewed = bare_chain(headings(last)) == bare_chain(reviewed_last)
            ends = last if as_reviewed else reviewed_last
            return replace(
                known,
                sections=_ending(before, (ends,)),
                conditions=_ending(conditions[:-1], known.conditions),
                bare=False,
            )
        told = here[-1][0]
        return replace(
            known,
            labels=_known_last(known.labels, told.label),
            types=_known_last(known.types, told.type),
            required=_known_last(known.required, told.required),
            helps=one.helps,
            sections=_ending(before, (last,)),
            conditions=_ending(conditions, ()),
            read=one.read,
        )

    champs = {number: completed(number, known) for number, known in reviewed.champs.items()}
    return replace(reviewed, champs=champs)


def readings(mapping: FormMapping) -> Mapping[str, str]:
    """How a mapping reads what a champ is named by: for which fields, and in which sense."""
    found: dict[str, list[str]] = {}
    notes = {f"annotations.{name}": one for name, one in mapping.annotations.items()}
    every: Mapping[str, FieldSpec | AnnotationSpec] = {**_every_field(mapping.fields), **notes}
    for path, spec in every.items():
        told = f"{path}{_CONTRARY}" if spec.inverted else path
        if spec.type in {"yes_no", "checkbox"}:
            told += "".join(f", {key}={one.means}" for key, one in sorted(spec.options.items()))
        for key in keys_of(spec):
            found.setdefault(key, []).append(told)
    return {key: _ALSO.join(told) for key, told in found.items()}


def other_sense(known: ReviewedChamp, path: str, words: AbstractSet[str]) -> bool:
    """Whether a question was read, in some words of before, in the other sense than it is now.

    Args:
        known: What was reviewed of it.
        path: The field, or annotation, that it gives.
        words: Names of these words.
    """
    read = next((one for one, some in known.formerly.items() if not words.isdisjoint(some)), None)
    if read is None or known.read is None:
        return False
    then, now = _senses(read, path), _senses(known.read, path)
    return any(then[answer] is not now[answer] for answer in then.keys() & now.keys())


def _senses(read: str, path: str) -> Mapping[str, bool]:
    """What the answers of a question mean to a field, by how it is read; nothing of another."""
    own = next((one for one in read.split(_ALSO) if one.partition(",")[0] == path), None)
    if own is None:
        return {}
    turned = own.startswith(f"{path}{_CONTRARY}")
    said = {key: means == "True" for key, means in _MEANS.findall(own) if means != "None"}
    return {"oui": not turned, "non": turned, **said}


def _every_field(specs: Mapping[str, FieldSpec], place: str = "") -> Mapping[str, FieldSpec]:
    found: dict[str, FieldSpec] = {}
    for name, spec in specs.items():
        found |= {f"{place}{name}": spec, **_every_field(spec.fields, f"{place}{name}.")}
    return found


_Seen: TypeAlias = tuple[Descriptor, str, bool]
"""A question of a revision, what stands above it, whether it is an annotation."""


def _seen(revisions: Sequence[Revision]) -> dict[str, list[_Seen]]:
    """Every question by its id, as each revision has it, from the oldest."""
    found: dict[str, list[_Seen]] = {}
    for revision in revisions:
        above = sections(revision)
        for note, listed in ((False, revision.champs), (True, revision.annotations)):
            for one in flatten(listed):
                if one.type not in NO_ANSWER and one.id.isdigit():
                    found.setdefault(one.id, []).append((one, above.get(one.id, ""), note))
    return found


def _reviewed(
    known: ReviewedChamp | None, seen: Sequence[_Seen], read: Mapping[str, str] | None
) -> ReviewedChamp:
    one, section, _ = seen[-1]
    every = [each for each, *_ in seen]
    before = known or ReviewedChamp((), (), ())
    how = None
    if read is not None:
        how = read.get(one.id) or read.get(normalise_label(one.label), "")
    if before.bare:  # what stood above it was not kept
        above, conditions = tuple(told for _, told, _ in seen[:-1]), tuple(_conditions(seen[:-1]))
        before = replace(before, sections=above, conditions=(*conditions, *before.conditions))
    if None not in (how, before.read) and how != before.read:
        before = replace(before, labels=(), helps=(), sections=(), conditions=())
    unsaid = known is not None and not known.helps
    options = tuple(dict.fromkeys((*before.options, *(o for d in every for o in options_of(d)))))
    return ReviewedChamp(
        labels=_ending(before.labels, [one.label]),
        types=_ending(before.types, [each.type for each in every]),
        required=_ending(before.required, [each.required for each in every]),
        options=options,
        removed=tuple(option for option in options if option not in options_of(one)),
        helps=_ending(
            before.helps, [each.description for each in (every if unsaid else every[-1:])]
        ),
        sections=_ending(before.sections, [section]),
        conditions=_ending(before.conditions, _conditions(seen[-1:])),
        read=before.read if how is None else how,
        formerly=before.formerly,
    )


def _formerly(known: ReviewedChamp, words: Iterable[str]) -> Mapping[str, tuple[str, ...]]:
    """Words by how they were read when they were reviewed, the last time for each."""
    now = tuple(dict.fromkeys(words))
    kept = {
        read: tuple(one for one in some if one not in now) for read, some in known.formerly.items()
    }
    read = known.read or ""
    kept[read] = (*kept.get(read, ()), *now)
    return {read: some for read, some in kept.items() if some}


def _wordings(known: ReviewedChamp, one: Descriptor) -> Iterator[str]:
    """Every wording that was reviewed of a question, whatever its options."""
    helps, above = known.helps or ("",), known.sections or ("",)
    for words in product(known.labels, helps, known.conditions or ("",), above):
        label, told, condition, section = words
        asked = replace(one, label=label, description=told, condition=condition or None)
        yield from ChampWording(asked, section).whatever_options()


def _said_the_same(reviewed: ReviewedForm, champ: str) -> Iterator[str]:
    return (one.wording for one in reviewed.before if one.same and one.champ == champ)


def _known_last(known: tuple[Told, ...], told: Told) -> tuple[Told, ...]:
    """What was reviewed, what the form has now as the last of it; what is new stays unreviewed."""
    return _ending(known, (told,)) if told in known else known


def _conditions(seen: Iterable[_Seen]) -> list[str]:
    return [one.condition for one, *_ in seen if one.condition is not None]


def first_seen(revisions: Sequence[Revision]) -> ReviewedForm:
    """What stands for the reviewed form where none was: the oldest revision."""
    champs = review(revisions[:1]).champs
    bare = {
        number: replace(one, helps=(), sections=(), conditions=()) for number, one in champs.items()
    }
    return ReviewedForm(champs=bare)


def _ending(before: Iterable[Told], after: Iterable[Told]) -> tuple[Told, ...]:
    """Each once, in order: one that comes again is the last one."""
    found = dict.fromkeys(before)
    for one in after:
        found.pop(one, None)
        found[one] = None
    return tuple(found)
