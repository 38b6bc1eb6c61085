"""A command imports what it uses: the list of commands is shown at once, an idle run soon."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from cyclopts import App

from cli.app import COMMANDS, make_app
from settings import ROOT
from tests.conftest import MakeBridge
from tests.steps.syncing import seeds

HEAVY = {
    "alembic",
    "fastapi",
    "gql",
    "graphql",
    "jinja2",
    "openpyxl",
    "phonenumbers",
    "prefect",
    "pydantic",
    "pydantic_settings",
    "rapidfuzz",
    "requests",
    "ruamel",
    "scipy",
    "sqlalchemy",
    "starlette",
}
OURS = {"clients", "exports", "flows", "mappings", "portal", "sandbox", "settings"} | {
    "steps",
    "store",
    "triage",
}


def _imported(typed: list[str]) -> set[str]:
    """Modules, by their first name, that a command line leaves imported."""
    told = f"import sys; from cli.app import call; call({typed!r}); print(*sys.modules)"
    command = [sys.executable, "-c", told]
    done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603  ours
    return {name.partition(".")[0] for name in done.stdout.splitlines()[-1].split()}


@pytest.mark.slow
@pytest.mark.parametrize("typed", [["--help"], []])
def test_the_list_of_commands_imports_none_of_them(typed: list[str]) -> None:
    assert not _imported(typed) & (HEAVY | OURS)


@pytest.mark.parametrize("name", COMMANDS)
def test_the_list_says_of_a_command_the_first_sentence_of_its_own_help(name: str) -> None:
    own: App = make_app(listed=False)[name]
    first = " ".join(own.help.partition("\n\n")[0].split())
    assert first == COMMANDS[name][1]


_TERMINAL = frozenset({"FORCE_COLOR", "TTY_COMPATIBLE"})
ONLY_WHERE_SOMETHING_MOVED = (
    "alembic",
    "cli.portal",  # names of settings, where one is unknown
    "cli.terminal.console",
    "clients.writing",
    "email_validator",
    "exports.model",
    "exports.sheets",
    "exports.xlsx",
    "jinja2",
    "mappings.matching",
    "mappings.medicines.match",
    "numpy",
    "openpyxl",
    "phonenumbers",
    "prefect",
    "rapidfuzz",
    "rich",
    "scipy",
    "sqlalchemy.dialects.postgresql",
    "steps.explain",
    "steps.follow",
    "steps.judge.situations",
    "steps.judge.verdicts",
    "steps.publish.current_workbooks",
    "steps.reply.delivery",
    "store.consumption",
    "triage.patient_data.words",
    "triage.registre.register",
    "triage.situations.description",
    "triage.situations.words.vocabulary",
)
"""What judges, writes, makes workbooks, or shows something to a person."""


@pytest.mark.slow
def test_a_run_in_which_nothing_moved_imports_nothing_that_works_on_dossiers(
    bridge: MakeBridge, tmp_path: Path
) -> None:
    told = "import sys; from cli.app import call; assert call(['run', '--json']) == 0"
    command = [sys.executable, "-c", f"{told}; print(*sys.modules)"]
    with bridge(seeds(3)) as made:
        for _ in range(2):  # the second reads what the first wrote
            made.run()
        outside = {name: one for name, one in os.environ.items() if name not in _TERMINAL}
        done = subprocess.run(  # noqa: S603  ours
            command,
            capture_output=True,
            text=True,
            check=True,
            cwd=tmp_path,
            env=outside | made.environment | {"PYTHONPATH": str(ROOT)},
        )
    counts, _, modules = done.stdout.rpartition("}")
    summary = json.loads(counts + "}")
    assert summary["seen"] == summary["unchanged"] > 0
    assert (summary["assessed"], summary["annotated"], summary["workbooks"]) == (0, 0, [])
    imported = {*modules.split()}
    assert "steps.publish.export" in imported
    inside = tuple(f"{name}." for name in ONLY_WHERE_SOMETHING_MOVED)
    assert not {one for one in imported if f"{one}.".startswith(inside)}
