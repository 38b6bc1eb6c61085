"""What a mapping file may say: its keys, for us and, as a JSON Schema, for editors."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from mappings.schema.model import Audience, FieldType

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


Champs = Number | str | list[Number | str | CandidateModel]
_CHAMP = Field(
    description="Id stable du champ, ou son libellé, ou des candidats dans l'ordre ; un candidat"
    " peut ne valoir que pour des révisions : {champ: 29, revision: 1}"
)


class FieldModel(_MappingPart):
    """Une donnée du schéma interne."""

    champ: Champs = _CHAMP
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

    champ: Number | str | list[Number | str] = Field(description="Id stable, libellé, ou candidats")
    type: FieldType
    title: str = Field(description="Nom de l'annotation")
    unit: str = ""
    written: bool = Field(default=False, description="Écrite par la passerelle")


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
    medicines: MedicinesModel | None = None


def mapping_schema() -> dict[str, Any]:
    """The JSON Schema of a mapping file, with which editors help."""
    schema = MappingModel.model_json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
