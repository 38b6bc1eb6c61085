"""The store is the démarche, at the price of few requests, wherever a run was stopped."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from tests.steps.syncing import StoppedError, after_page, mirrored, seeds, stop_after

pytestmark = pytest.mark.slow

OPEN = "en_construction"


def test_a_thousand_dossiers_are_read_in_thirteen_requests(tmp_path: Path) -> None:
    with mirrored(tmp_path, seeds(1000), page=100) as mirror:
        first = mirror.poll()
        assert len(first.created) == 1000
        assert first.requests == 13  # ten pages, capabilities, the form, deletions
        mirror.assert_same()


def test_an_unchanged_demarche_costs_two_requests_and_a_probe_and_nothing_is_written(
    tmp_path: Path,
) -> None:
    with mirrored(tmp_path, seeds(24)) as mirror:
        mirror.poll()
        before = mirror.dump()
        mirror.control.stats(reset=True)
        again = mirror.poll()
        asked = {"IntrospectionQuery": 1, "Page": 1, "Deletions": 1}
        assert mirror.control.stats()["operations"] == asked
        assert again.requests == 3
        assert again.seen == again.unchanged
        assert again.nothing_done()
        assert mirror.dump() == before


def test_dossiers_updated_while_paging_are_read_as_they_are_in_the_end(tmp_path: Path) -> None:
    with mirrored(tmp_path, seeds(50)) as mirror:
        numbers = [one.number for one in seeds(50) if one.state == OPEN]

        def people_write() -> None:
            for number in (numbers[0], numbers[-1]):
                mirror.control.submit(number, {22: "changé pendant la lecture"})

        summary = mirror.poll(after_page(1, people_write))
        assert len(summary.created) == 50
        mirror.assert_same()


def test_ten_dossiers_of_one_instant_across_a_page_border_are_all_read(tmp_path: Path) -> None:
    moment = max(one.updated_at for one in seeds(26)) + timedelta(days=1)
    alike = [replace(one, updated_at=moment) for one in seeds(26)[16:]]
    for stopped in (False, True):
        folder = tmp_path / str(stopped)
        with mirrored(folder, [*seeds(26)[:16], *alike]) as mirror:
            if stopped:
                with pytest.raises(StoppedError):
                    mirror.poll(stop_after(1))
            mirror.poll()
            mirror.assert_same()


def test_a_run_stopped_after_any_page_is_resumed_from_there(tmp_path: Path) -> None:
    with mirrored(tmp_path, seeds(90)) as mirror:
        for _ in range(2):
            with pytest.raises(StoppedError):
                mirror.poll(stop_after(2))
        summary = mirror.poll()
        assert len(summary.seen) < 90
        mirror.assert_same()


def test_a_row_that_becomes_visible_late_is_read_within_the_overlap(tmp_path: Path) -> None:
    with mirrored(tmp_path, seeds(12)) as mirror:
        late = mirror.control.create(
            mirror.demarche, replace(seeds(13)[12], number=999), unlisted=True
        )
        mirror.control.edit_champ(late, {22: "x"})
        now = mirror.control.clock(advance=300)
        mirror.control.edit_champ(seeds(12)[0].number, {22: str(now)})
        mirror.poll()
        assert late not in mirror.kept()
        mirror.control.release(late)
        assert mirror.poll().created == {late}
        mirror.assert_same()


def test_a_new_groupe_is_described_when_a_dossier_comes_to_it(tmp_path: Path) -> None:
    with mirrored(tmp_path, seeds(20)) as mirror:
        mirror.poll()
        mirror.control.add_groupe(mirror.demarche, "Nouveau groupe")
        mirror.control.change_groupe(seeds(20)[3].number, "Nouveau groupe")
        mirror.poll()
        with mirror.store() as store:
            groupes = store.demarches.state(mirror.demarche).groupes
        assert "Nouveau groupe" in {one["label"] for one in groupes}
        mirror.assert_same()


def test_each_change_adds_a_state_to_the_history(tmp_path: Path) -> None:
    number = next(one.number for one in seeds(20) if one.state == OPEN)
    with mirrored(tmp_path, seeds(20)) as mirror:
        mirror.poll()
        for text in ("un", "deux"):
            mirror.control.submit(number, {22: text})
            assert mirror.poll().updated == {number}
        with mirror.store() as store:
            past = store.dossiers.history(mirror.demarche, number)
        assert len(past) == 3
        assert len({one.content_hash for one in past}) == 3
