"""What can go wrong with the store, by what to do next. Messages are for staff, in French.

None quotes the password or the options of the database's address, or a value (it may be personal).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar, Self

from sqlalchemy.exc import DataError, DBAPIError, OperationalError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeout


class StoreError(Exception):
    """The store cannot do what was asked.

    Attributes:
        default: Sentence shown when the error is raised without one of its own.
        of_a_file: The same of an embedded database, whose ``{file}`` it names: it is where
            ``UNC_HOME`` puts it unless ``UNC_DATABASE_URL`` is set.
    """

    default: ClassVar[str] = "La base de données a refusé une opération."
    of_a_file: ClassVar[str] = ""

    def __init__(self, message: str = "") -> None:
        super().__init__(message or self.default)

    @classmethod
    def of(cls, file: Path | str | None) -> Self:
        """The error about an embedded database, or words that say which; ``None``: no word."""
        return cls(cls.of_a_file.format(file=file) if file else "")


class BadDatabaseUrl(StoreError):  # noqa: N818 (named by what is wrong, as the others)
    """``UNC_DATABASE_URL`` is not an address this software can use."""

    default = (
        "UNC_DATABASE_URL n'est pas une adresse de base valide : indiquez "
        "sqlite:////chemin/base.sqlite ou postgresql://utilisateur@hôte/base."
    )


class StoreUnreachable(StoreError):  # noqa: N818
    """The database does not answer, or refuses the connection."""

    default = (
        "La base de données est injoignable : vérifiez UNC_DATABASE_URL (hôte, base, utilisateur, "
        "mot de passe) et que le serveur est accessible."
    )
    of_a_file = (
        "La base {file} ne peut pas être ouverte : vérifiez UNC_HOME (ou UNC_DATABASE_URL, si elle"
        " est donnée) et que ce compte peut lire et écrire dans ce dossier."
    )


class StoreDamaged(StoreError):  # noqa: N818
    """The file is not a database, or not a sound one any more."""

    default = (
        "La base désignée par UNC_DATABASE_URL n'est pas lisible, ou est abîmée : vérifiez "
        "l'adresse, ou restaurez une sauvegarde."
    )
    of_a_file = (
        "Le fichier {file} n'est pas une base lisible, ou est abîmé : vérifiez UNC_HOME (ou"
        " UNC_DATABASE_URL, si elle est donnée), ou restaurez une sauvegarde."
    )


class StoreLocked(StoreError):  # noqa: N818
    """Another program holds the database for longer than we wait."""

    default = (
        "La base désignée par UNC_DATABASE_URL est verrouillée par un autre programme : "
        "fermez-le, puis relancez."
    )
    of_a_file = "La base {file} est verrouillée par un autre programme : fermez-le, puis relancez."


class DiskFull(StoreError):  # noqa: N818
    """No room is left where the database is."""

    default = (
        "Le disque de la base désignée par UNC_DATABASE_URL est plein : libérez de la place, "
        "puis relancez (rien n'est perdu)."
    )
    of_a_file = (
        "Le disque de la base {file} est plein : libérez de la place, puis relancez (rien n'est"
        " perdu)."
    )


class ReadOnlyStore(StoreError):  # noqa: N818
    """The database can be read, not written."""

    default = (
        "La base désignée par UNC_DATABASE_URL est en lecture seule : donnez à ce compte le droit "
        "d'y écrire."
    )
    of_a_file = (
        "La base {file} est en lecture seule : donnez à ce compte le droit d'y écrire, et dans son"
        " dossier."
    )


class SchemaTooOld(StoreError):  # noqa: N818
    """The database was made by an older version of the software, or is empty."""

    default = (
        "La base (UNC_DATABASE_URL, sinon sous UNC_HOME) n'est pas à jour :"
        " lancez « unc upgrade », puis relancez."
    )
    of_a_file = (
        "La base {file} n'est pas à jour : lancez « unc upgrade », qui la copie puis la met à"
        " jour ; puis relancez."
    )


class SchemaTooNew(StoreError):  # noqa: N818
    """The database was made by a newer version of the software."""

    default = (
        "La base (UNC_DATABASE_URL, sinon sous UNC_HOME) vient d'une version plus récente de ce"
        " logiciel : mettez le logiciel à jour, ou désignez une autre base."
    )
    of_a_file = (
        "La base {file} vient d'une version plus récente de ce logiciel : mettez le logiciel à"
        " jour, ou désignez une autre base."
    )


class AlreadyRunning(StoreError):  # noqa: N818
    """Another run holds the démarche."""

    def __init__(self, demarche: int) -> None:
        super().__init__(
            f"Un passage est déjà en cours pour la démarche {demarche} : attendez qu'il finisse "
            "(unc status), puis relancez."
        )
        self.demarche = demarche


class LockLost(StoreError):  # noqa: N818
    """This run is not alone on its démarche any more, or can no longer prove that it is."""

    def __init__(self, demarche: int) -> None:
        super().__init__(
            f"Le verrou du passage sur la démarche {demarche} est perdu (session PostgreSQL fermée,"
            " ou fichier de verrou effacé à côté de la base) : ce passage s'arrête ; le prochain"
            " reprend où il en est, sans rien envoyer deux fois."
        )
        self.demarche = demarche


class Unstorable(StoreError):  # noqa: N818
    """A value that no column holds: of its dossier only, which can be set aside."""

    default = (
        "Une valeur ne tient pas dans la base (nombre trop grand, texte ou date hors limites) :"
        " corrigez-la sur DS."
    )


class TransactionUndone(StoreError):  # noqa: N818
    """The database undid our transaction because of another one; it can be done again."""

    default = (
        "La base a annulé une écriture qui en croisait une autre : relancez, rien n'est perdu ;"
        " si cela se répète, vérifiez qu'aucun autre programme n'écrit dans cette base."
    )


class StoppedByServer(StoreError):  # noqa: N818
    """The server ended a statement: an administrator did, or a limit on its time."""

    default = (
        "Le serveur de la base (UNC_DATABASE_URL) a interrompu une opération : relancez ; si cela"
        " se répète, augmentez statement_timeout pour ce compte."
    )


_BY_SQLITE_CODE: dict[int, type[StoreError]] = {
    5: StoreLocked,  # SQLITE_BUSY
    6: StoreLocked,  # SQLITE_LOCKED
    8: ReadOnlyStore,  # SQLITE_READONLY
    10: StoreUnreachable,  # SQLITE_IOERR
    11: StoreDamaged,  # SQLITE_CORRUPT
    13: DiskFull,  # SQLITE_FULL
    14: StoreUnreachable,  # SQLITE_CANTOPEN
    18: Unstorable,  # SQLITE_TOOBIG
    26: StoreDamaged,  # SQLITE_NOTADB
}

_BY_SQLSTATE: dict[str, type[StoreError]] = {
    "08": StoreUnreachable,  # connection exception
    "22": Unstorable,  # data exception: 22003 numeric value out of range, 22021 a character…
    "25006": ReadOnlyStore,  # read-only transaction
    "28": StoreUnreachable,  # invalid authorization
    "3D": StoreUnreachable,  # no such database
    "25P04": StoppedByServer,  # transaction timeout
    "40001": TransactionUndone,  # serialization failure
    "40P01": TransactionUndone,  # deadlock detected
    "42501": ReadOnlyStore,  # insufficient privilege
    "42703": SchemaTooOld,  # undefined column
    "42P01": SchemaTooOld,  # undefined table
    "53100": DiskFull,
    "53300": StoreUnreachable,  # too many connections
    "54": Unstorable,  # program limit exceeded: a text too long for an index
    "55P03": StoreLocked,  # lock not available
    "57014": StoppedByServer,  # query canceled
    "57P": StoreUnreachable,  # server shutting down or starting
    "XX001": StoreDamaged,  # data corrupted
    "XX002": StoreDamaged,  # index corrupted
}


def _meaning(error: DBAPIError) -> type[StoreError] | None:
    cause = error.orig
    code = getattr(cause, "sqlite_errorcode", None)
    if isinstance(code, int):
        if code == 1 and str(cause).startswith(("no such table", "no such column")):
            return SchemaTooOld
        return _BY_SQLITE_CODE.get(code & 0xFF)  # the low byte of an extended code
    state = getattr(cause, "sqlstate", None)
    if isinstance(state, str):
        found = (_BY_SQLSTATE.get(state[:size]) for size in (5, 3, 2))
        return next((kind for kind in found if kind), None)
    return _without_a_code(error)


def _without_a_code(error: DBAPIError) -> type[StoreError] | None:
    # psycopg gives no code to what never came from a server.
    if isinstance(error, DataError):
        return Unstorable  # psycopg refuses NUL itself
    connecting = error.statement is None
    if connecting and isinstance(error, ProgrammingError):
        return BadDatabaseUrl  # an option that the driver does not know
    if connecting or error.connection_invalidated or isinstance(error, OperationalError):
        return StoreUnreachable
    return None


@contextmanager
def translated(file: Path | None = None) -> Iterator[None]:
    """Turn what the driver raises into an error that says what to do.

    Args:
        file: The embedded database, if it is one.

    Raises:
        StoreError: Of the class that fits; a driver's error that has none is let through, since
            it is a defect of ours.
    """
    try:
        yield
    except PoolTimeout as error:
        raise StoreLocked.of(file) from error
    except DBAPIError as error:
        kind = _meaning(error)
        if kind is None:
            raise
        raise kind.of(file) from error


class Superseded(StoreError):  # noqa: N818
    """Somebody wrote of the same things meanwhile: nothing was kept."""

    def __init__(self, told: str) -> None:
        super().__init__(
            f"{told} vient d’être changé par quelqu’un d’autre\u00a0: rien n’est enregistré."
            " Regardez ce qu’il en est maintenant, puis recommencez."
        )
