"""A question to a centre, from the command to its workbook and back."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from cli.app import call
from sandbox.generator.generate import generate
from steps.publish.export import export
from steps.wiring.services import open_services
from steps.wiring.summary import Summary
from tests.conftest import bridge_on, few_centres
from tests.steps.returning import published

BY = ("--by", "Anne Durand")
KEPT = ("Dossiers\n", "Situations\n", "Questions\n", "Dictionnaire\n", "À propos\n")


def light(folder: Path) -> Path:
    """Columns with the sheet of questions, and Lyon and Lille as the only centres."""
    made = few_centres(folder, ["lyon", "lille"])
    file = made / "columns.yaml"
    head, *sheets = file.read_text("utf-8").split("\n  - name: ")
    kept = [one for one in sheets if one.startswith(KEPT)]
    file.write_text("\n  - name: ".join([head, *kept]).replace("    rest: true\n", ""), "utf-8")
    return made


def typed(capsys: pytest.CaptureFixture[str]) -> Callable[..., Any]:
    def type_(*words: str, exit_: int = 0) -> Any:
        capsys.readouterr()
        assert call([*words, "--json"]) == exit_
        told = json.loads(capsys.readouterr().out)
        return told["error"] if exit_ == 2 else told

    return type_


def test_12_a_question_goes_to_its_centre_and_its_answer_comes_back_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    columns = light(tmp_path / "colonnes")
    with bridge_on(tmp_path, generate(4, seed=4), columns=columns) as bridge:
        bridge.run()
        for name, value in {**bridge.environment, "COLUMNS": "250"}.items():
            monkeypatch.setenv(name, value)
        unc = typed(capsys)
        known = unc("registre", "list")["situations"]
        subject = known[0]["id"] if known else ""
        due = ("--echeance", "2099-02-15")
        words = ("--texte", "Ces cas sont-ils connus ?", *due, *BY)
        told = unc(
            "registre", "question", "add", subject, "--centres", "Nulle part", *words, exit_=2
        )
        assert told == "« Nulle part » n'est pas dans la table des centres (crpv.csv)."
        told = unc("registre", "question", "add", "999", "--centres", "Lyon", *words, exit_=2)
        assert "Aucun dossier 999" in told
        asked = unc("registre", "question", "add", subject, "--centres", "Lyon ; Lille", *words)
        assert (asked["id"], asked["centres"]) == ("QUE-0001", ["lyon", "lille"])
        with open_services(bridge.settings) as services:
            export(services, Summary())
            back = tmp_path / "lyon.xlsx"
            book = openpyxl.load_workbook(published(services, "crpv-lyon"))
            book["Questions"]["E2"].value = "Deux cas, en 2025."
            book.save(back)
        assert unc("import", str(back), "--dry-run")["imported"] == 0
        found = unc("import", str(back))
        assert found["answers"] == [
            {"question": "QUE-0001", "before": "", "after": "Deux cas, en 2025."}
        ]
        assert (found["imported"], found["remarks"]) == (1, [])
        assert unc("import", str(back))["imported"] == 0, "the same file says nothing new"
        (lyon,) = unc("registre", "question", "list", "--centre", "Lyon")["questions"]
        assert (lyon["told"], lyon["answer"]["person"]) == ("répondu", "CRPV Lyon")
        shown = unc("registre", "show", subject)
        assert [act["verb"] for act in shown["acts"]][-2:] == ["question", "réponse"]
        unc(
            "registre",
            "question",
            "answer",
            "que-0001",
            "--centre",
            "Lille",
            "--texte",
            "Non.",
            *BY,
        )
        summary = Summary()
        with open_services(bridge.settings) as services:
            export(services, summary)
            names = {Path(one).name for one in summary.workbooks}
            assert names == {"agence.xlsx", "crpv-lyon.xlsx", "crpv-lille.xlsx"}
            again = Summary()
            export(services, again)
        assert again.workbooks == [], "nothing moved since"
        assert call(["registre", "show", subject]) == 0
        assert "Deux cas, en 2025." in capsys.readouterr().out
        assert call(["registre", "question", "list"]) == 0
        assert "CRPV Lille" in capsys.readouterr().out
