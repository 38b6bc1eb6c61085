"""A quiet démarche is listed without its answers; what moved is read whole: nothing is lost."""

from pathlib import Path

import pytest

from steps.run import gather
from tests.steps.syncing import Mirror, mirrored, seeds

pytestmark = pytest.mark.slow

LIGHT = {"IntrospectionQuery": 1, "Listing": 1, "Deletions": 1}
OPEN = [one.number for one in seeds(24) if one.state == "en_construction"]


def operations(mirror: Mirror) -> dict[str, int]:
    done: dict[str, int] = mirror.control.stats(reset=True)["operations"]
    return done


def test_a_quiet_demarche_is_asked_for_no_answer(tmp_path: Path) -> None:
    with mirrored(tmp_path, seeds(24)) as mirror:
        mirror.do(gather)
        operations(mirror)
        before = [row for row in mirror.dump() if row[0] != "demarches"]
        again = mirror.do(gather)
        assert operations(mirror) == LIGHT
        assert again.seen == again.unchanged != set()
        assert again.nothing_done()
        assert [row for row in mirror.dump() if row[0] != "demarches"] == before


def test_what_moved_is_read_whole_from_its_date_on(tmp_path: Path) -> None:
    with mirrored(tmp_path, seeds(24)) as mirror:
        mirror.do(gather)
        quiet = mirror.do(gather).seen
        mirror.control.submit(OPEN[0], {8: "Contact corrigé"})
        operations(mirror)
        found = mirror.do(gather)
        assert operations(mirror) == {**LIGHT, "Page": 1}
        assert found.updated == {OPEN[0]}
        assert found.seen == quiet | {OPEN[0]}
        mirror.assert_same()
        for text in ("dans la même seconde", "et encore"):  # what was just read is read whole
            mirror.control.submit(OPEN[0], {8: text})
            mirror.do(gather)
            mirror.assert_same()


def test_what_moves_no_date_is_seen_in_the_overlap(tmp_path: Path) -> None:
    with mirrored(tmp_path, seeds(24)) as mirror:
        mirror.control.switches(label_moves_date=False)
        mirror.do(gather)
        last = next(iter(mirror.do(gather).seen))
        mirror.control.label(last, "À signer")
        found = mirror.do(gather)
        assert found.updated == {last}
        mirror.assert_same()


def test_a_label_that_is_made_or_deleted_is_known_without_a_request_more(tmp_path: Path) -> None:
    def known() -> set[str]:
        with mirror.store() as store:
            return set(store.demarches.state(mirror.demarche).labels)

    with mirrored(tmp_path, seeds(24)) as mirror:
        mirror.do(gather)
        mirror.do(gather)
        before = known()
        mirror.control.add_label(mirror.demarche, "Pour avis")
        mirror.control.delete_label(mirror.demarche, "Complet")
        operations(mirror)
        mirror.do(gather)
        assert operations(mirror).keys() <= {*LIGHT, "Page"}
        assert known() == before - {"Complet"} | {"Pour avis"}


def test_a_dossier_that_appears_late_or_cannot_be_listed_is_read(tmp_path: Path) -> None:
    with mirrored(tmp_path, seeds(24)) as mirror:
        mirror.do(gather)
        last = next(iter(mirror.do(gather).seen))
        moved = next(number for number in OPEN if number != last)
        mirror.control.submit(moved, {8: "Contact corrigé"})
        mirror.control.broken(last, unlistable=True)
        found = mirror.do(gather)
        assert found.updated == {moved}
        assert found.quarantined == {last}
        mirror.control.broken()
        assert mirror.do(gather).quarantined == set()
        mirror.assert_same()
