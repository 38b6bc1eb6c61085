"""The portal in headless Chromium: what staff do, by mouse, by keyboard alone, and on a phone."""

import re
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from playwright.sync_api import Page, expect

from steps.judge.acts import today
from steps.registre import questions
from steps.registre.acting import Acting
from tests.chromium import picture
from tests.portal.browser.conftest import DESKTOP, PHONE, SHOTS, Open, serious, sign_in
from tests.portal.conftest import ADMIN, AGENCE, LYON, NICE, PASSWORD, Portal, add_account, served
from tests.steps.returning import fill
from triage.registre.acts import By
from triage.registre.state_from_acts import read

PAGES = ("", "exports", "renvoi", "changements", "dossiers", "indicateurs", "journal")
ADMINISTRATION = ("comptes", "formulaire", "regles", "textes", "etat", "compte")

pytestmark = [pytest.mark.debian, pytest.mark.timeout(300)]


@pytest.fixture
def opened(window: Open, portal: Portal) -> Open:
    """Open a window on the portal that these tests share."""
    return partial(window, portal.url)


def test_a_workbook_is_fetched_in_two_clicks_and_opens(opened: Open, tmp_path: Path) -> None:
    with opened(LYON) as page:
        page.get_by_role("link", name="Exports", exact=True).click()
        with page.expect_download() as waiting:
            page.get_by_role("link", name="Télécharger crpv-lyon.xlsx").first.click()
        assert waiting.value.suggested_filename.endswith("-crpv-lyon.xlsx")
        waiting.value.save_as(tmp_path / "mine.xlsx")
    book = openpyxl.load_workbook(tmp_path / "mine.xlsx")
    assert book.sheetnames[:2] == ["À traiter", "Synthèse"]


def test_dossiers_are_filtered_and_a_card_is_read(opened: Open) -> None:
    with opened(AGENCE) as page:
        page.get_by_role("link", name="Dossiers", exact=True).click()
        page.get_by_label("Statut").select_option("À compléter")
        page.get_by_label("Ordre").select_option("completude")
        page.get_by_role("button", name="Chercher").click()
        rows = page.locator("tbody").get_by_role("row")
        assert rows.count() > 1
        for row in rows.all():
            expect(row).to_contain_text("À compléter")
        picture(page, SHOTS / "recherche.png", whole=True)
        rows.first.get_by_role("link").first.click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("Dossier 24")
        expect(page.get_by_role("table", name="Éléments absents")).to_contain_text("absent")
        hidden = page.get_by_role("table", name="Éléments présents")
        expect(hidden).to_be_hidden()
        page.locator("summary").first.click()
        expect(hidden).to_be_visible()


def test_the_file_of_another_centre_is_refused(opened: Open, portal: Portal) -> None:
    links = portal.visitor(ADMIN).file_links()
    other = next(link for key, link in links.items() if key.endswith("crpv-nice.xlsx"))
    with opened(LYON) as page:
        answer = page.goto(other)
        assert answer is not None
        assert answer.status == 403
        expect(page.get_by_role("heading", level=1)).to_have_text("Accès refusé")
        picture(page, SHOTS / "refus.png")


def test_what_changed_is_shown(opened: Open, portal: Portal) -> None:
    visitor = portal.visitor(NICE)
    visitor.get([link for key, link in visitor.file_links().items() if "reseau" in key][-1])
    with opened(NICE) as page:
        page.get_by_role("link", name="Exports", exact=True).click()
        page.get_by_role("link", name="voir ce qui a changé depuis").click()
        expect(page.get_by_role("link", name=f"Dossier {portal.changed}")).to_be_visible()
        picture(page, SHOTS / "changements-trouves.png", whole=True)


FOCUSED = """() => {
  const e = document.activeElement;
  const seen = getComputedStyle(e).outlineStyle !== "none";
  return [(e.labels?.[0]?.innerText || e.innerText || "").trim(), seen];
}"""


def tab_to(page: Page, name: str) -> None:
    """Press Tab until what has the focus is called so, and is seen to have it."""
    for _ in range(60):
        page.keyboard.press("Tab")
        label, seen = page.evaluate(FOCUSED)
        if label.startswith(name):
            assert seen, name
            return
    pytest.fail(f"no way to « {name} » with the keyboard")


