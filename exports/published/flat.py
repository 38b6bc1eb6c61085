"""The tables of a workbook as plain files: CSV for any tool, Parquet for data work."""

import csv
import io
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import chain, count
from typing import Any, Literal, TypeAlias

from exports.cells import looks_like_formula
from exports.errors import MissingLibraryError
from exports.sheets.columns import Format
from exports.sheets.tables import Column, Table
from exports.xlsx.row_writer import cell_value

FlatFormat: TypeAlias = Literal["csv", "parquet"]
_FORMULA = frozenset("=+-@\uff0b\uff0d\uff1d\uff20")
_BOM = b"\xef\xbb\xbf"


def csv_bytes(table: Table) -> bytes:
    """Return a table as CSV for a French spreadsheet: UTF-8 with its mark, semicolons, CRLF.

    Every text is quoted. One that a spreadsheet could take for a formula has an apostrophe before
    it; numbers and dates are ours, and stay as they are.
    """
    lines = [";".join(_quoted(_harmless(column.name)) for column in table.columns)]
    for cells in table.rows:
        pairs = zip(table.columns, cells, strict=True)
        lines.append(";".join(_field(cell_value(column, content)) for column, content in pairs))
    return _BOM + "".join(f"{line}\r\n" for line in lines).encode()


def parquet_bytes(table: Table) -> bytes:
    """Return a table as Parquet; a column that holds texts among its numbers is a text.

    A column without values has the type of its format, so that tables of several exports can be
    put one after the other.

    Raises:
        MissingLibraryError: pyarrow is not installed here.
    """
    try:
        import pyarrow as pa
        from pyarrow import parquet
    except ImportError as error:
        raise MissingLibraryError(
            "Le format Parquet demande pyarrow (130 Mo), qui n'est pas installé ici :"
            " pip install 'passerelle-unc[parquet]'."
        ) from error
    arrays = {
        column.name: _array(pa, column, [cell_value(column, cells[place]) for cells in table.rows])
        for place, column in enumerate(table.columns)
    }
    into = io.BytesIO()
    parquet.write_table(pa.table(arrays), into, compression="zstd")
    return into.getvalue()


WRITERS: Mapping[FlatFormat, Callable[[Table], bytes]] = {
    "csv": csv_bytes,
    "parquet": parquet_bytes,
}


def flat_name(author: str, table: Table, *, suffix: FlatFormat) -> str:
    """Name of the file of a table: ``agence-pieces-jointes.csv``."""
    return f"{author}-{plain_name(table.sheet)}.{suffix}"


def plain_name(sheet: str) -> str:
    """Name of a sheet as it stands in that of a file: ``pieces-jointes``."""
    apart = unicodedata.normalize("NFKD", sheet.casefold())
    return "".join(
        char if char.isascii() and char.isalnum() else "-"
        for char in apart
        if not unicodedata.combining(char)
    )


def flat_rows(name: str, content: bytes) -> list[list[str]] | None:
    """Texts of a file that this module wrote, headers first; ``None`` where it cannot be read here.

    Raises:
        ValueError: It is none.
    """
    if name.endswith(".csv"):
        return [*csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";")]
    try:
        from pyarrow import ArrowInvalid, parquet
    except ImportError:
        return None
    try:
        read = parquet.read_table(io.BytesIO(content))
    except ArrowInvalid as error:
        raise ValueError(name) from error
    every = [["" if one is None else str(one) for one in of.to_pylist()] for of in read.columns]
    return [list(read.column_names), *map(list, zip(*every, strict=True))]


def flat_names(
    author: str, tables: Sequence[Table], *, suffix: FlatFormat
) -> tuple[tuple[str, Table], ...]:
    """Each table with the name of its file: one that is taken gets a number (``…-2.csv``)."""
    named: dict[str, Table] = {}
    for table in tables:
        name = flat_name(author, table, suffix=suffix)
        stem = name.removesuffix(f".{suffix}")
        further = (f"{stem}-{number}.{suffix}" for number in count(2))
        named[next(one for one in chain((name,), further) if one not in named)] = table
    return tuple(named.items())


def _field(value: str | int | Decimal | date | None) -> str:
    match value:
        case None:
            return ""
        case str():
            return _quoted(_harmless(value))
        case datetime():
            return f"{value:%d/%m/%Y %H:%M}"
        case date():
            return f"{value:%d/%m/%Y}"
        case Decimal() | int():
            return str(value).replace(".", ",")


def _quoted(text: str) -> str:
    doubled = text.replace('"', '""')
    return f'"{doubled}"'


def _harmless(text: str) -> str:
    """Mark a text that a spreadsheet could run, also behind blanks that it would pass over."""
    runs = looks_like_formula(text) or text.lstrip()[:1] in _FORMULA
    return f"'{text}" if runs and text.strip() else text


def _array(pa: Any, column: Column, values: Sequence[Any]) -> Any:
    """A column of one type, text where its values are of several."""
    kinds = {type(value) for value in values if value is not None}
    match kinds:
        case _ if not kinds:
            return pa.array(values, _typed(pa, column.format))
        case _ if int in kinds and not all(_fits(one) for one in values):
            return pa.array([None if one is None else str(one) for one in values], pa.string())
        case _ if kinds == {int}:
            return pa.array(values, pa.int64())
        case _ if kinds == {date}:
            return pa.array(values, pa.date32())
        case _ if kinds == {datetime}:
            return pa.array(values, pa.timestamp("s"))
        case _ if kinds <= {int, Decimal}:
            return pa.array([None if one is None else float(one) for one in values], pa.float64())
        case _:
            return pa.array([None if one is None else str(one) for one in values], pa.string())


def _fits(value: Any) -> bool:
    """Whether a number has 64 bits: what somebody typed may have more."""
    return not isinstance(value, int) or value.bit_length() < 64  # noqa: PLR2004


def _typed(pa: Any, shape: Format) -> Any:
    """Type of a column of a format whose values are not there to tell."""
    match shape:
        case "texte" | "centre":
            return pa.string()
        case "entier" | "numero" | "lien" | "pourcent":
            return pa.int64()
        case "decimal":
            return pa.float64()
        case "date":
            return pa.date32()
        case "moment":
            return pa.timestamp("s")
