"""`unc worker`: does what Prefect plans, and ends without cutting anything."""

import os
import signal
import socket

from cli.terminal.output import Common, print_json, say
from cli.terminal.parsing import Count
from settings import SettingsError

_DEFAULT = Common()
_DRAIN_SECONDS = 600


def worker(
    *,
    name: str | None = None,
    pool: str = "unc",
    drain_seconds: Count = _DRAIN_SECONDS,
    common: Common = _DEFAULT,
) -> int:
    """Faire les passages que Prefect planifie ; arrêté, laisser finir celui qui est en cours.

    Ctrl-C ou SIGTERM : plus aucun passage n'est pris, et la commande finit avec celui qui est en
    cours.

    Args:
        name: Son nom, propre à lui ; par défaut celui de la machine.
        pool: File de Prefect dont il prend les passages.
        drain_seconds: Secondes après lesquelles il est demandé au passage en cours de s'arrêter,
            entre deux dossiers ; le suivant reprend.
    """
    if not os.environ.get("PREFECT_API_URL"):
        raise SettingsError(
            "PREFECT_API_URL manque : donnez l'adresse du serveur Prefect, par exemple"
            " http://127.0.0.1:4200/api. Sans Prefect : unc run."
        )
    # Before any thread is made, since each inherits it: flows.worker waits for it.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    from flows.worker import work  # Prefect is slow to import

    as_told = work(
        name=name or socket.gethostname(), pool=pool, drain_seconds=drain_seconds, say=say
    )
    if common.json:
        print_json({"stopped": as_told})
    if not as_told:
        say("Le worker s'est arrêté de lui-même : le serveur Prefect ne répond plus ; unc doctor.")
    return 0 if as_told else 1
