"""The control API: what people do around the dossiers."""

from typing import Any

import pytest

from sandbox.common.ids import champ_id
from sandbox.control.client import ControlError
from sandbox.form.edits import edited
from sandbox.server import default_form

LATER = "2026-03-02T12:00:10+01:00"


def value(api: Any, number: Any, stable: Any) -> Any:
    shown = api.dossier(number, f'champs(id: "{champ_id(stable)}") {{ stringValue }}')["champs"]
    return shown[0]["stringValue"] if shown else None


def test_what_is_typed_is_not_seen_until_it_is_submitted(api: Any) -> None:
    api.control.edit(1, {8: "Dominique"})
    assert value(api, 1, 8) == "Camille O'Brien"
    api.control.submit(1)
    assert value(api, 1, 8) == "Dominique"
    assert (
        api.dossier(1, "dateDerniereModificationChamps")["dateDerniereModificationChamps"] == LATER
    )


def test_a_dossier_being_examined_is_not_the_declarant_s_to_change(api: Any) -> None:
    api.control.move(1, "en_instruction")
    with pytest.raises(ControlError, match="modifiable"):
        api.control.submit(1, {8: "Dominique"})


def test_an_instructeur_s_correction_of_a_champ_leaves_the_date_of_champs(api: Any) -> None:
    api.control.edit_champ(1, {8: "Dominique"})
    dates = api.dossier(1, "dateDerniereModification dateDerniereModificationChamps")
    assert dates["dateDerniereModification"] == LATER
    assert dates["dateDerniereModificationChamps"] < LATER


def test_an_answer_keeps_its_date_whatever_is_published_or_typed_beside(api: Any) -> None:
    def dates() -> dict[str, str]:
        rows = "... on RepetitionChamp { rows { champs { id updatedAt } } }"
        shown = api.dossier(1, f"champs {{ id updatedAt {rows} }}")["champs"]
        inner = [one for champ in shown for row in champ.get("rows", ()) for one in row["champs"]]
        return {one["id"]: one["updatedAt"] for one in (*shown, *inner)}

    before = dates()
    api.control.publish(48213, edits=[{"op": "reword", "champ": 8, "label": "Qui ?"}])
    assert dates() == before
    api.control.submit(1, {8: "Dominique"})
    moved = {one for one, at in dates().items() if at != before[one]}
    assert moved == {champ_id(8)}
    rows = api.control.snapshot(1)["answers"]["15"]
    rows[0]["champs"]["151"] = "Autre spécialité"
    api.control.edit_champ(1, {15: rows})
    moved = {one for one, at in dates().items() if at != before[one]}
    assert moved == {champ_id(8), champ_id(15), champ_id(151, rows[0]["id"])}


def test_a_dossier_is_deposited_from_a_seed_or_from_plain_json(api: Any, seed: Any) -> None:
    assert api.control.create(48213, seed(70)) == 70
    number = api.control.create(
        48213,
        {
            "company": {"siret": "73282932000074", "name": "X"},
            "answers": {8: "Alix"},
            "mandatory": False,
        },
    )
    assert number == 71
    assert api.dossier(71, "dateDepot")["dateDepot"] == LATER
    assert value(api, 71, 8) == "Alix"


def test_messages_of_both_sides_are_in_the_conversation(api: Any) -> None:
    sent = api.control.message(1, "Bonjour", by="evaluateur.medicaments@ansm.example")
    api.control.answer(1, "Bonjour à vous")
    api.control.discard(1, sent["n"], by="evaluateur.medicaments@ansm.example")
    told = api.dossier(1, "messages { email body }")["messages"]
    assert told[1]["body"] == ""
    assert told[2] == {"email": "declarant@laboratoire.example", "body": "Bonjour à vous"}


