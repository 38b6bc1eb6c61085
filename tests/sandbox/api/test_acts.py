"""Mutations on labels, messages and states; what they refuse and which dates they move."""

from typing import Any

import pytest

from sandbox.common.ids import encode
from sandbox.demarche.notices import PLATFORM

LATER = "2026-03-02T12:00:10+01:00"


def errors(done: Any) -> Any:
    return [one["message"] for one in done["errors"] or ()]


LABELS = "dossier { labels { name } } label { name color }"


def label(api: Any, name: Any) -> Any:
    shown = api.ask("{ demarche(number: 48213) { labels { id name } } }")["demarche"]["labels"]
    return next(one["id"] for one in shown if one["name"] == name)


def test_a_label_is_added_once_and_removed_once(api: Any) -> None:
    given = {"dossierId": encode("Dossier", 1), "labelId": label(api, "Urgent")}
    done = api.mutate("dossierAjouterLabel", LABELS, **given)
    assert done["dossier"]["labels"] == [{"name": "Urgent"}]
    assert done["label"]["color"] == "pink_macaron"
    assert "déjà associé" in errors(api.mutate("dossierAjouterLabel", LABELS, **given))[0]
    assert api.mutate("dossierSupprimerLabel", LABELS, **given)["dossier"]["labels"] == []
    assert "n’est pas associé" in errors(api.mutate("dossierSupprimerLabel", LABELS, **given))[0]


@pytest.mark.parametrize("moves", [True, False])
def test_a_label_moves_the_update_date_on_newer_instances_only(api: Any, moves: Any) -> None:
    api.control.switches(label_moves_date=moves)
    given = {"dossierId": encode("Dossier", 1), "labelId": label(api, "Complet")}
    api.mutate("dossierAjouterLabel", LABELS, **given)
    date = api.dossier(1, "dateDerniereModification")["dateDerniereModification"]
    assert (date == LATER) is moves


def test_a_deleted_label_is_gone_from_its_dossiers(api: Any) -> None:
    api.control.label(1, "Urgent")
    assert api.dossier(1, "labels { name }")["labels"] == [{"name": "Urgent"}]
    given = {"dossierId": encode("Dossier", 2), "labelId": label(api, "Urgent")}
    api.control.delete_label(48213, "Urgent")
    assert api.dossier(1, "labels { name }")["labels"] == []
    query = """mutation($i: DossierAjouterLabelInput!) {
      dossierAjouterLabel(input: $i) { label { id } } }"""
    assert api.code(query, i=given) == "not_found"


def test_messages_are_sent_twice_when_asked_twice(api: Any) -> None:
    api.send(1, "Bonjour")
    api.send(1, "Bonjour")
    told = api.dossier(1, "dateDerniereModification messages { body email }")
    assert [one["body"] for one in told["messages"][1:]] == ["Bonjour", "Bonjour"]
    assert told["messages"][1]["email"] == api.sandbox.instructeur
    assert told["dateDerniereModification"] == LATER


def test_nobody_is_written_to_about_archived_hidden_or_orphan_dossiers(api: Any) -> None:
    api.control.archive(1)
    api.control.hide(2)
    api.control.delete_account(3)
    for number in (1, 2, 3):
        done = api.send(number, "Bonjour")
        assert done["message"] is None
        assert errors(done)
    assert errors(api.send(4, "  "))


PENDING = (
    "state dateDerniereCorrectionEnAttente messages { body correction { reason dateResolution } }"
)
STATES = "datePassageEnConstruction datePassageEnInstruction traitements { event dateTraitement }"


