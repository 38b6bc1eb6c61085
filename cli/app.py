"""The `unc` command: what to type, how it ends.

Exit codes: 0 done; 1 done, but something failed or was refused and is named; 2 could not run.
Each command returns its exit code. With ``--json``, one JSON object on standard output; all else
goes to standard error.
"""

import gc
import os
import sys
from contextlib import suppress
from importlib.metadata import version

from cyclopts import App, CycloptsError

from cli.demo import demo, sandbox
from cli.doctor import doctor
from cli.doctor.setting_names import unknown_names
from cli.mapping import bdpm
from cli.mapping import commands as mapping
from cli.patients import commands as patients
from cli.portal import serve, users
from cli.rules import commands as rules
from cli.run import commands as running
from cli.run import operations, reconcile, returned, status
from cli.situations import commands as situations
from cli.terminal.help import group_of, in_french
from cli.terminal.output import explain, print_json, say, write_anywhere
from cli.terminal.parsing import misunderstood

app = App(
    name="unc",
    help="Passerelle entre démarches-simplifiées et les évaluateurs des usages non conformes.",
    version=f"unc {version('passerelle-unc')}",
    version_flags=["--version"],
    help_format="plaintext",
)
for command in (
    doctor.doctor,
    running.run,
    running.sync,
    reconcile.reconcile,
    running.assess,
    running.respond,
    running.export,
    status.status,
    operations.backup,
    operations.upgrade,
    operations.purge,
    serve.serve,
    sandbox.sandbox,
    demo.demo,
):
    app.command(command)
app.command(returned.import_, name="import")
app.command(bdpm.bdpm)
app.command(mapping.mapping)
app.command(patients.patients)
app.command(users.users)
app.command(rules.rules)
app.command(situations.situations)
for name in [name for name in app if not name.startswith("-")]:
    place = group_of(name)
    app[name].group, app[name].sort_key = place["group"], place["sort_key"]
in_french(app)


def main() -> None:
    """Run the command of this process and leave with its exit code."""
    write_anywhere()
    gc.freeze()  # what was imported stays: not looked through again while pages come and go
    sys.exit(_written(call(sys.argv[1:])))


def call(arguments: list[str]) -> int:
    """Run one command line and return its exit code."""
    if arguments[:1] != ["doctor"] and (told := unknown_names()):  # which tells it in its own way
        say(f"Réglage {told}")
    try:
        code = app(arguments, exit_on_error=False, print_error=False, result_action="return_value")
    except CycloptsError as error:
        return _could_not_run(arguments, misunderstood(error))
    except KeyboardInterrupt:
        say("Interrompu ; le prochain passage reprend où celui-ci s'est arrêté.")
        return 130
    except BrokenPipeError:  # who reads has read enough
        return 1
    except Exception as error:
        if "--debug" in arguments:
            raise
        return _could_not_run(arguments, explain(error))
    return code if isinstance(code, int) else 0


def _written(code: int) -> int:
    """The exit code, once what was printed is out; nothing more is written where nobody reads."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return code or 1
    return code


def _could_not_run(arguments: list[str], sentence: str) -> int:
    """Say why; a program that asked for JSON gets its one object all the same."""
    say(sentence)
    if "--json" in arguments:
        with suppress(OSError):  # it may be the output itself that refuses
            print_json({"error": sentence})
    return 2
