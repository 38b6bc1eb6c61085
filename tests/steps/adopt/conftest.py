"""First contact with a démarche whose form nobody saw, over HTTP."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from cli.app import call
from sandbox.demarche.intake import NewDossier
from sandbox.demarche.seed import SeedDossier
from sandbox.generator.any_form import dossiers_of
from sandbox.server import Sandbox, running_sandbox
from tests.conftest import few_centres
from tests.mappings.matching.variants import VARIANTS, Variant

DOSSIERS = 6


@dataclass(frozen=True)
class Contact:
    """A démarche whose form nobody saw, and a shell set to it."""

    sandbox: Sandbox
    home: Path
    variant: Variant
    capture: pytest.CaptureFixture[str]

    def unc(self, *command: str, code: int | None = None) -> Any:
        self.capture.readouterr()
        found = call([*command, "--json"])
        shown = self.capture.readouterr()
        assert code is None or found == code, shown.err
        return json.loads(shown.out)

    def written(self) -> bool:
        numbers = range(24_000_001, 24_000_001 + DOSSIERS)
        snapshots = [self.sandbox.control.snapshot(number) for number in numbers]
        return any(one["annotations"] for one in snapshots)

    def workbooks(self, summary: Any) -> set[str]:
        return {Path(one).name for one in summary["workbooks"]}


MakeContact = Callable[..., Contact]


@pytest.fixture
def contact(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[MakeContact]:
    with ExitStack() as served:

        def make(
            variant: Variant | str, seeds: Sequence[SeedDossier | NewDossier] | None = None
        ) -> Contact:
            if isinstance(variant, str):
                variant = VARIANTS[variant]()
            given = dossiers_of(variant.form, DOSSIERS, seed=3) if seeds is None else seeds
            folder = tmp_path / "sandbox"
            running = running_sandbox(folder, forms=[variant.form], seeds=given, rate_limit=100_000)
            sandbox = served.enter_context(running)
            monkeypatch.chdir(tmp_path)
            for key, value in {
                "UNC_DS_URL": sandbox.url,
                "UNC_DS_TOKEN": sandbox.token,
                "UNC_DEMARCHE": str(sandbox.demarche),
                "UNC_INSTRUCTEUR": sandbox.instructeur,
                "UNC_HOME": str(tmp_path / "home"),
                "UNC_COLUMNS": str(few_centres(tmp_path / "colonnes")),
            }.items():
                monkeypatch.setenv(key, value)
            return Contact(sandbox, tmp_path / "home", variant, capsys)

        yield make
