"""Publishing moves open dossiers without touching their dates: they are read again, once."""

from pathlib import Path

import pytest

from tests.steps.syncing import Mirror, StoppedError, after_page, mirrored, seeds, stop_after

pytestmark = pytest.mark.slow

OPEN_STATES = {"en_construction", "en_instruction"}
OPEN = {one.number for one in seeds(26) if one.state in OPEN_STATES}
REWORDED = [{"op": "reword", "champ": 22, "label": "Motif du recours, en clair"}]


def publish(mirror: Mirror) -> None:
    mirror.control.publish(mirror.demarche, edits=REWORDED)


def revisions(mirror: Mirror) -> set[str]:
    with mirror.store() as store:
        return set(store.demarches.revisions(mirror.demarche))


def test_open_dossiers_follow_a_published_revision_and_the_others_are_not_read(
    tmp_path: Path,
) -> None:
    with mirrored(tmp_path, seeds(26)) as mirror:
        mirror.poll()
        before = revisions(mirror)
        publish(mirror)
        summary = mirror.poll()
        assert summary.updated == OPEN
        assert len(revisions(mirror)) == len(before) + 1
        mirror.assert_same()
        assert mirror.poll().requests == 3


def test_a_run_stopped_while_reading_again_starts_it_again(tmp_path: Path) -> None:
    with mirrored(tmp_path, seeds(26)) as mirror:
        mirror.poll()
        publish(mirror)
        with pytest.raises(StoppedError):
            mirror.poll(stop_after(2))
        mirror.poll()
        mirror.assert_same()


def test_a_revision_published_during_the_first_poll_is_followed(tmp_path: Path) -> None:
    with mirrored(tmp_path, seeds(66)) as mirror:
        mirror.poll(after_page(1, lambda: publish(mirror)))
        mirror.assert_same()


def test_a_revision_published_between_a_first_poll_and_its_resumption_is_followed(
    tmp_path: Path,
) -> None:
    with mirrored(tmp_path, seeds(26)) as mirror:
        with pytest.raises(StoppedError):
            mirror.poll(stop_after(1))
        publish(mirror)
        mirror.poll()
        mirror.assert_same()


def test_a_revision_published_while_another_is_followed_is_followed_too(tmp_path: Path) -> None:
    with mirrored(tmp_path, seeds(26)) as mirror:
        mirror.poll()
        publish(mirror)
        mirror.poll(after_page(2, lambda: publish(mirror)))
        mirror.poll()
        mirror.assert_same()
