"""The figures of `Synthèse`, from the dossiers that its reader may read. Pure."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial
from statistics import median

from exports.cells import Content, paris
from exports.readers.dossiers import WorkbookDossiers
from exports.readers.facts import DossierFact
from exports.readers.reading import Reading
from exports.sheets.blocks import Block, by_month, by_nature, by_status, by_year
from exports.sheets.columns import Figures, Format
from french.text import typographic
from mappings.report.model import Answer
from triage.registre.years.indicator import YearFigure
from triage.verdict.model import Status

__all__ = ["Block", "Figure", "Synthesis", "synthesise"]


WITH_MEASURE: DossierFact[bool] = DossierFact("measure taken", bool)
WITH_DECLARANT: DossierFact[bool] = DossierFact("with the declarant", bool)
DEPOSITED_ON: DossierFact[date] = DossierFact("day of deposit", date)
DELAY: DossierFact[int | None] = DossierFact("days to report", int | None)
REPORTED_CASES: DossierFact[int | None] = DossierFact("cases", int | None)
CASES_HIDDEN: DossierFact[bool] = DossierFact("cases hidden", bool)
_BEYOND = (
    ("Dossiers d'outre-mer sans centre", "outre-mer", "de collectivités d'outre-mer"),
    ("Dossiers de l'étranger", "étranger", "de l'étranger seulement"),
)
"""Where they are from, as :class:`exports.sheets.centres.AssignmentReason` says it."""
_MOST_HOURS = 72
"""A longer delay is told in days."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure with its name, and its definition for `Dictionnaire`."""

    name: str
    value: Content
    format: Format = "entier"
    meaning: str = ""


@dataclass(frozen=True, slots=True)
class Synthesis:
    """All the figures of a workbook."""

    figures: tuple[Figure, ...]
    blocks: tuple[Block, ...]


def synthesise(
    readings: Sequence[Reading],
    *,
    origins: Figures,
    below: int,
    years: Sequence[YearFigure] = (),
    live_since: datetime | None = None,
) -> Synthesis:
    """Work out the figures.

    Args:
        readings: Dossiers of the workbook.
        origins: Fields that they are drawn from.
        below: Counts under it are hidden outside the agency.
        years: The annual indicator of the register; none outside the agency.
        live_since: When the bridge reached its first verdict: no delay of its own is older.
    """
    readings = WorkbookDossiers.of(readings)
    figures = (
        *_dossiers(readings),
        *(_awareness(readings, origins) if origins.awareness else ()),
        *_delays(readings, live_since),
        *(_measures(readings, origins) if origins.measures else ()),
        *_within_the_year(years),
        *(_cases(readings, origins, below=below) if origins.cases else ()),
    )
    blocks = (
        by_status(readings),
        *([by_nature(readings, origins)] if origins.nature else ()),
        *([by_year(years)] if years else ()),
        by_month(_days(readings)),
    )
    return Synthesis(
        tuple(replace(one, name=typographic(one.name)) for one in figures),
        tuple(one.printed for one in blocks),
    )


def _dossiers(readings: WorkbookDossiers) -> tuple[Figure, ...]:
    statuses = Counter(readings.each("status", lambda one: one.decision.status))
    told = readings.each("score", lambda one: one.summary.score)
    scores = [score for score in told if score is not None]
    first = Counter(readings.each("priority or blank", lambda one: one.decision.priority or ""))
    beyond = Counter(readings.each("beyond", lambda one: one.beyond))
    days = _days(readings)
    return (
        Figure("Premier dépôt", days[0] if days else None, "date", "Jour du plus ancien dépôt."),
        Figure("Dernier dépôt", days[-1] if days else None, "date", "Jour du plus récent dépôt."),
        Figure("Dossiers", len(readings), meaning="Dossiers de ce classeur."),
        Figure(
            "Dossiers complets",
            statuses[Status.COMPLET],
            meaning="Aucun élément obligatoire n'est absent ou invalide.",
        ),
        Figure(
            "Dossiers à compléter ou à préciser par le déclarant",
            sum(readings.each("asked", _with_declarant)),
            meaning="Statut « À compléter » ou « À préciser » : un élément obligatoire, ou une"
            " question de recevabilité, attend le déclarant (ce que le formulaire ne demande pas,"
            " ou qui n'est pas lu, attend l'agence, et n'est pas compté). « À traiter » compte"
            " autre chose : ce qui attend les lecteurs de ce classeur.",
        ),
        Figure(
            "Dossiers sans centre",
            sum(readings.each("nowhere", lambda one: one.nowhere)),
            meaning="Dossiers que ni leur territoire ni un rapporteur ne rattache à un centre ;"
            " l'outre-mer sans centre et l'étranger sont comptés à part.",
        ),
        *(
            Figure(
                name,
                beyond[ground],
                meaning=f"Dossiers {told}, qu'aucun centre de la table ne suit et qu'aucun"
                " rapporteur n'a reçus.",
            )
            for name, ground, told in _BEYOND
            if beyond[ground]
        ),
        Figure("Dossiers de priorité P1", first["P1"], meaning="Priorité la plus haute."),
        _completeness(scores, asks_all=all(one.context.asks_all for one in readings[:1])),
    )


