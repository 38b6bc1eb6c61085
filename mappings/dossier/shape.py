"""The shape that the JSON of a dossier must have for every reader of it to work.

Checked once, when DS is read: what is stored can be decoded. A value of a champ may be anything,
since decoding makes it unreadable; what is checked here is what the dossier cannot do without.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, TypeAlias

import orjson

from french.time import PARIS
from mappings.dossier.model import DossierState

Path: TypeAlias = tuple[str | int, ...]
Check: TypeAlias = Callable[[Any], str]
"""Says in French what is wrong with a value; nothing when it is right."""

LARGEST_NUMBER = 2**31 - 1
"""Of a dossier: GraphQL's ``Int``, and the columns of the store."""
_LARGEST = 2**63 - 1
"""That JSON and databases hold."""
_YEARS = range(2000, 3000)
"""Years of a date that DS itself writes: it did not exist before, and workbooks end there."""
_STATES = frozenset(DossierState)


class ShapeError(ValueError):
    """A part of an answer is not what every reader needs.

    Attributes:
        path: Where, from the object that was checked.
        problem: What is wrong, in French.
    """

    def __init__(self, path: Path, problem: str) -> None:
        super().__init__(f"{shown(path)} : {problem}")
        self.path = path
        self.problem = problem


def shown(path: Path) -> str:
    """A path as people read it: ``messages[2].createdAt``."""
    told = "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in path)
    return told.removeprefix(".") or "dossier"


def check_dossier(raw: Any, *, whole: bool = True) -> None:
    """Pass if a dossier can be kept and read.

    Args:
        raw: JSON of the fragment ``DossierComplet``.
        whole: Whether champs, annotations and messages come along.

    Raises:
        ShapeError: It cannot; says where it is odd.
    """
    check_object(raw, _LIGHT, ())
    _demandeur(raw["demandeur"])
    _every(raw.get("labels"), _LABEL, ("labels",))
    if whole:
        for name in ("champs", "annotations"):
            _champs(raw.get(name), (name,))
        _every(raw.get("messages"), _MESSAGE, ("messages",))
        for at, message in enumerate(raw.get("messages") or ()):
            if (correction := message.get("correction")) is not None:
                check_object(correction, _CORRECTION, ("messages", at, "correction"))
    check_storable(raw)


def check_conversation(raw: Any) -> dict[str, Any]:
    """Return a dossier that was read for its messages, if they and their texts can be read.

    Raises:
        ShapeError: They cannot; says where.
    """
    check_object(raw, {}, ())
    if not isinstance(raw.get("messages"), list):
        raise ShapeError(("messages",), _LIST_WANTED)
    _every(raw["messages"], {**_MESSAGE, "body": text, "email": text}, ("messages",))
    return dict(raw)


def check_storable(raw: Any) -> None:
    """Pass if JSON holds nothing that neither a hash nor a database takes.

    Raises:
        ShapeError: It does (a lone surrogate, an integer beyond 64 bits); says where.
    """
    try:
        orjson.dumps(raw)
    except TypeError:
        for path, value in _leaves(raw, ()):
            if isinstance(value, int) and abs(value) > _LARGEST:
                raise ShapeError(path, "nombre trop grand") from None
            if isinstance(value, str) and not _is_unicode(value):
                raise ShapeError(path, "texte mal codé") from None
        raise ShapeError((), "valeur qui ne peut pas être conservée") from None


def number_of(raw: Any) -> int | None:
    """Number of a dossier, however odd the rest of it is; ``None`` when it has none."""
    number = raw.get("number") if isinstance(raw, Mapping) else None
    return None if _number(number) else number


def check_descriptor(raw: Any) -> None:
    """Pass if a descriptor of a revision can be decoded.

    Raises:
        ShapeError: It cannot; says where it is odd.
    """
    check_object(raw, _DESCRIPTOR, ())
    options = raw.get("options")
    if options is not None and not isinstance(options, list):
        raise ShapeError(("options",), _LIST_WANTED)
    for at, one in enumerate(options or ()):
        if not isinstance(one, str):
            raise ShapeError(("options", at), _TEXT_WANTED)
    check_storable(raw)


def check_demarche(raw: Any) -> None:
    """Pass if a démarche says which it is, and which form is in force.

    Raises:
        ShapeError: It does not.
    """
    check_object(raw, _DEMARCHE)
    check_storable({name: raw[name] for name in _DEMARCHE})


def _champs(champs: Any, path: Path) -> None:
    """Check the champs of a dossier or of a row: a hundred a dossier, so at a glance first."""
    if not isinstance(champs, list):
        raise ShapeError(path, _LIST_WANTED)
    for at, champ in enumerate(champs):
        if not isinstance(champ, dict):
            raise ShapeError((*path, at), _OBJECT_WANTED)
        get = champ.get
        if not (
            isinstance(get("__typename"), str)
            and isinstance(get("id"), str)
            and isinstance(get("label"), str)
            and isinstance(get("champDescriptorId"), _TEXT_OR_NONE)
            and isinstance(get("stringValue"), _TEXT_OR_NONE)
        ):
            check_object(champ, _CHAMP, (*path, at))
        if files := get("files"):
            _every(files, _FILE, (*path, at, "files"))
        if rows := get("rows"):
            _rows(rows, (*path, at, "rows"))


def _rows(rows: Any, path: Path) -> None:
    if not isinstance(rows, list):
        raise ShapeError(path, _LIST_WANTED)
    for at, row in enumerate(rows):
        if not isinstance(row, dict):
            raise ShapeError((*path, at), _OBJECT_WANTED)
        _champs(row.get("champs"), (*path, at, "champs"))


