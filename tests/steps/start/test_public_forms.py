"""Two forms of other administrations, a few hundred champs together, from their form alone."""

from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest

from mappings.schema.file import parse_mapping
from sandbox.form.file import read_form
from sandbox.generator.any_form import dossiers_of
from sandbox.server import INSTRUCTEUR, running_sandbox
from tests.mappings.matching.variants import ROOT, every
from tests.steps.start.test_new_demarche import MADE, told, work_with_a_folder_of_its_own

FORMS = ROOT / "tests" / "data" / "demarches"
DECORATIVE = frozenset({"header_section", "explication"})
TWICE = {
    "especes-protegees": ["", " (choix)", " (fichiers)"],
    "detr-dsil": ["", " (texte)", " (texte) 2"],
}
"""Columns of the annotations of one label, by what stands after it."""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "size", "label"),
    [("especes-protegees", 137, "Avis CSRPN/CNPN"), ("detr-dsil", 347, "Lequel, au juste")],
)
def test_a_form_of_another_administration_is_adopted_read_and_handed_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, size: int, label: str
) -> None:
    form = read_form(FORMS / f"{name}.yaml", robot=INSTRUCTEUR)
    revision, folder = form["revisions"][-1], tmp_path / MADE
    asked = [one for one in every(revision) if one["type"] not in DECORATIVE]
    seeds = dossiers_of(form, 5, seed=3)
    running = running_sandbox(tmp_path / "s", forms=[form], seeds=seeds, rate_limit=10_000)
    with running as sandbox:
        work_with_a_folder_of_its_own(monkeypatch, sandbox, tmp_path)
        made = told(["mapping", "adapt", "--new", str(folder), "--json"])
        repeated = [one for one in revision["annotations"] if one["type"] == "repetition"]
        assert made["left"] == [one["label"] for one in repeated]
        read = len(asked) - sum(1 + len(one["children"]) for one in repeated)
        assert (made["fields"] + made["annotations"], made["odd"]) == (read, [])
        assert sum(1 for _ in every(revision)) == size
        first = told(["run", "--json"], code=1)
        assert [Path(one).name for one in first["workbooks"]] == ["agence.xlsx"]
        (*_, remedy) = told(["mapping", "check", "--json"], code=1)["drift"][0].partition(" — ")
        assert remedy == "`unc mapping adopt`", "nothing is left to adapt"
        assert told(["mapping", "adopt", "--by", "Nadia Martin", "--json"])["adopted"]
        second = told(["run", "--json"])
        assert {Path(one).name for one in second["workbooks"]} == {"agence.xlsx", "reseau.xlsx"}
        assert told(["mapping", "check", "--json"])["drift"] == []
        assert sandbox.control.stats()["mutations"] == {}
        text = (folder / "mapping.yaml").read_text("utf-8")
        assert told(["mapping", "adapt", "--auto", "--json"])["adopted"]
    mapping = parse_mapping(text, source="mapping.yaml")
    after = parse_mapping((folder / "mapping.yaml").read_text("utf-8"), source="mapping.yaml")
    assert replace(after, digest="") == replace(mapping, digest=""), "whoever wrote it"
    book = openpyxl.load_workbook(first["workbooks"][0])
    header, *rows = book["Dossiers"].values
    assert len(rows) == len(seeds)
    assert len(header) == len(set(header)) > len(mapping.fields) + len(mapping.annotations)
    assert sorted(
        str(one) for one in header if str(one).startswith(f"{label} (") or one == label
    ) == [f"{label}{more}" for more in TWICE[name]]
    assert not [one for one in header if str(one).rpartition("_")[2].isdigit()]
    sheets = [one for one in mapping.fields.values() if one.type == "rows"]
    assert len(book.sheetnames) == len(sheets) + 5
