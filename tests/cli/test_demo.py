"""The two weeks of the demo: what happens in them, and that they may be cut short."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cli.demo import two_weeks
from cli.demo.demo import _MEDICINES, _DemoState, start_prefect
from cli.run.respond import _value
from sandbox.api.instance import DATABASE
from sandbox.generator.generate import generate
from sandbox.server import running_sandbox
from steps.wiring.failures import RequestError
from steps.wiring.public_data.reference import load
from steps.wiring.services import as_of, now

START = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) - two_weeks.LENGTH


@pytest.mark.slow
def test_the_two_weeks_bring_answers_dossiers_and_a_takeover(tmp_path: Path) -> None:
    seeds = two_weeks.rising(generate(30, seed=1, now=START), start=START)
    with running_sandbox(tmp_path, seeds=seeds) as served:
        before = served.control.snapshots(served.demarche)
        happened = two_weeks.play(served, seeds, seed=1, start=START)
        after = served.control.snapshots(served.demarche)
        again = two_weeks.play(served, seeds, seed=1, start=START)
        assert served.control.snapshots(served.demarche).keys() == after.keys()
    assert again == happened
    assert happened.answered
    assert happened.partly
    assert set(happened.arrived) == after.keys() - before.keys()
    assert happened.taken_over is not None
    assert after[happened.taken_over]["state"] == "en_instruction"
    for number in (*happened.answered, *happened.partly):
        assert after[number]["answers"] != before[number]["answers"]


def test_what_a_declarant_answers_is_what_it_meant() -> None:
    spoilt = generate(30, seed=1, now=START)
    meant = generate(30, seed=1, now=START, spoilt=False)
    assert [one.number for one in spoilt] == [one.number for one in meant]
    incomplete = [
        (a, b) for a, b in zip(spoilt, meant, strict=True) if a.planted.status == "À compléter"
    ]
    assert incomplete
    assert all(a.answers != b.answers for a, b in incomplete)


def test_the_use_that_rises_was_reported_in_the_last_months() -> None:
    seeds = generate(60, seed=1, now=START)
    moved = [
        after
        for before, after in zip(seeds, two_weeks.rising(seeds, start=START), strict=True)
        if after != before
    ]
    assert len(moved) >= 3
    assert len({one.planted.situation for one in moved}) == 1
    assert all(START - timedelta(days=101) <= one.deposited_at < START for one in moved)
    assert all(one.deposited_at <= one.updated_at for one in moved)


def test_where_the_demo_is_survives_being_killed(tmp_path: Path) -> None:
    begun = _DemoState.of(tmp_path)
    assert not begun.played
    begun.begun(tmp_path)
    (tmp_path / DATABASE).touch()
    assert _DemoState.of(tmp_path) == begun
    begun.ended(tmp_path)
    assert _DemoState.of(tmp_path).played
    assert json.loads((tmp_path / "demonstration.json").read_text())["played"]


def test_a_demarche_that_was_made_otherwise_is_only_read(tmp_path: Path) -> None:
    (tmp_path / DATABASE).touch()
    assert _DemoState.of(tmp_path).played


def test_the_sample_of_bdpm_is_read_whole(tmp_path: Path) -> None:
    loaded = load(_MEDICINES, tmp_path)
    assert loaded.absent == ()
    assert not any(one.refused for one in loaded.files)
    lines = {one.name: one.lines for one in loaded.files}
    assert lines["CIS_bdpm.txt"] == 20
    assert all(one.joined == one.lines for one in loaded.files)


def test_what_would_be_written_is_shown_as_people_read_it() -> None:
    assert _value(63, "%") == "63\N{NO-BREAK SPACE}%"
    assert _value("2026-11-28T13:10:00Z", "") == "28/11/2026 14:10"
    assert _value("2026-11-28", "") == "28/11/2026"
    assert _value("", "") == "(vidée)"
    assert _value(value=True, unit="") == "oui"
    assert _value("Complet", "") == "Complet"


@pytest.mark.slow
def test_a_temporary_prefect_server_that_does_not_answer_in_time_is_told_in_french(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from prefect.server.api.server import SubprocessASGIServer
    from prefect.settings import (
        PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS,
        temporary_settings,
    )

    monkeypatch.setattr(SubprocessASGIServer, "_instances", {})  # another one than other tests'
    at_once = {PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS: 1}
    with (
        temporary_settings(at_once),
        pytest.raises(RequestError, match=r"n'a pas répondu à temps .* reprend où elle en était"),
    ):
        start_prefect()


def test_the_first_passage_is_dated_when_the_two_weeks_begin() -> None:
    with as_of(START):
        assert timedelta(0) <= now() - START < timedelta(minutes=1)
    assert now() - START >= two_weeks.LENGTH
