"""What was typed in the questions of a page, as answers.

What cannot be read stays as typed: the act that it is for refuses it, in its own words.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from starlette.datastructures import FormData, UploadFile

from sandbox.common.clock import iso, parse
from sandbox.common.texts import kept_text
from sandbox.demarche.intake import row_id
from sandbox.form.model import DECORATIVE, TypeDeChamp
from sandbox.generator.data import read
from sandbox.pages.values import text_of

Answers = dict[str, Any]

_WHOLE = re.compile(r"[+-]?\d+", re.ASCII)
_DECIMAL = re.compile(r"[+-]?\d+(?:[.,]\d+)?", re.ASCII)
_PLACE = re.compile(r"(.+?) *\((\w+)\)")
_ADDRESS = re.compile(r"(?:(.*?),? +)?(\d{5}) +(.+)")
PAIR = " ⟶ "  # between the two parts of a choice in linked lists
UNREAD = DECORATIVE | {"carte"}
"""Kinds that a page gives no way to answer."""


INPUTS = {"date": "date", "datetime": "datetime-local"}
"""Types of field of HTML; the others take any text, so that DS is who refuses it."""
PATTERNS = {
    "address": "1 rue de l’Exemple 69003 Lyon",
    "communes": "Lyon (69123)",
    "epci": "Métropole de Lyon (200046977)",
    "pays": "France (FR)",
}
"""How what is more than a text is typed."""


def offered(one: TypeDeChamp) -> list[tuple[str, str]]:
    """Return what can be chosen, each with the value of its field; nothing of a free text."""
    match one.kind:
        case "drop_down_list" | "multiple_drop_down_list":
            return [(value, one.row_label(value)) for value in one.rows or one.choices()]
        case "linked_drop_down_list":
            return [
                (PAIR.join(part for part in pair if part), " / ".join(filter(None, pair)))
                for primary, under in (one.options or {}).items()
                for pair in [(primary, second) for second in under or [""]]
            ]
        case "regions" | "departements":
            return [(code, f"{code} – {name}") for code, name in territories(one.kind).items()]
        case "civilite":
            return [("M", "Monsieur"), ("Mme", "Madame")]
        case _:
            return []


def shown(one: TypeDeChamp, answer: Any) -> str:
    """Return an answer as the field of its question holds it."""
    match answer:
        case None:
            return ""
        case {"code": code} if one.kind in {"regions", "departements"}:
            return str(code)
        case {"name": name, "code": code}:
            return f"{name} ({code})"
        case list():
            return PAIR.join(str(part) for part in answer if part)
        case str() if one.kind == "datetime":
            return local(answer)
        case _:
            return text_of(one, answer) if one.kind == "decimal_number" else _plain(answer)


def _plain(answer: Any) -> str:
    if isinstance(answer, Mapping):
        return str(answer.get("label") or answer.get("entry", ""))
    return kept_text(answer)


def field(*parts: str) -> str:
    """Return the name of the field of a question: its stable id, in a row after those of it."""
    return "-".join(("c", *parts))


async def typed(
    types: Sequence[TypeDeChamp], form: FormData, kept: Mapping[str, Any], *row: str
) -> Answers:
    """Return the answers to ``types``, whose present ones are ``kept``; files are read whole."""
    answers: Answers = {}
    for one in types:
        if one.kind in UNREAD:
            continue
        name = field(*row, one.stable)
        present = kept.get(one.stable)
        match one.kind:
            case "repetition":
                answers[one.stable] = [
                    {"id": key, "champs": await typed(one.children, form, champs, one.stable, key)}
                    for key, champs in _rows(present).items()
                ]
            case "piece_justificative" | "titre_identite":
                answers[one.stable] = await _files(form, name, present)
            case _:
                answers[one.stable] = _READERS.get(one.kind, _text)(form, name)
    return answers


def _rows(present: Any) -> dict[str, Mapping[str, Any]]:
    return {row["id"]: row["champs"] for row in present or ()}


def changed(
    types: Sequence[TypeDeChamp], kept: Mapping[str, Any], answers: Mapping[str, Any]
) -> Answers:
    """Return those of ``answers`` that say something else than what is kept."""
    by_id = {one.stable: one for one in types}
    return {
        stable: answer
        for stable, answer in answers.items()
        if stable not in by_id or not _same(by_id[stable], kept.get(stable), answer)
    }


def blank(answer: Any) -> bool:
    """Say whether a question is unanswered; « Non » is an answer."""
    return answer is None or answer in ("", [])


def _same(one: TypeDeChamp, kept: Any, answer: Any) -> bool:
    if blank(kept) or blank(answer):
        unticked = one.kind == "checkbox" and not kept and not answer
        return unticked or (blank(kept) and blank(answer))
    match one.kind:
        case "repetition":
            before, after = _rows(kept), _rows(answer)
            return list(before) == list(after) and not any(
                changed(one.children, before[key], after[key]) for key in after
            )
        case "multiple_drop_down_list" if isinstance(kept, list):
            return set(kept) == set(answer)
        case "linked_drop_down_list" if isinstance(kept, list):
            return [str(part) for part in kept if part] == list(answer)
        case "datetime":
            return local(kept) == local(answer)
        case _ if isinstance(kept, str) and isinstance(answer, str):
            return kept.replace("\r\n", "\n").strip() == answer
        case _:
            return bool(kept == answer)


def local(answer: Any) -> str:
    """Return an instant as a field of the browser holds it: Paris time, to the minute."""
    try:
        return iso(parse(answer))[:16] if answer else ""
    except (TypeError, ValueError):
        return str(answer)


async def _files(form: FormData, name: str, present: Any) -> list[Mapping[str, Any]]:
    dropped = set(form.getlist(f"{name}-retirer"))
    files = [file for file in present or () if file["filename"] not in dropped]
    scan = _text(form, f"{name}-antivirus") or "safe"
    sent = [one for one in form.getlist(name) if isinstance(one, UploadFile) and one.filename]
    return [*files, *[await _file(one, scan) for one in sent]]


async def _file(sent: UploadFile, scan: str) -> Mapping[str, Any]:
    return {
        "filename": sent.filename,
        "content_type": sent.content_type or "application/octet-stream",
        "content": await sent.read(),
        "scan": scan,
    }


def with_row(one: TypeDeChamp, present: Any, number: int) -> list[Mapping[str, Any]]:
    """Return the rows of a repetition and an empty one."""
    rows = list(present or ())
    used = {row["id"] for row in rows}
    names = (row_id(number, one.stable, at) for at in range(1, len(rows) + 2))
    return [*rows, {"id": next(name for name in names if name not in used), "champs": {}}]


def without_row(present: Any, key: str) -> list[Mapping[str, Any]]:
    """Return the rows of a repetition but one."""
    return [row for row in present or () if row["id"] != key]


def _text(form: FormData, name: str) -> str:
    value = form.get(name)
    return value.replace("\r\n", "\n").strip() if isinstance(value, str) else ""


def _or_none(form: FormData, name: str) -> str | None:
    return _text(form, name) or None


def _yes_no(form: FormData, name: str) -> bool | None:
    return {"oui": True, "non": False}.get(_text(form, name))


def _checkbox(form: FormData, name: str) -> bool | None:
    return True if name in form else None


def _whole(form: FormData, name: str) -> int | str | None:
    text = _text(form, name)
    bare = "".join(text.split())
    return int(bare) if _WHOLE.fullmatch(bare) else text or None


def _decimal(form: FormData, name: str) -> float | str | None:
    text = _text(form, name)
    bare = "".join(text.split())
    return float(bare.replace(",", ".")) if _DECIMAL.fullmatch(bare) else text or None


def _many(form: FormData, name: str) -> list[str]:
    return [one for one in form.getlist(name) if isinstance(one, str) and one]


def _pair(form: FormData, name: str) -> list[str]:
    return [part for part in _text(form, name).split(PAIR) if part]


def territories(kind: str) -> Mapping[str, str]:
    """Return the names of regions or départements by code, as DS offers them."""
    known = read("territories")
    return {**known[kind], **(known["beyond"] if kind == "departements" else {})}


def _territory(kind: str) -> Callable[[FormData, str], Any]:
    def reader(form: FormData, name: str) -> Any:
        code = _text(form, name)
        known = territories(kind)
        return {"code": code, "name": known[code]} if code in known else code or None

    return reader


def _place(form: FormData, name: str) -> Any:
    text = _text(form, name)
    found = _PLACE.fullmatch(text)
    return {"name": found[1], "code": found[2]} if found else text or None


def _address(form: FormData, name: str) -> Any:
    text = _text(form, name)
    found = _ADDRESS.fullmatch(text)
    if not found:
        return text or None
    told = {"label": text, "type": "street", "streetAddress": found[1] or ""}
    return {**told, "postalCode": found[2], "cityName": found[3], "cityCode": ""}


_READERS: Mapping[str, Callable[[FormData, str], Any]] = {
    "address": _address,
    "checkbox": _checkbox,
    "communes": _place,
    "date": _or_none,
    "datetime": _or_none,
    "decimal_number": _decimal,
    "departements": _territory("departements"),
    "epci": _place,
    "integer_number": _whole,
    "linked_drop_down_list": _pair,
    "multiple_drop_down_list": _many,
    "number": _whole,
    "pays": _place,
    "regions": _territory("regions"),
    "yes_no": _yes_no,
}
