"""What we write in a cell is printed as French is; what was declared stays as it was typed."""

import io
import re
import zipfile
from collections.abc import Iterator

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from exports.model import Opinion
from exports.published.workbook_set import WorkbookSet
from exports.returned.elsewhere import elsewhere
from exports.returned.reader import read_returned
from exports.returned.reference import ComparedRows, of_book
from exports.sheets.columns import FORMAT_OF_TYPE
from exports.xlsx.former_tables import columns_in
from french.text import agreed
from mappings.dossier.model import Place
from mappings.medicines.facts import facts_of
from mappings.medicines.match import MedicineMatch
from store.staff.handed_out import HandedRow
from tests.exports.conftest import (
    COLUMNS,
    MAPPING,
    POLICY,
    after,
    answered,
    context,
    entry,
    item,
    sample,
)
from tests.exports.returned.packages import repacked
from tests.exports.sheets.test_centres import CENTRES
from triage.replies.reply import Conflict
from triage.verdict.model import Criterion, Evidence, Fault, ScopeReason, Status, Verdict
from triage.verdict.model import Warning as TriageWarning

PLAIN = re.compile(r"(?<=\S) [;:?!»%]|« |(?<![\w-])\d{1,3} \d{3}(?!\w)|\((?:s|x|e|es)\)")
"""A sign that may begin a line, thousands that may part, an agreement that is left to the reader"""
WORD = "mot"
FIELDS = {
    name: answered(sample(spec, WORD))
    for name, spec in MAPPING.fields.items()
    if spec.type not in FORMAT_OF_TYPE
}
REASONS = (
    item(Verdict.MISSING, id="A2", name="Contact", reason="téléphone absent", fields=("titre",)),
    item(
        Verdict.INVALID,
        id="A3",
        reason="code CIP13 mal formé",
        fields=("contact_courriel",),
        faults=(Fault("contact_courriel", Verdict.INVALID, "mal formé", "une adresse"),),
    ),
)
REGIONS = tuple({"region": answered(Place("region", code, code))} for code in ("84", "93", "11"))
VERDICT = {
    "status": Status.A_COMPLETER,
    "items": REASONS,
    "criteria": (
        Criterion("x", "Maladie rare", (Evidence("maladie_rare", "Maladie rare", "oui"),) * 2),
    ),
    "warnings": (TriageWarning("w", "À vérifier : « date » ; trop ancienne", ("titre",)),),
    "unanswered_scope": (
        ScopeReason("usage_intentionnel", "L'usage est-il voulu ?", "", "absente"),
    ),
}
NOW = WorkbookSet(
    [
        entry(
            number,
            fields=FIELDS
            | {"etendue": answered("Régionale"), "regions": answered(REGIONS)}
            | {"patients": answered(12_500)},
            verdict=VERDICT | ({"priority": None} if number == 1 else {}),
            situation="SIT-0001",
            conflicts=(Conflict(number, "statut", "Complet", "À revoir"),),
            opinions={"crpv-lyon": Opinion("CRPV Lyon", "À surveiller", "vu")},
            medicines=(facts_of(MedicineMatch(None, None, None, ("code CIS inconnu", "aucune"))),),
        )
        for number in range(1, 4)
    ],
    context(),
    COLUMNS,
    POLICY,
    CENTRES,
)
BEFORE = WorkbookSet([entry(1, fields=FIELDS)], context(), COLUMNS, POLICY, CENTRES)


def texts(author: str) -> Iterator[tuple[str, str, str]]:
    book = openpyxl.load_workbook(io.BytesIO(after(NOW, BEFORE).workbook(author)))
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                if isinstance(cell.value, str):
                    yield sheet.title, cell.coordinate, cell.value


@pytest.mark.slow
@pytest.mark.parametrize("author", ["agence", "reseau", "crpv-lyon"])
def test_no_sign_of_ours_may_begin_a_line_in_any_sheet(author: str) -> None:
    found = list(texts(author))
    agency = {"Consommation"} if author != "agence" else set()  # sheets of the agency alone
    assert {sheet for sheet, _, _ in found} == {one.name for one in COLUMNS.sheets} - agency
    assert any("\u202f; " in text for _, _, text in found)
    assert [one for one in found if PLAIN.search(one[2])] == []


@pytest.mark.parametrize("author", ["reseau", "crpv-lyon"])
def test_what_is_withheld_is_named_by_its_question_alone(author: str) -> None:
    title = MAPPING.fields["contact_courriel"].title
    told = next(text for _, _, text in texts(author) if f"«\u00a0{title}\u00a0»" in text)
    assert f"«\u00a0{title}\u00a0» à corriger (détail {POLICY.mask})" in told


@given(st.integers(0, 5_000_000))
def test_a_count_agrees_with_its_noun(count: int) -> None:
    told = agreed(count, "dossier confirmé")
    assert told.endswith(" dossiers confirmés" if count > 1 else " dossier confirmé")
    assert int(re.sub(r"\D", "", told)) == count
    assert not PLAIN.search(told)


def test_a_plural_of_its_own_is_told() -> None:
    assert agreed(2, "changerait", "changeraient") == "2 changeraient"
    assert agreed(1_200, "cas grave") == "1\u202f200 cas graves"


@pytest.mark.slow
@pytest.mark.parametrize("author", ["agence", "reseau", "crpv-lyon"])
def test_names_of_columns_and_figures_have_curved_apostrophes(author: str) -> None:
    """What is typed and chosen stays as it is; what we call things does not."""
    ours = [
        text
        for sheet, cell, text in texts(author)
        if sheet in {"Synthèse", "Dictionnaire"} or re.fullmatch("[A-Z]+[12]", cell)
    ]
    assert any("’" in text for text in ours)
    assert [text for text in ours if re.search(r"\w'\w", text)] == []


def test_a_workbook_of_an_older_version_has_the_same_columns() -> None:
    """It wrote « Pourquoi vous l'avez »: read back, sought for what is withheld now, compared."""
    new = NOW.workbook("crpv-lyon")
    curved, straight = "’".encode(), b"'"
    every = zipfile.ZipFile(io.BytesIO(new)).namelist()
    old = repacked(new, {name: lambda part: part.replace(curved, straight) for name in every})
    assert columns_in(old) == columns_in(new)
    assert "Pourquoi vous l’avez" in dict(columns_in(old)["Dossiers"])
    known, former = (read_returned(one, COLUMNS) for one in (new, old))
    reference = of_book(known)
    assert former.table is not None
    assert reference is not None
    compared = ComparedRows(former.table, reference)
    assert compared.table.places == (known.table and known.table.places)
    assert list(elsewhere(compared)) == []
    row = HandedRow(1, (), ("Écarts d'annotation",), ("Statut",))
    assert row.by_header == {"Écarts d’annotation": "Statut"}
