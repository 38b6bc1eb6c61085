"""Files that a client sends, files that DS makes, groupes, followers, clones."""

import base64
import hashlib
import json
from typing import Any

import pytest
import requests

from sandbox.common.ids import champ_id, encode

PDF = b"%PDF-1.4 fictif"
FIELDS = "directUpload { url headers blobId signedBlobId }"


def md5(content: bytes) -> str:
    return base64.b64encode(hashlib.md5(content, usedforsecurity=False).digest()).decode()


def announce(api: Any, content: bytes = PDF, **changes: Any) -> Any:
    given = {
        "dossierId": encode("Dossier", 1),
        "filename": "réponse.pdf",
        "byteSize": len(content),
        "checksum": md5(content),
        "contentType": "application/pdf",
        **changes,
    }
    query = (
        f"mutation($i: CreateDirectUploadInput!) {{ createDirectUpload(input: $i) {{ {FIELDS} }} }}"
    )
    return api.ask(query, i=given)["createDirectUpload"]["directUpload"]


def put(upload: Any, content: bytes = PDF, **changes: str) -> int:
    headers = {**json.loads(upload["headers"]), **changes}
    return requests.put(upload["url"], data=content, headers=headers, timeout=10).status_code


def messages(done: Any) -> list[str]:
    return [one["message"] for one in done["errors"] or ()]


def test_a_file_is_announced_put_and_sent_with_a_message(shared: Any) -> None:
    upload = announce(shared)
    assert set(json.loads(upload["headers"])) == {"Content-Type", "ETag"}
    assert put(upload) == 201
    assert shared.send(1, "Voici", attachment=upload["signedBlobId"])["errors"] is None
    file = "filename checksum byteSizeBigInt contentType url"
    sent = shared.dossier(1, f"messages {{ attachments {{ {file} }} attachment {{ filename }} }}")
    (attached,) = sent["messages"][-1]["attachments"]
    assert attached["filename"] == "réponse.pdf"
    assert attached["checksum"] == md5(PDF)
    assert requests.get(attached["url"], timeout=10).content == PDF


def test_a_file_must_be_put_with_its_headers_and_be_what_was_announced(shared: Any) -> None:
    upload = announce(shared)
    assert put(upload, ETag="autre") == 403
    assert put(upload, content=PDF + b"!") == 422
    never = shared.send(2, "Voici", attachment=upload["signedBlobId"])
    assert "correctement téléversé" in messages(never)[0]
    assert put(upload, content=PDF[:-1] + b"x") == 201
    wrong = shared.send(2, "Voici", attachment=upload["signedBlobId"])
    assert "hash" in messages(wrong)[0]
    unknown = shared.send(2, "Voici", attachment="n'importe quoi")
    assert "invalide" in messages(unknown)[0]
    (deposited,) = shared.dossier(2, "messages { email }")["messages"]
    assert deposited["email"] == "contact@demarche.numerique.gouv.fr"


def test_an_upload_lives_an_hour(start: Any) -> None:
    with start() as api:
        upload = announce(api)
        api.control.clock(advance=3601)
        assert put(upload) == 403
        assert messages(api.send(1, "Voici", attachment=upload["signedBlobId"]))


def test_a_decision_carries_its_file(shared: Any) -> None:
    upload = announce(shared)
    put(upload)
    shared.control.move(5, "en_instruction")
    given = {"dossierId": encode("Dossier", 5), "instructeurId": shared.robot()}
    signed = upload["signedBlobId"]
    shared.mutate("dossierAccepter", "dossier { id }", justificatif=signed, **given)
    assert shared.dossier(5, "motivationAttachment { filename }") == {
        "motivationAttachment": {"filename": "réponse.pdf"}
    }


def test_the_pdf_of_a_dossier_is_made_when_it_is_fetched(shared: Any) -> None:
    file = "filename contentType byteSizeBigInt checksum url"
    told = shared.dossier(1, f"pdf {{ {file} }} geojson {{ filename url }}")
    assert told["pdf"]["filename"] == "dossier-1.pdf"
    assert (told["pdf"]["byteSizeBigInt"], told["pdf"]["checksum"]) == ("0", "")
    answer = requests.get(told["pdf"]["url"], timeout=10)
    assert answer.content.startswith(b"%PDF-")
    assert answer.content.endswith(b"%%EOF")
    assert requests.get(told["geojson"]["url"], timeout=10).json()["features"] == []


def test_a_dossier_is_followed_and_no_longer(shared: Any) -> None:
    given = {"dossierId": encode("Dossier", 3), "instructeurId": shared.robot()}
    fields = "dossier { instructeurs { email } } instructeur { email }"
    done = shared.mutate("dossierBasculeSuivi", fields, follow=True, **given)
    assert done["dossier"]["instructeurs"] == [{"email": shared.sandbox.instructeur}]
    date = shared.dossier(3, "dateDerniereModification")["dateDerniereModification"]
    assert date == "2026-03-02T12:00:10+01:00", "following moves the update date"
    done = shared.mutate("dossierBasculeSuivi", fields, follow=False, **given)
    assert done["dossier"]["instructeurs"] == []


