"""What declarants do on the pages: fill in, attach, submit, correct, write, hide."""

import re
from pathlib import Path
from typing import Any

from sandbox.form.kinds import KINDS
from sandbox.server import running_sandbox
from tests.sandbox.conftest import Stopped
from tests.sandbox.pages.visitor import (
    ANSWERS,
    FORM,
    Visitor,
    as_shown,
    begun,
    instructeur,
    number_in,
)


def test_a_dossier_is_filled_in_bit_by_bit_then_deposited(visitor: Visitor) -> None:
    path = begun(visitor)
    number = number_in(path)
    assert "Laquelle ?" not in visitor.get(path)
    page = visitor.post(path, c_1="Camille", c_3="oui", faire="enregistrer")
    assert "Brouillon enregistré" in page
    assert "Laquelle ?" in page
    assert f"Brouillon n° {number}" in visitor.get("/")
    visitor.post(path, c_1="Camille", c_3="oui", c_4="Une", faire="ajouter:5")
    (row,) = re.findall(r'name="c-5-(\w+)-51"', visitor.get(path))
    page = visitor.post(path, 422, c_1="Camille", c_2="abc", c_3="oui", faire="deposer")
    assert "Le champ « Combien ? » doit être un nombre entier" in page
    assert 'href="#c-2"' in page
    assert 'value="abc"' in page
    file = {"c-6": ("rapport.pdf", b"octets", "application/pdf")}
    typed = {"c_1": " Camille\r\n", "c_2": "1 200", "c_3": "oui", "c_4": "Une", "c_8": ["A", "C"]}
    typed |= {f"c_5_{row}_51": "code", f"c_5_{row}_52": "2026-01-31", "c_7": "12,5", "c_10": "84"}
    page = visitor.post(path, **typed, c_9="A ⟶ a2", c_11="on", files=file, faire="deposer")
    assert visitor.at.startswith(f"/dossiers/{number}?")
    assert "Dossier déposé." in page
    kept = visitor.answers(number)
    (sent,) = kept.pop("6")
    assert (sent["filename"], sent["size"], sent["scan"]) == ("rapport.pdf", 6, "safe")
    assert kept == {
        "1": "Camille",
        "2": 1200,
        "3": True,
        "4": "Une",
        "5": [{"id": row, "champs": {"51": "code", "52": "2026-01-31"}}],
        "7": 12.5,
        "8": ["A", "C"],
        "9": ["A", "a2"],
        "10": {"code": "84", "name": "Auvergne-Rhône-Alpes"},
        "11": True,
    }
    link = re.search(r'href="(/files/[^"]+)"', page)
    assert link
    assert visitor.get(link[1]) == "octets"
    assert f"Brouillon n° {number}" not in visitor.get("/")


def test_a_draft_is_no_dossier_for_the_api_and_can_be_given_up(visitor: Visitor) -> None:
    path = begun(visitor)
    number = number_in(path)
    assert number not in visitor.control.snapshots(48213)
    assert visitor.get(f"/dossiers/{number}").count("Abandonner le brouillon") == 1
    visitor.post(path, faire="abandonner")
    visitor.get(path, 404)


def test_an_example_can_be_deposited_as_it_is(visitor: Visitor) -> None:
    path = begun(visitor, "exemple")
    assert "Camille" not in visitor.get(path)
    visitor.post(path, **as_shown(visitor.get(path)), faire="deposer")
    assert visitor.at.startswith(f"/dossiers/{number_in(path)}?")
    assert visitor.answers(number_in(path))["1"]


def test_saving_what_nobody_touched_changes_nothing(visitor: Visitor) -> None:
    number = visitor.dossier(annotations={92: "2026-02-01T10:00:30+01:00", 90: "déjà"})
    before = visitor.control.snapshot(number)
    path = f"/dossiers/{number}/modifier"
    visitor.post(path, **as_shown(visitor.get(path)), faire="enregistrer")
    assert visitor.control.snapshot(number)["draft"] == {}
    visitor.post(f"{instructeur(number)}/annotations", **as_shown(visitor.get(instructeur(number))))
    after = visitor.control.snapshot(number)
    assert {**after, "version": 0} == {**before, "version": 0}


