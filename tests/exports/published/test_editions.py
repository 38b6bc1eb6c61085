"""Editions: numbered by week and month in Paris, there whole or not at all, kept by kind."""

import itertools
import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from exports.published.checking import ExportFile
from exports.published.editions import (
    EditionKind,
    edition_of,
    editions,
    put_edition,
    remove_old_editions,
    sweep_editions,
    there_is,
    told_of,
)
from exports.published.folders import alone
from exports.published.listing import last_sequence, published, stamp
from exports.published.manifest import export_facts
from tests.exports.conftest import context, entry

NOON = datetime(2026, 11, 16, 12, 0, tzinfo=UTC)
FILES = {name: ExportFile("agence", b"contenu") for name in ("agence.xlsx", "reseau.xlsx")}
FACTS = export_facts([entry(1)], context(), checksum="somme")


def put(root: Path, at: datetime, kind: EditionKind = EditionKind.WEEKLY, title: str = "") -> str:
    """Publish the edition of a moment unless it is there; its name."""
    with alone(root):
        sweep_editions(root)
        edition = edition_of(root, kind, demarche=4242, at=at, title=title)
        if there_is(root, edition, demarche=4242) is None:
            facts = replace(FACTS, kind=str(kind), name=edition.name, title=edition.title)
            place = 1 + last_sequence(root, demarche=4242)
            put_edition(root, edition, FILES, facts=facts, sequence=place)
    return edition.name


def names(root: Path, kind: EditionKind = EditionKind.WEEKLY) -> list[str]:
    return [str(one.manifest["name"]) for one in editions(root, kind, demarche=4242)]


@pytest.mark.parametrize(
    ("at", "kind", "name"),
    [
        (datetime(2026, 11, 23, 5, 0, tzinfo=UTC), EditionKind.WEEKLY, "2026-S48"),
        (
            datetime(2026, 11, 22, 23, 30, tzinfo=UTC),
            EditionKind.WEEKLY,
            "2026-S48",
        ),  # Monday in Paris
        (datetime(2027, 1, 1, 12, 0, tzinfo=UTC), EditionKind.WEEKLY, "2026-S53"),
        (datetime(2027, 1, 4, 5, 0, tzinfo=UTC), EditionKind.WEEKLY, "2027-S01"),
        (datetime(2026, 10, 31, 23, 30, tzinfo=UTC), EditionKind.MONTHLY, "2026-11"),
        (NOON, EditionKind.BY_HAND, "1"),
    ],
)
def test_an_edition_has_the_number_of_its_week_or_month_in_paris(
    tmp_path: Path, at: datetime, kind: EditionKind, name: str
) -> None:
    assert edition_of(tmp_path, kind, demarche=4242, at=at).name == name


def test_people_name_an_edition_by_its_number_and_its_day(tmp_path: Path) -> None:
    put(tmp_path, NOON)
    put(tmp_path, datetime(2026, 12, 1, 6, 30, tzinfo=UTC), EditionKind.MONTHLY)
    put(tmp_path, NOON, EditionKind.BY_HAND, "Réunion")
    assert [told_of(one) for one in published(tmp_path, demarche=4242)] == [
        "édition 2026-S47 du lundi 16 novembre 2026",
        "édition 2026-12 du mardi 1er décembre 2026",
        "édition n°\u00a01 «\u00a0Réunion\u00a0» du lundi 16 novembre 2026",
    ]


def test_a_week_has_one_edition_and_by_hand_each_call_makes_one(tmp_path: Path) -> None:
    for day in range(7):
        assert put(tmp_path, NOON + timedelta(days=day)) == "2026-S47"
    assert names(tmp_path) == ["2026-S47"]
    before = stamp(tmp_path)
    assert [put(tmp_path, NOON, EditionKind.BY_HAND, "Bilan") for _ in range(2)] == ["1", "2"]
    assert names(tmp_path, EditionKind.BY_HAND) == ["2", "1"]
    assert stamp(tmp_path) != before, "the portal looks again"


def test_the_newest_is_the_one_published_last_whatever_the_clock_said(tmp_path: Path) -> None:
    put(tmp_path, NOON + timedelta(days=366))
    put(tmp_path, NOON)
    assert names(tmp_path) == ["2026-S47", "2027-S46"]


def test_editions_go_by_kind_and_the_newest_of_each_stays(tmp_path: Path) -> None:
    for week in range(3):
        put(tmp_path, NOON + timedelta(weeks=week))
        put(tmp_path, NOON + timedelta(days=31 * week), EditionKind.MONTHLY)
    later = NOON + timedelta(days=400)
    before = {EditionKind.WEEKLY: later, EditionKind.MONTHLY: NOON + timedelta(days=20)}
    removed = remove_old_editions(tmp_path, before=before, at=later)
    assert {one.name for one in removed} == {"2026-S47", "2026-S48", "2026-11"}
    assert names(tmp_path) == ["2026-S49"]
    assert names(tmp_path, EditionKind.MONTHLY) == ["2027-01", "2026-12"]


def dying(of: Callable[..., Any], count: Iterator[int], at: int) -> Callable[..., Any]:
    def step(*given: Any, **named: Any) -> Any:
        if next(count) == at:
            os._exit(9)
        return of(*given, **named)

    return step


def killed(root: Path, *, at: int) -> bool:
    """Publish the next edition in a process that is killed on its way; whether it was."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
    try:
        count = itertools.count(1)
        asked = ((Path, "open"), (os, "fsync"), (Path, "rename"), (Path, "mkdir"), (Path, "chmod"))
        for owner, name in asked:
            setattr(owner, name, dying(getattr(owner, name), count, at))
        put(root, NOON + timedelta(weeks=1))
    finally:
        os._exit(0)


@pytest.mark.slow
def test_killed_at_any_point_an_edition_is_whole_or_not_there(tmp_path: Path) -> None:
    put(tmp_path, NOON)
    at = 1
    while killed(tmp_path, at=at):
        for one in editions(tmp_path, EditionKind.WEEKLY, demarche=4242):
            assert one.intact
            assert {path.name for path in one.paths} == set(FILES)
        assert names(tmp_path) in (["2026-S47"], ["2026-S48", "2026-S47"])
        at += 1
    assert at > 8
    assert names(tmp_path) == ["2026-S48", "2026-S47"]
    put(tmp_path, NOON + timedelta(weeks=1))
    assert not list((tmp_path / "editions" / "hebdomadaire").glob(".*")), "and it is swept"