def test_everything_is_done_with_the_keyboard_alone(opened: Open, tmp_path: Path) -> None:
    with opened() as page:
        page.goto("/connexion")
        page.keyboard.press("Tab")
        expect(page.get_by_role("link", name="Contenu", exact=True)).to_be_focused()
        page.keyboard.press("Enter")
        tab_to(page, "Adresse électronique")
        page.keyboard.type(LYON)
        tab_to(page, "Mot de passe")
        page.keyboard.type(PASSWORD)
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("À traiter")
        tab_to(page, "Exports")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("Exports")
        with page.expect_download() as waiting:
            tab_to(page, "Télécharger")
            page.keyboard.press("Enter")
        waiting.value.save_as(tmp_path / "by-keyboard.xlsx")
        page.goto("/dossiers")
        tab_to(page, "Statut")
        page.keyboard.type("Complet")
        tab_to(page, "Chercher")
        page.keyboard.press("Enter")
        expect(page.get_by_label("Statut")).to_have_value("Complet")
        tab_to(page, "240")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_contain_text("Dossier 24")
        tab_to(page, "Se déconnecter")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("Connexion")


def test_forms_are_filled_and_sent_with_the_keyboard_alone(opened: Open, portal: Portal) -> None:
    email = "clavier@ansm.example.fr"
    add_account(portal.source, email, "agence")
    with opened(email) as page:
        page.goto(f"/dossiers/{portal.changed}")
        tab_to(page, "Avis")
        page.keyboard.type("À surveiller")
        tab_to(page, "Commentaire")
        page.keyboard.type("Tapé au clavier.")
        tab_to(page, "Enregistrer l’avis")
        page.keyboard.press("Enter")
        expect(page.get_by_role("status")).to_have_text("Votre avis est enregistré.")
        tab_to(page, "Avis")
        page.keyboard.press("Home")  # and taken back
        tab_to(page, "Commentaire")
        page.keyboard.press("ControlOrMeta+a")
        page.keyboard.press("Delete")
        tab_to(page, "Enregistrer l’avis")
        page.keyboard.press("Enter")
        expect(page.get_by_role("status")).to_have_text("Votre avis est retiré.")
        page.goto("/situations")
        page.locator("tbody th a[href^='/situations/']").first.press("Enter")
        page.wait_for_url("**/situations/SIT-*")
        tab_to(page, "Noter un évènement")
        page.keyboard.press("Enter")
        page.wait_for_url("**/evenement")
        tab_to(page, "Évènement")
        page.keyboard.type("Premier générique, noté au clavier")
        tab_to(page, "Noter un évènement")
        page.keyboard.press("Enter")
        expect(page.get_by_role("status").first).to_have_text("L’évènement est noté.")
        page.goto("/compte")
        tab_to(page, "Le recevoir")
        page.keyboard.press("Enter")
        expect(page.get_by_role("status").first).to_contain_text("Vous recevrez")
    portal.source.store.accounts.remove(email)


def test_everything_works_without_javascript(opened: Open) -> None:
    with opened(LYON, scripts=False) as page:
        for name in ("Ce qui a changé", "Indicateurs", "Dossiers"):
            page.get_by_role("link", name=name, exact=True).click()
            expect(page.get_by_role("heading", level=1)).to_have_text(name)
        page.get_by_label("Mots cherchés").fill("comprime")
        page.get_by_role("button", name="Chercher").click()
        assert "q=comprime" in page.url
        page.get_by_role("button", name="Se déconnecter").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Connexion")


def _every_page(page: Page, portal: Portal) -> Iterator[str]:
    for name in (*PAGES, *ADMINISTRATION):
        page.goto(f"/{name}")
        yield name
    page.goto(f"/dossiers/{portal.changed}")
    yield "dossier"
    page.goto("/accessibilite")
    yield "accessibilite"


def _look(page: Page, shot: str) -> list[str]:
    """Keep a picture; return what axe finds that is serious or critical."""
    picture(page, SHOTS / f"{shot}.png", whole=True)
    return serious(page, shot)


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["bureau", "telephone"])
def test_axe_finds_nothing_serious_and_pages_fit_the_screen(
    window: Open, portal: Portal, dress: str, viewport: Any
) -> None:
    wide = viewport["width"]
    with (
        served(portal.source, dsfr=dress == "dsfr") as dressed,
        window(dressed.url, viewport=viewport) as page,
    ):
        page.goto("/connexion")
        found = _look(page, f"{dress}-{wide}-connexion")
        sign_in(page, ADMIN)
        for name in _every_page(page, portal):
            found += _look(page, f"{dress}-{wide}-{name}")
            assert page.evaluate("document.documentElement.scrollWidth") <= wide, name
    assert not found


def test_a_card_is_printed_on_two_pages(window: Open, portal: Portal, dress: str) -> None:
    entries = portal.source.entries(None)
    least = sorted(entries, key=lambda one: (one.assessment.score or 0, one.report.number))[:3]
    numbers = {portal.changed, portal.hostile, *(one.report.number for one in least)}
    with served(portal.source, dsfr=dress == "dsfr") as dressed:
        for email in (AGENCE, NICE):
            with window(dressed.url, email) as page:
                for number in numbers:
                    page.goto(f"/dossiers/{number}")
                    path = SHOTS / f"{dress}-dossier-{number}.pdf"
                    printed = page.pdf(path=path, prefer_css_page_size=True)
                    count = len(re.findall(rb"/Type\s*/Page[^s]", printed))
                    assert 1 <= count <= 2, (email, number, count)


