"""Comparing what a démarche asks, in every revision, with the mapping and the reviewed form."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from mappings.dossier.decode import stable_id
from mappings.dossier.revision import Descriptor, Revision
from mappings.drift import severity
from mappings.drift.changed import ComparedChamp, changes
from mappings.drift.form_champs import (
    DriftBaseline,
    FormLevel,
    homes,
    matched,
    reads,
    reworded,
    usurped,
)
from mappings.drift.meanings import meanings
from mappings.drift.missing import missing_annotation, missing_field
from mappings.drift.model import ACCEPT, Drift, Kind, Needs, Severity
from mappings.drift.new import newcomers
from mappings.drift.reviewed import ReviewedForm, first_seen
from mappings.schema.model import AnnotationSpec, FieldSpec, FormMapping

_ORDER = tuple(Severity)


@dataclass(frozen=True, slots=True)
class Observed:
    """The form as it is: its revisions from the oldest, which one is in force, its démarche."""

    revisions: Sequence[Revision]
    active_id: str
    demarche: int = 0

    @property
    def active(self) -> Revision | None:
        """The revision in force; the newest where it is not known."""
        found = (one for one in self.revisions if one.id == self.active_id)
        return next(found, self.revisions[-1] if self.revisions else None)


def from_the_oldest(revisions: Iterable[Revision]) -> tuple[Revision, ...]:
    """Revisions in their order: DS numbers them as they are made."""
    return tuple(sorted(revisions, key=lambda one: (stable_id(one.id).zfill(20), one.id)))


def compare(
    observed: Observed, *, mapping: FormMapping, reviewed: ReviewedForm | None, needs: Needs
) -> tuple[Drift, ...]:
    """Every difference, the worst first; the same one in several revisions is told once."""
    known = reviewed or first_seen(observed.revisions)
    baseline = DriftBaseline(known, _unsettled(needs, known), homes(observed.revisions))
    found: dict[tuple[str, ...], Drift] = {}
    for revision in observed.revisions:
        number, active = stable_id(revision.id), revision.id == observed.active_id
        champs = FormLevel(number, active, "", revision.champs)
        annotations = FormLevel(number, active, "", revision.annotations)
        for drift in (
            *_fields(champs, mapping.fields, baseline),
            *_annotations(annotations, mapping.annotations, baseline),
        ):
            _add(found, drift)
    return tuple(sorted(found.values(), key=lambda one: _ORDER.index(one.severity)))


def _unsettled(needs: Needs, known: ReviewedForm) -> Needs:
    """What rules need, without the options that a person said that the form does not have."""

    def left(named: Mapping[str, frozenset[str]]) -> dict[str, frozenset[str]]:
        return {
            path: frozenset(one for one in some if f"{path}={one}" not in known.settled)
            for path, some in named.items()
        }

    return replace(needs, options=left(needs.options), written=left(needs.written))


def _add(found: dict[tuple[str, ...], Drift], drift: Drift) -> None:
    """Keep the worse of two sights of one drift, whole: its remedy goes with its severity.

    Of two that are as bad the later one is kept: that of the form as it is now.
    """
    key = (drift.kind, drift.champ, drift.field, drift.after)
    same = found.get(key)
    if same is None:
        found[key] = drift
        return
    worse = min(drift, same, key=lambda one: _ORDER.index(one.severity))
    found[key] = replace(worse, revisions=same.revisions + drift.revisions)


def _fields(
    level: FormLevel, specs: Mapping[str, FieldSpec], baseline: DriftBaseline
) -> Iterator[Drift]:
    known = baseline.known
    read = tuple(reads(level, specs.values()))
    taken = {champ.id for one in read for champ in one.champs}
    for one in read:
        path = f"{level.place}{one.spec.name}"
        for champ in one.champs:
            yield from _taken(level, champ, one.spec, path, baseline)
            if one.spec.type == "rows":
                inner = replace(level, place=f"{path}.", descriptors=champ.children)
                yield from _fields(inner, one.spec.fields, baseline)
        yield from _ambiguous(level, one.spec, path)
    yield from meanings(level, specs.values(), baseline.needs)
    told = set(taken)
    for one in read:
        if not one.champs:
            formerly = reworded(level, one.spec, taken=taken, known=known)
            told.update(champ.id for champ in formerly)
            lost = missing_field(level, one.spec, formerly=formerly, baseline=baseline)
            # A part that is missing is settled by correcting its line, never by an absence.
            yield from lost if one.whole else (replace(drift, lost=False) for drift in lost)
    yield from newcomers(level, told, known)


def _taken(
    level: FormLevel,
    one: Descriptor,
    spec: FieldSpec | AnnotationSpec,
    path: str,
    baseline: DriftBaseline,
) -> Iterator[Drift]:
    """What changed in a champ that a field takes, which another champ may have given before."""
    needs = baseline.needs
    if other := usurped(one, spec, baseline=baseline):
        yield Drift(
            severity=severity.of_another(needs, path, active=level.active),
            kind=Kind.REPLACED,
            champ=one.id,
            label=one.label,
            field=path,
            before=f"champ {other}",
            after=f"champ {one.id}",
            revisions=(level.revision,),
            remedy=f"nommer par son id celui des deux qui est voulu, ou {ACCEPT}",
        )
    compared = ComparedChamp(one, spec, path, baseline.known.champs.get(one.id))
    yield from changes(compared, needs, revision=level.revision, active=level.active)


def _ambiguous(level: FormLevel, spec: FieldSpec, path: str) -> Iterator[Drift]:
    for candidate in spec.candidates(level.revision):
        same = level.by_name.get(candidate, ())
        if len(same) > 1:
            yield Drift(
                severity=severity.of_ambiguous(active=level.active),
                kind=Kind.AMBIGUOUS,
                champ=", ".join(one.id for one in same),
                label=same[0].label,
                field=path,
                before="",
                after="",
                revisions=(level.revision,),
                remedy="nommer le champ par son id dans la correspondance",
            )


def _annotations(
    level: FormLevel, specs: Mapping[str, AnnotationSpec], baseline: DriftBaseline
) -> Iterator[Drift]:
    """Annotations spoil no verdict; one by which a person decides may mislead."""
    found = {name: matched(level, spec) for name, spec in specs.items()}
    taken = {one.id for champs in found.values() for one in champs}
    for name, spec in specs.items():
        for one in found[name]:
            yield from _taken(level, one, spec, f"annotations.{name}", baseline)
        if not found[name]:
            formerly = reworded(level, spec, taken=taken, known=baseline.known)
            yield from missing_annotation(level, spec, formerly=formerly, baseline=baseline)
