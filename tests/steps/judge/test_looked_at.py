"""Judging reads what moved, by an index, and no other dossier; and each of those once."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import event, text

from cli.run.status import _state
from sandbox.generator.generate import generate
from settings import Settings
from steps.follow.followup import followed
from steps.judge.judge import judge
from steps.judge.situation_decisions import confirm
from steps.judge.situations import members
from steps.publish.entries import entries_of
from steps.publish.source import source_digest
from steps.reply.respond import respond
from steps.run import gather
from steps.wiring import case_files
from steps.wiring.services import Services, connect, open_services
from steps.wiring.summary import Summary
from store.repository import Store
from tests.conftest import Bridge, bridge_on

SEEDS = generate(24, seed=4)
LARGE = ("dossiers", "facts", "assessments", "situation_reports", "plans", "replies")
"""Tables that grow with the démarche."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, light_columns: Any) -> Iterator[Bridge]:
    """A démarche that was read, judged and answered."""
    folder = tmp_path_factory.mktemp("regardes")
    with bridge_on(folder, SEEDS, columns=light_columns) as bridge:
        with connect(bridge.settings, make=True) as services:
            gather(services, Summary())
            respond(services, Summary())
        yield bridge


class Watched:
    """Statements of a block: rows that each table gave, and whole tables that were walked."""

    def __init__(self) -> None:
        self.rows: Counter[str] = Counter()
        self.walked: set[str] = set()


