"""First contact with a démarche whose form nobody saw, over HTTP."""

import json
import re
import shlex
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from cli.app import call
from sandbox.demarche.intake import NewDossier
from sandbox.demarche.seed import SeedDossier
from sandbox.generator.any_form import dossiers_of
from sandbox.server import Sandbox, running_sandbox
from tests.conftest import environment_of, few_centres
from tests.mappings.matching.variants import VARIANTS, Variant

DOSSIERS = 6


@dataclass(frozen=True)
class Contact:
    """A démarche whose form nobody saw, and a shell set to it."""

    sandbox: Sandbox
    home: Path
    variant: Variant

    def unc(self, *command: str, code: int | None = None) -> Any:
        with redirect_stdout(StringIO()) as out, redirect_stderr(StringIO()) as err:
            found = call([*command, "--json"])
        assert code is None or found == code, err.getvalue()
        return json.loads(out.getvalue())

    def seen(self, *command: str) -> Any:
        """A command that a person gives again, with the code of what blocks, once they saw it."""
        found = self.unc(*command)
        return self.unc(*command, "--seen", found["seen"], code=0) if "seen" in found else found

    def written(self) -> bool:
        numbers = range(24_000_001, 24_000_001 + DOSSIERS)
        snapshots = [self.sandbox.control.snapshot(number) for number in numbers]
        return any(one["annotations"] for one in snapshots)

    def workbooks(self, summary: Any) -> set[str]:
        return {Path(one).name for one in summary["workbooks"]}


def printed(text: str) -> list[str]:
    """What follows `unc` in the first command that a text shows, as a person pastes it."""
    (command,) = re.findall("`unc ([^`]+)`", text)[:1]
    return shlex.split(command)


def code_of(text: str) -> str:
    """The code of words of before, in a line that shows them."""
    (code,) = re.findall(r"--words (\w+)", text)
    return str(code)


@contextmanager
def contacted(
    folder: Path, variant: Variant, seeds: Sequence[SeedDossier | NewDossier]
) -> Iterator[Contact]:
    """The démarche served, and the settings of this process set to it."""
    running = running_sandbox(
        folder / "sandbox", forms=[variant.form], seeds=seeds, rate_limit=100_000
    )
    with running as sandbox, pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        columns = str(few_centres(folder / "colonnes"))
        for key, value in environment_of(sandbox, folder / "home", UNC_COLUMNS=columns).items():
            patch.setenv(key, value)
        yield Contact(sandbox, folder / "home", variant)


MakeContact = Callable[..., Contact]


@pytest.fixture
def contact(tmp_path: Path) -> Iterator[MakeContact]:
    with ExitStack() as served:

        def make(
            variant: Variant | str, seeds: Sequence[SeedDossier | NewDossier] | None = None
        ) -> Contact:
            if isinstance(variant, str):
                variant = VARIANTS[variant]()
            given = dossiers_of(variant.form, DOSSIERS, seed=3) if seeds is None else seeds
            return served.enter_context(contacted(tmp_path, variant, given))

        yield make
