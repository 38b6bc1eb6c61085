"""Comparing what a démarche asks, in every revision, with the mapping and the reviewed form."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from mappings.changes import Compared, changes
from mappings.decode import stable_id
from mappings.drift import Drift, Kind, Needs, Severity
from mappings.labels import normalise_label
from mappings.mapping import AnnotationSpec, FieldSpec, FormMapping
from mappings.reviewed import ReviewedForm, first_seen
from mappings.revision import NO_ANSWER, Descriptor, Revision

_ORDER = tuple(Severity)
_ACCEPT = "relire, puis `unc mapping accept`"


@dataclass(frozen=True, slots=True)
class Observed:
    """The form as it is: its revisions from the oldest, and the id of the one in force."""

    revisions: Sequence[Revision]
    active_id: str


@dataclass(frozen=True, slots=True)
class _Level:
    """The champs of one level of one revision: of the form, or of the rows of a repetition."""

    revision: str
    active: bool
    place: str
    descriptors: tuple[Descriptor, ...]


def compare(
    observed: Observed, *, mapping: FormMapping, reviewed: ReviewedForm | None, needs: Needs
) -> tuple[Drift, ...]:
    """Every difference, the worst first; the same one in several revisions is told once."""
    known = reviewed or first_seen(observed.revisions)
    found: dict[tuple[str, ...], Drift] = {}
    for revision in observed.revisions:
        number, active = stable_id(revision.id), revision.id == observed.active_id
        champs = _Level(number, active, "", revision.champs)
        annotations = _Level(number, active, "", revision.annotations)
        for drift in (
            *_fields(champs, mapping.fields, known=known, needs=needs),
            *_annotations(annotations, mapping.annotations, known=known),
        ):
            _add(found, drift)
    return tuple(sorted(found.values(), key=lambda one: _ORDER.index(one.severity)))


def _add(found: dict[tuple[str, ...], Drift], drift: Drift) -> None:
    key = (drift.kind, drift.champ, drift.field, drift.after)
    if key not in found:
        found[key] = drift
        return
    same = found[key]
    severity = min(same.severity, drift.severity, key=_ORDER.index)
    found[key] = replace(same, severity=severity, revisions=same.revisions + drift.revisions)


def _fields(
    level: _Level, specs: Mapping[str, FieldSpec], *, known: ReviewedForm, needs: Needs
) -> Iterator[Drift]:
    taken: set[str] = set()
    for name, spec in specs.items():
        path = f"{level.place}{name}"
        matched = _matched(level, spec)
        taken.update(one.id for one in matched)
        if not matched:
            yield from _missing(level, spec, path, known=known, needs=needs)
            continue
        for one in matched:
            compared = Compared(one, spec, path, known.champs.get(one.id))
            yield from changes(compared, needs, revision=level.revision, active=level.active)
            if spec.type == "rows":
                inner = replace(level, place=f"{path}.", descriptors=one.children)
                yield from _fields(inner, spec.fields, known=known, needs=needs)
        yield from _ambiguous(level, spec, path)
    yield from _new(level, taken, known=known)


def _matched(level: _Level, spec: FieldSpec | AnnotationSpec) -> list[Descriptor]:
    """The champs of a level that the candidates of a field name, in the candidates' order."""
    found = []
    for candidate in spec.candidates(level.revision):
        found += [one for one in _asking(level) if _is(one, candidate)][:1]
    return list({one.id: one for one in found}.values())


def _asking(level: _Level) -> Iterable[Descriptor]:
    return (one for one in level.descriptors if one.type not in NO_ANSWER)


def _is(one: Descriptor, candidate: str) -> bool:
    return one.id == candidate if candidate.isdigit() else normalise_label(one.label) == candidate


def _missing(
    level: _Level, spec: FieldSpec, path: str, *, known: ReviewedForm, needs: Needs
) -> Iterator[Drift]:
    accepted = path in known.absent
    if accepted and not level.active:
        return
    severity, remedy = (
        Severity.INFORMATION,
        "rien : les dossiers de cette révision n'ont pas ce champ",
    )
    if level.active:
        severity, remedy = (
            Severity.REVIEW,
            f"corriger « champ » dans la correspondance, ou {_ACCEPT}",
        )
        if path in needs.scope or (path in needs.read and not accepted):
            severity = Severity.BLOCKING
        elif accepted:
            severity, remedy = Severity.INFORMATION, "rien : absence déjà relue"
    yield Drift(
        severity=severity,
        kind=Kind.MISSING,
        champ=" ou ".join(spec.candidates(level.revision)) or "–",
        label=spec.title,
        field=path,
        before="",
        after="",
        revisions=(level.revision,),
        remedy=remedy,
    )


def _ambiguous(level: _Level, spec: FieldSpec, path: str) -> Iterator[Drift]:
    for candidate in spec.candidates(level.revision):
        same = [one for one in _asking(level) if _is(one, candidate)]
        if len(same) > 1:
            yield Drift(
                severity=Severity.BLOCKING if level.active else Severity.REVIEW,
                kind=Kind.AMBIGUOUS,
                champ=", ".join(one.id for one in same),
                label=same[0].label,
                field=path,
                before="",
                after="",
                revisions=(level.revision,),
                remedy="nommer le champ par son id dans la correspondance",
            )


def _new(level: _Level, taken: set[str], *, known: ReviewedForm) -> Iterator[Drift]:
    for one in _asking(level):
        if one.id in taken:
            continue
        reviewed = known.accepted and one.id in known.champs
        told = level.active and not reviewed
        yield Drift(
            severity=Severity.REVIEW if told else Severity.INFORMATION,
            kind=Kind.NEW,
            champ=one.id,
            label=one.label,
            field="",
            before="",
            after=one.type,
            revisions=(level.revision,),
            remedy=f"`unc mapping propose`, ou {_ACCEPT}"
            if told
            else "rien : déjà relu, ou ancien",
        )


def _annotations(
    level: _Level, specs: Mapping[str, AnnotationSpec], *, known: ReviewedForm
) -> Iterator[Drift]:
    """Annotations never spoil a verdict: at worst it cannot be shown on DS."""
    for name, spec in specs.items():
        path = f"annotations.{name}"
        matched = _matched(level, spec)
        if not matched and level.active:
            yield Drift(
                severity=Severity.REVIEW if spec.written else Severity.INFORMATION,
                kind=Kind.MISSING,
                champ=" ou ".join(spec.champs),
                label=spec.title,
                field=path,
                before="",
                after="",
                revisions=(level.revision,),
                remedy="l'ajouter aux annotations privées, et son id à la correspondance",
            )
        for one in matched:
            compared = Compared(one, spec, path, known.champs.get(one.id))
            yield from changes(compared, Needs(), revision=level.revision, active=level.active)
