"""What changed in one champ that the mapping takes: label, type, options, obligation."""

from collections.abc import Iterator
from dataclasses import dataclass

from french.text import bare_label
from mappings.dossier.revision import Descriptor
from mappings.drift import severity
from mappings.drift.model import ACCEPT, Drift, Kind, Needs, Severity
from mappings.drift.retyping import LISTS, Fit, fit
from mappings.drift.reviewed import ReviewedChamp, options_of
from mappings.schema.champs import in_our_words
from mappings.schema.model import AnnotationSpec, FieldSpec
from mappings.schema.names import FIELD_NAMES, champ_type

_UNREADABLE = "changer « type » dans la correspondance, ou le champ sur DS : réponses illisibles"
_FREED = "remettre la liste sur DS, ou changer le référentiel : il compare encore avec ses options"
_SHOWN = 3
"""Options named in a sentence; the others are counted."""


@dataclass(frozen=True, slots=True)
class ComparedChamp:
    """A champ of one revision, the field that takes it, and what was reviewed of it."""

    descriptor: Descriptor
    spec: FieldSpec | AnnotationSpec
    path: str
    known: ReviewedChamp | None


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
        *_label(one, needs),
        *_options(one, needs, active=active),
        *_unwritable(one, needs, active=active),
        *_required(one),
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
    before = " ou ".join(map(champ_type, known.types)) if known else ""
    changed = known is not None and kind not in known.types
    found = fit(one.spec.type, kind, inverted=one.spec.inverted)
    if found is Fit.UNREADABLE:
        before = before if changed else f"donnée « {FIELD_NAMES[one.spec.type]} »"
        how_bad = severity.of_wrong_answers(needs, one.path, active=active)
        yield Kind.RETYPED, how_bad, before, champ_type(kind), _UNREADABLE
    elif changed:
        freed = active and _frees(one, needs)
        types = (*(known.types if known else ()), kind)
        alike = all(fit(one.spec.type, each) is Fit.EXACT for each in types)
        converted = f"ses réponses sont converties, parfois illisibles : {ACCEPT}"
        read = f"rien, ou {ACCEPT}" if found is Fit.EXACT else converted
        how_bad = severity.of_readable_type(freed=freed, alike=alike)
        yield Kind.RETYPED, how_bad, before, champ_type(kind), _FREED if freed else read


def _frees(one: ComparedChamp, needs: Needs) -> bool:
    """Whether a condition compares with options what is no list any more."""
    listed = one.known is not None and not LISTS.isdisjoint(one.known.types)
    return listed and one.descriptor.type not in LISTS and bool(needs.options.get(one.path))


def _label(one: ComparedChamp, needs: Needs) -> Iterator[_Change]:
    """A question in other words may ask something else, in whichever revision: it is looked at."""
    label, known = one.descriptor.label, one.known
    if known is None or label in known.labels:
        return
    alike = bare_label(label) in map(bare_label, known.labels)
    how_bad = severity.of_label(needs, one.path, alike=alike)
    remedy = "vérifier que la question a le même sens"
    yield Kind.RENAMED, how_bad, known.labels[-1], label, f"{remedy} : {ACCEPT}"


def _options(one: ComparedChamp, needs: Needs, *, active: bool) -> Iterator[_Change]:
    options, known = options_of(one.descriptor), one.known
    reviewed = known.options if known else ()
    if not options and not (reviewed and one.descriptor.type in LISTS):
        return  # never a list, or none any more: then its type is told
    named = needs.options.get(one.path, frozenset())
    # An older revision has options of its own, which were reviewed with it.
    expected = set(reviewed) - set(known.removed if known else ()) if active else set()
    # Rules name our options; a box says yes or no, and its option is the mapping's to name.
    lost = named - in_our_words(one.spec, options) if active else frozenset()
    added = [option for option in options if reviewed and option not in reviewed]
    gone = sorted((expected | lost) - set(options))
    how_bad, remedy = severity.of_options(lost=bool(lost), named=bool(named)), ACCEPT
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
    offered = frozenset(options_of(one.descriptor))
    lost = needs.written.get(one.path, frozenset()) - in_our_words(one.spec, offered) - offered
    if lost:
        remedy = (
            "DS y refusera ces mots : ajouter ces options sur DS, dire dans « options » celles qui"
            f" en tiennent lieu, ou qu'elles manquent (`unc mapping absent {one.path}=OPTION`)"
        )
        listed = " ; ".join(sorted(lost))
        yield Kind.UNWRITABLE, severity.of_unwritable(), listed, "", remedy


def _required(one: ComparedChamp) -> Iterator[_Change]:
    required, known = one.descriptor.required, one.known
    if known is None or required in known.required:
        return
    shown = {True: "obligatoire", False: "facultatif"}
    before = " ou ".join(shown[value] for value in known.required)
    yield Kind.REQUIRED, severity.of_required(), before, shown[required], f"rien, ou {ACCEPT}"


def _listed(options: list[str]) -> str:
    shown = " ; ".join(options[:_SHOWN])
    more = len(options) - _SHOWN
    return f"{shown} (et {more} de plus)" if more > 0 else shown
