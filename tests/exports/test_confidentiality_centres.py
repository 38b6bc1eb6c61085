"""Nothing that the policy keeps at the agency is in the file of a centre, nor in plain files."""

import pytest

from exports.model import Opinion
from exports.published.flat import csv_bytes
from exports.published.workbook_set import WorkbookSet
from exports.sheets.centres import parse_centres
from tests.exports.conftest import COLUMNS, POLICY, ROOT, after, context, entry, parts, records
from tests.exports.test_confidentiality import holding, planted

CENTRES = parse_centres(
    (ROOT / "exports" / "unc" / "crpv.csv").read_text("utf-8"), source="crpv.csv"
)


@pytest.mark.slow
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


@pytest.mark.slow
def test_no_sentinel_is_told_as_a_change() -> None:
    marks, later = zip(*planted(), strict=True)
    numbers = [one.report.number for one in later]
    before = [entry(number) for number in numbers]
    for there, now in ((before, list(later)), (list(later), before)):
        first, second = (
            WorkbookSet(entries, context(), COLUMNS, POLICY, CENTRES) for entries in (there, now)
        )
        again = after(second, first)
        assert len(records(again.workbook("agence"), "Changements", header=2)) > len(marks)
        for name in ("reseau", "crpv-toulouse"):
            content = again.workbook(name)
            assert records(content, "Changements", header=2)
            assert [mark for mark in marks if holding(content, mark)] == []
