"""A day of the administration in headless Chromium: the form, a rule, a colleague."""

import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import expect

from cli.portal.source import source_of
from portal.people.roles import parse_role
from sandbox.generator.generate import generate
from settings import ROOT
from steps.wiring.services import open_services
from tests.chromium import picture
from tests.conftest import bridge_on
from tests.portal.browser.conftest import SHOTS, Open, sign_in
from tests.portal.conftest import ADMIN, PASSWORD, Portal, add_account, served

SECOND = "seconde@ansm.example.fr"
COLLEAGUE = "collegue@ansm.example.fr"
NAME = "Camille Martin"
RENAMED = "Usage qui est fait du médicament"

pytestmark = [pytest.mark.debian, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Portal, Path]]:
    """A portal with rules of its own, whose form renamed a champ and asks another no more."""
    folder = tmp_path_factory.mktemp("administration")
    rules = folder / "unc"
    shutil.copytree(ROOT / "triage/unc", rules)
    made = [one for one in generate(12, seed=3) if not one.archived][:6]
    with bridge_on(folder, made, rules=rules) as bridge:
        bridge.run()
        edits = [
            {"op": "reword", "champ": 21, "label": RENAMED},
            {"op": "remove", "champ": 2},
        ]
        bridge.sandbox.control.publish(bridge.sandbox.demarche, edits=edits)
        bridge.run()
        with open_services(bridge.settings) as services:
            source = source_of(services)
            for email in (ADMIN, SECOND):
                add_account(source, email, "admin")
            with served(source) as answering:
                yield replace(answering, bridge=bridge), rules


def candidate(folder: Path) -> Path:
    """The rule-set in force, with another version, date of effect and penalties."""
    text = max((folder / "rules").glob("*.yaml")).read_text("utf-8")
    text = re.sub(r"(?m)^version: .*$", 'version: "2041.1"', text)
    text = re.sub(r"(?m)^in_force_from: .*$", "in_force_from: 2041-01-01", text)
    file = folder.parent / "2041-1.yaml"
    file.write_text(re.sub(r"(?m)(\bpenalty: )[\d.]+", r"\g<1>0.05", text), "utf-8")
    return file


def test_a_renamed_champ_is_adopted(window: Open, office: tuple[Portal, Path]) -> None:
    portal, _ = office
    with window(portal.url, ADMIN, scripts=False) as page:
        page.get_by_role("link", name="Formulaire", exact=True).click()
        expect(page.get_by_role("main")).to_contain_text(RENAMED)
        picture(page, SHOTS / "administration-formulaire.png", whole=True)
        for _ in range(20):
            asked = page.locator("article.unc-question")
            if not asked.count():
                break
            first = asked.first
            path = first.locator("input[name=question]").get_attribute("value")
            first.get_by_label("Votre nom").fill(NAME)
            if first.locator("option", has_text=RENAMED).count():
                shown = first.locator("option", has_text=RENAMED).first.inner_text()
                first.locator("select").select_option(label=shown)
                first.get_by_role("button", name="Garder ce choix").click()
            else:
                first.get_by_label("ourquoi le formulaire").fill("L’agence ne le demande plus")
                first.get_by_role("button", name="Pas demandé").click()
            expect(page.get_by_role("status").first).to_contain_text("C’est gardé")
            expect(page.get_by_role("main")).to_contain_text(f"{path} :")
        picture(page, SHOTS / "administration-formulaire-dit.png", whole=True)
        page.locator("section[aria-labelledby=adopter]").get_by_label("Votre nom").fill(NAME)
        page.get_by_role("button", name="Adopter ce formulaire").click()
        expect(page.get_by_role("status").first).to_contain_text("Le formulaire est adopté")
        expect(page.get_by_role("main")).to_contain_text(f"par {NAME} ({ADMIN})")
        picture(page, SHOTS / "administration-formulaire-adopte.png", whole=True)


def test_a_rule_is_tried_by_one_and_adopted_by_another(
    window: Open, office: tuple[Portal, Path]
) -> None:
    portal, folder = office
    with window(portal.url, ADMIN, scripts=False) as page:
        page.get_by_role("link", name="Règles", exact=True).click()
        page.locator("#fichier").set_input_files(candidate(folder))
        page.get_by_role("button", name="Vérifier et proposer").click()
        expect(page.get_by_role("heading", level=2).first).to_have_text("Ce qui changerait")
        expect(page.get_by_role("button", name="Adopter")).to_have_count(0)
        picture(page, SHOTS / "administration-regles.png", whole=True)
        place = page.url
    with window(portal.url, SECOND, scripts=False) as page:
        page.goto(place)
        page.get_by_role("button", name="Adopter").click()
        expect(page.get_by_role("status").first).to_contain_text("est adopté")
        picture(page, SHOTS / "administration-regles-adoptees.png", whole=True)
    assert (folder / "rules" / "2041-1.yaml").is_file()


def test_a_colleague_is_invited_and_opens_her_account(
    window: Open, office: tuple[Portal, Path]
) -> None:
    portal, _ = office
    with window(portal.url, ADMIN, scripts=False) as page:
        page.get_by_role("link", name="Comptes", exact=True).click()
        page.get_by_label("Adresse électronique").fill(COLLEAGUE)
        page.get_by_label("Rôle", exact=True).select_option("lecture")
        page.get_by_role("button", name="Faire le lien").click()
        told = page.get_by_role("status").inner_text()
        picture(page, SHOTS / "administration-invitation.png", whole=True)
    with window(portal.url, scripts=False) as page:
        page.goto("/invitation/" + told.rpartition("/")[2].strip())
        picture(page, SHOTS / "invitation.png", whole=True)
        page.get_by_label("Mot de passe", exact=False).first.fill(PASSWORD)
        page.get_by_label("Le même, encore").fill(PASSWORD)
        page.get_by_role("button", name="Ouvrir mon compte").click()
        expect(page.get_by_role("status")).to_contain_text("Votre compte est ouvert")
        sign_in(page, COLLEAGUE)
        expect(page.get_by_text(parse_role("lecture").title)).to_be_visible()
