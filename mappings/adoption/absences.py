"""What a person said that the form does not ask, and what it does not ask by silence."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from french.text import normalise_label
from mappings.dossier.decode import stable_id
from mappings.dossier.revision import Descriptor, Revision, flatten
from mappings.drift.model import Drift, Kind, Severity
from mappings.drift.retyping import LISTS
from mappings.drift.reviewed import Absence, ReviewedForm, options_of
from mappings.drift.wording import has_other_help, has_other_label
from mappings.schema.champs import given, in_our_words, keys_of, parts
from mappings.schema.model import AnnotationSpec, FieldSpec, FormMapping
from mappings.schema.sources import TickedBoxes

if TYPE_CHECKING:
    from mappings.matching.match import Match

_LABELS = "labels."
_OPEN = (
    "sans elle, le champ d'application est inconnu : aucun dossier n'est « Complet », chacun est"
    " « À préciser » jusqu'à ce qu'une personne en décide ; pour supposer partout une même réponse,"
    " la dire par `constant` dans la correspondance"
)


@dataclass(frozen=True, slots=True)
class ToldAbsence:
    """What a person said that the form does not ask, and that no champ of it gives since.

    Attributes:
        path: The field, ``rows.field``, ``field=option`` or ``annotations.name``.
        title: How staff call it, with the option, and the revisions where only some lack it.
        told: The whole as the agency reads it: the reason, who said so, when, and what it means.
    """

    path: str
    title: str
    told: str


def absences(
    reviewed: ReviewedForm,
    mapping: FormMapping,
    *,
    revisions: Sequence[Revision] = (),
    scope: frozenset[str] = frozenset(),
) -> Iterator[ToldAbsence]:
    """Each absence that holds; one that a constant, rows or a champ fill everywhere does not.

    Args:
        reviewed: What a person said.
        mapping: Champs to fields.
        revisions: Those that were read, from the oldest; without any, all that was said holds.
        scope: Fields without which no verdict is possible.
    """
    titles = {path: one.title for path, one in every_field(mapping).items()}
    titles |= {f"annotations.{name}": one.title for name, one in mapping.annotations.items()}
    titles |= {path: _label(path) for path in reviewed.absent if path.startswith(_LABELS)}
    for said, one in sorted(reviewed.absent.items()):
        lacking = [each for each in revisions if not _gives(mapping, each, said)]
        if revisions and not lacking:
            continue
        path, _, option = said.partition("=")
        named = f", option « {option} »" if option else ""
        now = not revisions or lacking[-1] == revisions[-1]
        title = f"{titles.get(path, path)}{named}"
        told = f"{title} ({path}){'' if now else f', {_numbers(lacking)}'} : {_said(one)}"
        yield ToldAbsence(
            said,
            title if now else f"{title} ({_numbers(lacking)})",
            f"{told} ; {_OPEN}" if now and said in scope else told,
        )


def with_reasons(found: Iterable[Drift], reviewed: ReviewedForm | None) -> tuple[Drift, ...]:
    """Differences, of which an annotation that a person said absent asks for nothing more."""
    absent = reviewed.absent if reviewed else {}

    def told(one: Drift) -> Drift:
        said = absent.get(one.field)
        of_ours = one.kind is Kind.MISSING and one.field.startswith("annotations.")
        if not (of_ours and said and said.signed) or one.severity is not Severity.REVIEW:
            return one
        why = f"rien à faire, raison donnée : {_said(said)}"
        return replace(one, severity=Severity.INFORMATION, remedy=why)

    return tuple(map(told, found))


def refused(
    reviewed: ReviewedForm, mapping: FormMapping, active: Revision, sure: "Mapping[str, Match]"
) -> Mapping[str, Absence]:
    """What a person said, with a reason, that the form does not ask, and that its file leaves so.

    It stays, even of what a question surely asks: they had it before their eyes. Not so where that
    question is new since the form was reviewed, or has another label or type.

    Args:
        reviewed: What a person said, and the form that they had before their eyes.
        mapping: What the file says.
        active: The form in force.
        sure: The champ that surely asks each field.
    """
    other = _changed(reviewed, active)
    held = (one.path for one in absences(reviewed, mapping, revisions=(active,)))
    return {
        path: reviewed.absent[path]
        for path in held
        if reviewed.absent[path].signed and not (path in sure and sure[path].offered.champs & other)
    }


def _label(path: str) -> str:
    return f"label « {path.removeprefix(_LABELS)} »"


def left_out(
    reviewed: ReviewedForm, mapping: FormMapping, active: Revision, found: Mapping[str, "Match"]
) -> frozenset[str]:
    """Fields that a person took out of their file, though a champ surely asks them.

    Like what they refused with a reason (:func:`refused`), it stays so as long as the question is
    the one that they had before their eyes; unlike it, it is asked of them again.

    Args:
        reviewed: The form that they had before their eyes.
        mapping: What the file says.
        active: The form in force.
        found: What would be taken, by what was said before.
    """
    specs = every_spec(mapping)
    given = frozenset().union(*(keys_of(one) for one in specs.values()))
    asked = frozenset(one.id for one in flatten((*active.champs, *active.annotations)))
    kept = asked - _changed(reviewed, active)
    return frozenset(
        path
        for path, match in found.items()
        if match.sure
        and path in specs
        and not keys_of(specs[path])
        and specs[path].source is None
        and given.isdisjoint(match.offered.champs)
        and match.offered.champs <= kept
    )


def _changed(reviewed: ReviewedForm, active: Revision) -> frozenset[str]:
    """Champs that are new since a form was reviewed, or have another label, help or type."""
    every = flatten((*active.champs, *active.annotations))
    return frozenset(one.id for one in every if not _as_reviewed(one, reviewed))


def _as_reviewed(one: Descriptor, reviewed: ReviewedForm) -> bool:
    known = reviewed.champs.get(one.id)
    if known is None or one.type not in known.types:
        return False
    return not (has_other_label(one, known) or has_other_help(one, known))


def _numbers(revisions: Sequence[Revision]) -> str:
    numbers = ", ".join(stable_id(one.id) for one in revisions)
    return f"révision{'s' if len(revisions) > 1 else ''} {numbers}"


def _gives(mapping: FormMapping, revision: Revision, said: str) -> bool:
    """Whether a revision gives what a person said that the form does not ask."""
    if said.startswith(_LABELS):
        return bool(mapping.labels.get(said.removeprefix(_LABELS)))
    path, _, option = said.partition("=")
    if path.startswith("annotations."):
        spec = mapping.annotations.get(path.removeprefix("annotations."))
        if spec is None or revision.asked_annotations.isdisjoint(spec.champs):
            return False
        return not option or _written(spec, option, revision)
    if path not in given(mapping, revision.asked, revision=stable_id(revision.id)):
        return False
    return not option or option in _meant(every_field(mapping)[path], revision)


def _meant(spec: FieldSpec, revision: Revision) -> frozenset[str]:
    """The options of ours that a field may have in a revision."""
    if isinstance(spec.source, TickedBoxes):
        boxes = {one for key, one in spec.source.options.items() if key in revision.asked}
        return frozenset({*boxes, spec.source.otherwise})
    keys = {*spec.champs, *(key for one in parts(spec) for key in one.champs)}
    asked = (one for one in flatten(revision.champs) if _names(one) & keys)
    return in_our_words(spec, (option for one in asked for option in options_of(one)))


def _written(spec: AnnotationSpec, option: str, revision: Revision) -> bool:
    """Whether an annotation may be given one of our options: as text, or by an option of a list."""
    named = frozenset(spec.champs)
    asked = (one for one in flatten(revision.annotations) if named & _names(one))
    return all(
        one.type not in LISTS or option in {*options_of(one), *in_our_words(spec, options_of(one))}
        for one in asked
    )


def _names(one: Descriptor) -> frozenset[str]:
    return frozenset({one.id, normalise_label(one.label)})


def _said(one: Absence) -> str:
    if not one.signed:
        return "ni raison ni nom : `unc mapping absent`"
    day = f" le {one.on:%d/%m/%Y}" if one.on else ""
    return f"{one.reason} — {one.by}{day}"


def every_field(mapping: FormMapping) -> Mapping[str, FieldSpec]:
    """Every field by its path, those of rows as ``rows.field``."""
    found: dict[str, FieldSpec] = {}
    for name, spec in mapping.fields.items():
        found |= {name: spec, **{f"{name}.{key}": one for key, one in spec.fields.items()}}
    return found


def every_spec(mapping: FormMapping) -> Mapping[str, FieldSpec | AnnotationSpec]:
    """Every field by its path, and every annotation as ``annotations.name``."""
    notes = {f"annotations.{name}": one for name, one in mapping.annotations.items()}
    return {**every_field(mapping), **notes}


def silent(
    mapping: FormMapping,
    revision: Revision | None,
    *,
    read: frozenset[str],
    settled: frozenset[str],
) -> frozenset[str]:
    """Fields that rules read, that a revision does not ask, and of which nobody said so.

    Args:
        mapping: Champs to fields.
        revision: The revision; ``None`` asks nothing that is known.
        read: Fields that rules read.
        settled: Those that a person said that the form does not ask.
    """
    asked = revision.asked if revision else frozenset()
    number = stable_id(revision.id) if revision else ""
    known = every_field(mapping).keys()
    said = {path for path in known if path in settled or path.split(".")[0] in settled}
    return (read & known) - said - given(mapping, asked, revision=number)
