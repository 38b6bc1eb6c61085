"""The register in the portal: what each person reads of it, and what its forms do and refuse."""

import html
import re
import threading

import requests

from tests.portal.conftest import ADMIN, AGENCE, LYON, Portal, Visitor
from triage.registre.acts import Act, history
from triage.registre.folding import read

ROW = re.compile(r'<th scope="row" role="rowheader"><a href="/situations/([^"?]+)')


def listed(page: str) -> list[str]:
    return ROW.findall(page)


def test_the_list_counts_states_and_says_that_groupings_wait(portal: Portal) -> None:
    page = html.unescape(portal.visitor(AGENCE).get("/situations").text)
    names = listed(page)
    assert names
    assert f"Aucune situation validée. {len(names)} regroupement" in page
    assert f"<strong>{len(names)}</strong> À valider" in page
    assert "État au" in page


def test_a_filter_that_is_none_is_named_and_the_others_kept(portal: Portal) -> None:
    agency = portal.visitor(AGENCE)
    page = html.unescape(agency.get("/situations?etat=Jolie&niveau=%C3%89lev%C3%A9&au=hier").text)
    assert "« Jolie » n’est pas un état" in page.replace("\u00a0", " ")
    assert "« hier » n’est pas une date" in page.replace("\u00a0", " ")
    assert '<option value="Élevé" selected>' in page


def test_a_centre_reads_those_of_its_dossiers_alone(portal: Portal) -> None:
    source = portal.source
    agency, centre = portal.visitor(AGENCE), portal.visitor(LYON)
    mine = {
        line.situation
        for line in source.store.lines.of(
            source.demarche, "reseau", sorted(source.store.lines.numbers(source.demarche, "reseau"))
        ).values()
    } - {""}
    every, read = set(listed(agency.get("/situations").text)), centre.get("/situations").text
    assert set(listed(read)) == mine <= every
    for name in every - mine:
        assert name not in read
    for column in ("Score", "Patients", "Pilote"):
        assert f">{column}</th>" not in read


GIVEN = {
    "titre": "Néfopam injectable avalé",
    "usage_autorise": "Voie injectable",
    "usage_constate": "Voie orale",
    "risque": "avéré",
    "pilote": "Anne Durand",
    "niveau": "Modéré",
    "justification": "Convulsions rapportées après une prise orale, réversibles.",
}


def do(visitor: Visitor, name: str, gesture: str, **given: str) -> requests.Response:
    path = f"/situations/{name}/{gesture}"
    return visitor.post(path, **visitor.form(path, path), **given)


def state(portal: Portal, name: str) -> str:
    acts = portal.source.store.acts.list(portal.source.demarche)
    return str(read(acts).situations[name].state)


def acts_of(portal: Portal, name: str) -> tuple[Act, ...]:
    return history(portal.source.store.acts.list(portal.source.demarche), name)


def count(portal: Portal) -> int:
    return len(portal.source.store.acts.list(portal.source.demarche))


def test_a_life_is_led_from_the_portal_with_the_refusals_of_the_commands(portal: Portal) -> None:
    agency = portal.visitor(AGENCE)
    name = listed(agency.get("/situations?etat=%C3%80+valider").text)[0]
    short = do(agency, name, "valider", **GIVEN | {"justification": "Trop court", "titre": ""})
    page = html.unescape(short.text)
    assert short.status_code == 409
    assert 'id="titre-faute"' in page  # beside the field
    assert "Voie injectable" in page  # nothing typed is lost
    short = do(agency, name, "valider", **GIVEN | {"justification": "Trop court"})
    assert 'id="justification-faute"' in short.text
    assert state(portal, name) == "À valider"
    old = agency.form(f"/situations/{name}/valider", f"/situations/{name}/valider")
    done = do(agency, name, "valider", **GIVEN)
    assert done.history[0].status_code == 303
    assert "La situation est validée." in done.text
    assert state(portal, name) == "En évaluation"
    before = count(portal)
    again = agency.post(f"/situations/{name}/valider", **old, **GIVEN)  # the same form, twice
    assert again.status_code == 409
    assert "En évaluation" in html.unescape(again.text)  # what changed
    assert count(portal) == before
    assert (AGENCE, "portail") in {(one.person, one.door) for one in acts_of(portal, name)}
    closed = do(agency, name, "clore", conclusion="non confirmée", motif="Aucun cas retrouvé")
    assert "Close" in closed.text
    assert state(portal, name) == "Close"
    assert do(agency, name, "vu").status_code == 409  # nothing woke it
    assert do(agency, name, "rouvrir", motif="Un nouvel élément").status_code == 200
    assert state(portal, name) == "En évaluation"
    page = html.unescape(agency.get(f"/situations/{name}").text)
    for heading in ("En bref", "Chiffres", "Score", "Signaux", "Courbes", "Disponibilité"):
        assert f">{heading}</h2>" in page
    assert "Aucune mesure de l’agence." in page
    assert "réouverture" in page
    past = html.unescape(agency.get(f"/situations/{name}?connu=2020-01-01").text)
    assert "Page introuvable" in past
    journal = portal.visitor(ADMIN).get("/journal").text
    assert "Acte au registre" in journal
    assert "Convulsions" not in journal


def test_nobody_else_acts_on_the_register(portal: Portal) -> None:
    agency, centre = portal.visitor(AGENCE), portal.visitor(LYON)
    name = listed(agency.get("/situations").text)[-1]
    path = f"/situations/{name}/valider"
    form = agency.form(path, path)
    assert centre.get(path).status_code == 403
    before = count(portal)
    assert centre.post(path, **form, **GIVEN).status_code == 403  # another session's token
    mine = {**form, "jeton": centre.token("/exports")}
    assert centre.post(path, **mine, **GIVEN).status_code == 403
    assert agency.post(path, **form, **GIVEN, etat="Close").status_code == 400
    assert agency.post(path, **{**form, "lu": ""}, **GIVEN).status_code == 400
    assert agency.post(path, **form, **GIVEN | {"titre": "é" * 300}).status_code == 409
    assert count(portal) == before


def test_of_two_people_at_once_the_second_is_told(portal: Portal) -> None:
    people = [portal.visitor(email) for email in (AGENCE, ADMIN, AGENCE, ADMIN)]
    name = listed(people[0].get("/situations?etat=%C3%80+valider").text)[-1]
    path = f"/situations/{name}/ecarter"
    forms = [one.form(path, path) for one in people]
    before, got = count(portal), list[int]()

    def post(visitor: Visitor, form: dict[str, str]) -> None:
        got.append(visitor.post(path, **form, motif="Hors sujet").status_code)

    threads = [threading.Thread(target=post, args=pair) for pair in zip(people, forms, strict=True)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(got) == [200, 409, 409, 409]
    assert count(portal) == before + 1
    assert do(people[0], name, "rouvrir", motif="Écartée par erreur").status_code == 200
