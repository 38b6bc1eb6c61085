"""Drift of champs that are joined, ticked, flat, shared, aligned: each is watched as any other."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from mappings.dossier.revision import Descriptor, Revision
from mappings.drift.compare import Observed, compare
from mappings.drift.model import Drift, Kind, Needs, Severity
from mappings.drift.reviewed import Absence, ReviewedForm
from mappings.drift.reviewing import review
from mappings.schema.file import parse_mapping
from mappings.schema.model import AnnotationSpec, FormMapping
from mappings.schema.sources import Option
from steps.adopt.review import against
from tests.mappings.report.dossiers import HEAD, mapping

LIST, BOX = "drop_down_list", "checkbox"
BOXES = "population: type: choices, boxes: {Enfant: 301, Adulte: 302}"
JOINED = "contact: type: text, joined: [8, Nom du contact]"
ROWS = """\
  specialites:
    champ: 15
    rows: [{nom: 201, cis: 202}, {nom: 211, cis: 212}]
    type: rows
    title: T
    audience: reseau
    meaning: m
    fields:
      nom: {champ: 151, type: text, title: T, audience: reseau, meaning: m}
      cis: {champ: 152, type: integer, title: T, audience: reseau, meaning: m}
"""


def champ(
    number: int,
    kind: str = "text",
    *,
    label: str = "",
    options: Sequence[str] = (),
    children: Sequence[Descriptor] = (),
) -> Descriptor:
    named = label or f"Question {number}"
    return Descriptor(str(number), str(number), named, kind, False, tuple(options), tuple(children))


def drifts(
    form: FormMapping,
    *now: Descriptor,
    before: Sequence[Descriptor] = (),
    needs: Needs | None = None,
) -> tuple[Drift, ...]:
    reviewed = review([Revision("1", tuple(before or now), ())])
    revision = Revision("2", now, ())
    observed = Observed([revision], revision.id)
    return compare(observed, mapping=form, reviewed=reviewed, needs=needs or Needs())


def told(found: Sequence[Drift]) -> set[tuple[Kind, Severity, str, str]]:
    return {(one.kind, one.severity, one.champ, one.field) for one in found}


def flat_form() -> FormMapping:
    return parse_mapping(HEAD + ROWS, source="m")


FLAT = [champ(at, "integer_number" if at % 2 == 0 else "text") for at in (201, 202, 211, 212)]


@pytest.mark.parametrize(
    ("form", "asked"),
    [
        (mapping(BOXES), [champ(301, BOX), champ(302, "yes_no")]),
        (mapping(JOINED), [champ(8), champ(9, label="Nom du contact :")]),
        (flat_form(), FLAT),
        (flat_form(), [champ(15, "repetition", children=[champ(151), champ(152, "number")])]),
        (mapping("a: constant: oui, type: yes_no"), []),
        (mapping("a: fact: dossier.number, type: integer"), []),
        (
            mapping("a: champ: 1, type: choice, options: {Suivi: Complément}"),
            [champ(1, LIST, options=["Initial", "Suivi"])],
        ),
    ],
)
def test_a_form_that_has_what_the_mapping_names_shows_no_drift(
    form: FormMapping, asked: list[Descriptor]
) -> None:
    assert drifts(form, *asked) == ()


def test_a_part_that_is_gone_is_told_for_ever_and_is_no_absence_to_accept() -> None:
    needs = Needs(read=frozenset({"contact"}))
    found = drifts(mapping(JOINED), champ(8), needs=needs)
    assert told(found) == {(Kind.MISSING, Severity.BLOCKING, "nom du contact", "contact")}
    assert not any(one.lost for one in found)


def test_a_row_that_the_form_lost_is_told_by_its_cell() -> None:
    found = drifts(flat_form(), *FLAT[:3])
    assert told(found) == {(Kind.MISSING, Severity.REVIEW, "212", "specialites.cis")}


def test_neither_the_repetition_nor_its_flat_rows_is_told_by_the_repetition() -> None:
    needs = Needs(read=frozenset({"specialites"}))
    found = drifts(flat_form(), needs=needs)
    assert {one.champ for one in found} == {"201", "202", "211", "212"}
    assert {one.field for one in found} == {"specialites.nom", "specialites.cis"}


@pytest.mark.parametrize(
    ("line", "before", "after"),
    [
        (BOXES, champ(301, BOX), champ(301, "date")),
        (JOINED, champ(8), champ(8, "piece_justificative")),
    ],
)
def test_a_part_that_was_retyped_out_of_reach_is_told(
    line: str, before: Descriptor, after: Descriptor
) -> None:
    others = [champ(302, BOX)] if line == BOXES else [champ(9, label="Nom du contact")]
    name = line.partition(":")[0]
    needs = Needs(read=frozenset({name}))
    found = drifts(mapping(line), after, *others, before=[before, *others], needs=needs)
    assert told(found) == {(Kind.RETYPED, Severity.BLOCKING, after.id, name)}


def test_a_reworded_box_is_told() -> None:
    before = [champ(301, BOX, label="Enfants"), champ(302, BOX)]
    after = [champ(301, BOX, label="Adultes"), champ(302, BOX)]
    (one,) = drifts(mapping(BOXES), *after, before=before)
    assert (one.kind, one.field, one.before, one.after) == (
        Kind.RENAMED,
        "population",
        "Enfants",
        "Adultes",
    )


def test_an_option_that_rules_name_and_no_box_gives_blocks() -> None:
    needs = Needs(options={"population": frozenset({"Enfant", "Femme enceinte"})})
    found = drifts(mapping(BOXES), champ(301, BOX), champ(302, BOX), needs=needs)
    assert told(found) == {(Kind.OPTIONS, Severity.BLOCKING, "301, 302", "population")}
    assert found[0].before == "Femme enceinte"


def test_what_no_to_every_question_means_is_said_by_questions_and_not_by_boxes() -> None:
    line = "nature: type: choice, boxes: {Initial: 1, Clôture: 2}, otherwise: Complément"
    needs = Needs(options={"nature": frozenset({"Complément", "Initial"})})
    asked = [champ(1, "yes_no"), champ(2, "yes_no")]
    assert drifts(mapping(line), *asked, needs=needs) == ()
    (without,) = drifts(mapping(line.partition(", otherwise")[0]), *asked, needs=needs)
    assert (without.severity, without.before) == (Severity.BLOCKING, "Complément")
    (ticked,) = drifts(mapping(line), champ(1, BOX), champ(2, "yes_no"), needs=needs)
    assert (ticked.severity, ticked.before) == (Severity.REVIEW, "Question 1")


NATURE = "nature: champ: 13, type: choice, options: {Suivi: Complément}"


def test_rules_find_their_options_under_the_words_of_the_form() -> None:
    needs = Needs(options={"nature": frozenset({"Complément"})})
    listed = champ(13, LIST, options=["Initial", "Suivi"])
    assert drifts(mapping(NATURE), listed, needs=needs) == ()
    (one,) = drifts(mapping(NATURE.split(", options", maxsplit=1)[0]), listed, needs=needs)
    assert one.severity is Severity.BLOCKING


def test_an_aligned_option_that_the_form_lost_is_told() -> None:
    needs = Needs(options={"nature": frozenset({"Complément"})})
    before = champ(13, LIST, options=["Initial", "Suivi"])
    after = champ(13, LIST, options=["Initial"])
    found = drifts(mapping(NATURE), after, before=[before], needs=needs)
    assert told(found) == {(Kind.OPTIONS, Severity.BLOCKING, "13", "nature")}
    (one,) = drifts(mapping(NATURE), after, before=[before])
    assert (one.severity, one.before) == (Severity.REVIEW, "Suivi")
    assert "corriger « options »" in one.remedy


def test_an_option_that_is_neither_yes_nor_no_is_told() -> None:
    form = mapping("a: champ: 4, type: yes_no, options: {Ne sait pas: inconnu}")
    asked = champ(4, LIST, options=["Oui", "Non", "Ne sait pas", "Non concerné"])
    (one,) = drifts(form, asked)
    assert (one.severity, one.after) == (Severity.REVIEW, "Non concerné")
    assert "oui, non ou inconnu" in one.remedy


def test_what_ds_would_refuse_in_an_annotation_is_one_sentence_until_a_person_answers_for_it() -> (
    None
):
    told = mapping("nature: type: choice, absent: true")
    told = replace(told, annotations={"statut": STATUT})
    needs = Needs(written={"annotations.statut": frozenset({"Clos", "Complet", "Hors champ"})})
    note = champ(901, LIST, label="Statut", options=["Complet", "Terminé"])

    def odd(form: FormMapping, reviewed: ReviewedForm) -> list[Drift]:
        observed = Observed([Revision("2", (), (note,))], "2")
        found = compare(observed, mapping=form, reviewed=reviewed, needs=needs)
        return [one for one in found if one.kind is Kind.UNWRITABLE]

    reviewed = review([Revision("2", (), (note,))])
    (one,) = odd(told, reviewed)
    said = "champ 901 « Statut » (annotations.statut) sans option pour « Clos ; Hors champ »"
    assert (one.sentence, one.blocks) == (said, False)
    assert against([one]) == (one,)
    aligned = replace(STATUT, options={"termine": Option("Terminé", "Clos")})
    (one,) = odd(replace(told, annotations={"statut": aligned}), reviewed)
    assert one.before == "Hors champ"
    absent = {"annotations.statut=Hors champ": Absence("Jamais", "A. Martin")}
    aligned_mapping = replace(told, annotations={"statut": aligned})
    assert odd(aligned_mapping, replace(reviewed, absent=absent)) == []


STATUT = AnnotationSpec("statut", "choice", "Statut du triage", True, ("901",))
