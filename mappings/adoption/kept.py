"""What a person wrote in a mapping file that `unc mapping adapt` wrote before: it stays."""

from collections.abc import Iterator, Sequence

from french.text import normalise_label
from mappings.dossier.revision import Descriptor, Revision
from mappings.matching.wanted import ANNOTATIONS
from mappings.schema.champs import parts
from mappings.schema.model import AnnotationSpec, FieldSpec, FormMapping
from mappings.schema.sources import Constant, OfDossier

Spec = FieldSpec | AnnotationSpec


def specs_of(mapping: FormMapping) -> Iterator[tuple[str, Spec]]:
    """Every field, those of rows after them, then annotations, each with its path."""
    for name, spec in mapping.fields.items():
        yield name, spec
        yield from ((f"{name}.{key}", one) for key, one in spec.fields.items())
    yield from ((f"{ANNOTATIONS}.{name}", one) for name, one in mapping.annotations.items())


def by_hand(now: FormMapping, written: FormMapping | None) -> frozenset[str]:
    """Paths of what a person wrote in a file.

    Args:
        now: What the file says.
        written: What it said when it was last written by the command; ``None`` where nobody knows:
            then a constant, a fact of the dossier, a champ by its label, which it never writes.
    """
    before = dict(specs_of(written)) if written else {}
    return frozenset(
        path
        for path, spec in specs_of(now)
        if _gives(spec) and (_never_adapted(spec) or (written and _differs(spec, before.get(path))))
    )


def reads(spec: Spec, revision: Revision, path: str) -> frozenset[str]:
    """Ids of the champs of a revision from which a field, or an annotation, is read."""
    level = {one.id: one for one in _level(revision, path)}
    keys = frozenset(_keys(spec))
    return frozenset(
        one.id for one in level.values() if one.id in keys or normalise_label(one.label) in keys
    )


def _level(revision: Revision, path: str) -> Sequence[Descriptor]:
    if path.startswith(f"{ANNOTATIONS}."):
        return revision.annotations
    if "." in path:
        return [child for one in revision.champs for child in one.children]
    return revision.champs


def _keys(spec: Spec) -> Iterator[str]:
    yield from spec.champs
    if isinstance(spec, FieldSpec):
        for one in parts(spec):
            yield from one.champs


def _gives(spec: Spec) -> bool:
    return bool(spec.champs) or spec.source is not None


def _never_adapted(spec: Spec) -> bool:
    given = isinstance(spec.source, Constant | OfDossier)
    return given or not all(map(str.isdigit, _keys(spec)))


def _differs(spec: Spec, before: Spec | None) -> bool:
    return before is None or _said(spec) != _said(before)


def _said(spec: Spec) -> tuple[object, ...]:
    """What a file says of where a value comes from, and how it is read."""
    inverted = spec.inverted if isinstance(spec, FieldSpec) else False
    return spec.champs, spec.source, dict(spec.options), inverted
