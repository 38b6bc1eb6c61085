"""What the page of changes retells, and to whom."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from exports.readers.policy import parse_policy
from portal.pages.exports import DownloadPages
from portal.published.files import FetchableFiles
from settings import ROOT
from store.repository import Store, open_store
from store.staff.handed_out import HandedFile, HandedRow, audience_of, save_rows
from tests.exports.conftest import COLUMNS

POLICY = parse_policy((ROOT / "exports/unc/policy.yaml").read_text("utf-8"), source="p")
MASKS = (POLICY.mask, POLICY.patient_mask)
TOLD = "Patiente Martine D., née le 3 mai 1952"
TITLE = "Titre de la situation"
AUTHORS = ("agence", "reseau", "crpv-lyon")


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Publications in which a text was masked, by each mask in a démarche of its own."""
    with open_store(f"sqlite:///{tmp_path_factory.mktemp('remis') / 'unc.sqlite'}") as opened:
        opened.upgrade()
        for demarche, mask in enumerate(MASKS, start=1):
            for sequence, said in enumerate((TOLD, f"Patiente {mask}, suivie"), start=1):
                row = HandedRow(101, ("lyon",), ("Dossier", TITLE), ("101", said))
                for audience in ("agence", "reseau"):
                    save_rows(opened.handed_out, demarche, audience, [row], sequence=sequence)
                files = [HandedFile(author, sequence, "d", "v") for author in AUTHORS]
                opened.handed_out.save_files(demarche, files, at=datetime.now(UTC))
        yield opened


@pytest.mark.parametrize("demarche", [1, 2])
@pytest.mark.parametrize("author", AUTHORS)
def test_only_the_agency_reads_what_stood_where_a_mask_stands_now(
    store: Store, author: str, demarche: int
) -> None:
    fetchable = FetchableFiles(Path("nulle-part"), demarche=demarche, secret="s")
    counter = DownloadPages(fetchable, store, demarche, COLUMNS, MASKS)
    changes = counter.changes(author, before=1, after=2)
    assert changes is not None
    ((row, (change,)),) = changes.changed
    mask = MASKS[demarche - 1]
    assert (row.number, change.field, change.after) == (101, TITLE, f"Patiente {mask}, suivie")
    assert change.before == (TOLD if audience_of(author) == "agence" else mask)
    assert counter.changes(author, before=9, after=2) is None
