"""Killed (-9) at any write, between a page and its watermark too, the next run ends the same."""

import json
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
import json, os, signal, sys
from sqlalchemy import event
from sqlalchemy.engine import Engine
from steps.read.poll import poll
from steps.wiring.form import load_form
from steps.wiring.services import connect
from steps.wiring.summary import Summary
from settings import load_settings

wanted, left = "", 0

@event.listens_for(Engine, "before_cursor_execute")
def count(connection, cursor, statement, *_):
    global left
    if wanted in " ".join(statement.split()):
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

settings = load_settings()
load_form(mapping=settings.mapping, rules=settings.rules)  # once: what is killed is a fork
for line in sys.stdin:
    wanted, left = json.loads(line)
    pid = os.fork()
    if not pid:
        with connect(settings, make=True) as services:
            poll(services, Summary())
        os._exit(0)
    print(os.waitpid(pid, 0)[1], flush=True)
"""


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.debian)])
def mirror(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Mirror]:
    url = None
    if request.param == "postgresql":
        make: Callable[[], str] = request.getfixturevalue("new_postgres_url")
        url = SecretStr(make())
    with mirrored(tmp_path, seeds(230), database_url=url) as made:
        yield made


PollKilled = Callable[..., bool]


@pytest.fixture
def poll_killed_before(mirror: Mirror) -> Iterator[PollKilled]:
    """Poll in a process of its own, which dies at a statement; whether it did."""
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
    with subprocess.Popen(  # noqa: S603
        [sys.executable, "-c", KILLED],
        env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        assert process.stdin is not None
        assert process.stdout is not None
        asked, told = process.stdin, process.stdout

        def poll(statement: str, *, nth: int = 1) -> bool:
            asked.write(json.dumps([statement, nth]) + "\n")
            asked.flush()
            return os.waitstatus_to_exitcode(int(told.readline())) == -signal.SIGKILL

        yield poll
        asked.close()


@pytest.mark.slow
def test_a_poll_killed_at_any_write_is_finished_by_the_next_one(
    mirror: Mirror, poll_killed_before: PollKilled
) -> None:
    assert poll_killed_before("INSERT INTO revisions", nth=2)
    assert poll_killed_before("INSERT INTO dossiers")
    assert poll_killed_before("INSERT INTO demarches (demarche, watermark)")
    assert poll_killed_before("INSERT INTO demarches (demarche, watermark)", nth=2)
    mirror.control.publish(
        mirror.demarche, edits=[{"op": "reword", "champ": 22, "label": "Motif, en clair"}]
    )
    assert poll_killed_before("INSERT INTO past_states", nth=2)
    assert poll_killed_before("INSERT INTO demarches (demarche, active_revision_id)")
    mirror.poll()
    mirror.assert_same()
    gone = next(one.number for one in seeds(230) if one.state == "en_construction")
    mirror.control.purge(gone)
    assert poll_killed_before("INSERT INTO absences")
    mirror.poll()
    mirror.assert_same()
