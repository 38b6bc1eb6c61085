"""Reading a mapping file: text in, a mapping out, or problems with their line."""

from collections.abc import Iterator, Mapping
from typing import get_args

from pydantic import BaseModel, ConfigDict, Field

from mappings.data_file import DataFile, DataFileError
from mappings.labels import normalise_label
from mappings.mapping import AnnotationSpec, Audience, FieldSpec, FieldType, FormMapping

_NAME = r"^[a-z][a-z0-9_]*$"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=False)


class _FieldModel(_Strict):
    champ: int | str | list[int | str] = Field(description="Id stable, libellé, ou candidats")
    type: FieldType
    title: str
    meaning: str
    audience: Audience
    unit: str = ""
    fields: "dict[str, _FieldModel]" = {}


class _AnnotationModel(_Strict):
    champ: int | str | list[int | str]
    type: FieldType
    title: str
    unit: str = ""
    written: bool = False


class MappingModel(_Strict):
    """The shape of a mapping file; ``mappings/mapping.schema.json`` is made from it."""

    form: str = Field(pattern=_NAME)
    version: str
    title: str
    fields: dict[str, _FieldModel]
    annotations: dict[str, _AnnotationModel]


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
                champs=_candidates(annotation.champ),
            )
            for name, annotation in model.annotations.items()
        },
    )


def _field(name: str, model: _FieldModel) -> FieldSpec:
    return FieldSpec(
        name=name,
        type=model.type,
        title=model.title,
        meaning=model.meaning,
        unit=model.unit,
        audience=model.audience,
        champs=_candidates(model.champ),
        fields={child: _field(child, spec) for child, spec in model.fields.items()},
    )


def _candidates(champ: int | str | list[int | str]) -> tuple[str, ...]:
    """Ids stay digits; labels are normalised, so that both are looked up the same way."""
    several = champ if isinstance(champ, list) else [champ]
    return tuple(str(one) if str(one).isdigit() else normalise_label(str(one)) for one in several)


def _incoherences(file: DataFile, model: MappingModel) -> Iterator[str]:
    yield from _row_problems(file, model.fields)
    first_use: dict[str, str] = {}
    for name, field in model.fields.items():
        for candidate in _candidates(field.champ):
            if candidate in first_use:
                yield file.problem(
                    ("fields", name, "champ"),
                    f"le champ {candidate} est déjà pris par « {first_use[candidate]} »",
                )
            first_use[candidate] = name


def _row_problems(file: DataFile, fields: Mapping[str, _FieldModel]) -> Iterator[str]:
    for name, field in fields.items():
        path = ("fields", name)
        if field.type == "rows" and not field.fields:
            yield file.problem(path, "une répétition (rows) nomme ses champs sous « fields »")
        if field.type != "rows" and field.fields:
            yield file.problem(path, "seul le type rows a des champs sous « fields »")
        for child, spec in field.fields.items():
            if spec.type == "rows":
                yield file.problem((*path, "fields", child), "DS n'imbrique pas les répétitions")


FIELD_TYPES: tuple[str, ...] = get_args(FieldType)
"""Every type that a field can have."""
