"""The Prefect server that this process is told of."""

import os
import time
from urllib.parse import urlsplit

import requests

from cli.terminal.output import say
from settings import SettingsError

_START_SECONDS = 90
"""How long a server that was just started is waited for."""
_ANSWER_SECONDS = 5.0


def server_address() -> str:
    """Its address, as ``PREFECT_API_URL`` gives it.

    Raises:
        SettingsError: It is not given, or is no address.
    """
    given = os.environ.get("PREFECT_API_URL", "").strip()
    if not given:
        raise SettingsError(
            "PREFECT_API_URL manque : donnez l'adresse du serveur Prefect, par exemple"
            " http://127.0.0.1:4200/api (docs/exploitation.md § 2). Sans Prefect : unc run."
        )
    try:
        parts = urlsplit(given)
        usable = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise SettingsError(
            "PREFECT_API_URL : valeur refusée (une adresse http:// ou https:// est attendue, par"
            " exemple http://127.0.0.1:4200/api)."
        )
    return given


def wait_for(address: str) -> None:
    """Wait until a server that may just have been started answers.

    Raises:
        SettingsError: None does.
    """
    until, waiting = time.monotonic() + _START_SECONDS, False
    while not _answers(address):
        if time.monotonic() > until:
            raise SettingsError(
                "PREFECT_API_URL : aucun serveur Prefect n'y répond ; démarrez-le (systemctl start"
                " unc-prefect) ou corrigez l'adresse."
            )
        if not waiting:
            say(f"Le serveur Prefect ne répond pas encore : attente, {_START_SECONDS} s au plus.")
        waiting = True
        time.sleep(1)


def _answers(address: str) -> bool:
    try:
        return requests.get(f"{address.rstrip('/')}/health", timeout=_ANSWER_SECONDS).ok
    except requests.RequestException:
        return False