def _completeness(scores: Sequence[int], *, asks_all: bool) -> Figure:
    """The median, said for what it is where the form does not ask all that a score counts."""
    if asks_all:
        return Figure("Complétude médiane", _rounded(scores), "pourcent", "Médiane des scores.")
    return Figure(
        "Complétude médiane de ce qui est demandé",
        _rounded(scores),
        "pourcent",
        "Médiane des scores. Le formulaire ne demande pas tout ce qu'ils comptent : sur combien"
        " d'éléments porte chacun est dit à côté de « Niveau de complétude ».",
    )


def _awareness(readings: WorkbookDossiers, origins: Figures) -> Iterator[Figure]:
    yield Figure(
        "Délai médian entre connaissance et dépôt (jours)",
        _delay(readings, origins),
        meaning="De la date de connaissance déclarée au dépôt ; une date de connaissance"
        " postérieure au dépôt, ou impossible (avant 1990), n'est pas comptée.",
    )


def _delays(readings: WorkbookDossiers, live_since: datetime | None) -> tuple[Figure, ...]:
    told = readings.each("hours to check", partial(_hours_to_check, live_since=live_since))
    checks = [hours for hours in told if hours is not None]
    late = bool(checks) and median(checks) > _MOST_HOURS
    unit, hours = ("jours", 24) if late else ("heures", 1)
    answers = [days for told in readings.each("days to answer", _days_to_answer) for days in told]
    return (
        Figure(
            f"Délai médian entre dépôt et première vérification ({unit})",
            _rounded([max(0.0, one) / hours for one in checks]),
            meaning="Du dépôt au premier verdict de la passerelle ; un dossier déposé avant sa"
            " mise en service (son tout premier verdict) compte depuis elle.",
        ),
        Figure(
            "Délai médian entre demande de correction et nouveau dépôt (jours)",
            _rounded(answers),
            meaning="De chaque demande de correction au nouvel envoi du déclarant ; une demande"
            " encore sans réponse n'est pas comptée.",
        ),
    )


def _hours_to_check(reading: Reading, live_since: datetime | None) -> float | None:
    checked, deposited = reading.entry.first_checked_at, reading.summary.deposited_at
    if checked is None:
        return None
    return (checked - max(deposited, live_since or deposited)) / timedelta(hours=1)


def _days_to_answer(reading: Reading) -> list[int]:
    return [(_day(answered) - _day(asked)).days for asked, answered in reading.entry.corrected]


def _measures(readings: WorkbookDossiers, origins: Figures) -> tuple[Figure, ...]:
    measured = readings.each("measure taken", lambda one: taken(one, origins))
    named = readings.each("situation", lambda one: one.entry.situation)
    situations: dict[str, bool] = {}
    for name, is_measured in zip(named, measured, strict=True):
        if name:
            situations[name] = situations.get(name, False) or is_measured
    return (
        Figure(
            "Part des dossiers avec une mesure prise",
            _share(measured),
            "pourcent",
            "Dossiers qui déclarent au moins une mesure prise (et non en projet), parmi ceux de ce"
            " classeur.",
        ),
        Figure(
            "Situations",
            len(situations),
            meaning="Regroupements de signalements du même usage, présents dans ce classeur.",
        ),
        Figure(
            "Part des situations avec une mesure prise",
            _share(list(situations.values())),
            "pourcent",
            "Situations dont un signalement de ce classeur déclare une mesure de réduction du"
            " risque prise (et non en projet).",
        ),
    )


