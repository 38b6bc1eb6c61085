"""Follow-up of situations and consumption signals, as `unc situations` shows them."""

from dataclasses import asdict

from rich.console import Console

from cli.output import Common, print_json, table
from flows.followup import Consumed, Followed, consumed, followed
from flows.judge import stored_revisions
from flows.services import open_services
from flows.situations import place_reports
from mappings.display import show
from settings import load_settings
from triage.consumption import METHOD
from triage.trends import BeforeAfter, Trend

_DEFAULT = Common()
_ARROWS = {"up": "en hausse", "down": "en baisse", "none": "sans écart établi"}


def follow(*, common: Common = _DEFAULT) -> int:
    """Montrer le suivi : part des situations avec une mesure dans l'année, délais, effet, tendance.

    Tendance : test de Mann-Kendall sur les signalements par mois. Effet d'une mesure : test exact
    de Przyborowski et Wilenski sur les signalements avant et après, à durées égales. Seuil : 5 %.
    """
    with open_services(load_settings()) as services:
        place_reports(services, stored_revisions(services))
        found = followed(services)
    if common.json:
        years = [{**asdict(one), "share": one.share} for one in found.years]
        print_json({"years": years, "situations": [asdict(one) for one in found.follow_ups]})
        return 0
    _print(found)
    return 0


def consumption(*, common: Common = _DEFAULT) -> int:
    """Montrer les substances dont la consommation s'écarte de son passé, et leurs situations.

    Les tables (Open Medic, une par année) sont lues dans UNC_HOME/consommation.
    """
    with open_services(load_settings()) as services:
        place_reports(services, stored_revisions(services))
        found, situations = consumed(services), followed(services).facts
    beside = {
        signal.substance: [one.id for one in situations if signal.substance in one.substances]
        for signal in found.signals
    }
    if common.json:
        signals = [{**asdict(one), "situations": beside[one.substance]} for one in found.signals]
        gaps = [{**asdict(one), "ratio": one.ratio} for one in found.gaps]
        print_json({"method": METHOD, "years": found.years, "signals": signals, "gaps": gaps})
        return 0
    _print_consumed(found, beside)
    return 0


def _print(found: Followed) -> None:
    out = Console()
    years = [
        (one.year, one.situations, one.with_measure, f"{round(100 * one.share)} %")
        for one in found.years
    ]
    columns = ["Année", "Situations identifiées", "Avec une mesure prise dans l'année", "Part"]
    out.print(table("Situations suivies d'une mesure", columns, years))
    rows = [
        (
            one.id,
            one.taken,
            one.planned,
            "–" if one.days_to_report.median is None else f"{one.days_to_report.median:g}",
            "–" if one.days_to_measure is None else one.days_to_measure,
            _effect(one.effect),
            _trend(one.trend),
        )
        for one in found.follow_ups
    ]
    columns = ["Situation", "Prises", "Projets", "Jours au dépôt", "Jours à la mesure"]
    out.print(table("Suivi", [*columns, "Avant → après", "Tendance"], rows))


def _print_consumed(found: Consumed, beside: dict[str, list[str]]) -> None:
    out = Console()
    if not found.years and not found.gaps:
        out.print("Aucune table de consommation dans UNC_HOME/consommation.")
        return
    out.print(f"Années lues : {', '.join(map(str, found.years))}. {METHOD}.", highlight=False)
    rows = [
        (
            one.substance,
            one.year,
            show(one.boxes),
            f"{show(one.low)} à {show(one.high)}",
            _probability(one.p_value),
            ", ".join(beside[one.substance]) or "–",
        )
        for one in found.signals
    ]
    columns = ["Substance", "Année", "Boîtes", "Attendu (95 %)", "p", "Situations"]
    out.print(table(f"{len(rows)} signal(aux) de consommation", columns, rows))
    gaps = [
        (
            one.substance,
            show(one.target),
            show(one.reached),
            "–" if one.ratio is None else f"{one.ratio:.2f}".replace(".", ","),
        )
        for one in found.gaps
    ]
    if gaps:
        columns = ["Substance", "Population cible", "Population rejointe", "Rapport"]
        out.print(table("Population cible et population rejointe", columns, gaps))


def _effect(found: BeforeAfter | None) -> str:
    if found is None or found.p_value is None:
        return "–"
    return f"{found.before} → {found.after} ({_ARROWS[found.direction]})"


def _trend(found: Trend) -> str:
    return "–" if found.p_value is None else _ARROWS[found.direction]


def _probability(value: float) -> str:
    least = 0.001
    return "< 0,001" if value < least else f"{value:.3f}".replace(".", ",")
