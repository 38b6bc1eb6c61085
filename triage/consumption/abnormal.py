"""Which substances are consumed abnormally, each with what shows it: an input of priorities."""

from collections.abc import Iterable, Mapping

from mappings.report.display import show, show_chance
from triage.consumption.signals import ConsumptionSignal


def abnormal(signals: Iterable[ConsumptionSignal], *, source: str) -> Mapping[str, str]:
    """What shows, in French, that a substance is consumed more than its past foretells.

    It is so beyond what chance does among all the substances that were judged.

    Args:
        signals: Substances that depart from their past.
        source: Edition of the figures, as it is cited.

    Returns:
        By substance in normal form; one that is not there is not consumed abnormally.
    """
    cited = f" ; {source}" if source else ""
    return {
        one.substance: (
            f"{one.substance} : {show(one.boxes)} boîtes en {one.year}, {show(one.low)} à"
            f" {show(one.high)} prévues ({show_chance('q', one.q_value)}{cited})"
        )
        for one in signals
        if one.grows
    }
