"""What remains after a stop, a kill or a restart, and that nothing is left open."""

import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
import requests

from sandbox.server import running_sandbox


def test_a_restarted_sandbox_finds_everything_as_it_was_left(start: Any, seed: Any) -> None:
    with start() as api:
        api.annotate(1, (907, {"text": "S"}))
        api.send(1, "Bonjour", correction="incomplete")
        api.control.label(1, "Urgent")
        api.control.clock(advance=3600)
        before = api.control.snapshots(48213)
    with start(seeds=[seed(99)]) as api:
        assert api.control.snapshots(48213) == before
        assert api.control.clock()["now"] == "2026-03-02T13:00:10+01:00"


KILLED = """
import sys
import threading
from pathlib import Path
from sandbox.server import serve
serve(Path(sys.argv[1]), port=0, announce=lambda s: print(s.base_url, flush=True))
"""


@pytest.mark.slow
def test_a_killed_sandbox_has_lost_nothing_that_it_answered(tmp_path: Path) -> None:
    process = subprocess.Popen(  # noqa: S603  this very interpreter
        [sys.executable, "-c", KILLED, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    base_url = process.stdout.readline().strip()
    with process.stdout, requests.Session() as session:
        for n in range(1, 31):
            body = {
                "demarche": 48213,
                "dossier": {
                    "number": n,
                    "company": {"siret": "1", "name": "X"},
                    "mandatory": False,
                },
            }
            assert session.post(f"{base_url}/control/create", json=body, timeout=10).ok
        process.send_signal(signal.SIGKILL)
        process.wait()
    with running_sandbox(tmp_path) as sandbox:
        assert set(sandbox.control.snapshots(48213)) == set(range(1, 31))


@pytest.mark.slow
def test_an_interrupted_foreground_sandbox_stops_without_noise(tmp_path: Path) -> None:
    process = subprocess.Popen(  # noqa: S603  this very interpreter
        [sys.executable, "-c", KILLED, str(tmp_path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    base_url = process.stdout.readline().strip()
    assert requests.post(f"{base_url}/control/stats", timeout=10).ok
    process.send_signal(signal.SIGINT)
    _, noise = process.communicate(timeout=20)
    assert noise == ""
    assert process.returncode == 0


def test_a_taken_port_is_told_and_leaves_nothing_open(tmp_path: Path) -> None:
    before = set(threading.enumerate())  # a sandbox of another file's tests may be served too
    with running_sandbox(tmp_path / "one") as sandbox:
        port = int(sandbox.base_url.rpartition(":")[2])
        with pytest.raises(OSError, match="in use"), running_sandbox(tmp_path / "two", port=port):
            pass
    left = set(threading.enumerate()) - before
    assert not [one for one in left if one.name == "sandbox"]
