"""What a person last reviewed of a question, beside what the form asks now, and asked before."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from mappings.adoption.earlier import with_said
from mappings.dossier.revision import Descriptor, Revision
from mappings.drift.compare import Observed, compare, not_read
from mappings.drift.model import Drift, Kind, Needs, Severity
from mappings.drift.reviewed import ReviewedForm, SaidOfBefore, dump_reviewed, parse_reviewed
from mappings.drift.reviewing import (
    review,
    unreviewed,
    with_surroundings,
)
from mappings.schema.file import parse_mapping
from mappings.schema.model import FormMapping
from tests.mappings.drift.test_compare import HEAD, champ, form

LINES = """\
fields:
  a: {champ: 1, type: yes_no, title: A, audience: agence, meaning: m}
  b: {champ: 2, type: text, title: B, audience: agence, meaning: m}
  c: {champ: 3, type: choices, title: C, audience: agence, meaning: m}
  d: {champ: 4, type: yes_no, title: D, audience: agence, meaning: m}
  r:
    champ: 5
    type: rows
    title: R
    audience: agence
    meaning: m
    fields:
      s: {champ: 51, type: text, title: S, audience: agence, meaning: m}
annotations:
  n: {champ: 9, type: choice, title: N, written: true}
  o: {champ: 8, type: yes_no, title: O}
