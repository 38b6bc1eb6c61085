"""From what a declarant typed to what the API shows of it.

A question that changed type shows the text that DS keeps of the answer through its new type.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sandbox.api.companies import establishment
from sandbox.common.clock import iso, parse
from sandbox.common.ids import champ_id
from sandbox.common.texts import kept_text
from sandbox.form.model import DECORATIVE, TypeDeChamp
from sandbox.form.referentiel import FILLED

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class ChampContext:
    """What showing a champ needs to know beside the answer."""

    updated_at: int
    file_url: Callable[[Mapping[str, Any]], str]
    companies: Mapping[str, str]
    registry_down: bool = False
    dates: Mapping[str, int] | None = None


def show(types: Sequence[TypeDeChamp], answers: Mapping[str, Any], how: ChampContext) -> list[Json]:
    """Return the champs of ``types`` with their answers."""
    filled = _filled_in(types, answers)
    return [
        show_one(one, answers.get(one.stable), how, filled=filled.get(one.stable, _NOTHING))
        for one in types
    ]


def _filled_in(types: Sequence[TypeDeChamp], answers: Mapping[str, Any]) -> Json:
    """Return the answers that the service behind a référentiel gave first, by stable id."""
    asked = [one.fills_in(answers.get(one.stable)) for one in types if one.known]
    beside = (answers.get(f"{one.stable}.{FILLED}") for one in types if one.service)
    asked += [given["filled"] for given in beside if given]
    return {stable: value for given in asked for stable, value in given.items()}


_NOTHING = object()
"""In place of what a service gave first, of a champ that none filled in."""


def show_one(
    one: TypeDeChamp,
    answer: Any,
    how: ChampContext,
    *,
    row: str | None = None,
    filled: Any = _NOTHING,
) -> Json:
    """Return one champ: what all types have in common, then what its own has."""
    dates = how.dates or {}
    moved = dates.get(f"{one.stable}|{row}", dates.get(one.stable, how.updated_at))
    shown: Json = {
        "kind": "titre_identite" if one.guarded else one.kind,
        "_type": one,
        "id": champ_id(one.stable, row),
        "champDescriptorId": champ_id(one.stable),
        "label": one.label,
        "prefilled": filled is not _NOTHING,
        "prefilledValueModified": filled is not _NOTHING and filled != answer,
        "updatedAt": iso(moved),
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


def _text(one: TypeDeChamp, answer: Any, _how: ChampContext) -> Json:
    if one.kind in DECORATIVE:
        return {"level": one.level, "stringValue": None}
    text = kept_text(answer)
    return {"value": text or None, "stringValue": text}


def _choice(one: TypeDeChamp, answer: Any, how: ChampContext) -> Json:
    shown = _text(one, answer, how)
    return {**shown, "stringValue": _label(one, shown["stringValue"])}


def _label(one: TypeDeChamp, answer: str) -> str:
    """Return what DS shows of an option: of a row of a CSV its label, while the CSV has it."""
    return one.row_label(answer) if one.rows else answer


def _boolean(one: TypeDeChamp, answer: Any, _how: ChampContext) -> Json:
    ticked = answer if isinstance(answer, bool) else None
    if one.kind == "checkbox":
        return {"value": bool(ticked), "stringValue": "true" if ticked else "false"}
    return {"value": ticked, "stringValue": "" if ticked is None else str(ticked).lower()}


_WHOLE = re.compile(r"\s*([+-]?\d+)", re.ASCII)
_DECIMAL = re.compile(r"\s*([+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)", re.ASCII)


def _number(one: TypeDeChamp, answer: Any, _how: ChampContext) -> Json:
    """Read the number that a text begins with, as Ruby's ``to_i`` and ``to_f``; else zero."""
    if blank(answer) or isinstance(answer, bool) or not isinstance(answer, str | int | float):
        return {"value": None, "stringValue": ""}
    text = kept_text(answer)
    pattern, read = (_DECIMAL, float) if one.kind == "decimal_number" else (_WHOLE, int)
    begins = pattern.match(text)
    return {"value": read(begins[1]) if begins else read(0), "stringValue": text}


def _date(_one: TypeDeChamp, answer: Any, _how: ChampContext) -> Json:
    when = _instant(answer)
    if when is None:
        return {"date": None}
    day = iso(when)[:10]
    return {"date": day, "value": iso(parse(day)), "stringValue": day}


