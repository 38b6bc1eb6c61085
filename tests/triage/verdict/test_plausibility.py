"""What a human should look at: never blocking, with the place marked and the text never quoted."""

import re
import sys
from collections.abc import Callable, Iterator, Sequence
from types import FrameType
from typing import Any

import pytest

from mappings.report.model import Report
from triage.patient_data import (
    addresses,
    ages,
    apart,
    birth_days,
    births,
    calendar_days,
    casing,
    finders,
    letters,
    numbers,
    phones,
    places,
    second_look,
)
from triage.patient_data.dictionary import known_words
from triage.patient_data.finders import FINDERS, passage_code
from triage.patient_data.persons import (
    around,
    by_context,
    civilities,
    file_names,
    initials,
    kinds,
    names,
    people,
    records,
    roles,
    tables,
)
from triage.rules.checks import CheckFacts
from triage.rules.model import RuleSet
from triage.verdict.model import Warning as TriageWarning
from triage.verdict.warnings import warnings

Warned = Callable[..., dict[str, TriageWarning]]


@pytest.fixture
def warned(report: Callable[..., Report], rules: RuleSet) -> Warned:
    def judge(changes: dict[int, Any] | None = None, **others: Any) -> dict[str, TriageWarning]:
        facts = CheckFacts(report=report(changes, **others), earlier_exists=True)
        return {warning.id: warning for warning in warnings(rules, facts)}

    return judge


def test_the_base_report_raises_nothing(warned: Warned) -> None:
    assert warned() == {}
    assert warned(revision=1) == {}


@pytest.mark.parametrize(
    ("changes", "raised"),
    [
        ({45: 0}, None),
        ({45: 100}, None),
        ({45: -0.1}, "pourcentage"),
        ({45: 100.1}, "pourcentage"),
        ({42: 70_000_000}, None),
        ({42: 70_000_001}, "population_impossible"),
        ({46: -1}, "ventes_negatives"),
        ({36: "1990-01-01"}, None),
        ({36: "1989-12-31"}, "date_ancienne"),
        ({56: [{561: "Étude", 562: "Prise", 563: "2026-03-10"}]}, None),
        ({56: [{561: "Étude", 562: "Prise", 563: "2026-03-11"}]}, "mesure_prise_future"),
        ({56: [{561: "Étude", 562: "En projet", 563: "2026-03-11"}]}, None),
        ({42: 5, 49: True, 50: 5, 501: 0, 502: 0}, None),
        ({42: 5, 49: True, 50: 6, 501: 0, 502: 0}, "cas_plus_que_patients"),
        ({41: False, 44: "x", 49: True, 50: 6, 501: 0, 502: 0}, None),
        ({19: ["Population", "Pédiatrie"]}, "pediatrie_adulte"),
        ({19: ["Population", "Pédiatrie"], 26: ["2 à 11 ans"]}, None),
        ({19: ["Population", "Pédiatrie"], 26: []}, None),
        ({19: ["Population", "Sujet âgé"]}, "sujet_age_absent"),
        ({19: ["Population", "Femme enceinte ou allaitante"]}, "grossesse_absente"),
        ({19: ["Population", "Femme enceinte ou allaitante"], 26: ["Femme enceinte"]}, None),
        ({18: ["Indication", "Population"]}, "population_adulte_seule"),
        ({18: ["Indication", "Population"], 26: ["Adulte", "Autre"]}, None),
        ({53: "Faible", 49: True, 50: 1, 501: 1, 502: 1}, "deces_risque_faible"),
        ({53: "Faible", 49: True, 50: 1, 501: 1, 502: 0}, None),
    ],
)
def test_implausible_answers_are_told_at_their_border(
    warned: Warned, changes: dict[int, Any], raised: str | None
) -> None:
    assert list(warned(changes)) == ([raised] if raised else [])


def test_a_contradiction_names_the_fields_that_contradict(warned: Warned) -> None:
    found = warned({19: ["Population", "Pédiatrie"]})["pediatrie_adulte"]
    assert found.fields == ("detail_non_conformite", "population")


NIR = "1 84 12 76 451 089 46"
"""Of INSEE's own documentation; its key is right."""


