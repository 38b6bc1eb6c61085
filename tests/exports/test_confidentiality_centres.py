"""Nothing that the policy keeps at the agency is in the file of a centre, nor in plain files."""

from datetime import timedelta
from pathlib import Path

from exports.published.former import PreviousExport

from exports.model import ExportedDossier, Opinion
from exports.published.flat import csv_bytes
from exports.published.manifest import export_facts
from exports.published.publishing import ExportFile, publish
from exports.published.workbook_set import WorkbookSet
from exports.sheets.centres import parse_centres
from tests.exports.conftest import COLUMNS, MOMENT, POLICY, ROOT, context, entry, parts, records
from tests.exports.test_confidentiality import holding, planted

CENTRES = parse_centres(
    (ROOT / "exports" / "unc" / "crpv.csv").read_text("utf-8"), source="crpv.csv"
)


def test_no_sentinel_is_in_any_file_of_a_centre_nor_in_its_plain_tables() -> None:
    marks, entries = zip(*planted(), strict=True)
    made = WorkbookSet(
        entries=entries, context=context(), columns=COLUMNS, policy=POLICY, centres=CENTRES
    )
    assert len(made.numbers("crpv-toulouse")) > len(marks) - 5
    files = {f"crpv-{one.code}": parts(made.workbook(f"crpv-{one.code}")) for one in CENTRES}
    for author in ("reseau", "crpv-toulouse"):
        tables = made.tables(author).values()
        files[f"{author} csv"] = {table.name: csv_bytes(table) for table in tables}
    found = [
        (name, part, mark)
        for name, package in files.items()
        for part, content in package.items()
        for mark in marks
        if mark.encode() in content
    ]
    assert found == []


def test_what_a_centre_wrote_is_read_by_itself_and_the_agency_only() -> None:
    mark = "SENTINELLE AVIS"
    opinions = {"crpv-toulouse": Opinion("CRPV Toulouse", "À surveiller", mark)}
    made = WorkbookSet(
        entries=[entry(1, opinions=opinions)],
        context=context(),
        columns=COLUMNS,
        policy=POLICY,
        centres=CENTRES,
    )
    assert holding(made.workbook("agence"), mark)
    assert holding(made.workbook("crpv-toulouse"), mark)
    for other in (made.workbook("reseau"), made.workbook("crpv-montpellier")):
        assert holding(other, mark) == []
    assert 1 in made.numbers("crpv-montpellier")


def test_no_sentinel_is_told_as_a_change(tmp_path: Path) -> None:
    marks, after = zip(*planted(), strict=True)
    numbers = [one.report.number for one in after]
    before = [entry(number) for number in numbers]
    names = ("agence", "reseau", "crpv-toulouse")

    def made(entries: list[ExportedDossier], previous: PreviousExport | None = None) -> WorkbookSet:
        return WorkbookSet(entries, context(), COLUMNS, POLICY, CENTRES, previous)

    for there, now in ((before, list(after)), (list(after), before)):
        first, root = made(there), tmp_path / ("avant" if there is before else "apres")
        files = {f"{name}.xlsx": ExportFile(name, first.workbook(name)) for name in names}
        facts = export_facts(there, first.context, checksum=first.checksum)
        published = publish(root, files, facts=facts, at=MOMENT + timedelta(days=1))
        assert published is not None
        last = PreviousExport(published, dossiers_sheet="Dossiers", about_sheet="À propos")
        again = made(now, last)
        assert len(records(again.workbook("agence"), "Changements")) > len(marks)
        for name in names[1:]:
            content = again.workbook(name)
            assert records(content, "Changements")
            assert [mark for mark in marks if holding(content, mark)] == []
