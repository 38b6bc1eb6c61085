from collections.abc import Callable
from datetime import datetime

import pytest

from store.dossiers.pages import DossierRow
from store.repository import Store
from store.verdicts.assessments import AssessmentRow, VerdictSeen
from tests.stored import current_verdicts

Day = Callable[[int], datetime]
MakeRow = Callable[..., DossierRow]


@pytest.fixture
def verdict(day: Day) -> Callable[..., AssessmentRow]:
    def make(number: int, fingerprint: str, at: int = 0, **changes: object) -> AssessmentRow:
        detail = f'{{"of": "{fingerprint}"}}'
        values = {"basis": "r1 m1", "earlier_number": None, "detail": detail} | changes
        return AssessmentRow(number, fingerprint, assessed_at=day(at), **values)  # type: ignore[arg-type]

    return make


def test_the_saved_assessment_is_the_current_one(
    store: Store, row: MakeRow, day: Day, verdict: Callable[..., AssessmentRow]
) -> None:
    store.dossiers.save_page(7, [row(1), row(2)], watermark=None, seen_at=day(0))
    saved = verdict(1, "f1", earlier_number=2)
    store.assessments.save(7, [saved], at=day(0))
    one, two = store.dossiers.iterate(7)
    assert one.assessment == saved
    assert two.assessment is None
    light, other = store.dossiers.light_rows(7)
    assert (light.assessed_fingerprint, light.assessed_basis) == ("f1", "r1 m1")
    assert light.earlier_number == 2
    assert (other.assessed_fingerprint, other.earlier_number) == (None, None)
    assert current_verdicts(store, 7) == {1: saved}


def test_a_past_verdict_is_used_again_when_its_content_comes_back(
    store: Store, row: MakeRow, day: Day, verdict: Callable[..., AssessmentRow]
) -> None:
    store.dossiers.save_page(7, [row(1)], watermark=None, seen_at=day(0))
    first, second = verdict(1, "f1"), verdict(1, "f2", 1)
    store.assessments.save(7, [first], at=day(0))
    store.assessments.save(7, [second], at=day(1))
    store.assessments.save(7, [verdict(1, "f1", 2)], at=day(2))
    assert current_verdicts(store, 7) == {1: first}
    assert store.assessments.history(7, 1) == (
        VerdictSeen(day(0), first),
        VerdictSeen(day(1), second),
        VerdictSeen(day(2), first),
    )


def test_another_basis_is_another_verdict(
    store: Store, row: MakeRow, day: Day, verdict: Callable[..., AssessmentRow]
) -> None:
    store.dossiers.save_page(7, [row(1)], watermark=None, seen_at=day(0))
    store.assessments.save(7, [verdict(1, "f1")], at=day(0))
    newer = verdict(1, "f1", 1, basis="r2 m1")
    store.assessments.save(7, [newer], at=day(1))
    assert current_verdicts(store, 7) == {1: newer}


def test_saving_twice_is_saving_once(
    store: Store, row: MakeRow, day: Day, verdict: Callable[..., AssessmentRow]
) -> None:
    store.dossiers.save_page(7, [row(1)], watermark=None, seen_at=day(0))
    first = verdict(1, "f1")
    store.assessments.save(7, [first], at=day(0))
    store.assessments.save(7, [verdict(1, "f1", 3, detail="later")], at=day(3))
    assert store.assessments.history(7, 1) == (VerdictSeen(day(0), first),)


def test_the_verdict_stays_while_the_content_moves_on(
    store: Store, row: MakeRow, day: Day, verdict: Callable[..., AssessmentRow]
) -> None:
    store.dossiers.save_page(7, [row(1, "a")], watermark=None, seen_at=day(0))
    store.assessments.save(7, [verdict(1, "print of a")], at=day(0))
    store.dossiers.save_page(7, [row(1, "b")], watermark=None, seen_at=day(1))
    (light,) = store.dossiers.light_rows(7)
    assert (light.fingerprint, light.assessed_fingerprint) == ("print of b", "print of a")


def test_many_are_saved_and_found_at_once(
    store: Store, row: MakeRow, day: Day, verdict: Callable[..., AssessmentRow]
) -> None:
    numbers = range(1, 301)
    store.dossiers.save_page(7, [row(n) for n in numbers], watermark=None, seen_at=day(0))
    rows = [verdict(n, f"f{n}") for n in numbers]
    store.assessments.save(7, rows, at=day(0))
    assert current_verdicts(store, 7) == {r.number: r for r in rows}
