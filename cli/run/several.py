"""A command on each démarche that this installation follows."""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from cli.terminal.output import Common, explain, print_json, say
from settings import Settings
from steps.wiring.failures import KNOWN
from steps.wiring.services import each_demarche
from steps.wiring.summary import Summary

Work: TypeAlias = Callable[[Settings, Summary], None]
Finish: TypeAlias = Callable[[Summary, Common], int]


def for_each(
    work: Work, common: Common, *, finish: Finish, troubles: Callable[[Summary], int]
) -> int:
    """Work on each démarche and tell what was done; one that fails holds no other up.

    With ``--json`` and several démarches: the sums, and the counts of each under ``demarches``.

    Args:
        work: What to do.
        common: Options of the command.
        finish: Shows what was done on one démarche and returns its exit code.
        troubles: The same, but names only what needs a human.
    """
    every = each_demarche()
    if len(every) == 1:
        summary = Summary()
        try:
            work(every[0], summary)
        except KNOWN:
            troubles(summary)  # what was set aside before it failed
            raise
        return finish(summary, common)
    codes: list[int] = []
    told: dict[str, dict[str, Any]] = {}
    for settings in every:
        name, summary = str(settings.demarche), Summary()
        say(f"Démarche {name}")
        try:
            work(settings, summary)
        except KNOWN as error:
            troubles(summary)
            say(explain(error))
            codes.append(2)
            told[name] = {"error": explain(error)}
        else:
            codes.append(troubles(summary) if common.json else finish(summary, common))
            told[name] = summary.json()
    if common.json:
        print_json({**_sums(told), "demarches": told})
    return max(codes)


def _sums(told: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    total: dict[str, Any] = {name: 0 for name, value in Summary().json().items() if value == 0}
    total["workbooks"] = []
    for counts in told.values():
        for name in total.keys() & counts.keys():
            total[name] += counts[name]
    return total
