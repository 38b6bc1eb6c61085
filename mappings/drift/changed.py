"""What changed in one champ that the mapping takes since it was last reviewed.

Its label, help, headings, condition, type, options, obligation. In a revision of before, only what
a person never saw is told: what was last reviewed is compared with the one in force.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import takewhile

from french.text import bare_label, excerpt
from mappings.dossier.revision import HEADINGS, Descriptor
from mappings.drift import severity
from mappings.drift.model import ACCEPT, Drift, Kind, Needs, Severity
from mappings.drift.retyping import LISTS, Fit, fit
from mappings.drift.reviewed import ReviewedChamp, options_of
from mappings.schema.champs import in_our_words
from mappings.schema.model import AnnotationSpec, FieldSpec
from mappings.schema.names import FIELD_NAMES, champ_type

_UNREADABLE = "changer « type » dans la correspondance, ou le champ sur DS : réponses illisibles"
_FREED = "remettre la liste sur DS, ou changer le référentiel : il compare encore avec ses options"
_SAME = f"vérifier que la question a le même sens : {ACCEPT}"
_UNREAD = (
    "ses réponses ne sont pas lues dans les dossiers de cette révision ; si la question y demande"
    " la même chose :"
)
_READ = "si la question y demande la même chose :"
_POLITE = re.compile(
    r"\b(?:merci (?:de bien vouloir|de|d)|veuillez|s il (?:vous|te) plait|svp|nous vous remercions"
    r" (?:de|d)|vous etes invites? a)\b"
)
_ALWAYS = "toujours posée"
_NO_HELP = "sans aide"
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
        section: Headings above it.
        filed: Whether dossiers were filed under the revision.
        now: The same champ in the revision in force; ``None`` where that has it no more.
    """

    descriptor: Descriptor
    spec: FieldSpec | AnnotationSpec
    path: str
    known: ReviewedChamp | None
    section: str = ""
    filed: bool = True
    now: Descriptor | None = None

    @property
    def asks_before(self) -> bool:
        """Whether declarants answered it under a revision of before: of annotations nobody did."""
        return isinstance(self.spec, FieldSpec)


