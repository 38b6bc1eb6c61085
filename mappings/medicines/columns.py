"""The columns that BDPM gives for a medicine, as data. Light: nothing is looked up here."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from mappings.medicines.reference import Medicine

NO_REFERENCE = "BDPM non chargée"
"""Shown in place of every fact when no reference was loaded."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One column that BDPM gives: a stable name, its meaning, and how it is shown."""

    name: str
    meaning: str
    of: Callable[[Medicine], str]


def _shortage(medicine: Medicine) -> str:
    return " ; ".join(
        f"{one.status}" + (f" depuis le {one.since:%d/%m/%Y}" if one.since else "")
        for one in medicine.shortages
    )


FACTS: tuple[Fact, ...] = (
    Fact("bdpm_nom", "Dénomination dans la BDPM.", lambda one: one.name),
    Fact(
        "bdpm_titulaire",
        "Titulaire de l'autorisation ; pas toujours l'exploitant.",
        lambda one: " ; ".join(one.holders),
    ),
    Fact(
        "bdpm_substances",
        "Substances actives.",
        lambda one: " ; ".join(one.substances),
    ),
    Fact(
        "bdpm_atc",
        "Code ATC, connu de la BDPM pour les seuls MITM.",
        lambda one: " ; ".join(one.atc),
    ),
    Fact(
        "bdpm_conditions",
        "Conditions de prescription et de délivrance.",
        lambda one: " ; ".join(one.conditions),
    ),
    Fact(
        "bdpm_etat",
        "État de commercialisation et statut de l'autorisation.",
        lambda one: f"{one.marketing}, {one.status.lower()}",
    ),
    Fact(
        "bdpm_surveillance",
        "Médicament sous surveillance renforcée.",
        lambda one: "Oui" if one.reinforced else "Non",
    ),
    Fact(
        "bdpm_mitm",
        "Médicament d'intérêt thérapeutique majeur.",
        lambda one: "Oui" if one.major else "Non",
    ),
    Fact(
        "bdpm_rupture",
        "Rupture de stock ou tension d'approvisionnement en cours, qui explique bien des usages.",
        _shortage,
    ),
)
MATCHED = "bdpm_rapprochement"
"""Column that says how a medicine was found."""
BDPM_COLUMNS: Mapping[str, str] = {
    **{fact.name: fact.meaning for fact in FACTS},
    MATCHED: "Comment la spécialité a été trouvée dans la BDPM, avec la ressemblance des noms ; "
    f"« {NO_REFERENCE} » quand la base n'est pas là : les colonnes de la BDPM sont alors vides.",
}
"""What each column of :func:`mappings.medicines.facts.facts_of` says, by name."""
