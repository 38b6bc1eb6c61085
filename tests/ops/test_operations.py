"""Backing up, upgrading from the first release, and erasing what is kept no longer."""

import json
import os
import shutil
import sqlite3
import stat
import subprocess
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Thread

import psycopg
import pytest
from alembic import command
from pydantic import SecretStr
from sqlalchemy import text

from cli.app import call
from cli.demo.sandbox import sandbox_home
from french.text import agreed
from french.time import months_before
from sandbox.generator.generate import generate
from sandbox.server import running_sandbox
from settings import load_settings
from steps.wiring.services import open_services
from store.database.backup import NoBackupTool, backup
from store.database.engine import make_engine
from store.database.errors import StoreUnreachable
from store.database.schema import migrations
from store.repository import Store, open_store
from tests.conftest import Bridge, MakeBridge
from tests.ops.conftest import Cluster
from tests.stored import current_verdicts, tombstones

FIRST_RELEASE = Path(__file__).with_name("schema-0001.sql")
DEMARCHE = 48213
Unc = Callable[..., int]


@pytest.fixture
def unc(monkeypatch: pytest.MonkeyPatch) -> Unc:
    """Call `unc` with settings in the environment."""

    def run(environment: dict[str, str], *arguments: str) -> int:
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        return call(list(arguments))

    return run


@pytest.fixture
def old_base(tmp_path: Path) -> Path:
    """The database that the first release left."""
    file = tmp_path / "unc.sqlite"
    with closing(sqlite3.connect(file)) as connection:
        connection.executescript(FIRST_RELEASE.read_text("utf-8"))
    return file


