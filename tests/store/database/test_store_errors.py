import logging
import sqlite3
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from store.database import engine as store_engine
from store.database.errors import (
    BadDatabaseUrl,
    DiskFull,
    ReadOnlyStore,
    StoppedByServer,
    StoreDamaged,
    StoreError,
    StoreLocked,
    StoreUnreachable,
    TransactionUndone,
    Unstorable,
)
from store.dossiers.pages import DossierRow
from store.repository import Store, open_store

Day = Callable[[int], datetime]
MakeRow = Callable[..., DossierRow]


@pytest.fixture
def sqlite_url(empty_sqlite: Path, tmp_path: Path) -> str:
    (tmp_path / "unc.sqlite").write_bytes(empty_sqlite.read_bytes())
    return f"sqlite:///{tmp_path / 'unc.sqlite'}"


@pytest.mark.parametrize(
    "address",
    [
        "",
        "not a url",
        "mysql://u:s3cret@host/base",
        "postgresql://u:s3cret@host:port/base",
        "postgresql://u:s3cret@/base?host=/run/postgresql&port=abc",
        "sqlite://",
        "sqlite:///:memory:",
        "sqlite:///file:unc?uri=true",
        "sqlite:////tmp/unc.sqlite?mode=ro",
        "sqlite://s3cret@host/unc.sqlite",
    ],
)
def test_an_address_of_another_kind_is_refused(address: str) -> None:
    with pytest.raises(BadDatabaseUrl, match="UNC_DATABASE_URL") as caught:
        open_store(address)
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://unc:s3cret@127.0.0.1:1/base",
        "postgresql://unc:s3cret@/base?host=/nowhere/at/all",
        "postgres://unc:s3cret@no-such-host.invalid/base",
    ],
)
def test_a_server_that_does_not_answer_is_named_by_its_setting(address: str) -> None:
    with open_store(address) as store:
        with pytest.raises(StoreUnreachable, match="UNC_DATABASE_URL") as caught:
            store.schema_is_current()
        with pytest.raises(StoreUnreachable), store.lock(7):
            pytest.fail("a lock without a server")
    said: BaseException | None = caught.value
    while said is not None:
        assert "s3cret" not in str(said)
        said = said.__cause__ or said.__context__


@pytest.mark.debian
@pytest.mark.parametrize("change", [("/postgres", "/no_such_base"), ("unc@", "nobody@")])
def test_a_base_or_account_that_does_not_exist_is_unreachable(
    postgres: str, change: tuple[str, str]
) -> None:
    if not postgres.startswith("postgresql://unc@/postgres"):
        pytest.skip("says nothing about a server that is not ours")
    with (
        open_store(postgres.replace(*change)) as store,
        pytest.raises(StoreUnreachable, match="UNC_DATABASE_URL"),
    ):
        store.schema_is_current()


def test_a_file_that_is_no_database_is_said_to_be_damaged(tmp_path: Path) -> None:
    file = tmp_path / "unc.sqlite"
    file.write_text("ceci n'est pas une base " * 100)
    with (
        open_store(f"sqlite:///{file}") as store,
        pytest.raises(StoreDamaged, match="UNC_DATABASE_URL"),
    ):
        store.schema_is_current()


def test_an_option_that_the_driver_does_not_know_is_a_bad_address() -> None:
    with (
        open_store("postgresql://unc:s3cret@127.0.0.1:1/base?colour=red") as store,
        pytest.raises(BadDatabaseUrl, match="UNC_DATABASE_URL"),
    ):
        store.schema_is_current()


def test_a_new_file_is_for_its_owner_only(tmp_path: Path) -> None:
    file = tmp_path / "unc.sqlite"
    with open_store(f"sqlite:///{file}") as store:
        store.upgrade()
        modes = {one.name: one.stat().st_mode & 0o777 for one in tmp_path.glob("unc.sqlite*")}
    assert set(modes.values()) == {0o600}
    assert list(tmp_path.iterdir()) == [file], "a store that is closed is a single file"


def test_a_folder_that_cannot_be_made_is_unreachable(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreUnreachable):
        open_store(f"sqlite:///{tmp_path / 'file' / 'unc.sqlite'}")


