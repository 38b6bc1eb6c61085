"""Where a field comes from and how it is read, told to people in French."""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal

from mappings.schema.model import AnnotationSpec, FieldSpec
from mappings.schema.sources import (
    FACTS,
    Constant,
    ConstantValue,
    EachOption,
    FlatRows,
    Joined,
    OfDossier,
    Source,
    TickedBoxes,
)

ANSWERS = {True: "oui", False: "non", None: "inconnu"}
"""How a yes, a no and what is neither are written, in sentences as in the mapping file."""


def origin(spec: FieldSpec) -> str:
    """The champs of a field, and what is particular in their reading."""
    return " ; ".join([*_candidates(spec), *particulars(spec)])


def particulars(spec: FieldSpec) -> Iterator[str]:
    """What of a field is not read as the champ says it; nothing for most fields."""
    if spec.source is not None:
        yield _source(spec, spec.source)
    yield from sense(spec)
    if spec.shared:
        yield "champ partagé avec une autre donnée"


def sense(spec: FieldSpec | AnnotationSpec) -> Iterator[str]:
    """What the options of the form mean, where the mapping names any; that it asks the contrary."""
    if spec.options:
        yield "options : " + ", ".join(
            f"« {one.written} » = « {_meaning(one.means)} »" for one in spec.options.values()
        )
    if spec.inverted:
        yield "question inverse : oui est lu non, et non est lu oui"


def _meaning(means: str | bool | None) -> str:
    return means if isinstance(means, str) else ANSWERS[means]


def _candidates(spec: FieldSpec) -> Iterator[str]:
    if spec.champs:
        yield " ou ".join(spec.champs)


def _source(spec: FieldSpec, source: Source) -> str:
    match source:
        case Joined():
            return "champs réunis : " + ", ".join(_named(spec, one) for one in source.champs)
        case TickedBoxes():
            boxes = f"cases : {_boxes(spec, source.options)}"
            return f"{boxes}, « {source.otherwise} » sinon" if source.otherwise else boxes
        case FlatRows():
            rows = (
                ", ".join(
                    f"{name} = {' ou '.join(_named(spec, one) for one in champs)}"
                    for name, champs in row.items()
                )
                for row in source.rows
            )
            return "lignes à plat : " + " / ".join(rows)
        case EachOption():
            if source.boxes:
                return f"une ligne par case : {source.name}, {_boxes(spec, source.boxes)}"
            return f"une ligne par option : {source.name} = {_named(spec, source.champ)}"
        case Constant():
            return f"constante : {_shown(source.value)}"
        case OfDossier():
            return f"hors formulaire : {FACTS[source.name]}"


def _boxes(spec: FieldSpec, boxes: Mapping[str, str]) -> str:
    return ", ".join(f"« {option} » = {_named(spec, one)}" for one, option in boxes.items())


def _named(spec: FieldSpec, champ: str) -> str:
    return champ if champ.isdigit() else f"« {spec.written[champ]} »"


def _shown(value: ConstantValue) -> str:
    match value:
        case bool():
            return ANSWERS[value]
        case date():
            return f"{value:%d/%m/%Y}"
        case tuple():
            return " ; ".join(value)
        case Decimal():
            return str(value).replace(".", ",")
        case _:
            return str(value)
