"""Checks a finished workbook before it is published: whole, with every row.

That its XML is well-formed was checked when it was written, each row once for all workbooks that
have it (:mod:`exports.xlsx.package`); its checksums tell that it is still what was written. What
many workbooks have is inflated once: in each of them the same bytes stand where they were put.
"""

import io
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

from isal import igzip_lib, isal_zlib

from exports.errors import WorkbookCheckError
from exports.published.manifest import FileFacts, sha256
from exports.rows_put_aside import Deflated

_ROW = b"<row "
_DAMAGED: type[Exception] = igzip_lib.IsalError  # type: ignore[assignment]
"""What ISA-L raises of what is no deflated data; its stubs do not say that it is an exception."""


@dataclass(frozen=True, slots=True)
class ExportFile:
    """One file to publish.

    Attributes:
        audience: Who it is for.
        content: Its bytes.
        rows: Rows of each table that was handed over to its writer, by name of sheet.
        sheets: Names of the sheets of a workbook, in order.
        digest: Of its own content, see :class:`exports.published.manifest.FileFacts`.
        blocks: What many workbooks have and was deflated once, with where it begins, in order.
    """

    audience: str
    content: bytes
    rows: Mapping[str, int] = field(default_factory=dict)
    sheets: tuple[str, ...] = ()
    digest: str = ""
    blocks: tuple[tuple[int, Deflated], ...] = field(default=(), repr=False)

    def facts(self, name: str, *, sequence: int) -> FileFacts:
        """What a manifest says of it."""
        return FileFacts(
            name=name,
            audience=self.audience,
            sha256=sha256(self.content),
            bytes=len(self.content),
            rows=dict(self.rows),
            digest=self.digest,
            sequence=sequence,
        )


def check_file(name: str, file: ExportFile) -> None:
    """Check that a workbook opens and holds each row that was to be handed out.

    Raises:
        WorkbookCheckError: The file is damaged; it names the file.
    """
    if not name.endswith(".xlsx"):
        return
    try:
        with zipfile.ZipFile(io.BytesIO(file.content)) as archive:
            found = {one.filename: _rows(archive, one, file) for one in archive.infolist()}
    except (zipfile.BadZipFile, zlib.error, _DAMAGED, ValueError) as error:
        raise damaged(name) from error
    for place, sheet in enumerate(file.sheets, start=1):
        rows = found.get(f"xl/worksheets/sheet{place}.xml", 0)
        if rows <= file.rows.get(sheet, 0):  # the header is one more
            raise damaged(name)


def damaged(name: str) -> WorkbookCheckError:
    """What is raised of a workbook that no program would open."""
    return WorkbookCheckError(
        f"{name} ne se rouvre pas : il n'est pas publié, les précédents restent en place."
    )


def sound(
    files: Iterable[tuple[str, ExportFile]], aside: list[str] | None
) -> Iterator[tuple[str, ExportFile]]:
    """Yield the files that open again, one after the other; the others are named, and left out.

    Args:
        files: What is to be published.
        aside: Where they are named; without it one of them stops all.

    Raises:
        WorkbookCheckError: A workbook does not open again, and none may be left out.
    """
    for name, file in files:
        try:
            check_file(name, file)
        except WorkbookCheckError as error:
            if aside is None:
                raise
            aside.append(left_out(name, str(error)))
        else:
            yield name, file


def left_out(name: str, why: str) -> str:
    """What is told of a workbook that could not be made while the others were."""
    return f"{name} : ce classeur n'a pas pu être fait et manque à cet export. {why}"


def none_left() -> WorkbookCheckError:
    """What is raised where no workbook could be made."""
    return WorkbookCheckError(
        "Aucun classeur n'a pu être fait : rien n'est publié, les exports précédents restent en"
        " place."
    )


def _rows(archive: zipfile.ZipFile, part: zipfile.ZipInfo, file: ExportFile) -> int:
    """Read a part to its end, which compares its checksum, and count its rows."""
    rows, before, checksum = 0, b"", 0
    with archive.open(part) as stream:
        begins = int(stream._orig_compress_start)  # type: ignore[attr-defined]  # noqa: SLF001
        ends = begins + part.compress_size
        if mine := [one for one in file.blocks if begins <= one[0] < ends]:
            return _rows_around(mine, file.content, begins, ends, part=part)
        # By ISA-L, three times as fast to inflate and five times to compare.
        stream._decompressor = isal_zlib.decompressobj(-15)  # type: ignore[attr-defined]  # noqa: SLF001
        stream._expected_crc = None  # type: ignore[attr-defined]  # noqa: SLF001
        while chunk := stream.read(1 << 20):
            checksum = isal_zlib.crc32(chunk, checksum)
            rows += (before + chunk).count(_ROW)
            before = chunk[1 - len(_ROW) :]
    if checksum != part.CRC:
        raise zipfile.BadZipFile(part.filename)
    return rows


def _rows_around(
    blocks: Sequence[tuple[int, Deflated]],
    content: bytes,
    begins: int,
    ends: int,
    *,
    part: zipfile.ZipInfo,
) -> int:
    """The same of a part in which blocks stand: each is known, what is around them is inflated."""
    at, rows, size, checksum = begins, 0, 0, 0
    for place, block in (*blocks, (ends, None)):
        last = block is None
        inflater = isal_zlib.decompressobj(-15)  # nothing refers to what is before a block
        told = inflater.decompress(content[at:place])
        if inflater.unused_data or inflater.eof is not last:
            raise zipfile.BadZipFile(part.filename)
        rows, size = rows + told.count(_ROW), size + len(told)
        checksum = isal_zlib.crc32(told, checksum)
        if block is not None:
            if not content.startswith(block.content, place):
                raise zipfile.BadZipFile(part.filename)
            rows, size = rows + _rows_of(block), size + block.size
            checksum = isal_zlib.crc32_combine(checksum, block.checksum, block.size)
            at = place + len(block.content)
    if (size, checksum) != (part.file_size, part.CRC):
        raise zipfile.BadZipFile(part.filename)
    return rows


def _rows_of(block: Deflated) -> int:
    """Rows of a block, which is inflated once for all workbooks that have it.

    Raises:
        BadZipFile: It is not what was deflated.
    """
    if block not in _ROWS_OF:
        told = isal_zlib.decompressobj(-15).decompress(block.content)
        if (len(told), isal_zlib.crc32(told)) != (block.size, block.checksum):
            raise zipfile.BadZipFile
        _ROWS_OF[block] = told.count(_ROW)
    return _ROWS_OF[block]


_ROWS_OF: WeakKeyDictionary[Deflated, int] = WeakKeyDictionary()
