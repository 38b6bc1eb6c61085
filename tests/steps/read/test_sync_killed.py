"""Killed (-9) at any write, between a page and its watermark too, the next run ends the same."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from tests.steps.syncing import Mirror, mirrored, seeds
from tests.store.conftest import new_postgres_url, postgres  # noqa: F401 (fixtures)

KILLED = """
import os, signal, sys
from sqlalchemy import event
from sqlalchemy.engine import Engine
from steps.read.poll import poll
from steps.wiring.services import connect
from steps.wiring.summary import Summary
from settings import load_settings

wanted, left = sys.argv[1], int(sys.argv[2])

@event.listens_for(Engine, "before_cursor_execute")
def count(connection, cursor, statement, *_):
    global left
    if wanted in " ".join(statement.split()):
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

with connect(load_settings(), make=True) as services:
    poll(services, Summary())
"""


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.debian)])
def mirror(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Mirror]:
    url = None
    if request.param == "postgresql":
        make: Callable[[], str] = request.getfixturevalue("new_postgres_url")
        url = SecretStr(make())
    with mirrored(tmp_path, seeds(230), database_url=url) as made:
        yield made


def poll_killed_before(mirror: Mirror, statement: str, *, nth: int = 1) -> bool:
    settings = mirror.settings
    environment = {
        **os.environ,
        "UNC_DS_URL": settings.ds_url,
        "UNC_DS_TOKEN": settings.token().get_secret_value(),
        "UNC_DEMARCHE": str(settings.demarche),
        "UNC_INSTRUCTEUR": settings.instructeur_name(),
        "UNC_HOME": str(settings.home),
        "UNC_DATABASE_URL": settings.database(),
    }
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", KILLED, statement, str(nth)], env=environment, check=False
    )
    return done.returncode == -signal.SIGKILL


@pytest.mark.slow
def test_a_poll_killed_at_any_write_is_finished_by_the_next_one(mirror: Mirror) -> None:
    assert poll_killed_before(mirror, "INSERT INTO revisions", nth=2)
    assert poll_killed_before(mirror, "INSERT INTO dossiers")
    assert poll_killed_before(mirror, "INSERT INTO demarches (demarche, watermark)")
    assert poll_killed_before(mirror, "INSERT INTO demarches (demarche, watermark)", nth=2)
    mirror.control.publish(
        mirror.demarche, edits=[{"op": "reword", "champ": 22, "label": "Motif, en clair"}]
    )
    assert poll_killed_before(mirror, "INSERT INTO past_states", nth=2)
    assert poll_killed_before(mirror, "INSERT INTO demarches (demarche, active_revision_id)")
    mirror.poll()
    mirror.assert_same()
    gone = next(one.number for one in seeds(230) if one.state == "en_construction")
    mirror.control.purge(gone)
    assert poll_killed_before(mirror, "INSERT INTO absences")
    mirror.poll()
    mirror.assert_same()
