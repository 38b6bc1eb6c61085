"""The effect of a measure in French, the same on every page."""

from collections.abc import Iterator

from french.text import agreed, typographic
from mappings.report.display import show, show_chance, show_decimal
from triage.registre.effect.effect import NOT_ONE_CAUSE, Effect, ReportsEffect, UseEffect


def told_reports(found: ReportsEffect) -> str:
    """Reports: counts, verdict, and whether anything else happened."""
    counts = found.counts
    if not counts.days:
        return typographic("signalements : pas de période à comparer, avant et après")
    told = (
        f"signalements : {counts.before} avant, {counts.after} après, sur {counts.days} jours de"
        f" part et d'autre : {found.verdict}"
    )
    if counts.p_value is not None and found.verdict != "trop peu pour conclure":
        told += f" ({show_chance('p', counts.p_value)})"
    return typographic(told + (f", {NOT_ONE_CAUSE}" if found.causes else ""))


def told_use(found: UseEffect) -> str:
    """Boxes or patients: means, change, and what the regression says."""
    told = (
        f"{found.unit} : {show(round(found.before))} avant, {show(round(found.after))} après"
        f" ({_share(found.change)}), {agreed(found.periods, 'période')} de part et d'autre"
    )
    model = found.model
    if model is not None:
        low, high = (_share(model.share(one)) for one in (model.low, model.high))
        change = _share(model.share(model.change))
        told += (
            f" ; écart à la tendance d'avant : {change} (intervalle à 95 % : {low} à {high}) :"
            f" {found.verdict}"
        )
    elif found.unit.endswith("mois"):
        told += " ; moins de 12 mois d'un côté : pas de régression"
    return typographic(told + (f", {NOT_ONE_CAUSE}" if found.causes else ""))


def told_lines(found: Effect) -> Iterator[str]:
    """Every figure of an effect, then what must be read with them."""
    yield told_reports(found.reports)
    for use in found.uses:
        yield told_use(use)
    yield from map(typographic, found.cautions)


def verdict_of(found: Effect) -> str:
    """The verdict alone, without a figure: what may be told outside the agency."""
    told = found.reports.verdict
    return f"{told}, {NOT_ONE_CAUSE}" if found.reports.causes else told


def _share(value: float | None) -> str:
    if value is None:
        return "–"
    return f"{'+' if value >= 0 else '−'}{show_decimal(abs(value) * 100, places=0)} %"
