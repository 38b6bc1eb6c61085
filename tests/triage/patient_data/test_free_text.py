"""Free text is searched for patient data whatever type its field gives it, and masked there."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest

from exports.readers.patient_marks import marked, marks_of, without_patients
from mappings.dossier.model import ChampValue, Choice, Choices, Company, Place, Text
from mappings.report.convert import convert
from mappings.report.model import Answer, AnswerState, Origin, Report, Value
from mappings.schema.model import FormMapping
from triage.patient_data.free_text import placed, with_texts
from triage.rules.model import RuleSet
from triage.verdict.assess import assess
from triage.verdict.model import Assessment

Judged = Callable[..., Assessment]
FIELD, OTHER = "titre", "contexte_clinique"


def answered(champ: str, value: Value) -> Answer:
    origin = Origin("1", "Question", champ, "revision-1", None)
    return Answer(AnswerState.ANSWERED, value, origin)


@pytest.fixture
def judged(report: Callable[..., Report], rules: RuleSet, mapping: FormMapping) -> Judged:
    def judge(answer: Answer) -> Assessment:
        made = report()
        changed = replace(made, fields={**made.fields, FIELD: answer})
        return assess(changed, rules, mapping=mapping, fingerprint="f", earlier_exists=True)

    return judge


def out(answer: Answer, verdict: Assessment) -> Value | None:
    return without_patients(answer, marks_of(verdict, FIELD), mask="[…]").value


@pytest.mark.parametrize(
    ("champ", "typed", "kind", "shown"),
    [
        ("text", Text("06 12 34 56 78"), "company", Company("[…]", None)),
        ("textarea", Text("44303600300027"), "company", Company("44303600300027", None)),
        (
            "text",
            Text("D.M. né le 03/04/1952 Lyon"),
            "region",
            Place("region", "", "[…] Lyon"),
        ),
        ("textarea", Text("Rhône, 06 12 34 56 78"), "commune", Place("commune", "", "Rhône, […]")),
        ("drop_down_list", Choice("Autre : 06 12 34 56 78"), "choice", "Autre : […]"),
        ("drop_down_list", Choice("06 12 34 56 78"), "choices", ("[…]",)),
        ("drop_down_list", Choice("06 12 34 56 78"), "pays", Place("pays", "", "[…]")),
        ("formatted", Text("tél. 06 12 34 56 78"), "text", "tél. […]"),
        ("text", Text("184127645108946"), "decimal", "[…]"),
        ("text", Text("12 000"), "decimal", Decimal(12_000)),
        (
            "multiple_drop_down_list",
            Choices(("Ville", "06 12 34 56 78", "chez J.D. né le 12/03/1956", "Hôpital")),
            "choices",
            ("Ville", "[…]", "chez […]", "Hôpital"),
        ),
        (
            "multiple_drop_down_list",
            Choices(("Ville", "06 12 34 56 78")),
            "text",
            "Ville ; […]",
        ),
        ("phone", Text("06 12 34 56 78"), "text", "06 12 34 56 78"),
        ("integer_number", Text("156037511604299"), "integer", "[…]"),
        ("integer_number", Text("1200000"), "integer", 1_200_000),
    ],
)
def test_patient_data_in_free_text_is_masked_whatever_its_field_makes_of_it(
    judged: Judged, champ: str, typed: ChampValue, kind: str, shown: Value
) -> None:
    answer = answered(champ, convert(typed, kind))
    assert out(answer, judged(answer)) == shown


def test_two_options_of_a_list_are_not_read_as_one_text(judged: Judged) -> None:
    answer = answered("multiple_drop_down_list", ("Cas J.D.", "12/03/1956"))
    assert not marked(judged(answer), FIELD)


def test_a_cell_of_another_type_is_searched_too(judged: Judged) -> None:
    cell = answered("text", Place("region", "", "Lyon 06 12 34 56 78"))
    verdict = judged(answered("repetition", ({"region": cell},)))
    found = marks_of(verdict, FIELD, row=1, column="region")
    masked = without_patients(cell, found, mask="[…]")
    assert masked.value == Place("region", "", "Lyon […]")
    assert marks_of(verdict, FIELD) == ()
    assert marked(verdict, FIELD), "a mark on a cell is one on its field"
    assert not marked(verdict, OTHER)


@pytest.mark.parametrize(
    "value",
    [
        "texte",
        ("un", "deux"),
        Company("443036003", "Exempla"),
        Company("443036003", None),
        Place("region", "84", "Auvergne-Rhône-Alpes", (("x", "y"),)),
    ],
)
def test_a_value_is_made_again_of_its_texts(value: Value) -> None:
    assert with_texts(value, tuple(text for _, text in placed(value))) == value


def test_a_name_and_a_number_are_masked_each_in_its_place(judged: Judged) -> None:
    answer = answered("text", Company("0612345678", "Cabinet 06 12 34 56 78"))
    assert out(answer, judged(answer)) == Company("[…]", "Cabinet […]")