@pytest.mark.parametrize(
    ("kind", "text", "hidden"),
    [
        ("nir", f"Patient {NIR} suivi", NIR),
        ("nir", "184127645108946", "184127645108946"),
        ("nir", "1-84-12-76-451-089-46", "1-84-12-76-451-089-46"),
        ("nir", "184127645108947", "184127645108947"),
        ("nir", "lot 184127645108947", None),
        ("nir", "18412764510894", None),
        ("nir", "91841276451089460", None),
        ("nir", "1850578006084 clé 91", "1850578006084 clé 91"),
        ("nir", "1850578006084 (clé : 91)", "1850578006084 (clé : 91"),
        ("nir", "1850578006084 clé 92", "1850578006084 clé 92"),
        ("nir", "1 85  05 78  006 084  91", "1 85  05 78  006 084  91"),
        ("nir", "1/85/05/78/006/084/91", "1/85/05/78/006/084/91"),
        ("nir", "1 85 05 78 006 084 - 91", "1 85 05 78 006 084 - 91"),
        ("phone_in_text", "NIR 1850578006084 clé 91", None),
        ("phone_in_text", "joindre au 06 12 34 56 78.", "06 12 34 56 78"),
        ("phone_in_text", "tél. +33 6 12 34 56 78", "+33 6 12 34 56 78"),
        ("phone_in_text", "lot 123456789 du stock", None),
        ("phone_in_text", f"NIR {NIR}", None),
        ("birth_with_initials", "Mme J.D. née le 12/03/1956, suivie", "J.D. née le 12/03/1956"),
        ("birth_with_initials", "JD né le 12.03.56", "JD né le 12.03.56"),
        ("birth_with_initials", "J. D., 3 mai 1956", "J. D., 3 mai 1956"),
        ("birth_with_initials", "A-B (DDN : 1956-03-12)", "A-B (DDN : 1956-03-12"),
        ("birth_with_initials", "né le 12/03/1956 (J.D.)", "né le 12/03/1956 (J.D."),
        ("birth_with_initials", "né le 12/03/1956, initiales JD", "né le 12/03/1956, initiales JD"),
        ("birth_with_initials", "JD, 12/03/1956", "JD, 12/03/1956"),
        ("birth_with_initials", "DDN 12/03/1956 initiales J.D.", "DDN 12/03/1956 initiales J.D."),
        ("birth_with_initials", "J.D. — 12/03/1956", "J.D. — 12/03/1956"),
        ("birth_with_initials", "Cas J.D.\nné le 12/03/1956", "J.D.\nné le 12/03/1956"),
        ("birth_with_initials", "née le 12/03/1956\nM.L. : suivie", "née le 12/03/1956\nM.L."),
        ("birth_with_initials", "12/03/1956, initiales : CR", "12/03/1956, initiales : CR"),
        ("birth_with_initials", "initiales JDM, F, 12/03/1956", "initiales JDM, F, 12/03/1956"),
        ("birth_with_initials", "né le 12 03 1956 (JD)", "né le 12 03 1956 (JD"),
        ("birth_with_initials", "R.C.P. 12/03/2020", None),
        ("birth_with_initials", "A.M.M. 12/03/2020", None),
        ("birth_with_initials", "S.M.U.R. 12/03/2020", None),
        ("birth_with_initials", "EI, 12/03/2020", None),
        ("birth_with_initials", "né le 12/03/1956, IRM normale", None),
        ("birth_with_initials", "patient sous AMM, né le 12/03/1956", None),
        ("birth_with_initials", "ABCDEFGH" * 9 + "CD, 12/03/1956", None),
        ("birth_with_initials", "AMM du 12/03/2019 modifiée", None),
        ("birth_with_initials", "RCP, 12/03/2019", None),
        ("birth_with_initials", "patient né le 12/03/1956", None),
    ],
)
def test_likely_patient_data_is_found_with_its_place(
    kind: str, text: str, hidden: str | None
) -> None:
    found = [text[start:end] for start, end in FINDERS[kind](text)]
    assert [one.rstrip(".)") for one in found] == ([hidden.rstrip(".)")] if hidden else [])


def test_the_mark_says_where_and_the_warning_never_quotes(warned: Warned) -> None:
    text = f"Cas rapporté : {NIR}, suivi en ville depuis un an."
    found = warned({25: text, 56: [{561: "Étude", 562: "Prise", 564: "Dr X 06 12 34 56 78"}]})
    (mark,) = found["nir"].marks
    assert (mark.field, text[mark.start : mark.end]) == ("contexte_clinique", NIR)
    (phone,) = found["telephone"].marks
    assert (phone.field, phone.row, phone.column) == ("mesures", 1, "cible")
    assert not any(digits in repr(found) for digits in ("451", "06 12"))


