"""The columns that BDPM gives for a medicine, as data. Light: nothing is looked up here."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from french.text import SEMICOLON
from mappings.medicines.bdpm_files import (
    ASMR,
    COMPOSITIONS,
    CONDITIONS,
    INFORMATION,
    MITM,
    SHORTAGES,
    SMR,
    FileSpec,
)
from mappings.medicines.reference import HasOpinion, Information, Medicine, Shortage

NO_REFERENCE = "BDPM non chargée"
"""Shown in place of every fact when no reference was loaded."""
UNKNOWN = "inconnu"
"""Shown where a file that would tell is absent, or could not be read whole."""
_MOST, _LABEL = 3, 60


@dataclass(frozen=True, slots=True)
class Fact:
    """One column that BDPM gives: a stable name, its meaning, how it is shown, who tells it.

    Attributes:
        name: Name of the column in data files.
        meaning: What it says.
        of: How a medicine shows it; "" when nothing is said of it.
        file: File without which nothing said is no « none ».
    """

    name: str
    meaning: str
    of: Callable[[Medicine], str]
    file: FileSpec | None = None

    def shown(self, medicine: Medicine) -> str:
        """What a medicine shows, or that it is unknown."""
        told = self.of(medicine)
        missing = self.file is not None and self.file.name in medicine.unread
        return told or (UNKNOWN if missing else "")


def _state(medicine: Medicine) -> str:
    """The two states; an authorisation that is suspended or over comes first, as an alert."""
    status, marketing = medicine.status.lower(), medicine.marketing
    if medicine.suspended or medicine.withdrawn:
        return f"Alerte\u00a0: {status}{SEMICOLON}{marketing.lower()}"
    return f"{marketing}, {status}"


def _shortage(medicine: Medicine) -> str:
    """Each shortage once, with the presentations that it is of."""
    packs: dict[str, list[Shortage]] = {}
    for one in medicine.shortages:
        since = f" depuis le {one.since:%d/%m/%Y}" if one.since else ""
        packs.setdefault(f"{one.status}{since}", []).append(one)
    return SEMICOLON.join(f"{told}{_presentations(lines)}" for told, lines in packs.items())


def _presentations(lines: list[Shortage]) -> str:
    """Which presentations; nothing where one line is of all of them."""
    if not all(one.cip13 for one in lines):
        return ""
    labels = {one.cip13: one.label for one in lines}
    shown = [_cut(label) + (" " if label else "") + cip13 for cip13, label in labels.items()]
    plural = "s" if len(shown) > 1 else ""
    return f" (présentation{plural}\u00a0: {_listed(shown, ', ')})"


def _cut(text: str) -> str:
    return text if len(text) <= _LABEL else f"{text[:_LABEL].rstrip()}…"


def _opinions(said: tuple[HasOpinion, ...]) -> str:
    return _listed([", ".join(part for part in (
        one.value or "non précisé",
        f"{one.on:%d/%m/%Y}" if one.on else "",
        one.reason,
        one.link,
    ) if part) for one in said])  # fmt: skip


def _information(told: tuple[Information, ...]) -> str:
    return _listed([
        f"{_days(one)}\u00a0: {one.text}" + (f" ({one.link})" if one.link else "") for one in told
    ])  # fmt: skip


def _days(one: Information) -> str:
    since = f"{one.since:%d/%m/%Y}" if one.since else "date inconnue"
    return f"{since} au {one.until:%d/%m/%Y}" if one.until else f"depuis le {since}"


def _listed(shown: list[str], between: str = SEMICOLON) -> str:
    """The first ones, and how many more there are."""
    more = len(shown) - _MOST
    rest = [f"et {more} autre{'s' if more > 1 else ''}"] if more > 0 else []
    return between.join([*shown[:_MOST], *rest])


FACTS: tuple[Fact, ...] = (
    Fact("bdpm_nom", "Dénomination dans la BDPM.", lambda one: one.name),
    Fact(
        "bdpm_titulaire",
        "Titulaire de l'autorisation ; pas toujours l'exploitant.",
        lambda one: SEMICOLON.join(one.holders),
    ),
    Fact(
        "bdpm_substances",
        "Substances actives.",
        lambda one: SEMICOLON.join(one.substances),
        COMPOSITIONS,
    ),
    Fact(
        "bdpm_atc",
        "Code ATC, connu de la BDPM pour les seuls MITM.",
        lambda one: SEMICOLON.join(one.atc),
        MITM,
    ),
    Fact(
        "bdpm_conditions",
        "Conditions de prescription et de délivrance.",
        lambda one: SEMICOLON.join(one.conditions),
        CONDITIONS,
    ),
    Fact(
        "bdpm_etat",
        "État de commercialisation et statut de l'autorisation ; « Alerte » quand celle-ci est"
        " suspendue ou n'est plus.",
        _state,
    ),
    Fact(
        "bdpm_surveillance",
        "Médicament sous surveillance renforcée.",
        lambda one: "Oui" if one.reinforced else "Non",
    ),
    Fact(
        "bdpm_mitm",
        "Médicament d'intérêt thérapeutique majeur ; « inconnu » sans la liste des MITM.",
        lambda one: {True: "Oui", False: "Non", None: ""}[one.major],
        MITM,
    ),
    Fact(
        "bdpm_rupture",
        "Rupture de stock ou tension d'approvisionnement en cours, qui explique bien des usages.",
        _shortage,
        SHORTAGES,
    ),
    Fact(
        "bdpm_smr",
        "Avis de la HAS sur le service médical rendu, les plus récents d'abord : niveau, date,"
        " motif, lien. Un niveau vaut pour les indications de son avis.",
        lambda one: _opinions(one.smr),
        SMR,
    ),
    Fact(
        "bdpm_asmr",
        "Avis de la HAS sur l'amélioration du service médical rendu, les plus récents d'abord.",
        lambda one: _opinions(one.asmr),
        ASMR,
    ),
    Fact(
        "bdpm_informations",
        "Informations de sécurité (lettres, points d'information), avec leurs dates.",
        lambda one: _information(one.information),
        INFORMATION,
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
