"""Lines proposed for the mapping file, for a person to accept: nothing is mapped by likeness."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from rapidfuzz import fuzz

from french.text import excerpt, normalise_label
from mappings.dossier.decode import stable_id
from mappings.dossier.revision import NO_ANSWER, Descriptor, Revision, flatten
from mappings.drift.form_champs import named
from mappings.drift.model import Drift, Kind
from mappings.drift.proposed_lines import further_candidate, new_field, new_fields
from mappings.drift.retyping import Fit, fit
from mappings.schema.model import FieldSpec, FormMapping
from mappings.schema.written import field_text

_ALIKE = 60.0
"""Likeness (0 to 100) from which a field without a champ is proposed for a new champ."""
_SURE = 100.0
_UNTAKEN = frozenset({Kind.NEW, Kind.UNMAPPED, Kind.RENAMED})


@dataclass(frozen=True, slots=True)
class Proposal:
    """A line to paste, or the lines of a repetition.

    Attributes:
        champ: Stable id of the champ.
        label: Its label.
        field: Field that lost its champ, when one is alike; else "".
        likeness: Likeness of labels, 0 to 100, when a field is named.
        line: The YAML, without the spaces that stand before it in the file.
        place: Under which key of the file it goes.
        replaces: Name of the field whose line, or block, it replaces; "" for a new one.
        help: What the form explains of it, shortened.
    """

    champ: str
    label: str
    field: str
    likeness: float
    line: str
    place: str
    replaces: str = ""
    help: str = ""


_Pairs: TypeAlias = Mapping[str, tuple[FieldSpec, float]]
"""For a champ, by its id: the field that it is a further candidate of, and their likeness."""


Likely: TypeAlias = Mapping[str, tuple[str, float]]
"""For a champ, by its id: the path of the field that it may ask, and their likeness."""


def propose(
    drifts: Iterable[Drift],
    *,
    mapping: FormMapping,
    revisions: Sequence[Revision],
    likely: Likely | None = None,
) -> tuple[Proposal, ...]:
    """A line for each champ without a field: one more candidate of a field, or a new field.

    Args:
        drifts: Differences between the form and the mapping.
        mapping: The mapping.
        revisions: The form's revisions, from the oldest.
        likely: What champs may ask, all of them decided together (:mod:`mappings.matching`);
            ``None``: what their labels alone say.
    """
    listed = list(drifts)
    newest = stable_id(revisions[-1].id) if revisions else ""
    orphans = {one.field for one in listed if one.kind is Kind.MISSING and newest in one.revisions}
    former = {one.champ: one.field for one in listed if one.kind is Kind.RENAMED and one.lost}
    proposals: list[Proposal] = []
    for rows, champs in _by_rows(listed, mapping, revisions).items():
        specs = mapping.fields[rows].fields if rows else mapping.fields
        paths = {f"{rows}.{name}" if rows else name: spec for name, spec in specs.items()}
        sure = {champ: (paths[path], _SURE) for champ, path in former.items() if path in paths}
        lost = [spec for path, spec in paths.items() if path in orphans]
        left = [one for one in champs if one.id not in sure]
        pairs = {**_alike(left, lost, likely), **sure}
        proposals += _level(champs, specs, pairs, rows=rows, likely=likely)
    return tuple(proposals)


def _level(
    champs: Sequence[Descriptor],
    specs: Mapping[str, FieldSpec],
    pairs: _Pairs,
    *,
    rows: str,
    likely: Likely | None,
) -> Iterator[Proposal]:
    """The proposals for the champs of the form, or of the rows of a field."""
    place = f"fields.{rows}.fields" if rows else "fields"
    taken = set(specs)
    for one in champs:
        told = excerpt(one.description)
        if one.id in pairs:
            spec, likeness = pairs[one.id]
            line = further_candidate(spec, one.id, inner=_inner(spec, one, likely))
            path = f"{rows}.{spec.name}" if rows else spec.name
            yield Proposal(one.id, one.label, path, likeness, line, place, spec.name, told)
        elif line := new_field(one, taken=taken):
            taken.add(line.partition(":")[0])
            yield Proposal(one.id, one.label, "", 0.0, line, place, help=told)


def _inner(spec: FieldSpec, champ: Descriptor, likely: Likely | None) -> list[str]:
    """The lines of the fields of a repetition that another champ takes over: old ones and new."""
    children = [one for one in champ.children if one.type not in NO_ANSWER]
    new = [one for one in children if not any(_takes(inner, one) for inner in spec.fields.values())]
    lost = [
        inner for inner in spec.fields.values() if not any(_takes(inner, one) for one in children)
    ]
    found = {inner.name: champ for champ, (inner, _) in _alike(new, lost, likely).items()}
    lines = [
        further_candidate(inner, found[name]) if name in found else field_text(inner)
        for name, inner in spec.fields.items()
    ]
    left = [one for one in new if one.id not in found.values()]
    return [*lines, *new_fields(left, beside=spec.fields)]


def _alike(
    champs: Sequence[Descriptor], specs: Sequence[FieldSpec], likely: Likely | None
) -> _Pairs:
    """Champs and fields whose names are alike, the likest first, each taken once."""
    if likely is not None:
        by_name = {spec.name: spec for spec in specs}
        told = {one.id: likely[one.id] for one in champs if one.id in likely}
        return {
            champ: (by_name[name], likeness)
            for champ, (path, likeness) in told.items()
            if (name := path.rpartition(".")[2]) in by_name
        }
    likenesses = sorted(
        (
            (_likeness(one, spec), one, spec)
            for one in champs
            for spec in specs
            if fit(spec.type, one.type) is not Fit.UNREADABLE
        ),
        key=lambda found: -found[0],
    )
    pairs: dict[str, tuple[FieldSpec, float]] = {}
    for likeness, one, spec in likenesses:
        free = one.id not in pairs and all(spec is not other for other, _ in pairs.values())
        if free and likeness >= _ALIKE:
            pairs[one.id] = (spec, likeness)
    return pairs


def _likeness(one: Descriptor, spec: FieldSpec) -> float:
    return fuzz.token_set_ratio(normalise_label(one.label), normalise_label(spec.title))


def _by_rows(
    drifts: Iterable[Drift], mapping: FormMapping, revisions: Sequence[Revision]
) -> dict[str, list[Descriptor]]:
    """The champs that no field takes, by the field of the rows that they stand in ("" for none).

    For one in a repetition that no field takes either, that repetition, whole.
    """
    champs = {one.id: one for revision in revisions for one in flatten(revision.champs)}
    parents = {child.id: parent for parent in champs.values() for child in parent.children}
    found: dict[str, dict[str, Descriptor]] = {}
    for drift in drifts:
        champ = champs.get(drift.champ)
        if champ is None or drift.kind not in _UNTAKEN or (drift.field and not drift.lost):
            continue
        parent = parents.get(champ.id)
        rows = _rows_of(parent, mapping) if parent else ""
        if parent and not rows:
            champ = parent
        found.setdefault(rows, {})[champ.id] = champ
    return {rows: list(level.values()) for rows, level in found.items()}


def _rows_of(parent: Descriptor, mapping: FormMapping) -> str:
    takers = (spec.name for spec in mapping.fields.values() if spec.type == "rows")
    return next((name for name in takers if _takes(mapping.fields[name], parent)), "")


def _takes(spec: FieldSpec, champ: Descriptor) -> bool:
    return any(named(champ, candidate) for candidate in spec.champs)
