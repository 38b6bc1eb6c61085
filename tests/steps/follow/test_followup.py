"""Situations are followed from what was kept of their reports, and never by a stale figure."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from mappings.dossier.decode import decode_dossier
from sandbox.generator.generate import generate
from steps.follow.followup import Followed, followed
from steps.judge import verdicts_due
from steps.judge.judge import judge
from steps.judge.situation_descriptions import declared_of
from steps.read.erasure import erase
from steps.read.poll import poll
from steps.read.retention import REASON
from steps.wiring import case_files
from steps.wiring.case_files import reports_of
from steps.wiring.public_data.reference import load
from steps.wiring.services import Services, connect, now, open_services
from steps.wiring.summary import Summary
from store.dossiers.absences import Deletion
from tests.conftest import Bridge, bridge_on

pytestmark = pytest.mark.slow

BDPM = Path(__file__).parents[2] / "data" / "bdpm"
SEEDS = generate(24, seed=4)


@pytest.fixture(scope="module")
def bridge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bridge]:
    with bridge_on(tmp_path_factory.mktemp("suivi"), SEEDS) as made:
        judged(made)
        yield made


@pytest.fixture
def decoded(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How many dossiers were decoded since, by « dossiers »."""
    done: Counter[str] = Counter()

    def counted(*given: Any, **named: Any) -> Any:
        done["dossiers"] += 1
        return decode_dossier(*given, **named)

    monkeypatch.setattr(case_files, "decode_dossier", counted)
    return done


def judged(bridge: Bridge) -> None:
    with connect(bridge.settings, make=True) as services:
        poll(services, Summary())
        judge(services, Summary())


def as_read(services: Services) -> Followed:
    """The same, every report read."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("steps.judge.situations.declared_by", lambda _row, _versions: None)
        return followed(services)


def test_what_was_kept_is_what_reports_declare(bridge: Bridge, decoded: Counter[str]) -> None:
    with open_services(bridge.settings) as services:
        found = followed(services)
        assert decoded["dossiers"] == 0
        assert found == as_read(services)
        assert decoded["dossiers"] == len(found.reports) > 0


def test_a_base_of_before_reads_reports_until_it_is_judged(
    bridge: Bridge, decoded: Counter[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_services(bridge.settings) as services:
        before = followed(services)
        with monkeypatch.context() as former:
            former.setattr(verdicts_due, "DRAWN", "8")
            judge(services, Summary())
        with services.store._scope.write() as connection:
            connection.execute(text("UPDATE situation_reports SET declared = NULL"))
        decoded.clear()
        assert followed(services) == before
        assert decoded["dossiers"] == len(before.reports)
        summary = Summary()
        judge(services, summary)
        decoded.clear()
        assert (followed(services), summary.assessed) == (before, set())
        assert decoded["dossiers"] == 0


def test_a_report_that_says_something_else_is_read_until_it_is_judged(
    bridge: Bridge, decoded: Counter[str]
) -> None:
    with open_services(bridge.settings) as services:
        placed = followed(services).reports
    shown = bridge.sandbox.control.snapshots(bridge.sandbox.demarche)
    number = next(n for n in sorted(placed) if shown[n]["state"] == "en_construction")
    bridge.sandbox.control.submit(number, {42: 123_456})
    with connect(bridge.settings, make=True) as services:
        poll(services, Summary())
        decoded.clear()
        assert followed(services).reports[number].patients == 123_456
        assert decoded["dossiers"] == 1
        judge(services, Summary())
        decoded.clear()
        assert followed(services).reports[number].patients == 123_456
        assert decoded["dossiers"] == 0


def test_medicines_are_those_of_the_reference_in_use(bridge: Bridge, decoded: Counter[str]) -> None:
    with open_services(bridge.settings) as services:
        assert not any(one.medicines for one in followed(services).reports.values())
        load(BDPM, bridge.settings.home)
        found = followed(services)
        assert any(one.medicines for one in found.reports.values())
        judge(services, Summary())
        decoded.clear()
        assert followed(services).reports == found.reports
        assert decoded["dossiers"] == 0
        for report in reports_of(services, numbers=found.reports):
            assert found.reports[report.number] == declared_of(services, report)


def test_nothing_is_left_of_what_an_erased_dossier_declared(bridge: Bridge) -> None:
    with open_services(bridge.settings) as services, services.store.lock(services.demarche):
        number = next(iter(followed(services).reports))
        erase(services, [Deletion(number=number, deleted_at=now(), reason=REASON)])
        assert number not in followed(services).reports
        with services.store._scope.read() as connection:
            row = text("SELECT count(*) FROM situation_reports WHERE number = :number")
            assert connection.scalar(row, {"number": number}) == 0
