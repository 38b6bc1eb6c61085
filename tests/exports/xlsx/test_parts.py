"""What many workbooks have is deflated once, and each part is whole wherever that stands in it."""

import io
import random
import zipfile
import zlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exports.rows_put_aside import Deflated, RowsInTurn, RowsPutAside, in_turn, parts_of
from exports.xlsx.parts import deflated, write_part
from exports.xlsx.rows_apart import RowsApart

_MIB = 1 << 20
PIECES = st.lists(
    st.tuples(st.booleans(), st.lists(st.sampled_from([b"", b"<row/>", b"\xff" * 40_000]))),
    max_size=6,
)


def whole(content: bytes) -> bytes:
    """The one part of an archive, whose CRC and sizes are as the archive says."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        (told,) = archive.infolist()
        part = archive.read(told)  # zipfile raises of another CRC
        assert (told.file_size, told.CRC) == (len(part), zlib.crc32(part))
        start = told.header_offset + 30 + len(told.filename)
        deflate = zlib.decompressobj(-15)
        assert deflate.decompress(content[start : start + told.compress_size]) == part
        assert deflate.eof
        assert not deflate.unused_data
    return part


def inflated(one: bytes | Deflated) -> bytes:
    if not isinstance(one, Deflated):
        return one
    found = zlib.decompressobj(-15).decompress(one.content)
    assert (one.size, one.checksum) == (len(found), zlib.crc32(found))
    return found


def written(chunks: Iterable[bytes | Deflated]) -> bytes:
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w") as target:
        write_part(target, "feuille.xml", chunks=iter(chunks))
    return into.getvalue()


@settings(max_examples=30)
@given(PIECES)
def test_what_was_deflated_before_stands_among_what_was_not(
    pieces: list[tuple[bool, list[bytes]]],
) -> None:
    chunks: list[bytes | Deflated] = []
    for once, rows in pieces:
        chunks += [deflated(rows)] if once else rows
    content = written(chunks)
    assert whole(content) == b"".join(b"".join(rows) for _, rows in pieces)
    assert written(chunks) == content, "the same bytes whenever it is written"


def put(apart: RowsApart, sizes: Sequence[int]) -> tuple[Sequence[RowsPutAside], list[bytes]]:
    """Rows of so many bytes, put together as parts of one row each."""
    chance = random.Random(7)
    rows = [chance.randbytes(size) for size in sizes]
    parts = [
        apart.put("Feuille", [(at, (f"lien {at}",), bytes([at]) * 32, row)])
        for at, row in enumerate(rows)
    ]
    return apart.together("Feuille", parts), rows


def parts_as_written(rows: Sequence[Sequence[object]]) -> list[bytes | Deflated]:
    assert isinstance(rows, RowsInTurn)
    parts = [one for one in parts_of(rows) if isinstance(one, RowsPutAside)]
    return [chunk for one in parts for chunk in one.written]


@pytest.mark.parametrize(
    ("sizes", "blocks"),
    [
        ([_MIB], 1),
        ([_MIB - 1, 1, 5], 2),
        ([_MIB - 1, 2, 5], 2),
        ([_MIB + 1, 1], 2),
        ([5, 3 * _MIB, 5], 2),
        ([_MIB // 2] * 4, 2),
        ([1, 1], 1),
    ],
)
def test_rows_at_the_bounds_of_what_is_deflated_at_once(
    tmp_path: Path, sizes: list[int], blocks: int
) -> None:
    moved, rows = put(RowsApart(tmp_path), sizes)
    chunks = parts_as_written(in_turn(moved))
    assert all(isinstance(one, Deflated) for one in chunks)
    assert len(chunks) == blocks
    assert b"".join(map(inflated, chunks)) == b"".join(rows)
    assert whole(written([b"<", *chunks, b">"])) == b"<" + b"".join(rows) + b">"
    again = parts_as_written(in_turn(moved))
    assert all(one is other for one, other in zip(chunks, again, strict=True)), "deflated once"


@settings(max_examples=20)
@given(st.lists(st.integers(1, 30), min_size=1, max_size=12), st.data())
def test_any_rows_of_those_that_were_put_together_are_read_as_they_were_put(
    sizes: list[int], data: st.DataObject
) -> None:
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr("exports.xlsx.rows_apart._SHARED", 40)
        patch.setattr("exports.xlsx.rows_apart._AT_ONCE", 16)
        apart = RowsApart(Path(folder))
        moved, rows = put(apart, sizes)
        order = data.draw(st.lists(st.sampled_from(range(len(rows)))), label="the first time")
        again = apart.together("Feuille", [moved[at] for at in order])  # for other workbooks
        own = apart.put("Feuille", [(None, (), b"o" * 32, b"own")])
        for parts, numbers in ((moved, [*range(len(rows))]), (again, order)):
            gone = data.draw(st.sets(st.sampled_from(range(len(rows)))), label="read otherwise")
            chosen = [own if at in gone else one for at, one in zip(numbers, parts, strict=True)]
            wanted = [b"own" if at in gone else rows[at] for at in numbers]
            shown = in_turn(chosen)
            assert len(shown) == len(wanted)
            assert [row[0] for row in shown] == [None if at in gone else at for at in numbers]
            if wanted:
                found = parts_as_written(shown)
                assert b"".join(map(inflated, found)) == b"".join(wanted)
                of_all = [one for one in parts_of(shown) if isinstance(one, RowsPutAside)]
                assert [xml for one in of_all for xml in one.each] == wanted
                assert b"".join(one.digests for one in of_all) == b"".join(
                    (b"o" if at in gone else bytes([at])) * 32 for at in numbers
                )
                assert [it for one in of_all for it in one.leading] == [
                    () if at in gone else (f"lien {at}",) for at in numbers
                ]
