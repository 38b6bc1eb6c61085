"""Beginning again, copies of the whole sandbox, and the scenario that is played day by day."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from sandbox.common.errors import Refusal
from sandbox.control.client import ControlError
from sandbox.control.scenario import ACTS, known, read
from sandbox.demarche import snapshots
from sandbox.generator.any_form import dossiers_of
from sandbox.server import default_form


def test_a_copy_brings_back_dossiers_form_and_what_was_made_of_them(
    start: Any, tmp_path: Path
) -> None:
    with start() as api:
        made = tmp_path / "exports" / "agence.xlsx"
        made.parent.mkdir()
        made.write_text("hier")
        before = api.control.snapshots(48213)
        api.control.keep("avant")
        api.control.submit(1, {7: "Mandataire"})
        api.control.purge(2)
        api.control.publish(48213, edits=[{"op": "reword", "champ": 1, "label": "Autre"}])
        api.control.fault("http", status=503)
        made.write_text("aujourd'hui")
        (tmp_path / "plus-tard").write_text("")
        api.control.bring_back("avant")
        assert api.control.snapshots(48213) == before
        assert api.numbers() == [1, 2, 3, 4, 5]
        assert api.control.kept() == ["avant"]
        assert made.read_text() == "hier"
        assert not (tmp_path / "plus-tard").exists()
    with start() as api:
        assert api.control.snapshots(48213) == before


def test_a_reset_begins_again_with_the_same_dossiers_and_keeps_the_copies(start: Any) -> None:
    with start() as api:
        before = api.numbers()
        api.control.keep("une")
        api.control.purge(1)
        api.control.clock(advance=3600)
        now = api.control.clock()["microseconds"]
        api.control.reset()
        assert api.numbers() == before
        assert api.control.clock()["microseconds"] == now - 3600 * 1_000_000
        assert api.control.kept() == ["une"]


def test_an_unknown_or_impossible_name_is_refused_in_a_sentence(start: Any) -> None:
    with start() as api:
        api.control.keep("une")
        with pytest.raises(ControlError, match="Instantanés gardés : une"):
            api.control.bring_back("deux")
        with pytest.raises(ControlError, match="ne nomme pas un instantané"):
            api.control.keep("../ailleurs")
        with pytest.raises(ControlError, match="Aucun scénario"):
            api.control.next_day()
        assert api.numbers()


@pytest.mark.parametrize("killed_at", range(6))
def test_a_return_that_is_killed_ends_at_the_next_start(
    tmp_path: Path, killed_at: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a", "b", "c"):
        (tmp_path / name).write_text("hier")
    snapshots.keep(tmp_path, "une")
    (tmp_path / "a").write_text("aujourd'hui")
    (tmp_path / "d").write_text("aujourd'hui")
    steps = iter(range(100))
    rename = Path.rename

    def dying(self: Path, target: Path) -> Path:
        if next(steps) == killed_at:
            raise KeyboardInterrupt
        return rename(self, target)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "rename", dying)
        try:
            snapshots.bring_back(tmp_path, "une")
        except KeyboardInterrupt:
            assert killed_at < 5
    snapshots.finish(tmp_path)
    left = {one.name: one.read_text() for one in tmp_path.iterdir() if one.is_file()}
    hier = dict.fromkeys("abc", "hier")
    today = {**hier, "a": "aujourd'hui", "d": "aujourd'hui"}
    assert left == (today if killed_at == 0 else hier)
    with pytest.raises(Refusal):
        snapshots.check(tmp_path, ".copie")
    shutil.rmtree(tmp_path / snapshots.FOLDER)


def test_every_act_of_a_scenario_is_one_that_is_known() -> None:
    assert "deux-semaines" in known()
    for name in known():
        for day in read(name)["days"]:
            assert day["told"]
            assert {next(iter(act)) for act in day["acts"]} <= set(ACTS)


@pytest.mark.parametrize("own", [False, True], ids=["unc", "own"])
def test_two_weeks_are_played_on_any_form_and_survive_a_restart(start: Any, own: bool) -> None:
    form = default_form()
    if own:
        question = {"id": 1, "label": "Nom", "type": "text", "required": True}
        more = {"id": 2, "label": "Avis", "type": "textarea", "required": True}
        last = {"id": 3, "label": "Oui ?", "type": "yes_no"}
        form = {**form, "revisions": [{"champs": [question, more, last], "annotations": []}]}
    options = {
        "forms": [form],
        "seeds": dossiers_of(form, 4, seed=1),
        "scenario": "deux-semaines",
    }
    with start(**options) as api:
        for at in range(1, 8):
            assert api.control.next_day()["day"] == at
        assert api.control.scenario()["day"] == 7
        assert api.control.clock()["now"].startswith("2026-02-23")
    with start(**options) as api:
        for _ in range(7):
            assert api.control.next_day()["refused"] == []
        with pytest.raises(ControlError, match="terminé"):
            api.control.next_day()
        told = api.control.scenario()
        assert (told["day"], len(told["past"])) == (14, 14)
        shown = api.control.snapshots(48213).values()
        assert len(shown) == 4 + 11 - 1
        assert {"accepte", "sans_suite", "en_construction"} <= {one["state"] for one in shown}
        assert api.control.clock()["now"].startswith("2026-03-02")
