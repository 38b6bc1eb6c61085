"""Write `Dossiers` of 40 columns: CPU and memory, beside XlsxWriter and plain openpyxl.

    .venv/bin/python -m bench.workbooks [--rows 1000] [--long-rows 5000] [--centre-rows 100]

Targets: at most 0.5 times XlsxWriter's CPU (constant-memory mode), at most 0.10 times that of plain
openpyxl with a style object for each cell, peak memory under 100 MiB at 100,000 rows; 30 workbooks
of centres of 500 rows at most 0.15 times plain openpyxl one after the other. The sizes of the
targets: --rows 5000 --long-rows 100000 --centre-rows 500 (minutes: plain openpyxl is slow; it is
left out of the long table, where it would take gigabytes, unless --plain-long).

Each measure is a process of its own, three times, the best kept; what it takes to draw the rows is
taken off. Peak memory is that of the process, imports included (about 60 MiB of it).
"""

import argparse
import multiprocessing
import random
import resource
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import xlsxwriter
from openpyxl import Workbook

from exports.cells import MAX_LINKS, Content, Link, paris
from exports.sheets.columns import Format
from exports.sheets.tables import Column, Table
from exports.xlsx.package import document_properties, pack
from exports.xlsx.sheet_layout import first_row, lay_out_sheet
from exports.xlsx.styles import number_format, register
from tests.exports.xlsx.plain import write_plain

WORDS = ("indication", "population", "posologie", "durée", "patients", "traitement", "suivi")
SHAPES: list[Format] = (
    ["lien", "centre", "centre", "pourcent"]
    + ["texte"] * 24
    + ["entier"] * 5
    + ["date"] * 4
    + ["moment"] * 3
)
CENTRES, TRIES = 30, 3
MADE = datetime(2026, 1, 1, tzinfo=UTC)


class StreamedRows(Sequence[tuple[Content, ...]]):
    """Rows drawn as they are read, so that memory is the writer's own."""

    def __init__(self, count: int) -> None:
        draw = random.Random(1)
        self._count = count
        self._texts = [" ".join(draw.choices(WORDS, k=draw.randint(1, 12))) for _ in range(5000)]
        self._days = [date(2025, 1, 1) + timedelta(days=n) for n in range(600)]
        self._moments = [MADE + timedelta(minutes=37 * n) for n in range(5000)]

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, place: Any) -> Any:
        raise NotImplementedError(place)

    def __iter__(self) -> Iterator[tuple[Content, ...]]:
        draw = random.Random(2)
        for number in range(self._count):
            k = draw.randrange(5000)
            yield (
                Link(24_000_000 + number, f"https://ds.example/dossiers/{24_000_000 + number}"),
                "À compléter",
                "P2",
                k % 100,
                *(self._texts[(k + n * 71) % 5000] for n in range(24)),
                *(k * n for n in range(5)),
                *(self._days[(k + n) % 600] for n in range(4)),
                *(self._moments[(k + n) % 5000] for n in range(3)),
            )


def table(count: int) -> Table:
    columns = tuple(
        Column(name=f"c{n}", width=18, format=shape, meaning="", origin="", audience="reseau")
        for n, shape in enumerate(SHAPES)
    )
    return Table(sheet="D", name="tD", columns=columns, rows=StreamedRows(count), printed=10)


def template(one: Table) -> Workbook:
    workbook = Workbook()
    workbook.worksheets[0].title = "D"
    lay_out_sheet(workbook.worksheets[0], one, mask="réservé")
    return workbook


def ours(one: Table, path: Path) -> None:
    workbook = template(one)
    properties = document_properties(title="", subject="", software="", made=MADE)
    with path.open("wb") as into:
        pack(workbook, {"D": one}, styles=register(workbook), properties=properties, into=into)


def plain(one: Table, path: Path) -> None:
    workbook = template(one)
    write_plain(workbook.worksheets[0], one, first_row=first_row(one))
    workbook.save(path)


def xlsxwriter_constant(one: Table, path: Path) -> None:
    options = {"constant_memory": True, "strings_to_urls": False, "strings_to_formulas": False}
    book = xlsxwriter.Workbook(str(path), options)
    sheet = book.add_worksheet()
    base = {"font_size": 10, "valign": "top", "bottom": 1, "bottom_color": "#DDDDDD"}
    looks = {
        shape: book.add_format(
            base | {"num_format": number_format(shape), "text_wrap": shape in ("texte", "centre")}
        )
        for shape in set(SHAPES)
    }
    for place in range(len(SHAPES)):
        sheet.set_column(place, place, 18)
        sheet.write_string(0, place, f"c{place}")
    for number, cells in enumerate(one.rows, start=1):
        sheet.set_row(number, 30)
        for place, (shape, content) in enumerate(zip(SHAPES, cells, strict=True)):
            where = (number, place)
            if isinstance(content, Link) and number <= MAX_LINKS:
                sheet.write_url(*where, content.url, looks[shape], str(content.value))
            elif isinstance(content, Link):
                sheet.write_number(*where, int(content.value), looks[shape])
            elif isinstance(content, str):
                sheet.write_string(*where, content, looks[shape])
            elif isinstance(content, datetime):
                sheet.write_datetime(*where, paris(content), looks[shape])
            elif isinstance(content, date):
                sheet.write_datetime(*where, content, looks[shape])
            else:
                sheet.write_number(*where, content, looks[shape])
    book.close()


WRITERS: dict[str, Callable[[Table, Path], None]] = {
    "ours": ours,
    "xlsxwriter": xlsxwriter_constant,
    "openpyxl": plain,
}


def child(name: str, rows: int, times: int, told: Any) -> None:
    one = table(rows)
    start = time.process_time()
    for _ in one.rows:
        pass
    drawn = (time.process_time() - start) * times
    start = time.process_time()
    with tempfile.TemporaryDirectory() as folder:
        for n in range(times):
            WRITERS[name](one, Path(folder) / f"{n}.xlsx")
    used = time.process_time() - start - drawn
    told.put((used, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024))


def measured(name: str, rows: int, times: int = 1) -> tuple[float, float]:
    """Least CPU seconds and least peak MiB of a few tries."""
    context = multiprocessing.get_context("spawn")
    found = []
    for _ in range(TRIES):
        told = context.Queue()
        process = context.Process(target=child, args=(name, rows, times, told))
        process.start()
        found.append(told.get())
        process.join()
    return min(cpu for cpu, _ in found), min(peak for _, peak in found)


def compare(title: str, rows: int, *, beside: Sequence[str], times: int = 1) -> None:
    cpu, peak = measured("ours", rows, times)
    print(f"{title}: ours {cpu:.2f} s CPU, peak {peak:.0f} MiB")
    for name in beside:
        theirs, their_peak = measured(name, rows, times)
        print(
            f"    beside {name:11} {theirs:7.2f} s, {their_peak:.0f} MiB: {cpu / theirs:.2f} times"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1000)
    parser.add_argument("--long-rows", type=int, default=5000)
    parser.add_argument("--centre-rows", type=int, default=100)
    parser.add_argument("--plain-long", action="store_true")
    asked = parser.parse_args()
    compare(f"{asked.rows} × {len(SHAPES)}", asked.rows, beside=("xlsxwriter", "openpyxl"))
    long = ("xlsxwriter", "openpyxl") if asked.plain_long else ("xlsxwriter",)
    compare(f"{asked.long_rows} × {len(SHAPES)}", asked.long_rows, beside=long)
    title = f"{CENTRES} centres of {asked.centre_rows} rows"
    compare(title, asked.centre_rows, beside=("openpyxl",), times=CENTRES)


if __name__ == "__main__":
    main()
