"""Bytes of an official BDPM file as lines of text, whatever their ends and their encoding.

Lines end with CRLF, LF or CR; blank lines stand inside; the last one may have no end. Each line is
UTF-8, else cp1252: the encoding differs from file to file, over the years, and inside one file.
"""

import re
from codecs import BOM_UTF8
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from typing import Final, Literal, TypeAlias

Encoding: TypeAlias = Literal["utf-8", "cp1252", "utf-8 et cp1252"]

_END = re.compile(rb"\r*\n|\r")
_ARCHIVES: Final = (b"PK\x03\x04", b"\x1f\x8b", b"7z\xbc\xaf", b"BZh", b"\xfd7zXZ")
_HEAD = 2048
_END_BYTES = 200_000
_TWICE = re.compile("[ÃÂ][\u0080-\u00bf]|â€|Ã[‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]")
"""Text in UTF-8 that was read as cp1252 and written again."""


def instead_of_text(content: bytes) -> str | None:
    """What a file is when it is no table of text, in French, with the remedy; else ``None``."""
    head = content[:_HEAD].removeprefix(BOM_UTF8).lstrip()
    again = "téléchargez-le de nouveau"
    if not content.removeprefix(BOM_UTF8).strip():
        return f"le fichier est vide ; {again}"
    if content.startswith(_ARCHIVES):
        return "le fichier est une archive ; décompressez-la, et mettez à sa place le fichier .txt"
    if head.startswith(b"<"):
        return f"le fichier est une page web, et non la table attendue ; {again}"
    if (at := content.find(b"\0")) >= 0:
        line = 1 + len(_END.findall(content, 0, at))
        return f"ligne {line} : octet nul, le fichier est abîmé ou en UTF-16 ; {again}"
    return None


def lines_of(content: bytes) -> Iterator[tuple[int, str]]:
    """Lines that are not blank, with their number.

    One at a time: all the text, or a list of its lines, would take more memory than the file. A
    byte that cp1252 lacks becomes U+FFFD.
    """
    for number, line in _each(content):
        try:
            yield number, line.decode("utf-8")
        except UnicodeDecodeError:
            yield number, line.decode("cp1252", errors="replace")


def encoding_of(content: bytes) -> Encoding:
    """The encoding of a file: what its lines that are not plain ASCII are in."""
    utf8 = cp1252 = False
    for _, line in _each(content):
        if not line.isascii():
            try:
                line.decode("utf-8")
                utf8 = True
            except UnicodeDecodeError:
                cp1252 = True
        if utf8 and cp1252:
            return "utf-8 et cp1252"
    return "cp1252" if cp1252 else "utf-8"


def count_lines(content: bytes) -> int:
    """How many lines are not blank."""
    return sum(1 for _ in _each(content))


def is_ended(content: bytes) -> bool:
    """Whether the last line that is not blank has an end; a file that was cut in it has none."""
    return content.rstrip(b" \t").endswith((b"\n", b"\r"))


def rows_of_last(content: bytes, *, most: int) -> dict[str, int]:
    """How many lines begin with each of the last codes, as many different ones at most."""
    rows = Counter(_code(line) for _, line in _each(content))
    tail = (_code(line) for line in reversed(_END.split(content[-_END_BYTES:])[1:]) if line.strip())
    last = islice(dict.fromkeys(tail), most)
    return {one.decode("ascii", errors="replace"): rows[one] for one in last}


def _code(line: bytes) -> bytes:
    return line.partition(b"\t")[0].strip()


def damaged(text: str) -> str | None:
    """Why the letters of a line cannot be trusted, in French; ``None`` when they can."""
    if "\ufffd" in text:
        return "des lettres sont illisibles"
    if not text.isascii() and _TWICE.search(text):
        return "les accents ont été encodés deux fois (« Ã© » pour « é »)"
    return None


def _each(content: bytes) -> Iterator[tuple[int, bytes]]:
    start = len(BOM_UTF8) if content.startswith(BOM_UTF8) else 0
    number = 1
    for end in _END.finditer(content, start):
        line = content[start : end.start()]
        if line and not line.isspace():
            yield number, line
        number, start = number + 1, end.end()
    if content[start:].strip():
        yield number, content[start:]
