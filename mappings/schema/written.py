"""A field as its mapping file writes it: YAML for people, read back as the same field."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal

from mappings.schema.model import AnnotationSpec, FieldSpec
from mappings.schema.sentences import ANSWERS
from mappings.schema.sources import (
    Constant,
    ConstantValue,
    EachOption,
    FlatRows,
    Joined,
    OfDossier,
    Source,
    TickedBoxes,
)


def field_text(spec: FieldSpec, *further: str, inner: Sequence[str] = ()) -> str:
    """The line of a field, without the spaces before it; its block for rows.

    Args:
        spec: The field.
        further: Stable ids of further candidates.
        inner: Lines of the fields of its rows, where they are not those of ``spec``.
    """
    keys = field_keys(spec, *further)
    if spec.type != "rows":
        return f"{spec.name}: {{{', '.join(keys)}}}"
    return block(spec.name, keys, inner or [field_text(one) for one in spec.fields.values()])


def block(name: str, keys: Sequence[str], inner: Sequence[str]) -> str:
    """The block of a field of rows, from its keys and the texts of its fields."""
    lines = [f"{name}:", *(f"  {key}" for key in keys), "  fields:"]
    return "\n".join([*lines, *(f"    {line}" for text in inner for line in text.splitlines())])


def field_keys(spec: FieldSpec, *further: str) -> list[str]:
    """The keys of a field, ``fields`` apart, each with its value on one line."""
    return [
        *_origin(spec, further),
        f"type: {spec.type}",
        f"title: {quoted(spec.title)}",
        f"audience: {spec.audience}",
        f"meaning: {quoted(spec.meaning)}",
        *([f"unit: {quoted(spec.unit)}"] if spec.unit else []),
    ]


def quoted(text: str) -> str:
    """A text of YAML in double quotes, on one line, what cannot be seen escaped."""
    return '"' + "".join(map(_shown, " ".join(text.split()))) + '"'


def _origin(spec: FieldSpec, further: Sequence[str]) -> Iterator[str]:
    candidates = [*(_candidate(spec, one) for one in spec.champs), *further]
    if candidates:
        yield f"champ: {_one_or_list(candidates)}"
    if spec.source is not None:
        yield from _source(spec, spec.source)
    elif not candidates:
        yield "absent: true"
    yield from sense_keys(spec)
    if spec.shared:
        yield "shared: true"


def sense_keys(spec: FieldSpec | AnnotationSpec) -> Iterator[str]:
    """The keys of what options mean, if any is named, and of a question that asks the contrary."""
    if spec.options:
        means = (f"{_exact(one.written)}: {_means(one.means)}" for one in spec.options.values())
        yield f"options: {{{', '.join(means)}}}"
    if spec.inverted:
        yield "inverted: true"


def _source(spec: FieldSpec, source: Source) -> Iterator[str]:
    match source:
        case Joined():
            yield f"joined: [{', '.join(_named(spec, one) for one in source.champs)}]"
            if source.separator != Joined(()).separator:
                yield f"separator: {_exact(source.separator)}"
        case TickedBoxes():
            yield f"boxes: {_boxes(spec, source.options)}"
            if source.otherwise:
                yield f"otherwise: {_exact(source.otherwise)}"
        case FlatRows():
            yield f"rows: [{', '.join(_flat_row(spec, row) for row in source.rows)}]"
        case EachOption():
            whole = _boxes(spec, source.boxes) if source.boxes else _named(spec, source.champ)
            yield f"each: {{{source.name}: {whole}}}"
        case Constant():
            yield f"constant: {_constant(source.value)}"
        case OfDossier():
            yield f"fact: {source.name}"


def _boxes(spec: FieldSpec, boxes: Mapping[str, str]) -> str:
    listed = (f"{_exact(option)}: {_named(spec, one)}" for one, option in boxes.items())
    return f"{{{', '.join(listed)}}}"


def _flat_row(spec: FieldSpec, row: Mapping[str, tuple[str, ...]]) -> str:
    cells = []
    for name, champs in row.items():
        named = [_named(spec, one) for one in champs]
        cells.append(f"{name}: {_one_or_list(named)}")
    return f"{{{', '.join(cells)}}}"


def _candidate(spec: FieldSpec, candidate: str) -> str:
    """A candidate as the file writes it, with the revisions that it holds in."""
    written = _named(spec, candidate)
    if candidate not in spec.only_in:
        return written
    revisions = _one_or_list(sorted(spec.only_in[candidate], key=int))
    return f"{{champ: {written}, revision: {revisions}}}"


def _one_or_list(values: Sequence[str]) -> str:
    return values[0] if len(values) == 1 else f"[{', '.join(values)}]"


def _named(spec: FieldSpec, champ: str) -> str:
    return champ if champ.isdigit() else quoted(spec.written.get(champ, champ))


def _means(means: str | bool | None) -> str:
    return _exact(means) if isinstance(means, str) else ANSWERS[means]


def _constant(value: ConstantValue) -> str:
    match value:
        case bool():
            return ANSWERS[value]
        case str():
            return _exact(value)
        case tuple():
            return f"[{', '.join(map(_exact, value))}]"
        case date():
            return value.isoformat()
        case int() | Decimal():
            return _exact(str(value)) if isinstance(value, Decimal) else str(value)


def _exact(text: str) -> str:
    """A text in double quotes with its own spaces."""
    return '"' + "".join(map(_shown, text)) + '"'


def _shown(char: str) -> str:
    if char in '"\\':
        return f"\\{char}"
    return char if char.isprintable() else f"\\U{ord(char):08X}"
