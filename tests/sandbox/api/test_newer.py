"""Parts newer than January 2026: absent until their switch is on, then as DS serves them."""

from collections.abc import Iterator
from typing import Any

import pytest

from sandbox.common.ids import champ_id, encode
from tests.sandbox.api.test_files_and_groupes import announce, messages, put


@pytest.fixture(autouse=True)
def january(shared: Any) -> Iterator[None]:
    """Each test switches on what it needs."""
    yield
    shared.control.switches(
        **{
            name: False
            for name, value in shared.control.switches().items()
            if value is True and name not in {"complexity", "label_moves_date"}
        }
    )


def test_a_newer_part_is_unknown_until_its_switch_is_on(shared: Any) -> None:
    query = "{ dossier(number: 1) { assignments { mode } } }"
    assert shared.code(query) == "undefinedField"
    shared.control.switches(assignments=True)
    assert shared.ask(query)["dossier"]["assignments"] == [{"mode": "auto"}]


def test_assignments_tell_where_a_dossier_was_handed(shared: Any) -> None:
    shared.control.switches(assignments=True)
    groupes = shared.ask("{ demarche(number: 48213) { groupeInstructeurs { number label } } }")
    first, second = groupes["demarche"]["groupeInstructeurs"][:2]
    shared.control.change_groupe(2, second["label"])
    fields = "mode groupeInstructeurNumber previousGroupeInstructeurLabel"
    told = shared.dossier(2, f"assignments(mode: manual) {{ {fields} }}")["assignments"]
    assert told == [
        {
            "mode": "manual",
            "groupeInstructeurNumber": second["number"],
            "previousGroupeInstructeurLabel": first["label"],
        }
    ]


def test_conditions_are_told_in_prefix_notation(shared: Any) -> None:
    shared.control.switches(conditions=True)
    asked = "activeRevision { champDescriptors { id condition conditionExpression } }"
    shown = shared.ask(f"{{ demarche(number: 48213) {{ {asked} }} }}")["demarche"]
    by_id = {one["id"]: one for one in shown["activeRevision"]["champDescriptors"]}
    assert by_id[champ_id(5)]["condition"] == ["=", ["champ", champ_id(4)], True]
    assert by_id[champ_id(14)]["condition"] == ["!=", ["champ", champ_id(13)], "Initial"]
    several = by_id[champ_id(24)]
    assert several["condition"][0] == "or"
    assert several["condition"][1] == ["includes", ["champ", champ_id(18)], "Posologie"]
    assert several["conditionExpression"].startswith('(or (includes (champ "')
    assert by_id[champ_id(1)]["condition"] is None


def test_a_correction_is_cancelled_without_its_message(shared: Any) -> None:
    shared.control.switches(correction_cancelling=True)
    sent = shared.send(3, "À corriger", correction="incomplete")["message"]
    given = {"messageId": sent["id"], "instructeurId": shared.robot()}
    fields = "message { body correction { dateResolution } }"
    done = shared.mutate("dossierAnnulerDemandeCorrection", fields, **given)
    assert done["message"]["body"] == "À corriger"
    assert done["message"]["correction"]["dateResolution"]
    waiting = shared.dossier(3, "dateDerniereCorrectionEnAttente")
    assert waiting == {"dateDerniereCorrectionEnAttente": None}
    again = shared.mutate("dossierAnnulerDemandeCorrection", fields, **given)
    assert "ne peut pas être annulée" in messages(again)[0]


def test_a_message_can_be_withdrawn_without_its_correction(shared: Any) -> None:
    shared.control.switches(correction_cancelling=True)
    sent = shared.send(4, "À corriger", correction="incomplete")["message"]
    given = {"messageId": sent["id"], "instructeurId": shared.robot()}
    shared.mutate("dossierSupprimerMessage", "message { id }", cancelCorrection=False, **given)
    assert shared.dossier(4, "dateDerniereCorrectionEnAttente")["dateDerniereCorrectionEnAttente"]


