"""Where the value of a field comes from, when no single champ of the form gives it as it is."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Final, Literal, TypeAlias

ANSWERS: Final[Mapping[str, bool]] = MappingProxyType(
    {"oui": True, "true": True, "non": False, "false": False}
)
"""Texts, folded, that answer a yes/no question: DS keeps « true » when it becomes a text."""
ConstantValue: TypeAlias = str | bool | int | Decimal | date | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Option:
    """What an option of the form means.

    Attributes:
        written: The option, as the file writes it.
        means: Our option, or our answer to a yes/no question; ``None``: it is no answer.
    """

    written: str
    means: str | bool | None


@dataclass(frozen=True, slots=True)
class Joined:
    """Several champs that are one value: texts one after the other, lists and files together.

    Attributes:
        champs: Ids or normalised labels, in order.
        separator: What stands between texts.
    """

    champs: tuple[str, ...]
    separator: str = " "


@dataclass(frozen=True, slots=True)
class TickedBoxes:
    """A list that the form asks as one box, or one yes/no question, for each option.

    Attributes:
        options: Option that each champ stands for, by its id or normalised label.
        otherwise: Of a single choice, the option that no to every question means; "" for none.
    """

    options: Mapping[str, str]
    otherwise: str = ""


@dataclass(frozen=True, slots=True)
class FlatRows:
    """Rows that the form asks one after the other, outside of a repetition.

    Attributes:
        rows: For each row, the candidates (ids or normalised labels) of the fields that it has.
    """

    rows: tuple[Mapping[str, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class EachOption:
    """Rows that the form asks as one list, or as boxes: each option that was chosen is a row.

    Attributes:
        name: Field of the row that the option gives.
        champ: Id or normalised label of the list; "" where there are boxes.
        boxes: Option that each box, or yes/no question, stands for, by its id or normalised label.
    """

    name: str
    champ: str = ""
    boxes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Constant:
    """What is true of every dossier of this form, which does not ask it.

    Attributes:
        value: The value, of the field's type.
    """

    value: ConstantValue


FactName: TypeAlias = Literal[
    "demandeur.siret",
    "demandeur.entreprise.raisonSociale",
    "dossier.number",
    "dossier.dateDepot",
    "dossier.dateDerniereModificationChamps",
    "dossier.groupeInstructeur.label",
    "dossier.usager.email",
]
"""Facts of a dossier that a field may be read from, by their place in DS's API.

Nothing that our own writes move (the date of the last change, the state), nor what is not read of a
dossier (the name of a natural person): see ``clients/queries/dossier.graphql``.
"""
FACTS: Final[Mapping[FactName, str]] = MappingProxyType(
    {
        "demandeur.siret": "SIRET du demandeur",
        "demandeur.entreprise.raisonSociale": "raison sociale du demandeur",
        "dossier.number": "numéro du dossier",
        "dossier.dateDepot": "date de dépôt du dossier",
        "dossier.dateDerniereModificationChamps": "date du dernier dépôt par le déclarant",
        "dossier.groupeInstructeur.label": "groupe instructeur du dossier",
        "dossier.usager.email": "adresse électronique de l'usager",
    }
)
"""Their names in French."""


@dataclass(frozen=True, slots=True)
class OfDossier:
    """A fact of the dossier or of its demandeur.

    Attributes:
        name: Its place in DS's API.
    """

    name: FactName


Source: TypeAlias = Joined | TickedBoxes | FlatRows | EachOption | Constant | OfDossier
"""Where a value comes from."""
