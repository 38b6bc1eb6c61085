"""Questions that dossiers answered in other words than those that were reviewed.

A person says of each whether it asked the same: its answers of then are read, or stay unread and
are asked about no more. Either can be taken back.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from hashlib import sha256

from mappings.adoption.absences import every_spec
from mappings.dossier.decode import stable_id
from mappings.dossier.revision import Revision
from mappings.drift.compare import not_read
from mappings.drift.model import Drift, Kind, Needs, Severity
from mappings.drift.reviewed import ReviewedChamp, ReviewedForm, SaidOfBefore
from mappings.drift.reviewing import same_before
from mappings.schema.model import AnnotationSpec, FieldSpec, FormMapping

_KEY = 8
_WORDS = frozenset(
    {Kind.RENAMED, Kind.EXPLAINED, Kind.MOVED, Kind.CONDITION, Kind.RETYPED, Kind.OPTIONS}
)
"""What changed of a question as it is asked now."""


@dataclass(frozen=True, slots=True)
class EarlierWords:
    """A question that dossiers answered in other words, and of which nobody said what it asked.

    Attributes:
        key: Names it.
        field: The field that it gives.
        title: How staff call that.
        before: What it said then.
        now: What was last reviewed of it.
        revisions: The revisions that asked it so.
        unread: Whether its answers of then are not read meanwhile.
        contrary: Whether the mapping reads it as asking the contrary: then so are they, once read.
    """

    key: str
    field: str
    title: str
    before: str
    now: str
    revisions: tuple[str, ...]
    unread: bool
    contrary: bool


def earlier_words(
    drifts: Iterable[Drift], mapping: FormMapping, needs: Needs
) -> Iterator[EarlierWords]:
    """What is left to say of words of before."""
    specs = every_spec(mapping)
    for one in drifts:
        if one.kind is Kind.EARLIER and one.severity is not Severity.INFORMATION:
            spec = specs.get(one.field)
            yield EarlierWords(
                key=key_of(one),
                field=one.field,
                title=spec.title if spec else one.field,
                before=one.before,
                now=one.after,
                revisions=one.revisions,
                unread=needs.acted_on(one.field),
                contrary=spec is not None and reads_contrary(spec),
            )


def key_of(one: Drift | SaidOfBefore) -> str:
    """A short name of words of before, or of what was said of them."""
    if isinstance(one, SaidOfBefore):
        return _key(one.path, one.words)
    return _key(one.field, one.before)


def _key(path: str, words: str) -> str:
    return sha256(f"{path}\0{words}".encode()).hexdigest()[:_KEY]


def reads_contrary(spec: FieldSpec | AnnotationSpec) -> bool:
    """Whether a mapping reads the yes of a question as no."""
    yes = spec.options.get("oui")
    return spec.inverted or (yes is not None and yes.means is False)


def why_not_same(drifts: Iterable[Drift], field: str, title: str) -> str:
    """Why nobody can say yet that a question asked the same before, and what to do; "" if they can.

    What it asks now was reviewed by nobody: the same as what?
    """
    for one in drifts:
        about = one.field == field or (one.kind is Kind.MOVED and not one.field)
        if about and one.kind in _WORDS and one.severity is not Severity.INFORMATION:
            return (
                f"« {title} » a changé depuis la relecture ({one.kind.value}{one.change}) : dites"
                " d'abord ce qu'elle demande maintenant (`unc mapping adapt`, ou « Formulaire » du"
                " portail), puis ce qu'elle demandait avant."
            )
    return ""


def why_not_contrary(title: str) -> str:
    """Why who says « the same » of a question that is read upside down must say which sense."""
    return (
        f"« {title} » est lue à l'envers : ses réponses d'avant le seraient aussi. Si elle"
        " demandait déjà le contraire, dites-le (--inverted) ; si elle demandait autre chose,"
        " dites-le aussi (--other) : elles restent non lues."
    )


def with_said(
    reviewed: ReviewedForm,
    revisions: Sequence[Revision],
    drift: Drift,
    *,
    same: bool,
    reason: str,
    by: str,
    on: date,
) -> ReviewedForm:
    """What was reviewed, once a person said what a question asked in the words of a drift."""
    made = reviewed
    if same:
        asked_so = [one for one in revisions if stable_id(one.id) in drift.revisions]
        made = same_before(reviewed, asked_so, {drift.champ})
    added = {
        champ: gained
        for champ, one in made.champs.items()
        if (gained := _gained(reviewed.champs.get(champ), one))
    }
    said = SaidOfBefore(drift.field, drift.before, same, reason, by, on, added)
    return replace(made, before=(*reviewed.before, said))


def _gained(before: ReviewedChamp | None, now: ReviewedChamp) -> Mapping[str, tuple[str, ...]]:
    if before is None or before == now:
        return {}
    found = {}
    for one in fields(ReviewedChamp):
        was, became = getattr(before, one.name), getattr(now, one.name)
        if isinstance(became, tuple) and (more := tuple(v for v in became if v not in was)):
            found[one.name] = more
    return found


def without_said(reviewed: ReviewedForm, said: SaidOfBefore) -> ReviewedForm:
    """What was reviewed, once a person took back what they said of words of before."""
    champs = dict(reviewed.champs)
    for champ, some in said.added.items():
        if known := champs.get(champ):
            champs[champ] = replace(
                known,
                **{
                    name: tuple(v for v in values[:-1] if v not in gone) + values[-1:]
                    for name, gone in some.items()
                    for values in [getattr(known, name)]
                },
            )
    left = tuple(one for one in reviewed.before if one != said)
    return replace(reviewed, champs=champs, before=left)


def settled(found: Iterable[Drift], reviewed: ReviewedForm | None) -> Iterator[Drift]:
    """Differences, of which words of before that were said to ask something else ask no more."""
    other = {key_of(one): one for one in (reviewed.before if reviewed else ()) if not one.same}
    for one in found:
        said = other.get(key_of(one)) if one.kind is Kind.EARLIER else None
        if said is None:
            yield one
        else:
            why = f"rien à faire, ses réponses ne sont pas lues : {said.told}"
            yield replace(one, severity=Severity.INFORMATION, remedy=why)


def unread(drifts: Sequence[Drift], needs: Needs) -> Mapping[str, frozenset[str]]:
    """Fields that are not read in dossiers of a revision, by its number.

    Those that matter and of which nobody said that they asked the same, and those of which somebody
    said that they asked something else.
    """
    found = dict(not_read(drifts, needs))
    for one in drifts:
        if one.kind is Kind.EARLIER and one.severity is Severity.INFORMATION:
            for number in one.revisions:
                found[number] = found.get(number, frozenset()) | {one.field}
    return found