def test_a_base_held_by_another_program_is_said_to_be_locked(
    sqlite_url: str, row: MakeRow, day: Day, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(store_engine, "BUSY_SECONDS", 0.05)
    with open_store(sqlite_url) as store:
        other = sqlite3.connect(tmp_path / "unc.sqlite", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreLocked, match="verrouillée"):
            store.dossiers.save_page(7, [row(1)], watermark=None, seen_at=day(0))
        assert store.dossiers.known_numbers(7) == set(), "reading is not held up"
        other.close()
        store.dossiers.save_page(7, [row(1)], watermark=None, seen_at=day(0))


def test_a_full_disk_loses_nothing(sqlite_url: str, row: MakeRow, day: Day) -> None:
    with open_store(sqlite_url) as store:
        store.dossiers.save_page(7, [row(1)], watermark=day(0), seen_at=day(0))
        with store._scope.write() as connection:
            pages = connection.scalar(text("PRAGMA page_count"))
            connection.execute(text(f"PRAGMA max_page_count = {pages}"))
        big = [row(n, "x" * 100_000) for n in range(1, 4)]
        with pytest.raises(DiskFull, match="plein"):
            store.dossiers.save_page(7, big, watermark=day(1), seen_at=day(1))
        with store._scope.write() as connection:
            connection.execute(text("PRAGMA max_page_count = 1000000"))
        assert store.demarches.state(7).watermark == day(0)
        assert store.dossiers.known_numbers(7) == {1}


def test_a_base_that_cannot_be_written_says_so(sqlite_url: str, row: MakeRow, day: Day) -> None:
    with open_store(sqlite_url) as store:
        with store._scope.read() as connection:
            connection.execute(text("PRAGMA query_only = ON"))
        with pytest.raises(ReadOnlyStore, match="lecture seule"):
            store.dossiers.save_page(7, [row(1)], watermark=None, seen_at=day(0))


@pytest.mark.debian
@pytest.mark.parametrize(
    ("state", "kind", "said"),
    [
        ("40001", TransactionUndone, "relancez"),
        ("40P01", TransactionUndone, "relancez"),
        ("57014", StoppedByServer, "statement_timeout"),
        ("25P04", StoppedByServer, "statement_timeout"),
        ("22003", Unstorable, "ne tient pas"),
        ("22021", Unstorable, "ne tient pas"),
        ("54000", Unstorable, "ne tient pas"),
    ],
)
def test_what_the_server_refuses_has_its_sentence(
    postgres_url: str, state: str, kind: type[StoreError], said: str
) -> None:
    refuse = f"DO $$ BEGIN RAISE EXCEPTION 'Mme Zébulon' USING ERRCODE = '{state}'; END $$"
    with open_store(postgres_url) as store, pytest.raises(kind, match=said) as caught:
        asked(store, refuse)
    assert "Zébulon" not in str(caught.value)


@pytest.mark.debian
def test_a_statement_that_takes_too_long_has_its_sentence(postgres_url: str) -> None:
    with open_store(postgres_url) as store, pytest.raises(StoppedByServer):
        asked(store, "SET LOCAL statement_timeout = 50", "SELECT pg_sleep(30)")


def asked(store: Store, *statements: str) -> None:
    with store._scope.write() as connection:
        for one in statements:
            connection.execute(text(one))


@pytest.mark.parametrize("number", [2**63, -(2**70)])
def test_a_number_that_no_column_holds_is_told_and_nothing_is_kept(
    store: Store, row: MakeRow, day: Day, number: int
) -> None:
    with pytest.raises(Unstorable, match="ne tient pas"):
        store.dossiers.save_page(7, [row(1), row(number)], watermark=day(0), seen_at=day(0))
    assert store.dossiers.known_numbers(7) == set()
    store.dossiers.save_page(7, [row(2_451_367_890)], watermark=None, seen_at=day(0))
    assert store.dossiers.known_numbers(7) == {2_451_367_890}


@pytest.mark.parametrize("odd", ["a\0b", "a\ud800b"])
def test_a_text_that_no_column_holds_is_told(
    store: Store, row: MakeRow, day: Day, odd: str
) -> None:
    try:
        store.dossiers.save_page(7, [row(1, groupe_id=odd)], watermark=None, seen_at=day(0))
    except Unstorable:
        assert store.dossiers.known_numbers(7) == set()
    else:
        assert store.dossiers.known_numbers(7) == {1}


def test_a_defect_of_ours_is_not_disguised(store: Store) -> None:
    with pytest.raises(Exception, match="syntax") as caught, store._scope.read() as connection:
        connection.execute(text("SELEC 1"))
    assert not isinstance(caught.value, StoreError)


def test_nothing_personal_is_logged_or_said(
    store: Store, row: MakeRow, day: Day, caplog: pytest.LogCaptureFixture
) -> None:
    secret = "Mme Zébulon"
    naive = day(0).replace(tzinfo=None)
    with caplog.at_level(logging.DEBUG):
        store.dossiers.save_page(7, [row(1, secret)], watermark=None, seen_at=day(0))
        with pytest.raises(Exception, match="time zone") as caught:
            store.dossiers.save_page(7, [row(2, secret)], watermark=None, seen_at=naive)
    assert secret not in caplog.text
    assert secret not in str(caught.value)
