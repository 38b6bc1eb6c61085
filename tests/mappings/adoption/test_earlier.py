"""What a person says of the words that a question had before, and takes back."""

from dataclasses import replace
from datetime import date

from mappings.adoption.earlier import (
    earlier_words,
    settled,
    unread,
    why_not_same,
    with_said,
    without_said,
)
from mappings.drift.model import Drift, Kind, Severity
from mappings.drift.reviewed import ReviewedForm, SaidOfBefore, dump_reviewed, parse_reviewed
from mappings.drift.reviewing import review
from mappings.schema.champs import reads_contrary
from mappings.schema.file import parse_mapping
from tests.mappings.drift.test_compare import HEAD, champ, form
from tests.mappings.drift.test_reviewed_last import ABROAD, INVERTED, LINES, MAPPING, NEEDS, asked
from tests.mappings.drift.test_reviewed_last import told as compared

NOW = form([asked(ABROAD), champ(2, "Avant")], [asked(), champ(2, "Après")])
REVIEWED = review(NOW.to_review, mapping=MAPPING)


def said(drift: Drift, *, same: bool) -> ReviewedForm:
    day = date(2026, 11, 30)
    told = SaidOfBefore(drift.field, drift.before, same, "Seuls les mots", "A. Martin", day)
    return with_said(REVIEWED, drift, told)


def test_what_is_said_to_ask_the_same_is_read_until_it_is_taken_back() -> None:
    a, b = compared(NOW, REVIEWED)
    assert unread([a, b], NEEDS) == {"1": {"a": frozenset({"1"})}}
    shown = {
        one.fields: (one.unread, one.contrary) for one in earlier_words((a, b), MAPPING, NEEDS)
    }
    assert shown == {"a": (True, False), "b": (False, False)}
    made = said(a, same=True)
    kept = parse_reviewed(dump_reviewed(made), source="r")
    assert kept == made
    assert compared(NOW, kept) == [b], "of the other question nothing was said"
    (one,) = kept.before
    assert (one.words, one.champ, one.wording) == (a.before, "1", a.words)
    back = without_said(kept, one)
    assert back == REVIEWED
    assert compared(NOW, back) == [a, b]


def test_what_is_said_to_ask_something_else_stays_unread_and_is_asked_no_more() -> None:
    a, b = compared(NOW, REVIEWED)
    for one in (a, b):
        made = said(one, same=False)
        assert replace(made, before=()) == REVIEWED
        found = list(settled(compared(NOW, made), made))
        (quiet,) = [each for each in found if each.field == one.field]
        assert quiet.severity is Severity.INFORMATION
        assert "demandait autre chose : Seuls les mots — A. Martin le 30/11/2026" in quiet.remedy
        assert one.field in unread(found, NEEDS)["1"]
        assert [each.fields for each in earlier_words(found, MAPPING, NEEDS)] != [one.field]


def test_nobody_says_the_same_of_what_is_asked_in_words_that_nobody_reviewed() -> None:
    turned = form([asked()], [asked(ABROAD)])
    drifts = compared(turned, review(turned.revisions[:1], mapping=MAPPING))
    assert [one.kind for one in drifts] == [Kind.RENAMED]
    told = why_not_same(drifts, "a", "Territoire")
    assert "a changé depuis la relecture (renommé : « L'usage" in told
    assert "unc mapping adapt" in told
    assert why_not_same(drifts, "b", "Autre") == ""
    assert why_not_same(compared(NOW, REVIEWED), "a", "Territoire") == ""


def test_a_question_that_is_read_upside_down_is_known_by_its_line_or_its_options() -> None:
    options = LINES.replace("a: {champ: 1,", "a: {champ: 1, options: {Oui: non, Non: oui},")
    listed = parse_mapping(HEAD + options, source="m")
    found = [reads_contrary(one.fields["a"]) for one in (MAPPING, INVERTED, listed)]
    assert found == [False, True, True]