def test_a_correction_request_gives_the_dossier_back_until_it_is_submitted_again(api: Any) -> None:
    api.control.move(1, "en_instruction")
    api.control.clock(advance=60)
    sent = api.send(1, "Il manque…", correction="incomplete")["message"]
    assert sent["correction"] == {"reason": "incomplete", "dateResolution": None}
    told = api.dossier(1, f"{PENDING} {STATES}")
    assert told["state"] == "en_construction"
    assert told["dateDerniereCorrectionEnAttente"] == "2026-03-02T12:01:10+01:00"
    assert told["datePassageEnConstruction"] == "2026-03-02T12:01:10+01:00"
    assert told["datePassageEnInstruction"] == LATER, "when it was taken up stays"
    assert [one["event"] for one in told["traitements"]] == [
        "depose",
        "passe_en_instruction",
        "repasse_en_construction",
    ]
    api.control.submit(1, {8: "Contact corrigé"})
    told = api.dossier(1, PENDING + " dateDerniereModificationChamps")
    assert told["dateDerniereCorrectionEnAttente"] is None
    assert told["messages"][-1]["correction"]["dateResolution"] == "2026-03-02T12:01:10+01:00"
    assert told["dateDerniereModificationChamps"] == "2026-03-02T12:01:10+01:00"


def test_a_second_correction_request_is_a_mere_message(api: Any) -> None:
    api.send(1, "Une fois", correction="incomplete")
    again = api.send(1, "Deux fois", correction="incorrect")
    assert again["errors"] is None
    assert again["message"]["correction"] is None
    api.control.switches(second_correction_refused=True)
    assert errors(api.send(1, "Trois fois", correction="incorrect"))


def test_a_correction_request_on_a_decided_dossier_is_a_mere_message(api: Any) -> None:
    api.control.move(1, "accepte")
    sent = api.send(1, "Trop tard", correction="outdated")
    assert sent["message"]["correction"] is None
    assert api.dossier(1, "state")["state"] == "accepte"


def test_a_withdrawn_message_keeps_its_place_without_its_body(api: Any) -> None:
    sent = api.send(1, "À retirer")["message"]
    given = {"messageId": sent["id"], "instructeurId": api.robot()}
    assert api.mutate("dossierSupprimerMessage", "message { id }", **given)["errors"] is None
    _, message = api.dossier(1, "messages { body discardedAt }")["messages"]
    assert message == {"body": "", "discardedAt": LATER}
    assert errors(api.mutate("dossierSupprimerMessage", "message { id }", **given))


def move(api: Any, name: Any, number: int = 1, **given: Any) -> Any:
    return api.mutate(
        name,
        "dossier { state archived }",
        dossierId=encode("Dossier", number),
        instructeurId=api.robot(),
        **given,
    )


def test_a_dossier_goes_through_its_states(api: Any) -> None:
    assert move(api, "dossierPasserEnInstruction")["dossier"]["state"] == "en_instruction"
    assert errors(move(api, "dossierPasserEnInstruction"))
    assert move(api, "dossierRepasserEnConstruction")["dossier"]["state"] == "en_construction"
    assert errors(move(api, "dossierAccepter"))
    assert errors(move(api, "dossierArchiver"))
    move(api, "dossierPasserEnInstruction")
    refused = move(api, "dossierRefuser", motivation="Incomplet")
    assert refused["dossier"]["state"] == "refuse"
    assert move(api, "dossierArchiver")["dossier"]["archived"] is True
    assert move(api, "dossierDesarchiver")["dossier"]["archived"] is False
    assert move(api, "dossierRepasserEnInstruction")["dossier"]["state"] == "en_instruction"
    done = move(api, "dossierClasserSansSuite", motivation="Doublon")
    assert done["dossier"]["state"] == "sans_suite"
    events = [one["event"] for one in api.dossier(1, "traitements { event }")["traitements"]]
    assert events[:3] == ["depose", "passe_en_instruction", "repasse_en_construction"]
    assert events[-1] == "classe_sans_suite"


def test_taking_a_dossier_up_closes_its_correction_request(api: Any) -> None:
    api.send(1, "Il manque…", correction="incomplete")
    api.control.edit(1, {8: "Commencé, pas déposé"})
    assert move(api, "dossierPasserEnInstruction")["errors"] is None
    told = api.dossier(1, PENDING + " instructeurs { email }")
    assert told["dateDerniereCorrectionEnAttente"] is None
    assert told["messages"][1]["correction"]["dateResolution"] == LATER
    assert told["instructeurs"] == [{"email": api.sandbox.instructeur}], "who takes it up follows"
    assert api.control.snapshot(1)["draft"] == {}


