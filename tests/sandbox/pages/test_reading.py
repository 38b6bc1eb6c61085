"""What pages show: each side its own, values as DS writes them, lists page by page."""

import re

import requests

from tests.sandbox.pages.visitor import (
    ANSWERS,
    Visitor,
    instructeur,
)


def test_both_views_of_a_dossier_show_their_own_and_escape_what_people_wrote(
    visitor: Visitor,
) -> None:
    number = visitor.dossier()
    visitor.control.message(
        number, "<script>alert(1)</script>", by="agent@ansm.example", correction="incomplete"
    )
    visitor.control.annotate(number, {90: "M1 <absente>", 91: True})
    raw = requests.get(f"{visitor.sandbox.base_url}/dossiers/{number}", timeout=10)
    assert raw.headers["content-type"].startswith("text/html")
    assert "default-src 'none'" in raw.headers["content-security-policy"]
    assert "<script>" not in raw.text
    assert "M1" not in raw.text
    seen = visitor.get(f"/dossiers/{number}")
    assert "à corriger" in seen
    assert "<script>alert(1)" in seen
    hidden = visitor.get(instructeur(number))
    assert "M1 <absente>" in hidden
    assert "en attente de correction" in hidden


def test_values_are_shown_as_ds_shows_them(visitor: Visitor) -> None:
    answers = {
        **ANSWERS,
        3: True,
        4: "Une",
        5: [{51: "x", 52: "2026-01-01"}],
        7: 12.5,
        10: {"code": "84", "name": "Auvergne-Rhône-Alpes"},
        11: True,
    }
    page = visitor.get(f"/dossiers/{visitor.dossier(answers=answers)}")
    shown = dict(re.findall(r"<dt>([^<]+)</dt>\s*<dd><span class=\"text\">([^<]*)</span>", page))
    assert shown == {
        "Nom": "Camille",
        "Combien ?": "1\u202f200",
        "Rare ?": "Oui",
        "Laquelle ?": "Une",
        "Code": "x",
        "Prise le": "1er janvier 2026",
        "Part": "12,5",
        "Natures": "B, A",
        "Détail": "A / a2",
        "Région": "Auvergne-Rhône-Alpes",
        "J’atteste": "Oui",
    }
    assert "<i>non saisi</i>" in page


def test_what_does_not_exist_is_said_so(visitor: Visitor) -> None:
    assert "Aucun dossier n° 99" in visitor.get("/dossiers/99", 404)
    assert "Aucun dossier n° 99" in visitor.get("/dossiers/99/modifier", 404)
    assert "Aucun dossier n° 99" in visitor.get(instructeur(99), 404)
    assert "Aucun dossier n° 99" in visitor.post(f"{instructeur(99)}/labels", 404)
    assert "pas de question 404" in visitor.get("/formulaire/404", 404)
    assert "Aucun dossier" in visitor.post(f"{instructeur(visitor.dossier())}/danser", 404)


def test_the_list_is_filtered_and_paged(visitor: Visitor) -> None:
    for _ in range(52):
        number = visitor.dossier(state="accepte")
    page = visitor.get("/?etat=accepte")
    rows = re.findall(r'<th scope="row">(\d+)</th>', page)
    assert len(rows) == 50
    following = re.search(r'href="(/\?[^"]*avant=[^"]+)"', page)
    assert following
    older = re.findall(r'<th scope="row">(\d+)</th>', visitor.get(following[1]))
    assert older
    assert not set(rows) & set(older)
    assert f"Dossier n° {number}" in visitor.get(f"/?numero={number}")
