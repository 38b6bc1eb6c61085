"""What DS refuses of a declarant, in its sentences; what a change of type makes of answers."""

from typing import Any

import pytest

from sandbox.common.errors import Refusal
from sandbox.control.client import ControlError
from sandbox.demarche.demarche import Demarche
from sandbox.demarche.dossier import DepositedDossier
from sandbox.demarche.retypings import OFFERED, check_retypings, present
from sandbox.form.edits import edited
from sandbox.form.model import FormRevision
from sandbox.form.validity import check_submission
from sandbox.server import default_form

FORM = FormRevision.from_json(2, 0, default_form()["revisions"][1])


def told(answers: dict[str, Any], *, mandatory: bool = False) -> list[str]:
    """What DS says against these answers."""
    try:
        check_submission(FORM, answers, mandatory=mandatory)
    except Refusal as refusal:
        return list(refusal.messages)
    return []


@pytest.mark.parametrize(
    ("champ", "answer", "sentence"),
    [
        ("7", "Fabricant", "« Qualité de l'entreprise » doit être dans les options proposées"),
        ("18", ["Couleur"], "« Nature de la non-conformité » doit être dans les options proposées"),
        ("19", ["Indication", "Ailleurs"], "doit être dans les options proposées"),
        ("46", "abc", "doit être un nombre entier (sans chiffres après la virgule)"),
        ("46", 12.5, "doit être un nombre entier (sans chiffres après la virgule)"),
        ("45", "beaucoup", "« Part estimée des prescriptions (%) » n’est pas un nombre"),
        ("36", "31/01/2026", "doit être une date correctement formatée"),
        ("1", "oui", "« L'usage est-il intentionnel ? » n’est pas valide"),
        ("16", "un fichier", "« RCP en vigueur (rubriques concernées) » n’est pas valide"),
        ("15", "Exemplium", "« Spécialités concernées » n’est pas valide"),
        (
            "15",
            [{"champs": {"157": "Rien"}}],
            "« Statut réglementaire » doit être dans les options",
        ),
    ],
)
def test_what_ds_cannot_keep_is_refused_in_any_dossier(
    champ: str, answer: Any, sentence: str
) -> None:
    (said,) = told({champ: answer})
    assert said.startswith("Le champ « ")
    assert sentence in said


@pytest.mark.parametrize(
    ("champ", "answer"),
    [
        ("46", "-1200"),
        ("45", "12.5"),
        ("36", "2026-01-31"),
        ("19", ["Indication"]),
        ("18", []),
        ("7", ""),
        ("17", "=1+1"),
    ],
)
def test_what_ds_takes_passes(champ: str, answer: Any) -> None:
    assert told({champ: answer}) == []


@pytest.mark.parametrize(
    ("champ", "answer", "sentence"),
    [
        ("17", "  ", "« Titre de la situation » doit être rempli"),
        ("2", None, "« L'usage a-t-il un but médical ? » doit être rempli"),
        ("16", [], "« RCP en vigueur (rubriques concernées) » doit être rempli"),
        ("61", False, "J'atteste l'exactitude"),
        ("15", [{"champs": {"157": "AMM"}}], "« Substance active (DCI) » doit être rempli"),
        ("10", "contact.unc@@exempla.example", "Saisissez une adresse électronique valide"),
        ("11", "0123", "Saisissez un numéro de téléphone valide"),
        ("6", "73282932000075", "« SIRET de l'entreprise exploitante » n’est pas valide"),
    ],
)
def test_what_is_mandatory_or_malformed_is_refused_unless_the_dossier_is_older(
    champ: str, answer: Any, sentence: str
) -> None:
    assert any(sentence in one for one in told({champ: answer}, mandatory=True))
    assert told({champ: answer}) == []


def test_a_hidden_champ_is_not_asked() -> None:
    said = told({"13": "Initial", "14": None}, mandatory=True)
    assert not any("Numéro du dossier précédent" in one for one in said)
    said = told({"13": "Clôture", "14": None}, mandatory=True)
    assert any("« Numéro du dossier précédent » doit être rempli" in one for one in said)


COMPANY = {"siret": "73282932000074", "name": "Laboratoires Exemple"}


