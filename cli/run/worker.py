"""`unc worker`: does what Prefect plans, and ends without cutting anything."""

import signal
import socket
import time
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from cli.terminal.output import Common, print_json, say
from cli.terminal.parsing import Count
from cli.terminal.prefect_server import server_address
from mappings.report.display import show
from settings import load_settings

_DEFAULT = Common()
_DRAIN_SECONDS = 600
_SILENT_SECONDS = 60
"""A worker that has said nothing for so long hangs: it says that it lives every five seconds."""


def worker(
    *,
    name: str | None = None,
    pool: str = "unc",
    drain_seconds: Count = _DRAIN_SECONDS,
    alive: Annotated[bool, Parameter(negative=())] = False,
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
        alive: Dire seulement si le worker de ce nom est vivant (code 0) ou non (code 1).
    """
    name = name or socket.gethostname()
    if alive:
        return _is_alive(name, common)
    server_address()
    # Before any thread is made, since each inherits it: flows.worker waits for it.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    from flows.worker import work  # Prefect is slow to import

    as_told = work(name=name, pool=pool, drain_seconds=drain_seconds, alive=_file_of(name), say=say)
    if common.json:
        print_json({"stopped": as_told})
    if not as_told:
        say("Le worker s'est arrêté de lui-même : le serveur Prefect ne répond plus ; unc doctor.")
    return 0 if as_told else 1


def _file_of(name: str) -> Path:
    """What a worker touches while it lives."""
    known = "".join(sign if sign.isalnum() or sign in "-_." else "_" for sign in name)
    return load_settings().home / "workers" / f"{known}.vivant"


def _is_alive(name: str, common: Common) -> int:
    try:
        silent = max(0.0, time.time() - _file_of(name).stat().st_mtime)
    except OSError:
        silent = None
    lives = silent is not None and silent <= _SILENT_SECONDS
    if common.json:
        print_json({"name": name, "alive": lives, "silent_seconds": silent})
    elif lives:
        say(f"Worker {name} : vivant.")
    if not lives:
        since = "pas lancé, ou arrêté" if silent is None else f"muet depuis {show(round(silent))} s"
        say(f"Worker {name} : pas vivant ({since}).")
    return 0 if lives else 1
