"""A form as it was last read, in a base of its own, and a shell set to it: nothing is served."""

import json
from collections.abc import Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from cli.app import call
from sandbox.api.views import descriptors
from sandbox.common.ids import encode
from sandbox.form.model import FormRevision
from settings import load_settings
from steps.wiring.services import open_services
from tests.mappings.matching.variants import Raw

DEMARCHE = 140


@dataclass(frozen=True)
class OfflineForm:
    """A form in store, and where `unc` keeps what is said of it."""

    home: Path
    patch: pytest.MonkeyPatch

    @property
    def folder(self) -> Path:
        """Where the mapping that is written for it stands."""
        return self.home / "correspondance" / str(DEMARCHE)

    @property
    def mapping(self) -> str:
        """The mapping that was written for it."""
        return (self.folder / "mapping.yaml").read_text("utf-8")

    def publish(self, number: int, revision: Raw) -> None:
        """Put a revision in store, in force from now on."""
        made = FormRevision.from_json(0, 0, revision)
        name = encode("ProcedureRevision", number)
        raw = {
            "id": name,
            "champDescriptors": descriptors(made.champs),
            "annotationDescriptors": descriptors(made.annotations),
        }
        with open_services(load_settings(), make=True) as services:
            memory = services.store.demarches
            memory.save_revision(DEMARCHE, name, descriptors=raw, at=datetime.now(UTC))
            memory.save(DEMARCHE, active_revision_id=name)

    def unc(self, *command: str, typed: Sequence[str] = ()) -> tuple[int, str]:
        """A command, with the lines that a person types; its code, and what it showed."""
        lines = "".join(f"{line}\n" for line in typed)
        self.patch.setattr("sys.stdin", StringIO(lines))
        with redirect_stdout(StringIO()) as out, redirect_stderr(out):
            code = call([*command])
        return code, out.getvalue().replace("\N{NO-BREAK SPACE}", " ").replace("\u202f", " ")

    def told(self, *command: str) -> Any:
        """What a command tells scripts."""
        with redirect_stdout(StringIO()) as out, redirect_stderr(StringIO()):
            call([*command, "--json"])
        return json.loads(out.getvalue())


def offline(folder: Path, patch: pytest.MonkeyPatch, revision: Raw) -> OfflineForm:
    """A form in store that nobody adapted."""
    patch.chdir(folder)
    patch.setenv("UNC_HOME", str(folder / "home"))
    patch.setenv("UNC_DEMARCHE", str(DEMARCHE))
    made = OfflineForm(folder / "home", patch)
    made.publish(1, revision)
    return made
