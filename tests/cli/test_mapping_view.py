"""What `unc mapping check` and `card` say of fields that are not read as their champ says them."""

from dataclasses import asdict

from cli.mapping.view import origin_lines, reading_lines
from datafiles.file import DataFile
from mappings.dossier.model import Choice, Text
from mappings.report.provenance import card
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
