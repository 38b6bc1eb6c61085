"""Refuses an empty database where there was a full one: a person says whether it is meant.

With an empty memory each declarant would be written to again, and what the bridge wrote on DS would
be taken for a person's.
"""

from contextlib import suppress
from pathlib import Path

from settings import Settings
from settings_parts import ENV_FILE
from store.database.engine import sqlite_file
from store.database.errors import StoreError
from store.repository import Store, is_new


class MemoryGone(StoreError):  # noqa: N818 (named by what is wrong, as those of the store)
    """The base knows nothing of a démarche that was read before."""

    def __init__(self, demarche: int, trace: Path) -> None:
        super().__init__(
            f"La base ne sait rien de la démarche {demarche}, mais {trace} montre qu'elle a déjà"
            " été lue : restaurez une sauvegarde de la base (ou corrigez UNC_DATABASE_URL ou"
            " UNC_HOME) ; si vous voulez vraiment repartir d'une base neuve, lancez une fois"
            " « unc run --new-base »."
        )


class NoBase(StoreError):  # noqa: N818 (named by what is wrong, as those of the store)
    """There is no base where settings say that it is."""

    def __init__(self, settings: Settings) -> None:
        env = "" if ENV_FILE.is_file() else f" Aucun fichier .env dans {Path.cwd()}."
        super().__init__(
            f"Aucune base : {place_of(settings)}.{env} Lancez la commande depuis le dossier de"
            " l'installation, ou corrigez ce réglage ; « unc init » prépare une base neuve."
        )


def place_of(settings: Settings) -> str:
    """Where a base is or would be, and the setting that says so; no address of a server."""
    file = sqlite_file(settings.database())
    if settings.database_url is None:
        return f"{file}, d'après UNC_HOME"
    return f"{file or 'base PostgreSQL'}, d'après UNC_DATABASE_URL"


def require_base(settings: Settings, *, new_base: bool = False) -> None:
    """Refuse to go on without a base: to make one is for those who say so.

    Raises:
        MemoryGone: There was one, and a run that may make a new one was not asked for.
        NoBase: There is none.
        StoreError: The database failed.
    """
    if is_new(settings.database()):
        if not new_base:
            require_no_trace(settings)
        raise NoBase(settings)


def require_no_trace(settings: Settings) -> None:
    """Refuse to take a base that is not there for one that never was.

    Raises:
        MemoryGone: What shows that the démarche was read.
    """
    if settings.demarche is not None and (trace := _trace(settings)):
        raise MemoryGone(settings.demarche, trace)


def require_memory(settings: Settings, store: Store) -> None:
    """Refuse a base that knows nothing of a démarche that was read before.

    Raises:
        MemoryGone: What shows that it was read.
        StoreError: The database failed.
    """
    demarche = settings.demarche_number()
    if not store.is_empty():
        state = store.demarches.state(demarche)
        if state.watermark is not None or state.last_polled_at is not None:
            return
    trace = _trace(settings)
    if trace is not None:
        raise MemoryGone(demarche, trace)


def leave_marker(home: Path, demarche: int) -> None:
    """Leave beside the base a file that says that the démarche was read."""
    marker = _marker(home, demarche)
    with suppress(OSError):  # a folder that cannot be written has no marker: exports may tell
        if not marker.exists():
            marker.parent.mkdir(parents=True, exist_ok=True)
            marker.touch()


def _marker(home: Path, demarche: int) -> Path:
    return home.absolute() / f"demarche-{demarche}.lue"


def _trace(settings: Settings) -> Path | None:
    from exports.published.listing import latest  # heavy, and seldom needed

    marker = _marker(settings.home, settings.demarche_number())
    if marker.exists():
        return marker
    published = latest(settings.exports(), demarche=settings.demarche_number())
    return published.folder if published else None
