"""A second démarche by data files alone: mapping, rules, texts, columns; no Python knows it."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from cli.app import call
from mappings.medicines.facts import medicines_of
from sandbox.server import Sandbox, running_sandbox
from settings import ROOT, Settings, load_settings
from steps.judge.judge import judge
from steps.judge.verdicts import ASSESSMENT
from steps.read.poll import poll
from steps.reply.respond import respond
from steps.wiring.case_files import reports_of
from steps.wiring.drift import drift_of
from steps.wiring.public_data.reference import load, matcher_of
from steps.wiring.services import connect
from steps.wiring.summary import Summary

DATA = ROOT / "tests" / "data"
FILES = {
    "mapping": ROOT / "mappings" / "erreurs" / "mapping.yaml",
    "rules": DATA / "erreurs",
    "columns": DATA / "erreurs" / "classeurs",
}
FORM = json.loads((DATA / "erreurs" / "formulaire.json").read_text("utf-8"))
COMPLETE: dict[int, Any] = {
    7002: True,
    7003: "2026-05-02T08:30:00+02:00",
    7004: {"name": "Ajaccio", "code": "2A004", "postalCode": "20000"},
    7005: ["Administration", "Débit"],
    7006: "La pompe a été réglée dix fois trop vite pendant deux heures.",
    7007: 12,
    7008: [{7081: "Anastrozole Accord 1 mg", 7082: "3400949497294"}],
    7010: "Remarque que rien ne reprend",
    7011: "44303600300027",
    7012: "Initial",
}
LOTS = [{7081: "Anastrozole Accord 1 mg", 7083: f"lot {one}"} for one in range(3)]
DOSSIERS = {
    1: (COMPLETE, "Complet", "P1", ["present", "present", "present"]),
    2: (
        {**COMPLETE, 7007: None, 7006: "Court", 7008: LOTS},
        "À compléter",
        "P4",
        ["present", "insufficient", "missing"],
    ),
    3: ({**COMPLETE, 7002: None}, "À préciser", None, ["present"] * 3),
    4: ({**COMPLETE, 7002: False}, "Hors champ", None, ["present"] * 3),
    5: ({**COMPLETE, 7007: -1, 7008: []}, "À compléter", "P4", ["missing", "present", "invalid"]),
}


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[Sandbox]:
    """A sandbox with the dossiers of the second form."""
    moment = datetime(2026, 6, 1, tzinfo=UTC).isoformat()
    with running_sandbox(tmp_path / "sandbox", forms=[FORM], rate_limit=10_000) as served:
        for number, (answers, *_) in DOSSIERS.items():
            seed = {
                "number": 70_000_000 + number,
                "revision": 1,
                "state": "en_construction",
                "groupe": 0,
                "deposited_at": moment,
                "updated_at": moment,
                "usager_email": "chu@example.org",
                "company": {"siret": "44303600300027", "name": "CHU"},
                "answers": answers,
                "mandatory": False,
            }
            served.control.create(60001, seed)
        served.control.annotate(70_000_001, {7905: "Lyon"})
        yield served


@pytest.fixture
def settings(sandbox: Sandbox, tmp_path: Path) -> Settings:
    return load_settings(
        _env_file=None,
        ds_url=sandbox.url,
        ds_token=sandbox.token,
        demarche=60001,
        instructeur=sandbox.instructeur,
        home=tmp_path / "home",
        **FILES,
    )


def test_a_second_form_is_read_judged_and_answered_by_data_alone(
    sandbox: Sandbox, settings: Settings
) -> None:
    load(DATA / "bdpm", settings.home)
    summary = Summary()
    with connect(settings, make=True) as services:
        poll(services, summary)
        judge(services, summary)
        respond(services, summary)
        found = {one.number % 100: one for one in services.store.dossiers.iterate(60001)}
        reports = {one.number % 100: one for one in reports_of(services)}
        drifts = drift_of(services)
        mapping = services.form.mapping
        joined = medicines_of(reports[1], mapping=mapping, matcher=matcher_of(settings.home))
    written = sandbox.control.snapshot(70_000_001)["annotations"]
    for number, (_, status, priority, verdicts) in DOSSIERS.items():
        kept = found[number].assessment
        assert kept is not None
        verdict = ASSESSMENT.validate_json(kept.detail)
        told = (verdict.status.value, verdict.priority, [i.verdict.value for i in verdict.items])
        assert told == (status, priority, verdicts), number
    report = reports[1]
    assert report.value("survenue_le") == datetime(2026, 5, 2, 6, 30, tzinfo=UTC)
    assert report.value("circuit") == ("Administration", "Débit")
    assert report.value("patients") == Decimal(12)
    assert report.fields["commune"].origin is not None
    assert [one.text for one in report.unmapped] == ["Remarque que rien ne reprend"]
    assert [one.champ for one in drifts] == ["7083", "7010"], [one.advice for one in drifts]
    assert [one.by for one in joined if one] == ["cip"]
    assert len(summary.annotated) == len(DOSSIERS)
    assert "Complet" in str(written)


@pytest.fixture
def environment(
    sandbox: Sandbox, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second form as one table among those of UNC_DEMARCHES."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("UNC_DS_URL", sandbox.url)
    monkeypatch.setenv("UNC_HOME", str(settings.home))
    monkeypatch.setenv("UNC_DEMARCHES", str(tmp_path / "demarches.toml"))
    monkeypatch.setenv("UNC_DEMARCHE", "60001")
    table = {
        "UNC_DEMARCHE": 60001,
        "UNC_DS_TOKEN": sandbox.token,
        "UNC_INSTRUCTEUR": sandbox.instructeur,
        **{f"UNC_{name.upper()}": str(path) for name, path in FILES.items()},
    }
    lines = [f"{name} = {json.dumps(value)}" for name, value in table.items()]
    (tmp_path / "demarches.toml").write_text("\n".join(["[erreurs]", *lines]), "utf-8")


def rows_of(path: Path, sheet: str) -> list[dict[str, object]]:
    said = sheet == "Situations"  # a sentence stands over its headers
    header, *rows = list(openpyxl.load_workbook(path)[sheet].values)[said:]
    return [dict(zip(map(str, header), row, strict=True)) for row in rows]


def told(capsys: pytest.CaptureFixture[str], *command: str) -> Any:
    capsys.readouterr()
    code = call([*command, "--json"])
    shown = capsys.readouterr()
    assert code in {0, 1}, shown.err
    return json.loads(shown.out)


@pytest.mark.slow
@pytest.mark.usefixtures("environment")
def test_its_workbooks_are_published_and_taken_back(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    summary = told(capsys, "run")
    paths = {Path(one).name: Path(one) for one in summary["workbooks"]}
    assert paths.keys() == {"agence.xlsx", "reseau.xlsx", "crpv-lyon.xlsx", "crpv-marseille.xlsx"}
    agency, centre = paths["agence.xlsx"], paths["crpv-lyon.xlsx"]
    first = rows_of(agency, "Dossiers")[0]
    assert (first["Établissement"], first["Patients exposés"]) == ("CHU", 12)
    assert str(first["Récit"]).startswith("La pompe")
    assert "Récit" not in rows_of(paths["reseau.xlsx"], "Dossiers")[0]
    assert [row["Dossier"] for row in rows_of(centre, "Dossiers")] == [70_000_001]
    assert rows_of(agency, "Médicaments")[0]["Code CIP"] == "3400949497294"
    assert any(row["Situation"] for row in rows_of(agency, "Situations"))
    synthesis = [str(row[0]) for row in openpyxl.load_workbook(agency)["Synthèse"].values]
    assert synthesis[0] == "Erreurs médicamenteuses — classeur de l’agence"
    assert not any("mesure" in one or "connaissance" in one for one in synthesis)

    book = openpyxl.load_workbook(centre)
    at = {str(cell.value): int(cell.column or 0) for cell in book["Dossiers"][1]}
    book["Dossiers"].cell(row=2, column=at["Avis du centre"]).value = "Erreur confirmée"
    book.save(tmp_path / "retour.xlsx")
    assert told(capsys, "import", str(tmp_path / "retour.xlsx"))["imported"] == 1
    again = {Path(one).name: Path(one) for one in told(capsys, "export")["workbooks"]}
    assert rows_of(again["crpv-lyon.xlsx"], "Dossiers")[0]["Avis du centre"] == "Erreur confirmée"
    assert {one["issue"] for one in told(capsys, "status")["passages"]} <= {
        "terminé",
        "terminé, à regarder",
    }
    unmapped = told(capsys, "status")["champs_sans_correspondance"]
    assert {one["libellé"]: one["dossiers"] for one in unmapped} == {
        "Remarque libre": 5,
        "Numéro de lot": 1,
    }, "three rows of one dossier count once"
    (fit,) = [
        one
        for one in told(capsys, "doctor")["checks"]
        if one["name"] == "Colonnes et confidentialité"
    ]
    assert fit["level"] == "ok"


@pytest.mark.slow
@pytest.mark.usefixtures("environment")
def test_columns_of_another_form_stop_the_export_with_their_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "demarches.toml"
    kept = [line for line in file.read_text("utf-8").splitlines() if "UNC_COLUMNS" not in line]
    file.write_text("\n".join(kept), "utf-8")
    told(capsys, "sync")
    told(capsys, "respond")
    assert call(["export"]) == 2
    shown = capsys.readouterr().err
    assert "UNC_COLUMNS" in shown
    assert str(ROOT / "exports" / "unc" / "policy.yaml") in shown.replace("\n", "")
