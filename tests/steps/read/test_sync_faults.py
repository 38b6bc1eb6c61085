"""Whatever DS or the network does, what it serves in the end is what is kept."""

from pathlib import Path
from typing import Any

import pytest

from cli.app import call
from clients.errors import DsError, DsOutOfScope, DsTokenRefused
from tests.conftest import bridge_on
from tests.steps.syncing import mirrored, seeds

NUMBERS = [one.number for one in seeds(26)]

FAULTS: dict[str, dict[str, Any]] = {
    "timeout with partial data": {"kind": "timeout", "page_over": 6, "count": 3},
    "invalid null with partial data": {"kind": "invalid_null", "count": 2},
    "429 out of turn": {"kind": "rate_limit", "count": 3},
    "dropped before": {"kind": "drop_before", "count": 3},
    "dropped after": {"kind": "drop_after", "count": 3},
    "truncated": {"kind": "truncated", "count": 3},
    "proxy down": {"kind": "http", "status": 502, "count": 2},
    "proxy tired": {"kind": "http", "status": 504, "count": 3},
    "internal error once": {"kind": "root_error", "count": 1},
}


@pytest.mark.slow
@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())
def test_a_fault_that_passes_leaves_no_trace(tmp_path: Path, fault: dict[str, Any]) -> None:
    with mirrored(tmp_path, seeds(26)) as mirror:
        mirror.control.fault(**fault)
        summary = mirror.poll()
        assert len(summary.created) == 26
        assert not summary.quarantined
        assert not mirror.control.faults()["active"]
        mirror.assert_same()


def test_the_rate_limit_of_the_service_is_waited_for(tmp_path: Path) -> None:
    with mirrored(tmp_path, seeds(26)) as mirror:
        mirror.control.clock(frozen=True)
        mirror.control.rate_limit(2)
        assert len(mirror.poll().created) == 26
        assert sum(mirror.clock.slept) > 60
        mirror.control.rate_limit(10_000)
        mirror.assert_same()


@pytest.mark.sample(1)
@pytest.mark.parametrize("kind", ["http", "drop_before", "truncated"])
def test_a_fault_that_lasts_stops_the_run_and_the_next_one_goes_on(
    tmp_path: Path, kind: str
) -> None:
    with mirrored(tmp_path, seeds(26)) as mirror:
        mirror.control.fault(kind)
        with pytest.raises(DsError):
            mirror.poll()
        assert mirror.kept() == {}
        mirror.control.clear_faults()
        mirror.poll()
        mirror.assert_same()


@pytest.mark.slow
def test_a_service_that_times_out_on_every_page_is_read_dossier_by_dossier(
    tmp_path: Path,
) -> None:
    with mirrored(tmp_path, seeds(9)) as mirror:
        mirror.control.fault("timeout")
        assert len(mirror.poll().created) == 9
        mirror.control.clear_faults()
        mirror.assert_same()


@pytest.mark.slow
def test_a_broken_dossier_is_set_aside_and_the_rest_is_kept(tmp_path: Path) -> None:
    broken = {NUMBERS[7], NUMBERS[24]}
    with mirrored(tmp_path, seeds(26)) as mirror:
        mirror.control.broken(*broken)
        summary = mirror.poll()
        assert summary.quarantined == broken
        assert summary.needs_a_human()
        assert mirror.kept().keys() == set(NUMBERS) - broken
        with mirror.store() as store:
            assert {one.tries for one in store.quarantine.list(mirror.demarche)} == {1}


@pytest.mark.slow
def test_a_broken_dossier_is_tried_at_each_run_and_released_when_it_heals(
    tmp_path: Path,
) -> None:
    broken = {NUMBERS[7], NUMBERS[24]}
    with mirrored(tmp_path, seeds(26)) as mirror:
        mirror.control.broken(*broken)
        mirror.poll()
        again = mirror.poll()  # its page is long past
        assert again.quarantined == broken
        assert again.requests == 3 + len(broken)
        with mirror.store() as store:
            assert {one.tries for one in store.quarantine.list(mirror.demarche)} == {2}
        mirror.control.broken(NUMBERS[24])
        healed = mirror.poll()
        assert healed.created == {NUMBERS[7]}
        assert healed.quarantined == {NUMBERS[24]}
        mirror.control.broken()
        assert not mirror.poll().quarantined
        mirror.assert_same()


@pytest.mark.slow
def test_a_dossier_that_breaks_later_keeps_its_last_good_copy(tmp_path: Path) -> None:
    number = next(one.number for one in seeds(26) if one.state == "en_construction")
    with mirrored(tmp_path, seeds(26)) as mirror:
        mirror.poll()
        good = mirror.kept()[number]
        mirror.control.submit(number, {22: "nouveau"})
        mirror.control.broken(number)
        assert mirror.poll().quarantined == {number}
        assert mirror.kept()[number] == good
        mirror.control.broken()
        assert mirror.poll().updated == {number}
        mirror.assert_same()


@pytest.mark.slow
def test_a_broken_dossier_that_leaves_is_let_go(tmp_path: Path) -> None:
    with mirrored(tmp_path, seeds(12)) as mirror:
        mirror.control.broken(NUMBERS[7])
        mirror.poll()
        mirror.control.purge(NUMBERS[7])
        mirror.control.broken()
        assert not mirror.poll().quarantined
        mirror.assert_same()


@pytest.mark.slow
def test_quarantine_shows_in_the_status(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with bridge_on(tmp_path, seeds(12)) as bridge:
        for name, value in bridge.environment.items():
            monkeypatch.setenv(name, value)
        bridge.sandbox.control.broken(NUMBERS[3])
        assert call(["sync"]) == 1
        assert str(NUMBERS[3]) in capsys.readouterr().err
        assert call(["status", "--json"]) == 0
        assert str(NUMBERS[3]) in capsys.readouterr().out


def test_a_read_only_token_reads_everything(tmp_path: Path) -> None:
    with mirrored(tmp_path, seeds(12)) as mirror:
        mirror.control.add_token("lecture", read_only=True)
        token = type(mirror.settings.token())("lecture")
        assert len(mirror.poll(ds_token=token).created) == 12
        mirror.assert_same()


@pytest.mark.parametrize(
    ("limits", "refused"),
    [({"demarches": [1]}, DsOutOfScope), ({"networks": ["192.0.2.0/24"]}, DsTokenRefused)],
)
def test_a_token_that_is_not_for_this_writes_nothing(
    tmp_path: Path, limits: dict[str, Any], refused: type[DsError]
) -> None:
    with mirrored(tmp_path, seeds(12)) as mirror:
        mirror.control.add_token("ailleurs", **limits)
        with mirror.store():
            before = mirror.dump()
        token = type(mirror.settings.token())("ailleurs")
        with pytest.raises(refused, match="UNC_"):
            mirror.poll(ds_token=token)
        assert mirror.dump() == before
