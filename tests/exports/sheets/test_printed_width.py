"""What our sheets print fits A4 in letters that can be read, with nothing left out for it."""

import pytest

from exports.published.workbook_set import WorkbookSet
from exports.xlsx.sheet_layout import printed_columns
from tests.exports.conftest import COLUMNS, POLICY, context, entry
from tests.exports.sheets.test_centres import CENTRES

MADE = WorkbookSet([entry(1)], context(), COLUMNS, POLICY, CENTRES)
GIVEN_UP = {("agence", "À traiter"): 1}
"""« Écarts d’annotation » at the agency: the reason tells that there are some."""


@pytest.mark.parametrize("author", ["agence", "reseau", "crpv-lyon"])
def test_no_column_that_is_to_be_printed_is_left_out(author: str) -> None:
    tables = MADE.made(author).tables.items()
    left_out = {name: table.printed - printed_columns(table) for name, table in tables}
    given_up = {name: count for (whose, name), count in GIVEN_UP.items() if whose == author}
    assert {name: count for name, count in left_out.items() if count} == given_up
