"""In which words an answer was given: those of the form on the day of the answer."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from msgspec import structs

from mappings.dossier.answered import AnswersGiven
from mappings.dossier.content import hashes
from mappings.dossier.days_of_answers import DaysOfAnswers
from mappings.dossier.model import Champ, ChampValue, Dossier, RawDossier, Rows, Text, YesNo
from mappings.dossier.revision import Revision
from mappings.dossier.revisions_followed import TimeInForce
from tests.mappings.report.dossiers import champ, dossier

DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
FIRST = datetime(2026, 3, 1, 9, tzinfo=UTC)
SECOND_ONE = FIRST + 10 * DAY
THIRD = FIRST + 20 * DAY
OTHERWISE = {"2": {"a": frozenset({"1"}), "r": frozenset({"5"}), "annotations.n": frozenset({"9"})}}


def history(*published: datetime | None) -> Sequence[Revision]:
    return [Revision(str(at), (), (), moment) for at, moment in enumerate(published, start=1)]


THREE = history(FIRST, SECOND_ONE, THIRD)


def answered(
    at: datetime | None,
    value: ChampValue | None = YesNo(yes=True),  # noqa: B008 (frozen)
    *,
    number: int = 1,
) -> Champ:
    return structs.replace(champ(number, value, kind="yes_no"), updated_at=at)


def following(revision: str, *champs: Champ, notes: Sequence[Champ] = ()) -> Dossier:
    filed = replace(dossier(*champs), revision_id=revision, annotations=tuple(notes))
    return replace(filed, deposited_at=FIRST + DAY)


def unread(
    one: Dossier,
    revisions: Sequence[Revision] = THREE,
    otherwise: Mapping[str, Mapping[str, frozenset[str]]] = OTHERWISE,
) -> frozenset[str]:
    return AnswersGiven(revisions, otherwise).unread(one)


@pytest.mark.parametrize(
    ("at", "is_read"),
    [
        (FIRST - DAY, True),
        (FIRST, True),
        (SECOND_ONE - SECOND, True),
        (SECOND_ONE, False),  # the second of the publication: one or the other
        (SECOND_ONE + SECOND, False),
        (THIRD, False),
        (THIRD + SECOND, True),
    ],
)
def test_an_answer_is_of_the_words_of_its_day_whatever_revision_the_dossier_follows(
    at: datetime, *, is_read: bool
) -> None:
    assert ("a" not in unread(following("3", answered(at)))) is is_read


def test_a_closed_dossier_saw_nothing_of_what_was_published_after_its_revision() -> None:
    assert not unread(following("1", answered(SECOND_ONE + DAY)))
    assert unread(following("2", answered(THIRD + DAY))) >= {"a"}
    assert "a" not in unread(following("2", answered(FIRST + DAY))), "answered before it moved"


def test_what_was_not_answered_is_not_asked_where_the_dossiers_own_revision_asks_otherwise() -> (
    None
):
    assert "a" in unread(following("2", answered(FIRST + DAY, None)))
    assert not unread(following("3", answered(SECOND_ONE + DAY, None)))
    assert not unread(following("3"))


def test_without_a_date_an_answer_is_of_the_day_of_the_deposit() -> None:
    assert not unread(following("3", answered(None)))
    late = replace(following("3", answered(None)), deposited_at=SECOND_ONE + DAY)
    assert unread(late) == {"a"}


def test_rows_are_of_the_days_of_what_stands_in_them() -> None:
    def rows(*days: datetime) -> Champ:
        inner = [(structs.replace(champ(51, Text("x")), updated_at=day),) for day in days]
        block = champ(5, Rows(tuple(inner)), kind="repetition")
        return structs.replace(block, updated_at=SECOND_ONE + DAY)

    assert not unread(following("3", rows(THIRD + DAY, FIRST + DAY)))
    assert unread(following("3", rows(THIRD + DAY, SECOND_ONE + DAY))) == {"r"}
    otherwise = {"2": {"r.s": frozenset({"51"})}}
    assert unread(following("3", rows(SECOND_ONE + DAY)), otherwise=otherwise) == {"r.s"}


def test_an_annotation_is_of_its_own_day_and_a_box_that_nobody_ticked_says_nothing() -> None:
    note = answered(SECOND_ONE + DAY, number=9)
    assert unread(following("3", notes=[note])) == {"annotations.n"}
    unticked = structs.replace(note, type="checkbox", value=YesNo(yes=False))
    for one in (unticked, answered(THIRD + DAY, number=9), structs.replace(note, value=None)):
        assert not unread(following("3", notes=[one]))
    assert "annotations.n" not in unread(following("2")), "nothing was written in it"


def test_a_revision_that_ds_does_not_date_may_have_been_in_force() -> None:
    undated = history(FIRST, None, THIRD)
    assert "a" in unread(following("3", answered(SECOND_ONE)), undated)
    assert "a" not in unread(following("3", answered(THIRD + DAY)), undated)
    draft = history(FIRST, None)
    assert not unread(following("1", answered(THIRD)), draft)
    nothing = history(None, None, None)
    assert not unread(following("3", answered(SECOND_ONE)), nothing)
    assert unread(following("2", answered(SECOND_ONE)), nothing) >= {"a"}
    assert not unread(following("of another form", answered(SECOND_ONE)))


def test_of_two_revisions_of_one_day_the_hour_tells() -> None:
    same_day = history(FIRST, SECOND_ONE, SECOND_ONE + timedelta(hours=2))
    assert unread(following("3", answered(SECOND_ONE + timedelta(hours=1))), same_day) == {"a"}
    assert not unread(following("3", answered(SECOND_ONE + timedelta(hours=3))), same_day)
    in_paris = datetime.fromisoformat("2026-03-11T11:30:00+02:00")
    assert unread(following("3", answered(in_paris)), same_day) == {"a"}


def raw(revision: str, *, champ: datetime, note: datetime, by_hand: datetime) -> RawDossier:
    return {
        "state": "en_construction",
        "dateDepot": FIRST.isoformat(),
        "dateDerniereModificationAnnotations": by_hand.isoformat(),
        "demarche": {"revision": {"id": revision}},
        "champs": [{"id": "r", "rows": [{"champs": [{"id": "c", "updatedAt": str(champ)}]}]}],
        "annotations": [{"id": "n", "updatedAt": str(note)}],
    }


@pytest.mark.parametrize(
    ("later", "content", "fingerprint"),
    [
        ({"champ": FIRST + DAY}, False, False),
        ({"champ": SECOND_ONE + DAY}, True, True),
        ({"note": SECOND_ONE + DAY, "by_hand": SECOND_ONE + DAY}, True, False),
        ({"note": SECOND_ONE + DAY}, False, False),  # by the bridge
        ({"revision": "1", "champ": SECOND_ONE + DAY}, False, False),  # it saw no other
    ],
)
def test_what_is_said_again_as_it_stood_moves_hashes_once_the_form_was_published_again(
    later: Mapping[str, Any], *, content: bool, fingerprint: bool
) -> None:
    days = DaysOfAnswers(THREE)
    before = {"revision": later.get("revision", "3"), "champ": FIRST, "note": FIRST}
    was = hashes(raw(**before, by_hand=FIRST + DAY), days=days)
    now = hashes(raw(**{**before, "by_hand": FIRST + DAY, **later}), days=days)
    assert (was.content != now.content) is content
    assert (was.fingerprint != now.fingerprint) is fingerprint


@pytest.mark.parametrize(
    ("revisions", "number", "wanted"),
    [
        (THREE, "1", (FIRST, SECOND_ONE, ["1", "2", "3"])),
        (THREE, "3", (THIRD, None, ["3"])),
        (history(FIRST, None, THIRD), "1", (FIRST, THIRD, ["1", "2", "3"])),
        (history(FIRST, None, THIRD), "2", (None, THIRD, ["2", "3"])),
    ],
)
def test_a_revision_is_what_the_form_asks_until_the_next_that_is_dated(
    revisions: Sequence[Revision], number: str, wanted: tuple[Any, ...]
) -> None:
    time = TimeInForce.of(revisions, number)
    assert (time.since, time.until, time.followed) == wanted
