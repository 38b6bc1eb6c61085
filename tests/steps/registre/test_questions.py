"""A question to a centre, from the command to its workbook and back; a score as it moves."""

import json
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from cli.app import call
from sandbox.generator.generate import generate
from steps.publish.export import export
from steps.wiring.services import open_services
from steps.wiring.summary import Summary
from tests.conftest import Bridge, bridge_on, few_centres
from tests.steps.returning import published

pytestmark = pytest.mark.slow

BY = ("--by", "Anne Durand")
KEPT = ("Dossiers\n", "Situations\n", "Questions\n", "Dictionnaire\n", "À propos\n")
REFUSED = 2


def light(folder: Path) -> Path:
    """Columns with the sheet of questions, and Lyon and Lille as the only centres."""
    made = few_centres(folder, ["lyon", "lille"])
    file = made / "columns.yaml"
    head, *sheets = file.read_text("utf-8").split("\n  - name: ")
    kept = [one for one in sheets if one.startswith(KEPT)]
    file.write_text("\n  - name: ".join([head, *kept]).replace("    rest: true\n", ""), "utf-8")
    return made


@pytest.fixture(scope="module")
def bridge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bridge]:
    folder = tmp_path_factory.mktemp("questions")
    columns = light(folder / "colonnes")
    with bridge_on(folder, generate(4, seed=4), columns=columns) as made:
        made.run()
        yield made


@pytest.fixture
def unc(
    bridge: Bridge, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Any]:
    for name, value in {**bridge.environment, "COLUMNS": "250"}.items():
        monkeypatch.setenv(name, value)

    def type_(*words: str, refused: bool = False) -> Any:
        capsys.readouterr()
        assert call([*words, "--json"]) == (REFUSED if refused else 0)
        told = json.loads(capsys.readouterr().out)
        return told["error"] if refused else told

    return type_


def exported(bridge: Bridge) -> set[str]:
    """Workbooks that an export replaces."""
    summary = Summary()
    with open_services(bridge.settings) as services:
        export(services, summary)
    return {Path(one).name for one in summary.workbooks}


def test_12_a_question_goes_to_its_centre_and_its_answer_comes_back_once(
    bridge: Bridge,
    unc: Callable[..., Any],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    subject = unc("registre", "list")["situations"][0]["id"]
    words = ("--texte", "Ces cas sont-ils connus ?", "--echeance", "2099-02-15", *BY)
    add = ("registre", "question", "add")
    told = unc(*add, subject, "--centres", "Nulle part", *words, refused=True)
    assert told == "« Nulle part » n'est pas dans la table des centres (crpv.csv)."
    told = unc(*add, "999", "--centres", "Lyon", *words, refused=True)
    assert "Aucun dossier 999" in told
    asked = unc(*add, subject, "--centres", "Lyon ; Lille", *words)
    assert (asked["id"], asked["centres"]) == ("QUE-0001", ["lyon", "lille"])
    exported(bridge)
    back = tmp_path / "lyon.xlsx"
    with open_services(bridge.settings) as services:
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
    lille = ("que-0001", "--centre", "Lille", "--texte", "Non.", *BY)
    unc("registre", "question", "answer", *lille)
    assert exported(bridge) == {"agence.xlsx", "crpv-lyon.xlsx", "crpv-lille.xlsx"}
    assert exported(bridge) == set(), "nothing moved since"
    for page in (("registre", "show", subject), ("registre", "question", "list")):
        assert call([*page]) == 0
        assert "Deux cas, en 2025." in capsys.readouterr().out


def test_a_score_is_kept_with_its_lines_and_show_tells_how_it_moved(
    bridge: Bridge, unc: Callable[..., Any], capsys: pytest.CaptureFixture[str]
) -> None:
    subject = unc("registre", "list")["situations"][-1]["id"]
    exported(bridge)
    (score,) = unc("registre", "show", subject)["scores"]
    assert (score["score"]["most"], len(score["score"]["lines"])) == (20, 11)
    assert score["score"]["version"].startswith("2026.1 (")
    level = ("--niveau", "Faible", "--justification", "Peu de cas, tous sans gravité aucune.")
    texts = ("--titre", "T", "--usage-autorise", "A", "--usage-constate", "C")
    more = ("--risque", "potentiel", "--pilote", "Anne", "--surveillance", "oui")
    unc("registre", "validate", subject, *level, *texts, *more, *BY)
    exported(bridge)
    before, after = unc("registre", "show", subject)["scores"]
    assert after["score"]["points"] == before["score"]["points"] + 1
    assert call(["registre", "show", subject]) == 0
    assert "Programme de surveillance renforcée 0 → 1" in capsys.readouterr().out


def test_a_workbook_is_made_again_on_the_day_on_which_an_answer_is_late_and_no_other(
    bridge: Bridge, unc: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    subject = unc("registre", "list")["situations"][0]["id"]
    words = ("--centres", "Lyon", "--texte", "Et depuis ?", "--echeance", "2099-02-15", *BY)
    unc("registre", "question", "add", subject, *words)
    exported(bridge)

    def on(today: Callable[[], date]) -> None:
        for module in ("steps.registre.exported", "steps.judge.acts"):
            monkeypatch.setattr(f"{module}.today", today)

    on(lambda: date(2099, 2, 15))
    assert exported(bridge) == set()
    on(lambda: date(2099, 2, 16))
    assert exported(bridge) == {"agence.xlsx", "crpv-lyon.xlsx"}
    on(lambda: date(2099, 2, 17))
    assert exported(bridge) == set()
