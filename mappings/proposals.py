"""Lines proposed for the mapping file, for a person to accept: nothing is mapped by likeness."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from mappings.drift import Drift, Kind
from mappings.fit import Fit, fit
from mappings.labels import normalise_label
from mappings.mapping import FIELD_TYPES, FieldSpec, FieldType, FormMapping
from mappings.revision import Descriptor, Revision, flatten

_ALIKE = 60.0
"""Likeness (0 to 100) from which a field without a champ is proposed for a new champ."""
_SHORT = 4
"""Words of a label that make the name of a new field."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """One line to paste.

    Attributes:
        champ: Stable id of the new champ.
        label: Its label.
        field: Field that lost its champ, when one is alike; else "".
        likeness: Likeness of labels, 0 to 100, when a field is named.
        line: The line of YAML.
        place: Under which key of the file it goes.
    """

    champ: str
    label: str
    field: str
    likeness: float
    line: str
    place: str


def propose(
    drifts: Iterable[Drift], *, mapping: FormMapping, revisions: Iterable[Revision]
) -> tuple[Proposal, ...]:
    """A line for each new champ: a further candidate of a field that is alike, or a new field."""
    listed = list(drifts)
    orphans = {
        one.field: one.label
        for one in listed
        if one.kind is Kind.MISSING and not one.field.startswith("annotations.")
    }
    known = {one.id: one for revision in revisions for one in flatten(revision.champs)}
    parents = {child.id: parent.id for parent in known.values() for child in parent.children}
    return tuple(
        _proposal(known[drift.champ], orphans, mapping, parent=parents.get(drift.champ, ""))
        for drift in listed
        if drift.kind is Kind.NEW and drift.champ in known
    )


def _proposal(
    champ: Descriptor, orphans: dict[str, str], mapping: FormMapping, *, parent: str
) -> Proposal:
    rows = next(
        (name for name, spec in mapping.fields.items() if parent and parent in spec.champs), ""
    )
    names = {path: spec for path, spec in paths(mapping) if path in orphans}
    titles = {path: normalise_label(spec.title) for path, spec in names.items()}
    best = process.extractOne(
        normalise_label(champ.label), titles, scorer=fuzz.token_set_ratio, score_cutoff=_ALIKE
    )
    if best is not None:
        _, likeness, path = best
        spec = names[path]
        candidates = ", ".join([*map(_yaml, spec.champs), champ.id])
        name = path.rpartition(".")[2]
        line = f"{name}: champ: [{candidates}]"
        return Proposal(champ.id, champ.label, path, likeness, line, _place(path))
    name = "_".join(_words(champ.label)[:_SHORT]) or f"champ_{champ.id}"
    line = (
        f"{name}: {{champ: {champ.id}, type: {field_type(champ.type)}, title: {_yaml(champ.label)},"
        f" audience: agence, meaning: {_yaml('À préciser : ' + champ.label)}}}"
    )
    return Proposal(
        champ.id, champ.label, "", 0.0, line, f"fields.{rows}.fields" if rows else "fields"
    )


def paths(mapping: FormMapping) -> Iterator[tuple[str, FieldSpec]]:
    """Each field with its path: ``name``, or ``rows.name`` in rows."""
    for name, spec in mapping.fields.items():
        yield name, spec
        for child, inner in spec.fields.items():
            yield f"{name}.{child}", inner


def field_type(champ: str) -> FieldType:
    """The type of field that a champ of this type gives as it is."""
    exact = (kind for kind in FIELD_TYPES if fit(kind, champ) is Fit.EXACT)
    return next(exact, "text")


def _place(path: str) -> str:
    rows = path.rpartition(".")[0]
    return f"fields.{rows}.fields" if rows else "fields"


def _words(label: str) -> list[str]:
    kept = "".join(
        char if char.isascii() and char.isalnum() else " " for char in normalise_label(label)
    )
    words = kept.split()
    return words if words and words[0][0].isalpha() else ["champ", *words]


def _yaml(text: str) -> str:
    """A scalar of YAML: digits as they are, anything else in quotes."""
    if text.isdigit():
        return text
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + " ".join(escaped.split()) + '"'
