"""Reading a mapping file: text in, a mapping out, or problems with their line."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from mappings.data_file import DataFile, DataFileError
from mappings.labels import normalise_label
from mappings.mapping import (
    AnnotationSpec,
    Audience,
    FieldSpec,
    FieldType,
    FormMapping,
    MedicineRows,
)

_NAME = r"^[a-z][a-z0-9_]*$"
_Name = Annotated[str, Field(pattern=_NAME)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=False)


class _CandidateModel(_Strict):
    """A candidate that holds in some revisions only."""

    champ: int | str = Field(description="Id stable, ou libellé")
    revision: int | list[int] = Field(description="Numéro de révision, ou liste de numéros")


_Champ = int | str | list[int | str | _CandidateModel]
_CHAMP = Field(
    description="Id stable du champ, ou son libellé, ou des candidats dans l'ordre ; un candidat"
    " peut ne valoir que pour des révisions : {champ: 29, revision: 1}"
)


class _FieldModel(_Strict):
    """Une donnée du schéma interne."""

    champ: _Champ = _CHAMP
    type: FieldType = Field(description="Type de la donnée : le champ y est converti")
    title: str = Field(description="Nom de la donnée, tel que le personnel le lit")
    meaning: str = Field(description="Ce que la donnée veut dire, en une phrase")
    audience: Audience = Field(
        description="agence : ne quitte jamais l'agence ; reseau : peut aller aux CRPV"
    )
    unit: str = Field(default="", description="Unité d'un nombre")
    fields: "dict[_Name, _FieldModel]" = Field(
        default={}, description="Données de chaque ligne, pour le type rows"
    )


class _AnnotationModel(_Strict):
    """Une annotation privée."""

    champ: int | str | list[int | str] = Field(description="Id stable, libellé, ou candidats")
    type: FieldType
    title: str = Field(description="Nom de l'annotation")
    unit: str = ""
    written: bool = Field(default=False, description="Écrite par la passerelle")


class _MedicinesModel(_Strict):
    """Où le signalement nomme des médicaments, pour les rapprocher de la BDPM."""

    rows: str = Field(description="Donnée de type rows")
    cis: str = Field(default="", description="Donnée d'une ligne : code CIS")
    cip: str = Field(default="", description="Donnée d'une ligne : code CIP7 ou CIP13")
    name: str = Field(default="", description="Donnée d'une ligne : dénomination")
    substance: str = Field(default="", description="Donnée d'une ligne : substance")
    company: str = Field(default="", description="Donnée du signalement : entreprise déclarante")


class MappingModel(_Strict):
    """Correspondance entre un formulaire DS et le schéma interne."""

    form: str = Field(pattern=_NAME, description="Nom court du formulaire")
    version: str = Field(description="Version, entre guillemets")
    title: str = Field(description="Titre du formulaire")
    fields: dict[_Name, _FieldModel]
    annotations: dict[_Name, _AnnotationModel] = {}
    medicines: _MedicinesModel | None = None


def parse_mapping(text: str, *, source: str) -> FormMapping:
    """The mapping that a file's text states.

    Raises:
        DataFileError: With each problem, its file and its line.
    """
    file = DataFile(text, source=source)
    model = file.validate(MappingModel)
    problems = list(_incoherences(file, model))
    if problems:
        raise DataFileError(problems)
    return FormMapping(
        form=model.form,
        version=model.version,
        digest=file.digest,
        title=model.title,
        fields={name: _field(name, field) for name, field in model.fields.items()},
        annotations={
            name: AnnotationSpec(
                name=name,
                type=annotation.type,
                title=annotation.title,
                written=annotation.written,
                champs=tuple(key for key, _ in _candidates(annotation.champ)),
            )
            for name, annotation in model.annotations.items()
        },
        medicines=MedicineRows(**model.medicines.model_dump()) if model.medicines else None,
    )


def mapping_schema() -> dict[str, Any]:
    """The JSON Schema of a mapping file, with which editors help."""
    schema = MappingModel.model_json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def _field(name: str, model: _FieldModel) -> FieldSpec:
    candidates = _candidates(model.champ)
    return FieldSpec(
        name=name,
        type=model.type,
        title=model.title,
        meaning=model.meaning,
        unit=model.unit,
        audience=model.audience,
        champs=tuple(dict.fromkeys(key for key, _ in candidates)),
        fields={child: _field(child, spec) for child, spec in model.fields.items()},
        only_in={key: revisions for key, revisions in candidates if revisions},
    )


def _candidates(champ: _Champ | list[int | str]) -> list[tuple[str, frozenset[str]]]:
    """Ids stay digits, labels are normalised; with the revisions, none meaning all."""
    found = []
    for one in champ if isinstance(champ, list) else [champ]:
        revisions: list[int] = []
        key: int | str
        if isinstance(one, _CandidateModel):
            key = one.champ
            revisions = one.revision if isinstance(one.revision, list) else [one.revision]
        else:
            key = one
        text = str(key).strip()
        normal = text if text.isdigit() else normalise_label(text)
        found.append((normal, frozenset(map(str, revisions))))
    return found


def _incoherences(file: DataFile, model: MappingModel) -> Iterator[str]:
    yield from _level_problems(file, model.fields, place=("fields",))
    for name, field in model.fields.items():
        yield from _row_problems(file, field, place=("fields", name))
    yield from _twice(file, model.annotations, place=("annotations",))
    yield from _medicine_problems(file, model)


def _level_problems(
    file: DataFile, fields: Mapping[str, _FieldModel], *, place: tuple[str, ...]
) -> Iterator[str]:
    """What is wrong among the fields of one level: a champ that two of them want."""
    yield from _twice(file, fields, place=place)
    for name, field in fields.items():
        if field.fields:
            yield from _level_problems(file, field.fields, place=(*place, name, "fields"))


def _twice(
    file: DataFile,
    specs: Mapping[str, _FieldModel] | Mapping[str, _AnnotationModel],
    *,
    place: tuple[str, ...],
) -> Iterator[str]:
    taken: dict[str, list[tuple[str, frozenset[str]]]] = {}
    for name, spec in specs.items():
        candidates = _candidates(spec.champ)
        if not candidates or not all(key for key, _ in candidates):
            yield file.problem((*place, name, "champ"), "il manque l'id ou le libellé du champ")
        for key, revisions in candidates:
            for other, elsewhere in taken.setdefault(key, []):
                if not revisions or not elsewhere or revisions & elsewhere:
                    yield file.problem(
                        (*place, name, "champ"), f"le champ {key} est déjà pris par « {other} »"
                    )
            taken[key].append((name, revisions))


def _row_problems(file: DataFile, field: _FieldModel, *, place: tuple[str, ...]) -> Iterator[str]:
    if field.type == "rows" and not field.fields:
        yield file.problem(place, "une répétition (rows) nomme ses champs sous « fields »")
    if field.type != "rows" and field.fields:
        yield file.problem(place, "seul le type rows a des champs sous « fields »")
    for child, spec in field.fields.items():
        if spec.type == "rows":
            yield file.problem((*place, "fields", child), "DS n'imbrique pas les répétitions")


def _medicine_problems(file: DataFile, model: MappingModel) -> Iterator[str]:
    if model.medicines is None:
        return
    rows = model.fields.get(model.medicines.rows)
    if rows is None or rows.type != "rows":
        yield file.problem(("medicines", "rows"), "une donnée de type rows est attendue")
    for key in ("cis", "cip", "name", "substance"):
        name = getattr(model.medicines, key)
        if name and rows is not None and name not in rows.fields:
            yield file.problem(
                ("medicines", key), f"« {name} » n'est pas une donnée de « {model.medicines.rows} »"
            )
    company = model.medicines.company
    if company and (company not in model.fields or model.fields[company].type != "company"):
        yield file.problem(("medicines", "company"), "une donnée de type company est attendue")
