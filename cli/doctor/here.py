"""What `unc doctor` looks at on this side: files, database, disk, token's age."""

import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryFile

from cli.doctor.check import Check
from cli.doctor.files import checks_files
from settings import Settings
from steps.wiring.inputs import token_of
from steps.wiring.memory import place_of, require_no_trace
from steps.wiring.token_age import token_end, token_warning
from store.database.errors import StoreError
from store.repository import is_new, open_store

LOW_MB = 1_000
"""Less free disk than this is told: workbooks and attachments grow."""
FULL_MB = 50


def checks_here(settings: Settings) -> Iterator[Check]:
    """Everything that needs no access to DS."""
    yield from checks_files(settings)
    yield _database(settings)
    yield from _folder("Dossier des exports", "UNC_EXPORT_DIR", folder=settings.exports())
    yield from _folder("Dossier de travail", "UNC_HOME", folder=settings.home.absolute())
    yield from _token_file(settings)
    yield _token_age(settings)


def _database(settings: Settings) -> Check:
    name = "Base de données"
    try:
        if is_new(settings.database()):
            require_no_trace(settings)
            return Check(
                name, "à faire", f"pas encore là ({place_of(settings)}) : unc init la prépare"
            )
        with open_store(settings.database()) as store:
            store.require_current()
            store.require_sound()
    except StoreError as error:
        return Check(name, "bloquant", str(error))
    return Check(name, "ok", "saine et à jour")


def _folder(name: str, setting: str, *, folder: Path) -> Iterator[Check]:
    there = (path for path in (folder, *folder.parents) if os.path.lexists(path))
    existing = next(there)  # `Path.exists` fails where this account may not look
    if not existing.is_dir():
        yield Check(
            name, "bloquant", f"{setting} : {existing} n'est pas un dossier ; donnez-en un autre."
        )
        return
    if not _can_be_written(existing):
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
            " réduisez UNC_WEEKLY_EDITIONS_MONTHS, UNC_MONTHLY_EDITIONS_MONTHS.",
        )
        return
    if existing != folder:
        text = f"{folder} n'est pas encore là : unc run le fait ({free // 1000} Go libres)"
        yield Check(name, "à faire", text)
        return
    yield Check(name, "ok", f"{folder} ({free // 1000} Go libres)")


def _can_be_written(folder: Path) -> bool:
    """Try it with a file that has no name: rights do not tell all (root, /proc, read-only disk)."""
    try:
        with TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


def _token_file(settings: Settings) -> Iterator[Check]:
    """Who may read the file of the token, if there is one that can be read."""
    name, file = "Fichier du jeton", settings.ds_token_file
    try:
        mode = file.stat().st_mode if file else None
    except OSError:
        return  # the access to DS tells it
    if mode is None:
        return
    if mode & stat.S_IRWXO:
        text = (
            f"UNC_DS_TOKEN_FILE : tout compte de la machine a accès à {file} ; donnez-le au compte"
            " de la passerelle, puis chmod 0400."
        )
        yield Check(name, "à voir", text)
        return
    yield Check(name, "ok", f"{file} n'est pas ouvert à tous")


def _token_age(settings: Settings) -> Check:
    name = "Fin du jeton"
    token = token_of(settings)
    warning, end = token_warning(token), token_end(token)
    if warning:
        return Check(name, "à voir", warning)
    if end is None:
        text = "DS ne la dit pas : donnez UNC_DS_TOKEN_SINCE pour être prévenu un mois avant"
        return Check(name, "à faire", text)
    return Check(name, "ok", f"le {end:%d/%m/%Y}")
