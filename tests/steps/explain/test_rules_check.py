"""`unc rules check` on a folder of rule-sets and a base that has read the form, or has not."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from datafiles.file import DataFileError
from sandbox.generator.generate import generate
from settings import ROOT
from steps.explain.rules_check import Checked, check_rulesets
from steps.wiring.form import load_form
from steps.wiring.inputs import RulesPlaces, rules_places
from tests.conftest import Bridge, bridge_on

SHIPPED = ROOT / "triage/unc"
TEXT = (SHIPPED / "rules/2026-1.yaml").read_text("utf-8")
NEXT = TEXT.replace('version: "2026.1"', 'version: "2026.2"').replace(
    "in_force_from: 2015-01-01", "in_force_from: 2026-10-01"
)
UNKNOWN = NEXT.replace("equals: Élevé", "equals: Enorme", 1)


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bridge]:
    """A bridge that has read the form."""
    with bridge_on(tmp_path_factory.mktemp("read"), generate(3, seed=2)) as bridge:
        bridge.run()
        yield bridge


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the rules with the first rule-set alone, to be spoilt."""
    copy = Path(shutil.copytree(SHIPPED, tmp_path / "rules"))
    (copy / "rules/2026-2.yaml").unlink()
    return copy


@pytest.mark.slow
def test_the_shipped_rules_are_valid_on_the_form(read: Bridge) -> None:
    found = check_rulesets(on(read, SHIPPED), None)
    assert (found.code, found.options_known) == (0, True)


