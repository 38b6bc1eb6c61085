"""A field that no champ of a revision gives: the champ is gone, or the label that named it."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from mappings.dossier.revision import Descriptor
from mappings.drift import severity
from mappings.drift.form_champs import DriftBaseline, FormLevel
from mappings.drift.model import SIGNED, Drift, Kind, Severity
from mappings.drift.reviewed import ReviewedForm
from mappings.schema.model import AnnotationSpec, FieldSpec

_OLD = "rien : les dossiers de cette révision n'ont pas ce champ"
_CORRECT = "corriger « champ » dans la correspondance, ou dire pourquoi : `unc mapping absent`"
_SETTLED = "rien : absence déjà relue"


def missing_field(
    level: FormLevel, spec: FieldSpec, *, formerly: Sequence[Descriptor], baseline: DriftBaseline
) -> Iterator[Drift]:
    """The drift of a field without a champ, as bad as what the rules do with the field.

    Args:
        level: Where it was looked for.
        spec: The field.
        formerly: Champs that had its label when they were reviewed.
        baseline: What was reviewed: a field accepted as absent is no drift in older revisions.
    """
    path, needs, known = f"{level.place}{spec.name}", baseline.needs, baseline.known
    # A list of names, without reasons, settles what nothing rests on.
    accepted = path in known.settled or (path in known.absent and not needs.rest_on(path))
    if accepted and not level.active:
        return
    how_bad = severity.of_missing(needs, path, active=level.active, accepted=accepted)
    nothing = _SETTLED if accepted else _OLD
    remedy = nothing if how_bad is Severity.INFORMATION else _CORRECT
    told = _lost(level, spec, path, how_bad, remedy)
    yield from _reworded(told, formerly, baseline.known) if formerly else (told,)


def missing_annotation(
    level: FormLevel,
    spec: AnnotationSpec,
    *,
    formerly: Sequence[Descriptor],
    baseline: DriftBaseline,
) -> Iterator[Drift]:
    """The drift of an annotation that the form in force does not have: never a spoilt verdict."""
    if not level.active:
        return
    path, known = f"annotations.{spec.name}", baseline.known
    gone = path not in known.settled and _was_there(spec, baseline)
    how_bad = severity.of_missing_annotation(
        baseline.needs, path, written=spec.written, reworded=bool(formerly), gone=gone
    )
    remedy = "l'ajouter aux annotations privées, et son id à la correspondance"
    if gone and how_bad is Severity.BLOCKING:
        remedy += f" ; si ce formulaire ne l'a plus : `unc mapping absent {path} {SIGNED}`"
    told = _lost(level, spec, path, how_bad, remedy)
    yield from _reworded(told, formerly, baseline.known) if formerly else (told,)


def _was_there(spec: AnnotationSpec, baseline: DriftBaseline) -> bool:
    """Whether it was reviewed; of what is no yes or no, in this very démarche.

    The form that comes with the bridge was reviewed with all of its annotations.
    """
    known, homes = baseline.known, baseline.homes
    reviewed = {
        one
        for one in known.champs
        if one in spec.champs or not known.normal_labels(one).isdisjoint(spec.champs)
    }
    if spec.type == "yes_no":
        return bool(reviewed)
    return any(homes.get(one) == "annotations" for one in reviewed)


def _lost(
    level: FormLevel, spec: FieldSpec | AnnotationSpec, path: str, how_bad: Severity, remedy: str
) -> Drift:
    return Drift(
        severity=how_bad,
        kind=Kind.MISSING,
        champ=" ou ".join(spec.candidates(level.revision)) or "–",
        label=spec.title,
        field=path,
        before="",
        after="",
        revisions=(level.revision,),
        remedy=remedy,
        lost=True,
    )


def _reworded(told: Drift, formerly: Sequence[Descriptor], known: ReviewedForm) -> Iterator[Drift]:
    """The same, by the champ that is still there under another label."""
    for one in formerly:
        add = f"ajouter {one.id} à « champ » dans la correspondance"
        yield replace(
            told,
            kind=Kind.RENAMED,
            champ=one.id,
            label=one.label,
            before=known.champs[one.id].labels[-1],
            after=one.label,
            remedy=_SETTLED if told.remedy == _SETTLED else add,
        )
