"""Reading a mapping file: text in, a mapping out, or problems with their line."""

from datafiles.file import DataFile, DataFileError
from mappings.schema.coherence import incoherences
from mappings.schema.model import AnnotationSpec, FieldSpec, FormMapping, MedicineRows
from mappings.schema.reading import beside_candidates, candidates_of, options_of, source_of
from mappings.schema.yaml_model import FieldModel, MappingModel


def parse_mapping(text: str, *, source: str) -> FormMapping:
    """The mapping that a file's text states.

    Raises:
        DataFileError: With each problem, its file and its line.
    """
    file = DataFile(text, source=source)
    model = file.validate(MappingModel)
    problems = list(incoherences(file, model))
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
                champs=tuple(one.key for one in candidates_of(annotation)),
                unit=annotation.unit,
                options=options_of(annotation),
                inverted=annotation.inverted,
            )
            for name, annotation in model.annotations.items()
        },
        labels={name: one.label.strip() for name, one in model.labels.items()},
        medicines=MedicineRows(**model.medicines.model_dump()) if model.medicines else None,
    )


def _field(name: str, model: FieldModel) -> FieldSpec:
    candidates = candidates_of(model)
    named = [*candidates, *(one for _, one in beside_candidates(model))]
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
        written={one.key: one.text for one in named if not one.key.isdigit()},
        source=source_of(model),
        options=options_of(model),
        inverted=model.inverted,
        shared=model.shared,
    )
