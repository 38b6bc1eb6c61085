"""What tells that something moved: as few texts as ever, another for each thing that moves."""

from collections.abc import Callable, Iterator
from datetime import datetime

from store.dossiers.pages import DossierRow
from store.repository import Store
from store.verdicts.assessments import AssessmentRow
from store.verdicts.situations import SituationReport

Day = Callable[[int], datetime]
MakeRow = Callable[..., DossierRow]


def moves(store: Store, row: MakeRow, day: Day) -> Iterator[str]:
    """Move one thing after the other; what it was."""

    def read(*rows: DossierRow) -> None:
        store.dossiers.save_page(7, rows, watermark=None, seen_at=day(0))

    def judge(fingerprint: str, basis: str, at: int) -> None:
        verdict = AssessmentRow(1, fingerprint, basis, None, day(at), "{}")
        store.assessments.save(7, [verdict], at=day(at))

    def place(situation: str, by: str) -> None:
        report = SituationReport(1, "b", situation, by, day(0), "")  # type: ignore[arg-type]
        store.situations.save(7, [report])

    read(row(1), row(2))
    yield "two dossiers"
    read(row(3))
    yield "one more"
    read(row(1, "b"))
    yield "its content"
    judge("f", "r1", at=2)
    yield "its verdict"
    judge("f", "r2", at=3)
    yield "what it rests on"
    judge("g", "r2", at=1)
    yield "its first verdict"
    place("SIT-0001", "bridge")
    yield "its situation"
    place("SIT-0001", "annotation")
    yield "who placed it"
    store.absences.mark_pending(7, {3: day(4)})
    yield "one less"


def test_each_thing_that_moves_is_told(store: Store, row: MakeRow, day: Day) -> None:
    seen = [store.dossiers.states(7)]
    for _ in moves(store, row, day):
        seen += [store.dossiers.states(7), store.dossiers.states(7)]
        assert seen[-1] == seen[-2], "the same twice"
    assert len({*seen}) == 10
    assert {*map(len, seen)} == {3}
    assert store.dossiers.states(8) == ("", "", "")
