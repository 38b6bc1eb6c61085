"""The champs that a field rests on, each as a plain field: the one list of them."""

from collections.abc import Collection, Iterable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import replace
from typing import Final

from french.text import normalise_label
from mappings.schema.model import AnnotationSpec, FieldSpec, FormMapping
from mappings.schema.sources import (
    Constant,
    EachOption,
    FlatRows,
    Joined,
    OfDossier,
    Source,
    TickedBoxes,
)

_CONTRARY: Final = {"True": "False", "False": "True"}


def keys_of(spec: FieldSpec | AnnotationSpec) -> set[str]:
    """Ids and normalised labels of the champs that a field names."""
    further = parts(spec) if isinstance(spec, FieldSpec) else ()
    return {*spec.champs, *(key for one in further for key in one.champs)}


def parts(spec: FieldSpec) -> Iterator[FieldSpec]:
    """What a field is read from where none of its candidates stands in the form.

    Each part names one champ of the field's own level, and is read as a plain field of the part's
    type is; its name is that of the field, or ``rows.field`` where it gives a field of rows. A
    constant and a fact of the dossier rest on no champ.
    """
    match spec.source:
        case Joined():
            for champ in spec.source.champs:
                yield _plain(spec, (champ,))
        case TickedBoxes():
            for champ in spec.source.options:
                yield replace(_plain(spec, (champ,)), type="checkbox", options={})
        case FlatRows():
            for row in spec.source.rows:
                for name, champs in row.items():
                    inner = _plain(spec.fields[name], champs)
                    yield replace(inner, name=f"{spec.name}.{name}", written=spec.written)
        case EachOption():
            inner = spec.fields[spec.source.name]
            boxes = spec.source.boxes
            for champ in boxes or (spec.source.champ,):
                one = _plain(inner, (champ,))
                whole = (
                    replace(one, type="checkbox", options={})
                    if boxes
                    else replace(one, type="choices")
                )
                yield replace(whole, name=f"{spec.name}.{inner.name}", written=spec.written)
        case _:
            return


def given(mapping: FormMapping, asked: Collection[str], *, revision: str) -> frozenset[str]:
    """The fields that a revision gives in some way, those of rows as ``rows.field``.

    Args:
        mapping: The mapping.
        asked: Ids and normalised labels of the champs of the revision.
        revision: Its number.
    """
    found: set[str] = set()
    for name, spec in mapping.fields.items():
        if _gives(spec, asked, revision=revision):
            found.add(name)
            found |= {one.name for one in parts(spec) if not set(one.champs).isdisjoint(asked)}
            inner = (one for one in spec.fields.values() if _gives(one, asked, revision=revision))
            found |= {f"{name}.{one.name}" for one in inner}
    return frozenset(found)


def _gives(spec: FieldSpec, asked: Collection[str], *, revision: str) -> bool:
    if isinstance(spec.source, Constant | OfDossier):
        return True
    keys = {*spec.candidates(revision), *(key for one in parts(spec) for key in one.champs)}
    return not keys.isdisjoint(asked)


def in_our_words(spec: FieldSpec | AnnotationSpec, options: Iterable[str]) -> frozenset[str]:
    """What options of the form mean to a field of choices."""
    return frozenset(in_our_word(spec, option) for option in options)


def in_our_word(spec: FieldSpec | AnnotationSpec, option: str) -> str:
    """What an option of the form means; itself where the mapping does not name it.

    A yes or no is one as :class:`str` writes a bool.
    """
    if spec.inverted and option in _CONTRARY:
        return _CONTRARY[option]
    named = spec.options.get(normalise_label(option))
    return named.means if named and isinstance(named.means, str) else option


def reads_contrary(spec: FieldSpec | AnnotationSpec) -> bool:
    """Whether a mapping reads the yes of a question as no."""
    yes = spec.options.get("oui")
    return spec.inverted or (yes is not None and yes.means is False)


def in_their_words(spec: AnnotationSpec, ours: str | int) -> str | int:
    """The option of the form by which one of our words is written; the word itself without one.

    Of an annotation that asks the contrary, our yes is written as its no.
    """
    if spec.inverted and isinstance(ours, bool):
        return not ours
    return next((one.written for one in spec.options.values() if one.means == ours), ours)


def _plain(spec: FieldSpec, champs: tuple[str, ...]) -> FieldSpec:
    return replace(spec, champs=champs, only_in={}, source=None, fields={})


def without(mapping: FormMapping, paths: AbstractSet[str]) -> FormMapping:
    """A mapping in which some fields (``rows.field`` in rows) are read from no champ."""

    def left(spec: FieldSpec, place: str = "") -> FieldSpec:
        path = f"{place}{spec.name}"
        if path in paths:
            return replace(spec, champs=(), source=None)
        inner = {name: left(one, f"{path}.") for name, one in spec.fields.items()}
        return replace(spec, fields=inner, source=_left_source(spec, paths))

    fields = {name: left(spec) for name, spec in mapping.fields.items()}
    return replace(mapping, fields=fields)


def _left_source(spec: FieldSpec, paths: AbstractSet[str]) -> Source | None:
    """How rows that are no repetition are read, some of their fields from no champ."""
    match spec.source:
        case FlatRows(rows=rows):
            return FlatRows(
                tuple(
                    {
                        name: champs
                        for name, champs in row.items()
                        if f"{spec.name}.{name}" not in paths
                    }
                    for row in rows
                )
            )
        case EachOption(name=name) if f"{spec.name}.{name}" in paths:
            return None
        case _:
            return spec.source
