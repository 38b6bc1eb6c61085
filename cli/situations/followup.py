"""Follow-up of situations, as `unc situations` shows it."""

from dataclasses import asdict

from cli.terminal.console import Console, table
from cli.terminal.output import Common, print_json
from mappings.report.display import show_decimal
from settings import load_settings
from steps.follow.followup import Followed, followed
from steps.judge.situations import place_reports
from steps.wiring.services import open_services
from triage.situations.followup import Delays
from triage.situations.trends import BeforeAfter, Trend

_DEFAULT = Common()
_ARROWS = {"up": "en hausse", "down": "en baisse", "none": "sans écart établi"}


def follow(*, common: Common = _DEFAULT) -> int:
    """Montrer le suivi : mesures des entreprises, délais, effet, tendance.

    L'indicateur annuel est au registre : « unc registre years ».

    Tendance : test de Mann-Kendall sur les signalements par mois. Effet d'une mesure : test exact
    de Przyborowski et Wilenski sur les signalements avant et après, à durées égales. Seuil : 5 %.
    """
    with open_services(load_settings()) as services:
        place_reports(services)
        found = followed(services)
    if common.json:
        print_json({"situations": [asdict(one) for one in found.follow_ups]})
        return 0
    _print(found)
    return 0


def _print(found: Followed) -> None:
    out = Console()
    rows = [
        (
            one.id,
            one.taken,
            one.planned,
            show_median(one.days_to_report),
            show_days_to_measure(one.days_to_measure),
            _effect(one.effect),
            _trend(one.trend),
        )
        for one in found.follow_ups
    ]
    columns = ["Situation", "Prises", "Projets", "Jours au dépôt", "Jours à la mesure"]
    out.print(table("Suivi", [*columns, "Avant → après", "Tendance"], rows))


def show_median(found: Delays) -> str:
    """Half of the delays take no longer."""
    if found.median is None:
        return "–"
    return show_decimal(found.median, places=1).removesuffix(",0")


def show_days_to_measure(days: int | None) -> str:
    """A measure may come before the company became aware of the use that is reported."""
    if days is None:
        return "–"
    return str(days) if days >= 0 else "avant la connaissance"


def _effect(found: BeforeAfter | None) -> str:
    if found is None or found.p_value is None:
        return "–"
    return f"{found.before} → {found.after} ({_ARROWS[found.direction]})"


def _trend(found: Trend) -> str:
    return "–" if found.p_value is None else _ARROWS[found.direction]
