"""The internal schema told to people and to programs, from the mapping file alone."""

from collections.abc import Iterator, Mapping
from typing import Any

from mappings.schema import sentences
from mappings.schema.model import FieldSpec, FieldType, FormMapping
from mappings.schema.names import FIELD_NAMES

_AUDIENCES = {"agence": "agence", "reseau": "agence et réseau"}
_PLACE = {
    "type": "object",
    "properties": {"code": {"type": "string"}, "name": {"type": "string"}},
    "required": ["code", "name"],
}
_COMPANY = {
    "type": "object",
    "properties": {"identifier": {"type": "string"}, "name": {"type": ["string", "null"]}},
    "required": ["identifier", "name"],
}
_FILE = {
    "type": "object",
    "properties": {
        "filename": {"type": "string"},
        "size": {"type": "integer"},
        "checksum": {"type": "string"},
        "content_type": {"type": "string"},
        "scan": {"type": "string"},
        "created_at": {"type": ["string", "null"], "format": "date-time"},
    },
    "required": ["filename", "size", "checksum", "content_type", "scan"],
}
_SCHEMAS: dict[FieldType, dict[str, Any]] = {
    "text": {"type": "string"},
    "yes_no": {"type": "boolean"},
    "checkbox": {"type": "boolean"},
    "integer": {"type": "integer"},
    "decimal": {"type": "number"},
    "date": {"type": "string", "format": "date"},
    "datetime": {"type": "string", "format": "date-time"},
    "choice": {"type": "string"},
    "choices": {"type": "array", "items": {"type": "string"}},
    "company": _COMPANY,
    "files": {"type": "array", "items": _FILE},
}


def report_page(mapping: FormMapping) -> str:
    """The page that explains each field, in Markdown."""
    return "\n".join([*_head(mapping), *_table(mapping.fields), *_annotations(mapping)]) + "\n"


def report_schema(mapping: FormMapping) -> dict[str, Any]:
    """The JSON Schema of a report's values: each field has its value, or ``null``."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": mapping.title,
        "$comment": f"{mapping.form} {mapping.version}",
        "type": "object",
        **_properties(mapping.fields),
    }


def _head(mapping: FormMapping) -> Iterator[str]:
    yield f"# Schéma interne : {mapping.title}"
    yield ""
    yield (
        f"Écrit par `make docs` à partir de `mappings/{mapping.form}/mapping.yaml` (version"
        f" {mapping.version}) : ne pas modifier à la main."
    )
    yield ""
    yield (
        "Chaque donnée a une valeur, ou aucune : *sans réponse*, *masquée* par sa condition,"
        " *absente* de la révision, ou *illisible* (la réponse brute est gardée avec la raison)."
        " `unc mapping card DOSSIER` montre d'où vient chacune. « Agence » : ne quitte jamais"
        " l'agence."
    )
    yield ""


def _table(fields: Mapping[str, FieldSpec]) -> Iterator[str]:
    yield "| Donnée | Titre | Type | Unité | Diffusion | Champ | Sens |"
    yield "|---|---|---|---|---|---|---|"
    for name, spec in fields.items():
        yield _row(name, spec)
        for child, inner in spec.fields.items():
            yield _row(f"{name}.{child}", inner)


def _row(name: str, spec: FieldSpec) -> str:
    cells = (
        f"`{name}`",
        spec.title,
        FIELD_NAMES[spec.type],
        spec.unit,
        _AUDIENCES[spec.audience],
        sentences.origin(spec),
        spec.meaning,
    )
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _annotations(mapping: FormMapping) -> Iterator[str]:
    yield from ("", "## Annotations privées", "")
    yield "| Annotation | Titre | Type | Champ | Écrite par |"
    yield "|---|---|---|---|---|"
    for name, spec in mapping.annotations.items():
        author = "la passerelle" if spec.written else "une personne"
        champ = " ; ".join([" ou ".join(spec.champs), *sentences.sense(spec)])
        yield f"| `{name}` | {spec.title} | {FIELD_NAMES[spec.type]} | {champ} | {author} |"


def _properties(fields: Mapping[str, FieldSpec]) -> dict[str, Any]:
    return {
        "properties": {name: _property(spec) for name, spec in fields.items()},
        "required": list(fields),
        "additionalProperties": False,
    }


def _property(spec: FieldSpec) -> dict[str, Any]:
    described = {"title": spec.title, "description": spec.meaning, "x-audience": spec.audience}
    if spec.unit:
        described["x-unit"] = spec.unit
    shape = _SCHEMAS.get(spec.type, _PLACE)
    if spec.type == "rows":
        rows = {"type": "object", **_properties(spec.fields)}
        shape = {"type": "array", "items": rows}
    return {**described, "anyOf": [shape, {"type": "null"}]}
