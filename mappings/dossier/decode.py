"""The JSON that DS serves, decoded: champs by their type, dossiers, revisions.

The shape of the JSON is that of ``clients/queries``: values of different types have an alias each
(``yesNo``, ``checked``, ``integerNumber``, ``decimalNumber``). Decoding never raises: a value that
does not have the shape its type promises becomes :class:`mappings.dossier.model.Unreadable`.
"""

import re
from base64 import b64decode
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from mappings.dossier.champs import decode_value
from mappings.dossier.model import (
    Champ,
    ChampValue,
    Company,
    Dossier,
    DossierState,
    MessageSeen,
    RawDossier,
    Rows,
)
from mappings.dossier.places import company_name
from mappings.dossier.revision import Descriptor, Revision
from mappings.dossier.shape import Path, ShapeError, check_descriptor

_IRREGULAR = {"Region": "regions", "Departement": "departements", "Commune": "communes"}
_WORD = re.compile(r"(?<=[a-z])(?=[A-Z])")


def decode_revision(raw: Mapping[str, Any]) -> Revision:
    """One revision of the form from its descriptors; those that are odd are passed over."""
    return Revision(
        id=raw["id"],
        champs=_descriptors(raw.get("champDescriptors")),
        annotations=_descriptors(raw.get("annotationDescriptors")),
        published=instant(raw.get("datePublication")),
        whole=next(odd_descriptors(raw), None) is None,
    )


def odd_descriptors(raw: Mapping[str, Any]) -> Iterator[ShapeError]:
    """What :func:`decode_revision` passes over in a revision, with its place."""
    for name in ("champDescriptors", "annotationDescriptors"):
        yield from _odd(raw.get(name), (name,))


def decode_dossier(raw: RawDossier, *, revision: Revision | None) -> Dossier:
    """One dossier; ``revision`` (the one it follows) gives the exact type of each champ.

    The JSON is that of the fragment ``DossierComplet``, as
    :func:`mappings.dossier.shape.check_dossier` lets it pass.
    """
    groupe, state = raw["groupeInstructeur"], DossierState(raw["state"])
    return Dossier(
        id=raw["id"],
        number=raw["number"],
        state=state,
        archived=raw["archived"],
        revision_id=raw["demarche"]["revision"]["id"],
        deposited_at=datetime.fromisoformat(raw["dateDepot"]),
        modified_at=datetime.fromisoformat(raw["dateDerniereModification"]),
        champs_modified_at=datetime.fromisoformat(raw["dateDerniereModificationChamps"]),
        # Where DS does not tell it, a person may have been the last to change anything.
        annotations_by_hand_at=_moment(
            raw.get("dateDerniereModificationAnnotations", raw["dateDerniereModification"])
        ),
        passed_en_instruction_at=_moment(raw.get("datePassageEnInstruction")),
        # DS keeps the date of a decision that was taken back.
        decided_at=_moment(raw.get("dateTraitement")) if state.decided else None,
        correction_pending_since=_moment(raw.get("dateDerniereCorrectionEnAttente")),
        usager_email=raw["usager"]["email"],
        demandeur=_demandeur(raw["demandeur"]),
        groupe=groupe["label"],
        groupe_id=groupe["id"],
        champs=tuple(_champ(one, revision) for one in raw["champs"]),
        annotations=tuple(_champ(one, revision) for one in raw["annotations"]),
        labels=frozenset(label["name"] for label in raw.get("labels") or ()),
        messages=tuple(_message(one) for one in raw.get("messages") or ()),
    )


@lru_cache(maxsize=65536)
def stable_id(api_id: str) -> str:
    """The decimal number in ``Champ-<stable>`` or ``Champ-<stable>|<row>``, base64 encoded.

    An id of another shape is returned as it is: it still tells champs apart.
    """
    try:
        plain = b64decode(api_id + "=" * (-len(api_id) % 4), validate=True).decode()
    except ValueError:  # of base64, of its alphabet, or of the text in it
        return api_id
    return plain.rpartition("-")[2].partition("|")[0]


