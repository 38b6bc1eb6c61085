"""What a mapping file may say: its keys, for us and, as a JSON Schema, for editors."""

from datetime import date
from typing import Annotated, Any, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

from mappings.schema.model import Audience, FieldType
from mappings.schema.sources import FactName

_NAME = r"^[a-z][a-z0-9_]*$"
_Name = Annotated[str, Field(pattern=_NAME)]
Number = Annotated[int, Field(strict=True)]
"""Strict: ``true`` is not the number 1."""


class _MappingPart(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=False)


class CandidateModel(_MappingPart):
    """A candidate that holds in some revisions only."""

    champ: Number | str = Field(description="Id stable, ou libellé")
    revision: Number | list[Number] = Field(description="Numéro de révision, ou liste de numéros")


Named: TypeAlias = Number | str
"""A champ, by its stable id or its label."""
Champs = Named | list[Named | CandidateModel]
Meant: TypeAlias = str | bool | None
WrittenConstant: TypeAlias = bool | Number | float | date | str | list[str]


class FieldModel(_MappingPart):
    """Une donnée du schéma interne : une question du formulaire, ou ce qui en tient lieu."""

    champ: Champs = Field(
        default=[],
        description="Id stable du champ, ou son libellé, ou des candidats dans l'ordre ; un"
        " candidat peut ne valoir que pour des révisions : {champ: 29, revision: 1}",
    )
    absent: bool = Field(
        default=False, description="Aucun champ de ce formulaire ne donne cette donnée"
    )
    joined: list[Named] = Field(
        default=[],
        description="Champs réunis en une valeur, dans l'ordre (types text, choices, files)",
    )
    separator: str = Field(default=" ", description="Ce qui sépare les textes réunis")
    boxes: dict[str, Named] = Field(
        default={},
        description="Cases (ou questions oui/non) dont chacune est une option : le champ de"
        " chaque option (types choice, choices)",
    )
    otherwise: str = Field(
        default="",
        description="Option que veut dire « non » à toutes les questions de « boxes » (type"
        " choice) ; sans elle, la donnée est alors sans réponse",
    )
    rows: list[dict[_Name, Named | list[Named]]] = Field(
        default=[],
        description="Lignes demandées hors d'un bloc répétable : pour chacune, le champ de chaque"
        " donnée de la ligne (type rows)",
    )
    each: dict[_Name, Named | dict[str, Named]] = Field(
        default={},
        description="Lignes demandées par une liste : la donnée de la ligne que donne chaque option"
        " choisie, et le champ de la liste ; ou le champ de chaque option, demandées par des cases"
        " (ou questions oui/non) (type rows)",
    )
    constant: WrittenConstant | None = Field(
        default=None,
        description="Valeur vraie de tout dossier de ce formulaire, qui ne la demande pas",
    )
    fact: FactName | None = Field(
        default=None, description="Ce que DS sait du dossier ou de son demandeur, hors formulaire"
    )
    options: dict[str, Meant] = Field(
        default={},
        description="Ce que veut dire une option du formulaire : une option de la donnée (types"
        " choice, choices), ou oui, non, inconnu (types yes_no, checkbox) ; une option non nommée"
        " reste telle quelle",
    )
    inverted: bool = Field(
        default=False, description="Le formulaire demande le contraire : son oui est un non"
    )
    shared: bool = Field(
        default=False, description="Le champ est aussi celui d'une autre donnée, et c'est voulu"
    )
    type: FieldType = Field(description="Type de la donnée : le champ y est converti")
    title: str = Field(description="Nom de la donnée, tel que le personnel le lit")
    meaning: str = Field(description="Ce que la donnée veut dire, en une phrase")
    audience: Audience = Field(
        description="agence : ne quitte jamais l'agence ; reseau : peut aller aux CRPV"
    )
    unit: str = Field(default="", description="Unité d'un nombre")
    fields: "dict[_Name, FieldModel]" = Field(
        default={}, description="Données de chaque ligne, pour le type rows"
    )


class AnnotationModel(_MappingPart):
    """Une annotation privée."""

    champ: Number | str | list[Number | str] = Field(
        default=[], description="Id stable, libellé, ou candidats"
    )
    absent: bool = Field(default=False, description="Le formulaire n'a pas cette annotation")
    type: FieldType
    title: str = Field(description="Nom de l'annotation")
    unit: str = ""
    written: bool = Field(default=False, description="Écrite par la passerelle")
    options: dict[str, Meant] = Field(
        default={},
        description="Le mot de la passerelle que dit une option de l'annotation (type choice), ou"
        " oui, non, inconnu (types yes_no, checkbox)",
    )
    inverted: bool = Field(
        default=False, description="L'annotation demande le contraire : son oui est un non"
    )


class LabelModel(_MappingPart):
    """Un label que la passerelle pose sur un dossier."""

    label: str = Field(default="", description="Son nom dans la démarche")
    absent: bool = Field(
        default=False, description="La démarche n'a pas ce label : il n'est pas posé"
    )


class MedicinesModel(_MappingPart):
    """Où le signalement nomme des médicaments, pour les rapprocher de la BDPM."""

    rows: str = Field(description="Donnée de type rows")
    cis: str = Field(default="", description="Donnée d'une ligne : code CIS")
    cip: str = Field(default="", description="Donnée d'une ligne : code CIP7 ou CIP13")
    name: str = Field(default="", description="Donnée d'une ligne : dénomination")
    substance: str = Field(default="", description="Donnée d'une ligne : substance")
    company: str = Field(default="", description="Donnée du signalement : entreprise déclarante")


class MappingModel(_MappingPart):
    """Correspondance entre un formulaire DS et le schéma interne."""

    form: str = Field(pattern=_NAME, description="Nom court du formulaire")
    version: str = Field(description="Version, entre guillemets")
    title: str = Field(description="Titre du formulaire")
    fields: dict[_Name, FieldModel]
    annotations: dict[_Name, AnnotationModel] = {}
    labels: dict[str, LabelModel] = Field(
        default={},
        description="Labels de reponses.yaml : leur nom dans la démarche, ou leur absence",
    )
    medicines: MedicinesModel | None = None


def mapping_schema() -> dict[str, Any]:
    """The JSON Schema of a mapping file, with which editors help."""
    schema = MappingModel.model_json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
