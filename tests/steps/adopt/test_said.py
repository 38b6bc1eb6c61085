"""What a person said of a form holds: an adoption, an absence, whatever is looked at again."""

import shutil
from pathlib import Path

import pytest

from tests.mappings.matching.variants import ROOT, our_revision
from tests.steps.adopt.offline import offline

STATUS = "annotations.statut"
SIGNED = ("--by", "A. Martin")


def test_a_form_whose_status_lacks_options_is_adopted_once_a_person_said_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "mapping.yaml"
    shutil.copy(ROOT / "mappings/unc/mapping.yaml", file)
    monkeypatch.setenv("UNC_MAPPING", str(file))
    revision = our_revision()
    status = next(one for one in revision["annotations"] if one["label"] == "Statut du triage")
    status["options"] = [one for one in status["options"] if one != "Clos"]
    there = offline(tmp_path, monkeypatch, revision)
    refused, told = there.unc("mapping", "adopt", *SIGNED)
    assert (refused, "sans option pour" in told) == (1, True)
    there.unc("mapping", "absent", f"{STATUS}=Clos", "--reason", "Jamais", *SIGNED)
    adopted, told = there.unc("mapping", "adopt", *SIGNED)
    assert (adopted, "sans option pour" in told) == (0, False), told