@contextmanager
def watching(store: Store) -> Iterator[Watched]:
    seen = Watched()

    def look(_: Any, cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        if not statement.lstrip().upper().startswith("SELECT"):
            return
        raw = cursor.connection.cursor()
        table = statement.partition("FROM ")[2].split()[0]
        (count,) = raw.execute(f"SELECT count(*) FROM ({statement})", parameters).fetchone()  # noqa: S608
        seen.rows[table] += count
        for *_, detail in raw.execute(f"EXPLAIN QUERY PLAN {statement}", parameters).fetchall():
            seen.walked |= {name for name in LARGE if f"{detail} ".startswith(f"SCAN {name} ")}

    event.listen(store._engine, "before_cursor_execute", look)
    try:
        yield seen
    finally:
        event.remove(store._engine, "before_cursor_execute", look)


def judged(services: Services) -> tuple[Summary, Watched]:
    summary = Summary()
    with watching(services.store) as seen:
        judge(services, summary)
    return summary, seen


@pytest.mark.slow
def test_judging_again_reads_no_dossier(made: Bridge) -> None:
    with open_services(made.settings) as services:
        summary, seen = judged(services)
    assert not summary.assessed
    assert not seen.walked
    assert not seen.rows.keys() & {"dossiers", "assessments", "situation_reports"}
    assert seen.rows["facts"] == seen.rows["plans"] == 0


@pytest.mark.slow
def test_judging_reads_what_was_submitted_and_what_is_near_it(made: Bridge) -> None:
    shown = made.sandbox.control.snapshots(made.sandbox.demarche)
    numbers = sorted(n for n, one in shown.items() if one["state"] == "en_construction")[:2]
    with connect(made.settings, make=True) as services:
        for number in numbers:
            made.sandbox.control.submit(number, {8: "Contact corrigé"})
        gather(services, Summary())
        summary, seen = judged(services)
    assert summary.assessed == set(numbers)
    assert not seen.walked - {"situation_reports"}  # reports are placed beside all others
    assert seen.rows["dossiers"] == 5 * len(numbers)  # light, described, planned for


def test_what_a_person_writes_is_planned_for_and_described_alone(made: Bridge) -> None:
    control, demarche = made.sandbox.control, made.sandbox.demarche
    number = sorted(control.snapshots(demarche))[3]
    with connect(made.settings, make=True) as services:
        control.label(number, "À signer")
        gather(services, Summary())
        summary, seen = judged(services)
    assert not summary.assessed
    assert not seen.walked
    assert seen.rows["dossiers"] == 5


def test_a_changed_setting_has_every_plan_looked_at(made: Bridge) -> None:
    settings: Settings = made.settings.model_copy(update={"declarant_channel": "message"})
    with open_services(settings) as services:
        _, seen = judged(services)
        _, again = judged(services)
    assert seen.rows["dossiers"] >= len(SEEDS)
    assert "dossiers" not in again.rows
    with open_services(made.settings) as services:
        judge(services, Summary())


def test_a_decision_on_a_situation_has_its_reports_looked_at(made: Bridge) -> None:
    with open_services(made.settings) as services:
        situation, numbers = next(iter(members(services).items()))
        confirm(services, situation)
        _, seen = judged(services)
        _, again = judged(services)
    assert seen.rows["facts"] == len(numbers)
    assert again.rows["facts"] == 0


def test_what_is_known_of_an_earlier_dossier_has_those_that_name_it_looked_at(made: Bridge) -> None:
    with open_services(made.settings) as services:
        store, demarche = services.store, services.demarche
        cited = next(
            one.earlier_number for one in store.dossiers.light_rows(demarche) if one.earlier_number
        )
        under = _settled(store)
        store.quarantine.record(demarche, cited, reason="en panne", at=datetime.now(UTC))
        moved = [number for number, one in _settled(store).items() if one != under[number]]
        store.quarantine.release(demarche, [cited])
        judge(services, Summary())
        naming = {
            one.number for one in store.dossiers.light_rows(demarche) if one.earlier_number == cited
        }
    assert set(moved) == naming


def test_what_moved_is_decoded_and_mapped_once(
    made: Bridge, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: Counter[str] = Counter()
    for name in ("decode_dossier", "map_report"):
        real = getattr(case_files, name)

        def counted(*given: Any, name: str = name, real: Any = real, **named: Any) -> Any:
            done[name] += 1
            return real(*given, **named)

        monkeypatch.setattr(case_files, name, counted)
    open_one = next(seed for seed in SEEDS if seed.state == "en_construction")
    deposited = {"answers": open_one.answers, "company": asdict(open_one.company)}
    made.sandbox.control.create(made.sandbox.demarche, deposited)
    with connect(made.settings, make=True) as services:
        gather(services, Summary())
        summary = Summary()
        respond(services, summary)
    assert len(summary.assessed) == len(summary.annotated) == 1
    assert done == {"decode_dossier": 1, "map_report": 1}


def test_situations_are_followed_without_reading_a_report(
    made: Bridge, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_services(made.settings) as services:
        judge(services, Summary())
        monkeypatch.delattr(case_files, "decode_dossier")
        with watching(services.store) as seen:
            found = followed(services)
        placed = {number for numbers in members(services).values() for number in numbers}
    assert found.reports.keys() == placed
    assert placed
    assert seen.rows["dossiers"] == 1, "the day of the first deposit"
    assert "dossiers" not in seen.walked


def test_status_counts_without_reading_a_dossier(made: Bridge) -> None:
    with open_services(made.settings) as services:
        with watching(services.store) as seen:
            state = _state(services)
        shown = [one.decision for one in entries_of(services)]
    assert state["statuts"] == Counter(one.shown for one in shown)
    assert state["priorites"] == Counter(one.priority or "–" for one in shown)
    assert state["evalues"] == state["dossiers"] == len(shown)
    assert not seen.rows.keys() & {"assessments", "situation_reports"}
    assert seen.rows["dossiers"] == 1, "their count"


def test_a_base_that_counted_nothing_counts_at_the_next_judging(made: Bridge) -> None:
    with open_services(made.settings) as services:
        before = _state(services)["statuts"]
        with services.store._scope.write() as connection:
            connection.execute(text("UPDATE facts SET settled = '', status = NULL"))
        assert list(_state(services)["statuts"]) == ["à compter au prochain passage"]
        summary, _ = judged(services)
        assert not summary.assessed
        assert _state(services)["statuts"] == before


def _settled(store: Store) -> dict[int, str]:
    with store._scope.read() as connection:
        return dict(connection.execute(text("SELECT number, settled FROM facts")).all())


def test_whether_workbooks_are_current_is_asked_without_reading_dossiers(made: Bridge) -> None:
    with open_services(made.settings) as services, watching(services.store) as seen:
        source_digest(services)
    assert not seen.rows.keys() & {*LARGE} - {"replies"}
    assert seen.rows["(SELECT"] == 3, "the states of all"
