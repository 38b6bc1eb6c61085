"""The columns of `Situations`, and what each says of a row.

Counts are of the workbook's own dossiers. The columns of follow-up are of the whole situation and
stay at the agency: they rest on planned measures and on small numbers of cases.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import TypeAlias

from exports.cells import Content
from exports.model import SituationView
from exports.readers.policy import Policy
from exports.readers.reading import Reading
from exports.readers.registre import RegisterReading
from exports.sheets.columns import Figures, Format
from exports.sheets.computed import NO_PRIORITY
from exports.sheets.figures import deposited_on, taken
from exports.sheets.registre import day_of
from exports.sheets.tables import CALCULATED, Column
from exports.sheets.values import content_text, shown_content
from french.text import SEMICOLON, typographic
from mappings.report.display import show, show_decimal
from mappings.schema.model import Audience
from triage.registre.register import MeasureState, Situation
from triage.situations.facts import estimated
from triage.situations.trends import BeforeAfter, Direction, Trend

_DIRECTIONS: dict[Direction, str] = {
    "up": "en hausse",
    "down": "en baisse",
    "none": "sans écart établi",
}
Range: TypeAlias = tuple[int, int] | None
"""The lowest and the highest number that can be."""
_OF_THIS_WORKBOOK = (
    "Signalements, entreprises, dates et mesures sont ceux de ce classeur, et non de toute la"
    " situation ; la tendance compte tous les dossiers que {whom} peut lire."
)
TOO_FEW = "trop peu pour conclure"
UNNAMED = "non renseignée"


@dataclass(frozen=True, slots=True)
class Group:
    """The reports of one row.

    Attributes:
        situation: Id of the situation, empty for reports that are in none.
        substances: As the first report that names each spells it.
        natures: Of the non-conformity.
        readings: The reports that the workbook's readers may read.
        origins: Fields that the row is drawn from.
        view: What is known of the whole situation.
        title: What people call it.
        trend: How its reports move from month to month, of all that the audience may read.
        registered: The register, as the readers of the workbook may read it.
    """

    situation: str
    substances: tuple[str, ...]
    natures: tuple[str, ...]
    readings: Sequence[Reading]
    origins: Figures
    view: SituationView | None
    registered: RegisterReading
    title: str = ""
    trend: Trend | None = None

    @property
    def known(self) -> Situation | None:
        """What the register says of it."""
        return self.registered.situations.get(self.situation)


def _reports(group: Group) -> Content:
    """Families with a dossier here; one whose initial report is not here still counts once."""
    if group.view is None or not group.readings:
        return len(group.readings)
    return max(1, sum(one.number in group.view.facts.counted for one in group.readings))


def _companies(group: Group) -> Content:
    found = set()
    for reading in group.readings:
        found.add(reading.once("company", partial(_company, origins=group.origins)))
    return len(found)


def _company(reading: Reading, origins: Figures) -> str:
    """SIREN of the company; a dossier without one counts as a company apart."""
    shown = shown_content(reading.answer(origins.company), part="identifier")
    return content_text(shown)[:9] or str(reading.number)


def _priority(group: Group) -> Content:
    found = (one.decision.priority for one in group.readings)
    return min((one for one in found if one), default=NO_PRIORITY)


def _confirmed(group: Group) -> Content:
    if group.view is None:
        return None
    total, decided = len(group.view.facts.numbers), group.view.decided
    return "confirmée" if decided == total else "en partie confirmée" if decided else "proposée"


def _signals(group: Group) -> Content:
    return sum(one.situation == group.situation for one in group.registered.signals())


def _measures(group: Group) -> Content:
    return sum(
        one.situation == group.situation and one.state is not MeasureState.DROPPED
        for one in group.registered.measures()
    )


def _due(group: Group) -> Content:
    """The nearest last day: to evaluate a measure, or for a centre to answer."""
    measures = (
        day_of(one.fields.get("échéance"))
        for one in group.registered.measures()
        if one.situation == group.situation and not one.conclusion and one.state in _LASTING
    )
    questions = (
        one.question.due_on
        for one in group.registered.asked()
        if one.question.situation == group.situation
        and one.answer is None
        and not one.question.withdrawn
    )
    return min((day for day in (*measures, *questions) if day), default=None)


_LASTING = frozenset({*MeasureState} - {MeasureState.DROPPED})


def _score(group: Group) -> Content:
    found = group.registered.context.register.ranked.get(group.situation)
    return None if found is None else found.score.told()


def _state(found: Situation) -> Content:
    return f"{found.state} (Réveillée)" if found.woken else str(found.state)


def _registered(of: Callable[[Situation], Content]) -> Callable[[Group], Content]:
    return lambda group: None if group.known is None else of(group.known)


def _cases(field: str, of: Callable[[SituationView], Range]) -> Callable[[Group], Content]:
    """A number of cases: of the whole situation at the agency, else of what may be read."""

    def cases(group: Group) -> Content:
        if group.registered.is_agency:
            return None if group.view is None else _range(of(group.view))
        counts = [one.answer(field) for one in group.readings]
        reports = sorted(
            (one.entry.report for one in group.readings), key=lambda one: one.deposited_at
        )
        shown = group.registered.cases(counts, estimated(reports, field, least=0))
        return show(shown) if isinstance(shown, int) else shown

    return cases


def _range(both: Range) -> Content:
    if both is None:
        return None
    low, high = both
    return show(low) if low == high else f"{show(low)} à {show(high)}"


def _effect(found: BeforeAfter | None) -> Content:
    if found is None or found.p_value is None:
        return None
    counts = f"{found.before} avant, {found.after} après, sur {found.days} jours de part et d'autre"
    if found.too_few:
        return typographic(f"{counts} : {TOO_FEW}")
    p_value = show_decimal(found.p_value, places=3)
    return typographic(f"{counts} : {_DIRECTIONS[found.direction]} (p = {p_value})")


def direction(found: Trend | None) -> str:
    """Whether reports rise, in words; blank of what is no situation."""
    if found is None:
        return ""
    return TOO_FEW if found.too_few else _DIRECTIONS[found.direction]


def _trend(found: Trend) -> Content:
    if found.too_few or found.p_value is None or found.tau is None:
        return direction(found)
    tau, p_value = (show_decimal(one, places=3) for one in (found.tau, found.p_value))
    strength = f"tau = {tau}, p = {p_value}"
    return f"{_DIRECTIONS[found.direction]} sur {len(found.months)} mois ({strength})"


def counts_told(audience: Audience) -> str:
    """What the counts of the sheet are of, said over them."""
    whom = "l'agence" if audience == "agence" else "le réseau"
    return typographic(_OF_THIS_WORKBOOK.format(whom=whom))


def _days(group: Group) -> list[date]:
    return sorted(map(deposited_on, group.readings))


def _followed(of: Callable[[SituationView], Content]) -> Callable[[Group], Content]:
    return lambda group: None if group.view is None else of(group.view)


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
        name=name,
        width=width,
        format=shape,
        meaning=meaning,
        origin=CALCULATED,
        audience=audience,
        named=named,
    )


_AS_PATIENTS = (
    "De la plus grande déclaration d'une entreprise à la somme de toutes, comme les patients. Hors"
    " de l'agence : des dossiers du lecteur, et de 1 à 10 « < 11 »."
)
PRINTED = 11
"""How many of the first columns are printed."""
COLUMNS: tuple[tuple[SituationColumn, Callable[[Group], Content]], ...] = (
    (
        _column(
            "Situation",
            13,
            "centre",
            "Identifiant de la situation, le même que dans l'annotation « Situation ». Vide :"
            " dossiers du champ qui n'en ont pas, comptés par substance et par nature de la"
            " non-conformité.",
        ),
        lambda one: one.registered.shown(one.situation) or None,
    ),
    (
        _column(
            "Titre",
            32,
            "texte",
            "Titre public au registre, ou nom qu'une personne a donné à la situation, sinon celui"
            " que la passerelle propose : la substance, puis ce qui fait l'usage.",
        ),
        lambda one: typographic(one.title) or None,
    ),
    (
        _column(
            "État",
            14,
            "centre",
            "État au registre : À valider (regroupement que personne n'a validé), En évaluation,"
            " Mesures décidées, Suivi de l'impact, Close, Écartée. « Réveillée » : un signal est"
            " venu depuis la clôture.",
            named="registre_etat",
        ),
        _registered(_state),
    ),
    (
        _column(
            "Niveau",
            10,
            "centre",
            "Niveau de risque qu'une personne de l'agence a fixé.",
            named="registre_niveau",
        ),
        _registered(lambda one: str(one.level.get("niveau", "")) or None),
    ),
    (
        _column(
            "Tendance",
            16,
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
        _reports,
    ),
    (
        _column("Entreprises", 12, "entier", "Entreprises de ce classeur, d'après leur SIREN."),
        _companies,
    ),
    (
        _column(
            "Priorité la plus haute",
            11,
            "centre",
            "De P1 à P4 ; « sans priorité » : aucun de ses dossiers n'en a ici.",
        ),
        _priority,
    ),
    (
        _column(
            "Dossiers avec mesure",
            11,
            "entier",
            "Dossiers de ce classeur qui déclarent une mesure prise. Compléments et clôtures"
            " comptent ici chacun : ce nombre peut dépasser « Signalements ».",
        ),
        lambda one: sum(taken(it, one.origins) for it in one.readings),
    ),
    (
        _column("Dernier dépôt", 12, "date", "Jour du dernier dépôt."),
        lambda one: _days(one)[-1] if one.readings else None,
    ),
    (
        _column("Dossiers", 18, "texte", "Numéros des dossiers de ce classeur."),
        lambda one: ", ".join(str(it.number) for it in one.readings) or None,
    ),
    (
        _column("Premier dépôt", 12, "date", "Jour du premier dépôt."),
        lambda one: _days(one)[0] if one.readings else None,
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
        _signals,
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
        _measures,
    ),
    (
        _column(
            "Identifiée le",
            12,
            "date",
            "Jour de la première validation, ou celui, antérieur, qu'une personne a donné.",
            named="registre_identifiee_le",
        ),
        _registered(lambda one: one.identified_on),
    ),
    (
        _column(
            "Score",
            9,
            "centre",
            "Points proposés par classement.yaml, sur le plus qu'il y ait ; ce que l'on ne sait pas"
            " vaut 0. « unc classement list » dit chaque ligne.",
            named="registre_score",
        ),
        _score,
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
        _due,
    ),
    (
        _column(
            "Pilote",
            18,
            "texte",
            "Personne de l'agence qui suit la situation.",
            named="registre_pilote",
        ),
        _registered(lambda one: str(one.fields.get("pilote", "")) or None),
    ),
    (
        _column(
            "Regroupement",
            14,
            "centre",
            "proposée : par la passerelle seule ; confirmée : une personne a placé chaque dossier.",
        ),
        _confirmed,
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
        _followed(lambda one: _range(one.facts.patients)),
    ),
    (
        _column("Cas graves", 12, "texte", _AS_PATIENTS, named="registre_cas_graves"),
        _cases("cas_graves", lambda one: one.facts.serious),
    ),
    (
        _column("Décès", 12, "texte", _AS_PATIENTS, named="registre_deces"),
        _cases("deces", lambda one: one.facts.deaths),
    ),
    (
        _column(
            "Mesures prises",
            10,
            "entier",
            "Mesures à l'état « Prise », chacune comptée une fois par entreprise, type et date.",
            audience="agence",
        ),
        _followed(lambda one: one.follow_up.taken),
    ),
    (
        _column("Mesures en projet", 10, "entier", "Mesures pas encore prises.", audience="agence"),
        _followed(lambda one: one.follow_up.planned),
    ),
    (
        _column(
            "Première mesure le",
            12,
            "date",
            "Date de la première mesure prise, si elle est donnée.",
            audience="agence",
        ),
        _followed(lambda one: one.follow_up.measured_on),
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
        _followed(
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
        _followed(lambda one: one.follow_up.days_to_measure),
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
        _followed(lambda one: _effect(one.follow_up.effect)),
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
        _followed(lambda one: _trend(one.follow_up.trend)),
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
