"""Consumption signals and the situations of their substances, as `unc situations` shows them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from rich.table import Table

from cli.terminal.console import Console, table
from cli.terminal.output import Common, print_json
from french.text import agreed
from mappings.report.display import show, show_decimal, show_rate
from settings import load_settings
from steps.follow.consumption import Consumed, consumed
from steps.judge.situations import by_substance, place_reports
from steps.wiring.services import open_services
from triage.consumption.profile import SCOPE
from triage.consumption.signals import FEWEST_YEARS, METHOD

_DEFAULT = Common()
NOT_LOADED = "Aucune table de consommation chargée : unc conso load FICHIER."
Beside = Mapping[str, Sequence[str]]
"""Situations of each substance."""


def consumption(*, common: Common = _DEFAULT) -> int:
    """Montrer les substances dont la consommation s'écarte de son passé, et leurs situations.

    Les tables (Open Medic, une par année) sont celles que `unc conso load` a lues.
    """
    with open_services(load_settings()) as services:
        place_reports(services)
        found, beside = consumed(services), by_substance(services)
    if common.json:
        print_json({"method": METHOD, **plain(found, beside)})
        return 0
    out = Console()
    for name in found.unloaded:
        path = f"UNC_HOME/consommation/{name}"
        out.print(f"{path} n'est pas chargé : unc conso load {path}", highlight=False)
    if not found.years and not found.gaps:
        out.print(NOT_LOADED)
        return 0
    out.print(f"Années lues : {_years(found)}. {METHOD}.", highlight=False)
    for one in consumption_tables(found, beside):
        out.print(one, highlight=False)
    return 0


def plain(found: Consumed, beside: Beside) -> dict[str, Any]:
    """What the tables say, for programs."""
    return {
        "years": found.years,
        "sources": found.sources,
        "unloaded": found.unloaded,
        "past_years": found.past_years,
        "past_years_needed": FEWEST_YEARS,
        "signals": [
            {
                **asdict(one),
                "established": one.established,
                "situations": beside.get(one.substance, ()),
            }
            for one in found.signals
        ],
        "gaps": [
            {**asdict(one), "ratio": one.ratio, "situations": beside.get(one.substance, ())}
            for one in found.gaps
        ],
    }


def consumption_tables(found: Consumed, beside: Beside) -> Iterator[Table | str]:
    """What the tables say, for people: signals (or why there can be none), then gaps."""
    if found.sources:
        yield f"Source : {' ; '.join(found.sources)}. {SCOPE}"
    if found.can_judge:
        yield _signals(found, beside)
    else:
        yield (
            f"Signaux de consommation non calculés : il faut au moins {FEWEST_YEARS} années avant"
            f" la dernière, et il y en a {found.past_years} (unc conso load)."
        )
    if found.gaps:
        yield gaps_table(found, beside)


def _signals(found: Consumed, beside: Beside) -> Table:
    rows = [
        (
            one.substance,
            one.year,
            show(one.boxes),
            f"{show(one.low)} à {show(one.high)}",
            show_rate(one.p_value),
            f"{show_rate(one.q_value)}{'' if one.established else ' (hasard ?)'}",
            _listed(beside.get(one.substance, ())),
        )
        for one in found.signals
    ]
    columns = ["Substance", "Année", "Boîtes", "Attendu (95 %)", "p", "q", "Situations"]
    title = f"{len(rows)} signal(aux) de consommation"
    if found.signals:
        title += f", sur {agreed(found.signals[0].judged, 'substance jugée')}"
    return table(title, columns, rows)


def gaps_table(found: Consumed, beside: Beside) -> Table:
    """Target and reached populations, as staff gave them."""
    rows = [
        (
            one.substance,
            show(one.target),
            show(one.reached),
            "–" if one.ratio is None else show_decimal(one.ratio, places=2),
            _listed(beside.get(one.substance, ())),
        )
        for one in found.gaps
    ]
    columns = ["Substance", "Population cible", "Population rejointe", "Rapport", "Situations"]
    return table("Population cible et population rejointe", columns, rows)


def _listed(situations: Sequence[str]) -> str:
    return ", ".join(situations) or "–"


def _years(found: Consumed) -> str:
    return ", ".join(map(str, found.years)) or "aucune"
