"""The columns of a champ: its value again, and its parts, as typed data with a label each."""

from collections.abc import Iterator, Mapping
from typing import Any

from sandbox.common.ids import encode
from sandbox.form.model import DECORATIVE, TypeDeChamp

Json = dict[str, Any]

_TYPES = {
    "checkbox": "BooleanColumn",
    "date": "DateColumn",
    "datetime": "DateTimeColumn",
    "decimal_number": "DecimalColumn",
    "departements": "EnumColumn",
    "drop_down_list": "EnumColumn",
    "integer_number": "IntegerColumn",
    "multiple_drop_down_list": "EnumsColumn",
    "number": "IntegerColumn",
    "pays": "EnumColumn",
    "piece_justificative": "AttachmentsColumn",
    "regions": "EnumColumn",
    "titre_identite": "AttachmentsColumn",
    "yes_no": "BooleanColumn",
    "civilite": "EnumColumn",
}
"""Type of the first column of a kind of champ; of any other kind, text."""
_PLACES = {"regions": "region", "departements": "departement", "pays": "pays"}
_OF_ADDRESS = {
    "streetAddress": "rue",
    "postalCode": "code postal",
    "cityName": "commune",
    "departmentName": "département",
    "regionName": "région",
}
_NO_COLUMN = DECORATIVE | {"repetition"}


def columns_of(shown: Json) -> list[Json]:
    """Return the columns of a champ as `sandbox.api.champs.show` gives it."""
    one: TypeDeChamp = shown["_type"]
    if one.kind in _NO_COLUMN:
        return []
    if one.kind == "drop_down_list" and _headers(one):
        return list(_of_rows(one, shown))
    value = _value(one, shown)
    return [_column(one, _TYPES.get(one.kind, "TextColumn"), value), *_parts(one, shown)]


def _column(one: TypeDeChamp, typename: str, value: Any, part: str = "") -> Json:
    return {
        "__typename": typename,
        "id": encode("Column", f"type_de_champ/{one.stable}{'.' if part else ''}{part}"),
        "label": f"{one.label} – {part}" if part else one.label,
        "value": value,
        "stringValue": _text(value),
    }


def _text(value: Any) -> str | None:
    match value:
        case None | []:
            return None
        case bool():
            return "true" if value else "false"
        case list():
            return ", ".join(one["filename"] if isinstance(one, dict) else one for one in value)
        case _:
            return str(value)


def _value(one: TypeDeChamp, shown: Json) -> Any:
    if one.kind in _PLACES:
        return (shown[_PLACES[one.kind]] or {}).get("code")
    match one.kind:
        case "date" | "datetime":
            return shown[one.kind]
        case "multiple_drop_down_list":
            return shown["values"]
        case "piece_justificative" | "titre_identite":
            return shown["files"]
        case "linked_drop_down_list" | "siret" | "communes" | "address":
            return shown["stringValue"] or None
        case _:
            return shown["value"]


def _parts(one: TypeDeChamp, shown: Json) -> Iterator[Json]:
    match one.kind:
        case "linked_drop_down_list":
            for part, name in (("niveau 1", "primaryValue"), ("niveau 2", "secondaryValue")):
                yield _column(one, "EnumColumn", shown[name], part)
        case "address":
            for name, part in _OF_ADDRESS.items():
                yield _column(one, "TextColumn", (shown["address"] or {}).get(name), part)
        case "siret":
            company = (shown["etablissement"] or {}).get("entreprise", {})
            yield _column(one, "TextColumn", company.get("raisonSociale"), "raison sociale")


def _headers(one: TypeDeChamp) -> list[str]:
    """The headers of the CSV that feeds a list, where the form gives them."""
    first = next(iter((one.rows or {}).values()), None)
    return list(first) if isinstance(first, Mapping) else []


def _of_rows(one: TypeDeChamp, shown: Json) -> Iterator[Json]:
    row = (one.rows or {}).get(shown["value"], {})
    for header in _headers(one):
        yield _column(one, "TextColumn", row.get(header), header)
