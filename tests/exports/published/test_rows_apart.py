"""Workbooks whose rows were put aside are those whose rows were held."""

import sys
from pathlib import Path

import pytest

from exports.errors import WorkbookCheckError
from exports.model import Opinion
from exports.published.workbook_set import WorkbookSet
from tests.exports.conftest import POLICY, answered, context
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
    assert mine.pack() == theirs.pack()
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
