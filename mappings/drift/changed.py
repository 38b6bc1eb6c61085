"""What changed in one champ that the mapping takes since it was last reviewed.

Its label, help, what stands above it, condition, type, options, obligation. In a revision of
before, only what a person never saw is told: what was last reviewed is compared with the one in
force.
"""

from collections.abc import Iterator

from mappings.drift import severity
from mappings.drift.earlier_words import earlier_words
from mappings.drift.form_champs import ComparedChamp
from mappings.drift.model import ACCEPT, SIGNED, Drift, Kind, Needs, Severity
from mappings.drift.retyping import LISTS, Fit, fit
from mappings.drift.reviewed import ReviewedChamp, options_of
from mappings.drift.wording import (
    bare_chain,
    has_other_help,
    has_other_label,
    headings,
    headings_apart,
    helps_apart,
)
from mappings.schema.champs import in_our_words
from mappings.schema.names import FIELD_NAMES, champ_type

_UNREADABLE = "changer « type » dans la correspondance, ou le champ sur DS : réponses illisibles"
_FREED = "remettre la liste sur DS, ou changer le référentiel : il compare encore avec ses options"
_SAME = f"vérifier que la question a le même sens : {ACCEPT}"
_SHOWN = 3
"""Options named in a sentence; the others are counted."""


def changes(one: ComparedChamp, needs: Needs, *, revision: str, active: bool) -> Iterator[Drift]:
    """Every change of a champ in a revision.

    Args:
        one: The champ and what it is compared with.
        needs: What the rules read.
        revision: Number of the revision.
        active: Whether it is the one in force: only that one can block.
    """
    earlier = None if active else earlier_words(one, needs, revision)
    if earlier is not None and not earlier.settled:
        yield earlier.drift
    for kind, how_bad, before, after, remedy in (
        *_type(one, needs, active=active),
        *(_label_and_around(one, needs) if active else ()),
        *(() if earlier else _options(one, needs, active=active)),
        *_unwritable(one, needs, active=active),
        *_required(one, active=active),
    ):
        yield one.drift(kind, how_bad, before, after, revision=revision, remedy=remedy)


_Change = tuple[Kind, Severity, str, str, str]


def _type(one: ComparedChamp, needs: Needs, *, active: bool) -> Iterator[_Change]:
    kind, known = one.descriptor.type, one.known
    reviewed = (known.last(known.types) if active else known.types) if known else ()
    before = " ou ".join(map(champ_type, reviewed))
    changed = known is not None and kind not in reviewed
    found = fit(one.spec.type, kind, inverted=one.spec.inverted)
    if found is Fit.UNREADABLE:
        before = before if changed else f"donnée {FIELD_NAMES[one.spec.type]}"
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
        yield Kind.EXPLAINED, how_bad, *helps_apart(known.helps[-1], told.description), _SAME
    yield from _above(one, known, how_bad)
    if known.conditions and told.condition not in (None, known.conditions[-1]):
        was, now = one.conditions(known.conditions[-1], told.condition or "")
        yield Kind.CONDITION, how_bad, was, now, _SAME


def _above(one: ComparedChamp, known: ReviewedChamp, how_bad: Severity) -> Iterator[_Change]:
    if not known.sections:
        return
    was, now = known.sections[-1], headings(one.section) if known.bare else one.section
    if bare_chain(was) == bare_chain(now):
        return
    same = bare_chain(headings(was)) == bare_chain(headings(now))
    yield Kind.INTRODUCED if same else Kind.MOVED, how_bad, *headings_apart(was, now), _SAME


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
