"""Comparing what a démarche asks, in every revision, with the mapping and the reviewed form."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from french.text import agreed, excerpt
from mappings.dossier.decode import stable_id
from mappings.dossier.revision import Descriptor, Revision, flatten, sections
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
from mappings.drift.reviewed import ReviewedForm
from mappings.drift.reviewing import first_seen
from mappings.schema.model import AnnotationSpec, FieldSpec, FormMapping

_ORDER = tuple(Severity)
_SOME = 80
"""Characters of a list of fields, or of champs, in a sentence."""


@dataclass(frozen=True, slots=True)
class Observed:
    """The form as it is.

    Attributes:
        revisions: Its revisions, from the oldest.
        active_id: Which one is in force.
        demarche: Number of its démarche.
        filed: Revisions under which dossiers were filed; ``None`` where that is not known.
    """

    revisions: Sequence[Revision]
    active_id: str
    demarche: int = 0
    filed: frozenset[str] | None = None

    @property
    def active(self) -> Revision | None:
        """The revision in force; the newest where it is not known."""
        found = (one for one in self.revisions if one.id == self.active_id)
        return next(found, self.revisions[-1] if self.revisions else None)

    @property
    def to_review(self) -> tuple[Revision, ...]:
        """Its revisions, the one in force last."""
        active = self.active
        others = (one for one in self.revisions if one is not active)
        return (*others, *((active,) if active else ()))


def from_the_oldest(revisions: Iterable[Revision]) -> tuple[Revision, ...]:
    """Revisions in their order: DS numbers them as they are made."""
    return tuple(sorted(revisions, key=lambda one: (stable_id(one.id).zfill(20), one.id)))


def compare(
    observed: Observed, *, mapping: FormMapping, reviewed: ReviewedForm | None, needs: Needs
) -> tuple[Drift, ...]:
    """Every difference, the worst first; the same one in several revisions is told once."""
    known = reviewed or first_seen(observed.revisions)
    active = observed.active
    now = {one.id: one for one in flatten(active.champs)} if active else {}
    baseline = DriftBaseline(known, _unsettled(needs, known), homes(observed.revisions), now)
    found: dict[tuple[str, ...], Drift] = {}
    for revision in observed.revisions:
        number, in_force = stable_id(revision.id), revision.id == observed.active_id
        above, filed = sections(revision), observed.filed is None or revision.id in observed.filed
        champs = FormLevel(number, in_force, "", revision.champs, above, filed)
        annotations = FormLevel(number, in_force, "", revision.annotations, above, filed)
        for drift in (
            *_fields(champs, mapping.fields, baseline),
            *_annotations(annotations, mapping.annotations, baseline),
        ):
            _add(found, drift)
    told = _by_heading(found.values())
    return tuple(sorted(told, key=lambda one: _ORDER.index(one.severity)))


def not_read(drifts: Iterable[Drift], needs: Needs) -> dict[str, frozenset[str]]:
    """Fields that are not read in dossiers of a revision, by its number: it asked them otherwise.

    Those on which a verdict rests, or what leaves the agency: nobody said that they asked the same.
    """
    found: dict[str, frozenset[str]] = {}
    for one in drifts:
        if one.kind is Kind.EARLIER and needs.acted_on(one.field):
            for number in one.revisions:
                found[number] = found.get(number, frozenset()) | {one.field}
    return found


def _by_heading(drifts: Iterable[Drift]) -> Iterator[Drift]:
    """A heading that was reworded is told once, as bad as for the worst of what it stands above."""
    moved: dict[tuple[str, str], list[Drift]] = {}
    for one in drifts:
        if one.kind is Kind.MOVED:
            moved.setdefault((one.before, one.after), []).append(one)
        else:
            yield one
    for some in moved.values():
        worst, *others = sorted(some, key=lambda one: _ORDER.index(one.severity))
        if not others:
            yield worst
            continue
        fields = ", ".join(one.field for one in (worst, *others))
        label = f"{worst.label} » et {agreed(len(others), 'autre')} « {excerpt(fields, _SOME)}"
        champs = excerpt(", ".join(one.champ for one in (worst, *others)), _SOME)
        yield replace(worst, champ=champs, label=label, field="")


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
    known, section = baseline.known.champs.get(one.id), level.sections.get(one.id, "")
    now = baseline.now.get(one.id)
    compared = ComparedChamp(one, spec, path, known, section, level.filed, now)
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
