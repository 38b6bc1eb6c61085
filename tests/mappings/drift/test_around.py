"""What stands around a question: told where it changed, and reviewed with it, before and now."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest

from mappings.dossier.revision import Descriptor, Revision, sections
from mappings.drift.compare import Observed, every_drift, not_read
from mappings.drift.model import Drift, Kind, Severity
from mappings.drift.reviewed import ReviewedForm, dump_reviewed, parse_reviewed
from mappings.drift.reviewing import review, unreviewed, with_surroundings
from tests.mappings.drift.test_compare import champ, form
from tests.mappings.drift.test_reviewed_last import (
    ABROAD,
    HERE,
    MAPPING,
    NEEDS,
    asked,
    heading,
    revisions,
    said_same,
    told,
)

NOT = "Dans ce qui suit, répondez oui si l'usage n'est PAS constaté en France."
SECRET = champ(3, "C", "multiple_drop_down_list", options=["Secret", "Ventes"])


def explication(label: str, told: str = "", *, number: int = 90) -> Descriptor:
    return replace(champ(number, label, "explication"), description=told)


def saved(reviewed: ReviewedForm) -> ReviewedForm:
    return parse_reviewed(dump_reviewed(reviewed), source="r")


def kinds(found: Sequence[Drift]) -> list[tuple[Kind, Severity]]:
    return [(one.kind, one.severity) for one in found]


def test_what_explains_stands_above_all_that_follows_it_under_its_heading() -> None:
    rows = champ(5, "Lignes", "repetition", children=[explication("Par ligne"), champ(51, "Nom")])
    (revision,) = revisions(
        [
            explication("Avant tout"),
            champ(1),
            heading("Usage"),
            champ(2),
            explication("Suite", NOT),
            champ(3),
            heading("Lieu", level=2),
            rows,
            heading("Déclarant"),
            champ(4),
        ]
    )
    first, later = "Explication : Avant tout", f"Explication : Suite ({NOT})"
    assert sections(revision) == {
        "1": first,
        "2": f"{first} › Usage",
        "3": f"{first} › Usage › {later}",
        "5": f"{first} › Usage › {later} › Lieu",
        "51": "Explication : Par ligne",
        "4": f"{first} › Déclarant",
    }


def test_an_explication_that_turns_what_follows_is_told_once_and_reviewed_by_one_act() -> None:
    before = [heading("Usage"), champ(2, "B"), asked(), champ(4, "D", "yes_no")]
    reviewed = saved(review(revisions(before), mapping=MAPPING))
    turned = form([*before[:2], explication("Important", NOT), *before[2:]])
    (one,) = told(turned, reviewed)
    assert (one.kind, one.severity, one.field) == (Kind.INTRODUCED, Severity.BLOCKING, "")
    assert (one.before, one.after) == ("rien", f"Explication : Important ({NOT})")
    assert "a, d" in one.sentence
    accepted = saved(review(turned.to_review, mapping=MAPPING, earlier=reviewed))
    assert not told(turned, accepted)
    polite = explication("1. IMPORTANT :", f"Merci de lire. {NOT}")
    assert told(form([*before[:2], polite, *before[2:]]), accepted)
    polite = explication("1. IMPORTANT :", f"Veuillez, {NOT.lower()}")
    assert not told(form([*before[:2], polite, *before[2:]]), accepted)
    gone = told(form(before), accepted)
    assert kinds(gone) == [(Kind.INTRODUCED, Severity.BLOCKING)]


def as_before(reviewed: ReviewedForm) -> ReviewedForm:
    """What a file holds that was written before explications were a part of what is reviewed."""
    champs = {
        number: replace(one, bare=True, sections=("Usage",), conditions=("",))
        for number, one in reviewed.champs.items()
    }
    return saved(replace(reviewed, champs=champs))


def test_a_review_of_before_explications_is_no_difference_and_is_completed_once() -> None:
    intro = explication("Important", NOT)
    now = form(
        [heading("Avant"), asked(condition="(= 4 true)")],
        [heading("Usage"), intro, asked(condition="")],
    )
    old = as_before(review(now.to_review, mapping=MAPPING))
    assert (unreviewed(old), told(now, old)) == (True, [])
    full = saved(with_surroundings(old, now.to_review, MAPPING))
    assert (unreviewed(full), told(now, full)) == (False, [])
    assert full.champs["1"].sections[0] == "Avant"
    by_accepting = saved(review(now.to_review, mapping=MAPPING, earlier=old))
    assert by_accepting.champs == full.champs
    without = form([heading("Usage"), asked(condition="")])
    assert kinds(told(without, full)) == [(Kind.INTRODUCED, Severity.BLOCKING)]


def test_completing_a_review_lifts_nothing_that_blocked() -> None:
    old = as_before(review(revisions([heading("Usage"), asked(condition="")]), mapping=MAPPING))
    turned = form([heading("Usage à l'étranger"), asked(condition="(= 4 true)")])
    blocking = {Kind.MOVED, Kind.CONDITION}
    assert {one.kind for one in told(turned, old)} == blocking
    full = with_surroundings(old, turned.to_review, MAPPING)
    assert {one.kind for one in told(turned, full)} == blocking


OTHERWISE: Mapping[str, Sequence[Descriptor]] = {
    "heading": [heading("Usage à l'étranger"), asked(condition=""), SECRET],
    "help of the heading": [
        heading("Usage", help_="Oui : à l'étranger."),
        asked(condition=""),
        SECRET,
    ],
    "explication": [heading("Usage"), explication("Non", NOT), asked(condition=""), SECRET],
    "condition": [heading("Usage"), asked(condition="(= 4 true)"), SECRET],
    "label": [heading("Usage"), asked(ABROAD, condition=""), SECRET],
    "help": [heading("Usage"), asked(condition="", description="Oui : ailleurs."), SECRET],
    "options": [
        heading("Usage"),
        asked(condition=""),
        replace(SECRET, options=("Secret", "Toutes les études")),
    ],
}
PLAIN = [heading("Usage"), asked(condition=""), SECRET]


@pytest.mark.parametrize("what", OTHERWISE)
def test_what_an_earlier_revision_asked_otherwise_is_not_read_in_its_answers(what: str) -> None:
    first = saved(review(revisions(PLAIN), mapping=MAPPING))
    turned = form(PLAIN, OTHERWISE[what])
    assert any(one.blocks for one in told(turned, first)), "in force, it blocks"
    back = form(PLAIN, OTHERWISE[what], PLAIN)
    found = told(back, first)
    assert {(one.kind, one.severity, one.revisions) for one in found} == {
        (Kind.EARLIER, Severity.REVIEW, ("2",))
    }
    every = every_drift(back, mapping=MAPPING, reviewed=first, needs=NEEDS)
    (unread,) = not_read(every, NEEDS).values()
    assert set(unread) <= {"a", "c"}
    same = saved(said_same(first, every))
    assert not told(back, same)
    assert any(one.blocks for one in told(turned, same)), "said of before, not of now"
    accepted = review(turned.to_review, mapping=MAPPING, earlier=first)
    again = review(back.to_review, mapping=MAPPING, earlier=accepted)
    assert not told(back, again), "each was accepted in its turn"


@pytest.mark.parametrize(
    "changes", [{"condition": "(= 4 true)"}, {"label": "Après"}, {"description": "Au plus tard."}]
)
def test_what_changed_and_was_put_back_is_told_of_a_question_that_nothing_acts_on(
    changes: dict[str, Any],
) -> None:
    """Its answers are read all the same: a person says whether it asked the same."""
    plain = replace(champ(2, "Avant"), condition="")
    back = form([plain], [replace(plain, **changes)], [plain])
    reviewed = saved(review(back.revisions[:1], mapping=MAPPING))
    (found,) = told(back, reviewed)
    assert (found.kind, found.severity) == (Kind.EARLIER, Severity.REVIEW)
    assert found.remedy.startswith("si la question demandait la même chose : `unc mapping same b ")
    assert not_read([found], NEEDS) == {}


@pytest.mark.parametrize(
    "then",
    [
        [heading("1. USAGE :"), asked("l'usage est-il constate en france", condition=""), SECRET],
        [heading("Usage"), asked(condition=None), SECRET],
        [heading("Usage"), asked(condition=""), replace(SECRET, options=("ventes", "SECRET"))],
        [heading("Usage"), asked(condition=""), replace(SECRET, options=("Secret",))],
    ],
)
def test_what_changes_nothing_of_a_question_leaves_its_answers_read(
    then: Sequence[Descriptor],
) -> None:
    reviewed = saved(review(revisions(PLAIN), mapping=MAPPING))
    found = told(form(then, PLAIN), reviewed)
    assert [one for one in found if one.kind is Kind.EARLIER] == []


def test_what_ds_does_not_describe_whole_of_an_earlier_revision_is_no_difference() -> None:
    reviewed = saved(review(revisions(PLAIN), mapping=MAPPING))
    back = form(PLAIN[1:], PLAIN)
    assert told(back, reviewed)
    first, active = back.revisions
    odd = replace(back, revisions=[replace(first, whole=False), active])
    assert not told(odd, reviewed)


STATUS = champ(9, "Statut", "drop_down_list", options=["Complet", "Hors champ"])
CONSENT = champ(8, "Diffusable", "yes_no")


@pytest.mark.parametrize(
    ("note", "changes"),
    [
        (STATUS, {"description": "Choisissez ce que le dossier n'est pas."}),
        (STATUS, {"label": "Statut à écarter"}),
        (CONSENT, {"description": "Oui : ne pas diffuser."}),
        (CONSENT, {"label": "Ne pas diffuser"}),
    ],
)
def test_an_annotation_that_was_turned_meanwhile_is_not_read_of_that_time(
    note: Descriptor, changes: dict[str, Any]
) -> None:
    turned = replace(note, **changes)
    back = Observed(
        [Revision(str(at), (), (one,)) for at, one in enumerate((note, turned, note), start=1)],
        "3",
    )
    reviewed = saved(review(back.revisions[:1], mapping=MAPPING))
    found = told(back, reviewed)
    assert kinds(found) == [(Kind.EARLIER, Severity.REVIEW)]
    path = found[0].field
    assert f"unc mapping same {path}" in found[0].remedy
    assert not_read(found, NEEDS) == {"2": {path: frozenset({note.id})}}
    plain = replace(NEEDS, decide=frozenset(), leave=frozenset())
    assert not told(back, reviewed, needs=plain), "nobody decides by it"
    fresh = review(back.to_review, mapping=MAPPING)
    assert kinds(told(back, fresh)) == [(Kind.EARLIER, Severity.REVIEW)]


def test_what_some_dossier_answered_in_other_words_is_told_and_nothing_else() -> None:
    both = form([asked()], [asked(ABROAD)], [asked()])
    reviewed = review(both.revisions[:1], mapping=MAPPING)
    assert not told(replace(both, answered=lambda _: frozenset()), reviewed)
    assert not told(replace(both, answered=lambda _: frozenset({("2", "b")})), reviewed)
    there = replace(both, answered=lambda _: frozenset({("2", "a")}))
    assert kinds(told(there, reviewed)) == [(Kind.EARLIER, Severity.REVIEW)]
    every = every_drift(there, mapping=MAPPING, reviewed=reviewed, needs=NEEDS)
    assert not_read(every, NEEDS) == {"2": {"a": frozenset({"1"})}}, "told or not, it is not read"


def test_a_review_of_before_its_order_was_kept_blocks_nothing_that_was_reviewed() -> None:
    """« A », « B », then « A » again, each accepted: the file of then says « A », « B »."""
    again = "L'usage a-t-il lieu en France ?"
    now = form([asked()], [asked(again)], [asked()])
    reviewed = review(now.revisions[:2], mapping=MAPPING, earlier=review(now.revisions[:1]))
    old = {
        number: replace(one, sections=(), conditions=(), helps=(), read=None)
        for number, one in reviewed.champs.items()
    }
    before = saved(replace(reviewed, champs=old))
    assert before.champs["1"].labels == (HERE, again)
    assert not told(now, before)
    full = saved(with_surroundings(before, now.to_review, MAPPING))
    assert full.champs["1"].labels == (again, HERE)
    assert not told(now, full)
    new = form([asked()], [asked(again)], [asked(ABROAD)])
    for known in (before, with_surroundings(before, new.to_review, MAPPING)):
        (one,) = [one for one in told(new, known) if one.kind is Kind.RENAMED]
        assert one.blocks
    later = review(now.to_review, mapping=MAPPING, earlier=reviewed)
    assert not told(now, later)
