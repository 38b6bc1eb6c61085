"""A form that was adapted, adopted, and is adapted again: what a person made of it stays."""

from dataclasses import replace

import pytest

from mappings.adoption.absences import refused
from mappings.adoption.adapted import adapted, mapping_text
from mappings.adoption.decisions import Decision, Decisions
from mappings.adoption.session import Session
from mappings.drift.reviewed import Absence
from mappings.drift.reviewing import review
from mappings.matching.match import match_form
from mappings.matching.wanted import wants
from mappings.schema.file import parse_mapping
from mappings.schema.model import FormMapping
from mappings.schema.sources import Constant
from tests.mappings.matching.variants import (
    Raw,
    Variant,
    as_form,
    our_wants,
    the_lexicon,
    the_mapping,
    the_needs,
    the_reviewed,
)

FIELD, GIVEN = "territoire_national", "couvert_par_pgr"
CONTRARY = "L'usage a-t-il lieu hors de France ?"


def form(kind: str, label: str = CONTRARY) -> Variant:
    asked: Raw = {"id": 1, "type": kind, "label": label, "required": True}
    if kind == "drop_down_list":
        asked["options"] = ["Oui", "Non", "Ne se prononce pas"]
    return Variant(as_form({"champs": [asked], "annotations": []}), {})


def first(one: Variant) -> tuple[FormMapping, Session]:
    """A person takes what is proposed, and the file is written."""
    matching = match_form(our_wants(), one.revision, samples={})
    session = Session(our_wants(), matching, Decisions(7, "A. Martin"))
    contrary = matching.likeliest[FIELD][0].inverted
    session = session.decided(FIELD, Decision(champ="1", inverted=contrary))
    made = adapted(the_mapping(), session, revisions=(one.revision,), active=one.revision)
    text = mapping_text(made, demarche=7, revision="5000")
    return parse_mapping(text, source="mapping.yaml"), session


def again(mapping: FormMapping, one: Variant, decisions: Decisions) -> tuple[FormMapping, Session]:
    """Once it is adopted, its form is one that was reviewed."""
    wanted = wants(
        mapping,
        reviewed=[(mapping, review([one.revision])), (the_mapping(), the_reviewed())],
        needs=the_needs(),
        lexicon=the_lexicon(),
    )
    session = Session(wanted, match_form(wanted, one.revision, samples={}), decisions)
    made = adapted(
        mapping,
        session,
        revisions=(one.revision,),
        active=one.revision,
        again=True,
        before=decisions.of,
    )
    text = mapping_text(made, demarche=7, revision="5000")
    return parse_mapping(text, source="mapping.yaml"), session


@pytest.mark.parametrize("kind", ["yes_no", "drop_down_list"])
def test_a_question_that_asks_the_contrary_asks_it_the_second_time_too(kind: str) -> None:
    mapping, session = first(form(kind))
    before = mapping.fields[FIELD]
    assert before.inverted or before.options["oui"].means is False
    mapping, session = again(mapping, form(kind), session.decisions)
    assert mapping.fields[FIELD] == before


PLAIN = "L'usage est-il constaté sur le territoire ?"


@pytest.mark.parametrize(
    ("now", "stays"),
    [
        (form("yes_no", PLAIN), True),
        (form("yes_no", "L'usage est-il constaté en France ?"), False),
        (form("drop_down_list", PLAIN), False),
    ],
    ids=["the same", "other words", "another type"],
)
def test_what_a_person_refused_stays_so_until_its_question_reads_otherwise(
    now: Variant, *, stays: bool
) -> None:
    before = form("yes_no", PLAIN)
    reviewed = review([before.revision], absent={FIELD: Absence("Non", "A. Martin")})
    sure = match_form(our_wants(), now.revision, samples={}).sure
    assert FIELD in sure
    field = replace(the_mapping().fields[FIELD], champs=())
    left_out = replace(the_mapping(), fields={**the_mapping().fields, FIELD: field})
    found = refused(reviewed, left_out, now.revision, sure)
    assert found == (reviewed.absent if stays else {})
    asked_by_none = refused(reviewed, left_out, now.revision, {})
    assert asked_by_none == reviewed.absent, "nor is it asked again"
    given = replace(left_out, fields={FIELD: replace(field, champs=("1",))})
    assert refused(reviewed, given, now.revision, sure) == {}, "the file gives it"


@pytest.mark.parametrize("kind", ["yes_no", "drop_down_list"])
def test_forgetting_what_was_said_makes_nothing_of_the_contrary_sure(kind: str) -> None:
    mapping, _ = first(form(kind))
    _, session = again(mapping, form(kind), Decisions(7))
    assert FIELD not in session.matching.sure
    match = session.matching.likeliest[FIELD][0]
    assert match.inverted


def test_what_a_person_wrote_in_the_file_stays() -> None:
    one = form("yes_no", "L'emploi a-t-il lieu au-delà de nos frontières ?")
    matching = match_form(our_wants(), one.revision, samples={})
    session = Session(our_wants(), matching, Decisions(7, "A. Martin"))
    made = adapted(the_mapping(), session, revisions=(one.revision,), active=one.revision)
    text = mapping_text(made, demarche=7, revision="5000")
    for name, said in ((FIELD, "champ: 1, inverted: true"), (GIVEN, "constant: non")):
        assert f"  {name}: {{absent: true" in text
        text = text.replace(f"  {name}: {{absent: true", f"  {name}: {{{said}")
    by_hand = parse_mapping(text, source="mapping.yaml")
    decisions = Decisions(7, "A. Martin", {FIELD: Decision(champ="1")})
    mapping, _ = again(by_hand, one, decisions)
    assert mapping.fields[FIELD] == by_hand.fields[FIELD]
    assert mapping.fields[GIVEN] == by_hand.fields[GIVEN]
    assert mapping.fields[FIELD].inverted
    assert mapping.fields[GIVEN].source == Constant(False)
