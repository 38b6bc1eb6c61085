"""How well a type of champ gives a type of field: what retyping a champ does to its answers."""

from enum import Enum
from typing import Final

from mappings.schema.model import FieldType

_TEXTS: Final = frozenset({"text", "textarea", "formatted", "email", "phone", "iban"})
_NUMBERS: Final = frozenset({"integer_number", "decimal_number", "number"})
LISTS: Final = frozenset({"drop_down_list", "multiple_drop_down_list", "linked_drop_down_list"})
_UNREADABLE_AS_TEXT: Final = frozenset({"piece_justificative", "repetition"})


class Fit(Enum):
    """What answers become."""

    EXACT = "exact"
    CONVERTED = "converted"
    """Read by conversion: some answers may be unreadable, none is misread."""
    UNREADABLE = "unreadable"


_EXACT: dict[FieldType, frozenset[str]] = {
    "yes_no": frozenset({"yes_no"}),
    "checkbox": frozenset({"checkbox", "yes_no", "titre_identite"}),
    "integer": frozenset({"integer_number", "number", "dossier_link"}),
    "decimal": _NUMBERS,
    "date": frozenset({"date"}),
    "datetime": frozenset({"datetime"}),
    "choice": frozenset({"drop_down_list", "civilite"}),
    "choices": frozenset({"multiple_drop_down_list", "linked_drop_down_list"}),
    "company": frozenset({"siret", "rna", "rnf"}),
    "address": frozenset({"address"}),
    "commune": frozenset({"communes"}),
    "departement": frozenset({"departements"}),
    "epci": frozenset({"epci"}),
    "pays": frozenset({"pays"}),
    "region": frozenset({"regions"}),
    "files": frozenset({"piece_justificative", "titre_identite"}),
    "rows": frozenset({"repetition"}),
}
_CONVERTED: dict[FieldType, frozenset[str]] = {
    "yes_no": _TEXTS | {"drop_down_list"},
    "checkbox": _TEXTS | {"drop_down_list"},
    "integer": _TEXTS | {"decimal_number", "drop_down_list"},
    "decimal": _TEXTS | {"drop_down_list"},
    "date": _TEXTS | {"datetime"},
    "datetime": _TEXTS,
    "choice": _TEXTS | {"multiple_drop_down_list", "regions", "departements", "pays", "communes"},
    "choices": _TEXTS | {"drop_down_list", "civilite"},
    "company": _TEXTS,
    "address": _TEXTS | {"drop_down_list"},
    "commune": _TEXTS | {"drop_down_list"},
    "departement": _TEXTS | {"drop_down_list"},
    "epci": _TEXTS | {"drop_down_list"},
    "pays": _TEXTS | {"drop_down_list"},
    "region": _TEXTS | {"drop_down_list"},
}


def fit(field: FieldType, champ: str, *, inverted: bool = False) -> Fit:
    """How a champ of type ``champ`` is read by a field of type ``field``.

    Of a box that asks the contrary (``inverted``), ticked is no and unticked is no answer.
    """
    if inverted and champ == "checkbox":
        return Fit.CONVERTED
    if field == "text":
        if champ in _UNREADABLE_AS_TEXT:
            return Fit.UNREADABLE
        return Fit.EXACT if champ in _TEXTS | {"dossier_link"} else Fit.CONVERTED
    if champ in _EXACT[field]:
        return Fit.EXACT
    return Fit.CONVERTED if champ in _CONVERTED.get(field, frozenset()) else Fit.UNREADABLE
