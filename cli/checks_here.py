"""What `unc doctor` looks at on this side: files, database, disk, token's age, Prefect."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import requests

from cli.check import Check
from cli.checks_files import checks_files
from flows.token_age import token_end, token_warning
from settings import Settings
from store.errors import StoreError
from store.repository import is_new, open_store

LOW_MB = 1_000
"""Less free disk than this is told: workbooks and attachments grow."""
FULL_MB = 50
_PREFECT_SECONDS = 5.0


def checks_here(settings: Settings) -> Iterator[Check]:
    """Everything that needs no access to DS."""
    yield from checks_files(settings)
    yield _database(settings)
    yield from _folder("Dossier des exports", "UNC_EXPORT_DIR", folder=settings.exports())
    yield from _folder("Dossier de travail", "UNC_HOME", folder=settings.home.absolute())
    yield _token_age(settings)
    yield _prefect()


def _database(settings: Settings) -> Check:
    name = "Base de données"
    try:
        if is_new(settings.database()):
            return Check(name, "ok", "vide : le premier passage la prépare")
        with open_store(settings.database()) as store:
            store.require_current()
    except StoreError as error:
        return Check(name, "bloquant", str(error))
    return Check(name, "ok", "ouverte et à jour")


def _folder(name: str, setting: str, *, folder: Path) -> Iterator[Check]:
    existing = next(path for path in (folder, *folder.parents) if path.exists())
    if not os.access(existing, os.W_OK):
        yield Check(
            name,
            "bloquant",
            f"{setting} : {existing} n'est pas accessible en écriture ; donnez-en le droit à ce"
            " compte, ou changez de dossier.",
        )
        return
    free = shutil.disk_usage(existing).free // 1_000_000
    if free < LOW_MB:
        yield Check(
            name,
            "bloquant" if free < FULL_MB else "à voir",
            f"{setting} : il reste {free} Mo sur le disque de {existing} ; libérez de la place, ou"
            " réduisez UNC_EXPORT_RETENTION_DAYS.",
        )
        return
    yield Check(name, "ok", f"{folder} ({free // 1000} Go libres)")


def _token_age(settings: Settings) -> Check:
    name = "Fin du jeton"
    warning, end = token_warning(settings), token_end(settings)
    if warning:
        return Check(name, "à voir", warning)
    if end is None:
        text = "DS ne la dit pas : donnez UNC_DS_TOKEN_SINCE pour être prévenu un mois avant"
        return Check(name, "ok", text)
    return Check(name, "ok", f"le {end:%d/%m/%Y}")


def _prefect() -> Check:
    """Where the flows are run from, when this process is told of a server."""
    name, address = "Prefect", os.environ.get("PREFECT_API_URL")
    if not address:
        return Check(
            name, "ok", "pas de serveur indiqué (PREFECT_API_URL) : « unc run » s'en passe"
        )
    try:
        answer = requests.get(f"{address.rstrip('/')}/health", timeout=_PREFECT_SECONDS)
    except requests.RequestException:
        answer = None
    if answer is None or not answer.ok:
        return Check(
            name,
            "bloquant",
            "PREFECT_API_URL : le serveur ne répond pas ; démarrez-le (systemctl start"
            " unc-prefect) ou corrigez l'adresse. « unc run » fonctionne sans lui.",
        )
    return Check(name, "ok", "le serveur répond")
