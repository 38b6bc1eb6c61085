"""The gate where neither root, sudo nor npm is: Python first, then what was skipped, said."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.ops.conftest import ROOT

TOOLS = ("bash", "env", "dirname", "mktemp", "rm", "tail", "tee", "grep", "cat", "true")


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """A PATH with a `make` that writes down what it is asked, an `id` of nobody, and no more."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for tool in TOOLS:
        (folder / tool).symlink_to(str(shutil.which(tool)))
    for name, text in {
        "make": f'echo "$* $CI" >> {tmp_path}/asked; echo "Rien à faire"',
        "id": "echo 1000",
    }.items():
        (folder / name).write_text(f"#!/bin/sh\n{text}\n", "utf-8")
        (folder / name).chmod(0o755)
    return folder


def test_python_is_tested_first_and_what_cannot_be_is_said(bare: Path, tmp_path: Path) -> None:
    done = subprocess.run(  # noqa: S603
        [str(ROOT / ".ci/run")], check=False, capture_output=True, text=True,
        env={"PATH": str(bare), "TMPDIR": str(tmp_path), "HOME": str(tmp_path)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    asked = (tmp_path / "asked").read_text("utf-8").splitlines()
    assert asked[:4] == ["setup true", "setup true", "check true", "test true"]
    assert asked[-1] == "test-rest false", "what is missing skips, and fails nothing"
    assert not [one for one in asked if one.split()[0] in {"portal-assets", "test-tools", "drills"}]
    skipped = [line for line in done.stdout.splitlines() if line.startswith("SKIPPED: ")]
    assert len(skipped) == 3
    assert "neither root nor sudo" in skipped[0]
    assert "chromium" in skipped[0]
    assert "npm is not installed" in skipped[1]
    assert "DRILLS=1" in skipped[2]


def test_nothing_is_skipped_where_all_is_there(bare: Path, tmp_path: Path) -> None:
    (bare / "id").write_text("#!/bin/sh\necho 0\n")
    for tool in ("npm", "apt-get"):
        (bare / tool).write_text(f'#!/bin/sh\necho "{tool} $*" >> {tmp_path}/asked\n')
        (bare / tool).chmod(0o755)
    done = subprocess.run(  # noqa: S603
        [str(ROOT / ".ci/run")], check=False, capture_output=True, text=True,
        env={"PATH": str(bare), "TMPDIR": str(tmp_path), "HOME": str(tmp_path), "DRILLS": "1"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    asked = (tmp_path / "asked").read_text("utf-8").splitlines()
    assert asked[-2:] == ["test-rest true", "drills true"]
    assert any(one.startswith("apt-get install") and "buildah" in one for one in asked)
    assert {"portal-assets true", "test-tools true"} <= set(asked)
    assert "SKIPPED" not in done.stdout