def test_new_types_of_champ_come_as_text(start: Any) -> None:
    with start() as api:
        api.control.switches(champ_types=True)
        champ = {"id": 700, "label": "Quotient", "type": "quotient_familial"}
        api.control.publish(48213, edits=[{"op": "add", "champ": champ}])
        api.control.submit(1, {700: "812"})
        fields = "champs { __typename id stringValue }"
        shown = {one["id"]: one for one in api.dossier(1, fields)["champs"]}[champ_id(700)]
        assert (shown["__typename"], shown["stringValue"]) == ("TextChamp", "812")
        asked = "activeRevision { champDescriptors { __typename type id } }"
        told = api.ask(f"{{ demarche(number: 48213) {{ {asked} }} }}")["demarche"]
        last = told["activeRevision"]["champDescriptors"][-1]
        assert last["__typename"] == "QuotientFamilialChampDescriptor"
        assert last["type"] == "quotient_familial"


def test_nine_more_types_of_annotation_can_be_written(start: Any) -> None:
    kinds = {
        "civilite": ("civilite", "Mme", "Mme"),
        "departements": ("departements", "35", "35 – Ille-et-Vilaine"),
        "dossier_link": ("dossierLink", "2", "2"),
        "formatted": ("formatted", "AB-12", "AB-12"),
        "iban": ("iban", "FR7630006000011234567890189", "FR7630006000011234567890189"),
        "pays": ("pays", "FR", "France"),
        "phone": ("phone", "0102030405", "0102030405"),
        "regions": ("regions", "Bretagne", "Bretagne"),
        "piece_justificative": ("pieceJustificative", None, None),
    }
    with start() as api:
        api.control.switches(annotation_types=True)
        api.control.publish(
            48213,
            edits=[
                {"op": "add", "annotation": True, "champ": {"id": 800 + at, "label": k, "type": k}}
                for at, k in enumerate(kinds)
            ],
        )
        upload = announce(api)
        put(upload)
        given = [
            (800 + at, {key: value or [upload["signedBlobId"]]})
            for at, (key, value, _) in enumerate(kinds.values())
        ]
        assert api.annotate(1, *given)["errors"] is None
        fields = "id stringValue ... on PieceJustificativeChamp { files { filename } }"
        shown = {
            one["id"]: one for one in api.dossier(1, f"annotations {{ {fields} }}")["annotations"]
        }
        for at, (_, _, text) in enumerate(kinds.values()):
            assert shown[champ_id(800 + at)]["stringValue"] == text
        assert shown[champ_id(808)]["files"] == [{"filename": "réponse.pdf"}]
        api.annotate(1, given[-1])
        shown = api.dossier(1, f"annotations {{ {fields} }}")["annotations"]
        assert len(next(one["files"] for one in shown if one["id"] == champ_id(808))) == 2
        refused = api.annotate(1, (805, {"pays": "Atlantide"}), (807, {"regions": "53"}))
        assert "Atlantide" in messages(refused)[0]
        bad = {"pieceJustificative": ["faux"]}
        assert api.annotate(1, (808, bad), (806, {"phone": "0"}))["annotations"] is None


def test_dates_tell_who_changed_what(shared: Any) -> None:
    shared.control.switches(dates=True)
    field = "dateDerniereModificationChampsParInstructeur"
    assert shared.dossier(1, field) == {field: None}
    shared.control.edit_champ(1, {8: "Corrigé par l’instructeur"})
    assert shared.dossier(1, field) == {field: "2026-03-02T12:00:10+01:00"}
    assert shared.dossier(1, "champs { prefilledValueModified }")["champs"]


def test_the_nature_of_a_file_champ_tells_an_identity_document(shared: Any) -> None:
    shared.control.switches(natures=True)
    edit = {"op": "retype", "champ": 59, "type": "piece_justificative", "nature": "RIB"}
    shared.control.publish(48213, edits=[edit])
    fields = "champs { id ... on PieceJustificativeChamp { nature } }"
    shown = {one["id"]: one.get("nature") for one in shared.dossier(1, fields)["champs"]}
    assert shown[champ_id(59)] == "RIB"
    assert shown[champ_id(16)] == "NON_SPECIFIE"


def test_ids_of_objects_are_those_of_ds(shared: Any) -> None:
    assert shared.dossier(1, "demarche { id }") == {"demarche": {"id": encode("Procedure", 48213)}}