"""
MAPPING = parse_mapping(HEAD + LINES, source="m")
INVERTED = parse_mapping(
    HEAD + LINES.replace("a: {champ: 1,", "a: {champ: 1, inverted: true,"), source="m"
)
NEEDS = Needs(
    scope=frozenset({"a"}),
    read=frozenset({"d", "r.s"}),
    options={"c": frozenset({"Secret"})},
    written={"annotations.n": frozenset({"Complet", "Hors champ"})},
    decide=frozenset({"annotations.n", "annotations.o"}),
    leave=frozenset({"c", "annotations.o"}),
)
HERE, ABROAD = "L'usage est-il constaté en France ?", "L'usage est-il constaté à l'étranger ?"


def said_same(reviewed: ReviewedForm, drifts: Sequence[Drift]) -> ReviewedForm:
    """What was reviewed, once a person said that these words asked the same."""
    for one in (each for each in drifts if each.kind is Kind.EARLIER):
        said = SaidOfBefore(one.field, one.before, True, "r", "A. Martin", date(2026, 11, 30))
        reviewed = with_said(reviewed, one, said)
    return reviewed


def heading(label: str, *, level: int = 1, help_: str = "") -> Descriptor:
    return replace(champ(70 + level, label, "header_section"), level=level, description=help_)


def asked(label: str = HERE, **changes: Any) -> Descriptor:
    return replace(champ(1, label, "yes_no"), **changes)


def told(
    observed: Observed,
    reviewed: ReviewedForm,
    *,
    mapping: FormMapping = MAPPING,
    needs: Needs = NEEDS,
) -> list[Drift]:
    """What is told of what stands in the form."""
    found = compare(observed, mapping=mapping, reviewed=reviewed, needs=needs)
    return [one for one in found if one.kind is not Kind.MISSING]


def revisions(*some: Sequence[Descriptor]) -> Sequence[Revision]:
    return form(*some).revisions


def test_a_label_that_goes_back_to_one_of_before_is_compared_with_the_last_reviewed() -> None:
    first = review(revisions([asked()]), mapping=MAPPING)
    turned = review(revisions([asked()], [asked(ABROAD)]), mapping=INVERTED, earlier=first)
    (one,) = told(form([asked()], [asked(ABROAD)], [asked()]), turned, mapping=INVERTED)[:1]
    assert (one.kind, one.severity) == (Kind.RENAMED, Severity.BLOCKING)
    assert (one.before, one.after) == (ABROAD, HERE)
    back = review(revisions([asked()], [asked(ABROAD)], [asked()]), mapping=MAPPING, earlier=turned)
    assert back.champs["1"].labels == (HERE,)
    assert not told(form([asked()]), parse_reviewed(dump_reviewed(back), source="r"))


def test_options_and_types_that_go_back_are_told_again() -> None:
    three = champ(3, "C", "multiple_drop_down_list", options=["Secret", "Ventes"])
    two = champ(3, "C", "multiple_drop_down_list", options=["Secret"])
    reviewed = review(revisions([three], [two]), mapping=MAPPING)
    (one,) = told(form([two], [three]), reviewed)
    assert (one.kind, one.severity, one.after) == (Kind.OPTIONS, Severity.BLOCKING, "Ventes")
    texts = review(revisions([champ(2, "B")], [champ(2, "B", "textarea")]), mapping=MAPPING)
    (back,) = told(form([champ(2, "B", "textarea")], [champ(2, "B")]), texts)
    assert (back.kind, back.severity) == (Kind.RETYPED, Severity.INFORMATION)


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        ("", "Répondez non si c'est en France.", Kind.EXPLAINED),
        ("Oui : en France.", "Oui : à l'étranger.", Kind.EXPLAINED),
        ("Oui : en France.", "", Kind.EXPLAINED),
        ("Dites où.", "DITES   OU", None),
        ("Dites où l'usage a lieu", "Merci de dire où.", Kind.EXPLAINED),
        ("Préciser le lieu.", "Merci de préciser le lieu, s'il vous plaît.", None),
        ("1. Le lieu\n2. La date", "Le lieu ; la date", None),
    ],
)
def test_help_that_says_something_else_blocks_where_it_may_turn_what_matters(
    before: str, after: str, kind: Kind | None
) -> None:
    reviewed = review(revisions([asked(description=before)]), mapping=MAPPING)
    found = told(form([asked(description=after)]), reviewed)
    assert [(one.kind, one.severity) for one in found] == (
        [(kind, Severity.BLOCKING)] if kind else []
    )
    other = review(revisions([replace(champ(2), description=before)]), mapping=MAPPING)
    mild = told(form([replace(champ(2), description=after)]), other)
    assert {one.severity for one in mild} == ({Severity.REVIEW} if kind else set())


@pytest.mark.parametrize(
    ("before", "after", "blocks"),
    [("", "(= 4 true)", True), ("(= 4 true)", "(= 4 false)", True), (None, "(= 4 true)", False)],
)
def test_another_condition_blocks_where_ds_told_it_before(
    before: str | None, after: str, *, blocks: bool
) -> None:
    reviewed = review(revisions([asked(condition=before)]), mapping=MAPPING)
    found = told(form([asked(condition=after)]), reviewed)
    assert [one.kind for one in found] == ([Kind.CONDITION] if blocks else [])
    assert any(one.blocks for one in found) is blocks


def test_a_heading_that_is_reworded_is_told_once_and_reviewed_by_one_act() -> None:
    under = [asked(), champ(2, "B"), champ(4, "D", "yes_no")]
    reviewed = review(revisions([heading("Déclarant"), *under]), mapping=MAPPING)
    assert not told(form([heading("2. DÉCLARANT :"), *under]), reviewed)
    turned = form([heading("Essais à l'étranger"), *under])
    (one,) = told(turned, reviewed)
    assert (one.kind, one.severity, one.field) == (Kind.MOVED, Severity.BLOCKING, "")
    assert (one.before, one.after) == ("Déclarant", "Essais à l'étranger")
    assert "a, d, b" in one.sentence
    explained = form([heading("Déclarant", help_="À l'étranger seulement"), *under])
    assert [one.kind for one in told(explained, reviewed)] == [Kind.MOVED]
    later = review(turned.revisions, mapping=MAPPING, earlier=reviewed)
    assert not told(turned, later)


def test_of_headings_one_under_the_other_what_changed_is_told_once() -> None:
    def under(top: str) -> list[Descriptor]:
        low = [heading("Lieu", level=2), asked(), heading("Date", level=2), champ(2, "B")]
        return [heading(top), *low]

    reviewed = review(revisions(under("Usage")), mapping=MAPPING)
    (one,) = told(form(under("Autre traitement")), reviewed)
    assert (one.before, one.after) == ("Usage", "Autre traitement")


def test_rows_that_are_asked_of_something_else_block_for_what_is_read_in_them() -> None:
    def rows(label: str) -> Descriptor:
        return champ(5, label, "repetition", children=[champ(51, "Nom")])

    reviewed = review(revisions([rows("Spécialités")]), mapping=MAPPING)
    (one,) = told(form([rows("Autres traitements du patient")]), reviewed)
    assert (one.field, one.severity) == ("r", Severity.BLOCKING)


def test_what_was_reviewed_before_helps_were_kept_is_no_difference_and_is_completed_once() -> None:
    turned = replace(asked(), description="Répondez non si c'est en France.")
    old = review(revisions([asked()]), mapping=MAPPING)
    old = replace(
        old,
        champs={
            number: replace(one, helps=(), sections=(), conditions=(), read=None)
            for number, one in old.champs.items()
        },
    )
    old = parse_reviewed(dump_reviewed(old), source="r")
    now = form([asked()], [turned])
    assert (unreviewed(old), told(now, old)) == (True, [])
    full = with_surroundings(old, now.to_review, MAPPING)
    assert (unreviewed(full), told(now, full)) == (False, [])
    assert told(form([turned], [asked()]), full), "as it was taken, and no other"


def test_a_question_that_a_revision_of_before_asked_otherwise_is_not_read_in_it() -> None:
    now = form([asked(ABROAD), champ(2, "Avant")], [asked(), champ(2, "Après")])
    reviewed = review(now.to_review, mapping=MAPPING)
    found = told(now, reviewed)
    assert {(one.kind, one.severity) for one in found} == {(Kind.EARLIER, Severity.REVIEW)}
    assert not_read(found, NEEDS) == {"1": {"a": frozenset({"1"})}}
    assert any("unc mapping same a" in one.remedy for one in found)
    assert not told(replace(now, answered=lambda _: frozenset()), reviewed), (
        "no dossier answered it"
    )
    assert not told(now, said_same(reviewed, found))
    accepted = review(now.to_review, mapping=MAPPING, earlier=reviewed)
    assert told(now, accepted), "it is said question by question"


def test_a_question_that_is_accepted_in_other_words_asks_what_it_asked() -> None:
    first = review(revisions([asked()]), mapping=MAPPING)
    now = form([asked()], [asked("L'usage a-t-il lieu en France ?")])
    assert [one.severity for one in told(now, first)] == [Severity.BLOCKING]
    assert not told(now, review(now.to_review, mapping=MAPPING, earlier=first))
    otherwise = review(now.to_review, mapping=INVERTED, earlier=first)
    assert [one.kind for one in told(now, otherwise, mapping=INVERTED)] == [Kind.EARLIER]


STATUSES = ("À trier", "Complet", "Hors champ")


@pytest.mark.parametrize(
    ("options", "kinds"),
    [
        (("À trier", "Complet", "Hors périmètre"), {Kind.OPTIONS, Kind.UNWRITABLE}),
        (("Complet", "Hors champ"), {Kind.OPTIONS}),
        ((*STATUSES, "Autre"), set()),
    ],
)
def test_an_option_by_which_a_person_decides_that_is_gone_blocks(
    options: tuple[str, ...], kinds: set[Kind]
) -> None:
    note = champ(9, "Statut", "drop_down_list", options=STATUSES)
    before = form([], annotations=[note])
    reviewed = review(before.revisions, mapping=MAPPING)
    now = form([], annotations=[replace(note, options=options)])
    assert {one.kind for one in told(now, reviewed) if one.blocks} == kinds


@pytest.mark.parametrize("there", [[], [champ(19, "Statut", "drop_down_list", options=STATUSES)]])
def test_a_list_by_which_a_person_decides_that_is_gone_or_made_again_blocks(
    there: list[Descriptor],
) -> None:
    note = champ(9, "Statut", "drop_down_list", options=STATUSES)
    first, then = form([], annotations=[note]), form([], annotations=there)
    reviewed = review(first.revisions, mapping=MAPPING)
    both = Observed([*first.revisions, replace(then.revisions[0], id="2")], "2")
    found = compare(both, mapping=MAPPING, reviewed=reviewed, needs=NEEDS)
    (one,) = [one for one in found if one.field == "annotations.n"]
    assert (one.kind, one.severity) == (Kind.MISSING, Severity.BLOCKING)
    never = compare(then, mapping=MAPPING, reviewed=reviewed, needs=NEEDS)
    assert not any(one.blocks for one in never if one.field == "annotations.n"), "never there"


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({"label": "Ce qui ne relève pas du secret"}, Kind.RENAMED),
        ({"description": "Cochez ce qui peut être diffusé."}, Kind.EXPLAINED),
        ({"options": ("Secret", "Ventes", "Toutes les études")}, Kind.OPTIONS),
        ({"options": ("Secret",)}, Kind.OPTIONS),
        ({"label": "1) SECRET DES AFFAIRES"}, None),
    ],
)
def test_what_decides_what_leaves_blocks_once_it_is_asked_otherwise(
    change: dict[str, Any], kind: Kind | None
) -> None:
    secret = champ(
        3, "Secret des affaires", "multiple_drop_down_list", options=["Secret", "Ventes"]
    )
    reviewed = review(revisions([secret]), mapping=MAPPING)
    found = told(form([replace(secret, **change)]), reviewed)
    assert [one.kind for one in found if one.blocks] == ([kind] if kind else [])


@pytest.mark.parametrize(
    ("options", "blocks"),
    [
        (["Oui, sur le territoire", "Non, à l'étranger", "Ne sait pas"], True),
        (["Oui", "Non, à l'étranger"], True),
        (["Oui", "Non", "Ne sait pas"], False),
    ],
)
def test_a_yes_or_no_whose_options_say_no_more_which_is_yes_blocks(
    options: list[str], *, blocks: bool
) -> None:
    now = form([champ(1, HERE, "drop_down_list", options=options)])
    reviewed = review(now.revisions, mapping=MAPPING)
    assert any(one.blocks for one in told(now, reviewed)) is blocks