def test_a_passage_is_told_once_and_what_was_cleared_is_cleared_to_its_parts(
    warned: Warned, report: Callable[..., Report], rules: RuleSet
) -> None:
    text = "Patiente J.D., née le 12/03/1956, suivie en ville pour un surpoids."
    told = [one for one in warned({25: text}).values() if one.marks]
    assert len(told) == 1
    ((mark,),) = (one.marks for one in told)
    assert text[mark.start : mark.end] == "J.D., née le 12/03/1956"
    facts = CheckFacts(report=report({25: text}), earlier_exists=True)
    cleared = {passage_code(facts.report.number, text[mark.start : mark.end])}
    assert warnings(rules, facts, cleared=cleared) == ()


def test_the_contact_s_own_phone_is_no_patient_data(warned: Warned) -> None:
    assert warned({8: "Durand 01 44 55 66 77", 12: "REF 06 12 34 56 78"}) == {}


def test_free_text_of_an_older_revision_is_searched_too(warned: Warned) -> None:
    found = warned({29: "Le docteur au 06 12 34 56 78, médecine générale"}, revision=1)
    assert found["telephone"].fields == ("prescripteurs",)


HOSTILE: Sequence[tuple[str, int, dict[str, int]]] = (
    ("1 ", 50_000, {}),
    ("A.", 50_000, {}),
    ("né ", 30_000, {}),
    ("0", 50_000, {}),
    (
        "J.D. né 1/1/11 ",
        5_000,
        {"birth_with_initials": 1667, "birth": 5000, "initials_with_age": 5000},
    ),
    ("06 12 34 56 78 ", 5_000, {"phone_in_text": 1}),
    ("1 85 05  ", 10_000, {}),
    ("a-\n", 10_000, {}),
    ("né;1/1/11;", 5_000, {"birth_with_initials": 1, "birth": 1}),
    ("épouse 1/1/1911 ", 2_000, {}),
    ("mme de la ", 5_000, {}),
    ("1, F, ", 5_000, {}),
    ("10 x 10000 ", 5_000, {}),
)
"""A text, how often it stands in a row, and how many places are found then."""


@pytest.mark.slow
@pytest.mark.parametrize(("piece", "times", "places"), HOSTILE)
def test_hostile_text_is_searched_to_its_end(
    piece: str, times: int, places: dict[str, int]
) -> None:
    found = {kind: len(list(find("J.D. " + piece * times))) for kind, find in FINDERS.items()}
    assert {kind: count for kind, count in found.items() if count} == places


def steps(find: Callable[[str], Iterator[tuple[int, int]]], text: str) -> int:
    """Calls of functions, those written in C too, that one search makes."""
    count = 0

    def seen(_frame: FrameType, event: str, _arg: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(seen)
    try:
        list(find(text))
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.slow
@pytest.mark.parametrize("kind", FINDERS)
@pytest.mark.parametrize("piece", [piece for piece, _, _ in HOSTILE])
def test_twice_the_hostile_text_takes_twice_the_steps(kind: str, piece: str) -> None:
    short, long = (steps(FINDERS[kind], piece * times) for times in (500, 1000))
    assert long <= 2.1 * short + 100


IN_ONE_PASS = {"_PAIRS", "_A_CODE"}
"""A row of pairs of digits is taken whole, and none starts inside it; a code is the whole text."""


MODULES = (
    *(apart, around, calendar_days, casing, letters, places, second_look),
    *(addresses, ages, birth_days, births, civilities, file_names, finders, initials),
    *(kinds, known_words, names, numbers, people, phones, records, roles, tables, by_context),
)


def test_every_other_pattern_looks_at_a_few_characters_only() -> None:
    widest: dict[str, int] = {}
    for module in MODULES:
        for name, value in vars(module).items():
            for one in value if isinstance(value, tuple) else (value,):
                if isinstance(one, re.Pattern):
                    parsed = re._parser.parse(one.pattern, one.flags)  # type: ignore[attr-defined]
                    widest[name] = max(widest.get(name, 0), parsed.getwidth()[1])
    assert len(widest) > 15
    assert {name for name, width in widest.items() if width > 260} == IN_ONE_PASS