def test_rows_and_files_are_taken_away_and_the_others_keep_their_name(visitor: Visitor) -> None:
    files = [
        {"filename": name, "content_type": "text/plain", "content": name} for name in ("a", "b")
    ]
    number = visitor.dossier(answers={**ANSWERS, 5: [{51: "x"}, {51: "y"}], 6: files})
    first, second = (row["id"] for row in visitor.answers(number)["5"])
    path = f"/dossiers/{number}/modifier"
    sent = as_shown(visitor.get(path))
    visitor.post(path, **sent, c_6_retirer="a", faire=f"retirer:5:{first}")
    visitor.post(path, **as_shown(visitor.get(path)), faire="ajouter:5")
    names = re.findall(r'name="c-5-(\w+)-51"', visitor.get(path))
    assert names[0] == second
    assert len(set(names)) == 2
    sent = as_shown(visitor.get(path))
    visitor.post(path, **{**sent, f"c-5-{names[1]}-51": "z"}, faire="deposer")
    kept = visitor.answers(number)
    assert [row["champs"]["51"] for row in kept["5"]] == ["y", "z"]
    assert [file["filename"] for file in kept["6"]] == ["b"]


def test_a_correction_is_asked_answered_and_resolved(visitor: Visitor) -> None:
    number = visitor.dossier()
    told = {"message": "Précisez le nom.", "correction": "incomplete"}
    assert "Correction demandée" in visitor.post(f"{instructeur(number)}/message", **told)
    assert "Précisez le nom." in visitor.get(f"/dossiers/{number}")
    path = f"/dossiers/{number}/modifier"
    sent = {**as_shown(visitor.get(path)), "c-1": "Camille Exemple"}
    visitor.post(path, **sent, faire="enregistrer")
    assert visitor.answers(number)["1"] == "Camille"
    assert "attendent d’être déposées" in visitor.get(f"/dossiers/{number}")
    assert "Modifications déposées." in visitor.post(path, **sent, faire="deposer")
    assert visitor.answers(number)["1"] == "Camille Exemple"
    assert "corrigée le" in visitor.get(instructeur(number))


def test_a_message_is_sent_and_an_empty_one_refused(visitor: Visitor) -> None:
    number = visitor.dossier()
    assert "Avez-vous reçu" in visitor.post(
        f"/dossiers/{number}/message", message="Avez-vous reçu ?"
    )
    for path in (f"/dossiers/{number}/message", f"{instructeur(number)}/message"):
        assert "« Votre message » doit être rempli" in visitor.post(path, 422, message=" ")


def test_a_dossier_is_hidden_and_restored_by_both_sides(visitor: Visitor) -> None:
    number = visitor.dossier()
    for path in (f"/dossiers/{number}", instructeur(number)):
        assert "Restaurer le dossier" in visitor.post(f"{path}/supprimer")
        assert not visitor.control.snapshot(number)["listed"]
        assert "<b>supprimé</b>" in visitor.get("/")
        assert "Dossier restauré." in visitor.post(f"{path}/restaurer")
        assert visitor.control.snapshot(number)["listed"]


def test_a_form_of_every_kind_can_be_filled_in(tmp_path: Path) -> None:
    champs = []
    for at, kind in enumerate(sorted(KINDS - {"carte"}), 1):
        one: dict[str, Any] = {"id": at, "label": f"Question {kind}", "type": kind}
        if kind.endswith("drop_down_list"):
            one["options"] = {"A": ["a"]} if kind.startswith("linked") else ["A", "B"]
        if kind == "repetition":
            one["children"] = [{"id": 900, "label": "Dedans", "type": "text"}]
        champs.append({**one, "required": True})
    form = {**FORM, "revisions": [{"champs": champs, "annotations": []}]}
    with running_sandbox(tmp_path, forms=[form], clock=Stopped()) as sandbox:
        visitor = Visitor(sandbox)
        path = begun(visitor, "exemple")
        visitor.post(path, **as_shown(visitor.get(path)), faire="deposer")
        number = number_in(path)
        page = visitor.get(f"/dossiers/{number}")
        assert "non saisi" not in page
        for one in champs:
            if one["type"] not in {"header_section", "explication"}:
                assert f"<dt>{one['label']}</dt>" in page
        visitor.session.close()
