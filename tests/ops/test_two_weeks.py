"""Two weeks of a démarche, as staff train on them: a run each evening, whatever the day brought."""

from datetime import datetime
from pathlib import Path

import pytest

from sandbox.generator.any_form import dossiers_of
from sandbox.server import default_form, running_sandbox
from settings import load_settings
from tests.conftest import Bridge, few_centres

pytestmark = pytest.mark.slow


def test_a_run_each_evening_reads_asks_and_follows_all_that_happened(tmp_path: Path) -> None:
    seeds = dossiers_of(default_form(), 10, seed=2)
    with running_sandbox(
        tmp_path / "sandbox", seeds=seeds, scenario="deux-semaines", rate_limit=100_000
    ) as sandbox:
        assert sandbox.since is not None
        settings = load_settings(
            _env_file=None,
            ds_url=sandbox.url,
            ds_token=sandbox.token,
            demarche=sandbox.demarche,
            instructeur=sandbox.instructeur,
            home=tmp_path / "home",
            columns=few_centres(tmp_path / "colonnes"),
            declarant_channel="correction",
            quiet_minutes=0,
            messages_since=datetime.fromisoformat(sandbox.since),
        )
        bridge = Bridge(sandbox, tmp_path / "home", settings)
        asked: dict[int, int] = {}
        for day in range(1, 15):
            told = sandbox.control.next_day()
            assert told["refused"] == [], told
            summary = bridge.run()
            assert summary.json()["quarantined"] == 0, day
            for number, one in sandbox.control.snapshots(sandbox.demarche).items():
                if one["pending_correction"]:
                    asked.setdefault(number, day)
        kept = sandbox.control.snapshots(sandbox.demarche)
        status = {number: one["annotations"].get("901") for number, one in kept.items()}
    first, spoilt = sorted(number for number in kept if number > max(s.number for s in seeds))[:2]
    assert status[first] == "Clos"
    assert status[spoilt] == "Complet"
    assert asked[spoilt] == 1
    assert len(asked) > 3