def changes(one: ComparedChamp, needs: Needs, *, revision: str, active: bool) -> Iterator[Drift]:
    """Every change of a champ in a revision.

    Args:
        one: The champ and what it is compared with.
        needs: What the rules read.
        revision: Number of the revision.
        active: Whether it is the one in force: only that one can block.
    """
    for kind, how_bad, before, after, remedy in (
        *_type(one, needs, active=active),
        *(
            _label(one, needs, active=active)
            if active or not one.asks_before
            else _before(one, needs)
        ),
        *(_around(one, needs) if active else ()),
        *_options(one, needs, active=active),
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
    reviewed = (known.types[-1:] if active else known.types) if known else ()
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


def _label(one: ComparedChamp, needs: Needs, *, active: bool) -> Iterator[_Change]:
    """A question in other words than were last reviewed may ask something else."""
    label, known = one.descriptor.label, one.known
    reviewed = (known.labels[-1:] if active else known.labels) if known else ()
    if known is None or label in reviewed:
        return
    alike = bare_label(label) in map(bare_label, reviewed)
    how_bad = severity.of_label(needs, one.path, alike=alike)
    yield Kind.RENAMED, how_bad, known.labels[-1], label, _SAME


def _before(one: ComparedChamp, needs: Needs) -> Iterator[_Change]:
    """A question that dossiers answered in words of which nobody said that they ask the same."""
    known = one.known
    if known is None or not one.filed or _as_now(one):
        return
    label, told = one.descriptor.label, one.descriptor.description
    worded = bare_label(label) in map(bare_label, known.labels)
    explained = not known.helps or bare_help(told) in map(bare_help, known.helps)
    if worded and explained:
        return
    if needs.acted_on(one.path):
        remedy = f"{_UNREAD} `unc mapping same {one.path}`"
    else:
        remedy = f"{_READ} `unc mapping same {one.path}`"
    was, now = (told, known.helps[-1]) if worded else (label, known.labels[-1])
    yield Kind.EARLIER, severity.of_before(), *_shortened(was, now), remedy


def _as_now(one: ComparedChamp) -> bool:
    """Whether it is asked in the same words in the form in force: what changed is told there."""
    then, now = one.descriptor, one.now
    return now is not None and (bare_label(then.label), bare_help(then.description)) == (
        bare_label(now.label),
        bare_help(now.description),
    )


def _around(one: ComparedChamp, needs: Needs) -> Iterator[_Change]:
    """What is said around a question, and when it is asked: each may turn it."""
    known, told = one.known, one.descriptor
    if known is None:
        return
    how_bad = severity.of_label(needs, one.path, alike=False)
    if known.helps and bare_help(told.description) != bare_help(known.helps[-1]):
        yield Kind.EXPLAINED, how_bad, *_shortened(known.helps[-1], told.description), _SAME
    if known.section is not None and _headings(one.section) != _headings(known.section):
        yield Kind.MOVED, how_bad, *_apart(known.section, one.section), _SAME
    if None not in (known.condition, told.condition) and known.condition != told.condition:
        was, now = known.condition or _ALWAYS, told.condition or _ALWAYS
        yield Kind.CONDITION, how_bad, was, now, _SAME


def bare_help(text: str) -> str:
    """A text without what changes nothing of it: case, accents, punctuation, polite words."""
    lines = (bare_label(line) for line in text.splitlines() if line.strip())
    return " ".join(_POLITE.sub(" ", " ".join(lines)).split())


def _headings(chain: str) -> list[str]:
    return [bare_help(one) for one in chain.split(HEADINGS)]


def _shortened(before: str, after: str) -> tuple[str, str]:
    """Two long texts, from where they differ if their beginnings are the same."""
    if excerpt(before) != excerpt(after):
        return excerpt(before) or _NO_HELP, excerpt(after) or _NO_HELP
    pairs = zip(before, after, strict=False)
    same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
    at = before.rfind(" ", 0, same) + 1
    return f"…{excerpt(before[at:])}", f"…{excerpt(after[at:])}"


def _apart(before: str, after: str) -> tuple[str, str]:
    """The headings that differ of two chains."""
    was, now = before.split(HEADINGS), after.split(HEADINGS)
    while was and now and bare_help(was[0]) == bare_help(now[0]):
        was, now = was[1:], now[1:]
    while was and now and bare_help(was[-1]) == bare_help(now[-1]):
        was, now = was[:-1], now[:-1]
    none = "aucun titre"
    return HEADINGS.join(was) or none, HEADINGS.join(now) or none


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
        remedy = (
            "DS y refusera ces mots : ajouter ces options sur DS, dire dans « options » celles qui"
            f" en tiennent lieu, ou qu'elles manquent (`unc mapping absent {one.path}=OPTION`)"
        )
        listed = " ; ".join(sorted(lost))
        gone = not lost.isdisjoint(in_our_words(one.spec, known) | known)
        how_bad = severity.of_unwritable(needs, one.path, gone=gone)
        yield Kind.UNWRITABLE, how_bad, listed, "", remedy


def _required(one: ComparedChamp, *, active: bool) -> Iterator[_Change]:
    required, known = one.descriptor.required, one.known
    reviewed = (known.required[-1:] if active else known.required) if known else ()
    if known is None or required in reviewed:
        return
    shown = {True: "obligatoire", False: "facultatif"}
    before = " ou ".join(shown[value] for value in reviewed)
    yield Kind.REQUIRED, severity.of_required(), before, shown[required], f"rien, ou {ACCEPT}"


def _listed(options: list[str]) -> str:
    shown = " ; ".join(options[:_SHOWN])
    more = len(options) - _SHOWN
    return f"{shown} (et {more} de plus)" if more > 0 else shown
