"""What forms do and the mapping says: options, sense, boxes, joined champs, flat rows, facts."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from mappings.dossier.model import (
    Attachment,
    ChampValue,
    Choice,
    Choices,
    Files,
    Number,
    Place,
    Rows,
    Text,
    Unlisted,
    Unreadable,
    YesNo,
)
from mappings.dossier.revision import Descriptor
from mappings.report.convert import convert
from mappings.report.mapper import map_report
from mappings.report.model import Answer, AnswerState, Value
from mappings.report.provenance import card
from mappings.schema.champs import without
from mappings.schema.file import parse_mapping
from tests.mappings.report.dossiers import (
    COMPANY,
    HEAD,
    MOVED,
    answer,
    champ,
    dossier,
    mapping,
    report,
)

ANSWERED, BLANK, UNREADABLE = AnswerState.ANSWERED, AnswerState.BLANK, AnswerState.UNREADABLE
NATURE = 'nature: champ: 13, type: choice, options: {Suivi: Complément, "1er envoi": Initial}'
PGR = "pgr: champ: 4, type: yes_no, options: {Ne sait pas: inconnu, Plutôt oui: oui}"
BOXES = "population: type: choices, boxes: {Enfant: 301, Adulte: 302, Femme enceinte: 303}"
NAME = "contact: type: text, joined: [8, 9]"
FILE = Attachment("rcp.pdf", 1, "c", "application/pdf", "safe")

texts = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=9)
readable_box = st.sampled_from([None, YesNo(yes=True), YesNo(yes=False), Text("oui"), Text("Non")])
odd_box = st.sampled_from([Text("peut-être"), Number(1), Unreadable("x", "r"), Choices(("a", "b"))])


@pytest.mark.parametrize(
    ("served", "read", "raw"),
    [
        (Choice("Suivi"), "Complément", "Suivi"),
        (Choice("  suivi "), "Complément", "  suivi "),
        (Choice("1er envoi"), "Initial", "1er envoi"),
        (Choice("Clôture"), "Clôture", ""),
        (Choice("Complément"), "Complément", ""),
        (Text("Suivi"), "Complément", "Suivi"),
    ],
)
def test_an_option_is_read_in_our_words_and_keeps_its_own(
    served: ChampValue, read: str, raw: str
) -> None:
    found = answer(NATURE, champ(13, served, kind="drop_down_list"))
    assert (found.state, found.value, found.raw) == (ANSWERED, read, raw)


def test_options_of_a_list_are_each_read_and_told_once() -> None:
    line = "a: champ: 1, type: choices, options: {Bébé: Enfant, Nourrisson: Enfant}"
    found = answer(line, champ(1, Choices(("Bébé", "Adulte", "Nourrisson", "Enfant"))))
    assert found.value == ("Enfant", "Adulte")
    assert found.raw == "Bébé ; Adulte ; Nourrisson ; Enfant"


@pytest.mark.parametrize("kind", ["yes_no", "checkbox"])
@pytest.mark.parametrize(
    ("served", "state", "read"),
    [
        (Choice("Oui"), ANSWERED, True),
        (Choice("Non"), ANSWERED, False),
        (Choice("plutôt oui"), ANSWERED, True),
        (Choices(("Oui",)), UNREADABLE, None),
        (Choice("Ne sait pas"), BLANK, None),
        (Choice("Non concerné"), UNREADABLE, None),
        (Choice("Oui et non"), UNREADABLE, None),
        (YesNo(yes=False), ANSWERED, False),
        (None, BLANK, None),
    ],
)
def test_a_yes_or_no_asked_as_a_list_is_yes_no_or_told(
    served: ChampValue | None, state: AnswerState, read: bool | None, kind: str
) -> None:
    found = answer(PGR.replace("yes_no", kind), champ(4, served, kind="drop_down_list"))
    assert (found.state, found.value) == (state, read)
    if served is not None and read is None:
        assert found.raw
        assert found.problem


@given(st.sampled_from([YesNo(yes=True), YesNo(yes=False), Text("oui"), Text("zut"), None]))
def test_an_inverted_question_is_read_the_other_way_round_or_not_at_all(
    served: ChampValue | None,
) -> None:
    straight = answer("a: champ: 1, type: yes_no", champ(1, served))
    inverted = answer("a: champ: 1, type: yes_no, inverted: true", champ(1, served))
    assert inverted.state is straight.state
    if straight.state is ANSWERED:
        assert inverted.value is (not straight.value)
        assert inverted.raw


@pytest.mark.parametrize(
    ("inverted", "state", "ticked"), [("", UNREADABLE, True), (", inverted: true", BLANK, False)]
)
def test_an_unticked_box_never_answers_a_yes_or_no(
    inverted: str, state: AnswerState, ticked: bool
) -> None:
    for served, found in ((False, (state, None)), (True, (ANSWERED, ticked))):
        box = champ(1, YesNo(yes=served), kind="checkbox")
        one = answer(f"a: champ: 1, type: yes_no{inverted}", box)
        assert (one.state, one.value) == found


@given(st.lists(readable_box | odd_box, min_size=3, max_size=3))
def test_ticked_boxes_are_choices_and_one_that_cannot_be_read_spoils_them(
    served: list[ChampValue | None],
) -> None:
    boxes = [champ(301 + at, one, kind="checkbox") for at, one in enumerate(served)]
    found = answer(BOXES, *boxes)
    ticked = tuple(
        option
        for option, one in zip(("Enfant", "Adulte", "Femme enceinte"), served, strict=True)
        if one in (YesNo(yes=True), Text("oui"))
    )
    if any(one not in (None, *READABLE) for one in served):
        assert (found.state, found.value) == (UNREADABLE, None)
        assert found.problem
    else:
        assert found.state is (ANSWERED if ticked else BLANK)
        assert found.value == (ticked or None)


CHOICE = "nature: type: choice, boxes: {Initial: 1, Clôture: 2}, otherwise: Complément"
QUESTIONS = tuple(
    Descriptor(one, one, f"Question {one}", "yes_no", False, (), ()) for one in ("1", "2")
)


@given(st.lists(readable_box | odd_box, min_size=2, max_size=2))
def test_one_choice_that_several_questions_ask_is_what_one_of_them_says(
    served: list[ChampValue | None],
) -> None:
    given_champs = [champ(1 + at, one, kind="yes_no") for at, one in enumerate(served)]
    found = report(mapping(CHOICE), *given_champs, asked=QUESTIONS).fields["nature"]
    yes = [one in (YesNo(yes=True), Text("oui")) for one in served]
    if any(one not in (None, *READABLE) for one in served) or all(yes):
        assert (found.state, found.value) == (UNREADABLE, None)
        assert found.problem
        assert found.raw
    elif any(yes):
        assert (found.state, found.value) == (ANSWERED, ["Initial", "Clôture"][yes.index(True)])
    else:
        assert found.value == (None if None in served else "Complément")


def test_no_to_every_question_says_what_is_left_only_of_questions_that_the_form_asks() -> None:
    no, hidden = champ(1, YesNo(yes=False), kind="yes_no"), champ(1, None, kind="yes_no")
    box = champ(1, YesNo(yes=False), kind="checkbox")
    for one, asked, read in (
        (no, QUESTIONS, "Complément"),
        (no, QUESTIONS[:1], None),  # the other is not of this revision
        (box, QUESTIONS, None),
        (hidden, QUESTIONS, None),
    ):
        assert report(mapping(CHOICE), one, asked=asked).fields["nature"].value == read


READABLE = (YesNo(yes=True), YesNo(yes=False), Text("oui"), Text("Non"))


@given(st.lists(st.none() | texts.map(Text) | st.just(Unreadable("cassé", "r")), max_size=3))
def test_joined_texts_are_whole_or_unreadable(served: list[ChampValue | None]) -> None:
    line = 'a: type: text, joined: [1, 2, 3], separator: " / "'
    champs = [champ(1 + at, one) for at, one in enumerate(served)]
    found = answer(line, *champs)
    given_texts = [one.text for one in served if isinstance(one, Text)]
    if any(isinstance(one, Unreadable) for one in served):
        assert (found.state, found.value) == (UNREADABLE, None)
        assert all(text in found.raw for text in [*given_texts, "cassé"])
    elif given_texts:
        assert found.value == " / ".join(given_texts)
        assert found.origin is not None
        assert found.origin.champ_id == ", ".join(one.id for one in champs)
    else:
        assert found.value is None
        assert found.state is (BLANK if served else AnswerState.NOT_ASKED)


def test_joined_lists_and_files_are_put_together() -> None:
    lists = "a: type: choices, joined: [1, 2], options: {Bébé: Enfant}"
    found = answer(lists, champ(1, Choices(("Bébé", "Adulte"))), champ(2, Choice("Enfant")))
    assert found.value == ("Enfant", "Adulte")
    files = "a: type: files, joined: [1, 2]"
    assert answer(files, champ(1, Files((FILE,))), champ(2, Files((FILE,)))).value == (FILE, FILE)
    assert answer(files, champ(1, None), champ(2, Unlisted())).value == Unlisted()


def test_two_fields_may_share_a_champ_that_says_two_things() -> None:
    form = mapping(
        "effets: champ: 49, type: yes_no, options: {Aucun: non, Graves: oui, Non graves: oui}",
        "graves: champ: 49, type: yes_no, shared: true, options: {Aucun: non, Graves: oui,"
        " Non graves: non}",
    )
    made = report(form, champ(49, Choice("Non graves"), kind="drop_down_list"))
    assert (made.value("effets"), made.value("graves")) == (True, False)
    assert made.unmapped == ()


ROWS = """\
  specialites:
    champ: 15
    rows: [{nom: 201, cis: 202}, {nom: 211, cis: 212}, {nom: 221}]
    type: rows
    title: T
    audience: reseau
    meaning: m
    fields:
      nom: {champ: 151, type: text, title: T, audience: reseau, meaning: m}
      cis: {champ: 152, type: integer, title: T, audience: reseau, meaning: m}
      statut: {constant: AMM, type: choice, title: T, audience: reseau, meaning: m}
