"""From first contact to an adopted form, over HTTP: nothing leaves before a person adopted it."""

import re
from collections.abc import Sequence
from io import StringIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from cli.app import call
from settings import load_settings
from steps.judge.verdicts import ASSESSMENT
from steps.wiring.services import open_services
from tests.steps.adopt.conftest import MakeContact


def verdicts() -> Sequence[Any]:
    with open_services(load_settings()) as services:
        stored = list(services.store.dossiers.iterate(services.demarche))
    return [ASSESSMENT.validate_json(one.assessment.detail) for one in stored if one.assessment]


@pytest.mark.slow
def test_nothing_is_written_nor_handed_to_the_network_before_a_person_adopts(
    contact: MakeContact, capsys: pytest.CaptureFixture[str]
) -> None:
    ours = contact("same labels, other ids")
    first = ours.unc("run", code=1)
    assert (first["annotated"], first["labelled"], first["messages"]) == (0, 0, 0)
    assert ours.workbooks(first) == {"agence.xlsx"}
    assert {(one.score, one.status.value) for one in verdicts()} <= {
        (None, "À préciser"),
        (None, "Clos"),
    }
    assert ours.unc("respond", "--dry-run")["due"] == []
    assert call(["export", "--centre", "lyon"]) == 2
    assert "adopt" in capsys.readouterr().err
    assert call(["mapping", "accept"]) == 2, "the bridge's own file is not that of this form"

    found = ours.unc("mapping", "adapt", "--auto", code=0)
    assert found["left"] == []
    sure = {one["field"]: frozenset(one["champs"]) for one in found["sure"]}
    assert sure == ours.variant.truth
    assert not ours.workbooks(ours.unc("run", code=1)) - {"agence.xlsx"}
    assert not ours.written()
    assert ours.sandbox.control.stats()["mutations"] == {}
    capsys.readouterr()
    assert call(["doctor"]) == 2
    reads = "Un passage lit et juge, mais n'écrit rien sur DS et ne remet rien au réseau"
    assert " ".join(capsys.readouterr().out.replace("’", "'").split()).startswith(reads)

    assert ours.unc("mapping", "adopt", "--by", "A. Martin", code=0)["adopted"]["by"] == "A. Martin"
    done = ours.unc("run")
    assert done["annotated"] > 0
    assert ours.written()
    assert ours.workbooks(done) == {
        "agence.xlsx",
        "reseau.xlsx",
        "crpv-lyon.xlsx",
        "crpv-nice.xlsx",
    }
    ours.unc("mapping", "adapt", "--auto", code=0)
    assert ours.unc("run", code=0)["workbooks"] == [], "written again, the same stays adopted"
    assert all(one.score is not None for one in verdicts())
    told = {one["text"] for one in ours.unc("doctor")["checks"] if one["name"] == "Formulaire"}
    assert any("par A. Martin" in text for text in told)


