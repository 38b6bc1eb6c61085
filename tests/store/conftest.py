"""A store on each database. PostgreSQL: UNC_TEST_POSTGRES_URL, else a cluster of our own."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
import pytest

from store.database.tables import metadata
from store.dossiers.pages import DossierRow
from store.repository import Store, open_store

START = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def empty_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("store") / "empty.sqlite"
    with open_store(f"sqlite:///{file}") as store:
        store.upgrade()
    return file


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """URL of a PostgreSQL database in which schemas can be made."""
    given = os.environ.get("UNC_TEST_POSTGRES_URL")
    if given:
        yield given
        return
    binaries = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    account = "postgres" if os.getuid() == 0 else pwd.getpwuid(os.getuid()).pw_name
    if not binaries or account not in {entry.pw_name for entry in pwd.getpwall()}:
        missing = "PostgreSQL is not installed here (apt-get install postgresql)"
        if os.environ.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(missing)
    yield from _cluster(binaries[-1].parent, account)


def _cluster(binaries: Path, account: str) -> Iterator[str]:
    # A short path: the address of a socket has at most 107 characters.
    home = Path(tempfile.mkdtemp(prefix="unc-pg-", dir="/tmp"))
    shutil.chown(home, account)
    change = ["runuser", "-u", account, "--"] if os.getuid() == 0 else []

    def call(*command: str) -> None:
        subprocess.run([*change, *command], check=True, stdout=subprocess.DEVNULL, cwd=home)  # noqa: S603

    data = str(home / "data")
    options = f"-c listen_addresses='' -c unix_socket_directories={home} -c fsync=off"
    control = (str(binaries / "pg_ctl"), "-D", data, "-s", "-w")
    try:
        initdb = str(binaries / "initdb")
        call(initdb, "-D", data, "-U", "unc", "-A", "trust", "-E", "UTF8", "--no-sync")
        call(*control, "-l", str(home / "log"), "-o", options, "start")
        try:
            yield f"postgresql://unc@/postgres?host={home}"
        finally:
            call(*control, "-m", "immediate", "stop")
    finally:
        shutil.rmtree(home)


def _schema_url(address: str, schema: str) -> str:
    options = quote(f"-c search_path={schema}", safe="")
    return f"{address}{'&' if '?' in address else '?'}options={options}"


@pytest.fixture(scope="session")
def new_postgres_url(postgres: str) -> Iterator[Callable[[], str]]:
    """Makes empty schemas; each call gives the URL of another one."""
    made: list[str] = []

    def make() -> str:
        schema = f"unc_test_{os.getpid()}_{len(made)}"
        made.append(schema)
        with psycopg.connect(postgres, autocommit=True) as connection:
            connection.execute(f"CREATE SCHEMA {schema}".encode())
        return _schema_url(postgres, schema)

    yield make
    with psycopg.connect(postgres, autocommit=True) as connection:
        for schema in made:
            connection.execute(f"DROP SCHEMA {schema} CASCADE".encode())


@pytest.fixture(scope="session")
def postgres_url(new_postgres_url: Callable[[], str]) -> str:
    url = new_postgres_url()
    with open_store(url) as store:
        store.upgrade()
    return url


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.debian)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """URL of a database that is up to date and empty."""
    if request.param == "sqlite":
        template: Path = request.getfixturevalue("empty_sqlite")
        shutil.copy(template, tmp_path / "unc.sqlite")
        return f"sqlite:///{tmp_path / 'unc.sqlite'}"
    address: str = request.getfixturevalue("postgres_url")
    with psycopg.connect(address) as connection:
        connection.execute(f"TRUNCATE {', '.join(metadata.tables)}".encode())
    return address


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.debian)])
def blank_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """URL of a database without any table."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'some' / 'folder' / 'unc.sqlite'}"
    make: Callable[[], str] = request.getfixturevalue("new_postgres_url")
    return make()


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    with open_store(url) as opened:
        yield opened


@pytest.fixture
def day() -> Callable[[int], datetime]:
    """The n-th day of the story."""
    return lambda n: START + timedelta(days=n)


@pytest.fixture
def row() -> Callable[..., DossierRow]:
    """Makes a dossier whose content is a text."""

    def make(number: int, content: str = "a", **changes: Any) -> DossierRow:
        values: dict[str, Any] = {
            "number": number,
            "dossier_id": f"RG9zc2llci0{number}",
            "raw": {"number": number, "champs": [content]},
            "content_hash": f"hash of {content}",
            "fingerprint": f"print of {content}",
            "state": "en_construction",
            "revision_id": "r1",
            "groupe_id": "g1",
            "modified_at": START,
            "deposited_at": START,
        }
        return DossierRow(**(values | changes))

    return make