def _within_the_year(years: Sequence[YearFigure]) -> Iterator[Figure]:
    """The agency's published indicator (2017: 74 situations, 70 %), of the last year."""
    for one in years[-1:]:
        frozen = f" Année arrêtée le {one.frozen_on:%d/%m/%Y}." if one.frozen_on else " Provisoire."
        yield Figure(
            f"Situations identifiées en {one.year}",
            len(one.identified),
            meaning="Situations du registre dont la première validation est de l'année, ni écartées"
            f" ni fondues au 31 décembre.{frozen}",
        )
        yield Figure(
            f"Part des situations de {one.year} avec une mesure de l'agence dans l'année",
            one.share,
            "pourcent",
            "Parmi elles, celles qui ont une mesure de l'agence, prise ou exigée, d'un type qui"
            " réduit le risque, mise en œuvre la même année ; les mesures des"
            " entreprises n'y comptent jamais. Indicateur publié par l'agence : 70 % de 74"
            f" situations en 2017.{frozen}",
        )
        yield Figure(
            f"Situations de {one.year} en cours d'évaluation au 31 décembre",
            one.under_evaluation,
            meaning=f"Celles qui n'ont ni une telle mesure, ni une clôture à cette date.{frozen}",
        )
        yield Figure(
            f"Situations de {one.year} closes sans mesure",
            len(one.closed),
            meaning="Closes au 31 décembre sans une telle mesure : sauf à zéro, « les autres en"
            f" cours d'évaluation » serait faux.{frozen}",
        )


def taken(reading: Reading, origins: Figures) -> bool:
    """Whether a dossier declares a measure that was taken: planned ones stay at the agency."""

    def found(one: Reading) -> bool:
        states = (
            one.cell(row, field=origins.measures, name=origins.measure_state)
            for row in one.rows(origins.measures)
        )
        return any(isinstance(one, Answer) and one.value in origins.taken for one in states)

    return reading.told(WITH_MEASURE, found)


def deposited_on(reading: Reading) -> date:
    """Day of deposit, Paris."""
    return reading.told(DEPOSITED_ON, lambda one: _day(one.summary.deposited_at))


def _days(readings: WorkbookDossiers) -> list[date]:
    return sorted(readings.each("day", deposited_on))


def _with_declarant(reading: Reading) -> bool:
    """Whether a declarant can give what is lacking."""

    def found(one: Reading) -> bool:
        lacking = one.decision.status in {Status.A_COMPLETER, Status.A_PRECISER}
        return lacking and not one.entry.assessment.for_agency

    return reading.told(WITH_DECLARANT, found)


def _delay(readings: WorkbookDossiers, origins: Figures) -> Content:
    work = partial(_days_to_report, origins=origins)
    delays = readings.each("days to report", lambda one: one.told(DELAY, work))
    return _rounded([delay for delay in delays if delay is not None])


def _days_to_report(reading: Reading, origins: Figures) -> int | None:
    shown = reading.answer(origins.awareness)
    known = shown.value if isinstance(shown, Answer) else None
    if origins.awareness in _impossible(reading):
        return None
    if not isinstance(known, date) or isinstance(known, datetime):
        return None
    delay = (deposited_on(reading) - known).days
    return delay if delay >= 0 else None


def _impossible(reading: Reading) -> set[str]:
    """Answers that are warned of as impossible: nothing is worked out from them."""
    warnings = reading.entry.assessment.warnings
    return {name for one in warnings if one.impossible for name in one.fields}


def _share(flags: Sequence[bool]) -> Content:
    return (200 * sum(flags) + len(flags)) // (2 * len(flags)) if flags else None


def _cases(readings: WorkbookDossiers, origins: Figures, *, below: int) -> Iterator[Figure]:
    """Sum of cases. Outside the agency only counts that are shown are added, and it says so."""
    counts = readings.each(
        "cases", lambda one: one.told(REPORTED_CASES, lambda it: it.count(origins.cases))
    )
    work = partial(_hidden, origins=origins)
    hidden = sum(readings.each("cases hidden", lambda one: one.told(CASES_HIDDEN, work)))
    total = sum(count for count in counts if count is not None and count > 0)
    name = "Cas d'effets indésirables rapportés"
    if hidden:
        name += f", hors dossiers à moins de {below} cas"
    yield Figure(name, total, meaning="Somme des cas déclarés que le lecteur peut lire.")


def _hidden(reading: Reading, origins: Figures) -> bool:
    return not isinstance(reading.answer(origins.cases), Answer)


def _rounded(values: Sequence[float]) -> Content:
    return int(median(values) + 0.5) if values else None


def _day(moment: datetime) -> date:
    return paris(moment).date()
