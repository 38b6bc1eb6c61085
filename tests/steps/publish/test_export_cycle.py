"""Publishing, changing, importing and publishing again, as a person at the agency does it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from cli.app import call
from exports.published.manifest import ON_REQUEST
from exports.returned.taken_in import TakenIn
from sandbox.generator.generate import generate
from steps.judge.judge import judge
from steps.judge.situation_decisions import confirm
from steps.publish.export import export
from steps.publish.opinions import take_in
from steps.publish.requested import Request, hand_out
from steps.wiring.public_data.reference import load
from steps.wiring.public_data.version import version_of
from steps.wiring.services import Services, open_services
from steps.wiring.summary import Summary
from tests.conftest import Bridge, bridge_on
from tests.steps.returning import fill, published

pytestmark = pytest.mark.slow

CENTRE = "crpv-lyon"
MEDICINES, CIS, ABECMA = 15, 152, "65329132"
BDPM = Path(__file__).parents[2] / "data" / "bdpm"


@pytest.fixture(scope="module")
def bridge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bridge]:
    seeds = list(generate(30, seed=4))
    last = seeds[-1]
    rows = [{**last.answers[MEDICINES][0], CIS: ABECMA}]
    seeds[-1] = replace(last, answers={**last.answers, MEDICINES: rows})
    with bridge_on(tmp_path_factory.mktemp("cycle"), seeds) as one:
        one.run()
        yield one


@pytest.fixture
def services(bridge: Bridge) -> Iterator[Services]:
    with open_services(bridge.settings) as one:
        yield one


def test_every_centre_has_its_workbook(services: Services) -> None:
    folder = published(services, "agence").parent
    names = {path.name for path in folder.glob("*.xlsx")}
    assert {"agence.xlsx", "reseau.xlsx", f"{CENTRE}.xlsx"} <= names
    assert len(names) == 4, "two centres in tests"


def test_an_opinion_goes_round_once(services: Services, tmp_path: Path) -> None:
    back = tmp_path / "retour.xlsx"
    number = fill(
        published(services, CENTRE), back, judgement="A surveiller", comment="vu, à suivre"
    )
    tried = take_in(services, back, dry_run=True)
    assert [one.number for one in tried.changes] == [number]
    assert services.store.opinions.latest(services.demarche) == ()
    assert take_in(services, back, dry_run=False) == tried
    assert take_in(services, back, dry_run=False) == TakenIn(CENTRE, (), ())

    summary = Summary()
    export(services, summary)
    assert {Path(one).name for one in summary.workbooks} == {"agence.xlsx", f"{CENTRE}.xlsx"}
    book = openpyxl.load_workbook(published(services, CENTRE))
    row = {str(head.value): cell.value for head, cell in zip(*book["Dossiers"]["1:2"], strict=True)}
    assert (row["Avis du centre"], row["Commentaire"]) == ("À surveiller", "vu, à suivre")
    agency = rows_of(published(services, "agence"), "Dossiers")
    (told,) = [str(one["Avis reçus"]) for one in agency if one["Dossier"] == number]
    assert "vu, à suivre" in told

    again = Summary()
    export(services, again)
    assert again.workbooks == []


def test_what_is_refused_keeps_nothing(services: Services, tmp_path: Path) -> None:
    before = services.store.opinions.latest(services.demarche)
    bad = tmp_path / "faux.xlsx"
    fill(published(services, "reseau"), bad, judgement="Peut-être", comment="x")
    taken = take_in(services, bad, dry_run=False)
    assert taken.problems[0].startswith("Dossiers!")
    assert services.store.opinions.latest(services.demarche) == before


@pytest.mark.parametrize(
    ("identity", "told"),
    [
        ("UNC/1/crpv-lyon/0/0123456789ab", "de la démarche 1"),
        ("UNC/{}/crpv-nulle-part/0/0123456789ab", "table des centres"),
        ("UNC/{}/crpv-lyon/999999/0123456789ab", "l'installation dont il vient"),
        ("rien", "n'est pas un classeur de la passerelle"),
    ],
)
def test_a_workbook_from_elsewhere_is_refused(
    services: Services, tmp_path: Path, identity: str, told: str
) -> None:
    book = openpyxl.load_workbook(published(services, CENTRE))
    for row in book["À propos"].iter_rows():
        if row[0].value == "Identifiant du classeur":
            row[1].value = identity.format(services.demarche)
    book.save(tmp_path / "autre.xlsx")
    taken = take_in(services, tmp_path / "autre.xlsx", dry_run=False)
    assert len(taken.problems) == 1
    assert told in taken.problems[0]


def test_what_is_asked_for_stands_apart(services: Services) -> None:
    before = published(services, "agence")
    summary = Summary()
    asked = Request(centre="lyon", since=date(2020, 1, 1))
    hand_out(services, summary, request=asked)
    again = Summary()
    hand_out(services, again, request=asked)
    assert [Path(one).name for one in summary.workbooks] == [f"{CENTRE}.xlsx"]
    assert again.workbooks == summary.workbooks
    assert Path(summary.workbooks[0]).parents[1].name == ON_REQUEST
    assert published(services, "agence") == before
    tables = Summary()
    hand_out(services, tables, request=Request(format="csv"))
    assert {Path(one).suffix for one in tables.workbooks} == {".csv"}
    assert len(tables.workbooks) == 13 + 12, "the agency alone has a sheet of consumption"


def test_the_command_says_what_it_did_by_its_exit_code(
    bridge: Bridge, services: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in bridge.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    good, bad = tmp_path / "bon.xlsx", tmp_path / "faux.xlsx"
    fill(published(services, CENTRE), good, judgement="", comment="revu")
    fill(published(services, CENTRE), bad, judgement="Bof", comment="")
    (tmp_path / "texte.xlsx").write_text("a;b")
    assert call(["import", str(good), "--dry-run"]) == 0
    assert call(["import", str(good)]) == 0
    assert call(["import", str(bad)]) == 1
    assert call(["import", str(tmp_path / "texte.xlsx")]) == 2
    assert call(["import", str(tmp_path / "absent.xlsx")]) == 2
    assert call(["export", "--centre", "nulle-part"]) == 2
    assert call(["export", "--centre", "CRPV de Lyon"]) == 0


def rows_of(path: Path, sheet: str) -> list[dict[str, object]]:
    said = sheet == "Situations"  # a sentence stands over its headers
    header, *rows = list(openpyxl.load_workbook(path)[sheet].values)[said:]
    return [dict(zip(map(str, header), row, strict=True)) for row in rows]


def test_a_situation_that_a_person_confirms_is_told_in_the_next_workbooks(
    services: Services,
) -> None:
    before = rows_of(published(services, "agence"), "Situations")
    name = next(str(row["Situation"]) for row in before if row["Situation"])
    assert {row["Regroupement"] for row in before} <= {"proposé", None}
    confirm(services, name)
    export(services, Summary())
    after = {row["Situation"]: row for row in rows_of(published(services, "agence"), "Situations")}
    assert after[name]["Regroupement"] == "confirmé"
    assert sum(row["Regroupement"] == "confirmé" for row in after.values()) == 1


def test_loading_bdpm_fills_its_columns_in_the_next_workbooks(services: Services) -> None:
    before = rows_of(published(services, "agence"), "Spécialités")
    assert {row["Rapprochement BDPM"] for row in before} == {"BDPM non chargée"}
    assert {row["MITM"] for row in before} == {None}
    load(BDPM, services.inputs.home)
    judge(services, Summary())
    export(services, Summary())
    path = published(services, "agence")
    after = rows_of(path, "Spécialités")
    assert len(after) == len(before)
    assert all(row["Rapprochement BDPM"] != "BDPM non chargée" for row in after)
    (known,) = [row for row in after if row["Code CIS"] == ABECMA]
    assert str(known["Rapprochement BDPM"]).startswith("code CIS")
    assert known["Titulaire (BDPM)"] == "BRISTOL-MYERS SQUIBB PHARMA (IRLANDE)"
    assert (known["Surveillance renforcée"], known["MITM"]) == ("Oui", "Oui")
    about = {line[0]: line[1] for line in openpyxl.load_workbook(path)["À propos"].values}
    assert about["BDPM"] == version_of(services.inputs.home)
