"""The columns of `Situations`.

Counts are of the workbook's own dossiers. The columns of follow-up are of the whole situation and
stay at the agency: they rest on planned measures and on small numbers of cases.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from exports.cells import Content
from exports.excel_names import header_name
from exports.readers.policy import Policy
from exports.sheets.columns import Format
from exports.sheets.situations.cells import (
    CONFIRMED,
    UNNAMED,
    Group,
    agency_measures,
    cases,
    companies,
    confirmed,
    days,
    direction,
    effect,
    followed,
    highest_priority,
    measured,
    monthly_trend,
    next_due,
    numbers,
    other_signals,
    registered,
    reports,
    score,
    state,
    told_range,
)
from exports.sheets.tables import CALCULATED, Column, Table
from french.text import SEMICOLON, typographic
from mappings.schema.model import Audience


@dataclass(frozen=True, slots=True)
class SituationColumn(Column):
    """A column of `Situations`; ``named`` is its name in the policy, blank where that is fixed."""

    named: str = ""


def _column(
    name: str,
    width: int,
    shape: Format,
    meaning: str,
    *,
    audience: Audience = "reseau",
    named: str = "",
) -> SituationColumn:
    return SituationColumn(
        name=header_name(name),
        width=width,
        format=shape,
        meaning=meaning,
        origin=CALCULATED,
        audience=audience,
        named=named,
    )


_OF_THIS_WORKBOOK = (
    "Signalements, entreprises, dates et mesures sont ceux de ce classeur, et non de toute la"
    " situation ; la tendance compte tous les dossiers que {whom} peut lire."
)
_ID, _TITLE, _GROUPED = "Situation", "Titre", "Regroupement"
_CASES = (
    "De la plus grande déclaration d'une entreprise à la somme de toutes ; d'une entreprise, son"
    " plus grand nombre : un cas déclaré ne disparaît pas. Hors de l'agence : des dossiers du"
    " lecteur, et de 1 à 10 « < 11 »."
)
PRINTED = 10
"""How many of the first columns are printed."""
COLUMNS: tuple[tuple[SituationColumn, Callable[[Group], Content]], ...] = (
    (
        _column(
            _ID,
            11,
            "centre",
            "Identifiant de la situation, le même que dans l'annotation « Situation ». Vide :"
            " dossiers du champ qui n'en ont pas, comptés par substance et par nature de la"
            " non-conformité.",
        ),
        lambda one: one.registered.shown(one.situation) or None,
    ),
    (
        _column(
            _TITLE,
            26,
            "texte",
            "Titre public au registre, ou nom qu'une personne a donné à la situation, sinon celui"
            " que la passerelle propose : la substance, puis ce qui fait l'usage.",
        ),
        lambda one: typographic(one.title) or None,
    ),
    (
        _column(
            "État",
            13,
            "centre",
            "État au registre : À valider (regroupement que personne n'a validé), En évaluation,"
            " Mesures décidées, Suivi de l'impact, Close, Écartée. « Réveillée » : un signal est"
            " venu depuis la clôture.",
            named="registre_etat",
        ),
        registered(state),
    ),
    (
        _column(
            "Niveau",
            10,
            "centre",
            "Niveau de risque qu'une personne de l'agence a fixé.",
            named="registre_niveau",
        ),
        registered(lambda one: str(one.level.get("niveau", "")) or None),
    ),
    (
        _column(
            "Tendance",
            13,
            "centre",
            "Signalements par mois, en hausse ou en baisse : test de Mann-Kendall sur tous les"
            " dossiers que l'agence peut lire (dans un classeur du réseau ou d'un centre : sur tous"
            " ceux que le réseau peut lire). « Trop peu pour conclure » : moins de 3 signalements,"
            " ou moins de 4 mois entiers.",
        ),
        lambda one: direction(one.trend) or None,
    ),
    (
        _column(
            "Signalements",
            13,
            "entier",
            "Signalements de ce classeur, et non de toute la situation : un signalement initial,"
            " ses compléments et sa clôture comptent une fois. « Dossiers » les nomme tous.",
        ),
        reports,
    ),
    (
        _column("Entreprises", 12, "entier", "Entreprises de ce classeur, d'après leur SIREN."),
        companies,
    ),
    (
        _column(
            "Priorité la plus haute",
            11,
            "centre",
            "La plus haute priorité de ses dossiers de ce classeur ; « sans priorité » : aucun"
            " n'en a ici.",
        ),
        highest_priority,
    ),
    (
        _column("Dernier dépôt", 12, "date", "Jour du dernier dépôt."),
        lambda one: days(one)[-1] if one.readings else None,
    ),
    (
        _column("Dossiers", 18, "texte", "Numéros des dossiers de ce classeur."),
        lambda one: ", ".join(map(str, numbers(one))) or None,
    ),
    (
        _column(
            "Dossiers avec mesure",
            11,
            "entier",
            "Dossiers de ce classeur qui déclarent une mesure prise. Compléments et clôtures"
            " comptent ici chacun : ce nombre peut dépasser « Signalements ».",
        ),
        measured,
    ),
    (
        _column("Premier dépôt", 12, "date", "Jour du premier dépôt."),
        lambda one: days(one)[0] if one.readings else None,
    ),
    (
        _column(
            "Signaux hors dossiers",
            11,
            "entier",
            "Signaux d'autres sources que les entreprises, que le lecteur peut lire : feuille des"
            " signaux.",
            named="registre_signaux",
        ),
        other_signals,
    ),
    (
        _column(
            "Mesures de l'agence",
            11,
            "entier",
            "Mesures prises ou exigées par l'agence (et non par les entreprises), que le lecteur"
            " peut lire, les abandonnées exceptées ; hors de l'agence, celles qui sont mises en"
            " œuvre.",
            named="registre_mesures",
        ),
        agency_measures,
    ),
    (
        _column(
            "Identifiée le",
            12,
            "date",
            "Jour de la première validation, ou celui, antérieur, qu'une personne a donné.",
            named="registre_identifiee_le",
        ),
        registered(lambda one: one.identified_on),
    ),
    (
        _column(
            "Score",
            9,
            "centre",
            "Points que propose le classement, sur le plus qu'il y ait ; ce que l'on ne sait pas"
            " vaut 0. Chaque ligne est dite au portail, page de la situation.",
            named="registre_score",
        ),
        score,
    ),
    (
        _column(
            "Échéance",
            12,
            "date",
            "La plus proche : évaluation d'une mesure de l'agence sans conclusion, ou question à un"
            " centre sans réponse.",
            named="registre_echeance",
        ),
        next_due,
    ),
    (
        _column(
            "Pilote",
            18,
            "texte",
            "Personne de l'agence qui suit la situation.",
            named="registre_pilote",
        ),
        registered(lambda one: str(one.fields.get("pilote", "")) or None),
    ),
    (
        _column(
            _GROUPED,
            14,
            "centre",
            "proposé : par la passerelle seule ; confirmé : une personne a placé chaque dossier.",
        ),
        confirmed,
    ),
    (
        _column("Substance", 28, "texte", "Substances, écrites comme dans le premier dossier."),
        lambda one: SEMICOLON.join(one.substances) or UNNAMED,
    ),
    (
        _column("Nature de la non-conformité", 26, "texte", "Natures cochées dans les dossiers."),
        lambda one: SEMICOLON.join(one.natures) or None,
    ),
    (
        _column(
            "Patients estimés",
            16,
            "texte",
            "De la plus grande estimation d'une entreprise à la somme de toutes : les entreprises"
            " comptent peut-être les mêmes patients. Le dernier dossier d'une entreprise remplace"
            " les précédents ; un dossier sans SIRET compte comme une entreprise à part ; zéro"
            " n'est pas une estimation.",
            audience="agence",
        ),
        followed(lambda one: told_range(one.facts.patients)),
    ),
    (
        _column("Cas graves", 12, "texte", _CASES, named="registre_cas_graves"),
        cases("cas_graves", lambda one: one.facts.serious),
    ),
    (
        _column("Décès", 12, "texte", _CASES, named="registre_deces"),
        cases("deces", lambda one: one.facts.deaths),
    ),
    (
        _column(
            "Mesures prises",
            10,
            "entier",
            "Mesures à l'état « Prise », chacune comptée une fois par entreprise, type et date.",
            audience="agence",
        ),
        followed(lambda one: one.follow_up.taken),
    ),
    (
        _column("Mesures en projet", 10, "entier", "Mesures pas encore prises.", audience="agence"),
        followed(lambda one: one.follow_up.planned),
    ),
    (
        _column(
            "Première mesure le",
            12,
            "date",
            "Date de la première mesure prise, si elle est donnée.",
            audience="agence",
        ),
        followed(lambda one: one.follow_up.measured_on),
    ),
    (
        _column(
            "Jours de la connaissance au dépôt",
            14,
            "entier",
            "Médiane sur les dossiers ; une connaissance postérieure au dépôt ou impossible n'est"
            " pas comptée.",
            audience="agence",
        ),
        followed(
            lambda one: (
                None
                if one.follow_up.days_to_report.median is None
                else int(one.follow_up.days_to_report.median + 0.5)
            )
        ),
    ),
    (
        _column(
            "Jours de la connaissance à la mesure",
            14,
            "entier",
            "De la première connaissance à la première mesure prise et datée ; négatif : la mesure"
            " précède la connaissance.",
            audience="agence",
        ),
        followed(lambda one: one.follow_up.days_to_measure),
    ),
    (
        _column(
            "Effet de la première mesure",
            44,
            "texte",
            "Signalements (compléments et clôtures non comptés) avant et après la première mesure"
            " datée, sur deux périodes de même durée"
            " (la plus longue que les données permettent, jusqu'au dernier changement). Test exact"
            " de Przyborowski et Wilenski ; sans écart établi quand p atteint 0,05.",
            audience="agence",
        ),
        followed(lambda one: effect(one.follow_up.effect)),
    ),
    (
        _column(
            "Tendance mensuelle",
            38,
            "texte",
            "Signalements (compléments et clôtures non comptés) par mois entier, du premier dépôt"
            " sur la démarche au dernier changement des données : test de Mann-Kendall (tau de"
            " Kendall), à partir de 4 mois ; sans écart établi quand p atteint 0,05.",
            audience="agence",
        ),
        followed(lambda one: monthly_trend(one.follow_up.trend)),
    ),
)
OF_SITUATION = frozenset(column.named for column, _ in COLUMNS if column.named)
"""Columns that leave the agency where the policy names them."""


def shown_to(audience: Audience, policy: Policy) -> list[tuple[Column, Callable[[Group], Content]]]:
    """The columns that an audience has, each with its own audience."""
    found: list[tuple[Column, Callable[[Group], Content]]] = []
    for column, of in COLUMNS:
        kept = bool(column.named) and column.named not in policy.computed
        own = replace(column, audience="agence") if kept else column
        if audience in {"agence", own.audience}:
            found.append((own, of))
    return found


def names_of(table: Table, *, mask: str) -> tuple[Mapping[str, str], frozenset[str]]:
    """Title of each situation of the sheet, by id, and those that people confirmed.

    Those whose id is withheld are left out: one cell stands for them all.
    """
    places = {column.name: place for place, column in enumerate(table.columns)}
    told = ([row[places[name]] for name in (_ID, _TITLE, _GROUPED)] for row in table.rows)
    rows = [one for one in told if one[0] != mask]
    titles = {str(name): str(title) for name, title, _ in rows if name and title}
    return titles, frozenset(str(name) for name, _, by in rows if name and by == CONFIRMED)


def counts_told(audience: Audience) -> str:
    """What the counts of the sheet are of, said over them."""
    whom = "l'agence" if audience == "agence" else "le réseau"
    return typographic(_OF_THIS_WORKBOOK.format(whom=whom))
