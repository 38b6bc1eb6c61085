"""The pages in headless Chromium: accessible, wide as the screen, without any script."""

from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from sandbox.generator.any_form import dossiers_of
from sandbox.server import Sandbox, default_form, running_sandbox
from tests.chromium import picture
from tests.sandbox.pages.conftest import SHOTS

DESK, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
AA = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]

pytestmark = [pytest.mark.debian, pytest.mark.slow, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """A sandbox where everything that pages can show is there to be seen."""
    seeds = dossiers_of(default_form(), 12, seed=1)
    folder = tmp_path_factory.mktemp("browser")
    with running_sandbox(folder, seeds=seeds, scenario="deux-semaines") as sandbox:
        sandbox.control.next_day()
        sandbox.control.keep("debut")
        sandbox.control.fault("http", status=503, number=1)
        yield sandbox


def every_page(sandbox: Sandbox, page: Page) -> Iterator[str]:
    """Go to each page, and to a refusal."""
    dossiers = sandbox.control.snapshots(48213)
    number = next(one for one, told in dossiers.items() if told["state"] == "en_construction")
    sandbox.control.message(number, "Précisez.", by=sandbox.instructeur, correction="incomplete")
    for name, path in {
        "dossiers": "/",
        "nouveau": "/dossiers/nouveau",
        "declarant": f"/dossiers/{number}",
        "modifier": f"/dossiers/{number}/modifier",
        "instructeur": f"/procedures/48213/dossiers/{number}",
        "formulaire": "/formulaire",
        "question": "/formulaire/7",
        "ajouter": "/formulaire/ajouter",
        "pannes": "/pannes",
        "entrainement": "/entrainement",
        "introuvable": "/dossiers/1",
    }.items():
        page.goto(path)
        yield name
    page.goto("/dossiers/nouveau")
    page.get_by_label("Formulaire vide", exact=True).check()
    page.get_by_role("button", name="Commencer").click()
    page.get_by_role("button", name="Déposer le dossier").click()
    expect(page.get_by_role("alert")).to_contain_text("doit être rempli")
    yield "refus"
    page.goto(f"/procedures/48213/dossiers/{number}")
    page.locator("summary").click()
    page.get_by_label("Motif hors champ").select_option("Sans but médical")
    page.get_by_role("button", name="Enregistrer les annotations").click()
    expect(page.get_by_role("status")).to_contain_text("enregistrées")
    yield "annotations"


@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["bureau", "telephone"])
def test_axe_finds_nothing_and_pages_fit_the_screen(
    browser: Browser, served: Sandbox, viewport: Any
) -> None:
    wide = viewport["width"]
    context = browser.new_context(base_url=served.base_url, viewport=viewport, locale="fr-FR")
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    found = []
    for name in every_page(served, page):
        picture(page, SHOTS / f"{wide}-{name}.png", whole=True)
        seen = Axe().run(page, options={"runOnly": {"type": "tag", "values": AA}})
        found += [
            f"{name}: {one['id']} {one['nodes'][0]['target']}"
            for one in seen.response["violations"]
        ]
        assert page.evaluate("document.documentElement.scrollWidth") <= wide, name
    context.close()
    assert not found
    assert not [one for one in said if "status of 4" not in one]


FOCUSED = "(document.activeElement.labels?.[0] || document.activeElement).innerText"


def tab_to(page: Page, name: str) -> None:
    """Press Tab until what has the focus is called so."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if name in page.evaluate(FOCUSED):
            return
    pytest.fail(f"no way to « {name} » with the keyboard")


def test_a_dossier_is_filled_in_with_the_keyboard_alone(browser: Browser, served: Sandbox) -> None:
    context = browser.new_context(base_url=served.base_url)
    page = context.new_page()
    page.goto("/dossiers/nouveau")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Aller au contenu")).to_be_focused()
    tab_to(page, "Commencer")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Brouillon n°")
    tab_to(page, "Nom et prénom du contact")
    page.keyboard.press("Control+A")
    page.keyboard.type("Camille Exemple")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Brouillon enregistré")
    expect(page.get_by_label("Nom et prénom du contact")).to_have_value("Camille Exemple")
    context.close()
