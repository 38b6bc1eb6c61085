"""The control API: a bad call gets a 4xx and a French sentence that names what is wrong."""

import re
from typing import Any

import pytest

COMPANY = {"siret": "1", "name": "X"}
BAD_CALLS = [
    ("voler", {}, 404, "L’action « voler » n’existe pas"),
    ("purge", {}, 422, "« number » manque"),
    ("purge", {"number": "un"}, 422, "« number » doit être un nombre entier"),
    ("purge", {"number": 99}, 404, "Ce dossier n’existe pas."),
    ("purge", {"number": 10**30}, 422, "« purge » :"),
    ("purge", {"numero": 1}, 422, "« numero » n’existe pas"),
    ("snapshots", {"demarche": 1}, 404, "Cette démarche n’existe pas."),
    ("create", {"demarche": 48213, "dossier": {}}, 422, "il manque « company »"),
    ("create", {"demarche": 48213, "dossier": []}, 422, "« dossier » doit être un objet"),
    ("create", {"demarche": 48213, "dossier": {"company": COMPANY, "revision": 9}}, 422, "rang"),
    ("submit", {"number": 1, "answers": "rien"}, 422, "« answers » doit être un objet"),
    ("message", {"number": 1, "body": "x"}, 422, "« by » manque"),
    ("message", {"number": 1, "body": " ", "by": "a@b"}, 409, "doit être rempli"),
    ("label", {"number": 1, "name": "Rouge"}, 409, "Aucun label ne s’appelle « Rouge »"),
    ("change_groupe", {"number": 1, "groupe": "Nord"}, 409, "Aucun groupe ne s’appelle « Nord »"),
    ("move", {"number": 1, "state": "perdu"}, 422, "« perdu »"),
    ("publish", {"demarche": 48213, "edits": [{}]}, 422, "il manque « op »"),
    ("publish", {"demarche": 48213, "edits": [{"op": "x", "champ": 1}]}, 409, "« x »"),
    ("clock", {"to": "hier"}, 422, "« hier » n’est pas un instant"),
    ("clock", {"advance": "vite"}, 422, "« advance » doit être un nombre"),
    ("add_token", {"value": "t", "networks": ["ici"]}, 422, "« ici » n’est pas un réseau"),
    ("expire_token", {"value": "inconnu"}, 409, "Ce jeton n’existe pas."),
    ("switches", {"vite": True}, 422, "« vite » n’existe pas"),
    ("switches", {"complexity": "peut-être"}, 422, "« complexity » doit être true ou false"),
    ("switches", {"hidden_fields": ["Dossier.nope"]}, 422, "« Dossier.nope »"),
    ("fault", {"kind": "panne"}, 422, "« kind » doit être l’un de http, redirect"),
    ("fault", {"kind": "broken"}, 422, "demande aussi number"),
    ("fault", {"kind": "hole", "number": 1}, 422, "demande aussi champ, path"),
    ("fault", {"kind": "http", "statut": 1}, 422, "« statut » n’existe pas"),
    ("fault", {"kind": "http", "status": "x"}, 422, "« status » doit être un nombre entier"),
    ("remove_instructeur", {"demarche": 48213, "email": "x", "groupe": "y"}, 409, "l’adresse x"),
]


@pytest.mark.parametrize(("action", "arguments", "status", "said"), BAD_CALLS)
def test_a_bad_call_is_told_in_a_sentence(
    shared: Any, action: str, arguments: Any, status: int, said: str
) -> None:
    url = f"{shared.sandbox.base_url}/control/{action}"
    answer = shared.session.post(url, json=arguments, timeout=10)
    told = answer.json()["error"]
    assert (answer.status_code, said in told) == (status, True), told
    assert told.endswith(".")
    assert not re.search(r"Error|Exception|Traceback|argument", told)


def test_a_body_that_is_no_json_object_is_told(shared: Any) -> None:
    for body in ("{", "[]", '"x"', "\xff"):
        url = f"{shared.sandbox.base_url}/control/purge"
        answer = shared.session.post(url, data=body.encode("latin-1"), timeout=10)
        assert answer.status_code == 400
        assert answer.json()["error"] == "Le corps de la requête doit être un objet JSON."


def test_nothing_is_left_of_a_call_that_was_refused(shared: Any) -> None:
    before = shared.control.snapshots(48213)
    for action, arguments, *_ in BAD_CALLS:
        shared.session.post(f"{shared.sandbox.base_url}/control/{action}", json=arguments)
    assert shared.control.snapshots(48213) == before
    assert shared.control.faults() == {"active": []}
