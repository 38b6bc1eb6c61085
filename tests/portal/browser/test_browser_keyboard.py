"""What is longest to fill, with the keyboard alone: a validation, a workbook, an account."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from portal.source import now
from store.staff.opinions import OpinionRow
from tests.portal.browser.conftest import Open
from tests.portal.browser.test_browser import tab_to
from tests.portal.conftest import ADMIN, AGENCE, Portal
from tests.portal.test_opinions import book
from tests.steps.returning import fill

pytestmark = [pytest.mark.debian, pytest.mark.timeout(300)]


def _type(page: Page, name: str, text: str) -> None:
    tab_to(page, name)
    page.keyboard.type(text)


def _press(page: Page, name: str) -> None:
    tab_to(page, name)
    page.keyboard.press("Enter")


def test_a_situation_is_validated_with_the_keyboard_alone(window: Open, portal: Portal) -> None:
    with window(portal.url, AGENCE) as page:
        page.goto("/situations")
        tab_to(page, "État")
        page.keyboard.press("ArrowDown")
        _press(page, "Filtrer")
        page.locator("tbody tr", has_text="À valider").locator("th a").first.press("Enter")
        page.wait_for_url("**/situations/SIT-*")
        _press(page, "Valider")
        page.wait_for_url("**/valider")
        _type(page, "Titre public", "Usage validé au clavier")
        _type(page, "Usage autorisé", "Toux sèche")
        _type(page, "Usage constaté", "Boisson récréative")
        tab_to(page, "Risque")
        page.keyboard.press("ArrowDown")
        _type(page, "Pilote", "Anne Durand")
        tab_to(page, "Niveau")
        page.keyboard.press("ArrowDown")
        _type(page, "Justification du niveau", "Hospitalisations de jeunes adultes en 2026.")
        _press(page, "Valider")
        expect(page.get_by_role("status").first).to_have_text("La situation est validée.")
        expect(page.get_by_role("heading", level=1)).to_contain_text("Usage validé au clavier")


def test_a_workbook_is_sent_back_with_the_keyboard_alone(
    window: Open, portal: Portal, tmp_path: Path
) -> None:
    path = book(portal.visitor(AGENCE), "agence", tmp_path / "agence.xlsx")
    number = fill(path, path, judgement="À surveiller", comment="au clavier", row=4)
    with window(portal.url, AGENCE) as page:
        # Asked for now: the browser takes a while to heed it, and the key would come first.
        page.on("filechooser", lambda asked: asked.set_files(path))
        page.goto("/renvoi")
        tab_to(page, "Classeur")
        page.keyboard.press("Space")
        expect(page.locator("#classeur")).to_have_value(re.compile(re.escape(path.name)))
        _press(page, "Voir ce qui changerait")
        expect(page.get_by_role("table")).to_contain_text("au clavier")
        _press(page, "Confirmer et enregistrer")
        expect(page.get_by_role("status").first).to_have_text("Repris du classeur : 1 avis.")
    store, demarche = portal.source.store, portal.source.demarche
    (held,) = [
        one for one in store.opinions.latest(demarche, numbers=[number]) if one.author == "agence"
    ]
    assert (held.judgement, held.comment) == ("À surveiller", "au clavier")
    store.opinions.save(demarche, [OpinionRow(number, "agence", "", "")], at=now())


def test_a_colleague_is_invited_and_no_more_with_the_keyboard_alone(
    window: Open, portal: Portal
) -> None:
    with window(portal.url, ADMIN) as page:
        page.goto("/comptes")
        _type(page, "Adresse électronique", "clavier@ansm.example.fr")
        tab_to(page, "Rôle")
        _press(page, "Faire le lien")
        expect(page.get_by_role("status").first).to_contain_text("Lien à transmettre à clavier@")
        _press(page, "Retirer")
        expect(page.get_by_role("status").first).to_contain_text("invitation")
        expect(page.get_by_role("main")).not_to_contain_text("clavier@ansm.example.fr, ")
