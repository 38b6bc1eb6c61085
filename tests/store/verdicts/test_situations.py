from collections.abc import Callable
from datetime import datetime
from typing import Any

from store.dossiers.pages import DossierRow
from store.repository import Store
from store.verdicts.rule_texts import RuleText
from store.verdicts.situations import DeclaredRow, SituationReport


def grouped(number: int, situation: str | None, **changes: Any) -> SituationReport:
    values: dict[str, Any] = {
        "basis": "b",
        "decided_by": "bridge",
        "since": datetime.fromisoformat("2026-01-05T09:00:00+00:00"),
        "description": "{}",
    }
    return SituationReport(number=number, situation=situation, **(values | changes))


def test_a_report_is_in_one_situation_the_last_that_was_kept(
    store: Store, row: Callable[..., DossierRow], day: Callable[[int], datetime]
) -> None:
    store.dossiers.save_page(7, [row(1), row(2)], watermark=None, seen_at=day(0))
    store.situations.save(7, [grouped(1, "SIT-0001"), grouped(2, None)])
    store.situations.save(7, [grouped(1, "SIT-0002", decided_by="annotation")])
    kept = store.situations.reports(7)
    assert {n: one.situation for n, one in kept.items()} == {1: "SIT-0002", 2: None}
    assert kept[1].decided_by == "annotation"
    assert store.situations.reports(8) == {}


def test_what_a_report_declares_stays_until_it_is_drawn_again_and_is_of_those_in_sight(
    store: Store, row: Callable[..., DossierRow], day: Callable[[int], datetime]
) -> None:
    store.dossiers.save_page(7, [row(1), row(2), row(3)], watermark=None, seen_at=day(0))
    store.situations.save(7, [grouped(1, None), grouped(2, None)], declared={1: "un", 2: "deux"})
    store.situations.save(7, [grouped(3, None)])
    store.situations.save(7, [grouped(1, "SIT-0001", basis="c")])
    store.absences.mark_pending(7, {2: day(1)})
    kept = store.situations.declared(7, numbers=[1, 2, 3, 4])
    assert kept == {
        1: DeclaredRow(1, "c", row(1).content_hash, "un"),
        3: DeclaredRow(3, "b", row(3).content_hash, None),
    }
    assert {*store.situations.in_sight(7)} == {1, 3}
    assert {*store.situations.reports(7)} == {1, 2, 3}
    store.situations.save(7, [grouped(1, None)], declared={1: "un de plus"})
    assert store.situations.declared(7, numbers=[1])[1].declared == "un de plus"
    assert store.situations.declared(8, numbers=[1]) == {}


def test_what_was_merged_stays_known_and_follows_later_merges(
    store: Store, day: Callable[[int], datetime]
) -> None:
    store.situations.open(7, ["SIT-0001", "SIT-0002", "SIT-0003"], at=day(0))
    store.situations.open(7, ["SIT-0001"], at=day(1))
    store.situations.merge(7, "SIT-0001", into="SIT-0002")
    store.situations.merge(7, "SIT-0002", into="SIT-0003")
    assert store.situations.known(7) == {
        "SIT-0001": "SIT-0003",
        "SIT-0002": "SIT-0003",
        "SIT-0003": None,
    }


def test_a_rule_text_is_kept_as_it_first_was(store: Store, day: Callable[[int], datetime]) -> None:
    first = RuleText(digest="d1", version="2026.1", source="2026-1.yaml", text="version: é\n")
    store.rule_texts.keep([first], at=day(0))
    store.rule_texts.keep([RuleText("d1", "x", "x", "x")], at=day(1))
    assert store.rule_texts.find("d1") == first
    assert store.rule_texts.find("d2") is None
