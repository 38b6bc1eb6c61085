"""What no single key of a mapping file shows: champs taken twice, keys that do not go together."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from datafiles.file import DataFile
from french.text import normalise_label
from mappings.schema.model import FieldType
from mappings.schema.names import FIELD_NAMES
from mappings.schema.reading import (
    CONSTANT_TYPES,
    Candidate,
    beside_candidates,
    candidates_of,
    constant_of,
    meant,
)
from mappings.schema.sources import FactName
from mappings.schema.yaml_model import AnnotationModel, FieldModel, MappingModel

_Place = tuple[str | int, ...]
_SOURCES: Final = ("joined", "boxes", "rows", "each", "constant", "fact")
_ALONE: Final = ("constant", "fact")
_READ_AS: Final[dict[str, frozenset[FieldType]]] = {
    "joined": frozenset({"text", "choices", "files"}),
    "boxes": frozenset({"choice", "choices"}),
    "otherwise": frozenset({"choice"}),
    "rows": frozenset({"rows"}),
    "each": frozenset({"rows"}),
    "constant": CONSTANT_TYPES,
    "options": frozenset({"choice", "choices", "yes_no", "checkbox"}),
    "inverted": frozenset({"yes_no"}),
}
"""Types of field that each key goes with."""
_FACT_TYPES: Final[dict[FactName, frozenset[FieldType]]] = {
    "demandeur.siret": frozenset({"company", "text"}),
    "demandeur.entreprise.raisonSociale": frozenset({"text"}),
    "dossier.number": frozenset({"integer", "text"}),
    "dossier.dateDepot": frozenset({"date", "datetime"}),
    "dossier.dateDerniereModificationChamps": frozenset({"date", "datetime"}),
    "dossier.groupeInstructeur.label": frozenset({"text", "choice"}),
    "dossier.usager.email": frozenset({"text"}),
}
_PERSONAL: Final = frozenset({"dossier.usager.email"})
_OF_AN_OPTION: Final = frozenset(
    {"text", "choice", "commune", "departement", "epci", "pays", "region"}
)
"""Types of a field that one option of a list can give."""
_LEAST_JOINED: Final = 2


def incoherences(file: DataFile, model: MappingModel) -> Iterator[str]:
    """Each problem with its line."""
    yield from _Level(file, ("fields",), rows=False).problems(model.fields)
    yield from _twice(file, model.annotations, place=("annotations",))
    for name, one in model.annotations.items():
        for path, sentence in (
            *_unfit(one, "options"),
            *_unfit(one, "inverted"),
            *_sense_twice(one),
            *_meanings(one),
        ):
            yield file.problem(("annotations", name, *path), sentence)
    yield from _labels(file, model)
    yield from _medicine_problems(file, model)


def _labels(file: DataFile, model: MappingModel) -> Iterator[str]:
    """Labels that are neither named nor absent, and those that two of ours would share."""
    taken: dict[str, str] = {}
    for name, one in model.labels.items():
        place = ("labels", name)
        if bool(one.label.strip()) is one.absent:
            yield file.problem(place, "écrire label (son nom dans la démarche) ou absent: true")
            continue
        other = taken.setdefault(normalise_label(one.label), name) if one.label else name
        if other != name:
            yield file.problem(place, f"ce label est déjà celui de « {other} »")


@dataclass(frozen=True, slots=True)
class _Level:
    """The fields of a form, or of the rows of a field.

    Attributes:
        file: The file.
        place: Key of the file that they stand under.
        rows: Whether they are those of rows.
        flat: Names of those that a flattened row gives: they need no champ of their own.
    """

    file: DataFile
    place: tuple[str, ...]
    rows: bool
    flat: frozenset[str] = field(default_factory=frozenset)

    def problems(self, fields: Mapping[str, FieldModel]) -> Iterator[str]:
        """What is wrong among them, those of their rows included."""
        yield from _twice(self.file, fields, place=self.place, flat=self.flat)
        for name, one in fields.items():
            place = (*self.place, name)
            for path, sentence in (
                *_sources(one),
                *_row_problems(one, inner=self.rows),
                *_reading_problems(one),
            ):
                yield self.file.problem((*place, *path), sentence)
            if one.fields:
                flat = frozenset((*one.each, *(child for row in one.rows for child in row)))
                inner = _Level(self.file, (*place, "fields"), rows=True, flat=flat)
                yield from inner.problems(one.fields)


def _twice(
    file: DataFile,
    specs: Mapping[str, FieldModel] | Mapping[str, AnnotationModel],
    *,
    place: tuple[str, ...],
    flat: frozenset[str] = frozenset(),
) -> Iterator[str]:
    """A champ that two fields want, and a field that wants none."""
    taken: dict[str, list[tuple[str, frozenset[str]]]] = {}
    for name, spec in specs.items():
        candidates = candidates_of(spec)
        named: list[tuple[_Place, Candidate]] = [(("champ",), one) for one in candidates]
        shared = False
        if isinstance(spec, FieldModel):
            named += beside_candidates(spec)
            shared = spec.shared
        if not all(one.key for _, one in named):
            yield file.problem((*place, name, "champ"), "il manque l'id ou le libellé du champ")
        elif spec.absent and (candidates or _otherwise(spec)):
            sentence = "« absent » dit qu'aucun champ ne la donne : enlever l'un des deux"
            yield file.problem((*place, name, "absent"), sentence)
        elif not (candidates or name in flat or spec.absent or _otherwise(spec)):
            sentence = (
                "il manque l'id ou le libellé du champ : donner « champ », ou joined, boxes, rows,"
                " each, constant ou fact"
            )
            yield file.problem((*place, name, "champ"), sentence)
        for path, one in named:
            for other, elsewhere in taken.setdefault(one.key, []):
                meet = not one.revisions or not elsewhere or one.revisions & elsewhere
                if meet and (other == name or not shared):
                    where = f"le champ {one.key} est déjà pris par « {other} »"
                    remedy = " ; si c'est voulu, ajouter « shared: true » ici"
                    told = where if other == name or place == ("annotations",) else where + remedy
                    yield file.problem((*place, name, *path), told)
            taken[one.key].append((name, one.revisions))


def _otherwise(spec: FieldModel | AnnotationModel) -> bool:
    return isinstance(spec, FieldModel) and any(_given(spec, key) for key in _SOURCES)


def _given(spec: FieldModel, key: str) -> bool:
    return key in spec.model_fields_set and getattr(spec, key) not in (None, [], {})


def _sources(spec: FieldModel) -> Iterator[tuple[_Place, str]]:
    """Keys that say where the value comes from: one at most, and some of them without a champ."""
    for key in _SOURCES:
        if key in spec.model_fields_set and not _given(spec, key):
            yield (key,), f"« {key} » est vide : le remplir, ou l'enlever"
    given = [key for key in _SOURCES if _given(spec, key)]
    for key in given[1:]:
        yield (key,), f"« {key} » et « {given[0]} » s'excluent : garder l'un des deux"
    for key in given:
        if key in _ALONE and candidates_of(spec):
            yield (key,), f"« {key} » et « champ » s'excluent : garder l'un des deux"
    if "separator" in spec.model_fields_set and not spec.joined:
        yield ("separator",), "« separator » ne va qu'avec « joined »"
    if "otherwise" in spec.model_fields_set:
        yield from _otherwise_problems(spec)
    if spec.joined and len(spec.joined) < _LEAST_JOINED:
        yield ("joined",), "réunir au moins deux champs, ou donner « champ »"


def _otherwise_problems(spec: FieldModel) -> Iterator[tuple[_Place, str]]:
    if not spec.boxes:
        yield ("otherwise",), "« otherwise » ne va qu'avec « boxes »"
    elif not spec.otherwise.strip():
        yield ("otherwise",), "« otherwise » est vide : le remplir, ou l'enlever"
    elif normalise_label(spec.otherwise) in map(normalise_label, spec.boxes):
        sentence = "a déjà sa question dans « boxes » : enlever l'une des deux"
        yield ("otherwise",), f"« {spec.otherwise} » {sentence}"


def _row_problems(spec: FieldModel, *, inner: bool) -> Iterator[tuple[_Place, str]]:
    if inner and spec.type == "rows":
        yield (), "DS n'imbrique pas les répétitions"
        return
    if spec.type == "rows" and not spec.fields:
        yield (), "une répétition (rows) nomme ses champs sous « fields »"
    if spec.type != "rows" and spec.fields:
        yield (), "seul le type rows a des champs sous « fields »"
    yield from _each_problems(spec)
    for at, row in enumerate(spec.rows):
        if not row:
            yield ("rows", at), "cette ligne ne nomme aucun champ : l'enlever"
        for name, listed in row.items():
            if spec.fields and name not in spec.fields:
                yield ("rows", at, name), f"« {name} » n'est pas une donnée de « fields »"
            if listed == []:
                yield ("rows", at, name), "il manque l'id ou le libellé du champ"


def _each_problems(spec: FieldModel) -> Iterator[tuple[_Place, str]]:
    if len(spec.each) > 1:
        yield ("each",), "une liste donne une seule donnée de la ligne : n'en nommer qu'une"
    for name, listed in spec.each.items():
        if listed == {}:
            yield ("each", name), "il manque le champ de chaque option"
        if name in spec.fields and spec.fields[name].type not in _OF_AN_OPTION:
            kind = FIELD_NAMES[spec.fields[name].type]
            yield ("each", name), f"une option n'est pas une donnée de type « {kind} »"
        elif spec.fields and name not in spec.fields:
            yield ("each", name), f"« {name} » n'est pas une donnée de « fields »"


def _reading_problems(spec: FieldModel) -> Iterator[tuple[_Place, str]]:
    """Keys that the type does not go with, and values that are none of it."""
    for key in _READ_AS:
        yield from _unfit(spec, key)
    if spec.constant is not None and spec.type in CONSTANT_TYPES:
        yield from _refused(("constant",), partial(constant_of, spec.constant, spec.type))
    if spec.fact:
        yield from _fact_problems(spec, spec.fact)
    if spec.options:
        yield from _option_problems(spec)


def _unfit(spec: FieldModel | AnnotationModel, key: str) -> Iterator[tuple[_Place, str]]:
    """A key that the type does not go with."""
    kinds = _READ_AS[key]
    if getattr(spec, key) not in (None, "", [], {}, False) and spec.type not in kinds:
        wanted = ", ".join(sorted(FIELD_NAMES[kind] for kind in kinds))
        found = FIELD_NAMES[spec.type]
        yield (key,), f"« {key} » ne va pas avec le type « {found} » ; attendu : {wanted}"


def _fact_problems(spec: FieldModel, fact: FactName) -> Iterator[tuple[_Place, str]]:
    kinds = _FACT_TYPES[fact]
    if spec.type not in kinds:
        yield ("type",), f"« {fact} » est une donnée de type {' ou '.join(sorted(kinds))}"
    if fact in _PERSONAL and spec.audience != "agence":
        yield ("audience",), f"« {fact} » est une donnée personnelle : écrire « audience: agence »"


def _option_problems(spec: FieldModel) -> Iterator[tuple[_Place, str]]:
    if spec.boxes or spec.constant is not None or spec.fact:
        key = next(key for key in ("boxes", "constant", "fact") if _given(spec, key))
        yield ("options",), f"« options » n'a rien à traduire avec « {key} »"
        return
    yield from _sense_twice(spec)
    yield from _meanings(spec)


def _sense_twice(spec: FieldModel | AnnotationModel) -> Iterator[tuple[_Place, str]]:
    if spec.inverted and spec.options:
        yield ("inverted",), "dire oui et non dans « options » suffit : enlever « inverted »"


def _meanings(spec: FieldModel | AnnotationModel) -> Iterator[tuple[_Place, str]]:
    """Options that are one, and those that mean nothing to the type."""
    if spec.type not in _READ_AS["options"]:
        return
    seen: dict[str, str] = {}
    for written, value in spec.options.items():
        key = normalise_label(written)
        if key in seen:
            yield ("options", written), f"« {written} » et « {seen[key]} » sont la même option"
        seen.setdefault(key, written)
        yield from _refused(("options", written), partial(meant, value, spec.type))


def _refused(path: _Place, read: Callable[[], object]) -> Iterator[tuple[_Place, str]]:
    try:
        read()
    except ValueError as error:
        yield path, str(error)


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
