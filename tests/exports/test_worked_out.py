"""What one audience could work out of what another has: nothing, from its own files.

Two sets of dossiers that differ only in what stays at the agency must give the network the same
files, sheet by sheet and over successive editions; the agency's differ, or the test would see
nothing.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from io import BytesIO
from typing import Any

import openpyxl
import pytest

from exports.model import ExportedDossier
from exports.published.changes import changes_of
from exports.published.flat import csv_bytes, parquet_bytes
from exports.published.workbook_set import WorkbookSet
from exports.readers.reading import Reading
from exports.sheets.centres import parse_centres
from exports.sheets.columns import ColumnsFile
from exports.sheets.figures import synthesise
from exports.sheets.tables import COUNTED, Table
from exports.sheets.values import content_text
from exports.xlsx.about_lines import Section
from exports.xlsx.without_rows import without_dossiers
from french.text import agreed, typographic
from mappings.dossier.model import Company
from mappings.report.model import Unmapped
from mappings.schema.model import Audience
from tests.exports.conftest import (
    COLUMNS,
    MAPPING,
    POLICY,
    ROOT,
    after,
    answered,
    context,
    entry,
    records,
)
from tests.triage.conftest import make_report, the_second_reading
from triage.verdict.assess import assess
from triage.verdict.model import SharedPriority

RULES = the_second_reading()
Told = dict[tuple[str, int, str], str]


def judged(changes: Mapping[int, Any] | None = None, **others: Any) -> ExportedDossier:
    """A dossier with the verdict of the rules in force."""
    annotations, held = others.pop("annotations", {}), others.pop("held", {})
    report = replace(make_report(dict(changes or {})), **others)
    report = replace(report, annotations={**report.annotations, **annotations})
    verdict = assess(report, RULES, mapping=MAPPING, fingerprint="f", earlier_exists=True)
    return ExportedDossier(report, verdict, held=held)


def cells(tables: Mapping[str, Table]) -> Iterator[tuple[tuple[str, int, str], str]]:
    for sheet, table in tables.items():
        for at, row in enumerate(table.rows):
            for column, cell in zip(table.columns, row, strict=True):
                yield (sheet, at, column.name), content_text(getattr(cell, "value", cell))


def read_by(
    audience: Audience, entries: list[ExportedDossier], columns: ColumnsFile = COLUMNS
) -> Told:
    """All that a workbook says, by sheet, row and column; its figures too."""
    made = WorkbookSet(entries, context(), columns, POLICY)
    told = dict(cells(made.tables(audience)))
    readings = made.made(audience).readings
    figures = synthesise(readings, origins=columns.figures, below=POLICY.small_counts.below)
    told |= {("Synthèse", 0, one.name): content_text(one.value) for one in figures.figures}
    blocks = ((block.title, line) for block in figures.blocks for line in block.lines)
    return told | {("Synthèse", 0, f"{title} {line[0]}"): str(line) for title, line in blocks}


def worked_out(
    audience: Audience, one: list[ExportedDossier], other: list[ExportedDossier]
) -> set[str]:
    """Where the files of an audience tell two sets of dossiers apart: sheet and column."""
    first, second = read_by(audience, one), read_by(audience, other)
    places = {key for key in first.keys() | second.keys() if first.get(key) != second.get(key)}
    return {f"{sheet} / {column}" for sheet, _, column in places}


NATIONAL = {33: "Nationale"}
FEW = {49: True, 50: 3, 501: 1, 502: 0}
SECRETS: Mapping[str, tuple[ExportedDossier, ExportedDossier]] = {
    "part des prescriptions": (judged(NATIONAL | {45: 3}), judged(NATIONAL | {45: 30})),
    "part impossible": (judged({45: 3}), judged({45: 300})),
    "volume de ventes": (judged({46: 10}), judged({46: 5_000})),
    "ventes négatives": (judged({46: 10}), judged({46: -10})),
    "contact": (judged({8: "Anne Exempla"}), judged({8: "Paul Exempla 06 12 34 56 78"})),
    "référence interne": (judged({12: "A-1"}), judged({12: "B-2"})),
    "nombre de cas": (judged(FEW), judged(FEW | {50: 7})),
    "cas graves": (judged(FEW), judged(FEW | {501: 3})),
    "références des cas": (
        judged(FEW | {51: "FR-1, FR-2, FR-3"}),
        judged(FEW | {50: 1, 51: "FR-1"}),
    ),
    "patient": (
        judged({25: "Cas de Mme Anne Exempla, 67 ans, suivie en ville depuis un an."}),
        judged({25: "Cas de M. Jean Modèle, 67 ans, suivie en ville depuis un an."}),
    ),
    "compte": (judged(usager_email="a@exemple.fr"), judged(usager_email="b@exemple.fr")),
    "entreprise du compte": (
        judged(demandeur=Company("12345678200010", "Exempla")),
        judged(demandeur=Company("98765432100010", "Modèle")),
    ),
    "groupe": (judged(groupe="Lyon"), judged(groupe="Nice")),
    "réponse non reprise": (judged(), judged(unmapped=(Unmapped("9", "Question", "Réponse"),))),
    "priorité écrite par une personne": (judged(), judged(held={"priorite": "P1"})),
    "risque retenu": (
        judged(annotations={"risque_retenu": answered("Faible")}),
        judged(annotations={"risque_retenu": answered("Élevé")}),
    ),
}


PEERS = (
    judged(NATIONAL | {45: 10, 46: 300, 49: True, 50: 30, 501: 12, 502: 11}, number=70),
    judged({45: 2}, number=900),
    judged(FEW | NATIONAL, number=901),
)


@pytest.mark.slow
@pytest.mark.parametrize("secret", SECRETS)
def test_the_network_cannot_work_out_what_stays_at_the_agency(secret: str) -> None:
    one, other = SECRETS[secret]
    assert worked_out("agence", [one], [other]), "the agency reads it"
    assert worked_out("reseau", [one], [other]) == set()
    # Among others, whatever a sheet sorts, counts or sums; to the last byte, whatever sheets are.
    told = [
        WorkbookSet([PEERS[0], it, *PEERS[1:]], context(), COLUMNS, POLICY).workbook("reseau")
        for it in (one, other)
    ]
    assert told[0] == told[1]


@pytest.mark.parametrize("secret", SECRETS)
def test_nor_from_one_edition_to_the_next(secret: str) -> None:
    """`Changements` of an edition after which only what stays at the agency moved is empty."""
    one, other = SECRETS[secret]

    def changed(audience: Audience) -> list[Any]:
        former, now = (
            {
                row.number: row
                for row in WorkbookSet([it], context(), COLUMNS, POLICY).handed(audience)
            }
            for it in (one, other)
        )
        masks = (POLICY.mask, POLICY.patient_mask)
        found = changes_of(audience, former, now, masks=masks, retold=True)
        return [] if found.none else [found]

    assert changed("reseau") == []
    assert changed("agence")


CENTRE = "crpv-toulouse"
CENTRES = tuple(
    one
    for one in parse_centres(
        (ROOT / "exports" / "unc" / "crpv.csv").read_text("utf-8"), source="crpv.csv"
    )
    if f"crpv-{one.code}" == CENTRE
)
LATER = judged({17: "Un titre de la semaine d’après"}, number=902)


@pytest.mark.slow
@pytest.mark.parametrize("secret", SECRETS)
def test_nor_a_centre_from_its_files_nor_from_those_of_the_week_after(secret: str) -> None:
    """This week's workbook and plain tables, and the next week's, which tells what changed."""
    one, other = (
        WorkbookSet([PEERS[0], it], context(), COLUMNS, POLICY, CENTRES) for it in SECRETS[secret]
    )
    assert one.numbers(CENTRE), "the centre reads dossiers"
    assert one.workbook(CENTRE) == other.workbook(CENTRE)
    tables = [made.tables(CENTRE).values() for made in (one, other)]
    for write in (csv_bytes, parquet_bytes):
        assert [*map(write, tables[0])] == [*map(write, tables[1])]
    first, second = (
        after(WorkbookSet([*made.entries, LATER], context(), COLUMNS, POLICY, CENTRES), made)
        for made in (one, other)
    )
    assert LATER.report.number in first.numbers(CENTRE)
    assert first.workbook(CENTRE) == second.workbook(CENTRE)
    assert records(after(other, one).workbook(CENTRE), "Changements", header=2) == []


@pytest.mark.slow
@pytest.mark.parametrize("author", ["agence", "reseau"])
def test_nor_from_an_edition_what_a_dossier_said_that_was_taken_out_of_it(author: str) -> None:
    """Made again without it, an edition is the same whatever the dossier had said."""
    stays = judged()
    others = [
        judged(NATIONAL | FEW | {17: "Un titre", 18: ["Posologie"]}, number=77),
        judged({17: "Un autre", 20: "Mme Anne Exempla, 67 ans", 42: 9}, number=77),
        judged({1: True, 49: True, 50: 40, 501: 12, 502: 0, 60: ["Aucun"]}, number=77),
    ]
    told = [again(author, [stays, other]) for other in others]
    assert told[0] == told[1] == told[2]
    assert {row[0] for row in told[0]["Dossiers"][1:]} == {stays.report.number}


def test_what_counts_goes_whatever_its_words_and_plain_lines_stay() -> None:
    """A sentence over headers and a line of `À propos` go by their place, not by their wording."""
    stays, gone = judged({17: "Un titre"}), judged({17: "Un autre"}, number=77)
    rows = again("reseau", [stays, gone])
    about = {row[0]: row[1] for row in rows["À propos"]}
    made = WorkbookSet([stays, gone], context(), COLUMNS, POLICY).made("reseau")
    lines = made._about
    kept = {typographic(one.name) for one in lines if one.section is not Section.COUNTED}
    assert kept <= about.keys()
    lost = {typographic(one.name) for one in lines if one.section is Section.COUNTED}
    assert lost
    assert not lost & about.keys()
    assert about["Refaite"] == "1 dossier retiré"
    left = len(rows["À traiter"]) - 2
    assert rows["À traiter"][0][0] == f"À traiter par les centres{COUNTED}{agreed(left, 'ligne')}"


def again(author: str, entries: list[ExportedDossier]) -> dict[str, list[tuple[Any, ...]]]:
    """All cells of a workbook that was made again without dossier 77, but what identifies it."""
    circumstances = replace(context(), edition="Édition 1")
    made = WorkbookSet(entries, circumstances, COLUMNS, POLICY).workbook(author)
    left = without_dossiers(made, {77}, told=lambda gone, _: f"{len(gone)} dossier retiré")
    assert left is not None
    book = openpyxl.load_workbook(BytesIO(left.content))
    rows = {sheet.title: [tuple(row) for row in sheet.values] for sheet in book}
    rows["À propos"] = rows["À propos"][:-2]  # its checksum and its identity
    return rows


def test_the_level_outside_is_worked_out_of_what_is_shared_with_its_own_reasons() -> None:
    high = judged(NATIONAL | {45: 30, 42: 10})
    assert high.assessment.shared
    assert high.assessment.shared.level != high.assessment.priority
    told = read_by("reseau", [high])
    reasons = next(text for (_, _, name), text in told.items() if name == "Motifs de priorité")
    assert POLICY.mask not in reasons
    assert "Part" not in reasons


@pytest.mark.parametrize(
    ("changes", "shown"),
    [
        ({50: 40, 501: 12, 502: 0}, True),
        ({50: 40, 501: 0, 502: 0}, True),
        ({50: None, 501: None, 502: None}, False),
        ({50: None, 501: 0, 502: 0}, False),
        ({50: 40, 501: None, 502: 0}, False),
        ({50: 0, 501: 0, 502: 0}, False),
        ({50: 40, 501: 2, 502: 0}, False),
    ],
)
def test_a_list_of_cases_leaves_only_where_the_counts_are_known_and_large(
    changes: dict[int, Any], *, shown: bool
) -> None:
    one = judged({49: True, 51: "FR-2026-1, FR-2026-2", **changes})
    found = next(
        text
        for (sheet, _, name), text in read_by("reseau", [one]).items()
        if (sheet, name) == ("Dossiers", "Références des cas")
    )
    assert (found == "FR-2026-1, FR-2026-2") is shown


def without_audiences() -> ColumnsFile:
    """The columns with every ``audience`` line deleted."""
    sheets = tuple(
        sheet.model_copy(
            update={
                "columns": tuple(
                    column.model_copy(update={"audience": None}) for column in sheet.columns
                )
            }
        )
        for sheet in COLUMNS.sheets
    )
    return COLUMNS.model_copy(update={"sheets": sheets})


@pytest.mark.parametrize("secret", SECRETS)
def test_a_line_deleted_in_the_columns_lets_nothing_out(secret: str) -> None:
    one, other = SECRETS[secret]
    edited = without_audiences()
    first, second = (read_by("reseau", [it], edited) for it in (one, other))
    assert first == second
    assert first.keys() == read_by("reseau", [one]).keys()


def test_a_policy_that_names_no_computed_column_shows_none() -> None:
    bare = POLICY.model_copy(update={"computed": frozenset()})
    made = WorkbookSet([judged()], context(), COLUMNS, bare)
    computed = {column.name for column in COLUMNS.dossiers_sheet.columns if column.computed}
    shown = {column.name for column in made.tables("reseau")["Dossiers"].columns}
    assert computed & shown == {"Dossier", "Avis du centre", "Commentaire"}


def test_what_is_worked_out_once_is_not_shared_between_audiences() -> None:
    one = entry(1, verdict={"priority": "P1", "shared": SharedPriority("P3", (), ())})
    agency = Reading(one, context(), POLICY, "agence")
    network = agency.copy(audience="reseau")
    for _ in range(2):
        assert (agency.decision.priority, network.decision.priority) == ("P1", "P3")
