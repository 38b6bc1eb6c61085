"""A form that changed is read question after question and adopted, in pages."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cli.portal.source import source_of
from mappings.drift.reviewed import dump_reviewed, parse_reviewed
from sandbox.generator.generate import generate
from settings import ROOT
from steps.wiring.services import open_services
from tests.conftest import bridge_on
from tests.portal.conftest import ADMIN, AGENCE, LYON, Portal, Visitor, add_account, served
from tests.portal.people.test_accounts import plain

NAME = "Camille Martin"
OTHERWISE, CONTRARY = 777, "L’usage est-il sans but médical ?"
FILE, SECTION = "Autres pièces", " (7. Pièces et engagement)"
HELP = "Soigner, prévenir ou diagnostiquer."
OTHER = "autre@ansm.example.fr"


@pytest.fixture(scope="module")
def changed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Portal, Path]]:
    """A portal whose form renamed a champ that rules read, and asks one no more."""
    made = [one for one in generate(12, seed=3) if not one.archived][:6]
    with bridge_on(tmp_path_factory.mktemp("formulaire"), made) as bridge:
        bridge.run()
        edits: list[dict[str, Any]] = [
            {"op": "reword", "champ": 21, "label": "Usage qui est fait du médicament"},
            {"op": "remove", "champ": 2},
            {
                "op": "add",
                "champ": {
                    "id": OTHERWISE,
                    "type": "yes_no",
                    "label": CONTRARY,
                    "description": HELP,
                },
            },
        ]
        bridge.sandbox.control.publish(bridge.sandbox.demarche, edits=edits)
        bridge.run()
        with open_services(bridge.settings) as services:
            source = source_of(services)
            roles = ((ADMIN, "admin"), (OTHER, "admin"), (AGENCE, "agence"), (LYON, "centre:lyon"))
            for email, role in roles:
                add_account(source, email, role)
            with served(source) as answering:
                home = services.inputs.home / "correspondance" / str(services.demarche)
                yield replace(answering, bridge=bridge), home


def say(visitor: Visitor, question: str, **fields: str) -> tuple[int, str]:
    form = visitor.form("/formulaire", "/formulaire/reponse", holding=f'value="{question}"')
    answer = visitor.post("/formulaire/reponse", **form, **fields)
    return answer.status_code, plain(answer.text)


def adopt(visitor: Visitor, name: str = NAME, **ticked: str) -> tuple[int, str]:
    form = visitor.form("/formulaire", "/formulaire/adoption")
    answer = visitor.post("/formulaire/adoption", **form, nom=name, **ticked)
    return answer.status_code, plain(answer.text)


@pytest.mark.slow
def test_what_changed_is_shown_to_the_agency_alone_until_it_is_read(
    changed: tuple[Portal, Path],
) -> None:
    portal, _ = changed
    admin, agency, centre = (portal.visitor(one) for one in (ADMIN, AGENCE, LYON))
    assert "rien n’est écrit sur DS, et les classeurs" in plain(admin.get("/formulaire").text)
    assert "à relire" in plain(admin.get("/etat").text)
    for path in ("/", "/dossiers"):
        told = plain(agency.get(path).text)
        assert "Formulaire à relire" in told
        told = plain(centre.get(path).text)
        assert "L’agence relit le formulaire de la démarche" in told
        assert "à relire" not in told
    assert "Formulaire à relire" in plain(agency.get("/indicateurs").text)
    assert portal.bridge is not None
    numbers = {str(one) for one in portal.bridge.sandbox.control.snapshots(portal.source.demarche)}
    assert numbers
    seen = agency.get("/dossiers").text
    assert any(one in seen for one in numbers), "the agency goes on"
    assert not any(one in centre.get("/dossiers").text for one in numbers)
    assert "crpv-lyon.xlsx" in centre.get("/exports").text, "what is published stays"


@pytest.mark.slow
def test_a_changed_form_is_adopted_once_each_question_has_its_answer(
    changed: tuple[Portal, Path],
) -> None:
    portal, home = changed
    shipped = {one: one.read_bytes() for one in (ROOT / "mappings/unc").glob("*.yaml")}
    admin, other, agency = portal.visitor(ADMIN), portal.visitor(OTHER), portal.visitor(AGENCE)
    assert agency.get("/formulaire").status_code == 403
    page = plain(admin.get("/formulaire").text)
    assert "Bloquant." in page
    assert 'value="but_medical"' in page
    refused, told = adopt(admin)
    assert refused == 409
    assert "but médical" in told.lower() or "but_medical" in told
    stale = other.form("/formulaire", "/formulaire/reponse", holding='value="but_medical"')
    choose = {"geste": "choisir", "nom": NAME}
    for fields, why in (
        ({**choose, "autre": "Aucune de ce nom"}, "une des réponses proposées"),
        ({**choose, "autre": f"{FILE}{SECTION}"}, "pièce justificative"),
        ({**choose, "autre": f"{CONTRARY}{SECTION}", "choix": "7"}, "l’une ou l’autre"),
        ({"geste": "absent", "raison": "", "nom": NAME}, "Dites pourquoi"),
        ({"geste": "choisir", "choix": "", "nom": NAME}, "Choisissez"),
        ({"geste": "choisir", "choix": "999999", "nom": NAME}, "une des réponses proposées"),
        ({"geste": "absent", "raison": "Retirée", "nom": " "}, "Votre nom"),
    ):
        status, told = say(admin, "but_medical", **fields)
        assert status == 409
        assert why in told
    assert f"{CONTRARY}{SECTION} — demande le contraire" in page
    assert f'<option value="{CONTRARY}{SECTION}">' in page, "listed with all others"
    assert f"« {CONTRARY} » : 7. Pièces et engagement · oui ou non" in page
    assert f"Texte d’aide : {HELP}" in page
    assert f'name="nom" value="{NAME}"' in admin.get("/formulaire").text, "typed once"
    said = {**choose, "autre": f"{CONTRARY}{SECTION}", "sens": "contraire"}
    assert say(admin, "but_medical", **said)[0] == 200
    written = (home / "mapping.yaml").read_text("utf-8")
    assert f"but_medical: {{champ: {OTHERWISE}, inverted: true" in written
    status, told = say(admin, "but_medical", geste="reprendre", nom=NAME)
    assert status == 200
    assert "qui demande le contraire" not in told
    reason = "L’agence ne le demande plus"
    status, told = say(admin, "but_medical", geste="absent", raison=reason, nom=NAME)
    assert status == 200
    assert reason in told
    late = other.post("/formulaire/reponse", **stale, geste="absent", raison="Autre", nom="B")
    assert late.status_code == 409
    assert say(admin, "but_medical", geste="reprendre", nom=NAME)[0] == 200
    assert say(admin, "but_medical", geste="absent", raison=reason, nom=NAME)[0] == 200
    token = agency.token("/exports")
    for path in ("/formulaire/reponse", "/formulaire/adoption"):
        sent = {**admin.form("/formulaire", path), "jeton": token, "nom": NAME, "geste": "absent"}
        assert agency.post(path, **sent).status_code in {400, 403}
    while (page := admin.get("/formulaire").text).count("Pas demandé") > 0:
        question = page.split('name="question" value="')[1].split('"')[0]
        assert say(admin, question, geste="absent", raison=reason, nom=NAME)[0] == 200
    status, told = adopt(admin)
    assert status == 200, told
    listed = plain(admin.get("/formulaire").text).partition("ne demande pas</h2>")[2]
    assert f"But médical (but_medical) : {reason} — {NAME} ({ADMIN}) le " in listed
    assert f"par {NAME} ({ADMIN})" in told
    assert reason in (home / "formulaire-relu.yaml").read_text("utf-8")
    assert shipped == {one: one.read_bytes() for one in shipped}, "what ships is not changed"
    lines = portal.source.store.visits.list(portal.source.demarche, limit=1)
    assert (lines[0].account, lines[0].event, lines[0].file) == (ADMIN, "form changed", "adoption")


@pytest.mark.slow
def test_what_blocks_is_ticked_by_who_adopts(changed: tuple[Portal, Path]) -> None:
    portal, home = changed
    admin, bridge = portal.visitor(ADMIN), portal.bridge
    assert bridge is not None
    for text in ("Usage constaté en outre-mer ?", "Usage constaté hors de France ?"):
        edits = [{"op": "reword", "champ": 3, "label": text}]
        bridge.sandbox.control.publish(bridge.sandbox.demarche, edits=edits)
        bridge.run()
        before = (home / "formulaire-relu.yaml").read_bytes()
        page = admin.get("/formulaire").text
        asked = plain(page.partition('id="adopter"')[2])
        assert f"→ « {text} »" in asked
        for ticked in ({}, {"relu": "00000000"}):
            status, told = adopt(admin, **ticked)
            assert (status, "cochez la case" in told) == (409, True)
        assert (home / "formulaire-relu.yaml").read_bytes() == before
        box = page.partition('name="relu" value="')[2].partition('"')[0]
        status, told = adopt(admin, relu=box)
        assert (status, f"par {NAME} ({ADMIN})" in told) == (200, True), told
        assert 'name="relu"' not in told


def say_before(visitor: Visitor, gesture: str, **fields: str) -> tuple[int, str]:
    form = visitor.form("/formulaire", "/formulaire/avant")
    answer = visitor.post("/formulaire/avant", **form, geste=gesture, nom=NAME, **fields)
    return answer.status_code, plain(answer.text)


@pytest.mark.slow
def test_staff_say_what_a_question_asked_in_other_words_and_take_it_back(
    changed: tuple[Portal, Path],
) -> None:
    portal, home = changed
    admin, bridge = portal.visitor(ADMIN), portal.bridge
    assert bridge is not None
    numbers = list(bridge.sandbox.control.snapshots(portal.source.demarche))
    bridge.sandbox.control.move(min(numbers), "accepte")
    now = "Usage constaté sur tout le territoire ?"
    edits = [{"op": "reword", "champ": 3, "label": now}]
    bridge.sandbox.control.publish(bridge.sandbox.demarche, edits=edits)
    bridge.run()
    page = admin.get("/formulaire").text
    box = page.partition('name="relu" value="')[2].partition('"')[0]
    assert adopt(admin, **({"relu": box} if box else {}))[0] == 200
    file = home / "formulaire-relu.yaml"
    reviewed = parse_reviewed(file.read_text("utf-8"), source=file.name)
    one = replace(reviewed.champs["3"], labels=(now,))
    file.write_text(dump_reviewed(replace(reviewed, champs={**reviewed.champs, "3": one})), "utf-8")
    page = plain(admin.get("/formulaire").text).partition('id="avant"')[2]
    for told in ("Posées autrement avant (1)", "non lue dans ces dossiers", now, "la même chose"):
        assert told in page
    assert say_before(admin, "meme")[0] == 409, "no reason"
    status, told = say_before(admin, "meme", raison="Seuls les mots")
    assert (status, "Posées autrement avant (0)" in told) == (200, True)
    assert f"demandait la même chose : Seuls les mots — {NAME} ({ADMIN}) le " in told
    status, told = say_before(admin, "reprendre")
    assert (status, "Posées autrement avant (1)" in told) == (200, True)
    status, told = say_before(admin, "autre", raison="Elle demandait l’étranger")
    assert (status, "Posées autrement avant (0)" in told) == (200, True)
    assert "demandait autre chose : Elle demandait l’étranger" in told
