"""A form of one's own: read from a file that a person wrote, or from a descriptor that DS gave."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

import orjson
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from sandbox.common.errors import ApiError
from sandbox.common.ids import decode_champ
from sandbox.form.kinds import KINDS, kind_described
from sandbox.form.model import grouped

Json = dict[str, Any]

NUMBER = 48213
LABELS = (
    ("Urgent", "pink_tuile"),
    ("À examiner", "blue_cumulus"),
    ("À relancer", "purple_glycine"),
    ("Complet", "green_menthe"),
    ("À signer", "brown_caramel"),
)
_LISTS = ("drop_down_list", "multiple_drop_down_list", "linked_drop_down_list")


class FormFileError(ValueError):
    """The file describes no form that can be served; the message says where, and the remedy."""


def read_form(path: Path, *, robot: str) -> Json:
    """Return the form that a file describes, in the shape of ``formulaire.json``.

    The file is JSON or YAML: either in that shape (``labels``, ``groupes``, ``instructeurs``,
    ``number`` and ``title`` may be left out, and a form of one revision may have its ``champs`` at
    the top), or what DS answers to ``demarcheDescriptor`` or ``demarche``.

    Args:
        path: the file.
        robot: e-mail of the instructeur who shall be in every groupe, if the file names none such.

    Raises:
        FormFileError: it cannot be read, or what it says cannot be served.
    """
    raw = _load(path)
    described = _descriptor(raw)
    form = _from_descriptor(described) if described is not None else raw
    try:
        return _completed(form, path, robot)
    except FormFileError as error:
        raise FormFileError(f"{path.name} : {error}") from None


def _load(path: Path) -> Json:
    try:
        text = path.read_text(encoding="utf-8-sig")
        raw = (
            YAML(typ="safe").load(text)
            if path.suffix in {".yaml", ".yml"}
            else orjson.loads(text.encode())
        )
    except OSError:
        raise FormFileError(
            f"{path} ne peut pas être lu : vérifiez le chemin et les droits."
        ) from None
    except (UnicodeDecodeError, YAMLError, orjson.JSONDecodeError) as error:
        raise FormFileError(f"{path.name} n’est ni du JSON ni du YAML lisible : {error}") from None
    if not isinstance(raw, dict):
        raise FormFileError(
            f"{path.name} : un objet est attendu, avec « champs » ou « revisions »."
        )
    return raw


def _completed(form: Json, path: Path, robot: str) -> Json:
    revisions = form.get("revisions") or [
        {"champs": form.get("champs"), "annotations": form.get("annotations", [])}
    ]
    if not isinstance(revisions, list) or not all(isinstance(one, dict) for one in revisions):
        raise FormFileError("« revisions » est une liste d’objets avec « champs ».")
    for one in revisions:
        one.setdefault("annotations", [])
        _check_revision(one)
    number = form.get("number", NUMBER)
    if not isinstance(number, int) or number < 1:
        raise FormFileError("« number », le numéro de la démarche, est un entier positif.")
    groupes = form.get("groupes") or ["défaut"]
    members = _members(form.get("instructeurs") or [], groupes)
    if all(one["email"] != robot for one in members):
        members.insert(0, {"email": robot, "groupes": list(range(len(groupes)))})
    labels = form.get("labels") or [{"name": name, "color": color} for name, color in LABELS]
    return {
        "number": number,
        "title": str(form.get("title") or path.stem),
        "revisions": revisions,
        "labels": [_label(one) for one in labels],
        "groupes": [str(one) for one in groupes],
        "instructeurs": members,
    }


def _label(raw: Any) -> Json:
    if isinstance(raw, str):
        return {"name": raw, "color": "green_menthe"}
    if not isinstance(raw, dict) or not raw.get("name"):
        raise FormFileError("un label a un nom, « name », et une couleur, « color ».")
    return {"name": str(raw["name"]), "color": raw.get("color", "green_menthe")}


def _members(raw: Sequence[Any], groupes: Sequence[Any]) -> list[Json]:
    members = []
    for one in raw:
        email = one if isinstance(one, str) else one.get("email")
        places = list(range(len(groupes))) if isinstance(one, str) else one.get("groupes", [0])
        if not email or not all(place in range(len(groupes)) for place in places):
            raise FormFileError(
                "un instructeur a une adresse, « email », et les rangs de ses groupes à partir de"
                f" 0, « groupes » (le dernier est {len(groupes) - 1})."
            )
        members.append({"email": str(email), "groupes": list(places)})
    return members


def _check_revision(revision: Json) -> None:
    for name in ("champs", "annotations"):
        questions = revision.get(name)
        if not isinstance(questions, list) or not (questions or name == "annotations"):
            raise FormFileError(f"« {name} » est une liste de questions.")
        for one in questions:
            _check_question(one)
    known: set[int] = set()
    for one in _questions(revision):
        if one["id"] in known:
            raise FormFileError(f"deux questions ont l’identifiant {one['id']}.")
        known.add(one["id"])
    for one in _questions(revision):
        condition = one.get("condition")
        if condition and condition.get("champ") not in known:
            raise FormFileError(
                f"{_name(one)} : sa condition porte sur un champ {condition.get('champ')!r} que le"
                " formulaire n’a pas."
            )


def _questions(revision: Json) -> Iterator[Json]:
    for one in (*revision["champs"], *revision["annotations"]):
        yield one
        yield from one.get("children", ())


def _name(one: Json) -> str:
    return f"question {one.get('id', '?')} « {one.get('label', '')} »"


def _check_question(one: Any, *, inside: bool = False) -> None:
    if not isinstance(one, dict):
        raise FormFileError("une question est un objet avec « id », « label » et « type ».")
    identifier, kind = one.get("id"), one.get("type")
    if not isinstance(identifier, int) or isinstance(identifier, bool):
        raise FormFileError(f"{_name(one)} : « id » est un nombre entier, propre à la question.")
    if not isinstance(one.get("label"), str):
        raise FormFileError(f"{_name(one)} : il lui faut un libellé, « label ».")
    if kind not in KINDS:
        raise FormFileError(f"{_name(one)} : type {kind!r} inconnu ; ceux de DS : {_listed()}.")
    if one.get("service") is not None:
        _check_service(one)
    if kind in _LISTS and not one.get("rows"):
        _check_options(one)
    if kind == "repetition":
        children = one.get("children")
        if inside or not isinstance(children, list) or not children:
            raise FormFileError(
                f"{_name(one)} : un bloc répétable a des questions, « children », et n’en contient"
                " pas un autre."
            )
        for child in children:
            _check_question(child, inside=True)


def _check_service(one: Json) -> None:
    service = one["service"]
    known = {"url", "header", "value", "source", "label", "prefill"}
    if (
        one["type"] != "referentiel"
        or not isinstance(service, dict)
        or not isinstance(service.get("url"), str)
        or not isinstance(service.get("prefill", {}), dict)
        or service.keys() - known
    ):
        raise FormFileError(
            f"{_name(one)} : « service » d’un référentiel a une adresse, « url », et si l’on veut"
            " « header », « value », « source », « label », et « prefill » (numéro de question par"
            " chemin)."
        )


def _listed() -> str:
    return ", ".join(sorted(KINDS))


def _check_options(one: Json) -> None:
    options = one.get("options")
    if one["type"] == "linked_drop_down_list" and isinstance(options, list):
        options = one["options"] = grouped(options)
    wanted = Mapping if one["type"] == "linked_drop_down_list" else list
    if not isinstance(options, wanted) or not options:
        raise FormFileError(
            f"{_name(one)} : il lui faut ses choix, « options » (une liste ; pour deux listes"
            " liées, un objet de listes)."
        )
    under = chain.from_iterable(options.values()) if isinstance(options, Mapping) else ()
    for option in (*options, *under):
        if not isinstance(option, str):
            raise FormFileError(
                f"{_name(one)} : le choix {option!r} n’est pas lu comme un texte ; l’écrire entre"
                " guillemets."
            )


# What DS gives


def _descriptor(raw: Any) -> Json | None:
    """Return the démarche inside an answer of DS, or nothing if the file is no such answer."""
    while isinstance(raw, dict) and not _revision_of(raw):
        inner = [raw[name] for name in ("data", "demarcheDescriptor", "demarche") if name in raw]
        if not inner:
            return None
        raw = inner[0]
    return raw if isinstance(raw, dict) else None


def _revision_of(raw: Json) -> Json | None:
    for name in ("activeRevision", "publishedRevision", "revision", "draftRevision"):
        if isinstance(raw.get(name), dict) and "champDescriptors" in raw[name]:
            found: Json = raw[name]
            return found
    return raw if "champDescriptors" in raw else None


def _from_descriptor(raw: Json) -> Json:
    revision = _revision_of(raw) or {}
    numbers: dict[str, int] = {}
    form: Json = {
        "number": raw.get("number", NUMBER),
        "title": raw.get("title"),
        "champs": _questions_of(revision["champDescriptors"], numbers),
        "annotations": _questions_of(revision.get("annotationDescriptors") or [], numbers),
        "labels": raw.get("labels"),
    }
    groupes = [one["label"] for one in raw.get("groupeInstructeurs") or () if one.get("label")]
    return {**form, "groupes": groupes}


def _questions_of(descriptors: Sequence[Json], numbers: dict[str, int]) -> list[Json]:
    return [_question_of(one, numbers) for one in descriptors]


def _question_of(one: Json, numbers: dict[str, int]) -> Json:
    kind = one.get("type") or kind_described(str(one.get("__typename", "")))
    kind = kind if kind in KINDS else "text"  # a newer type of DS: served as a text too
    question: Json = {
        "id": _stable(str(one.get("id", "")), numbers),
        "label": one.get("label"),
        "type": kind,
        "required": bool(one.get("required")),
        "description": one.get("description"),
        "level": int(one.get("level") or 1),
    }
    if kind in _LISTS and one.get("options"):
        question["options"] = one["options"]
        question["other"] = bool(one.get("otherOption"))
    elif kind in _LISTS:  # fed by a CSV, whose rows DS does not give
        question["rows"] = {str(at): f"Ligne {at} du fichier" for at in range(1, 6)}
    if kind == "repetition":
        question["children"] = _questions_of(one.get("champDescriptors") or [], numbers)
    return question


def _stable(opaque: str, numbers: dict[str, int]) -> int:
    """Return the number inside an id of DS; another text gets a number of its own."""
    try:
        stable = decode_champ(opaque)[0]
    except ApiError:
        stable = opaque
    if stable.isdecimal():
        return int(stable)
    return numbers.setdefault(stable, 9_000_000 + len(numbers))