def test_a_day_of_a_centre(opened: Open, portal: Portal, tmp_path: Path) -> None:
    """Reads what waits, answers a question, gives an opinion, sends a workbook back, mends it."""
    email = "journee@lyon.example.fr"
    add_account(portal.source, email, "centre:lyon")
    asked = question(portal)
    with opened(email, scripts=False) as page:
        picture(page, SHOTS / "journee-1-a-traiter.png", whole=True)
        page.get_by_role("main").get_by_role("link", name=asked).click()
        picture(page, SHOTS / "journee-1-question.png", whole=True)
        page.get_by_label("Réponse").fill("Deux cas connus, tous deux réversibles.")
        page.get_by_role("button", name="Enregistrer la réponse").click()
        expect(page.get_by_role("status").first).to_have_text("La réponse est enregistrée.")
        expect(page.get_by_role("main")).to_contain_text("Deux cas connus")
        page.get_by_role("link", name="À traiter", exact=True).click()
        page.get_by_role("navigation", name="Motifs").get_by_role("link").first.click()
        page.locator("tbody").get_by_role("link").first.click()
        number = page.url.rsplit("/", 1)[-1]
        page.get_by_label("Avis", exact=True).select_option("À surveiller")
        page.get_by_label("Commentaire").fill("À revoir avec le centre voisin.")
        page.get_by_role("button", name="Enregistrer l’avis").click()
        expect(page.get_by_role("status")).to_have_text("Votre avis est enregistré.")
        picture(page, SHOTS / "journee-2-avis.png", whole=True)
        page.get_by_role("link", name="Exports", exact=True).click()
        with page.expect_download() as waiting:
            page.get_by_role("link", name="Télécharger crpv-lyon.xlsx").first.click()
        path = tmp_path / "crpv-lyon.xlsx"
        waiting.value.save_as(path)
        rows = [place for place, n in _numbers(path) if str(n) != number][:2]
        first = fill(path, path, judgement="Mesure proposée", comment="vu", row=rows[0])
        second = fill(path, path, judgement="Sûrement", comment="", row=rows[1])
        page.get_by_role("link", name="Renvoyer un classeur").click()
        _send(page, path)
        expect(page.get_by_role("alert")).to_contain_text("« Sûrement » n'est pas dans la liste")
        expect(page.get_by_role("button", name="Confirmer et enregistrer")).to_have_count(0)
        picture(page, SHOTS / "journee-3-cellule-refusee.png", whole=True)
        fill(path, path, judgement="Sans suite proposée", comment="", row=rows[1])
        _send(page, path)
        expect(page.get_by_role("table")).to_contain_text("Sans suite proposée")
        picture(page, SHOTS / "journee-4-a-confirmer.png", whole=True)
        page.get_by_role("button", name="Confirmer et enregistrer").click()
        expect(page.get_by_role("status")).to_contain_text("2 avis")
    held = {
        one.number: one.judgement
        for one in portal.source.store.opinions.latest(portal.source.demarche)
        if one.author == "crpv-lyon"
    }
    assert held[int(number)] == "À surveiller"
    answers = read(portal.source.store.acts.list(portal.source.demarche)).questions[asked].answers
    assert [(code, one.person) for code, one in answers.items()] == [("lyon", email)]
    assert [held[one] for one in (first, second)] == ["Mesure proposée", "Sans suite proposée"]


def question(portal: Portal) -> str:
    """A question that the agency asked the centre of Lyon, of a dossier that it reads."""
    source, by = portal.source, Acting(By(AGENCE, "portail"))
    number = str(min(source.store.lines.numbers(source.demarche, "reseau")))
    given, due = {"texte": "Combien de cas connaissez-vous ?"}, today() + timedelta(days=14)
    return source.enter(
        lambda services: questions.ask(services, number, given, "lyon", due=due, acting=by)
    ).id


def _numbers(path: Path) -> list[tuple[int, int]]:
    """Rows of the workbook that nobody filled in, each with its dossier."""
    sheet = openpyxl.load_workbook(path)["Dossiers"]
    header = [cell.value for cell in sheet[1]]
    at = header.index("Avis du centre")
    return [
        (place, int(str(cells[0].value)))
        for place, cells in enumerate(sheet.iter_rows(min_row=2), 2)
        if str(cells[0].value).isdecimal() and not cells[at].value
    ]


def _send(page: Page, path: Path) -> None:
    page.get_by_label("Classeur", exact=False).last.set_input_files(path)
    page.get_by_role("button", name="Voir ce qui changerait").click()
