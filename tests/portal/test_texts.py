"""Texts as declarants would read them, and another text on five dossiers: nothing is kept."""

import html
import re
from collections.abc import Iterator

import pytest

from settings import ROOT
from tests.portal.conftest import ADMIN, AGENCE, Portal, Visitor, plain

PAGE = "/textes"
MODEL = "message_request"


@pytest.fixture
def unchanged() -> Iterator[None]:
    """Nothing is due, sent or written by looking."""
    folder = ROOT / "triage/unc/textes"
    before = {one: one.read_bytes() for one in folder.iterdir()}
    yield
    assert before == {one: one.read_bytes() for one in folder.iterdir()}


def current(visitor: Visitor) -> str:
    page = visitor.get(f"{PAGE}?modele={MODEL}").text
    found = re.search(r"<textarea[^>]*>\n?(.*?)</textarea>", page, re.DOTALL)
    assert found
    return html.unescape(found[1])


def attempt(visitor: Visitor, text: str, numbers: str = "") -> tuple[int, str]:
    form = visitor.form(f"{PAGE}?modele={MODEL}", PAGE, holding='name="jeton"')
    answer = visitor.post(PAGE, **form, texte=text, numeros=numbers)
    return answer.status_code, answer.text


@pytest.mark.usefixtures("unchanged")
def test_what_a_declarant_reads_and_would_read_is_shown(portal: Portal) -> None:
    admin, source = portal.visitor(ADMIN), portal.source
    asked = next(
        one.report.number
        for one in source.entries(None)
        if one.assessment.status.value == "À compléter"
    )
    page = plain(admin.get(f"{PAGE}?dossier={asked}").text)
    assert "Première demande" in page
    assert f"dossier nº {asked}" in page
    text = current(admin)
    status, page = attempt(admin, text)
    assert status == 200
    assert page.count("<article") == 5
    assert "comme aujourd" in page
    assert ">change<" not in page
    status, page = attempt(admin, text + "\nÀ bientôt.", f"{asked} 99999999")
    assert page.count("<article") == 1  # the other one is not read
    assert "À bientôt." in page
    assert ">change<" in page


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize(
    ("text", "numbers", "told"),
    [
        ("{{ reference.__class__ }}", "", "__class__"),
        ("{{ 9 * 9 }}", "", "permis"),
        ("{% for x in requested %}", "", "lisible"),
        ("Bonjour", "", "reference"),
        ("{{ reference }}", "un deux", "n’est pas un numéro"),
        ("{{ reference }}", "1 2 3 4 5 6", "au plus à la fois"),
    ],
)
def test_a_text_that_cannot_be_used_is_told_and_given_back(
    portal: Portal, text: str, numbers: str, told: str
) -> None:
    status, page = attempt(portal.visitor(ADMIN), text, numbers)
    assert status == 409
    assert told in plain(page)
    assert text in html.unescape(page)


def test_texts_are_the_administration_s(portal: Portal) -> None:
    assert portal.visitor(AGENCE).get(PAGE).status_code == 403
    page = plain(portal.visitor(ADMIN).get(f"{PAGE}?dossier=abc").text)
    assert "« abc » n’est pas un numéro de dossier" in page