"""
cells = st.none() | texts.map(Text) | st.integers(0, 99_999_999).map(Number)


def values(found: Answer) -> list[dict[str, tuple[AnswerState, Value | None, str]]]:
    rows: Any = found.value or ()
    return [{name: (one.state, one.value, one.raw) for name, one in row.items()} for row in rows]


@pytest.mark.parametrize("left", ["nom", "cis"])
def test_a_column_of_rows_asked_flat_that_is_not_read_is_not_asked(left: str) -> None:
    form = without(parse_mapping(HEAD + ROWS, source="m"), frozenset({f"specialites.{left}"}))
    found = report(form, champ(201, Text("X")), champ(202, Number(12)))
    (row,) = values(found.fields["specialites"])
    kept = {name for name, (state, *_) in row.items() if state is AnswerState.ANSWERED}
    assert kept == {"nom", "cis", "statut"} - {left}
    assert [one.text for one in found.unmapped] == ["X" if left == "nom" else "12"]


@given(st.lists(st.tuples(cells, cells), min_size=2, max_size=2))
def test_rows_asked_flat_are_those_of_a_repetition(
    served: list[tuple[ChampValue | None, ChampValue | None]],
) -> None:
    form = parse_mapping(HEAD + ROWS, source="m")
    flat = [
        champ(number, value)
        for (nom, cis), base in zip(served, (201, 211), strict=True)
        for number, value in ((base, nom), (base + 1, cis))
    ]
    filled = [row for row in served if row != (None, None)]
    rows = tuple((champ(151, nom), champ(152, cis)) for nom, cis in filled)
    repeated = [champ(15, Rows(rows) if rows else None, kind="repetition")]
    one, other = report(form, *flat), report(form, *repeated)
    assert values(one.fields["specialites"]) == values(other.fields["specialites"])
    assert one.fields["specialites"].state is other.fields["specialites"].state
    assert one.unmapped == ()


def test_a_third_row_without_a_code_is_a_row_all_the_same() -> None:
    form = parse_mapping(HEAD + ROWS, source="m")
    made = report(form, champ(201, None), champ(221, Text("Doliprane")))
    (row,) = values(made.fields["specialites"])
    assert row["nom"] == (ANSWERED, "Doliprane", "")
    assert row["cis"][0] is AnswerState.NOT_ASKED
    assert row["statut"][1] == "AMM"


EACH = """\
  regions:
    champ: 32
    each: {region: 33}
    type: rows
    title: Régions
    audience: reseau
    meaning: m
    fields:
      region: {champ: 321, type: region, title: R, audience: reseau, meaning: m}