@pytest.mark.slow
def test_a_person_is_guided_stops_and_takes_up_again(
    contact: MakeContact,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    ours = contact("written by another")
    ours.unc("sync")

    def typed(*lines: str) -> str:
        monkeypatch.setattr("sys.stdin", StringIO("".join(f"{line}\n" for line in lines)))
        capsys.readouterr()
        call(["mapping", "adapt"])
        shown = capsys.readouterr()
        return shown.out + shown.err

    first = ours.unc("mapping", "adapt")["left"][0]["field"]
    assert "Gardé dans" in typed("A. Martin", "n", "Jamais demandé", "q")
    asked = ours.unc("mapping", "adapt")["left"]
    left = {one["field"] for one in asked}
    assert first not in left
    bare = next(at for at, one in enumerate(asked) if not one["likeliest"])
    shown = typed("r", "n", "Jamais demandé", "99", "zz", *(["s"] * bare), "", "q")
    for said in ("rien à reprendre", "proposition 99", "« zz »", "Rien n'est proposé ici"):
        assert (said in shown.replace("’", "'")) is (said != "rien à reprendre")
    assert {one["field"] for one in ours.unc("mapping", "adapt")["left"]} == left, "s: put off"
    shown = ""
    for _ in range(4):  # an answer may leave another question without a champ
        asked = ours.unc("mapping", "adapt")["left"]
        answers = [line for one in asked for line in ([""] if one["likeliest"] else ["n", ""])]
        shown = typed(*answers, *([""] * 20), "o")
        if "adopt" in shown:
            break
    assert "adopt" in shown
    absences = ours.unc("mapping", "adapt")["absent"]
    assert absences[first] == "Jamais demandé"


@pytest.mark.slow
def test_a_mandatory_question_without_a_champ_keeps_the_form_from_being_adopted(
    contact: MakeContact,
) -> None:
    ours = contact("a third absent, ten unknown")
    ours.unc("sync")
    left = [one["field"] for one in ours.unc("mapping", "adapt", "--auto", code=1)["left"]]
    assert ours.unc("mapping", "accept", code=1)["drift"]["bloquant"] > 1, "it accepts no absence"
    refused = ours.unc("mapping", "adopt", "--by", "A. Martin", code=1)
    assert refused["adopted"] is None
    for field in left:
        ours.unc("mapping", "absent", field, "--reason", "Jamais demandé", "--by", "A. Martin")
    adopted = ours.unc("mapping", "adopt", "--by", "A. Martin", code=0)
    scope = {"usage_intentionnel", "territoire_national", "couvert_par_pgr"} & set(left)
    assert scope
    assert not any("bloquant" in one for one in adopted["left"])
    summary = ours.unc("run", code=0)
    assert summary["annotated"] > 0
    assert ours.workbooks(summary) > {"agence.xlsx", "reseau.xlsx"}
    assert {one.status.value for one in verdicts()} <= {"À préciser", "Hors champ", "Clos"}
    told = [one["text"] for one in ours.unc("doctor")["checks"] if one["name"] == "Formulaire"]
    (agency,) = [one for one in summary["workbooks"] if one.endswith("agence.xlsx")]
    about = {row[0]: str(row[1]) for row in openpyxl.load_workbook(agency)["À propos"].values}
    listed = about["Données non demandées"].splitlines()
    for field in left:
        wanted = f"({field}) : Jamais demandé — A. Martin le "
        for lines in (told, listed):
            assert sum(wanted in " ".join(text.split()) for text in lines) == 1, lines


@pytest.mark.slow
def test_adapting_again_leaves_what_was_written_by_hand_and_its_adoption(
    contact: MakeContact, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = contact("same labels, other ids")
    ours.unc("sync")
    file = Path(ours.unc("mapping", "adapt", "--auto", code=0)["file"])
    text = file.read_text("utf-8")
    written = re.sub(
        r"^( +but_medical: \{)champ: \d+",
        r"  # vu avec le juriste\n\1constant: oui",
        text,
        flags=re.MULTILINE,
    )
    assert written != text
    file.write_text(written, "utf-8")
    assert ours.unc("mapping", "adopt", "--by", "A. Martin", code=0)["adopted"]
    again = ours.unc("mapping", "adapt", "--auto", code=0)
    assert again["left"] == []
    assert file.read_text("utf-8") == written
    assert ours.unc("run", code=0)["annotated"] > 0, "it is adopted still"

    (champ,) = ours.variant.truth["territoire_national"]
    words = "L'usage est-il constaté hors du territoire ?"
    edit = {"op": "reword", "champ": int(champ), "label": words}
    ours.sandbox.control.publish(ours.sandbox.demarche, edits=[edit])
    before = ours.sandbox.control.stats()["mutations"]
    ours.unc("run", code=1)
    for _ in range(3):
        again = ours.unc("mapping", "adapt", "--auto")
        assert any("territoire_national" in str(one) for one in again["left"])
        ours.unc("run", code=1)
    for answers in (["n"], ["q"], ["s", "n"]):
        typed = "".join(f"{one}\n" for one in ("A. Martin", *answers))
        monkeypatch.setattr("sys.stdin", StringIO(typed))
        assert call(["mapping", "adapt"]) != 0
        ours.unc("run", code=1)
    assert ours.sandbox.control.stats()["mutations"] == before, "no person looked yet"
    monkeypatch.setattr("sys.stdin", StringIO("A. Martin\nc\no\n"))
    assert call(["mapping", "adapt"]) == 0
    assert f"territoire_national: {{champ: {champ}, inverted: true" in file.read_text("utf-8")
    ours.unc("run", code=0)
    assert "  # vu avec le juriste\n" in file.read_text("utf-8")