def test_the_base_of_the_first_release_is_upgraded_after_a_copy(
    unc: Unc, old_base: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    environment = {"UNC_HOME": str(tmp_path), "UNC_DEMARCHE": str(DEMARCHE)}
    assert unc(environment, "status") == 2
    assert f"La base {old_base} (UNC_HOME" in (refused := capsys.readouterr().err)
    assert "n'est pas à jour : lancez « unc upgrade »" in refused
    assert unc(environment, "upgrade", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    with open_store(f"sqlite:///{old_base}") as store:
        everything_is_there(store)
    with open_store(f"sqlite:///{told['backup']}") as copy:
        assert not copy.schema_is_current()
    assert unc(environment, "upgrade") == 0
    assert "déjà à jour" in capsys.readouterr().out
    assert unc(environment, "status") == 0


@pytest.mark.debian
def test_a_base_of_postgresql_is_upgraded_after_a_copy_that_can_be_restored(
    unc: Unc, cluster: Cluster, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    url = first_release_on(cluster)
    environment = {
        "UNC_HOME": str(tmp_path),
        "UNC_DEMARCHE": str(DEMARCHE),
        "UNC_DATABASE_URL": url.replace("unc@", "unc:secret@"),
    }
    assert unc(environment, "status") == 2
    told = capsys.readouterr().err
    assert "La base postgresql://unc@/" in told
    assert "n'est pas à jour : lancez « unc upgrade »" in told
    assert "secret" not in told
    assert unc(environment, "upgrade", "--json") == 0
    copy = json.loads(capsys.readouterr().out)["backup"]
    assert (Path(copy).suffix, stat.S_IMODE(Path(copy).stat().st_mode)) == (".dump", 0o600)
    with open_store(url) as store:
        everything_is_there(store)
    # Of a base that was upgraded nothing can be replaced piece by piece: the page makes it anew.
    with psycopg.connect(cluster.url(), autocommit=True) as raw:
        name = url.partition("?")[0].rpartition("/")[2]
        for statement in ("DROP DATABASE", "CREATE DATABASE"):
            raw.execute(f"{statement} {name}".encode())
    subprocess.run(["pg_restore", "--exit-on-error", "--dbname", url, copy], check=True)  # noqa: S603, S607
    with open_store(url) as store:
        assert not store.schema_is_current()
    assert unc(environment, "upgrade") == 0
    assert "Copie d'avant : " in capsys.readouterr().out
    with open_store(url) as store:
        everything_is_there(store)


@pytest.mark.debian
def test_without_its_tool_a_base_of_postgresql_is_left_as_it_is_unless_one_says_so(
    unc: Unc,
    cluster: Cluster,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    url = first_release_on(cluster)
    environment = {
        "UNC_HOME": str(tmp_path), "UNC_DEMARCHE": str(DEMARCHE), "UNC_DATABASE_URL": url
    }  # fmt: skip
    monkeypatch.setenv("PATH", str(tmp_path))
    assert unc(environment, "upgrade") == 2
    told = " ".join(capsys.readouterr().err.split())
    for words in ("pg_dump manque", "postgresql-client", "rien n'y a changé", "--sans-copie"):
        assert words in told
    with open_store(url) as store:
        assert not store.schema_is_current()
    assert unc(environment, "upgrade", "--sans-copie", "--json") == 0
    assert json.loads(capsys.readouterr().out) == {"upgraded": True, "backup": None}
    with open_store(url) as store:
        everything_is_there(store)
    assert not list(tmp_path.rglob("*.dump"))


@pytest.mark.debian
def test_a_base_behind_a_password_is_copied(cluster: Cluster, tmp_path: Path) -> None:
    name = cluster.new_database()
    rules = cluster.home / "data" / "pg_hba.conf"
    before = rules.read_text()
    with psycopg.connect(cluster.url(), autocommit=True) as raw:
        raw.execute("CREATE ROLE garde LOGIN SUPERUSER PASSWORD 'mot-de-passe'")
        rules.write_text(f"local all garde scram-sha-256\n{before}")
        raw.execute("SELECT pg_reload_conf()")
        try:
            named = cluster.url(name).replace("unc@", "garde:mot-de-passe@")
            with open_store(named) as store:
                store.upgrade()
            backup(named, to=tmp_path / "copie.dump")
            assert (tmp_path / "copie.dump").stat().st_size
            with pytest.raises(StoreUnreachable, match="n'a pas été sauvegardée"):
                backup(named.replace("mot-de-passe", "autre"), to=tmp_path / "autre.dump")
        finally:
            rules.write_text(before)
            raw.execute("SELECT pg_reload_conf()")


def first_release_on(cluster: Cluster) -> str:
    """Address of a base of PostgreSQL that the first release left."""
    url = cluster.url(cluster.new_database())
    engine = make_engine(url)
    with engine.begin() as connection:
        command.upgrade(migrations(connection), "0001")
    engine.dispose()
    lines = FIRST_RELEASE.read_text("utf-8").split(";\n")
    rows = [line for line in lines if line.startswith("INSERT INTO") and "alembic" not in line]
    order = ("demarches", "revisions", "dossiers", "")
    with psycopg.connect(url) as raw:
        for table in order:
            for line in rows:
                named = line.split('"')[1]
                if named == table or (not table and named not in order and "sqlite" not in named):
                    raw.execute(line.encode())
    return url


def everything_is_there(store: Store) -> None:
    store.require_current()
    assert len(store.dossiers.known_numbers(DEMARCHE)) == 2
    assert len(current_verdicts(store, DEMARCHE)) == 2
    ours = store.outbox.ours(DEMARCHE, numbers=store.dossiers.known_numbers(DEMARCHE))
    assert all(one.annotations for one in ours.values())
    assert ours
    assert store.runs.last(DEMARCHE)


def test_a_backup_taken_while_others_write_is_whole(old_base: Path, tmp_path: Path) -> None:
    address = f"sqlite:///{old_base}"
    stop, copy = Event(), tmp_path / "copies" / "copie.sqlite"

    def write() -> None:
        engine = make_engine(address)
        while not stop.is_set():
            with engine.begin() as connection:
                connection.execute(text("UPDATE dossiers SET raw = raw || ' '"))
        engine.dispose()

    writer = Thread(target=write)
    writer.start()
    try:
        backup(address, to=copy)
    finally:
        stop.set()
        writer.join()
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert [one.name for one in copy.parent.iterdir()] == [copy.name]
    with open_store(f"sqlite:///{copy}") as store:
        store.upgrade()
        everything_is_there(store)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["a#b", "a?b", "a%20b", "a b", "é&+=;", "100%"])
def test_whatever_its_folder_is_called_the_base_itself_is_copied(
    unc: Unc, old_base: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    home = tmp_path / name
    home.mkdir()
    shutil.copyfile(old_base, home / "unc.sqlite")
    environment = {"UNC_HOME": str(home), "UNC_DEMARCHE": str(DEMARCHE)}
    for words in (["backup", "--to", str(home / "copie#1.sqlite")], ["upgrade"]):
        assert unc(environment, *words, "--json") == 0
        copy = json.loads(capsys.readouterr().out)["backup"]
        with closing(sqlite3.connect(copy)) as connection:
            assert connection.execute("SELECT count(*) FROM dossiers").fetchone() == (2,)
    assert {one.name for one in tmp_path.iterdir()} == {"unc.sqlite", name}
    with open_store(environment_base(home)) as store:
        everything_is_there(store)


def environment_base(home: Path) -> str:
    return load_settings(_env_file=None, home=home).database()


def test_an_empty_base_is_not_backed_up_and_no_file_is_left(
    unc: Unc, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "unc.sqlite").touch()
    copy = tmp_path / "copies" / "copie.sqlite"
    copy.parent.mkdir()
    assert unc({"UNC_HOME": str(tmp_path)}, "backup", "--to", str(copy)) == 2
    assert "Aucune base" in capsys.readouterr().err
    assert not list(copy.parent.iterdir())


def test_a_backup_of_postgresql_needs_its_tool(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NoBackupTool, match="postgresql-client"):
        backup("postgresql://unc@localhost/unc", to=tmp_path / "copie.dump")
    assert not list(tmp_path.iterdir())


@pytest.mark.debian
def test_a_backup_of_postgresql_is_restored_and_goes_on(
    bridge: MakeBridge, unc: Unc, cluster: Cluster, capsys: pytest.CaptureFixture[str]
) -> None:
    url = cluster.url(cluster.new_database())
    with bridge(generate(3, seed=1), database_url=url) as made:
        made.run()
        environment = {**made.environment, "UNC_DATABASE_URL": url}
        assert unc(environment, "backup", "--keep", "2", "--json") == 0
        copy = Path(json.loads(capsys.readouterr().out)["backup"])
        assert (copy.suffix, stat.S_IMODE(copy.stat().st_mode)) == (".dump", 0o600)
        restored = cluster.url(cluster.new_database())
        restoring = ["pg_restore", "--exit-on-error", "--dbname", restored, str(copy)]
        subprocess.run(restoring, check=True)  # noqa: S603
        again = made.run(database_url=SecretStr(restored))
        assert (again.created, again.annotated) == (set(), set())
        assert unc({**environment, "UNC_DATABASE_URL": restored}, "status", "--json") == 0
        assert json.loads(capsys.readouterr().out)["dossiers"] == 3
        wrong = {**environment, "UNC_DATABASE_URL": f"{url}_absente"}
        assert unc(wrong, "backup") == 2
        assert [one.name for one in copy.parent.iterdir()] == [copy.name]


@pytest.mark.slow
def test_backups_are_rotated_and_the_last_one_is_restored(
    bridge: MakeBridge, unc: Unc, capsys: pytest.CaptureFixture[str]
) -> None:
    with bridge(generate(3, seed=1)) as made:
        made.run()
        folder = made.home / "sauvegardes"
        folder.mkdir()
        for day in range(1, 5):
            file = folder / f"unc-2026-01-0{day}-030000.sqlite"
            file.write_bytes(b"")
            os.utime(file, (day, day))
        others = {"avant-mise-a-jour-2026-01-01-030000.sqlite", "unc-a-garder.sqlite"}
        for name in others:
            (folder / name).write_bytes(b"")
        assert unc(made.environment, "backup", "--keep", "2", "--json") == 0
        told = json.loads(capsys.readouterr().out)
        left = {one.name for one in folder.iterdir()}
        assert left == others | {"unc-2026-01-04-030000.sqlite", Path(told["backup"]).name}
        assert len(told["removed"]) == 3
        assert unc(made.environment, "backup", "--keep", "0") == 2
        assert unc(made.environment, "backup", "--keep", "2", "--to", str(folder / "x")) == 2
        shutil.copy(told["backup"], made.home / "unc.sqlite")
        again = made.run()
        assert not again.created
        assert made.sandbox.control.snapshots(made.sandbox.demarche)


def test_backups_made_within_a_second_are_all_there_and_the_first_is_let_go_first(
    bridge: MakeBridge, unc: Unc, capsys: pytest.CaptureFixture[str]
) -> None:
    with bridge([]) as made:
        with open_store(made.settings.database()) as store:
            store.upgrade()
        copies = []
        for _ in range(4):
            assert unc(made.environment, "backup", "--json") == 0
            copies.append(json.loads(capsys.readouterr().out)["backup"])
        assert len(set(copies)) == 4
        assert all(Path(one).is_file() for one in copies)
        assert unc(made.environment, "backup", "--keep", "3", "--json") == 0
        told = json.loads(capsys.readouterr().out)
        assert set(told["removed"]) == set(copies[:2])


@pytest.mark.slow
def test_dossiers_handled_long_ago_are_erased_and_do_not_come_back(
    bridge: MakeBridge, unc: Unc, capsys: pytest.CaptureFixture[str]
) -> None:
    with bridge(generate(40, seed=1)) as made:
        made.run()
        over = handled_before(made, months_before(datetime.now(UTC), 3))
        assert over, "the generator made no old dossier"
        environment = {**made.environment, "UNC_RETENTION_MONTHS": "3"}
        before = (made.home / "unc.sqlite").read_bytes()
        exports = sorted((made.home / "exports").rglob("*"))
        assert unc(environment, "purge", "--dry-run", "--json") == 0
        told = json.loads(capsys.readouterr().out)
        assert (set(told["erased"]), told["dry_run"]) == (over, True)
        assert unc(environment, "purge", "--dry-run") == 0
        assert f"{agreed(len(over), 'dossier')} à effacer : {min(over)}" in capsys.readouterr().out
        assert (made.home / "unc.sqlite").read_bytes() == before
        assert sorted((made.home / "exports").rglob("*")) == exports
        assert unc(environment, "purge", "--json") == 0
        assert set(json.loads(capsys.readouterr().out)["erased"]) == over
        summary = made.run(retention_months=3)
        assert not summary.created
        with open_services(made.settings) as services:
            left = services.store.dossiers.known_numbers(made.sandbox.demarche)
            stones = tombstones(services.store, made.sandbox.demarche)
    assert not left & over
    assert {stone.number for stone in stones if stone.reason == "conservation"} == over


@pytest.mark.slow
def test_an_erased_dossier_stays_so_whatever_the_retention_is_now(
    bridge: MakeBridge, unc: Unc, capsys: pytest.CaptureFixture[str]
) -> None:
    with bridge(generate(40, seed=1)) as made:
        made.run()
        over = handled_before(made, months_before(datetime.now(UTC), 3))
        assert unc({**made.environment, "UNC_RETENTION_MONTHS": "3"}, "purge") == 0
        capsys.readouterr()
        assert unc({**made.environment, "UNC_RETENTION_MONTHS": "1000"}, "reconcile") == 0
        assert "Aucun écart" in capsys.readouterr().out
        assert not made.run(overlap_minutes=10_000_000).created
        made.sandbox.control.clock(advance=3600)
        again = min(over)
        made.sandbox.control.move(again, "en_instruction")
        assert made.run().created == {again}
        with open_services(made.settings) as services:
            stones = tombstones(services.store, made.sandbox.demarche)
    assert {stone.number for stone in stones if stone.reason == "conservation"} == over - {again}


@pytest.mark.slow
def test_a_purge_says_all_that_it_did(
    bridge: MakeBridge, unc: Unc, capsys: pytest.CaptureFixture[str]
) -> None:
    with bridge(generate(2, seed=1)) as made:
        made.run()
        assert unc(made.environment, "purge") == 0
        told = capsys.readouterr().out
        assert "UNC_RETENTION_MONTHS est vide" in told
        assert "0 dossier effacé\n0 classeur publié" in told
        assert "0 édition ou export trop vieux" in told
        assert unc({"UNC_RETENTION_MONTHS": "900"}, "purge", "--json") == 0
        empty = (
            "erased",
            "workbooks",
            "removed",
            "remade",
            "withdrawn",
            "copies",
        )
        wanted = {**{name: [] for name in empty}, "retention_months": 900}
        assert json.loads(capsys.readouterr().out) == wanted


def test_a_backup_is_written_over_nothing(
    unc: Unc, old_base: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    environment = {"UNC_HOME": str(tmp_path)}
    copy = tmp_path / "copie.sqlite"
    assert unc(environment, "backup", "--to", str(copy)) == 0
    before = copy.read_bytes()
    for to, sentence in {
        copy: f"{copy} existe déjà",
        tmp_path: f"{tmp_path} est un dossier : donnez un fichier",
        tmp_path / "absent" / "s.sqlite": f"Le dossier {tmp_path / 'absent'} n'existe pas",
    }.items():
        assert unc(environment, "backup", "--to", str(to)) == 2
        assert sentence in " ".join(capsys.readouterr().err.split())
    assert copy.read_bytes() == before
    assert {one.name for one in tmp_path.iterdir()} == {old_base.name, copy.name}
    assert unc(environment, "backup") == 0, "the default folder is made"


def test_a_base_under_home_is_named_by_its_file(
    unc: Unc, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = tmp_path / "rien"
    assert unc({"UNC_HOME": str(home), "UNC_DEMARCHE": "1"}, "backup") == 2
    told = capsys.readouterr().err
    assert f"Aucune base : {home / 'unc.sqlite'}" in told
    assert "unc init" in told
    assert not home.exists()
    home.write_text("un fichier", "utf-8")
    assert unc({}, "status") == 2
    told = capsys.readouterr().err
    assert str(home / "unc.sqlite") in told
    assert "vérifiez UNC_HOME" in told
    assert "mot de passe" not in told


@pytest.mark.slow
def test_a_run_that_ds_refused_failed_and_says_why(
    bridge: MakeBridge, unc: Unc, capsys: pytest.CaptureFixture[str]
) -> None:
    with bridge(generate(2, seed=1)) as made:
        made.run()
        assert unc({**made.environment, "UNC_DS_TOKEN": "faux"}, "run") == 2
        capsys.readouterr()
        assert unc(made.environment, "status", "--json") == 0
        last = json.loads(capsys.readouterr().out)["passages"][0]
    assert last["issue"] == "échoué"
    assert "UNC_DS_TOKEN" in last["pourquoi"]


def test_a_sandbox_keeps_its_folder_in_a_shell_that_has_its_settings(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("UNC_HOME", str(tmp_path))
    home = sandbox_home()
    assert home == tmp_path / "demo"
    with running_sandbox(home, seeds=generate(1, seed=1)):
        pass
    monkeypatch.setenv("UNC_HOME", str(home))
    assert sandbox_home() == home


def handled_before(made: Bridge, moment: datetime) -> set[int]:
    with open_services(made.settings) as services:
        return {
            one.number
            for one in services.store.dossiers.iterate(made.sandbox.demarche)
            if one.raw["dateTraitement"]
            and datetime.fromisoformat(one.raw["dateTraitement"]) < moment
        }


@pytest.mark.parametrize(
    ("day", "months", "wanted"),
    [
        ("2026-05-31", 3, "2026-02-28"),
        ("2026-01-15", 1, "2025-12-15"),
        ("2024-02-29", 12, "2023-02-28"),
    ],
)
def test_months_are_counted_on_the_calendar(day: str, months: int, wanted: str) -> None:
    noon = datetime.fromisoformat(f"{day}T12:00:00+01:00")
    assert months_before(noon, months).date().isoformat() == wanted


@pytest.mark.slow
@pytest.mark.parametrize("part", [0.3, 0.6, 0.9])
def test_a_base_that_is_damaged_in_its_middle_is_told_and_not_copied(
    bridge: MakeBridge, unc: Unc, capsys: pytest.CaptureFixture[str], part: float
) -> None:
    with bridge(generate(8, seed=2)) as made:
        made.run()
        base = made.home / "unc.sqlite"
        content = bytearray(base.read_bytes())
        start = int(len(content) * part) // 4096 * 4096
        content[start : start + 3 * 4096] = b"\x5a" * (3 * 4096)
        base.write_bytes(content)
        assert unc(made.environment, "doctor", "--json") == 2
        checks = {one["name"]: one for one in json.loads(capsys.readouterr().out)["checks"]}
        copy = made.home / "copie.sqlite"
        assert unc(made.environment, "backup", "--to", str(copy)) == 2
    assert checks["Base de données"]["level"] == "bloquant"
    assert f"{base} n'est pas une base lisible, ou est abîmé" in checks["Base de données"]["text"]
    assert "restaurez une sauvegarde" in capsys.readouterr().err
    assert not copy.exists()


@pytest.mark.debian
def test_a_sound_base_is_said_to_be_so_on_postgresql_too(cluster: Cluster) -> None:
    with open_store(cluster.url(cluster.new_database())) as store:
        store.upgrade()
        store.require_sound()
