"""What the page of changes retells of two workbooks."""

from pathlib import Path

import openpyxl
import pytest

from exports.readers.policy import parse_policy
from portal.pages.exports import DownloadPages
from portal.published.changes import FieldChange, compare
from portal.published.files import FetchableFile, FetchableFiles
from settings import ROOT
from tests.exports.conftest import COLUMNS

POLICY = parse_policy((ROOT / "exports/unc/policy.yaml").read_text("utf-8"), source="p")
MASKS = (POLICY.mask, POLICY.patient_mask)
TOLD = "Patiente Martine D., née le 3 mai 1952"


def book(path: Path, said: str) -> Path:
    made = openpyxl.Workbook()
    sheet = made.active
    assert sheet is not None
    sheet.title = "Dossiers"
    sheet.append(["Dossier", "Titre de la situation"])
    sheet.append([101, said])
    made.save(path)
    return path


@pytest.mark.parametrize("mask", MASKS)
def test_a_text_that_is_masked_now_is_not_retold(tmp_path: Path, mask: str) -> None:
    now = f"Patiente {mask}, suivie"
    before, after = book(tmp_path / "a.xlsx", TOLD), book(tmp_path / "b.xlsx", now)
    columns = {"sheet": "Dossiers", "key": "Dossier", "title": "Titre de la situation"}
    (one,) = compare(before, after, masks=MASKS, **columns).changed
    assert one.changes == (FieldChange("Titre de la situation", mask, now),)
    (one,) = compare(before, after, masks=(), **columns).changed
    assert one.changes == (FieldChange("Titre de la situation", TOLD, now),)


@pytest.mark.parametrize(
    ("audience", "retold"),
    [("agence", True), ("reseau", False), ("centre:lyon", False), ("", False)],
)
def test_only_the_agency_reads_what_stood_there(
    tmp_path: Path, audience: str, retold: bool
) -> None:
    files = [
        FetchableFile("0", "f", "n", audience, "", 0, None, book(tmp_path / name, said))
        for name, said in (("a.xlsx", TOLD), ("b.xlsx", POLICY.patient_mask))
    ]
    fetchable = FetchableFiles(tmp_path, demarche=1, secret="s")
    counter = DownloadPages(fetchable, None, 1, COLUMNS, MASKS)  # type: ignore[arg-type]
    ((change,),) = (one.changes for one in counter.changes(*files).changed)
    assert (change.before == TOLD) is retold
