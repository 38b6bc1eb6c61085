"""Dossiers, messages, démarches in the shape of the API: plain dictionaries, lists on demand."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from sandbox.api.champs import ChampContext, Json, show, show_file
from sandbox.api.companies import establishment, incomplete
from sandbox.common.clock import iso, iso_or_none
from sandbox.common.ids import champ_id, encode
from sandbox.demarche.demarche import Demarche
from sandbox.demarche.dossier import DepositedDossier
from sandbox.demarche.retypings import present
from sandbox.form.kinds import described_as
from sandbox.form.logic import expression, written
from sandbox.form.model import FormRevision, TypeDeChamp

if TYPE_CHECKING:
    from sandbox.api.instance import Instance


def dossier(one: DepositedDossier) -> Json:
    """Return the scalar fields of a dossier, and the dossier itself under ``_dossier``."""
    correction = one.pending_correction
    return {
        "_dossier": one,
        "id": encode("Dossier", one.number),
        "number": one.number,
        "state": one.state,
        "archived": one.archived,
        "prefilled": False,
        "deposeParUnTiers": False,
        "connectionUsager": "deleted" if one.account_deleted else "password",
        "dateDepot": iso(one.deposited_at),
        "datePassageEnConstruction": iso(one.construction_at),
        "datePassageEnInstruction": iso_or_none(one.instruction_at),
        "dateTraitement": iso_or_none(one.decided_at),
        "dateDerniereModification": iso(one.updated_at),
        "dateDerniereModificationChamps": iso(one.champs_at),
        "dateDerniereModificationAnnotations": iso(one.annotations_at),
        "dateDerniereCorrectionEnAttente": correction and iso(correction["at"]),
        "dateSuppressionParUsager": iso_or_none(one.hidden_by_user_at),
        "dateSuppressionParAdministration": iso_or_none(one.hidden_by_admin_at),
        "motivation": one.motivation,
        "usager": _usager(one),
        "dateDerniereModificationChampsParInstructeur": iso_or_none(one.champs_by_instructeur_at),
        "dateAccuseLectureAgreement": None,
    }


def _usager(one: DepositedDossier) -> Json:
    key = "<deleted>" if one.account_deleted else encode("User", one.usager_email)
    return {"id": key, "email": one.usager_email}


def demandeur(one: DepositedDossier, instance: "Instance") -> Json:
    """Return who deposits: a person, or a company as much as the registry knows of it now."""
    if one.person is not None:
        return _person(one, one.person)
    if instance.switches.registry_down:
        return incomplete(one.siret)
    return establishment(one.siret, one.company)


def _person(one: DepositedDossier, told: Json) -> Json:
    return {
        "__typename": "PersonnePhysique",
        "id": encode("PersonnePhysique", one.number),
        "civilite": told.get("civilite"),
        "nom": told["nom"],
        "prenom": told["prenom"],
        "dateDeNaissance": told.get("date_de_naissance"),
        "email": told.get("email"),
    }


def _showing(one: DepositedDossier, instance: "Instance", base_url: str) -> ChampContext:
    return ChampContext(
        updated_at=one.answered_at or one.champs_at,
        dates=one.answer_dates,
        file_url=lambda file: instance.links.url(base_url, file),
        companies=instance.state.companies(),
        registry_down=instance.switches.registry_down,
    )


def champs(one: DepositedDossier, instance: "Instance", base_url: str) -> list[Json]:
    """Return the champs that the declarant sees."""
    demarche = instance.state.demarche(one.demarche)
    answers = present(one, demarche, one.answers)
    visible = demarche.revision(one.revision).visible_champs(answers)
    return show(visible, answers, _showing(one, instance, base_url))


def annotations(one: DepositedDossier, instance: "Instance", base_url: str) -> list[Json]:
    """Return the annotations that instructeurs see."""
    demarche = instance.state.demarche(one.demarche)
    written = present(one, demarche, one.annotations)
    how = _showing(one, instance, base_url)
    dated = ChampContext(
        one.deposited_at, how.file_url, how.companies, how.registry_down, one.annotation_dates
    )
    return show(demarche.revision(one.revision).annotations, written, dated)


def message(one: DepositedDossier, sent: Json) -> Json:
    """Return one message; a withdrawn one has lost its body."""
    correction = None
    if sent.get("reason"):
        resolved = iso_or_none(sent["resolved_at"])
        correction = {"reason": sent["reason"], "dateResolution": resolved}
    return {
        "id": encode("Message", f"{one.number}.{sent['n']}"),
        "email": sent["email"],
        "body": "" if sent["discarded_at"] else sent["body"],
        "createdAt": iso(sent["at"]),
        "discardedAt": iso_or_none(sent["discarded_at"]),
        "_files": () if sent["discarded_at"] else sent.get("files", ()),
        "correction": correction,
    }


def avis(one: DepositedDossier, of: Demarche) -> list[Json]:
    """Return the opinions that were asked about a dossier."""
    return [
        {
            "id": encode("Avis", f"{one.number}.{asked['n']}"),
            "question": asked["question"],
            "reponse": asked["answer"],
            "dateQuestion": iso(asked["asked_at"]),
            "dateReponse": iso_or_none(asked["answered_at"]),
            "claimant": profile(of, asked["by"]),
            "instructeur": profile(of, asked["by"]),
            "expert": {"id": encode("Expert", asked["expert"]), "email": asked["expert"]},
            "attachments": (),
            "attachment": None,
        }
        for asked in one.avis
    ]


def profile(of: Demarche, email: str) -> Json:
    """Return an instructeur as a Profile, also one who has left the démarche."""
    known = of.instructeur(email)
    return known.as_api() if known else {"id": encode("Instructeur", email), "email": email}


def file(one: Json, instance: "Instance", base_url: str) -> Json:
    """Return a file that somebody attached to a message or to a decision."""
    return show_file(one, lambda each: instance.links.url(base_url, each))


def made_file(one: DepositedDossier, kind: str, instance: "Instance", base_url: str) -> Json:
    """Return a file that the server makes of a dossier: its size and checksum are not known."""
    name, content_type = MADE[kind].format(one.number), _TYPES[kind]
    key = f"{kind}:{one.number}"
    told = {"checksum": key, "filename": name, "content_type": content_type}
    return {
        "filename": name,
        "contentType": content_type,
        "url": instance.links.url(base_url, told),
        "byteSize": 0,
        "byteSizeBigInt": 0,
        "checksum": "",
        "createdAt": iso(instance.clock.now()),
        "virusScanResult": "pending",
    }


MADE = {"pdf": "dossier-{}.pdf", "geojson": "dossier-{}-features.json"}
_TYPES = {"pdf": "application/pdf", "geojson": "application/json"}


def assignments(one: DepositedDossier, of: Demarche, mode: str | None) -> list[Json]:
    """Return to which groupes a dossier was handed; a groupe that is gone has no number."""

    def shown(prefix: str, number: int | None) -> Json:
        known = number in of.groupes
        return {
            f"{prefix}Number": number if known else None,
            f"{prefix}Label": of.groupes[number] if number is not None and known else None,
        }

    return [
        {
            "mode": line["mode"],
            "assignedAt": iso(line["at"]),
            "assignedBy": line["by"],
            **shown("groupeInstructeur", line["groupe"]),
            **shown("previousGroupeInstructeur", line["previous"]),
        }
        for line in one.assignments
        if mode is None or line["mode"] == mode
    ]


def treatments(one: DepositedDossier, of: Demarche) -> list[Json]:
    """Return the history of a dossier."""
    return [
        {
            "id": encode("Traitement", f"{one.number}.{at}"),
            "event": line["event"],
            "state": line["state"],
            "dateTraitement": iso(line["at"]),
            "emailAgentTraitant": line["by"],
            "revision": revision(of.revision(line["revision"])),
        }
        for at, line in enumerate(one.treatments)
    ]


def groupe(of: Demarche, number: int) -> Json:
    """Return a groupe instructeur with its members."""
    return {
        "_demarche": of,
        "id": encode("GroupeInstructeur", number),
        "number": number,
        "label": of.groupes[number],
        "closed": number in of.closed,
        "instructeurs": [member.as_api() for member in of.members(number)],
    }


def revision(one: FormRevision) -> Json:
    """Return a revision with its descriptors."""
    return {
        "id": encode("ProcedureRevision", one.id),
        "dateCreation": iso(one.created_at),
        "datePublication": iso(one.created_at),
        "champDescriptors": lambda _info: descriptors(one.champs),
        "annotationDescriptors": lambda _info: descriptors(one.annotations),
    }


def descriptors(types: Iterable[TypeDeChamp]) -> list[Json]:
    """Return the descriptors of some questions."""
    return [_descriptor(one) for one in types]


def _descriptor(one: TypeDeChamp) -> Json:
    listed = one.kind in {"drop_down_list", "multiple_drop_down_list", "linked_drop_down_list"}
    return {
        "__typename": described_as(one.kind),
        "id": champ_id(one.stable),
        "type": one.kind,
        "label": one.label,
        "description": one.description,
        "required": one.required,
        "level": one.level,
        "options": one.choices() if listed else None,
        "otherOption": one.other,
        "condition": expression(one.condition),
        "conditionExpression": written(expression(one.condition)),
        "champDescriptors": descriptors(one.children) if one.kind == "repetition" else None,
    }


def descriptor_of_demarche(of: Demarche, shown: FormRevision) -> Json:
    """Return a démarche as DemarcheDescriptor shows it, with one revision."""
    return {
        **demarche(of),
        "revision": revision(shown),
        "dureeConservationDossiers": 36,
        "opendata": of.opendata,
        "forIndividual": False,
        "tags": (),
        "zones": (),
    }


def demarche(of: Demarche) -> Json:
    """Return the plain fields of a démarche, and the démarche itself under ``_demarche``."""
    active = revision(of.active)
    return {
        "_demarche": of,
        "id": encode("Procedure", of.number),
        "number": of.number,
        "title": of.title,
        "description": of.title,
        "state": of.state,
        "dateCreation": iso(of.created_at),
        "datePublication": None if of.state == "brouillon" else iso(of.created_at),
        "dateDerniereModification": iso(of.updated_at),
        "activeRevision": active,
        "publishedRevision": None if of.state == "brouillon" else active,
        "draftRevision": active,
        "revisions": [revision(one) for one in of.revisions],
        "labels": [label.as_api() for label in of.labels],
        "champDescriptors": lambda _info: descriptors(of.active.champs),
        "annotationDescriptors": lambda _info: descriptors(of.active.annotations),
        "administrateurs": (),
    }
