"""Nothing that the policy keeps at the agency is in the file of a centre, nor in plain files."""

from exports.centres import parse_centres
from exports.entry import Opinion
from exports.flat import csv_bytes
from exports.workbooks import WorkbookSet
from tests.exports.conftest import COLUMNS, POLICY, ROOT, context, entry, parts
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
    files = {f"crpv-{one.code}": parts(made.centre_workbook(one.code)) for one in CENTRES[:3]}
    files |= {"crpv-toulouse": parts(made.centre_workbook("toulouse"))}
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
    assert holding(made.centre_workbook("toulouse"), mark)
    for other in (made.workbook("reseau"), made.centre_workbook("montpellier")):
        assert holding(other, mark) == []
    assert 1 in made.numbers("crpv-montpellier")
