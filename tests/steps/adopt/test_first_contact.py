"""Whatever the form, before a person adopts it: nothing written on DS, nothing for the network."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import pytest

from cli.app import call
from sandbox.generator.any_form import dossiers_of
from sandbox.server import running_sandbox
from tests.conftest import few_centres
from tests.mappings.matching.perturbed import form, names

FIRST = 90_000
TWO = ("same labels, other ids", "syndicat.yaml")
FOUND = ("inconnue.yaml", "quatrieme_plume.yaml", "rubrique.yaml")
"""Forms of which nearly all is found: others say as much in the same time."""
OTHERS = [one for one in names() if one not in {"syndicat.yaml", *FOUND}]


@pytest.mark.slow
@pytest.mark.parametrize(
    "several",
    [TWO, OTHERS[::2], OTHERS[1::2]],
    ids=["two", "one half", "the other half"],
)
def test_a_first_run_on_any_form_only_reads_and_judges_for_the_agency(
    several: Sequence[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Each form of the tests as a démarche with a dossier of its own; all of them are slow."""
    forms = [{**form(name).form, "number": FIRST + at} for at, name in enumerate(several)]
    with running_sandbox(tmp_path / "sandbox", forms=forms, rate_limit=100_000) as sandbox:
        for one in forms:
            (dossier,) = dossiers_of(one, 1, seed=5)
            company = asdict(dossier.company)
            given = {"answers": dossier.answers, "company": company, "mandatory": False}
            sandbox.control.create(one["number"], given)
            sandbox.control.add_token(f"jeton-{one['number']}", demarches=[one["number"]])
        tables = (
            f"[d{one['number']}]\nUNC_DEMARCHE = {one['number']}\n"
            f'UNC_DS_TOKEN = "jeton-{one["number"]}"\n'
            for one in forms
        )
        (tmp_path / "demarches.toml").write_text("".join(tables), "utf-8")
        for key, value in {
            "UNC_DS_URL": sandbox.url,
            "UNC_INSTRUCTEUR": sandbox.instructeur,
            "UNC_HOME": str(tmp_path / "home"),
            "UNC_DEMARCHES": str(tmp_path / "demarches.toml"),
            "UNC_DECLARANT_CHANNEL": "message",
            "UNC_QUIET_MINUTES": "0",
            "UNC_COLUMNS": str(few_centres(tmp_path / "colonnes")),
        }.items():
            monkeypatch.setenv(key, value)
        sandbox.control.stats(reset=True)
        call(["run", "--json"])
        found = json.loads(capsys.readouterr().out)["demarches"]
        asked = sandbox.control.stats()
    assert asked["requests"] > len(forms)
    assert asked["mutations"] == {}
    assert {one["seen"] for one in found.values()} == {1}
    handed_out = {Path(one).name for summary in found.values() for one in summary["workbooks"]}
    assert handed_out == {"agence.xlsx"}
    assert len(found) == len(forms)
