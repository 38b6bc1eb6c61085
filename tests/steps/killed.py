"""Runs `unc run` again and again, each in a process of its own, which the test may kill.

Everything is imported once, and what runs read once per process is read by a first run, on a
sandbox of its own. Then each line on standard input, a JSON object of what the environment is
then, forks a run, whose pid is printed. ``CLOCK_AHEAD``: seconds by which its clock is ahead.
"""

import json
import os
import sys
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from cli.app import call
from clients import transport
from sandbox.generator.generate import generate
from sandbox.server import running_sandbox
from settings import load_settings
from steps.reply import lost_answers
from steps.run import run_once
from steps.wiring.services import connect
from steps.wiring.summary import Summary
from tests.at_once import AT_ONCE
from tests.steps.observed_runs import clock_ahead

lost_answers.SETTLED = timedelta(seconds=0.2)  # the sandbox on this machine answers at once


def run_elsewhere() -> None:
    """A whole run: a forked one parses no rules, forms nor words again, two seconds each time."""
    with (
        TemporaryDirectory() as folder,
        running_sandbox(Path(folder) / "sandbox", seeds=generate(12, seed=1)) as sandbox,
    ):
        settings = load_settings(
            _env_file=None,
            ds_url=sandbox.url,
            ds_token=sandbox.token,
            demarche=sandbox.demarche,
            instructeur=sandbox.instructeur,
            home=Path(folder) / "home",
        )
        with connect(settings, make=True) as services:
            run_once(services, Summary())


def run(changes: dict[str, str]) -> int:
    os.environ.update(changes)
    ahead = float(os.environ.get("CLOCK_AHEAD", "0"))
    more: list[str] = []
    if "CLOCK_AHEAD" in os.environ:
        more = ["--new-base"]
        setattr(transport, "RetryPolicy", AT_ONCE)  # noqa: B010
    with open(os.devnull, "w") as nowhere:  # noqa: PTH123
        os.dup2(nowhere.fileno(), 1)
        if "CLOCK_AHEAD" in os.environ:
            os.dup2(nowhere.fileno(), 2)
    with clock_ahead(lambda: ahead):
        return call(["run", "--json", "--debug", *more])


run_elsewhere()
for line in sys.stdin:
    pid = os.fork()
    if not pid:
        os._exit(run(json.loads(line)))
    print(pid, flush=True)  # noqa: T201
    _, status = os.waitpid(pid, 0)
    print(status, flush=True)  # noqa: T201
