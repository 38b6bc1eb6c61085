"""An empty base where there was a full one stops with a question, whatever is left of it."""

import shutil
from pathlib import Path

import pytest
from pydantic import SecretStr

from cli.app import call
from sandbox.generator.generate import generate
from steps.wiring.memory import MemoryGone
from tests.conftest import Bridge, MakeBridge

pytestmark = pytest.mark.slow

SEEDS = generate(6, seed=3)


def lose(made: Bridge, how: str) -> None:
    for file in made.home.glob("unc.sqlite*"):
        file.unlink()
    if how == "zero-length":
        (made.home / "unc.sqlite").touch()


def leave_only(made: Bridge, trace: str) -> None:
    if trace == "marker":
        shutil.rmtree(made.home / "exports")
    if trace == "exports":
        (made.home / f"demarche-{made.sandbox.demarche}.lue").unlink()


@pytest.mark.parametrize(("how", "trace"), [("missing", "marker"), ("zero-length", "exports")])
def test_an_empty_base_where_there_was_one_stops_until_a_person_says_so(
    bridge: MakeBridge,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    how: str,
    trace: str,
) -> None:
    with bridge(SEEDS) as made:
        made.run()
        saved = made.home.parent / "sauvegarde.sqlite"
        shutil.copyfile(made.home / "unc.sqlite", saved)
        leave_only(made, trace)
        lose(made, how)
        for name, value in made.environment.items():
            monkeypatch.setenv(name, value)
        capsys.readouterr()
        made.sandbox.control.stats(reset=True)
        for command in ("run", "sync", "assess", "export", "status", "upgrade", "init"):
            assert call([command]) == 2
            told = " ".join(capsys.readouterr().err.split())
            assert "restaurez une sauvegarde" in told
            assert "--new-base" in told
        assert not made.sandbox.control.stats()["mutations"]
        lose(made, how)
        shutil.copyfile(saved, made.home / "unc.sqlite")
        assert call(["run"]) == 0
        lose(made, how)
        assert call(["run"]) == 2
        assert call(["run", "--new-base"]) == 0
        assert not made.run().created


def test_a_first_run_that_was_killed_before_it_read_anything_asks_nothing(
    bridge: MakeBridge,
) -> None:
    with bridge(SEEDS) as made:
        made.sandbox.control.fault("http", operation="query", count=1_000)
        with pytest.raises(Exception, match="DS"):
            made.run()
        made.sandbox.control.clear_faults()
        assert made.run().created


def test_an_address_that_names_an_empty_base_by_mistake_is_asked_about(
    bridge: MakeBridge, tmp_path: Path
) -> None:
    with bridge(SEEDS) as made:
        made.run()
        elsewhere = {"database_url": SecretStr(f"sqlite:///{tmp_path / 'autre.sqlite'}")}
        with pytest.raises(MemoryGone, match=f"démarche {made.sandbox.demarche}"):
            made.run(**elsewhere)
