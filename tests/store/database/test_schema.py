import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Timer

import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

from store.database import schema
from store.database.engine import EachItsOwn, make_engine
from store.database.errors import SchemaTooNew, SchemaTooOld
from store.database.tables import metadata
from store.repository import Store, open_store
from tests import migrated

pytestmark = pytest.mark.usefixtures("real_migrations")


def test_migrations_from_nothing_make_the_tables_of_the_code(blank_url: str) -> None:
    with open_store(blank_url) as store:
        assert not store.schema_is_current()
        store.upgrade()
        store.upgrade()
        assert store.schema_is_current()
        store.require_current()
    engine = make_engine(blank_url)
    with EachItsOwn(engine).write() as connection:
        command.check(schema.migrations(connection))
    engine.dispose()


def test_the_revisions_are_those_of_the_migrations() -> None:
    scripts = ScriptDirectory.from_config(schema.migrations())
    assert tuple(s.revision for s in reversed(list(scripts.walk_revisions()))) == schema.REVISIONS


def test_an_empty_base_asks_for_an_upgrade(blank_url: str) -> None:
    with open_store(blank_url) as store:
        with pytest.raises(SchemaTooOld, match=r"UNC_DATABASE_URL.* lancez « unc upgrade »"):
            store.require_current()
        with pytest.raises(SchemaTooOld, match=r"La base .* n'est pas à jour"):
            store.dossiers.known_numbers(7)


def test_a_base_from_the_future_is_left_alone(blank_url: str) -> None:
    with open_store(blank_url) as store:
        store.upgrade()
        with store._scope.write() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        assert not store.schema_is_current()
        for refused in (store.require_current, store.upgrade):
            with pytest.raises(SchemaTooNew, match="plus récente"):
                refused()


def test_two_upgrades_at_once_are_one(blank_url: str) -> None:
    def upgrade(_: int) -> bool:
        with open_store(blank_url) as store:
            store.upgrade()
            return store.schema_is_current()

    with ThreadPoolExecutor(2) as pool:
        assert all(pool.map(upgrade, range(2)))


def test_a_base_that_another_program_writes_while_it_is_first_opened_is_waited_for(
    tmp_path: Path,
) -> None:
    file = tmp_path / "unc.sqlite"
    with sqlite3.connect(file, isolation_level=None, check_same_thread=False) as other:
        other.execute("CREATE TABLE something (x)")  # as a copy that was restored: not in WAL yet
        other.execute("BEGIN IMMEDIATE")
        held = Timer(0.3, lambda: other.execute("COMMIT"))
        held.start()
        with open_store(f"sqlite:///{file}") as store:
            assert tables(store) == ["something"]
        assert held.finished.is_set()


def test_an_upgrade_that_fails_leaves_nothing(
    blank_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = command.upgrade

    def dies(config: Config, revision: str) -> None:
        real(config, revision)
        raise RuntimeError("killed")

    with open_store(blank_url) as store:
        monkeypatch.setattr(command, "upgrade", dies)
        with pytest.raises(RuntimeError):
            store.upgrade()
        assert tables(store) == []
        monkeypatch.undo()
        store.upgrade()
        assert "dossiers" in tables(store)


def tables(store: Store) -> list[str]:
    with store._scope.read() as connection:
        return inspect(connection).get_table_names()


def test_other_tests_work_on_the_tables_that_the_migrations_make(tmp_path: Path) -> None:
    made = []
    for name, upgrade in (("real", schema.upgrade), ("copied", migrated.upgrade)):
        engine = make_engine(f"sqlite:///{tmp_path / name}.sqlite")
        scope = EachItsOwn(engine)
        upgrade(scope)
        schema.require_current(scope)
        with scope.read() as connection:
            driver = connection.connection.driver_connection
            assert driver is not None
            made.append(list(driver.iterdump()))
        engine.dispose()
    tables = sum(one.startswith("CREATE TABLE") for one in made[0])
    assert tables == len(metadata.tables) + 1  # Alembic's own
    assert made[0] == made[1]