def put(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def problems(found: Checked) -> dict[str, list[str]]:
    return {one.file.name: list(one.problems) for one in found.files}


def on(read: Bridge, folder: Path, **changes: Any) -> RulesPlaces:
    return rules_places(read.settings.model_copy(update={"rules": folder, **changes}))


@pytest.mark.slow
def test_two_rule_sets_side_by_side_are_valid(read: Bridge, folder: Path) -> None:
    put(folder / "rules", "2026-2.yaml", NEXT)
    found = check_rulesets(on(read, folder), None)
    beside: dict[str, list[str]] = {"reponses.yaml": [], "rapprochements.yaml": [], "textes": []}
    assert problems(found) == {"2026-1.yaml": [], "2026-2.yaml": [], **beside}
    assert (found.code, found.options_known, found.lack) == (0, True, "")


@pytest.mark.slow
def test_two_files_of_one_date_or_of_one_version_are_told(read: Bridge, folder: Path) -> None:
    put(folder / "rules", "copie.yaml", TEXT)
    found = check_rulesets(on(read, folder), None)
    assert found.code == 2
    told = problems(found)
    assert len(told["2026-1.yaml"]) == len(told["copie.yaml"]) == 2
    date, version = told["copie.yaml"]
    assert date.endswith("2026-1.yaml a la même date d'effet (01/01/2015)")
    assert version.endswith("2026-1.yaml a la même version (2026.1)")
    assert date.startswith("copie.yaml:")
    assert ": in_force_from :" in date


def test_a_candidate_is_set_beside_those_in_force(
    read: Bridge, folder: Path, tmp_path: Path
) -> None:
    there = on(read, folder)
    assert check_rulesets(there, put(tmp_path, "2026-2.yaml", NEXT)).code == 0
    assert check_rulesets(there, put(tmp_path, "essai.yaml", TEXT)).code == 2
    again = put(tmp_path, "2026-1.yaml", TEXT)
    assert check_rulesets(there, again).code == 0, "it would take the place of that name"


@pytest.mark.parametrize("neighbour", ["version: [", "version: rien\n", TEXT])
def test_options_are_checked_whatever_the_neighbours_are_worth(
    read: Bridge, folder: Path, tmp_path: Path, neighbour: str
) -> None:
    put(folder / "rules", "autre.yaml", neighbour)
    (folder / "reponses.yaml").unlink()
    found = check_rulesets(on(read, folder), put(tmp_path, "2026-2.yaml", UNKNOWN))
    assert (found.code, found.options_known, found.lack) == (1, True, "")
    assert "« Enorme » n'est pas une réponse" in problems(found)["2026-2.yaml"][0]


def test_a_form_that_was_never_read_is_said_to_be(
    read: Bridge, folder: Path, tmp_path: Path
) -> None:
    there = on(read, folder, home=tmp_path / "new")
    found = check_rulesets(there, None)
    assert (found.code, found.options_known) == (0, False)
    assert found.lack == "Le formulaire n'a pas encore été lu (unc sync)."
    assert not (tmp_path / "new").exists(), "nothing is made"


def test_a_base_that_cannot_be_read_is_not_a_form_never_read(
    read: Bridge, folder: Path, tmp_path: Path
) -> None:
    home = tmp_path / "broken"
    home.mkdir()
    there = on(read, folder, home=home)
    (home / "unc.sqlite").write_text("ceci n'est pas une base" * 100, encoding="utf-8")
    found = check_rulesets(there, None)
    assert (found.code, found.options_known) == (1, False)
    assert "formulaire" not in found.lack


def test_a_folder_without_rule_sets_is_refused(read: Bridge, folder: Path) -> None:
    (folder / "rules/2026-1.yaml").unlink()
    with pytest.raises(DataFileError, match="aucun référentiel"):
        check_rulesets(on(read, folder), None)


@pytest.mark.parametrize("put_in", ["", "2026-1.yaml", "rules", "rules/2026-1.yaml"])
@pytest.mark.parametrize("named", [True, False])
def test_unc_rules_on_anything_but_a_folder_of_rules_is_refused(
    read: Bridge, folder: Path, tmp_path: Path, put_in: str, named: bool
) -> None:
    holding = tmp_path / "holding"
    holding.mkdir()
    put(holding, "2026-1.yaml", TEXT)
    wrong = folder / put_in if put_in.startswith("rules") else holding / put_in
    candidate = put(tmp_path, "2026-2.yaml", NEXT) if named else None
    with pytest.raises(DataFileError) as refused:
        check_rulesets(on(read, wrong), candidate)
    (told,) = refused.value.problems
    assert told.startswith(f"UNC_RULES : {wrong} n'est pas un dossier comme triage/unc (avec ")
    assert "rules/, reponses.yaml, rapprochements.yaml, textes/" in told


def test_a_folder_of_rules_that_lacks_a_part_is_refused_with_the_part(
    read: Bridge, folder: Path
) -> None:
    (folder / "reponses.yaml").unlink()
    shutil.rmtree(folder / "textes")
    with pytest.raises(DataFileError, match=r"il y manque reponses\.yaml, textes/$"):
        check_rulesets(on(read, folder), None)


def test_a_file_that_was_named_and_cannot_be_read_is_told_by_its_path(
    read: Bridge, folder: Path, tmp_path: Path
) -> None:
    absent = tmp_path / "absent.yaml"
    found = check_rulesets(on(read, folder), absent)
    assert (found.code, problems(found)) == (2, {"absent.yaml": [f"{absent} : il n'existe pas"]})
    latin = tmp_path / "latin.yaml"
    latin.write_bytes("version: é".encode("cp1252"))
    (told,) = problems(check_rulesets(on(read, folder), latin))["latin.yaml"]
    assert told.startswith("latin.yaml:1 : le fichier n'est pas en UTF-8")


def test_two_files_of_one_version_are_refused_at_load(folder: Path) -> None:
    put(folder / "rules", "2026-2.yaml", NEXT.replace("2026.2", "2026.1"))
    with pytest.raises(DataFileError, match=r"2026-1\.yaml a la même version \(2026\.1\)"):
        load_form(mapping=ROOT / "mappings/unc/mapping.yaml", rules=folder)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        (
            "textes/message_request.j2",
            "{% if correction %}\n{{ nom }}{% endif %}{{ reference }}",
            "textes/message_request.j2:2 : « nom » n'existe pas",
        ),
        (
            "textes/motifs_priorite.j2",
            "{% for i in range(10**9) %}{% endfor %}",
            "textes/motifs_priorite.j2:1 : « ( ) » n'est pas permis",
        ),
        ("reponses.yaml", "labels: 3\n", "reponses.yaml:1 : "),
        ("rapprochements.yaml", "version: [\n", "rapprochements.yaml:"),
    ],
)
def test_what_is_used_with_the_rule_sets_is_checked_with_them(
    read: Bridge, folder: Path, name: str, text: str, told: str
) -> None:
    put(folder, name, text)
    found = check_rulesets(on(read, folder), None)
    assert found.code == 2
    assert any(line.startswith(told) for line in problems(found)[name.split("/", maxsplit=1)[0]])
    assert problems(found)["2026-1.yaml"] == []
