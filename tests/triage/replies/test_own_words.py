"""Annotations whose options are the form's own words: written in them, read back in ours."""

from dataclasses import replace

import pytest
from msgspec import structs

from french.text import normalise_label
from mappings.dossier.model import Text
from mappings.report.mapper import map_report
from mappings.schema.champs import in_our_word, in_their_words
from mappings.schema.model import MANUAL
from mappings.schema.sources import Option
from tests.triage.replying import (
    assessment,
    dossier,
    due,
    judged,
    labelled,
    ours,
    reply_rules,
    the_form,
    written,
)
from triage.replies.decision import decide, held_by_person, taken_over
from triage.replies.inputs import Memory, ReplyRules
from triage.verdict.model import Status

THEIRS = {"Rien ne manque": "Complet", "Pièces manquantes": "À compléter", "Exclu": "Hors champ"}


def rules() -> ReplyRules:
    known = reply_rules()
    options = {normalise_label(one): Option(one, our) for one, our in THEIRS.items()}
    spec = replace(known.mapping.annotations["statut"], options=options)
    notes = {**known.mapping.annotations, "statut": spec}
    return replace(known, mapping=replace(known.mapping, annotations=notes))


def test_the_option_that_means_our_word_is_written_and_known_again() -> None:
    first = due(judged(), rules=rules())
    assert written(first)["statut"] == "Rien ne manque"
    there = dossier({901: "Rien ne manque"})
    memory = Memory(written=ours(statut="Rien ne manque"))
    again = due(judged(there), memory, rules=rules())
    assert (again.conflicts, "statut" in written(again)) == ((), False)
    moved = due(judged(there, assessment(Status.A_COMPLETER)), memory, rules=rules())
    assert written(moved)["statut"] == "Pièces manquantes"


def test_a_word_of_ours_that_no_option_means_stays_as_it_is() -> None:
    made = due(judged(verdict=assessment(Status.A_PRECISER)), rules=rules())
    assert written(made)["statut"] == "À préciser"


def test_an_option_that_a_person_chose_decides_as_our_word_would() -> None:
    mapping, there = rules().mapping, dossier({901: "Exclu"})
    held = held_by_person(there, {}, mapping=mapping)
    assert held["statut"] == "Hors champ"
    assert decide(assessment(), held).status is Status.HORS_CHAMP
    assert labelled(due(judged(there), rules=rules())) == labelled(
        due(judged(dossier({901: "Hors champ"})))
    )


def test_a_report_has_an_annotation_in_our_words() -> None:
    form, answered = rules().mapping, dossier({901: "Exclu"})
    found = map_report(answered, mapping=form, revision=None).annotations["statut"]
    assert (found.value, found.raw) == ("Hors champ", "Exclu")
    plain = map_report(answered, mapping=the_form().mapping, revision=None).annotations["statut"]
    assert (plain.value, plain.raw) == ("Exclu", "")


@pytest.mark.parametrize(
    ("inverted", "served", "by_hand"),
    [
        (False, True, True),
        (False, False, False),
        (False, "Oui", True),
        (True, True, False),
        (True, False, True),
        (True, "Non", True),
        (True, "Peut-être", True),
        (True, "Oui", False),
        (True, None, False),
    ],
)
def test_a_switch_that_is_asked_the_contrary_is_read_and_written_so(
    inverted: bool, served: bool | str | None, by_hand: bool
) -> None:
    known = reply_rules().mapping
    spec = replace(known.annotations[MANUAL], inverted=inverted)
    form = replace(known, annotations={**known.annotations, MANUAL: spec})
    there = dossier({} if served is None else {921: served})
    if isinstance(served, str):  # it became a text
        notes = [
            structs.replace(one, value=Text(served)) if one.id == "921" else one
            for one in there.annotations
        ]
        there = replace(there, annotations=tuple(notes))
    assert taken_over(there, form) is by_hand
    if isinstance(served, bool):
        assert in_their_words(spec, by_hand) is served
        assert in_our_word(spec, str(served)) == str(by_hand)
