"""Workbooks whose rows were put aside are those whose rows were held."""

import sys
from dataclasses import replace
from pathlib import Path

import pytest

from exports.errors import WorkbookCheckError
from exports.model import Opinion
from exports.published.checking import check_file
from exports.published.workbook_set import WorkbookSet
from exports.rows_put_aside import Deflated, RowsInTurn, in_turn
from exports.xlsx.rows_apart import RowsApart
from tests.exports.conftest import POLICY, answered, context, parts
from tests.exports.published.test_digest import CENTRES, LYON, NICE, regional
from tests.exports.registered import LIGHT

NATIONAL = regional(3, "59", fields={"etendue": answered("Nationale")})
JUDGED = regional(
    4, "69", opinions={name: Opinion(name, "À surveiller", "vu") for name in ("agence", "reseau")}
)
HELD = WorkbookSet([LYON, NICE, NATIONAL, JUDGED], context(), LIGHT, POLICY, CENTRES)


@pytest.fixture(scope="module")
def apart(tmp_path_factory: pytest.TempPathFactory) -> WorkbookSet:
    folder = tmp_path_factory.mktemp("exports") / "made"
    made = WorkbookSet(HELD.entries, HELD.context, LIGHT, POLICY, CENTRES, apart=folder)
    assert [*made.handed("reseau")] == [*HELD.handed("reseau")]
    return made


@pytest.mark.parametrize("author", ["agence", "crpv-lyon"])
def test_the_same_bytes(apart: WorkbookSet, author: str) -> None:
    mine, theirs = apart.made(author), HELD.made(author)
    assert mine.digest == theirs.digest
    assert mine.rows == theirs.rows
    assert parts(mine.pack()) == parts(theirs.pack())
    assert apart.apart
    assert not [*apart.apart.iterdir()], "nobody sees where they are"


def test_one_that_cannot_be_written_is_told_by_its_workbooks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("exports.xlsx.row_writer.escape", lambda text: text)
    fields = {"titre": answered("un <signe")}
    entries = [LYON, regional(2, "06", fields=fields)]
    made = WorkbookSet(entries, context(), LIGHT, POLICY, CENTRES, apart=tmp_path)
    assert [one.number for one in made.handed("agence")] == [1, 2]
    with pytest.raises(WorkbookCheckError):
        made.workbook("agence")


def test_a_row_that_was_put_aside_holds_little(apart: WorkbookSet) -> None:
    sheet = LIGHT.dossiers_sheet.name
    rows, held = apart.tables("agence")[sheet].rows, HELD.tables("agence")[sheet].rows
    assert [row[0] for row in rows] == [row[0] for row in held]
    assert {*map(len, rows)} == {1}
    assert max(map(sys.getsizeof, rows)) < 200


def test_rows_are_read_as_they_were_put_however_long_and_in_whatever_order(tmp_path: Path) -> None:
    apart, long = RowsApart(tmp_path), 300_000
    sizes = [[10, 200_000], [100_000, 5], [], [long], [1, 2, 3], [long, long]]
    put = [[(f"{at}.{n}", (), bytes(32), b"x" * n) for n in one] for at, one in enumerate(sizes)]
    kept = [apart.put("Feuille", one) for one in put]
    for order in ([0, 1, 2, 3, 4, 5], [5, 0, 1, 3], [4, 3, 2, 1, 0]):
        rows = in_turn([kept[at] for at in order])
        assert isinstance(rows, RowsInTurn)
        wanted = [row for at in order for row in put[at]]
        assert [row[0] for row in rows] == [first for first, *_ in wanted]
        each = [xml for part in rows.parts for xml in part.each]  # type: ignore[attr-defined]
        assert each == [xml for *_, xml in wanted]
        written = b"".join(xml for part in rows.parts for xml in part.written)  # type: ignore[attr-defined]
        assert written == b"".join(each)
        assert len(rows) == len(wanted)
    assert len(in_turn(kept[:4]).parts) == 1, "those that follow one another are one"  # type: ignore[attr-defined]
    mixed = in_turn([[("cells",)], kept[0], [("more",)]])
    assert [row[0] for row in mixed] == ["cells", "0.10", "0.200000", "more"]


def test_what_many_workbooks_have_is_whole_in_each_or_the_workbook_is_refused(
    apart: WorkbookSet,
) -> None:
    lyon, nice = (apart.made(f"crpv-{one}").file("centre") for one in ("lyon", "nice"))
    shared = {block for _, block in lyon.blocks} & {block for _, block in nice.blocks}
    assert shared, "deflated once for both"
    for file in (lyon, nice):
        check_file("crpv.xlsx", file)
        place, block = file.blocks[0]
        for at in (place - 1, place, place + len(block.content) - 1):
            other = bytearray(file.content)
            other[at] ^= 0xFF
            with pytest.raises(WorkbookCheckError):
                check_file("crpv.xlsx", replace(file, content=bytes(other)))
        short = {sheet: rows + 1 for sheet, rows in file.rows.items()}
        with pytest.raises(WorkbookCheckError):
            check_file("crpv.xlsx", replace(file, rows=short))
        assert file.facts("crpv.xlsx", sequence=1) == replace(file, blocks=()).facts(
            "crpv.xlsx", sequence=1
        )
        check_file("crpv.xlsx", replace(file, blocks=()))


def test_a_block_that_is_not_what_was_deflated_is_in_no_workbook(apart: WorkbookSet) -> None:
    file = apart.made("crpv-lyon").file("centre")
    (place, block), *others = file.blocks
    for other in (
        Deflated(block.content, block.size + 1, block.checksum),
        Deflated(block.content, block.size, block.checksum ^ 1),
        Deflated(block.content[:-1], block.size, block.checksum),
    ):
        with pytest.raises(WorkbookCheckError):
            check_file("crpv.xlsx", replace(file, blocks=((place, other), *others)))
