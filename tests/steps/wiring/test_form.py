"""The files of a form are parsed once, and again as soon as one of them says something else."""

import shutil
from pathlib import Path

import pytest

from datafiles.file import DataFileError
from settings import ROOT
from steps.wiring import checked_files
from steps.wiring.checked_files import CheckedFiles
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


WRONG = {"rules/vocabulaire.yaml": "uses: 3", "rules/textes/message_request.j2": "{% if %}"}


@pytest.mark.parametrize("name", WRONG)
@pytest.mark.slow
def test_a_wrong_file_is_told_at_once_whatever_was_found_right_before(
    tmp_path: Path, name: str
) -> None:
    shutil.copytree(ROOT / "triage" / "unc", tmp_path / "rules")
    mapping, checked = ROOT / "mappings/unc/mapping.yaml", CheckedFiles(tmp_path)

    def form() -> Form:
        return load_form(mapping=mapping, rules=tmp_path / "rules", checked=checked)

    right = (tmp_path / name).read_text("utf-8")
    form()
    (tmp_path / name).write_text(WRONG[name], "utf-8")
    for _ in range(2):
        with pytest.raises(DataFileError, match=Path(name).name):
            form()
    (tmp_path / name).write_text(right, "utf-8")
    found = form()
    assert found.matching is not None
    assert "vocabulary" not in found.matching.__dict__, "what was found right is read again"
    assert found.matching.vocabulary.uses


def test_a_note_counts_for_the_code_that_made_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked = CheckedFiles(tmp_path)
    assert not checked.has("one")
    checked.add("one")
    checked.add("two")
    assert checked.has("one")
    assert checked.has("two")
    assert not checked.has("three")
    monkeypatch.setattr(checked_files, "_code", lambda: "another state")
    assert not checked.has("one")


@pytest.mark.parametrize("spoil", ["folder", "bytes", "absent"])
def test_a_note_that_cannot_be_read_or_written_counts_for_nothing(
    tmp_path: Path, spoil: str
) -> None:
    checked = CheckedFiles(tmp_path / "home")
    if spoil != "absent":
        (tmp_path / "home").mkdir()
    note = tmp_path / "home" / "fichiers-verifies"
    if spoil == "folder":
        note.mkdir()
    if spoil == "bytes":
        note.write_bytes(b"\xff\xfe")
    assert not checked.has("one")
    checked.add("one")
    assert checked.has("one") == (spoil == "bytes")