"""


@pytest.mark.parametrize(
    ("served", "read"),
    [
        (Choices(("Bretagne", "Île-de-France")), [("53", "Bretagne"), ("11", "Île-de-France")]),
        (Choices(("84 - Auvergne-Rhône-Alpes",)), [("84", "84 - Auvergne-Rhône-Alpes")]),
        (Choices(("Outre-mer",)), [("", "Outre-mer")]),
        (Text("Corse"), [("94", "Corse")]),
        (None, []),
    ],
)
def test_each_option_of_a_list_is_a_row(
    served: ChampValue | None, read: list[tuple[str, str]]
) -> None:
    form = parse_mapping(HEAD + EACH, source="m")
    made = report(form, champ(33, served, kind="multiple_drop_down_list"))
    rows = values(made.fields["regions"])
    assert [(row["region"][1].code, row["region"][1].name) for row in rows] == read  # type: ignore[union-attr]
    assert made.unmapped == ()
    spoilt = report(form, champ(33, Number(4), kind="integer_number"))
    assert spoilt.fields["regions"].state is UNREADABLE


@pytest.mark.parametrize(
    ("served", "read"),
    [
        ((True, False), [("53", "Bretagne")]),
        ((True, True), [("53", "Bretagne"), ("", "Outre-mer")]),
        ((False, False), []),
        ((None, True), [("", "Outre-mer")]),
    ],
)
@pytest.mark.parametrize("kind", ["checkbox", "yes_no"])
def test_each_box_that_is_ticked_is_a_row(
    served: tuple[bool | None, bool | None], read: list[tuple[str, str]], kind: str
) -> None:
    boxes = EACH.replace("{region: 33}", "{region: {Bretagne: 34, Outre-mer: 35}}")
    form = parse_mapping(HEAD + boxes, source="m")
    there = [
        champ(number, None if yes is None else YesNo(yes), kind=kind)
        for number, yes in zip((34, 35), served, strict=True)
    ]
    made = report(form, *there)
    rows = values(made.fields["regions"])
    assert [(row["region"][1].code, row["region"][1].name) for row in rows] == read  # type: ignore[union-attr]
    assert made.unmapped == ()
    spoilt = report(form, there[0], champ(35, Text("peut-être")))
    assert spoilt.fields["regions"].state is UNREADABLE
    assert report(form).fields["regions"].state is AnswerState.NOT_ASKED


@pytest.mark.parametrize(
    ("kind", "text", "code"),
    [
        ("region", "Région Bretagne", "53"),
        ("departement", "Département de l'Ain", "01"),
        ("region", "ile de france", "11"),
        ("region", "Réunion", "04"),
        ("region", "La Réunion (04)", "04"),
        ("region", "93 – Provence-Alpes-Côte d’Azur", "93"),
        ("region", "84 - Bretagne", ""),
        ("region", "84", ""),
        ("region", "Bretagne et Corse", ""),
        ("departement", "Ain (01)", "01"),
        ("departement", "2A Corse-du-Sud", "2A"),
        ("departement", "Réunion", "974"),
        ("departement", "Toute la Bretagne", ""),
    ],
)
def test_a_place_that_is_named_has_its_code(kind: str, text: str, code: str) -> None:
    assert convert(Text(text), kind) == Place(kind=kind, code=code, name=text)


@pytest.mark.parametrize(
    ("line", "read"),
    [
        ("a: constant: oui, type: yes_no", True),
        ("a: constant: Initial, type: choice", "Initial"),
        ("a: constant: [AMM, AIP], type: choices", ("AMM", "AIP")),
        ("a: constant: 12, type: integer", 12),
        ("a: constant: 12.5, type: decimal", Decimal("12.5")),
        ("a: constant: 2026-01-02, type: date", date(2026, 1, 2)),
        ("a: fact: demandeur.siret, type: company", COMPANY),
        ("a: fact: demandeur.siret, type: text", "44303600300027"),
        ("a: fact: demandeur.entreprise.raisonSociale, type: text", "LABO"),
        ("a: fact: dossier.number, type: integer", 42),
        ("a: fact: dossier.dateDepot, type: date", date(2026, 1, 1)),
        ("a: fact: dossier.dateDerniereModificationChamps, type: datetime", MOVED),
        ("a: fact: dossier.groupeInstructeur.label, type: text", "Groupe A"),
        ("a: fact: dossier.usager.email, type: text, audience: agence", "a@example.org"),
    ],
)
def test_a_constant_and_a_fact_of_the_dossier_are_answers(line: str, read: Value) -> None:
    found = answer(line)
    assert (found.state, found.value) == (ANSWERED, read)


def test_a_demandeur_that_is_no_company_has_no_number() -> None:
    form = mapping("a: fact: demandeur.siret, type: company")
    for nobody in (None, replace(COMPANY, identifier="")):
        made = map_report(dossier(demandeur=nobody), mapping=form, revision=None)
        assert made.fields["a"].state is BLANK


def test_champs_that_are_not_shown_are_hidden_or_not_asked() -> None:
    form = mapping(BOXES, NAME)
    asked = (Descriptor("303", "", "Femme enceinte", "checkbox", required=False),)
    made = report(form, asked=asked)
    assert made.fields["population"].state is AnswerState.HIDDEN
    assert made.fields["contact"].state is AnswerState.NOT_ASKED


def test_a_repetition_that_its_condition_hides_is_not_one_that_is_not_asked() -> None:
    form = parse_mapping(HEAD + ROWS, source="m")
    asked = (Descriptor("15", "", "Spécialités", "repetition", required=False),)
    assert report(form, asked=asked).fields["specialites"].state is AnswerState.HIDDEN


def test_the_card_tells_what_the_form_says_and_how_it_was_read() -> None:
    form = mapping(NATURE, "b: constant: oui, type: yes_no", NAME, BOXES)
    made = report(
        form,
        champ(13, Choice("Suivi")),
        champ(8, Text("Jeanne")),
        champ(9, Text("Martin")),
        champ(301, YesNo(yes=True), kind="checkbox"),
    )
    lines = {one.field: one for one in card(made, mapping=form)}
    assert (lines["nature"].value, lines["nature"].served) == ("Complément", "Suivi")
    assert "« Suivi » = « Complément »" in lines["nature"].reading
    assert lines["b"].reading == "constante : oui"
    assert (lines["contact"].value, lines["contact"].champ) == ("Jeanne Martin", "8, 9")
    assert lines["contact"].label == "Question 8 ; Question 9"
    assert lines["population"].reading.startswith("cases : « Enfant » = 301")


def test_labels_serve_as_well_as_ids() -> None:
    line = 'a: type: text, joined: ["Prénom du contact", "Nom du contact :"]'
    found = answer(
        line,
        champ(1, Text("Jeanne"), label="Prénom du contact"),
        champ(2, Text("Martin"), label="NOM DU CONTACT"),
    )
    assert found.value == "Jeanne Martin"


def test_what_is_left_out_of_a_joined_field_stays_unmapped() -> None:
    made = report(mapping(NAME), champ(8, Text("a")), champ(10, Text("reste")))
    assert [one.champ_id for one in made.unmapped] == ["10"]
