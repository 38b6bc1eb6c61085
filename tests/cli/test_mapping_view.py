"""What `unc mapping check` and `card` say of fields that are not read as their champ says them."""

from dataclasses import asdict, replace

import pytest

from cli.mapping.view import origin_lines, proposed, reading_lines
from datafiles.file import DataFile
from mappings.dossier.model import Champ, Choice, Choices, Text, YesNo
from mappings.drift.proposals import Proposal
from mappings.report.model import NOT_READ
from mappings.report.provenance import card
from mappings.schema.champs import without
from mappings.schema.file import parse_mapping
from tests.mappings.report.dossiers import HEAD, champ, field, report

TEXT = (
    HEAD
    + field("plain: champ: 1, type: text")
    + field("nature: champ: 13, type: choice, options: {Suivi: Complément}")
    + field("contact: type: text, joined: [8, Nom]")
    + field("siret: fact: demandeur.siret, type: company")
    + "  lots:\n    champ: 15\n    type: rows\n    title: T\n    audience: agence\n    meaning: m\n"
    "    fields:\n"
    "      pays: {constant: France, type: choice, title: T, audience: agence, meaning: m}\n"
)
ROWS = (
    "lieux:\n    {source}\n    type: rows\n    title: T\n    audience: reseau\n    meaning: m\n"
    "    fields:\n      nom: {{absent: true, type: text, title: T, audience: reseau, meaning: m}}\n"
)
LISTED = Choice("Ne sait pas")
WAYS: dict[str, tuple[str, list[Champ], str, str]] = {
    "options": (
        "a: champ: 1, type: choice, options: {Suivi: Complément}",
        [champ(1, Choice("Suivi"))],
        "options : « Suivi » = « Complément »",
        "Complément — le formulaire dit « Suivi »",
    ),
    "the contrary": (
        "a: champ: 1, type: yes_no, inverted: true",
        [champ(1, YesNo(yes=True))],
        "question inverse : oui est lu non, et non est lu oui",
        "non — le formulaire dit « oui »",
    ),
    "yes or no as a list": (
        "a: champ: 1, type: yes_no, options: {Ne sait pas: inconnu}",
        [champ(1, LISTED)],
        "options : « Ne sait pas » = « inconnu »",
        "Ne sait pas — ni oui ni non",
    ),
    "flat rows": (
        ROWS.format(source="rows: [{nom: 1}, {nom: 2}]"),
        [champ(1, Text("Ain")), champ(2, Text("Gard"))],
        "lignes à plat : nom = 1 / nom = 2",
        "Ain",
    ),
    "boxes": (
        "a: boxes: {Enfant: 1, Adulte: 2}, type: choices",
        [champ(1, YesNo(yes=True)), champ(2, YesNo(yes=False))],
        "cases : « Enfant » = 1, « Adulte » = 2",
        "Enfant",
    ),
    "one choice by several questions": (
        "a: boxes: {Initial: 1, Clôture: 2}, otherwise: Complément, type: choice",
        [champ(1, YesNo(yes=False), kind="yes_no"), champ(2, YesNo(yes=True), kind="yes_no")],
        "cases : « Initial » = 1, « Clôture » = 2, « Complément » sinon",
        "Clôture — le formulaire dit « Question 1 : non ; Question 2 : oui »",
    ),
    "one champ for two fields": (
        "a: champ: 1, shared: true, type: text",
        [champ(1, Text("x"))],
        "champ partagé avec une autre donnée",
        "x",
    ),
    "champs put together": (
        "a: type: text, joined: [1, 2]",
        [champ(1, Text("Ada")), champ(2, Text("Roi"))],
        "champs réunis : 1, 2",
        "Ada Roi",
    ),
    "a constant": ("a: constant: oui, type: yes_no", [], "constante : oui", "oui"),
    "a fact of the demandeur": (
        "a: fact: demandeur.siret, type: company",
        [],
        "hors formulaire : SIRET du demandeur",
        "LABO (44303600300027)",
    ),
    "each option of a list": (
        ROWS.format(source="each: {nom: 1}"),
        [champ(1, Choices(("Ain", "Gard")))],
        "une ligne par option : nom = 1",
        "Ain",
    ),
}
"""Each way that a form asks otherwise: its line, the champs, what is said of it, and the card."""


