"""When a workbook is a new one: when what it says to its readers moved, and only then."""

import io
from dataclasses import replace
from datetime import timedelta
from typing import Any

import openpyxl
import pytest

from exports.model import ExportedDossier, Opinion
from exports.published.workbook_set import WorkbookSet
from exports.sheets.centres import parse_centres
from mappings.dossier.model import Place
from tests.exports.conftest import (
    COLUMNS,
    MOMENT,
    POLICY,
    ROOT,
    answered,
    by_openpyxl,
    context,
    entry,
)
from triage.verdict.model import Status

_TABLE = (ROOT / "exports" / "unc" / "crpv.csv").read_text("utf-8")
CENTRES = tuple(
    one for one in parse_centres(_TABLE, source="crpv.csv") if one.code in {"lyon", "nice", "lille"}
)
EVERY = {"agence", "reseau", "crpv-lyon", "crpv-nice", "crpv-lille"}


def regional(number: int, department: str, **changes: Any) -> ExportedDossier:
    """A dossier of one département."""
    place = answered(({"departement": answered(Place("departement", department, "Ici"))},))
    fields = {
        "etendue": answered("Départementale"),
        "departements": place,
        "regions": answered(()),
        **changes.pop("fields", {}),
    }
    return entry(number, fields=fields, **changes)


LYON, NICE = regional(1, "69"), regional(2, "06")


def digests(*entries: ExportedDossier, **changes: Any) -> dict[str, str]:
    made = WorkbookSet(entries, context(**changes), COLUMNS, POLICY, CENTRES)
    return {author: made.made(author).digest for author in EVERY}


def moved(before: dict[str, str], after: dict[str, str]) -> set[str]:
    return {author for author in before if before[author] != after[author]}


BEFORE = digests(LYON, NICE)
ITS = {"agence", "reseau", "crpv-lyon"}
ASKED = (MOMENT, MOMENT + timedelta(days=9))
SAID = {"crpv-lyon": Opinion("CRPV Lyon", "", "vu")}
KEPT = {"diffusable": answered(False)}
OUT = {"status": Status.HORS_CHAMP}


@pytest.mark.parametrize(
    ("entries", "wanted"),
    [
        ((regional(1, "69", fields={"titre": answered("Autre")}), NICE), ITS),
        ((LYON, NICE, regional(3, "69")), ITS),
        ((LYON,), {"agence", "reseau", "crpv-nice"}),
        ((LYON, NICE, regional(3, "69", verdict=OUT)), {"agence", "reseau"}),
        ((replace(LYON, judged=False), NICE), {"reseau", "crpv-lyon"}),
        ((replace(LYON, corrected=(ASKED,)), NICE), ITS),
        ((regional(1, "69", annotations=KEPT), NICE), ITS),
        ((replace(LYON, opinions=SAID), NICE), {"agence", "crpv-lyon"}),
        ((regional(1, "69", correction_pending_since=MOMENT), NICE), ITS),
        ((regional(1, "69", annotations={"statut": answered("Complet")}), NICE), set()),
        ((NICE, LYON), set()),
    ],
)  # fmt: skip
def test_a_workbook_is_new_when_what_it_says_moved(
    entries: tuple[ExportedDossier, ...], wanted: set[str]
) -> None:
    assert moved(BEFORE, digests(*entries)) == wanted


def test_a_reading_that_brought_nothing_makes_no_workbook_new() -> None:
    later = MOMENT + timedelta(days=9)
    assert moved(BEFORE, digests(LYON, NICE, read_at=later, watermark=later)) == set()
    assert moved(BEFORE, digests(LYON, NICE, opinions_until={"agence": 8})) == set()


def test_what_decides_what_leaves_is_a_part_of_what_is_compared() -> None:
    stricter = POLICY.model_copy(update={"digest": "autre"})
    made = WorkbookSet((LYON, NICE), context(), COLUMNS, stricter, CENTRES)
    assert {one for one in EVERY if made.made(one).digest != BEFORE[one]} == EVERY
    assert moved(BEFORE, digests(LYON, NICE, ruleset="2027.1")) == EVERY


def test_a_current_workbook_says_where_the_last_reading_is_told_and_an_edition_says_it() -> None:
    def about(**changes: Any) -> dict[str, str]:
        made = WorkbookSet((LYON,), context(**changes), COLUMNS, POLICY)
        rows = by_openpyxl(made.workbook("reseau"), "À propos")
        return {str(row[0]): str(row[1]) for row in rows if row[0]}

    later = MOMENT + timedelta(days=9)
    current, edition = about(read_at=later), about(read_at=later, edition="Édition 2026-S12")
    assert current["Données lues jusqu’au"].startswith("21/03/2026 à 14:05 (Paris), quand ce")
    assert "portail, page «\u00a0Exports\u00a0»" in current["Données lues jusqu’au"]
    assert edition["Données lues jusqu’au"] == "21/03/2026 à 14:05 (Paris)"
    assert edition["Édition"] == "Édition 2026-S12"
    for one in (current, edition):
        assert one["Dernier changement"] == "12/03/2026 à 14:05 (Paris)"


def test_a_page_is_no_older_than_the_correction_that_it_tells_of() -> None:
    asked = MOMENT + timedelta(days=1)
    waits = regional(1, "69", correction_pending_since=asked)
    content = WorkbookSet((waits, NICE), context(), COLUMNS, POLICY).workbook("reseau")
    header = openpyxl.load_workbook(io.BytesIO(content))["Dossiers"].oddHeader
    assert header is not None
    assert str(header.right.text).endswith("dernier changement le 13/03/2026")
    about = {row[0]: row[1] for row in by_openpyxl(content, "À propos")}
    assert about["Dernier changement"] == "13/03/2026 à 14:05 (Paris)"
