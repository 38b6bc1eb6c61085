"""The YAML of a field, as a person would write it in the mapping file."""

from collections.abc import Collection, Iterable, Sequence

from french.text import normalise_label
from mappings.dossier.revision import NO_ANSWER, Descriptor
from mappings.drift.retyping import Fit, fit
from mappings.schema.model import FIELD_TYPES, FieldSpec, FieldType
from mappings.schema.written import block, field_text, quoted

_SHORT = 4
"""Words of a label that make the name of a new field."""
_NO_NAME = frozenset({"champ", "null", "true", "false", "yes", "no", "on", "off", "y", "n"})
"""What a tool that reads YAML, of any version, may take for something else than a name."""


def new_field(champ: Descriptor, *, taken: Collection[str]) -> str:
    """The line of a new field, or its block for a repetition; "" for one whose rows ask nothing.

    Args:
        champ: The champ that it takes.
        taken: Names of the fields that stand beside it.
    """
    name = _name(champ, taken)
    if champ.type != "repetition":
        return f"{name}: {{{', '.join(_new_keys(champ))}}}"
    children = [one for one in champ.children if one.type not in NO_ANSWER | {"repetition"}]
    return block(name, _new_keys(champ), new_fields(children)) if children else ""


def new_fields(champs: Iterable[Descriptor], *, beside: Collection[str] = ()) -> list[str]:
    """The lines of new fields of one level, each with a name of its own."""
    lines: list[str] = []
    taken = set(beside)
    for one in champs:
        line = new_field(one, taken=taken)
        taken.add(line.partition(":")[0])
        lines.append(line)
    return lines


def further_candidate(spec: FieldSpec, champ: str, *, inner: Sequence[str] = ()) -> str:
    """The line of a field as it is, with one more candidate; its block for a repetition.

    Args:
        spec: The field.
        champ: Stable id of the further candidate.
        inner: Lines of the fields of its rows, for a repetition.
    """
    return field_text(spec, champ, inner=inner)


def field_type(champ: str) -> FieldType:
    """The type of field that a champ of this type gives as it is."""
    exact = (kind for kind in FIELD_TYPES if fit(kind, champ) is Fit.EXACT)
    return next(exact, "text")


def _new_keys(champ: Descriptor) -> list[str]:
    return [
        f"champ: {champ.id if champ.id.isdigit() else quoted(champ.label)}",
        f"type: {field_type(champ.type)}",
        f"title: {quoted(champ.label)}",
        "audience: agence",
        f"meaning: {quoted('À préciser : ' + champ.label)}",
    ]


def _name(champ: Descriptor, taken: Collection[str]) -> str:
    bare = normalise_label(champ.label)
    kept = "".join(char if char.isascii() and char.isalnum() else " " for char in bare)
    words = kept.split()
    if not words or not words[0][0].isalpha():
        words = ["champ", *words]
    name = "_".join(words[:_SHORT])
    while name in {*taken, *_NO_NAME}:
        name = f"{name}_{champ.id}"
    return name