def test_a_demarche_may_want_corrections_before_a_dossier_is_taken_up(api: Any) -> None:
    api.control.switches(correction_blocks_instruction=True)
    api.send(1, "Il manque…", correction="incomplete")
    assert errors(move(api, "dossierPasserEnInstruction"))


def test_the_platform_writes_at_deposit_and_at_each_decision(api: Any) -> None:
    move(api, "dossierPasserEnInstruction")
    move(api, "dossierRefuser", motivation="Hors <champ>")
    move(api, "dossierRepasserEnInstruction")
    fields = "dateDerniereModification dateTraitement motivation messages { email body createdAt }"
    told = api.dossier(1, fields)
    assert {one["email"] for one in told["messages"]} == {PLATFORM}
    said = [one["body"].partition("]")[0] for one in told["messages"]]
    assert said == [
        "[Votre dossier n° 1 a bien été déposé",
        "[Votre dossier n° 1 est en cours d’instruction",
        "[Votre dossier n° 1 a été refusé",
        "[Votre dossier n° 1 va être réexaminé",
    ]
    assert "Motif : Hors &lt;champ&gt;" in told["messages"][2]["body"]
    assert told["messages"][0]["createdAt"] == "2026-01-01T09:01:00+01:00"
    assert told["dateDerniereModification"] == LATER
    assert (told["dateTraitement"], told["motivation"]) == (LATER, None), "its date stays"


def test_avis_and_follow_are_shown_and_move_the_update_date(api: Any) -> None:
    dates = "dateDerniereModification instructeurs { email } avis { question reponse dateReponse"
    fields = dates + " claimant { email } expert { email } }"
    evaluator = "evaluateur.medicaments@ansm.example"
    asked = api.control.ask_avis(1, "Qu’en pensez-vous ?", expert="e@chu.example", by=evaluator)
    api.control.follow(2, by=evaluator)
    assert api.dossier(2, fields)["instructeurs"] == [{"email": evaluator}]
    assert api.dossier(2, fields)["dateDerniereModification"] == LATER
    api.control.clock(advance=60)
    api.control.follow(2, by=evaluator)
    assert api.dossier(2, fields)["dateDerniereModification"] == LATER, "followed already"
    api.control.follow(2, by=evaluator, on=False)
    assert api.dossier(2, fields)["dateDerniereModification"] > LATER
    assert api.dossier(1, fields)["avis"][0]["reponse"] is None
    api.control.answer_avis(1, asked["n"], "Plausible")
    told = api.dossier(1, fields)
    assert told["dateDerniereModification"] == "2026-03-02T12:01:10+01:00"
    assert told["avis"] == [
        {
            "question": "Qu’en pensez-vous ?",
            "reponse": "Plausible",
            "dateReponse": "2026-03-02T12:01:10+01:00",
            "claimant": {"email": evaluator},
            "expert": {"email": "e@chu.example"},
        }
    ]


def test_control_characters_go_from_what_is_written(api: Any) -> None:
    api.send(1, "Bon\x07jour\tà\n\x1b[31mvous")
    api.annotate(1, (904, {"textarea": "\x00M1\x7f absente"}))
    api.control.submit(1, {8: "Camille\x0b Dupont", 15: [{151: "Exem\x08plium"}]})
    told = api.dossier(1, "messages { body } annotations { stringValue }")
    assert told["messages"][-1]["body"] == "Bonjour\tà\n[31mvous"
    assert {"stringValue": "M1 absente"} in told["annotations"]
    kept = api.control.snapshot(1)["answers"]
    assert kept["8"] == "Camille Dupont"
    assert kept["15"][0]["champs"]["151"] == "Exemplium"


def test_a_dossier_changes_groupe_and_the_robot_may_lose_it(api: Any) -> None:
    groupes = api.ask("{ demarche(number: 48213) { groupeInstructeurs { id label } } }")
    other = groupes["demarche"]["groupeInstructeurs"][1]
    given = {"dossierId": encode("Dossier", 1), "groupeInstructeurId": other["id"]}
    done = api.mutate(
        "dossierChangerGroupeInstructeur", "dossier { groupeInstructeur { label } }", **given
    )
    assert done["dossier"]["groupeInstructeur"]["label"] == other["label"]
