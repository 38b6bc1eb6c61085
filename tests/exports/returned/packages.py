"""Workbooks as other programs save them: parts of ours, put in or changed by hand."""

import io
import re
import zipfile
from collections.abc import Callable, Mapping

Change = Callable[[bytes], bytes]


def repacked(
    content: bytes,
    changes: Mapping[str, Change] | None = None,
    *,
    added: Mapping[str, bytes] | None = None,
) -> bytes:
    """The package with some parts changed, and some added."""
    saved = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(saved, "w") as target:
        for name in source.namelist():
            part = source.read(name)
            target.writestr(name, (changes or {}).get(name, _same)(part), zipfile.ZIP_DEFLATED)
        for name, part in (added or {}).items():
            target.writestr(name, part, zipfile.ZIP_DEFLATED)
    return saved.getvalue()


def put(before: bytes, after: bytes) -> Change:
    """Put a text in place of another, once; it must be there."""

    def change(part: bytes) -> bytes:
        assert before in part
        return part.replace(before, after, 1)

    return change


def cell(reference: str, xml: str) -> Change:
    """Put XML in place of a cell."""
    pattern = re.compile(rf'<c r="{reference}"(?: [^>]*?)?(?:/>|>.*?</c>)'.encode(), re.DOTALL)

    def change(part: bytes) -> bytes:
        found, count = pattern.subn(lambda _: xml.encode(), part)
        assert count == 1
        return found

    return change


def every(*changes: Change) -> Change:
    """One after the other."""

    def change(part: bytes) -> bytes:
        for one in changes:
            part = one(part)
        return part

    return change


def _same(part: bytes) -> bytes:
    return part