def _demandeur(raw: Mapping[str, Any]) -> None:
    kind = raw.get("__typename")
    if kind not in {"PersonneMorale", "PersonneMoraleIncomplete"}:
        return
    if kind == "PersonneMorale" or raw.get("siret") is not None:
        check_object(raw, {"siret": text}, ("demandeur",))
    if raw.get("entreprise") is not None:
        check_object(
            raw["entreprise"], {"raisonSociale": _text_or_none}, ("demandeur", "entreprise")
        )


def _every(listed: Any, checks: "Checks", path: Path) -> None:
    """Check each object of a list; an instance may have no such list."""
    if listed is None:
        return
    if not isinstance(listed, list):
        raise ShapeError(path, _LIST_WANTED)
    for at, one in enumerate(listed):
        check_object(one, checks, (*path, at))


def check_object(raw: Any, checks: "Checks", path: Path = ()) -> None:
    """Pass if an object has what is asked of it.

    Args:
        raw: JSON of the object.
        checks: What each of its keys must hold.
        path: Where it is.

    Raises:
        ShapeError: It has not; says where.
    """
    if not isinstance(raw, dict):
        raise ShapeError(path, _OBJECT_WANTED)
    for name, check in checks.items():
        value = raw.get(name)
        if not callable(check):
            check_object(value, check, (*path, name))
        elif problem := check(value):
            raise ShapeError((*path, name), problem)


def _leaves(value: Any, path: Path) -> Iterator[tuple[Path, Any]]:
    match value:
        case dict():
            for key, inner in value.items():
                yield path, key
                yield from _leaves(inner, (*path, key))
        case list():
            for at, inner in enumerate(value):
                yield from _leaves(inner, (*path, at))
        case _:
            yield path, value


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


_TEXT_OR_NONE = (str, type(None))
_TEXT_WANTED = "un texte est attendu"
_LIST_WANTED = "une liste est attendue"
_OBJECT_WANTED = "un objet est attendu"


def text(value: Any) -> str:
    """A text."""
    return "" if isinstance(value, str) else _TEXT_WANTED


def key(value: Any) -> str:
    """A text that has a column of its own: no database takes NUL there."""
    return "" if isinstance(value, str) and value and "\0" not in value else _TEXT_WANTED


def _text_or_none(value: Any) -> str:
    return "" if value is None else text(value)


def _flag(value: Any) -> str:
    return "" if isinstance(value, bool) else "vrai ou faux est attendu"


def _integer(value: Any) -> str:
    whole = isinstance(value, int) and not isinstance(value, bool)
    return "" if whole and abs(value) <= _LARGEST else "un nombre est attendu"


def _number(value: Any) -> str:
    if isinstance(value, int) and not isinstance(value, bool) and 0 < value <= LARGEST_NUMBER:
        return ""
    return "un numéro de dossier est attendu"


def _size(value: Any) -> str:
    """``BigInt`` is served as a JSON string."""
    try:
        size = -1 if isinstance(value, bool | float) else int(value)
    except (TypeError, ValueError):
        size = -1
    return "" if 0 <= size <= _LARGEST else "une taille est attendue"


def _state(value: Any) -> str:
    if isinstance(value, str) and value in _STATES:
        return ""
    return "état inconnu de ce logiciel"


def _moment(value: Any) -> str:
    try:
        moment = datetime.fromisoformat(value)
        years = {moment.year, moment.astimezone(UTC).year, moment.astimezone(PARIS).year}
    except (TypeError, ValueError, OverflowError):
        return "une date est attendue"
    if moment.tzinfo is None:
        return "date sans fuseau horaire"
    return "" if all(year in _YEARS for year in years) else "date invraisemblable"


def _moment_or_none(value: Any) -> str:
    return "" if value is None or value == "" else _moment(value)


Checks: TypeAlias = Mapping[str, "Check | Checks"]

_LIGHT: Checks = {
    "number": _number,
    "id": key,
    "state": _state,
    "archived": _flag,
    "dateDepot": _moment,
    "dateDerniereModification": _moment,
    "dateDerniereModificationChamps": _moment,
    "datePassageEnInstruction": _moment_or_none,
    "dateTraitement": _moment_or_none,
    "dateDerniereCorrectionEnAttente": _moment_or_none,
    "groupeInstructeur": {"id": key, "label": text},
    "demarche": {"revision": {"id": key}},
    "usager": {"email": text},
    "demandeur": {"__typename": text},
}
_CHAMP: Checks = {
    "__typename": text,
    "id": text,
    "label": text,
    "champDescriptorId": _text_or_none,
    "stringValue": _text_or_none,
}
_LABEL: Checks = {"id": text, "name": text}
_MESSAGE: Checks = {"id": text, "createdAt": _moment}
_CORRECTION: Checks = {"reason": _text_or_none, "dateResolution": _moment_or_none}
_FILE: Checks = {
    "filename": text,
    "byteSizeBigInt": _size,
    "checksum": key,
    "contentType": text,
    "virusScanResult": text,
    "url": text,
}
_DESCRIPTOR: Checks = {"__typename": text, "id": text, "label": text, "required": _flag}
_DEMARCHE: Checks = {
    "id": text,
    "number": _number,
    "title": text,
    "state": text,
    "activeRevision": {"id": key},
}
GROUPE: Checks = {"id": key, "number": _integer, "label": text, "closed": _flag}
"""What the groupes of a démarche must have."""
DELETION: Checks = {"number": _number, "dateSupression": _moment, "reason": text, "state": text}
"""What an entry of a list of deletions must have."""
