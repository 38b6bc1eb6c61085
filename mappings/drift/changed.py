"""What changed in one champ that the mapping takes since it was last reviewed.

Its label, help, what stands above it, condition, type, options, obligation. In a revision of
before, only what a person never saw is told: what was last reviewed is compared with the one in
force.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from french.text import bare_label, normalise_label
from mappings.dossier.revision import EXPLAINED, HEADINGS, Descriptor
from mappings.drift import severity
from mappings.drift.model import ACCEPT, SIGNED, Drift, Kind, Needs, Severity
from mappings.drift.retyping import LISTS, Fit, fit
from mappings.drift.reviewed import ReviewedChamp, SaidOfBefore, key_of_words, options_of
from mappings.drift.wording import (
    ChampWording,
    bare_chain,
    bare_help,
    has_other_help,
    has_other_label,
    headings,
    shortened,
)
from mappings.schema.champs import in_our_words, reads_contrary
from mappings.schema.model import AnnotationSpec, FieldSpec
from mappings.schema.names import FIELD_NAMES, champ_type

_UNREADABLE = "changer « type » dans la correspondance, ou le champ sur DS : réponses illisibles"
_FREED = "remettre la liste sur DS, ou changer le référentiel : il compare encore avec ses options"
_SAME = f"vérifier que la question a le même sens : {ACCEPT}"
_UNREAD = (
    "ce qui a été répondu à ces mots n'est pas lu, quelle que soit la révision du dossier ;"
    " si la question demandait la même chose :"
)
_READ = "si la question demandait la même chose :"
_ALWAYS = "toujours posée"
_NO_HELP = "sans aide"
_NOTHING_ABOVE = "rien"
_NONE = "aucune"
_MEANINGS = (
    "dire d'abord dans « options » de la correspondance ce que veut dire chacune de {}, puis"
    " l'adopter, puis "
)
_ANSWERED_BY_OPTIONS = frozenset({"yes_no", "checkbox"})
_SHOWN = 3
"""Options named in a sentence; the others are counted."""


@dataclass(frozen=True, slots=True)
class ComparedChamp:
    """A champ of one revision, the field that takes it, and what was reviewed of it.

    Attributes:
        descriptor: The champ.
        spec: The field.
        path: Of the field; ``annotations.name``.
        known: What was reviewed.
        section: What stands above it.
        whole: Whether all that stands above it is known.
        now: The same question in the revision in force; ``None`` where that has it no more.
        said: What was said of words that it had before.
    """

    descriptor: Descriptor
    spec: FieldSpec | AnnotationSpec
    path: str
    known: ReviewedChamp | None
    section: str = ""
    whole: bool = True
    now: ChampWording | None = None
    said: tuple[SaidOfBefore, ...] = ()

    @property
    def as_now(self) -> bool:
        """Whether the form in force asks it in the same words: what changed is told there."""
        return self.now is not None and self.now.asks_as(self.wording)

    @property
    def wording(self) -> ChampWording:
        """Its words in that revision."""
        return ChampWording(self.descriptor, self.section)


def changes(one: ComparedChamp, needs: Needs, *, revision: str, active: bool) -> Iterator[Drift]:
    """Every change of a champ in a revision.

    Args:
        one: The champ and what it is compared with.
        needs: What the rules read.
        revision: Number of the revision.
        active: Whether it is the one in force: only that one can block.
    """
    earlier = None if active else _before(one, needs, revision)
    if earlier is not None and not earlier.settled:
        yield earlier.drift
    for kind, how_bad, before, after, remedy in (
        *_type(one, needs, active=active),
        *(_label_and_around(one, needs) if active else ()),
        *(() if earlier else _options(one, needs, active=active)),
        *_unwritable(one, needs, active=active),
        *_required(one, active=active),
    ):
        yield Drift(
            severity=how_bad,
            kind=kind,
            champ=one.descriptor.id,
            label=one.descriptor.label,
            field=one.path,
            before=before,
            after=after,
            revisions=(revision,),
            remedy=remedy,
        )


_Change = tuple[Kind, Severity, str, str, str]


def _type(one: ComparedChamp, needs: Needs, *, active: bool) -> Iterator[_Change]:
    kind, known = one.descriptor.type, one.known
    reviewed = (known.last(known.types) if active else known.types) if known else ()
    before = " ou ".join(map(champ_type, reviewed))
    changed = known is not None and kind not in reviewed
    found = fit(one.spec.type, kind, inverted=one.spec.inverted)
    if found is Fit.UNREADABLE:
        before = before if changed else f"donnée « {FIELD_NAMES[one.spec.type]} »"
        how_bad = severity.of_wrong_answers(needs, one.path, active=active)
        yield Kind.RETYPED, how_bad, before, champ_type(kind), _UNREADABLE
    elif changed:
        freed = active and _frees(one, needs)
        alike = all(fit(one.spec.type, each) is Fit.EXACT for each in (*reviewed, kind))
        converted = f"ses réponses sont converties, parfois illisibles : {ACCEPT}"
        read = f"rien, ou {ACCEPT}" if found is Fit.EXACT else converted
        how_bad = severity.of_readable_type(freed=freed, alike=alike)
        yield Kind.RETYPED, how_bad, before, champ_type(kind), _FREED if freed else read


def _frees(one: ComparedChamp, needs: Needs) -> bool:
    """Whether a condition compares with options what is no list any more."""
    listed = one.known is not None and one.known.types[-1] in LISTS
    return listed and one.descriptor.type not in LISTS and bool(needs.options.get(one.path))


def _label_and_around(one: ComparedChamp, needs: Needs) -> Iterator[_Change]:
    """What is asked, what is said around it, and when it is asked: each may turn a question."""
    known, told = one.known, one.descriptor
    if known is None:
        return
    labels = known.last(known.labels)
    if told.label not in labels:
        how_bad = severity.of_label(needs, one.path, alike=not has_other_label(told, known))
        yield Kind.RENAMED, how_bad, labels[-1], told.label, _SAME
    how_bad = severity.of_label(needs, one.path, alike=False)
    if has_other_help(told, known):
        yield Kind.EXPLAINED, how_bad, *_helps(known.helps[-1], told.description), _SAME
    yield from _above(one, known, how_bad)
    if known.conditions and told.condition not in (None, known.conditions[-1]):
        was, now = known.conditions[-1] or _ALWAYS, told.condition or _ALWAYS
        yield Kind.CONDITION, how_bad, was, now, _SAME


def _above(one: ComparedChamp, known: ReviewedChamp, how_bad: Severity) -> Iterator[_Change]:
    if not known.sections:
        return
    was, now = known.sections[-1], headings(one.section) if known.bare else one.section
    if bare_chain(was) == bare_chain(now):
        return
    same = bare_chain(headings(was)) == bare_chain(headings(now))
    yield Kind.INTRODUCED if same else Kind.MOVED, how_bad, *_apart(was, now), _SAME


@dataclass(frozen=True, slots=True)
class _Earlier:
    """A question in words of before that nobody reviewed; ``settled``: they asked the same."""

    drift: Drift
    settled: bool


def _before(one: ComparedChamp, needs: Needs, revision: str) -> _Earlier | None:
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
    already = " --inverted" if reads_contrary(one.spec) else ""
    named = f"--words {key_of_words(before, after)}"
    command = f"`unc mapping same {one.path} {named}{already} {SIGNED}`"
    first = _MEANINGS.format(", ".join(f"« {option} »" for option in unsaid)) if unsaid else ""
    drift = Drift(
        severity=severity.of_before(),
        kind=Kind.EARLIER,
        champ=one.descriptor.id,
        label=one.descriptor.label,
        field=one.path,
        before=before,
        after=after,
        revisions=(revision,),
        remedy=f"{_UNREAD if acted_on else _READ} {first}{command}",
        words=words,
        unsaid=unsaid,
    )
    return _Earlier(drift, settled=said is not None and said.same and not unsaid)


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
        yield _Part("aide", *_helps(told.description, known.helps[-1]), new)
    if not known.bare:
        above = bare_chain(one.section)
        if one.whole and known.sections and above != bare_chain(known.sections[-1]):
            new = above not in map(bare_chain, known.sections)
            yield _Part("au-dessus", *_apart(one.section, known.sections[-1]), new)
        if known.conditions and told.condition not in (None, known.conditions[-1]):
            was, now = told.condition or _ALWAYS, known.conditions[-1] or _ALWAYS
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


def _helps(before: str, after: str) -> tuple[str, str]:
    """All that differs of two helps."""
    was, now = shortened(before, after)
    return was or _NO_HELP, now or _NO_HELP


def _apart(before: str, after: str) -> tuple[str, str]:
    """What differs of what stands above a question: headings, or what is explained."""
    was, now = before.split(HEADINGS), after.split(HEADINGS)
    while was and now and bare_chain(was[0]) == bare_chain(now[0]):
        was, now = was[1:], now[1:]
    while was and now and bare_chain(was[-1]) == bare_chain(now[-1]):
        was, now = was[:-1], now[:-1]
    if not any(one.startswith(EXPLAINED) for one in (*was, *now)):
        none = "aucun titre"
        return HEADINGS.join(was) or none, HEADINGS.join(now) or none
    then, told = shortened(HEADINGS.join(was), HEADINGS.join(now))
    return then if any(was) else _NOTHING_ABOVE, told if any(now) else _NOTHING_ABOVE


def _options(one: ComparedChamp, needs: Needs, *, active: bool) -> Iterator[_Change]:
    options, known = options_of(one.descriptor), one.known
    reviewed = (known.now if active else frozenset(known.options)) if known else frozenset()
    if not options and not (reviewed and one.descriptor.type in LISTS):
        return  # never a list, or none any more: then its type is told
    named = needs.options.get(one.path, frozenset())
    # An older revision has options of its own, which were reviewed with it.
    expected = set(reviewed) if active else set()
    # Rules name our options; a box says yes or no, and its option is the mapping's to name.
    lost = named - in_our_words(one.spec, options) if active else frozenset()
    added = [option for option in options if reviewed and option not in reviewed]
    gone = sorted((expected | lost) - set(options))
    how_bad, remedy = (
        severity.of_options(needs, one.path, lost=bool(lost), gone=bool(gone), active=active),
        ACCEPT,
    )
    if lost:
        remedy = (
            "dire dans « options » laquelle la remplace, ou mettre d'accord ce qui la nomme encore"
            f" (référentiel, politique de diffusion) : {_listed(sorted(lost))}"
        )
    if lost or added or gone:
        yield Kind.OPTIONS, how_bad, _listed(gone), _listed(added), remedy


def _unwritable(one: ComparedChamp, needs: Needs, *, active: bool) -> Iterator[_Change]:
    """What the bridge writes and a list of choices does not have: DS takes nothing else there."""
    if not active or one.descriptor.type not in LISTS:
        return
    known = frozenset(one.known.options) if one.known else frozenset()
    offered = frozenset(options_of(one.descriptor))
    lost = needs.written.get(one.path, frozenset()) - in_our_words(one.spec, offered) - offered
    if lost:
        command = f"`unc mapping absent {one.path}=OPTION {SIGNED}`"
        remedy = (
            "DS y refusera ces mots : ajouter ces options sur DS, dire dans « options » celles qui"
            f" en tiennent lieu, ou qu'elles manquent ({command})"
        )
        listed = " ; ".join(sorted(lost))
        gone = not lost.isdisjoint(in_our_words(one.spec, known) | known)
        how_bad = severity.of_unwritable(needs, one.path, gone=gone)
        yield Kind.UNWRITABLE, how_bad, listed, "", remedy


def _required(one: ComparedChamp, *, active: bool) -> Iterator[_Change]:
    required, known = one.descriptor.required, one.known
    reviewed = (known.last(known.required) if active else known.required) if known else ()
    if known is None or required in reviewed:
        return
    shown = {True: "obligatoire", False: "facultatif"}
    before = " ou ".join(shown[value] for value in reviewed)
    yield Kind.REQUIRED, severity.of_required(), before, shown[required], f"rien, ou {ACCEPT}"


def _listed(options: list[str]) -> str:
    shown = " ; ".join(options[:_SHOWN])
    more = len(options) - _SHOWN
    return f"{shown} (et {more} de plus)" if more > 0 else shown
