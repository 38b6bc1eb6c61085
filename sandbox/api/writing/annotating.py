"""Writing annotations: which value fits which annotation, and what it moves."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from sandbox.common.errors import ApiError, InternalError, Refusal
from sandbox.common.ids import decode_champ
from sandbox.common.texts import normalised
from sandbox.demarche.dossier import DepositedDossier
from sandbox.demarche.intake import row_id
from sandbox.form.model import FormRevision, TypeDeChamp

# key of AnnotationValueInput: the only kind of annotation that takes it
KINDS = {
    "checkbox": "checkbox",
    "civilite": "civilite",
    "date": "date",
    "datetime": "datetime",
    "decimalNumber": "decimal_number",
    "departements": "departements",
    "dossierLink": "dossier_link",
    "dropDownList": "drop_down_list",
    "email": "email",
    "formatted": "formatted",
    "iban": "iban",
    "integerNumber": "integer_number",
    "multipleDropDownList": "multiple_drop_down_list",
    "pays": "pays",
    "phone": "phone",
    "pieceJustificative": "piece_justificative",
    "regions": "regions",
    "repetition": "repetition",
    "text": "text",
    "textarea": "textarea",
    "yesNo": "yes_no",
}
_TERRITORIES = YAML(typ="safe").load(
    (Path(__file__).parents[2] / "territories.yaml").read_text(encoding="utf-8")
)
_PLACES: dict[str, dict[str, str]] = {
    "regions": _TERRITORIES["regions"],
    "departements": _TERRITORIES["departements"],
    "pays": {"FR": "France"},
}
# the older mutations: the kinds that each of them takes
LEGACY = {
    "Text": ("text", "textarea", "drop_down_list", "email", "phone"),
    "Checkbox": ("checkbox", "yes_no"),
    "Date": ("date",),
    "Datetime": ("datetime",),
    "IntegerNumber": ("integer_number",),
    "DecimalNumber": ("decimal_number",),
    "DropDownList": ("drop_down_list",),
    "AjouterLigne": ("repetition",),
}


@dataclass(frozen=True, slots=True)
class AnnotationPlace:
    """An annotation of a dossier, found by its id."""

    type: TypeDeChamp
    row: str | None


def find(revision: FormRevision, opaque: str, kinds: tuple[str, ...]) -> AnnotationPlace:
    """Return the annotation with an id, if it is of one of ``kinds``.

    Raises:
        Refusal: the dossier's revision has no such annotation, or it is of another kind.
        InternalError: it is not the id of a champ, or lacks the row that it is in, or names one
            that it is not in: DS fails on those.
    """
    try:
        stable, row = decode_champ(opaque)
    except ApiError as cause:
        raise InternalError(f"no champ has the id {opaque!r}") from cause
    found = revision.annotations_by_id.get(stable)
    if found is not None and (row is None) is not (found in revision.annotations):
        raise InternalError(f"champ {stable} is in a row, or is in none")
    if found is None or found.kind not in KINDS.values():
        raise Refusal(f'L’annotation "{opaque}" n’existe pas')
    if found.kind not in kinds:
        raise Refusal(f'L’annotation "{opaque}" n’est pas de type attendu')
    return AnnotationPlace(found, row)


def write(dossier: DepositedDossier, place: AnnotationPlace, value: Any, now: int) -> None:
    """Put a value in an annotation, as the API does.

    Raises:
        Refusal: the annotation does not offer that option.
    """
    one, value = place.type, normalised(value)
    chosen = value if isinstance(value, list) else [value]
    if one.kind in {"drop_down_list", "multiple_drop_down_list"} and not one.other:
        allowed = (*(one.rows or one.choices()), "")
        if any(option not in allowed for option in chosen):
            raise Refusal(f"Le champ « {one.label} » doit être dans les options proposées")
    if one.kind in _PLACES and value:
        value = _place(one.kind, value)
    if one.kind == "piece_justificative":
        dossier.annotations[one.stable] = [*dossier.annotations.get(one.stable, []), *value]
    elif one.kind == "repetition":
        rows = dossier.annotations.setdefault(one.stable, [])
        for _ in range(value):
            rows.append({"id": row_id(dossier.number, one.stable, len(rows) + 1), "champs": {}})
    elif place.row is not None:
        _row(dossier, place)[one.stable] = value
    else:
        dossier.annotations[one.stable] = value
    dossier.mark_written([one.stable])
    dossier.annotation_dates[one.stable] = dossier.updated_at = now


def _place(kind: str, said: str) -> dict[str, str]:
    """Return the place that a code or a name means; any country of two letters is one."""
    for code, name in _PLACES[kind].items():
        if said in {code, name}:
            return {"code": code, "name": name}
    if kind == "pays" and len(said) == len("FR") and said.isupper():
        return {"code": said, "name": said}
    raise Refusal(f"« {said} » n’est pas dans la liste")


def _row(dossier: DepositedDossier, place: AnnotationPlace) -> dict[str, Any]:
    for rows in dossier.annotations.values():
        for row in rows if isinstance(rows, list) else ():
            if isinstance(row, dict) and row["id"] == place.row:
                champs: dict[str, Any] = row["champs"]
                return champs
    raise Refusal("La ligne n’existe pas")
