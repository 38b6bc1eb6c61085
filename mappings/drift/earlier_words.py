"""Questions that were answered in words of before of which nobody said that they ask the same.

Only what a person never saw is told: what was last reviewed is compared with the form of then.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from french.text import bare_label, normalise_label
from mappings.drift import severity
from mappings.drift.form_champs import ComparedChamp
from mappings.drift.model import SIGNED, Drift, Kind, Needs
from mappings.drift.retyping import LISTS
from mappings.drift.reviewed import ReviewedChamp, key_of_words, options_of
from mappings.drift.reviewing import other_sense
from mappings.drift.wording import (
    bare_chain,
    bare_help,
    has_other_help,
    headings_apart,
    helps_apart,
    shortened,
)
from mappings.schema.champs import in_our_words, reads_contrary
from mappings.schema.model import FieldSpec

_UNREAD = (
    "ce qui a été répondu à ces mots n'est pas lu, quelle que soit la révision du dossier ;"
    " si la question demandait la même chose :"
)
_READ = "si la question demandait la même chose :"
_TURNED = (
    "ces mots ont été adoptés dans l'autre sens : ce qui y a été répondu serait lu au contraire, et"
    " n'est pas lu ; une réponse donnée de nouveau l'est ; pour que ce ne soit plus demandé :"
)
_NONE = "aucune"
_MEANINGS = (
    "dire d'abord dans « options » de la correspondance ce que veut dire chacune de {}, puis"
    " l'adopter, puis "
)
_ANSWERED_BY_OPTIONS = frozenset({"yes_no", "checkbox"})


@dataclass(frozen=True, slots=True)
class UnreviewedWords:
    """A question in words of before that nobody reviewed; ``settled``: they asked the same."""

    drift: Drift
    settled: bool


def earlier_words(one: ComparedChamp, needs: Needs, revision: str) -> UnreviewedWords | None:
    """A question that was answered in words of which nobody said that they ask the same."""
    known, acted_on = one.known, needs.acted_on(one.path)
    if known is None or one.as_now or not (acted_on or isinstance(one.spec, FieldSpec)):
        return None
    differs, by_options = tuple(_otherwise(one, known, needs)), _by_options(one, needs)
    above = one.whole and not known.bare
    words = one.wording.digest(above=above, options=by_options) if differs or one.said else ""
    said = next((each for each in one.said if each.wording == words), None)
    if not any(each.unreviewed for each in differs) and (said is None or said.same):
        return None
    before, after = (" ; ".join(told) for told in _told(differs)) if differs else ("", "")
    before = before or (said.words if said else "")
    unsaid = _unsaid_options(one, needs) if by_options else ()
    turned = other_sense(known, one.path, one.wording.whatever_options() | {words})
    already = " --other" if turned else " --inverted" if reads_contrary(one.spec) else ""
    named = f"--words {key_of_words(before, after)}"
    command = f"`unc mapping same {one.path} {named}{already} {SIGNED}`"
    first = _MEANINGS.format(", ".join(f"« {option} »" for option in unsaid)) if unsaid else ""
    told = f"{_UNREAD if acted_on else _READ} {first}" if not turned else f"{_TURNED} "
    drift = one.drift(
        Kind.EARLIER, severity.of_before(), before, after, revision=revision,
        remedy=f"{told}{command}",
    )  # fmt: skip
    drift = replace(drift, words=words, unsaid=unsaid, other_sense=turned)
    return UnreviewedWords(drift, settled=said is not None and said.same and not unsaid)


@dataclass(frozen=True, slots=True)
class _Part:
    """What of a question differs from what was last reviewed of it.

    Attributes:
        name: Which part of it.
        before: As it was.
        after: As it was last reviewed.
        unreviewed: Whether nobody ever reviewed it so.
    """

    name: str
    before: str
    after: str
    unreviewed: bool


def _told(parts: Sequence[_Part]) -> tuple[list[str], list[str]]:
    """Each part as it was and as it is, named where there are several."""
    if len(parts) == 1:
        return [parts[0].before], [parts[0].after]
    return (
        [f"{one.name} : {one.before}" for one in parts],
        [f"{one.name} : {one.after}" for one in parts],
    )


def _otherwise(one: ComparedChamp, known: ReviewedChamp, needs: Needs) -> Iterator[_Part]:
    """All that differs of a question from what was last reviewed: it is judged as a whole."""
    told = one.descriptor
    label = bare_label(told.label)
    if label != bare_label(known.labels[-1]):
        new = label not in map(bare_label, known.labels)
        yield _Part("libellé", *shortened(told.label, known.labels[-1]), new)
    if has_other_help(told, known):
        new = bare_help(told.description) not in map(bare_help, known.helps)
        yield _Part("aide", *helps_apart(told.description, known.helps[-1]), new)
    if not known.bare:
        above = bare_chain(one.section)
        if one.whole and known.sections and above != bare_chain(known.sections[-1]):
            new = above not in map(bare_chain, known.sections)
            yield _Part("au-dessus", *headings_apart(one.section, known.sections[-1]), new)
        if known.conditions and told.condition not in (None, known.conditions[-1]):
            was, now = one.conditions(told.condition or "", known.conditions[-1])
            yield _Part("condition", was, now, told.condition not in known.conditions)
    if known.options and _by_options(one, needs):
        reviewed, last = (set(map(bare_label, some)) for some in (known.options, known.now))
        then = options_of(told)
        if last != set(map(bare_label, then)):
            new = any(bare_label(option) not in reviewed for option in then)
            new = new or bool(_unsaid_options(one, needs))
            was, now = " ; ".join(then) or _NONE, " ; ".join(sorted(known.now)) or _NONE
            yield _Part("options", was, now, new)


def _unsaid_options(one: ComparedChamp, needs: Needs) -> tuple[str, ...]:
    """Options of before that may be others under another name: some that rules name were not there.

    So it is of the form in force, which blocks until the mapping says what they mean.
    """
    then, known = options_of(one.descriptor), one.known
    if known is None or not needs.options.get(one.path, frozenset()) - in_our_words(one.spec, then):
        return ()
    now = set(map(bare_label, known.now))
    return tuple(
        option
        for option in then
        if bare_label(option) not in now and normalise_label(option) not in one.spec.options
    )


def _by_options(one: ComparedChamp, needs: Needs) -> bool:
    """Whether what is done with an answer hangs on the options that it was chosen among."""
    compared = one.spec.type in _ANSWERED_BY_OPTIONS or one.path in needs.options
    listed = one.descriptor.type in LISTS
    return listed and (compared or one.path in needs.leave or one.path in needs.decide)
