"""The files of a form are parsed once, and again as soon as one of them says something else."""

import shutil
from pathlib import Path

import pytest

from datafiles.file import DataFileError
from settings import ROOT
from steps.wiring.form import Form, load_form


@pytest.mark.slow
def test_files_are_parsed_once_and_again_when_one_changes(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "mappings" / "unc", tmp_path / "mappings")
    shutil.copytree(ROOT / "triage" / "unc", tmp_path / "rules")
    mapping, rules = tmp_path / "mappings" / "mapping.yaml", tmp_path / "rules"

    def form() -> Form:
        return load_form(mapping=mapping, rules=rules)

    first = form()
    assert form() is first
    for path in (
        mapping,
        rules / "reponses.yaml",
        rules / "rapprochements.yaml",
        rules / "vocabulaire.yaml",
        *(rules / "rules").glob("*.yaml"),
    ):
        path.write_text(path.read_text("utf-8") + "\n# relu\n", "utf-8")
        assert form() is not first, path.name
        first = form()
    names = rules / "substances.csv"
    names.unlink()
    assert form() is not first, "a file that goes is missed"
    text = next((rules / "textes").glob("*.j2"))
    before = form()
    text.write_text(text.read_text("utf-8") + " ", "utf-8")
    assert form().digest != before.digest
    mapping.write_text("rien", "utf-8")
    for _ in range(2):
        with pytest.raises(DataFileError, match=r"mapping\.yaml"):
            form()
