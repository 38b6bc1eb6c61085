"""A returned workbook is checked with what was handed out, and a person's yes is asked."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import openpyxl
import pytest

from cli.app import call
from sandbox.generator.generate import generate
from steps.publish.opinions import take_in
from steps.wiring.services import Services, now, open_services
from tests.conftest import Bridge, bridge_on
from tests.exports.returned.comparing import sort_alone
from tests.steps.returning import published

pytestmark = pytest.mark.slow

WORDS = ["vu", "revoir", "lettre", "cas", "doublon", "rien", "attente", "source"]


@pytest.fixture(scope="module")
def bridge(tmp_path_factory: pytest.TempPathFactory, light_columns: Path) -> Iterator[Bridge]:
    place = tmp_path_factory.mktemp("rows")
    with bridge_on(place, generate(12, seed=4), columns=light_columns) as one:
        one.run()
        yield one


@pytest.fixture
def services(bridge: Bridge) -> Iterator[Services]:
    with open_services(bridge.settings) as one:
        yield one


def commented(services: Services, to: Path, *, alone: str = "", row: int = 2) -> dict[int, str]:
    """Comments typed in the agency's workbook, in which a column is then sorted alone."""
    book = openpyxl.load_workbook(published(services, "agence"))
    sheet = book["Dossiers"]
    at = {str(cell.value): int(cell.column or 0) for cell in sheet[1]}
    typed = {}
    for place, word in enumerate(WORDS, start=row):
        sheet.cell(row=place, column=at["Commentaire"]).value = word
        typed[int(str(sheet.cell(row=place, column=at["Dossier"]).value))] = word
    if alone:
        sort_alone(sheet, at[alone], reverse=alone == "Dossier")
    book.save(to)
    return typed


def held(services: Services) -> dict[int, str]:
    rows = services.store.opinions.latest(services.demarche)
    return {one.number: one.comment for one in rows if one.author == "agence"}


@pytest.mark.parametrize("column", ["Commentaire", "Dossier"])
def test_a_column_sorted_alone_is_refused_and_nothing_is_kept(
    services: Services, tmp_path: Path, column: str
) -> None:
    commented(services, tmp_path / "trié.xlsx", alone=column)
    taken = take_in(services, tmp_path / "trié.xlsx", dry_run=False)
    assert taken.changes == ()
    assert "Dossiers!" in taken.problems[0]
    assert "--accept-rows" in taken.problems[0]
    assert held(services) == {}


def test_what_was_handed_out_is_known_without_the_file(
    services: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commented(services, tmp_path / "trié.xlsx", alone="Dossier")
    monkeypatch.setattr("steps.publish.opinions.published", lambda *_, **__: iter(()))
    by_rows = take_in(services, tmp_path / "trié.xlsx", dry_run=True)
    services.store.handed_out.prune(services.demarche, keep=(), before=now() + timedelta(days=1))
    by_present = take_in(services, tmp_path / "trié.xlsx", dry_run=True)
    for taken in (by_rows, by_present):
        assert "cellules du" in taken.problems[0]


def test_the_command_takes_them_with_a_persons_yes(
    bridge: Bridge,
    services: Services,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    back = tmp_path / "trié.xlsx"
    typed = commented(services, back, alone="Commentaire")
    for name, value in bridge.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    assert call(["import", str(back), "--json"]) == 1
    said = capsys.readouterr()
    assert json.loads(said.out)["imported"] == 0
    assert "Rien n'est enregistré" in said.err
    assert call(["import", str(back), "--accept-rows", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["imported"] == len(typed)
    assert sorted(held(services).values()) == sorted(WORDS)
    assert call(["import", str(back), "--json"]) == 0, "nothing is new: nothing is asked again"


def test_the_command_asks_whom_merged_cells_are_for(
    bridge: Bridge,
    services: Services,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    back = tmp_path / "fusion.xlsx"
    book = openpyxl.load_workbook(published(services, "reseau"))
    sheet = book["Dossiers"]
    at = {str(cell.value): cell.coordinate[:-1] for cell in sheet[1]}["Commentaire"]
    sheet[f"{at}2"].value = "pour tous"
    sheet.merge_cells(f"{at}2:{at}4")
    book.save(back)
    for name, value in bridge.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    assert call(["import", str(back), "--json"]) == 1
    (problem,) = json.loads(capsys.readouterr().out)["problems"]
    assert "--merged all" in problem
    assert call(["import", str(back), "--merged", "all", "--json"]) == 0
    changes = json.loads(capsys.readouterr().out)["changes"]
    assert [one["after"]["comment"] for one in changes] == ["pour tous"] * 3
