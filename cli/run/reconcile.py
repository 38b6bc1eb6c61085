"""`unc reconcile`: compare the whole démarche with the store, and repair the store."""

from cli.run.several import for_each
from cli.run.summary import name_troubles
from cli.terminal.console import Console
from cli.terminal.output import Common, print_json, progress
from french.text import agreed
from settings import Settings
from steps.read.reconcile import reconcile as compare
from steps.wiring.services import connect
from steps.wiring.summary import Summary

_DEFAULT = Common()


def reconcile(*, common: Common = _DEFAULT) -> int:
    """Rapprocher la copie de toute la démarche, et la réparer : zéro écart est la bonne valeur."""
    return for_each(_compare, common, finish=_finish, troubles=name_troubles)


def _compare(settings: Settings, summary: Summary) -> None:
    with progress() as tell, connect(settings, tell=tell) as services:
        compare(services, summary)
        summary.requests = services.transport.requests_sent


def _finish(summary: Summary, common: Common) -> int:
    repaired = sorted(summary.drift)
    if common.json:
        print_json({**summary.json(), "drift": len(repaired), "repaired": repaired})
    elif repaired:
        listed = ", ".join(map(str, repaired))
        Console().print(f"{agreed(len(repaired), 'écart réparé')} : {listed}", highlight=False)
    else:
        Console().print("Aucun écart : la copie est celle de la démarche.")
    return name_troubles(summary)
