"""A command imports what it uses: the list of commands is shown at once, an idle run soon."""

import subprocess
import sys

import pytest
from cyclopts import App

from cli.app import COMMANDS, make_app

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


@pytest.mark.slow
def test_a_run_that_makes_no_workbook_imports_nothing_that_makes_one() -> None:
    told = "import sys, cli.run.several, cli.run.commands, steps.run; print(*sys.modules)"
    done = subprocess.run(  # noqa: S603  ours
        [sys.executable, "-c", told], capture_output=True, text=True, check=True
    )
    modules = {*done.stdout.split()}
    first = {name.partition(".")[0] for name in modules}
    assert "exports" in first
    assert not first & {"numpy", "openpyxl", "prefect", "scipy"}
    # What searches for patient data compiles hundreds of patterns: only where a report is judged.
    assert not first & {"email_validator", "phonenumbers"}
    assert "triage.patient_data.words" not in modules
