"""Reading a mapping file: text in, a mapping out, or problems with their line."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from datafiles.file import DataFile, DataFileError
from french.text import normalise_label
from mappings.schema.model import AnnotationSpec, FieldSpec, FormMapping, MedicineRows
from mappings.schema.yaml_model import (
    AnnotationModel,
    CandidateModel,
    Champs,
    FieldModel,
    MappingModel,
    Number,
)


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
                champs=tuple(one.key for one in _candidates(annotation.champ)),
            )
            for name, annotation in model.annotations.items()
        },
        medicines=MedicineRows(**model.medicines.model_dump()) if model.medicines else None,
    )


def _field(name: str, model: FieldModel) -> FieldSpec:
    candidates = _candidates(model.champ)
    return FieldSpec(
        name=name,
        type=model.type,
        title=model.title,
        meaning=model.meaning,
        unit=model.unit,
        audience=model.audience,
        champs=tuple(dict.fromkeys(one.key for one in candidates)),
        fields={child: _field(child, spec) for child, spec in model.fields.items()},
        only_in={one.key: one.revisions for one in candidates if one.revisions},
        written={one.key: one.text for one in candidates if not one.key.isdigit()},
    )


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A candidate: its id or normalised label, as it is written, and its revisions (none: all)."""

    key: str
    text: str
    revisions: frozenset[str]


def _candidates(champ: Champs | list[Number | str]) -> list[_Candidate]:
    found = []
    for one in champ if isinstance(champ, list) else [champ]:
        revisions: list[int] = []
        written: int | str
        if isinstance(one, CandidateModel):
            written = one.champ
            revisions = one.revision if isinstance(one.revision, list) else [one.revision]
        else:
            written = one
        text = str(written).strip()
        key = text if text.isdigit() else normalise_label(text)
        found.append(_Candidate(key, text, frozenset(map(str, revisions))))
    return found


def _incoherences(file: DataFile, model: MappingModel) -> Iterator[str]:
    yield from _level_problems(file, model.fields, place=("fields",))
    for name, field in model.fields.items():
        yield from _row_problems(file, field, place=("fields", name))
    yield from _twice(file, model.annotations, place=("annotations",))
    yield from _medicine_problems(file, model)


def _level_problems(
    file: DataFile, fields: Mapping[str, FieldModel], *, place: tuple[str, ...]
) -> Iterator[str]:
    """What is wrong among the fields of one level: a champ that two of them want."""
    yield from _twice(file, fields, place=place)
    for name, field in fields.items():
        if field.fields:
            yield from _level_problems(file, field.fields, place=(*place, name, "fields"))


def _twice(
    file: DataFile,
    specs: Mapping[str, FieldModel] | Mapping[str, AnnotationModel],
    *,
    place: tuple[str, ...],
) -> Iterator[str]:
    taken: dict[str, list[tuple[str, frozenset[str]]]] = {}
    for name, spec in specs.items():
        place_of = (*place, name, "champ")
        candidates = _candidates(spec.champ)
        if not candidates or not all(one.key for one in candidates):
            yield file.problem(place_of, "il manque l'id ou le libellé du champ")
        for one in candidates:
            for other, elsewhere in taken.setdefault(one.key, []):
                if not one.revisions or not elsewhere or one.revisions & elsewhere:
                    yield file.problem(
                        place_of, f"le champ {one.key} est déjà pris par « {other} »"
                    )
            taken[one.key].append((name, one.revisions))


def _row_problems(file: DataFile, field: FieldModel, *, place: tuple[str, ...]) -> Iterator[str]:
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
