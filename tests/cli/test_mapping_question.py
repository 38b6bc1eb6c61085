"""What a person reads of a question before they answer it: its help, its options."""

from dataclasses import replace
from typing import Any

import pytest

from cli.mapping.question import question_lines
from french.text import excerpt
from mappings.adoption.decisions import Decisions
from mappings.adoption.session import Session
from mappings.matching.form.numbered import as_written
from mappings.matching.match import match_form
from mappings.matching.wanted import wants
from tests.mappings.matching.variants import (
    Variant,
    as_form,
    our_wants,
    the_lexicon,
    the_mapping,
    the_needs,
    the_reviewed,
)


def asked(path: str, *champs: dict[str, Any]) -> list[str]:
    """The screen of the question about a field, of a form with these champs."""
    numbered = [{"id": at, "required": False, **one} for at, one in enumerate(champs, 1)]
    form = Variant(as_form({"champs": numbered, "annotations": []}), {})
    matching = match_form(our_wants(), form.revision, samples={})
    session = Session(our_wants(), matching, Decisions(7, "A. Martin"))
    choice = next(one for one in session.questions() if one.path == path)
    return list(question_lines(choice, 3))


INTENDED = {"type": "yes_no", "label": "Usage intentionnel"}


def test_help_that_makes_a_question_unsure_is_shown_and_marked() -> None:
    contrary = "Cochez non si l'usage\n était voulu"
    beside = [{"type": "yes_no", "label": one} for one in ("But médical", "Territoire national")]
    lines = asked("usage_intentionnel", {**INTENDED, "description": contrary}, *beside)
    turned = "demande peut-être le contraire — à lire : son texte d'aide"
    assert f"  1. « Usage intentionnel » — {turned}" in lines
    assert "     aide : Cochez non si l'usage était voulu" in lines


def test_long_help_is_cut_after_a_word() -> None:
    assert excerpt("mot " * 60) == " ".join(["mot"] * 50) + "…"
    assert excerpt("court") == "court"


def test_options_are_shown_and_those_that_are_not_are_counted() -> None:
    listed = {"type": "drop_down_list", "label": "Usage intentionnel"}
    few = ["Oui", "Non", "En partie", "Ne sait pas"]
    lines = asked("usage_intentionnel", {**listed, "options": few})
    assert any(one.endswith("Oui ; Non ; En partie ; Ne sait pas") for one in lines), lines
    many = [*few, *"abcdefg"]
    lines = asked("usage_intentionnel", {**listed, "options": many})
    assert any(one.endswith("; a ; b ; c ; d ; … (3 de plus)") for one in lines), lines


def test_a_question_that_asks_one_option_by_yes_or_no_is_shown_as_what_it_is() -> None:
    local = {"type": "yes_no", "label": "Le phénomène reste-t-il local ?"}
    lines = asked("etendue", local)
    assert any("oui ou non · option : Locale" in one for one in lines), lines


def test_a_list_that_lacks_what_the_bridge_writes_is_not_sure_and_says_so() -> None:
    note = {
        "id": 90,
        "required": False,
        "type": "drop_down_list",
        "label": "Priorité proposée",
        "options": ["P1", "P2", "P3"],
    }
    form = Variant(as_form({"champs": [], "annotations": [note]}), {})
    needs = replace(the_needs(), written={"annotations.priorite": frozenset({"P1", "P4"})})
    reviewed = [(the_mapping(), the_reviewed())]
    asked_for = wants(the_mapping(), reviewed=reviewed, needs=needs, lexicon=the_lexicon())
    found = match_form(asked_for, form.revision, samples={}).matches["annotations.priorite"]
    assert (found.sure, found.marks) == (False, ("sans option pour : P4",))


@pytest.mark.parametrize(
    ("template", "label", "shown"),
    [
        ("cis du medicament", "CIS du médicament n° 1", "CIS du médicament"),
        ("substance active dci", "Substance active (DCI) n° 1", "Substance active (DCI)"),
        ("medicament denomination", "1er médicament : dénomination", "médicament : dénomination"),
        ("indication de l amm", "Indication de l'AMM (2)", "Indication de l'AMM"),
        ("dci", "D.C.I. n° 1", "D.C.I. n° 1"),
    ],
)
def test_words_are_shown_as_the_form_writes_them(template: str, label: str, shown: str) -> None:
    assert as_written(template, label) == shown
