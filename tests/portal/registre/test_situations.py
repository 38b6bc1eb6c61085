"""The register in the portal: what each person reads of it, and what its forms do and refuse."""

import html
import io
import re
import threading
import zipfile
from datetime import datetime, timedelta

import pytest
import requests

from french.time import PARIS
from tests.portal.conftest import ADMIN, AGENCE, LYON, NICE, Portal, Visitor
from triage.registre.acts import Act, history
from triage.registre.state_from_acts import read

ROW = re.compile(r'<th scope="row" role="rowheader"><a href="/situations/([^"?]+)')


def listed(page: str) -> list[str]:
    return ROW.findall(page)


def test_the_list_counts_states_and_says_that_groupings_wait(portal: Portal) -> None:
    before = (datetime.now(PARIS) - timedelta(days=1)).date()  # what tests validate holds today
    page = html.unescape(portal.visitor(AGENCE).get(f"/situations?au={before}").text)
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


def do(visitor: Visitor, name: str, action: str, **given: str) -> requests.Response:
    path = f"/situations/{name}/{action}"
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


@pytest.mark.slow
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


def send(visitor: Visitor, path: str, **given: str | list[str]) -> requests.Response:
    return visitor.post(path, **{**visitor.form(path, path), **given})


def text(answer: requests.Response) -> str:
    return html.unescape(answer.text).replace("\u00a0", " ")


def test_a_measure_is_recorded_then_put_in_force(portal: Portal) -> None:
    agency = portal.visitor(AGENCE)
    name = listed(agency.get("/situations?etat=%C3%80+valider").text)[0]
    assert do(agency, name, "mesure", type="communiqué", mode="prise").status_code == 409
    assert do(agency, name, "valider", **GIVEN).status_code == 200
    wrong = do(agency, name, "mesure", type="communiqué", mode="prise", decidee_le="2026-13-01")
    assert 'id="decidee_le-faute"' in wrong.text
    done = do(agency, name, "mesure", type="communiqué", mode="prise", cible="Prescripteurs")
    assert "La mesure est enregistrée." in done.text
    assert state(portal, name) == "En évaluation"
    (measure,) = re.findall(r'href="/mesures/(MES-\d+)/etat"', done.text)
    path = f"/mesures/{measure}/etat"
    old = agency.form(path, path)
    assert send(agency, path, etat="mise en œuvre").status_code == 200
    assert state(portal, name) == "Suivi de l’impact"
    assert agency.post(path, **old, etat="abandonnée").status_code == 409
    concluded = send(agency, f"/mesures/{measure}/conclure", conclusion="non concluant")
    assert "Conclusion : non concluant." in text(concluded)
    centre = portal.visitor(LYON)
    assert "Communiqué" in text(centre.get(f"/situations/{name}"))
    assert GIVEN["justification"] not in text(centre.get(f"/situations/{name}"))
    assert centre.get(path).status_code == 403


SIGNAL = {
    "type": "association de patients",
    "organisme": "Association fictive",
    "substance": "Molécule que nul dossier ne nomme",
    "resume": "Usage détourné rapporté par des adhérents",
    "diffusion": "agence",
}


def test_a_signal_is_entered_with_what_is_likeliest_and_once(portal: Portal) -> None:
    agency, centre = portal.visitor(AGENCE), portal.visitor(LYON)
    path, before = "/signaux/saisir", count(portal)
    looked = send(agency, path, **SIGNAL, geste="chercher")
    assert looked.status_code == 200
    assert count(portal) == before
    patient = send(agency, path, **SIGNAL | {"resume": "Mme Martin, née le 02/03/1950"})
    assert 'id="resume-faute"' in patient.text
    company = send(agency, path, **SIGNAL | {"type": "entreprise"})
    assert "une entreprise signale par la démarche" in text(company)
    assert count(portal) == before
    form = agency.form(path, path)
    done = agency.post(path, **form, **SIGNAL, situation="nouvelle")
    assert "est enregistré, rattaché à SIT-" in text(done)
    after = count(portal)
    assert agency.post(path, **form, **SIGNAL, situation="nouvelle").status_code == 409  # twice
    assert count(portal) == after
    home = done.url.rsplit("/", 1)[-1]
    # hidden from a centre: absent from pages, search and totals
    assert home in agency.get("/situations?q=molecule").text
    assert centre.get(f"/situations/{home}").status_code == 404
    for page in ("/situations", "/situations?q=molecule", "/signaux"):
        assert home not in centre.get(page).text
        assert "Association fictive" not in text(centre.get(page))


