"""The pages of faults and of training."""

from pathlib import Path
from typing import Any, get_args

import requests

from sandbox.api.faults import Kind
from sandbox.generator.any_form import dossiers_of
from sandbox.pages import faults
from sandbox.server import default_form, running_sandbox
from tests.sandbox.conftest import Stopped
from tests.sandbox.pages.visitor import Visitor


def test_every_kind_of_fault_can_be_switched_and_is_named_in_french(visitor: Visitor) -> None:
    page = visitor.get("/pannes")
    for kind in get_args(Kind):
        assert (f'value="{kind}"' in page) is (kind not in faults.names()["commands_only"])
        assert kind in faults.names()["kinds"] or kind in faults.names()["commands_only"]
    for name in visitor.control.switches():
        assert name in faults.names()["switches"]
    page = visitor.post("/pannes/allumer", panne="http", status="503", count="2", operation="query")
    assert "Page d’erreur HTML" in page
    assert "lectures" in page
    assert requests.post(visitor.sandbox.url, json={"query": "{ x }"}, timeout=10).status_code
    assert "un nombre est attendu" in visitor.post("/pannes/allumer", 422, panne="http", status="x")
    assert "illisibles" in visitor.post("/pannes/illisibles", numeros="1, 2")
    assert "séparés par des espaces" in visitor.post("/pannes/illisibles", 422, numeros="un")
    page = visitor.post("/pannes/eteindre")
    assert "Aucune panne." in page


def test_switches_are_changed_and_the_others_stay(visitor: Visitor) -> None:
    before = visitor.control.switches()
    sent = {name: "on" for name, value in before.items() if value is True}
    sent |= {"expired_file_status": "404", "hidden_fields": "Dossier.labels\nChamp.columns"}
    address = f"{visitor.sandbox.base_url}/pannes/reglages"
    assert requests.post(address, data={**sent, "registry_down": "on"}, timeout=10).ok
    changed = {
        "registry_down": True,
        "expired_file_status": 404,
        "hidden_fields": ["Dossier.labels", "Champ.columns"],
    }
    assert visitor.control.switches() == {**before, **changed}
    assert (
        requests.post(address, data={**sent, "expired_file_status": "x"}, timeout=10).status_code
        == 422
    )
    visitor.control.switches(**{name: before[name] for name in changed})


def test_copies_clock_and_reset_are_buttons_too(tmp_path: Path) -> None:
    options: Any = {"seeds": dossiers_of(default_form(), 3, seed=1), "scenario": "deux-semaines"}
    with running_sandbox(tmp_path, clock=Stopped(), **options) as sandbox:
        visitor = Visitor(sandbox)
        start = list(visitor.control.snapshots(48213))
        assert "Instantané gardé" in visitor.post("/entrainement/keep", nom="debut")
        assert "Trois déclarations arrivent" in visitor.post("/entrainement/next_day")
        assert "jour 14 sur 14" in visitor.post("/entrainement/play_on")
        assert "Le scénario est terminé." in visitor.post("/entrainement/next_day", 422)
        assert len(visitor.control.snapshots(48213)) == 13
        page = visitor.post("/entrainement/bring_back", nom="debut")
        assert "Retour à l’instantané" in page
        assert "jour 0 sur 14" in page
        assert list(visitor.control.snapshots(48213)) == start
        visitor.post("/entrainement/advance", pas="jour")
        visitor.control.purge(start[0])
        assert "Cochez" in visitor.post("/entrainement/reset", 422)
        visitor.post("/entrainement/reset", oui="on")
        assert list(visitor.control.snapshots(48213)) == start
        assert "Aucun instantané" in visitor.post("/entrainement/bring_back", 422, nom="autre")
        visitor.session.close()