def _datetime(_one: TypeDeChamp, answer: Any, _how: ChampContext) -> Json:
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


def _choices(one: TypeDeChamp, answer: Any, _how: ChampContext) -> Json:
    values = [str(value) for value in _plain(answer)]
    return {"values": values, "stringValue": ", ".join(_label(one, value) for value in values)}


def _linked(_one: TypeDeChamp, answer: Any, _how: ChampContext) -> Json:
    primary, secondary = (*map(str, _plain(answer)), None, None)[:2]
    shown = " / ".join(part for part in (primary, secondary) if part)
    return {
        "primaryValue": primary or None,
        "secondaryValue": secondary or None,
        "stringValue": shown,
    }


def _place(field: str) -> Callable[[TypeDeChamp, Any, ChampContext], Json]:
    def read(one: TypeDeChamp, answer: Any, _how: ChampContext) -> Json:
        if not isinstance(answer, Mapping) or "name" not in answer:
            return {field: None}
        shown = (
            f"{answer['code']} – {answer['name']}" if one.kind == "departements" else answer["name"]
        )
        return {field: dict(answer), "value": shown, "stringValue": shown}

    return read


def _address(_one: TypeDeChamp, answer: Any, _how: ChampContext) -> Json:
    if not isinstance(answer, Mapping) or "label" not in answer:
        return {"address": None}
    return {"address": dict(answer), "value": answer["label"], "stringValue": answer["label"]}


def _company(_one: TypeDeChamp, answer: Any, how: ChampContext) -> Json:
    if not isinstance(answer, str) or not answer:
        return {"etablissement": None}
    name = how.companies.get(answer)
    known = None if name is None or how.registry_down else establishment(answer, name)
    return {"etablissement": known, "stringValue": answer}


def _files(one: TypeDeChamp, answer: Any, how: ChampContext) -> Json:
    """Show the files, but the infected ones and identity documents; no text where there are any."""
    given = [file for file in _many(answer) if isinstance(file, Mapping) and "scan" in file]
    listed = [] if one.guarded else given
    files = [show_file(file, how.file_url) for file in listed if file["scan"] != "infected"]
    return {
        "files": files,
        "file": files[0] if files else None,
        "stringValue": None if given else "",
        "nature": "TITRE_IDENTITE" if one.guarded else one.nature,
        "filled": bool(given),
        "grantType": "piece_justificative",
    }


def show_file(file: Mapping[str, Any], address: Callable[[Mapping[str, Any]], str]) -> Json:
    """Return one file, with a fresh address that lives an hour."""
    return {
        "filename": file["filename"],
        "contentType": file["content_type"],
        "byteSize": file["size"],
        "byteSizeBigInt": file["size"],
        "checksum": file["checksum"],
        "createdAt": iso(file["created_at"]),
        "virusScanResult": file["scan"],
        "url": address(file),
    }


def _rows(one: TypeDeChamp, answer: Any, how: ChampContext) -> Json:
    rows = []
    for row in _many(answer):
        if not isinstance(row, Mapping) or "champs" not in row:
            continue
        given = row["champs"]
        filled = _filled_in(one.children, given)
        champs = [
            show_one(
                child,
                given.get(child.stable),
                how,
                row=row["id"],
                filled=filled.get(child.stable, _NOTHING),
            )
            for child in one.children
        ]
        rows.append({"id": champ_id(one.stable, row["id"]), "champs": champs})
    return {
        "rows": rows,
        "champs": [champ for row in rows for champ in row["champs"]],
        "stringValue": None,
    }


def _map(_one: TypeDeChamp, _answer: Any, _how: ChampContext) -> Json:
    """Show a map on which nothing is drawn: DS serves a list, never a null."""
    return {"geoAreas": []}


_READERS: dict[str, Callable[[TypeDeChamp, Any, ChampContext], Json]] = {
    "yes_no": _boolean,
    "checkbox": _boolean,
    "integer_number": _number,
    "number": _number,
    "decimal_number": _number,
    "date": _date,
    "datetime": _datetime,
    "drop_down_list": _choice,
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
    "titre_identite": _files,
    "repetition": _rows,
    "carte": _map,
}
