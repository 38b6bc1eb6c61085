"""Who a licence expects, and who receives a medicine without being expected."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from datafiles.file import DataFileError
from mappings.medicines.reference import Medicine
from mappings.report.model import Answer, AnswerState, Report
from tests.triage.conftest import ROOT, make_report
from triage.consumption.expected import (
    Expectations,
    Expected,
    expected_of,
    hospital_only,
    parse_expectations,
)
from triage.consumption.receivers import RATE, Receiver, receivers
from triage.situations.declared import DeclaredFacts, declared


@cache
def rules() -> Expectations:
    text = (ROOT / "triage/unc/attendus.yaml").read_text("utf-8")
    return parse_expectations(text, source="attendus.yaml")


@pytest.fixture(name="report")
def blank_report() -> Report:
    return make_report()


def told(report: Report, **answers: Any) -> Report:
    """The report with answers of its own, and none to what else tells who is expected."""
    names = rules().fields
    every = dict.fromkeys(
        (names.usage, names.nature, names.detail, names.population, names.prescripteurs)
    )
    fields = {
        name: Answer(AnswerState.ANSWERED if value else AnswerState.BLANK, value)
        for name, value in {**every, **answers}.items()
    }
    return replace(report, fields={**report.fields, **fields})


def drawn(*reports: Report) -> list[DeclaredFacts]:
    read = rules().fields.read
    return [declared(one, expected_by=read) for one in reports]


def expects(*reports: Report, medicines: Sequence[Medicine] = ()) -> Mapping[str, set[str]]:
    return {one.axis: set(one.codes) for one in expected_of(drawn(*reports), medicines, rules())}


@pytest.mark.parametrize(
    ("usage", "ages"),
    [
        ("Traitement de l'insomnie de l'adulte.", {"20", "60"}),
        ("Chez l'ADULTE ; contre-indiqué chez l'enfant", {"20", "60"}),
        ("Adultes, ne pas utiliser chez l'enfant de moins de 15 ans", {"20", "60"}),
        ("Réservé à l'adulte sauf chez l'enfant et l'adolescent", {"20", "60"}),
        ("Adultes et enfants à partir de 6 ans", {"0", "20", "60"}),
        ("À partir de 18 ans", {"20", "60"}),
        ("Trouble de l'attention chez l'enfant de 6 ans et plus", {"0"}),
        ("Menace d'accouchement prématuré", None),
        ("Sujets de 65 ans et plus", {"60"}),
        ("Nourrissons de moins de 2 ans", {"0"}),
        ("Adultes de moins de 65 ans", {"20", "60"}),
        ("Douleurs intenses", None),
        ("", None),
    ],
)
def test_the_words_of_a_licence_say_ages(report: Report, usage: str, ages: set[str] | None) -> None:
    assert expects(told(report, usage_autorise=usage)).get("age") == ages


@pytest.mark.parametrize(
    ("usage", "sexes"),
    [
        ("Contraception orale", {"2"}),
        ("Hypertrophie bénigne de la prostate", {"1"}),
        ("Ostéoporose de la femme ménopausée et de l'homme", {"1", "2"}),
        ("Épilepsie ; prudence chez les femmes en âge de procréer", None),
        ("Acné", None),
        ("Cancers du sein, du poumon, de la prostate, de l'utérus", None),
        ("Menace d'accouchement prématuré", {"2"}),
    ],
)
def test_the_words_of_a_licence_say_sexes(
    report: Report, usage: str, sexes: set[str] | None
) -> None:
    assert expects(told(report, usage_autorise=usage)).get("sexe") == sexes


def test_the_report_says_what_its_licence_does_not(report: Report) -> None:
    adults = told(report, population=("Adulte",), nature_non_conformite=("Indication",))
    assert expects(adults)["age"] == {"20", "60"}
    assert expects(told(adults, population=("Adulte", "Autre"))) == {}, "other: it may be anybody"
    mothers = told(report, population=("Femme allaitante",))
    assert expects(mothers) == {"age": {"0", "20"}, "sexe": {"2"}}
    # What a non-conforming population is, the licence has not.
    outside: dict[str, tuple[str, ...]] = {"nature_non_conformite": ("Population",)}
    outside["population"] = ("12 à 17 ans",)
    assert expects(told(report, **outside)) == {"age": {"20", "60"}}
    outside["population"] = ("2 à 11 ans",)
    assert expects(told(report, **outside)) == {}, "it may be licensed from twelve years on"
    outside["detail_non_conformite"] = ("Population / Pédiatrie",)
    assert expects(told(report, **outside)) == {"age": {"20", "60"}}
    outside["population"], outside["detail_non_conformite"] = ("Femme enceinte",), ()
    assert expects(told(report, **outside)) == {}, "no data of Open Medic show a pregnancy"


def test_a_licence_goes_before_what_other_reports_say(report: Report) -> None:
    licence = told(report, usage_autorise="Adulte")
    children = told(report, population=("2 à 11 ans",))
    assert expects(children, licence)["age"] == {"20", "60"}
    both = told(report, usage_autorise="Enfant de plus de 6 ans")
    assert expects(licence, both)["age"] == {"0", "20", "60"}, "two specialities, two licences"


def medicine(*conditions: str) -> Medicine:
    return Medicine(
        cis="60000000", name="X", form="", routes=(), status="", procedure="", marketing="",
        authorised_on=None, holders=(), reinforced=False, substances=(), fractions=(), atc=(),
        listed_major=False, conditions=conditions, availability=(),
    )  # fmt: skip


RESERVED = "prescription réservée aux spécialistes et services NEUROLOGIE"


def test_conditions_of_prescription_say_specialists(report: Report) -> None:
    generalist = told(report, prescripteurs=("Médecine générale",))
    known = expects(generalist, medicines=[medicine("liste I", RESERVED)])["prescripteur"]
    assert ("32" in known, "1" in known) == (True, False)
    for free in (
        [medicine(RESERVED, "prescription initiale annuelle réservée à certains spécialistes")],
        [medicine(RESERVED, "renouvellement non restreint")],
        [medicine(RESERVED), medicine("liste I")],
        [medicine("prescription réservée aux spécialistes et services ALCHIMIE")],
        [],
    ):
        assert "1" in expects(generalist, medicines=free)["prescripteur"], "the report's then"
    renewed = medicine(
        "prescription initiale réservée à certains spécialistes",
        "renouvellement de la prescription réservé aux spécialistes en DERMATOLOGIE",
    )
    assert "5" in expects(generalist, medicines=[renewed])["prescripteur"]
    assert "1" not in expects(generalist, medicines=[renewed])["prescripteur"]
    assert "prescripteur" not in expects(told(report, prescripteurs=("Inconnue",)))
    typed = told(report, prescripteurs=("Principalement : neurologie et psychiatrie (ville).",))
    assert {"32", "17"} <= expects(typed)["prescripteur"]
    assert "prescripteur" not in expects(told(report, prescripteurs=("Médecins du sport",)))


def test_what_a_report_alone_says_is_told_as_such(report: Report) -> None:
    licence = told(report, usage_autorise="Adulte", prescripteurs=("Neurologie",))
    (age, who) = expected_of(drawn(licence), [], rules())
    assert (age.by, who.by) == ("autorisation", "signalement")
    assert "usage autorisé" in age.because
    assert "prescripteurs du dossier" in who.because
    (seen,) = expected_of(drawn(told(report, population=("Adulte",))), [], rules())
    assert seen.by == "signalement"


def test_hospital_medicines_are_known_as_such() -> None:
    hospital, town = medicine("réservé à l'usage HOSPITALIER"), medicine("liste I")
    assert hospital_only([hospital])
    assert not hospital_only([hospital, town])
    assert not hospital_only([])


def test_a_file_of_another_shape_is_refused() -> None:
    text = (ROOT / "triage/unc/attendus.yaml").read_text("utf-8")
    with pytest.raises(DataFileError, match=r"attendus\.yaml"):
        parse_expectations(text.replace("age: {", "ages: {"), source="attendus.yaml")


ADULTS = Expected("age", frozenset({"20", "60"}), "x")
WOMEN = Expected("sexe", frozenset({"2"}), "x")
NEUROLOGY = Expected("prescripteur", frozenset({"32", "90", "98", "99"}), "x")


def year(drawn: random.Random, *, age0: float = 0, men: float = 0, gp: float = 0) -> Any:
    """A year of a women's medicine for adults, prescribed by neurologists; shares go elsewhere.

    Boxes come several to a person.
    """
    boxes: dict[str, dict[str, float]] = {"age_sexe": {"99/9": 50.0}, "prescripteur": {"99": 50.0}}
    for _ in range(2000):
        age = "0" if drawn.random() < age0 else drawn.choice(("20", "60"))
        sex = "1" if drawn.random() < men else "2"
        who = "1" if drawn.random() < gp else drawn.choice(("32", "90"))
        count = 1 + int(drawn.expovariate(1 / 5))
        for axis, code in (("age_sexe", f"{age}/{sex}"), ("prescripteur", who)):
            boxes[axis][code] = boxes[axis].get(code, 0) + count
    return boxes


def apart(boxes: Any) -> set[tuple[str, str]]:
    found = receivers(boxes, (ADULTS, WOMEN, NEUROLOGY), rules())
    return {(one.axis, one.code) for one in found if one.apart}


def test_planted_receivers_are_found() -> None:
    drawn = random.Random(1)
    assert apart(year(drawn, age0=0.09)) == {("age", "0")}
    assert apart(year(drawn, men=0.05)) == {("sexe", "1")}
    assert apart(year(drawn, gp=0.2)) == {("prescripteur", "1")}
    every = {("age", "0"), ("sexe", "1"), ("prescripteur", "1")}
    assert apart(year(drawn, age0=0.1, men=0.1, gp=0.3)) == every


def test_what_is_tolerated_is_told_apart_no_more_often_than_is_stated() -> None:
    drawn = random.Random(2)
    false = [bool(apart(year(drawn, age0=0.03, men=0.01, gp=0.05))) for _ in range(60)]
    assert sum(false) <= 60 * 2 * RATE


def test_a_few_boxes_are_shown_and_never_told_apart() -> None:
    found = receivers({"age_sexe": {"20/2": 1250, "0/2": 7, "60/1": -13}}, (ADULTS,), rules())
    (child,) = [one for one in found if (one.axis, one.code) == ("age", "0")]
    assert (child.expected, child.boxes, child.apart) == (False, 7, False)
    assert child.label == "0-19 ans"
    assert all(one.expected is None and one.q_value is None for one in found if one.axis == "sexe")
    tiny = Receiver("age", "0", 10, 1.0, expected=False, tolerated=0.03, q_value=0.0)
    assert not tiny.apart
    assert receivers({}, (ADULTS,), rules()) == ()
