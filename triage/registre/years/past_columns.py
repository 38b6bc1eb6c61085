"""The table of the years before the register: its sheets, its columns, what to write in each."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from triage.registre.lists import Lists

Kind: TypeAlias = Literal["text", "date", "choice"]
REFERENCE = "référence"
OPENED, CLOSED, DISCARDED = "ouverte", "close", "écartée"
ENDS = (OPENED, CLOSED, DISCARDED)


@dataclass(frozen=True, slots=True)
class PastColumn:
    """A column of the table.

    Attributes:
        name: Its header.
        key: What it gives.
        meaning: What to write there.
        kind: A text, a day, or one of a list.
        needed: Whether each row has it.
        options: The list, of those of the register.
    """

    name: str
    key: str
    meaning: str
    kind: Kind = "text"
    needed: bool = False
    options: Callable[[Lists], Sequence[str]] = lambda _: ()


@dataclass(frozen=True, slots=True)
class PastSheet:
    """A sheet of the table: its name and its columns, of which the first tells rows apart."""

    name: str
    columns: tuple[PastColumn, ...]


SITUATIONS = PastSheet(
    "Situations",
    (
        PastColumn(
            "Référence", REFERENCE, "La vôtre, propre à cette ligne : 2017-012.", needed=True
        ),
        PastColumn("Titre public", "titre", "Titre public, sans nom d’entreprise.", needed=True),
        PastColumn("Usage autorisé", "usage_autorise", "Ce que dit l’AMM."),
        PastColumn("Usage constaté", "usage_constate", "Ce qui se fait."),
        PastColumn(
            "Risque", "risque", "avéré ou potentiel.", "choice", options=lambda it: it.risque
        ),
        PastColumn(
            "Qualification",
            "qualification",
            "Facultative.",
            "choice",
            options=lambda it: it.qualifications,
        ),
        PastColumn("Pilote", "pilote", "Personne qui suivait la situation."),
        PastColumn(
            "Niveau", "niveau", "Niveau de risque.", "choice", options=lambda it: it.niveaux
        ),
        PastColumn("Justification du niveau", "justification", "En 30 caractères au moins."),
        PastColumn("Premier signal le", "premier", "Jour du premier signal.", "date", needed=True),
        PastColumn(
            "Identifiée le",
            "identifiée",
            "Jour où elle a été identifiée ; vide si elle a été écartée.",
            "date",
        ),
        PastColumn(
            "État",
            "état",
            "ouverte (par défaut), close ou écartée.",
            "choice",
            options=lambda _: ENDS,
        ),
        PastColumn("Close ou écartée le", "fin", "Jour de la clôture, ou de l’écart.", "date"),
        PastColumn(
            "Conclusion",
            "conclusion",
            "D’une situation close.",
            "choice",
            options=lambda it: it.clotures,
        ),
        PastColumn("Motif", "motif", "De la clôture, ou de l’écart."),
    ),
)
MEASURES = PastSheet(
    "Mesures",
    (
        PastColumn("Situation", REFERENCE, "Référence de la situation.", needed=True),
        PastColumn(
            "Type",
            "type",
            "Type de mesure de l’agence.",
            "choice",
            needed=True,
            options=lambda it: tuple(it.mesures),
        ),
        PastColumn(
            "Prise ou exigée",
            "mode",
            "Prise, ou exigée d’une entreprise.",
            "choice",
            needed=True,
            options=lambda it: it.modes,
        ),
        PastColumn("Proposée le", "proposée", "Facultatif.", "date"),
        PastColumn("Décidée le", "décidée", "Facultatif.", "date"),
        PastColumn("Mise en œuvre le", "mise en œuvre", "C’est elle qui compte.", "date"),
        PastColumn("Cible", "cible", "À qui elle s’adresse."),
        PastColumn("Lien", "lien", "Adresse où elle est publiée."),
        PastColumn("Séance", "séance", "Séance où elle a été décidée."),
        PastColumn("Indicateur attendu", "indicateur", "Facultatif."),
        PastColumn("Échéance d’évaluation", "échéance", "Facultatif.", "date"),
    ),
)
SIGNALS = PastSheet(
    "Signaux",
    (
        PastColumn("Situation", REFERENCE, "Référence de la situation.", needed=True),
        PastColumn(
            "Type de source",
            "type",
            "Jamais une entreprise.",
            "choice",
            needed=True,
            options=lambda it: it.sources,
        ),
        PastColumn("Organisme", "organisme", "Organisme qui a signalé.", needed=True),
        PastColumn("Reçu le", "reçu_le", "Jour de réception.", "date", needed=True),
        PastColumn("Substance", "substance", "Substance.", needed=True),
        PastColumn("Résumé", "résumé", "Sans donnée de patient.", needed=True),
        PastColumn("Nombre de cas", "cas", "Facultatif."),
        PastColumn("Référence ou lien", "référence du signal", "Facultatif."),
    ),
)
SHEETS = (SITUATIONS, MEASURES, SIGNALS)