def test_publishing_a_revision_moves_open_dossiers_without_their_dates(
    start: Any, seed: Any
) -> None:
    with start(seeds=[seed(1, revision=1), seed(2, state="accepte")]) as api:
        query = "{ demarche(number: 48213) { activeRevision { id } } }"
        before = api.ask(query)["demarche"]["activeRevision"]["id"]
        fields = "dateDerniereModification demarche { revision { id } }"
        date = api.dossier(1, fields)["dateDerniereModification"]
        done = api.control.publish(
            48213,
            edits=[
                {"op": "reword", "champ": 8, "label": "Contact"},
                {"op": "retype", "champ": 9, "type": "text"},
                {"op": "remove", "champ": 12},
                {"op": "require", "champ": 151, "required": False},
                {"op": "add", "after": 8, "champ": {"id": 800, "label": "Neuf", "type": "date"}},
            ],
        )
        assert done["moved"] == 1
        after = api.ask(query)["demarche"]["activeRevision"]["id"]
        assert after == done["id"] != before
        moved = api.dossier(1, fields)
        assert moved["demarche"]["revision"]["id"] == after
        assert moved["dateDerniereModification"] == date
        assert api.dossier(2, fields)["demarche"]["revision"]["id"] == before
        labels = [one["label"] for one in api.dossier(1, "champs { label }")["champs"]]
        assert labels[labels.index("Contact") + 1] == "Neuf"
        assert "Référence interne du signalement" not in labels


def test_an_edit_of_an_unknown_champ_is_refused(api: Any) -> None:
    with pytest.raises(ControlError, match="pas de champ 12345"):
        api.control.publish(48213, edits=[{"op": "remove", "champ": 12345}])


@pytest.mark.parametrize(
    ("champ", "kind"), [(36, "piece_justificative"), (8, "yes_no"), (6, "text")]
)
def test_a_change_of_type_that_ds_never_offers_is_refused(api: Any, champ: int, kind: str) -> None:
    with pytest.raises(ControlError, match="est publié, vous ne pouvez pas changer son type"):
        api.control.publish(48213, edits=[{"op": "retype", "champ": champ, "type": kind}])
    whole = edited(default_form()["revisions"][1], [{"op": "retype", "champ": champ, "type": kind}])
    with pytest.raises(ControlError, match="est publié"):
        api.control.publish(48213, revision=whole)


def test_groupes_and_instructeurs_come_and_go(api: Any) -> None:
    api.control.add_groupe(48213, "Nouveau")
    api.control.add_instructeur(48213, "neuf@ansm.example", "Nouveau")
    api.control.change_groupe(1, "Nouveau")
    fields = "groupeInstructeur { label instructeurs { email } }"
    assert api.dossier(1, fields)["groupeInstructeur"] == {
        "label": "Nouveau",
        "instructeurs": [{"email": "neuf@ansm.example"}],
    }


def test_several_demarches_share_a_server(start: Any, seed: Any) -> None:
    second = {**default_form(), "number": 50001, "title": "Une autre"}
    with start(forms=[default_form(), second]) as api:
        api.control.create(50001, seed(900))
        query = "{ demarche(number: 50001) { title dossiers { nodes { number } } } }"
        told = api.ask(query)["demarche"]
        assert told == {"title": "Une autre", "dossiers": {"nodes": [{"number": 900}]}}
        assert 900 not in api.numbers()
        label = api.ask("{ demarche(number: 50001) { labels { id } } }")["demarche"]["labels"][0]
        given = {"dossierId": api.dossier(1, "id")["id"], "labelId": label["id"]}
        done = api.mutate("dossierAjouterLabel", "label { id }", **given)
        assert "même démarche" in done["errors"][0]["message"]
        api.control.add_demarche({**second, "number": 50002})
        assert api.ask("{ demarche(number: 50002) { number } }")["demarche"]["number"] == 50002


def test_counts_tell_what_was_asked(api: Any) -> None:
    api.control.stats(reset=True)
    api.ask("query Pages { demarche(number: 48213) { id } }")
    api.annotate(1, (907, {"text": "S"}))
    told = api.control.stats()
    assert told["operations"]["Pages"] == 1
    assert told["mutations"] == {"dossierModifierAnnotations": 1}
    assert told["requests"] == 3
    assert told["statuses"] == {"200": 3}


def test_a_snapshot_is_the_same_until_something_changes(api: Any) -> None:
    before = api.control.snapshot(1)
    assert before == api.control.snapshot(1)
    api.control.label(1, "Urgent")
    after = api.control.snapshot(1)
    assert after["labels"] == ["Urgent"]
    assert before != after
    assert set(api.control.snapshots(48213)) == {1, 2, 3, 4, 5}


def test_a_snapshot_of_nothing_says_so(api: Any) -> None:
    with pytest.raises(ControlError, match="n’existe pas"):
        api.control.snapshot(404)
    with pytest.raises(ControlError, match="« dance » n’existe pas"):
        api.control.call("dance")
    with pytest.raises(ControlError, match="number"):
        api.control.call("snapshot")
