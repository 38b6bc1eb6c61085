"""Runs `unc run` again and again, each in a process of its own, which the test may kill.

Everything is imported once; each line on standard input forks a run, whose pid is printed.
"""

import os
import sys
from datetime import timedelta

from cli.app import call
from steps.reply import lost_answers

lost_answers.SETTLED = timedelta(seconds=0.2)  # the sandbox on this machine answers at once

for _ in sys.stdin:
    pid = os.fork()
    if not pid:
        with open(os.devnull, "w") as nowhere:  # noqa: PTH123
            os.dup2(nowhere.fileno(), 1)
            os._exit(call(["run", "--json", "--debug"]))
    print(pid, flush=True)  # noqa: T201
    _, status = os.waitpid(pid, 0)
    print(status, flush=True)  # noqa: T201
