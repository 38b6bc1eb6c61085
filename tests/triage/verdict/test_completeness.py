"""What the labelled set does not show: reasons, bands, evidence, and texts beyond the ordinary."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from mappings.report.model import NOT_READ, ROWS_NOT_READ, Answer, AnswerState, Report
from mappings.schema.model import FormMapping
from triage.replies.points import requested_items
from triage.rules.checks import CheckFacts
from triage.rules.model import Item, RuleSet
from triage.verdict.assess import assess, is_judged, verdict_fingerprint
from triage.verdict.completeness import band, judge_items, leaves_out, score
from triage.verdict.model import Assessment, ItemResult, Status, Verdict

MakeReport = Callable[..., Report]


@pytest.fixture
def verdict(report: MakeReport, rules: RuleSet, mapping: FormMapping) -> Callable[..., Assessment]:
    def judge(**changes: object) -> Assessment:
        answers = {int(name[1:]): value for name, value in changes.items()}
        return assess(report(answers), rules, mapping=mapping, fingerprint="f", earlier_exists=True)

    return judge


def item(found: Assessment, name: str) -> ItemResult:
    return next(one for one in found.items if one.id == name)


@pytest.mark.parametrize(
    ("points", "name"),
    [
        (100, "bien documenté"),
        (80, "bien documenté"),
        (79, "à compléter"),
        (50, "à compléter"),
        (49, "insuffisant"),
        (0, "insuffisant"),
    ],
)
def test_bands_begin_where_the_guide_says(rules: RuleSet, points: int, name: str) -> None:
    assert band(rules, points) == name


def test_a_reason_says_why_and_never_quotes_the_answer(
    verdict: Callable[..., Assessment],
) -> None:
    found = verdict(c6="73282932000075", c7=None, c17="NC", c20="trop court", c58=[])
    assert item(found, "A1").reason == "SIRET invalide (clé de contrôle) ; qualité absente"
    assert item(found, "D0").reason == "réponse sans contenu"
    assert item(found, "D2").reason == "moins de 30 caractères"
    assert item(found, "P1").reason == "absent ou écarté par l'antivirus"
    assert item(found, "D3").reason == ""
    assert item(found, "A1").fields == ("siret", "qualite_entreprise")


def test_a_verdict_names_every_field_that_it_was_drawn_from(
    verdict: Callable[..., Assessment],
) -> None:
    found = verdict()
    assert item(found, "D3").fields == ("usage_constate", "usage_autorise")
    assert item(found, "D4").fields == ("nature_non_conformite", "indication_visee")
    assert item(found, "R1").fields == ("date_fin_analyse", "date_connaissance")
    assert item(found, "M3").fields == ("specialites",)


def test_half_the_penalty_is_lost_when_insufficient(verdict: Callable[..., Assessment]) -> None:
    assert item(verdict(c17="NC"), "D0").lost == Decimal("0.05")
    assert item(verdict(c17=None), "D0").lost == Decimal("0.10")
    assert item(verdict(), "D0").lost == 0


def test_an_optional_item_is_judged_but_does_not_block(
    report: MakeReport, rules: RuleSet, mapping: FormMapping
) -> None:
    optional = tuple(
        one.model_copy(update={"mandatory": False}) if one.id == "R5" else one
        for one in rules.items
    )
    found = assess(
        report({52: None}),
        rules.model_copy(update={"items": optional}),
        mapping=mapping,
        fingerprint="f",
        earlier_exists=True,
    )
    assert item(found, "R5").verdict is Verdict.MISSING
    assert found.admissible
    assert found.status.value == "Complet"
    assert found.score == 90


def test_the_evidence_of_a_criterion_is_what_it_rests_on(
    verdict: Callable[..., Assessment],
) -> None:
    found = verdict(c42=1200, c45=12.5, c53="Élevé")
    shown = {
        criterion.id: [(one.field, one.value) for one in criterion.evidence]
        for criterion in found.criteria
    }
    assert shown["widespread"] == [
        ("patients", "1\u202f200"),
        ("etendue", "Nationale"),
        ("part_prescriptions", "12,5"),
    ]
    assert shown["exposes"] == [("niveau_risque", "Élevé")]


def test_the_fingerprint_of_a_verdict_moves_with_the_earlier_dossier() -> None:
    there = verdict_fingerprint("f", earlier_exists=True)
    assert there != verdict_fingerprint("f", earlier_exists=False)
    assert there == verdict_fingerprint("f", earlier_exists=True)
    for exists in (True, False):
        assert is_judged("f", verdict_fingerprint("f", earlier_exists=exists))
    assert not is_judged("g", there)


@given(st.lists(st.sampled_from([Decimal(0), Decimal("0.05"), Decimal("0.1"), Decimal("0.5")])))
def test_a_score_is_from_0_to_100_and_never_rises_with_one_more_defect(
    lost: list[Decimal],
) -> None:
    def result(share: Decimal) -> ItemResult:
        return ItemResult("X", "", "", "", True, Verdict.MISSING, "", (), share)

    points = [score(result(share) for share in lost[:at]) for at in range(len(lost) + 1)]
    assert points[0] == 100
    assert all(0 <= after <= before for before, after in pairwise(points))


@pytest.fixture(scope="session")
def score_of(
    report: MakeReport, rules: RuleSet, mapping: FormMapping
) -> Callable[[dict[int, str]], int]:
    def judge(answers: dict[int, str]) -> int:
        told = report(answers)
        found = assess(told, rules, mapping=mapping, fingerprint="f", earlier_exists=True)
        assert found.score is not None
        return found.score

    return judge


@settings(deadline=None)  # a loaded machine is no defect
@given(st.text(max_size=300))
def test_any_text_gets_a_verdict(score_of: Callable[[dict[int, str]], int], text: str) -> None:
    assert 0 <= score_of({8: text, 10: text, 11: text, 17: text, 20: text, 21: text}) <= 100


def test_the_reason_of_the_scope_is_the_guide_s_and_names_the_question(
    verdict: Callable[..., Assessment],
) -> None:
    out = verdict(c3=False).out_of_scope
    assert out is not None
    assert (out.field, out.option) == ("territoire_national", "Hors du territoire national")
    assert out.label == "L'usage est-il constaté sur le territoire national ?"
    assert out.text == "Hors du territoire national"
    (unanswered,) = verdict(c2=None).unanswered_scope
    assert (unanswered.option, unanswered.text) == ("", "question sans réponse")
    assert unanswered.label == "L'usage a-t-il un but médical ?"


@pytest.mark.parametrize(("unasked", "told"), [(True, "aucun champ"), (False, "une personne")])
def test_a_scope_question_that_the_form_does_not_ask_is_no_answer_of_its_declarant(
    report: MakeReport, rules: RuleSet, mapping: FormMapping, *, unasked: bool, told: str
) -> None:
    """Whether a person said so or not, nothing is in scope, complete or refused by it."""
    complete, lacking = report({}), "territoire_national"
    fields = {**complete.fields, lacking: Answer(AnswerState.NOT_ASKED)}
    silence = frozenset({lacking} if unasked else ())
    found = assess(
        replace(complete, fields=fields, unasked=silence),
        rules,
        mapping=mapping,
        fingerprint="f",
        earlier_exists=True,
    )
    (question,) = found.unanswered_scope
    assert (found.status, question.field, question.asked) == (Status.A_PRECISER, lacking, False)
    assert told in question.text


@pytest.mark.parametrize("of_rows", [False, True])
def test_an_item_that_was_answered_to_other_words_says_so_and_is_asked_of_nobody(
    report: MakeReport, rules: RuleSet, mapping: FormMapping, *, of_rows: bool
) -> None:
    complete, lacking = report({}), "specialites.denomination" if of_rows else "siret"
    gone = {} if of_rows else {lacking: NOT_READ}
    one = replace(
        complete,
        fields={**complete.fields, **gone},
        unasked=frozenset({lacking}),
        not_read=frozenset({lacking}),
    )
    whole = assess(complete, rules, mapping=mapping, fingerprint="f", earlier_exists=True)
    found = assess(one, rules, mapping=mapping, fingerprint="f", earlier_exists=True)
    items = [item for item in found.items if item.blocking]
    assert items
    for item in items:
        assert NOT_READ.problem in item.reason
        assert not item.can_be_asked
        assert not any(fault.asked for fault in item.faults)
    assert requested_items(found) == []
    assert (found.status, found.for_agency) == (Status.A_PRECISER, True)
    assert found.priority == whole.priority, "its scope is known"
    silent = replace(one, not_read=frozenset())
    found = assess(silent, rules, mapping=mapping, fingerprint="f", earlier_exists=True)
    assert all("aucun champ" in item.reason for item in found.items if item.blocking)
    assert (found.status, found.for_agency) == (Status.A_PRECISER, True)


def test_a_dossier_of_which_anything_can_be_asked_is_for_its_declarant_to_complete(
    report: MakeReport, rules: RuleSet, mapping: FormMapping
) -> None:
    one = replace(report({20: None}), unasked=frozenset({"siret"}))
    found = assess(one, rules, mapping=mapping, fingerprint="f", earlier_exists=True)
    assert {item.id for item in found.items if item.blocking} == {"A1", "D2"}
    assert (found.status, found.for_agency) == (Status.A_COMPLETER, False)
    assert [item.id for item in requested_items(found)] == ["D2"]


def test_what_the_form_of_then_never_asked_is_not_said_to_have_been_asked_in_other_words(
    report: MakeReport, rules: RuleSet, mapping: FormMapping
) -> None:
    rows, cells = "specialites", ("denomination", "substance", "cis", "statut_reglementaire")
    complete = report({})
    one = replace(
        complete,
        fields={**complete.fields, rows: NOT_READ},
        unasked=frozenset({rows, *(f"{rows}.{cell}" for cell in cells)}),
        silent=frozenset({f"{rows}.cis"}),
        not_read=frozenset({rows}),
    )
    found = assess(one, rules, mapping=mapping, fingerprint="f", earlier_exists=True)
    assert "aucun champ" in item(found, "M3").reason
    assert ROWS_NOT_READ in item(found, "M1").reason
    assert NOT_READ.problem not in item(found, "M1").reason, "its rows were asked in other words"


@pytest.mark.parametrize(
    ("changes", "name", "reason", "at_fault"),
    [
        ({"c61": False}, "P2", "non cochée", ("attestation",)),
        ({"c61": None}, "P2", "non cochée", ("attestation",)),
        ({"c36": {"unreadable": "32/01"}}, "D14", "réponse illisible", ("date_connaissance",)),
        ({"c15": {"unreadable": "?"}}, "M1", "réponse illisible", ("denomination",)),
        ({"c15": []}, "M1", "absente", ("denomination",)),
        (
            {"c15": [{152: "1", 157: "AMM"}]},
            "M3",
            "code CIS mal formé (8 chiffres attendus)",
            ("cis",),
        ),
        ({"c56": []}, "S1", "aucune mesure avec son type et son état", ("mesures",)),
        ({"c31": "Régionale"}, "D11", "aucune région", ("regions",)),
        ({"c7": None}, "A1", "qualité absente", ("qualite_entreprise",)),
    ],
)
def test_a_defect_says_why_and_where(
    verdict: Callable[..., Assessment],
    changes: dict[str, object],
    name: str,
    reason: str,
    at_fault: tuple[str, ...],
) -> None:
    found = item(verdict(**changes), name)
    assert (found.reason, found.at_fault) == (reason, at_fault)


def test_an_item_says_what_the_guide_expects(
    verdict: Callable[..., Assessment], rules: RuleSet
) -> None:
    for found, rule in zip(verdict().items, rules.items, strict=True):
        assert (found.id, found.name, found.section) == (rule.id, rule.name, rule.section)
        assert found.expected == rule.expected
        assert found.at_fault == ()


def test_a_long_text_is_no_phrase_and_a_list_of_texts_is_one_text(
    verdict: Callable[..., Assessment],
) -> None:
    assert item(verdict(c17="NC" + "." * 97), "D0").verdict is Verdict.INSUFFICIENT
    assert item(verdict(c17="NC" + "." * 98), "D0").verdict is Verdict.PRESENT


def judged_with(told: Report, rules: RuleSet, part: dict[str, object]) -> ItemResult:
    """Verdict on one more item, made of one part."""
    rule = Item.model_validate(
        {
            "id": "X1",
            "name": "x",
            "section": "x",
            "expected": "x",
            "penalty": "0.1",
            "parts": [{"missing": "absent", **part}],
        }
    )
    return judge_items(rules.model_copy(update={"items": (rule,)}), CheckFacts(told, True))[0]


def test_a_cell_is_checked_beside_its_row_and_against_the_deposit(
    report: MakeReport, rules: RuleSet
) -> None:
    late = {56: [{561: "Étude", 562: "Prise", 563: "2026-03-11", 564: "a", 565: "A"}]}
    date_check = {"check": "not_after_deposit", "text": "après le dépôt"}
    part: dict[str, object] = {"rows": "mesures", "each": "date_mesure", "checks": [date_check]}
    assert judged_with(report(late), rules, part).reason == "après le dépôt"
    assert judged_with(report(), rules, part).verdict is Verdict.PRESENT
    other = {"check": "differs_from", "other": "cible", "text": "pareil"}
    part = {"rows": "mesures", "each": "indicateur", "checks": [other]}
    assert judged_with(report(late), rules, part).reason == "pareil"


def test_a_column_that_the_revision_does_not_ask_is_not_applicable(
    report: MakeReport, rules: RuleSet
) -> None:
    told = report()
    rows = told.fields["specialites"].value
    assert isinstance(rows, tuple)
    assert isinstance(rows[0], Mapping)
    older = {**rows[0], "conditions_delivrance": Answer(AnswerState.NOT_ASKED)}
    fields = {
        **told.fields,
        "specialites": structs.replace(told.fields["specialites"], value=(older,)),
    }
    part: dict[str, object] = {"rows": "specialites", "each": "conditions_delivrance"}
    found = judged_with(replace(told, fields=fields), rules, part)
    assert found.verdict is Verdict.NOT_APPLICABLE


def test_what_the_form_does_not_ask_is_missing_until_a_person_says_so(
    report: MakeReport, rules: RuleSet, mapping: FormMapping
) -> None:
    told = report({})
    gone = {**told.fields, "siret": Answer(AnswerState.NOT_ASKED)}
    silent = replace(told, fields=gone, unasked=frozenset({"siret"}))

    def judged(one: Report) -> Assessment:
        return assess(one, rules, mapping=mapping, fingerprint="f", earlier_exists=True)

    settled, unsaid = judged(replace(silent, unasked=frozenset())), judged(silent)
    assert (settled.score, settled.status.value) == (100, "Complet")
    every = sum(one.mandatory for one in rules.items)
    asked_in_part = f"sur les {every} éléments obligatoires, dont 1 en partie"  # qualite_entreprise
    assert settled.reach.startswith(asked_in_part)
    fewer = {**gone, "qualite_entreprise": Answer(AnswerState.NOT_ASKED)}
    whole = judged(replace(silent, fields=fewer, unasked=frozenset()))
    assert whole.reach.startswith(f"sur {every - 1} des {every} éléments obligatoires, seuls")
    rest = {name: Answer(AnswerState.NOT_ASKED) for name in ("contact_nom", "qualite_entreprise")}
    both = judged(replace(silent, fields={**gone, **rest}, unasked=frozenset()))
    assert both.reach.startswith(f"sur {every - 1} des {every} éléments obligatoires, dont 1 en")
    assert judged(told).reach == unsaid.reach == ""
    assert (unsaid.score, unsaid.band, unsaid.status.value) == (None, "", "À préciser")
    (item,) = [one for one in unsaid.items if one.id == "A1"]
    assert (item.verdict.value, item.reason) == ("missing", rules.unasked)


def test_what_is_scored_and_not_mandatory_counts_in_what_a_score_stands_on(
    report: MakeReport, rules: RuleSet, mapping: FormMapping
) -> None:
    told = report({})
    gone = {name: Answer(AnswerState.NOT_ASKED) for name in ("siret", "qualite_entreprise")}
    settled = replace(told, fields={**told.fields, **gone}, unasked=frozenset())
    items = [
        one.model_copy(update={"mandatory": False}) if one.id == "A1" else one
        for one in rules.items
    ]
    fewer = rules.model_copy(update={"items": tuple(items)})
    verdict = assess(settled, fewer, mapping=mapping, fingerprint="f", earlier_exists=True)
    every = sum(one.mandatory or one.penalty > 0 for one in items)
    assert verdict.reach.startswith(f"sur {every - 1} des {every} éléments qui comptent")
    assert leaves_out(fewer, gone)
    assert not leaves_out(fewer, ())


def test_a_column_that_the_form_does_not_ask_is_missing_in_every_row(
    report: MakeReport, rules: RuleSet, mapping: FormMapping
) -> None:
    told = replace(report({}), unasked=frozenset({"specialites.substance"}))
    found = assess(told, rules, mapping=mapping, fingerprint="f", earlier_exists=True)
    assert [one.id for one in found.items if one.blocking] == ["M2"]
    assert found.score is None
