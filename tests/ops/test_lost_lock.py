"""A lock that is lost on the way: another run enters, and each declarant has one message."""

from collections.abc import Callable
from pathlib import Path
from threading import Thread

import psycopg
import pytest

from cli.app import call
from sandbox.generator.generate import generate
from steps.run import run_once
from steps.wiring.services import connect
from steps.wiring.summary import Summary
from store.database.errors import LockLost
from store.database.locks import ADVISORY_CLASS
from store.repository import open_store
from tests.conftest import Bridge, MakeBridge, said
from tests.ops.conftest import Cluster
from tests.steps.answering import TO_ALL

pytestmark = pytest.mark.timeout(400)
WRITTEN = {"Complet", "À compléter", "À préciser"}


def end_the_session(url: str, demarche: int) -> None:
    """End the session that holds the lock, as an administrator, a pooler or a restart does."""
    with psycopg.connect(url, autocommit=True) as connection:
        ended = connection.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_locks WHERE locktype = 'advisory'"
            " AND classid = %s AND objid = %s",
            (ADVISORY_CLASS, demarche),
        ).fetchall()
    assert ended == [(True,)]


def delete_the_file(home: Path, demarche: int) -> None:
    (home / f"unc.sqlite.run-{demarche}").unlink()


def lost_while_it_delivers(made: Bridge, lose: Callable[[], None], *, after: int) -> None:
    """Take the lock from a run after some deliveries, while another one enters and works."""
    entered: list[Thread] = []

    def tell(step: str, done: int, _total: int | None) -> None:
        if step == "Réponses à DS" and done >= after and not entered:
            lose()
            entered.append(Thread(target=made.run))
            entered[0].start()

    with (
        connect(made.settings, tell=tell, make=True) as services,
        pytest.raises(LockLost, match="verrou"),
    ):
        run_once(services, Summary())
    assert entered
    entered[0].join()


def each_declarant_has_one_message(made: Bridge) -> None:
    made.run()
    shown = made.sandbox.control.snapshots(made.sandbox.demarche)
    for number, one in shown.items():
        due = one["annotations"].get("901") in WRITTEN
        assert len(said(one)) == int(due), (number, one["annotations"].get("901"))
    with open_store(made.settings.database()) as store:
        assert not store.outbox.pending(made.sandbox.demarche)


@pytest.mark.debian
@pytest.mark.parametrize("after", [1, 30])
def test_a_session_that_ends_stops_the_run_and_no_declarant_is_written_to_twice(
    bridge: MakeBridge, cluster: Cluster, after: int
) -> None:
    url = cluster.url(cluster.new_database())
    seeds = generate(24, seed=8)
    with bridge(seeds, **TO_ALL, database_url=url, batch_size=5) as made:
        lost_while_it_delivers(
            made, lambda: end_the_session(url, made.sandbox.demarche), after=after
        )
        each_declarant_has_one_message(made)


@pytest.mark.slow
def test_a_lock_file_that_is_deleted_stops_the_run_and_no_declarant_is_written_to_twice(
    bridge: MakeBridge,
) -> None:
    with bridge(generate(24, seed=8), **TO_ALL, batch_size=5) as made:
        lost_while_it_delivers(
            made, lambda: delete_the_file(made.home, made.sandbox.demarche), after=30
        )
        each_declarant_has_one_message(made)


@pytest.mark.slow
def test_the_command_says_that_its_lock_was_lost_and_the_next_one_heals(
    bridge: MakeBridge, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with bridge(generate(4, seed=8)) as made:
        for name, value in made.environment.items():
            monkeypatch.setenv(name, value)

        def poll_and_lose(*_: object) -> None:
            delete_the_file(made.home, made.sandbox.demarche)

        monkeypatch.setattr("steps.run.STEPS", (("Lire", poll_and_lose), ("Lire", poll_and_lose)))
        assert call(["run"]) == 2
        assert "verrou" in capsys.readouterr().err
        monkeypatch.undo()
        assert made.run().created
