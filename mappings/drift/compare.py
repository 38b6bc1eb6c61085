"""Comparing what a démarche asks, in every revision, with the mapping and the reviewed form."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace

from french.text import agreed, excerpt, normalise_label
from mappings.dossier.answered import Otherwise
from mappings.dossier.decode import stable_id
from mappings.dossier.revision import Descriptor, Revision, flatten, sections
from mappings.drift import severity
from mappings.drift.changed import changes
from mappings.drift.form_champs import (
    ComparedChamp,
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
from mappings.drift.reviewed import ReviewedForm, options_of
from mappings.drift.reviewing import first_seen
from mappings.drift.wording import ChampWording
from mappings.schema.model import AnnotationSpec, FieldSpec, FormMapping

_ORDER = tuple(Severity)
_SAID = "`unc mapping same {} "
_SOME = 80
"""Characters of a list of fields, or of champs, in a sentence."""


@dataclass(frozen=True, slots=True)
class Observed:
    """The form as it is.

    Attributes:
        revisions: Its revisions, from the oldest.
        active_id: Which one is in force.
        demarche: Number of its démarche.
        answered: Of what revisions asked otherwise, what some dossier answered so, as the number
            of the revision and the field; ``None`` where that is not known: all of it.
    """

    revisions: Sequence[Revision]
    active_id: str
    demarche: int = 0
    answered: Callable[[Otherwise], AbstractSet[tuple[str, str]]] | None = field(
        default=None, compare=False, repr=False
    )

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
    """Every difference, the worst first; the same one in several revisions is told once.

    What a revision of before asked otherwise is told where some dossier answered it.
    """
    found = every_drift(observed, mapping=mapping, reviewed=reviewed, needs=needs)
    return answered_alone(found, observed)


def every_drift(
    observed: Observed, *, mapping: FormMapping, reviewed: ReviewedForm | None, needs: Needs
) -> tuple[Drift, ...]:
    """The same, with what each revision of before asked otherwise, answered or not."""
    known = reviewed or first_seen(observed.revisions)
    baseline = DriftBaseline(
        known,
        _unsettled(needs, known),
        homes(observed.revisions),
        _questions(observed.active),
        _ever_offered(observed.revisions),
        {one.id: one.label for revision in observed.revisions for one in _every(revision)},
    )
    found: dict[tuple[str, ...], Drift] = {}
    for revision in observed.revisions:
        number, in_force = stable_id(revision.id), revision.id == observed.active_id
        above = sections(revision)
        champs = FormLevel(number, in_force, "", revision.champs, above, revision.whole)
        annotations = replace(champs, descriptors=revision.annotations)
        for drift in (
            *_fields(champs, mapping.fields, baseline),
            *_annotations(annotations, mapping.annotations, baseline),
        ):
            _add(found, drift)
    told = _by_heading(found.values())
    return tuple(sorted(told, key=lambda one: _ORDER.index(one.severity)))


def answered_alone(drifts: Iterable[Drift], observed: Observed) -> tuple[Drift, ...]:
    """Differences, of those of before only where some dossier answered the form of then."""
    found = dict[object, list[Drift]]()
    for at, one in enumerate(answered_then(drifts, observed)):
        earlier = one.before, one.after, one.revisions, _command(one) or one
        found.setdefault(earlier if one.kind is Kind.EARLIER else at, []).append(one)
    return tuple(_of_several(some) for some in found.values())


def answered_then(drifts: Iterable[Drift], observed: Observed) -> Iterator[Drift]:
    """The same, each question of before apart, with the revisions that some dossier answered."""
    drifts = tuple(drifts)
    asked = asked_otherwise(one for one in drifts if one.kind is Kind.EARLIER)
    answered = observed.answered(asked) if observed.answered and asked else None
    for one in drifts:
        if one.kind is not Kind.EARLIER or answered is None:
            yield one
        elif numbers := tuple(n for n in one.revisions if (n, one.field) in answered):
            yield replace(one, revisions=numbers)


def _command(one: Drift) -> str:
    """What to do about a question of before, whatever its name; "" where nothing is."""
    whatever = one.remedy.replace(_SAID.format(one.field), _SAID.format("…"))
    return "" if whatever == one.remedy else whatever


def _of_several(some: Sequence[Drift]) -> Drift:
    """What stood above several questions of before, told once, with one act for all of them."""
    first, *others = some
    if not others:
        return first
    paths = _SAID.format(",".join(one.field for one in some))
    return replace(_together(some), remedy=first.remedy.replace(_SAID.format(first.field), paths))


def _questions(active: Revision | None) -> dict[str, ChampWording]:
    """The questions of the form in force, by id."""
    if active is None:
        return {}
    above = sections(active)
    return {one.id: ChampWording(one, above.get(one.id, "")) for one in _every(active)}


def _every(revision: Revision) -> Iterator[Descriptor]:
    return flatten((*revision.champs, *revision.annotations))


def _ever_offered(revisions: Iterable[Revision]) -> dict[str, frozenset[str]]:
    """The options that each champ has had, as they are looked up, by its id."""
    found: dict[str, frozenset[str]] = {}
    for revision in revisions:
        for one in _every(revision):
            if one.options:
                here = frozenset(map(normalise_label, options_of(one)))
                found[one.id] = found.get(one.id, frozenset()) | here
    return found


def not_read(drifts: Iterable[Drift], needs: Needs) -> Otherwise:
    """What is not read of what was answered under a revision of before: it asked it otherwise.

    Fields and annotations on which a verdict rests, or what leaves the agency: nobody said that
    they asked the same.
    """
    return asked_otherwise(
        one for one in drifts if one.kind is Kind.EARLIER and needs.acted_on(one.field)
    )


def asked_otherwise(earlier: Iterable[Drift]) -> dict[str, dict[str, frozenset[str]]]:
    """What revisions of before asked otherwise, by their numbers."""
    found: dict[str, dict[str, frozenset[str]]] = {}
    for one in earlier:
        for number in one.revisions:
            fields = found.setdefault(number, {})
            fields[one.field] = fields.get(one.field, frozenset()) | {one.champ}
    return found


def _by_heading(drifts: Iterable[Drift]) -> Iterator[Drift]:
    """What stands above several questions is told once, as bad as for the worst of them."""
    moved: dict[tuple[str, ...], list[Drift]] = {}
    for one in drifts:
        if one.kind in {Kind.MOVED, Kind.INTRODUCED}:
            moved.setdefault((one.kind, one.before, one.after), []).append(one)
        else:
            yield one
    for some in moved.values():
        worst, *others = sorted(some, key=lambda one: _ORDER.index(one.severity))
        yield _together((worst, *others)) if others else worst


def _together(some: Sequence[Drift]) -> Drift:
    """Differences that are one, as the first of them."""
    first, *others = some
    fields = ", ".join(one.field for one in some)
    label = f"{first.label} » et {agreed(len(others), 'autre')} « {excerpt(fields, _SOME)}"
    champs = excerpt(", ".join(one.champ for one in some), _SOME)
    return replace(first, champ=champs, label=label, field="")


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
    key = (drift.kind, drift.champ, drift.field, drift.after, drift.words)
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
    yield from meanings(level, specs.values(), baseline)
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
    said = tuple(each for each in baseline.known.before if each.path == path)
    compared = ComparedChamp(
        one, spec, path, known, section, level.whole, now, said, baseline.asked
    )
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
