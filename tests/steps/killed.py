"""Runs `unc run` again and again, each in a process of its own, which the test may kill.

Everything is imported once; each line on standard input, a JSON object of what the environment is
then, forks a run, whose pid is printed. ``CLOCK_AHEAD``: seconds by which its clock is ahead.
"""

import json
import os
import sys
from datetime import timedelta
from functools import partial

from cli.app import call
from clients import transport
from clients.retrying import RetryPolicy
from steps.reply import lost_answers
from tests.steps.observed_runs import clock_ahead

lost_answers.SETTLED = timedelta(seconds=0.2)  # the sandbox on this machine answers at once


def run(changes: dict[str, str]) -> int:
    os.environ.update(changes)
    ahead = float(os.environ.get("CLOCK_AHEAD", "0"))
    more: list[str] = []
    if "CLOCK_AHEAD" in os.environ:
        more = ["--new-base"]
        setattr(transport, "RetryPolicy", partial(RetryPolicy, first=0.01, longest=0.05))  # noqa: B010
    with open(os.devnull, "w") as nowhere:  # noqa: PTH123
        os.dup2(nowhere.fileno(), 1)
        if "CLOCK_AHEAD" in os.environ:
            os.dup2(nowhere.fileno(), 2)
    with clock_ahead(lambda: ahead):
        return call(["run", "--json", "--debug", *more])


for line in sys.stdin:
    pid = os.fork()
    if not pid:
        os._exit(run(json.loads(line)))
    print(pid, flush=True)  # noqa: T201
    _, status = os.waitpid(pid, 0)
    print(status, flush=True)  # noqa: T201
