"""What a field of the file says of where its value comes from, as the schema holds it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Final

from french.text import fold, normalise_label
from mappings.schema.model import FieldType
from mappings.schema.sources import (
    ANSWERS,
    Constant,
    ConstantValue,
    EachOption,
    FlatRows,
    Joined,
    OfDossier,
    Option,
    Source,
    TickedBoxes,
)
from mappings.schema.yaml_model import (
    AnnotationModel,
    CandidateModel,
    FieldModel,
    Named,
    WrittenConstant,
)

_UNKNOWN: Final = "inconnu"
"""What an option means to a yes/no field that says neither."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A champ that a field names: its id or normalised label, how it is written, its revisions.

    Attributes:
        key: Id, or label as it is looked up.
        text: As the file writes it.
        revisions: Numbers of the revisions that it holds in; none: all.
    """

    key: str
    text: str
    revisions: frozenset[str] = frozenset()


def candidates_of(model: FieldModel | AnnotationModel) -> list[Candidate]:
    """The candidates of ``champ``, in order."""
    found = []
    for one in model.champ if isinstance(model.champ, list) else [model.champ]:
        if isinstance(one, CandidateModel):
            numbers = one.revision if isinstance(one.revision, list) else [one.revision]
            named = candidate(one.champ)
            found.append(Candidate(named.key, named.text, frozenset(map(str, numbers))))
        else:
            found.append(candidate(one))
    return found


def candidate(named: Named) -> Candidate:
    """A champ that the file names, by id or label."""
    text = str(named).strip()
    return Candidate(text if text.isdigit() else normalise_label(text), text)


def row_candidates(named: Named | list[Named]) -> list[Candidate]:
    """The champs that may give one field of a flattened row."""
    return [candidate(one) for one in (named if isinstance(named, list) else [named])]


def beside_candidates(model: FieldModel) -> Iterator[tuple[tuple[str | int, ...], Candidate]]:
    """Every champ that a field names otherwise than by ``champ``, with its place in the field."""
    for at, one in enumerate(model.joined):
        yield ("joined", at), candidate(one)
    for option, one in model.boxes.items():
        yield ("boxes", option), candidate(one)
    for name, listed in model.each.items():
        if isinstance(listed, dict):
            yield from ((("each", name, option), candidate(one)) for option, one in listed.items())
        else:
            yield ("each", name), candidate(listed)
    for at, row in enumerate(model.rows):
        for name, several in row.items():
            yield from ((("rows", at, name), found) for found in row_candidates(several))


def source_of(model: FieldModel) -> Source | None:
    """Where the value comes from beside ``champ``; ``None`` for nowhere.

    Raises:
        ValueError: The constant is no value of the type, with a French sentence.
    """
    if model.joined:
        return Joined(tuple(candidate(one).key for one in model.joined), model.separator)
    if model.boxes:
        return TickedBoxes(_boxes(model.boxes), model.otherwise.strip())
    if model.rows:
        return FlatRows(tuple(_flat_row(row) for row in model.rows))
    if model.each:
        ((name, named),) = model.each.items()
        if isinstance(named, dict):
            return EachOption(name, boxes=_boxes(named))
        return EachOption(name, candidate(named).key)
    if model.constant is not None:
        return Constant(constant_of(model.constant, model.type))
    return OfDossier(model.fact) if model.fact else None


def _boxes(boxes: Mapping[str, Named]) -> dict[str, str]:
    """The option that each box stands for."""
    return {candidate(one).key: option for option, one in boxes.items()}


def _flat_row(row: Mapping[str, Named | list[Named]]) -> dict[str, tuple[str, ...]]:
    return {name: tuple(one.key for one in row_candidates(named)) for name, named in row.items()}


def options_of(model: FieldModel | AnnotationModel) -> dict[str, Option]:
    """What options of the form mean, by the option as it is looked up.

    Raises:
        ValueError: One means nothing to the type, with a French sentence.
    """
    return {
        normalise_label(written): Option(written, meant(value, model.type))
        for written, value in model.options.items()
    }


def meant(value: str | bool | None, kind: FieldType) -> str | bool | None:
    """What an option means to a field of this type.

    Raises:
        ValueError: Nothing, with a French sentence.
    """
    if kind in {"yes_no", "checkbox"}:
        key = fold(_UNKNOWN if value is None else str(value))
        if key not in {*ANSWERS, _UNKNOWN}:
            raise ValueError(f"« {value} » n'est pas une réponse : écrire oui, non ou inconnu")
        return ANSWERS.get(key)
    if not isinstance(value, str) or not value.strip():
        raise ValueError("une option de la donnée est attendue, entre guillemets")
    return value.strip()


def constant_of(value: WrittenConstant, kind: FieldType) -> ConstantValue:
    """A constant as a value of a type.

    Raises:
        ValueError: It is none, with a French sentence.
    """
    found: ConstantValue | None = None
    match kind, value:
        case "yes_no", bool() | str():
            found = ANSWERS.get(fold(str(value)))
        case "integer", int() if not isinstance(value, bool):
            found = value
        case "decimal", int() | float() | str() if not isinstance(value, bool):
            found = _decimal(value)
        case "date", date():
            found = value
        case (("text" | "choice"), str()) if value.strip():
            found = value.strip()
        case "choices", str() if value.strip():
            found = (value.strip(),)
        case "choices", [_, *_] if all(one.strip() for one in value):
            found = tuple(one.strip() for one in value)
    if found is None:
        raise ValueError(f"« {value} » n'est pas une valeur de ce type : {_EXAMPLES[kind]}")
    return found


def _decimal(value: float | str) -> Decimal | None:
    try:
        number = Decimal(str(value).replace(",", "."))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


_EXAMPLES: Final[dict[FieldType, str]] = {
    "yes_no": "écrire oui ou non",
    "integer": "écrire un nombre entier, sans guillemets",
    "decimal": "écrire un nombre",
    "date": "écrire une date AAAA-MM-JJ, sans guillemets",
    "text": "écrire un texte, entre guillemets s'il ressemble à un nombre",
    "choice": "écrire une option, entre guillemets si elle ressemble à un nombre",
    "choices": "écrire une option, ou une liste d'options",
}
CONSTANT_TYPES: Final = frozenset(_EXAMPLES)
"""Types that can be constant: a ticked box and a file are acts of the declarant."""
