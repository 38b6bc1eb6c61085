"""Two questions in nearly the same words, of which one asks the field: never sure of the other.

Each form was written by a hand that had not read ours; what it truly asks is beside it.
"""

import pytest

from mappings.matching.match import match_form
from tests.mappings.matching.test_matching import as_variant
from tests.mappings.matching.variants import Raw, our_wants

NATURE: Raw = {
    "type": "drop_down_list",
    "label": "Nature du signalement",
    "options": ["Initial", "Complément", "Clôture"],
}
IN_PLAN = "Ce risque est-il identifié dans un plan de gestion des risques ?"


def _number(label: str) -> Raw:
    return {"type": "integer_number", "label": label}


def _text(label: str) -> Raw:
    return {"type": "text", "label": label}


def _date(label: str) -> Raw:
    return {"type": "date", "label": label}


def _yes_no(label: str) -> Raw:
    return {"type": "yes_no", "label": label}


def sure(*champs: Raw) -> dict[str, str]:
    """What is taken of a form without asking: the field, and the label of its question."""
    found = match_form(our_wants(), as_variant(list(champs)).revision, samples={})
    return {path: one.offered.label for path, one in found.sure.items()}


@pytest.mark.parametrize(
    ("own", "completed"),
    [
        (_text("Votre n° de dossier"), _text("Dossier précédent")),
        (_number("Votre n° de dossier"), _number("Dossier précédent")),
        (_number("Votre numéro de dossier"), _number("Numéro du dossier à compléter")),
        (_text("Notre dossier"), _text("Dossier lié")),
    ],
)
def test_the_number_that_a_company_gives_is_not_the_one_it_completes(
    own: Raw, completed: Raw
) -> None:
    for beside in ([], [_date("Date du dossier à compléter")]):
        taken = sure(NATURE, own, *beside, completed)
        assert taken.get("dossier_precedent") in {completed["label"], None}


def test_each_of_two_numbers_is_proposed_for_its_own_field_and_the_other_marked() -> None:
    """Who takes what is proposed first, twice, reads neither for the other."""
    own, completed = _text("Votre n° de dossier"), _text("Numéro du dossier à compléter")
    form = as_variant([NATURE, own, completed]).revision
    found = match_form(our_wants(), form, samples={}).likeliest
    first = {path: found[path][0] for path in ("dossier_precedent", "reference_interne")}
    assert first["dossier_precedent"].offered.label == completed["label"]
    assert first["reference_interne"].offered.label == own["label"]
    other = next(one for one in found["dossier_precedent"] if one.offered.label == own["label"])
    assert "parle peut-être d'autre chose" in other.marks


def test_the_number_that_is_completed_is_found_wherever_the_other_stands() -> None:
    taken = sure(_number("Votre n° de dossier"), NATURE, _number("N° de dossier complété"))
    assert taken["dossier_precedent"] == "N° de dossier complété"


def test_cases_of_the_use_are_no_cases_of_its_effects() -> None:
    assert "cas" not in sure(_number("Nombre de cas d'usage non conforme"))


def test_cases_of_effects_are_told_from_those_of_the_use() -> None:
    both = sure(_number("Nombre de cas d'usage"), _number("Nombre de cas d'effets indésirables"))
    assert both["cas"] == "Nombre de cas d'effets indésirables"


@pytest.mark.parametrize(
    "rest",
    [
        "Des mesures spécifiques de ce plan le couvrent-elles ?",
        "Si oui, avec des mesures spécifiques ?",
    ],
)
def test_a_plan_without_its_measures_puts_nothing_out_of_scope(rest: str) -> None:
    """In a plan, without specific measures: in scope. The two questions together say it."""
    assert "couvert_par_pgr" not in sure(_yes_no(IN_PLAN), _yes_no(rest))


@pytest.mark.parametrize(
    ("path", "label"),
    [
        ("territoire_national", "L'usage est-il constaté sur le territoire national uniquement ?"),
        ("effets_indesirables", "Des effets bénéfiques ont-ils été rapportés ?"),
        ("but_medical", "Usage médical n'atteignant pas son but ?"),
        ("usage_intentionnel", "Usages non voulus ?"),
        ("alternatives", "Des alternatives autorisées manquent-elles ?"),
        ("publication", "Une publication contredit-elle cet usage ?"),
        ("mesures_prevues", "Des mesures étaient-elles prévues mais abandonnées ?"),
    ],
)
def test_a_word_that_turns_or_narrows_a_question_leaves_it_to_a_person(
    path: str, label: str
) -> None:
    assert path not in sure(_yes_no(label))


@pytest.mark.parametrize(
    ("path", "label"),
    [
        ("patients", "Patients estimés (centaines)"),
        ("patients", "Nombre de patients estimé en Europe"),
        ("cas", "Nombre de cas (hors décès)"),
        ("cas_graves", "Cas graves (décès exclus)"),
        ("cas_graves", "Nombre de cas n'atteignant pas la gravité"),
        ("deces", "Dont décès évités"),
        ("deces", "Décès non imputables"),
        ("volume_ventes", "Volume mensuel de ventes (unités)"),
    ],
)
def test_another_unit_or_another_count_is_not_sure(path: str, label: str) -> None:
    assert path not in sure(_number(label))


@pytest.mark.parametrize("unknown", ["< 2 ans", "autres", "drépanocytaires"])
def test_a_box_at_either_end_of_the_others_is_one_of_them(unknown: str) -> None:
    """Left out, « < 2 ans » beside « adultes » is read as adults alone: nobody vulnerable."""
    known = ["2-11 ans", "12-17 ans", "adultes", "65 ans et +", "femmes enceintes"]
    for words in ([unknown, *known], [*known, unknown]):
        boxes = [_yes_no(f"Pop. {one}") for one in words]
        found = match_form(our_wants(), as_variant(boxes).revision, samples={})
        first = found.likeliest["population"][0]
        assert f"Pop. {unknown}" in first.offered.label.split(" ; ")