def test_a_centre_gives_signals_in_its_own_name_alone(portal: Portal) -> None:
    agency, centre, other = (portal.visitor(one) for one in (AGENCE, LYON, NICE))
    path = "/signaux/saisir"
    assert send(centre, path, **SIGNAL).status_code == 403  # in another's name
    mine = {name: SIGNAL[name] for name in ("substance", "resume", "diffusion")}
    assert send(centre, path, **mine, situation="nouvelle").status_code == 403
    done = send(centre, path, **mine)
    assert "à rattacher" in text(done)
    (name,) = set(re.findall(r"SIG-\d+", done.text))
    assert name not in other.get("/signaux").text
    assert other.get(f"/signaux/{name}/rattacher").status_code == 403
    placed = send(agency, f"/signaux/{name}/rattacher", situation="nouvelle")
    assert f"{name} est rattaché à SIT-" in text(placed)
    assert "À rattacher" not in text(centre.get("/signaux"))


def test_a_question_is_answered_by_each_centre_which_reads_its_own_alone(portal: Portal) -> None:
    agency, lyon, nice = (portal.visitor(one) for one in (AGENCE, LYON, NICE))
    name = listed(lyon.get("/situations").text)[0]
    asked = {"sujet": name, "texte": "Avez-vous des cas ?", "echeance": "2099-02-15"}
    assert 'id="centres-faute"' in send(agency, "/questions/poser", **asked).text
    assert lyon.get("/questions/poser").status_code == 403
    done = send(agency, "/questions/poser", **asked, centres=["lyon", "nice"])
    (question,) = set(re.findall(r"(QUE-\d+) est posée", done.text))
    path = f"/questions/{question}/lyon/repondre"
    assert nice.get(path).status_code == 404  # not theirs
    assert "La réponse est enregistrée." in send(lyon, path, reponse="Deux cas en 2025").text
    assert "Deux cas en 2025" in agency.get("/questions").text
    for page in ("/questions", "/", f"/situations/{name}"):
        assert "Deux cas" not in nice.get(page).text
    patient = send(nice, f"/questions/{question}/nice/repondre", reponse="M. Jean Durand, 45 ans")
    assert patient.status_code == 409
    forged = {**lyon.form(path, path), "jeton": nice.token("/exports")}
    assert nice.post(path, **forged, reponse="x").status_code == 404
    withdrawn = send(agency, f"/questions/{question}/retirer", motif="Posée par erreur")
    assert "est retirée" in withdrawn.text
    assert send(lyon, path, reponse="Trois").status_code == 409


@pytest.mark.slow
def test_a_seance_is_prepared_its_fiches_fetched_and_its_advice_entered(portal: Portal) -> None:
    agency, centre = portal.visitor(AGENCE), portal.visitor(LYON)
    name = listed(agency.get("/situations?etat=%C3%80+valider").text)[-1]
    assert do(agency, name, "valider", **GIVEN).status_code == 200
    done = send(agency, "/seances/preparer", date="2020-01-15")
    page = done.url.removeprefix(portal.url)
    assert "Aucune situation à l’ordre du jour." in text(done)
    twice = send(agency, "/seances/preparer", date="2020-01-15")
    assert "est déjà la séance du 15/01/2020" in text(twice)
    item = {"situation": name, "question": "Faut-il informer ?", "rapporteur": "Anne Durand"}
    assert "Faut-il informer ?" in text(send(agency, f"{page}/inscrire", **item))
    assert centre.get(page).status_code == 403
    form = agency.form(page, f"{page}/fiches")
    packed = agency.post(f"{page}/fiches", **{**form, "pour": "agence"})
    assert "2 fichiers prêts" in text(packed)
    got = agency.get(f"{page}/fiches/agence")
    with zipfile.ZipFile(io.BytesIO(got.content)) as pack:
        assert [one.split(".")[-1] for one in sorted(pack.namelist())] == ["docx", "pdf"]
    assert agency.get(f"{page}/fiches/tout").status_code == 404
    assert agency.get(f"{page}/fiches/patients").status_code == 404  # not prepared
    absent = agency.post(f"{page}/fiches", **{**form, "pour": "patients"})
    assert f"absente, sans « Résumé en langage clair » : {name}" in text(absent)
    assert centre.get(f"{page}/fiches/agence").status_code == 403
    assert send(agency, f"{page}/tenue").status_code == 200
    advice = {"situation": name, "texte": "Informer", "type": "point d’information"}
    assert "Informer" in text(send(agency, f"{page}/avis", **advice, mode="prise"))
    assert state(portal, name) == "En évaluation"
    assert "proposée" in text(agency.get(f"/situations/{name}"))
    assert "compte rendu validé" in text(send(agency, f"{page}/compte-rendu"))


def test_as_many_dossiers_are_sent_as_a_large_situation_holds(portal: Portal) -> None:
    agency = portal.visitor(AGENCE)
    path = f"/situations/{listed(agency.get('/situations').text)[0]}/confirmer"
    many = [str(24_100_000 + place) for place in range(1_500)]
    answer = agency.post(path, **agency.form(path, path), dossiers=many)
    assert answer.status_code == 409  # none of them is in it, which the step says
    assert many[0] in answer.text