def test_an_impossible_dossier_is_not_deposited_nor_submitted(api: Any) -> None:
    with pytest.raises(ControlError, match="« Titre de la situation » doit être rempli"):
        api.control.create(48213, {"number": 90, "company": COMPANY})
    older = {"number": 90, "company": COMPANY, "mandatory": False}
    with pytest.raises(ControlError, match="« Nombre de patients estimé en France » doit être un"):
        api.control.create(48213, {**older, "answers": {41: True, 42: "abc"}})
    assert api.code("{ dossier(number: 90) { id } }") == "not_found", "nothing was half deposited"
    api.control.create(48213, older)
    with pytest.raises(ControlError, match="doit être dans les options proposées"):
        api.control.submit(90, {7: "Fabricant"})
    with pytest.raises(ControlError, match="doit être dans les options proposées"):
        api.control.annotate(90, {901: "Peut-être"})
    assert api.control.snapshot(90)["answers"] == {}


def retyped(kind: str, after: str, answer: Any) -> Any:
    """What is left of an answer once its question has another type."""
    asked = {"id": 1, "label": "Question", "type": kind}
    forms = [{"champs": [{**asked, "type": one}], "annotations": []} for one in (kind, after)]
    revisions = [FormRevision.from_json(n, 0, raw) for n, raw in enumerate(forms, start=1)]
    demarche = Demarche(1, "UNC", 0, 0, revisions)
    dossier = DepositedDossier(
        1, 1, 2, "en_construction", 1, 0, 0, "", "", "", {"1": answer}, 0, 0, first_revision=1
    )
    return present(dossier, demarche, dossier.answers)["1"]


@pytest.mark.parametrize(
    ("kind", "after", "answer", "left"),
    [
        ("text", "integer_number", "1 200 boîtes", "1 200 boîtes"),
        ("drop_down_list", "multiple_drop_down_list", "A", ["A"]),
        ("multiple_drop_down_list", "drop_down_list", ["A", "B"], '["A","B"]'),
        ("multiple_drop_down_list", "text", ["A", "é"], '["A","é"]'),
        ("yes_no", "text", True, "true"),
        ("checkbox", "yes_no", False, False),
        ("decimal_number", "integer_number", 12.7, "12.7"),
        ("date", "textarea", "2026-01-31", "2026-01-31"),
        ("datetime", "date", "2026-01-31T23:30:00Z", "2026-02-01"),
        ("communes", "text", {"name": "Lyon", "code": "69123"}, "Lyon"),
        ("yes_no", "integer_number", True, None),
        ("text", "text", "", ""),
    ],
)
def test_an_answer_is_read_anew_under_a_type_offered_and_lost_under_any_other(
    kind: str, after: str, answer: Any, left: Any
) -> None:
    assert retyped(kind, after, answer) == left


def test_only_the_changes_of_type_that_ds_offers_pass() -> None:
    kinds = sorted({*OFFERED, "siret", "repetition", "piece_justificative", "regions"})
    asked = {"id": 1, "label": "Question", "required": False}
    for before in kinds:
        for after in kinds:
            old, new = (
                FormRevision.from_json(
                    1, 0, {"champs": [{**asked, "type": one}], "annotations": []}
                )
                for one in (before, after)
            )
            if before == after or after in OFFERED.get(before, ()):
                check_retypings(old, new)
            else:
                with pytest.raises(Refusal, match="vous ne pouvez pas changer son type"):
                    check_retypings(old, new)


def test_an_answer_given_since_its_question_changed_is_of_the_new_type(api: Any) -> None:
    edits = [{"op": "retype", "champ": 8, "type": "integer_number"}]
    fields = "champs { id stringValue ... on IntegerNumberChamp { value } }"
    api.control.submit(1, {8: "1 200 boîtes"})
    api.control.publish(48213, edits=edits)

    def shown() -> Any:
        (found,) = [one for one in api.dossier(1, fields)["champs"] if "value" in one][:1]
        return found["value"], found["stringValue"]

    assert shown() == ("1", "1 200 boîtes")
    with pytest.raises(ControlError, match="doit être un nombre entier"):
        api.control.submit(1, {12: "autre"})
    api.control.submit(1, {8: " 1 200 "})
    assert shown() == ("1200", "1200"), "spaces go from a number"
    api.control.publish(48213, edits=[{"op": "retype", "champ": 8, "type": "text"}])
    assert api.control.snapshot(1)["answers"]["8"] == "1200"
    assert edited(FORM.raw, edits) != FORM.raw