@pytest.mark.parametrize("way", WAYS)
def test_each_way_of_reading_is_told_when_it_is_checked_and_on_the_card(way: str) -> None:
    line, champs, told, shown = WAYS[way]
    text = HEAD + (f"  {line}" if line.startswith("lieux") else field(line))
    form = parse_mapping(text, source="mapping.yaml")
    name = next(iter(form.fields))
    checked = reading_lines(form, DataFile(text, source="mapping.yaml"))
    assert f"mapping.yaml:5 : fields.{name} : {told}" in checked
    made = report(form, *champs)
    lines = {one.field: "\n".join(origin_lines(asdict(one))) for one in card(made, mapping=form)}
    assert told in lines[name]
    assert any(shown in one for one in lines.values()), lines


def test_what_was_answered_to_other_words_stands_beside_its_field_with_why_it_is_not_read() -> None:
    form = parse_mapping(HEAD + field("a: champ: 1, type: yes_no"), source="mapping.yaml")
    plain = report(form, champ(1, YesNo(yes=True)), champ(2, Text("x")))
    apart = report(without(form, {"a"}), champ(1, YesNo(yes=True)), champ(2, Text("x")))
    unread = replace(apart, fields={"a": NOT_READ}, not_read=frozenset({"a"}))
    assert [one.title for one in card(unread, mapping=form)] == [
        one.title for one in card(plain, mapping=form)
    ]
    (line, *_) = card(unread, mapping=form)
    first, second, *_ = origin_lines(asdict(line))
    assert f"non lu — {NOT_READ.problem} — le formulaire dit « oui »" in first
    assert "champ 1 « Question 1 »" in second


def test_what_an_option_of_an_annotation_means_has_its_line_of_the_file() -> None:
    note = "annotations:\n  statut: {champ: 9, type: choice, title: T, options: {Bon: Complet}}\n"
    text = HEAD + field("a: champ: 1, type: text") + note
    form = parse_mapping(text, source="mapping.yaml")
    assert reading_lines(form, DataFile(text, source="mapping.yaml")) == [
        "mapping.yaml:7 : annotations.statut : options : « Bon » = « Complet »"
    ]


def test_a_proposed_line_shows_the_help_of_its_question() -> None:
    told = proposed(Proposal("7", "Lieu", "", 0.0, "lieu: {champ: 7}", "fields", help="Le pays"))
    assert told.splitlines()[:3] == [
        "# sous fields, à ajouter : champ 7 « Lieu »",
        "# aide : Le pays",
        "  lieu: {champ: 7}",
    ]


def test_a_card_shows_the_help_of_a_question() -> None:
    form = parse_mapping(TEXT, source="m")
    line = next(iter(card(report(form, champ(1, Text("a"))), mapping=form)))
    assert "    aide : Le nom seul" in origin_lines({**asdict(line), "help": "Le nom seul"})


def test_each_reading_has_its_line_of_the_file() -> None:
    form = parse_mapping(TEXT, source="mapping.yaml")
    assert reading_lines(form, DataFile(TEXT, source="mapping.yaml")) == [
        "mapping.yaml:6 : fields.nature : options : « Suivi » = « Complément »",
        "mapping.yaml:7 : fields.contact : champs réunis : 8, « Nom »",
        "mapping.yaml:8 : fields.siret : hors formulaire : SIRET du demandeur",
        "mapping.yaml:16 : fields.lots.fields.pays : constante : France",
    ]


def test_a_card_says_where_a_value_comes_from_and_what_the_form_says() -> None:
    form = parse_mapping(TEXT, source="m")
    made = report(form, champ(1, Text("a")), champ(13, Choice("Suivi")), champ(8, Text("Jeanne")))
    told = {one.field: list(origin_lines(asdict(one))) for one in card(made, mapping=form)}
    assert told["plain"] == [
        "T [plain] : a",
        "    champ 1 « Question 1 », révision 1, modifié le 05/03/2026 10:00",
    ]
    assert told["nature"][0] == "T [nature] : Complément — le formulaire dit « Suivi »"
    assert told["nature"][-1] == "    options : « Suivi » = « Complément »"
    assert told["contact"][1].startswith("    champ 8 « Question 8 »")
    assert told["siret"] == [
        "T [siret] : LABO (44303600300027)",
        "    hors formulaire : SIRET du demandeur",
    ]