def test_groupes_are_made_renamed_closed_and_joined(start: Any) -> None:
    with start() as api:
        shown = "groupeInstructeur { id label closed instructeurs { email } }"
        told = {"label": "Nouveau", "instructeurs": [{"email": "a@ansm.example"}, {"email": "b"}]}
        demarche = {"number": 48213}
        done = api.mutate(
            "groupeInstructeurCreer",
            f"{shown} warnings {{ message }}",
            demarche=demarche,
            groupeInstructeur=told,
        )
        made = done["groupeInstructeur"]
        assert made["instructeurs"] == [{"email": "a@ansm.example"}]
        assert done["warnings"][0]["message"].startswith("b ")
        again = api.mutate(
            "groupeInstructeurCreer", shown, demarche=demarche, groupeInstructeur=told
        )
        assert "déjà utilisé" in messages(again)[0]
        which = {"groupeInstructeurId": made["id"]}
        people = [{"email": "c@ansm.example"}]
        added = api.mutate(
            "groupeInstructeurAjouterInstructeurs", shown, instructeurs=people, **which
        )
        assert len(added["groupeInstructeur"]["instructeurs"]) == 2
        left = api.mutate(
            "groupeInstructeurSupprimerInstructeurs", shown, instructeurs=people, **which
        )
        assert left["groupeInstructeur"]["instructeurs"] == [{"email": "a@ansm.example"}]
        closed = api.mutate("groupeInstructeurModifier", shown, closed=True, label="Fermé", **which)
        assert closed["groupeInstructeur"]["closed"] is True
        assert closed["groupeInstructeur"]["label"] == "Fermé"
        asked = "{{ demarche(number: 48213) {{ groupeInstructeurs(closed: {0}) {{ label }} }} }}"
        assert api.post(asked.format("true")).status_code == 500, "the server of January fails"
        api.control.switches(closed_groupes=True)
        assert api.ask(asked.format("true"))["demarche"]["groupeInstructeurs"] == [
            {"label": "Fermé"}
        ]
        assert len(api.ask(asked.format("false"))["demarche"]["groupeInstructeurs"]) == 2


def test_a_clone_is_a_draft_whose_questions_have_ids_of_their_own(start: Any) -> None:
    with start() as api:
        ids = "activeRevision { champDescriptors { id } }"
        before = api.ask(f"{{ demarche(number: 48213) {{ {ids} }} }}")["demarche"]
        done = api.mutate(
            "demarcheCloner",
            "demarche { id number title state }",
            demarche={"id": encode("Procedure", 48213)},
            title="Copie",
        )["demarche"]
        assert (done["title"], done["state"]) == ("Copie", "brouillon")
        after = api.ask(f"{{ demarche(number: {done['number']}) {{ {ids} }} }}")["demarche"]
        kept = [one["id"] for one in before["activeRevision"]["champDescriptors"]]
        new = [one["id"] for one in after["activeRevision"]["champDescriptors"]]
        assert len(kept) == len(new)
        assert not set(kept) & set(new)
        refused = api.mutate("demarcheCloner", "demarche { id }", demarche={"number": 1})
        assert "ne peut pas être clonée" in messages(refused)[0]


def test_a_descriptor_is_found_by_the_id_of_its_demarche(shared: Any) -> None:
    query = "query($d: FindDemarcheInput!) { demarcheDescriptor(demarche: $d) { id number } }"
    by_number = shared.ask(query, d={"number": 48213})["demarcheDescriptor"]
    assert by_number["id"] == encode("Procedure", 48213)
    assert shared.ask(query, d={"id": by_number["id"]})["demarcheDescriptor"] == by_number


def test_an_open_demarche_is_described_without_a_token(start: Any) -> None:
    from sandbox.server import default_form

    with start(forms=[{**default_form(), "opendata": True}]) as api:
        body = {
            "queryId": "ds-query-v2",
            "operationName": "getDemarcheDescriptor",
            "variables": {"demarche": {"number": 48213}},
        }
        told = requests.post(api.sandbox.url, json=body, timeout=10).json()
        assert told["data"]["demarcheDescriptor"]["number"] == 48213
        api.control.switches(descriptors=True)
        rows = "nodes { number dossiersCount } pageInfo { hasNextPage }"
        found = api.ask(f"{{ demarcheDescriptors(first: 1) {{ {rows} }} }}")["demarcheDescriptors"]
        assert found == {
            "nodes": [{"number": 48213, "dossiersCount": 5}],
            "pageInfo": {"hasNextPage": False},
        }


@pytest.mark.parametrize(
    "header", ["Bearer {0}", "Token {0}", "Bearer token={0}", 'Token token="{0}"']
)
def test_a_token_may_be_given_in_each_way_that_rails_reads(shared: Any, header: str) -> None:
    told = {"Authorization": header.format(shared.sandbox.token)}
    body = {"query": "{ dossier(number: 1) { id } }"}
    assert requests.post(shared.sandbox.url, json=body, headers=told, timeout=10).status_code == 200
    told = {"Authorization": header.format("autre")}
    assert requests.post(shared.sandbox.url, json=body, headers=told, timeout=10).status_code == 403


@pytest.mark.parametrize(
    "opaque", ["inconnu", encode("Dossier", 1), champ_id(907, "01SANDBOX"), "Q2hhbXA="]
)
def test_an_id_that_is_no_annotation_s_crashes_the_server(shared: Any, opaque: str) -> None:
    query = """mutation($i: DossierModifierAnnotationsInput!) {
      dossierModifierAnnotations(input: $i) { annotations { id } errors { message } } }"""
    given = {
        "dossierId": encode("Dossier", 4),
        "instructeurId": shared.robot(),
        "annotations": [
            {"id": champ_id(907), "value": {"text": "S"}},
            {"id": opaque, "value": {"text": "S"}},
        ],
    }
    answer = shared.post(query, i=given)
    assert answer.status_code == 500
    assert answer.json()["errors"][0]["extensions"]["code"] == "internal_server_error"
    assert "907" not in shared.control.snapshot(4)["annotations"], "nothing is half done"