def _odd(listed: Any, path: Path) -> Iterator[ShapeError]:
    if not isinstance(listed, list):
        yield ShapeError(path, "une liste est attendue")
        return
    for at, one in enumerate(listed):
        try:
            check_descriptor(one)
        except ShapeError as error:
            yield ShapeError((*path, at, *error.path), error.problem)
        else:
            if one.get("champDescriptors"):
                yield from _odd(one["champDescriptors"], (*path, at, "champDescriptors"))


def _descriptors(listed: Any) -> tuple[Descriptor, ...]:
    return (
        tuple(_descriptor(one) for one in listed if _is_sound(one))
        if isinstance(listed, list)
        else ()
    )


def _is_sound(raw: Any) -> bool:
    try:
        check_descriptor(raw)
    except ShapeError:
        return False
    return True


def _descriptor(raw: Mapping[str, Any]) -> Descriptor:
    return Descriptor(
        id=stable_id(raw["id"]),
        api_id=raw["id"],
        label=raw["label"],
        type=type_name(raw["__typename"].removesuffix("ChampDescriptor")),
        required=raw["required"],
        options=tuple(raw.get("options") or ()),
        other=bool(raw.get("otherOption")),
        description=raw.get("description") or "",
        level=raw.get("level") or 1,
        condition=_condition(raw),
        children=_descriptors(raw.get("champDescriptors")),
    )


def _condition(raw: Mapping[str, Any]) -> str | None:
    """When a question is shown; ``None`` from an instance that does not tell conditions."""
    if "conditionExpression" not in raw:
        return None
    told = raw["conditionExpression"]
    return told if isinstance(told, str) else ""


@lru_cache(maxsize=128)
def type_name(typename: str) -> str:
    """Name of a champ type as in the enumeration ``TypeDeChamp`` (``DropDownList`` …)."""
    return _IRREGULAR.get(typename, _WORD.sub("_", typename).lower())


def _champ(raw: Mapping[str, Any], revision: Revision | None) -> Champ:
    api_id, typename = raw["id"], raw["__typename"]
    stable = stable_id(raw.get("champDescriptorId") or api_id)
    known = revision.types.get(stable) if revision else None
    kind = known or type_name(typename.removesuffix("Champ"))
    value: ChampValue | None
    if typename == "RepetitionChamp" and raw.get("rows"):
        value = Rows(
            tuple(tuple(_champ(one, revision) for one in row["champs"]) for row in raw["rows"])
        )
    elif typename == "CheckboxChamp" and kind == "yes_no" and not raw.get("stringValue"):
        value = None  # an instance without YesNoChamp serves an unanswered question as "no"
    else:
        fed = revision is not None and stable in revision.fed if known else None
        value = decode_value(typename, raw, fed=fed)
    moved = instant(raw.get("updatedAt"))
    return Champ(stable, api_id, raw["label"], kind, value, moved)


def instant(told: Any) -> datetime | None:
    """When a champ moved, or a revision was published: aware, and never worth failing for."""
    return _instant(told) if isinstance(told, str) else None


@lru_cache(maxsize=4096)
def _instant(text: str) -> datetime | None:
    """An instant, which many champs of a dossier share; ``None`` without an offset."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _demandeur(raw: Mapping[str, Any]) -> Company | None:
    match raw.get("__typename"):
        case "PersonneMorale":
            return Company(identifier=raw["siret"], name=company_name(raw))
        case "PersonneMoraleIncomplete":
            return Company(identifier=raw.get("siret", ""), name=None)
        case _:
            return None


def _message(raw: Mapping[str, Any]) -> MessageSeen:
    correction = raw.get("correction") or {}
    return MessageSeen(
        id=raw["id"],
        created_at=datetime.fromisoformat(raw["createdAt"]),
        correction=correction.get("reason"),
        resolved_at=_moment(correction.get("dateResolution")),
        discarded=bool(raw.get("discardedAt")),
    )
