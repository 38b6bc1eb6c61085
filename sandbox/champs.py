"""From what a declarant typed to what the API shows of it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sandbox.clock import iso, parse
from sandbox.companies import establishment
from sandbox.form import DECORATIVE, TypeDeChamp
from sandbox.ids import champ_id

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Showing:
    """What showing a champ needs to know beside the answer."""

    updated_at: int
    file_url: Callable[[Mapping[str, Any]], str]
    companies: Mapping[str, str]
    registry_down: bool = False
    dates: Mapping[str, int] | None = None


def show(types: Sequence[TypeDeChamp], answers: Mapping[str, Any], how: Showing) -> list[Json]:
    """Return the champs of ``types`` with their answers."""
    return [show_one(one, answers.get(one.stable), how) for one in types]


def show_one(one: TypeDeChamp, answer: Any, how: Showing, *, row: str | None = None) -> Json:
    """Return one champ: what all types have in common, then what its own has."""
    moved = (how.dates or {}).get(one.stable, how.updated_at)
    shown: Json = {
        "kind": one.kind,
        "id": champ_id(one.stable, row),
        "champDescriptorId": champ_id(one.stable),
        "label": one.label,
        "prefilled": False,
        "updatedAt": iso(moved),
        "columns": (),
        "stringValue": "",
        "value": None,
    }
    reader = _READERS.get(one.kind, _text)
    shown.update(reader(one, answer, how))
    return shown


def blank(answer: Any) -> bool:
    """Say whether a champ is unanswered."""
    return answer is None or answer in ("", [])


def _instant(answer: Any) -> int | None:
    """Read a date that may be the answer to another type of question, from before a revision."""
    try:
        return parse(answer) if isinstance(answer, str) and answer else None
    except ValueError:
        return None


def _text(one: TypeDeChamp, answer: Any, _how: Showing) -> Json:
    if one.kind in DECORATIVE:
        return {"level": one.level, "stringValue": None}
    text = answer if isinstance(answer, str) else ", ".join(map(str, _plain(answer)))
    return {"value": text or None, "stringValue": text}


def _boolean(one: TypeDeChamp, answer: Any, _how: Showing) -> Json:
    ticked = answer if isinstance(answer, bool) else None
    if one.kind == "checkbox":
        return {"value": bool(ticked), "stringValue": "true" if ticked else "false"}
    return {"value": ticked, "stringValue": "" if ticked is None else str(ticked).lower()}


def _number(one: TypeDeChamp, answer: Any, _how: Showing) -> Json:
    try:
        value = None if blank(answer) else (float if one.kind == "decimal_number" else int)(answer)
    except (TypeError, ValueError):
        value = None
    return {"value": value, "stringValue": "" if value is None else f"{value}"}


def _date(_one: TypeDeChamp, answer: Any, _how: Showing) -> Json:
    when = _instant(answer)
    if when is None:
        return {"date": None}
    day = iso(when)[:10]
    return {"date": day, "value": iso(parse(day)), "stringValue": day}


def _datetime(_one: TypeDeChamp, answer: Any, _how: Showing) -> Json:
    instant = _instant(answer)
    if instant is None:
        return {"datetime": None, "date": None}
    when = iso(instant)
    return {"datetime": when, "date": when[:10], "value": when, "stringValue": when}


def _many(answer: Any) -> list[Any]:
    if blank(answer):
        return []
    return answer if isinstance(answer, list) else [answer]


def _plain(answer: Any) -> list[Any]:
    return [one for one in _many(answer) if not isinstance(one, Mapping)]


def _choices(_one: TypeDeChamp, answer: Any, _how: Showing) -> Json:
    values = [str(value) for value in _plain(answer)]
    return {"values": values, "stringValue": ", ".join(values)}


def _linked(_one: TypeDeChamp, answer: Any, _how: Showing) -> Json:
    primary, secondary = (*map(str, _plain(answer)), None, None)[:2]
    shown = " / ".join(part for part in (primary, secondary) if part)
    return {
        "primaryValue": primary or None,
        "secondaryValue": secondary or None,
        "stringValue": shown,
    }


def _place(field: str) -> Callable[[TypeDeChamp, Any, Showing], Json]:
    def read(one: TypeDeChamp, answer: Any, _how: Showing) -> Json:
        if not isinstance(answer, Mapping) or "name" not in answer:
            return {field: None}
        shown = (
            f"{answer['code']} – {answer['name']}" if one.kind == "departements" else answer["name"]
        )
        return {field: dict(answer), "value": shown, "stringValue": shown}

    return read


def _address(_one: TypeDeChamp, answer: Any, _how: Showing) -> Json:
    if not isinstance(answer, Mapping) or "label" not in answer:
        return {"address": None}
    return {"address": dict(answer), "value": answer["label"], "stringValue": answer["label"]}


def _company(_one: TypeDeChamp, answer: Any, how: Showing) -> Json:
    if not isinstance(answer, str) or not answer:
        return {"etablissement": None}
    name = how.companies.get(answer)
    known = None if name is None or how.registry_down else establishment(answer, name)
    return {"etablissement": known, "stringValue": answer}


def _files(_one: TypeDeChamp, answer: Any, how: Showing) -> Json:
    files = [
        show_file(file, how)
        for file in _many(answer)
        if isinstance(file, Mapping) and file.get("scan", "infected") != "infected"
    ]
    return {
        "files": files,
        "file": files[0] if files else None,
        "stringValue": ", ".join(file["filename"] for file in files),
    }


def show_file(file: Mapping[str, Any], how: Showing) -> Json:
    """Return one file, with a fresh address that lives an hour."""
    return {
        "filename": file["filename"],
        "contentType": file["content_type"],
        "byteSize": file["size"],
        "byteSizeBigInt": file["size"],
        "checksum": file["checksum"],
        "createdAt": iso(file["created_at"]),
        "virusScanResult": file["scan"],
        "url": how.file_url(file),
    }


def _rows(one: TypeDeChamp, answer: Any, how: Showing) -> Json:
    rows = []
    for row in _many(answer):
        if not isinstance(row, Mapping) or "champs" not in row:
            continue
        champs = [
            show_one(child, row["champs"].get(child.stable), how, row=row["id"])
            for child in one.children
        ]
        rows.append({"id": champ_id(one.stable, row["id"]), "champs": champs})
    return {
        "rows": rows,
        "champs": [champ for row in rows for champ in row["champs"]],
        "stringValue": None,
    }


_READERS: dict[str, Callable[[TypeDeChamp, Any, Showing], Json]] = {
    "yes_no": _boolean,
    "checkbox": _boolean,
    "integer_number": _number,
    "number": _number,
    "decimal_number": _number,
    "date": _date,
    "datetime": _datetime,
    "multiple_drop_down_list": _choices,
    "linked_drop_down_list": _linked,
    "regions": _place("region"),
    "departements": _place("departement"),
    "pays": _place("pays"),
    "communes": _place("commune"),
    "epci": _place("epci"),
    "address": _address,
    "siret": _company,
    "piece_justificative": _files,
    "repetition": _rows,
}
