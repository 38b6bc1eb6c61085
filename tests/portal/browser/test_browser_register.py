"""A day of the agency in headless Chromium, on the pages of the register; and what axe finds."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from portal.pages.registre.actions import ACTIONS
from tests.chromium import picture
from tests.portal.browser.conftest import DESKTOP, PHONE, SHOTS, Open, serious
from tests.portal.conftest import AGENCE, LYON, Portal, served

pytestmark = [pytest.mark.debian, pytest.mark.timeout(400)]


def press(page: Page, name: str) -> None:
    page.get_by_role("main").get_by_role("button", name=name, exact=True).click()


def follow(page: Page, name: str) -> None:
    page.get_by_role("main").get_by_role("link", name=name).first.click()


def _signal(page: Page, name: str) -> None:
    page.goto("/signaux/saisir")
    page.get_by_label("Type de source").select_option("ordre")
    page.get_by_label("Organisme").fill("Ordre fictif")
    page.get_by_label("Substance").fill("dextrométhorphane")
    page.get_by_label("Résumé").fill("Achats répétés de sirop par des adolescents")
    press(page, "Voir les situations les plus proches")
    picture(page, SHOTS / "registre-signal.png", whole=True)
    page.get_by_label("Où le rattacher").select_option(name)
    press(page, "Enregistrer et rattacher")
    expect(page.get_by_role("status").first).to_contain_text("est enregistré, rattaché à SIT-")


def test_the_agency_validates_measures_and_prepares_a_seance(
    window: Open, portal: Portal, tmp_path: Path
) -> None:
    with window(portal.url, AGENCE) as page:
        page.get_by_role("link", name="Situations", exact=True).click()
        page.get_by_label("État", exact=True).select_option("À valider")
        press(page, "Filtrer")
        page.locator("tbody th a").last.click()
        follow(page, "Valider")
        page.get_by_label("Titre public").fill("Sirop détourné en boisson")
        page.get_by_label("Usage autorisé").fill("Toux sèche")
        page.get_by_label("Usage constaté").fill("Boisson récréative")
        page.get_by_label("Risque (avéré ou potentiel)").select_option("avéré")
        page.get_by_label("Pilote").fill("Anne Durand")
        page.get_by_label("Niveau").first.select_option("Élevé")
        why = page.get_by_label("Justification du niveau")
        why.fill("Trop court")
        press(page, "Valider")
        expect(why).to_have_attribute("aria-invalid", "true")
        picture(page, SHOTS / "registre-refus.png", whole=True)
        page.get_by_label("Justification du niveau").fill(
            "Hospitalisations de jeunes adultes en 2026."
        )
        page.get_by_label("Résumé en langage clair").fill("Un sirop contre la toux est bu.")
        press(page, "Valider")
        expect(page.get_by_role("status").first).to_contain_text("La situation est validée.")
        expect(page.get_by_role("main")).to_contain_text("Usage autorisé : – → Toux sèche")
        home = page.url
        picture(page, SHOTS / "registre-situation.png", whole=True)
        follow(page, "Enregistrer une mesure")
        page.get_by_label("Type de mesure").select_option("communiqué")
        page.get_by_label("Prise ou exigée").select_option("prise")
        press(page, "Enregistrer une mesure")
        follow(page, "Changer son état")
        page.get_by_label("État de la mesure").select_option("mise en œuvre")
        press(page, "Enregistrer")
        expect(page.get_by_role("main")).to_contain_text("Suivi de l’impact")
        _signal(page, home.rsplit("/", 1)[-1])
        page.goto("/seances/preparer")
        page.get_by_label("Date").fill("2026-11-03")
        press(page, "Préparer la séance")
        follow(page, "Inscrire une situation")
        page.get_by_label("Situation").select_option(home.rsplit("/", 1)[-1])
        page.get_by_label("Question").fill("Faut-il limiter la délivrance ?")
        page.get_by_label("Rapporteur").fill("Anne Durand")
        press(page, "Inscrire une situation")
        page.get_by_role("button", name="Préparer les fiches").first.click()
        told = page.get_by_role("status").first
        expect(told).to_have_text("Fiches de l’agence : 2 fichiers prêts.")
        picture(page, SHOTS / "registre-seance.png", whole=True)
        with page.expect_download() as waiting:
            follow(page, "Fiches de l’agence")
        waiting.value.save_as(tmp_path / "fiches.zip")
        assert (tmp_path / "fiches.zip").stat().st_size > 1_000


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["bureau", "320"])
def test_axe_finds_nothing_serious_on_the_pages_of_the_register(
    window: Open, portal: Portal, dress: str, viewport: Any
) -> None:
    wide, found = viewport["width"], list[str]()
    meetings = portal.visitor(AGENCE).get("/seances").text
    meeting = "/seances/SEA-0001" if "SEA-0001" in meetings else "/seances"
    lists = ("/situations", "/signaux", "/questions", "/seances", meeting, "/annees")
    forms = ("/signaux/saisir", "/questions/poser", "/seances/preparer")
    with served(portal.source, dsfr=dress == "dsfr") as dressed:
        with window(dressed.url, AGENCE, viewport=viewport) as page:
            page.goto("/situations")
            name = page.locator("tbody th a[href^='/situations/']").first.get_attribute("href")
            assert name
            for path in (*lists, name, *(f"{name}/{one}" for one in ACTIONS), *forms):
                answer = page.goto(path)
                assert answer is not None
                if answer.status == 404:  # a lone dossier is not split
                    continue
                shot = f"registre-{dress}-{wide}-{path.strip('/').replace('/', '-')}"
                picture(page, SHOTS / f"{shot}.png", whole=True)
                found += serious(page, shot)
                if page.evaluate("document.documentElement.scrollWidth") > wide:
                    found.append(f"{shot}: wider than the screen")
        with window(dressed.url, LYON, viewport=viewport) as centre:
            for path in ("/situations", "/questions", "/signaux/saisir"):
                centre.goto(path)
                found += serious(centre, f"centre {path}")
    assert not found
