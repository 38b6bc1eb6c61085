"""The file that came back, part by part: only what is asked for is read, whatever else is wrong.

Styles, properties and whatever another program adds may be damaged or unknown: they are not read.
What cannot be read is told with the remedy.
"""

import zlib
from collections.abc import Iterator, Mapping
from functools import lru_cache
from io import BytesIO
from posixpath import dirname, join, normpath
from typing import IO, Any, Final
from xml.etree.ElementTree import Element, ParseError, iterparse
from zipfile import BadZipFile, ZipFile, ZipInfo

from defusedxml.common import DefusedXmlException  # type: ignore[import-untyped]
from defusedxml.ElementTree import DefusedXMLParser  # type: ignore[import-untyped]

from exports.errors import UnreadableWorkbookError

MOST_BYTES: Final = 512 * 2**20
"""Of all parts that are read, unpacked: ten times the largest workbook that is handed out."""
MOST_AT_ONCE: Final = 16 * 2**20
"""Bytes of a part that are held at once: one row with all its cells, or one text."""
MOST_ELEMENTS: Final = 20_000_000
"""Of all parts that are read: as many as one of ours of :data:`MOST_BYTES` holds, at 27 bytes each;
four bytes make one, and a zip a thousandth of that."""
_REMEDY: Final = (
    "ouvrez-le dans Excel ou LibreOffice, « Enregistrer sous… », type « Classeur Excel (.xlsx) »,"
    " puis recommencez."
)
_MOST_BEFORE: Final = 2**20
"""Bytes before the first element of a part, where a workbook has a line."""
_CHUNK: Final = 4096
_LARGE_CHUNK: Final = 2**20
"""An unfinished tag is read again with each chunk: large ones keep its cost from squaring."""
_OLE: Final = bytes.fromhex("D0CF11E0A1B11AE1")
_ENCRYPTED: Final = "EncryptedPackage".encode("utf-16-le")
_OTHERS: Final = (
    ("mimetype", "c'est un classeur OpenDocument (.ods)"),
    ("xl/workbook.bin", "c'est un classeur binaire (.xlsb)"),
    ("word/document.xml", "c'est un document Word"),
    ("ppt/presentation.xml", "c'est une présentation PowerPoint"),
)
_DAMAGED: Final = (BadZipFile, zlib.error, EOFError, OSError, ValueError, KeyError, IndexError)
_DAMAGE: Final = (
    "Ce n'est pas un classeur Excel (.xlsx) que l'on peut lire : le fichier est incomplet ou abîmé."
    " S'il s'ouvre encore, "
)
_TOO_LARGE: Final = (
    "Ce classeur est trop grand pour être lu une fois décompressé : reprenez le classeur publié, et"
    f" copiez-y les avis seuls. Sinon, {_REMEDY}"
)
_LOCKED: Final = (
    "Ce classeur est protégé par un mot de passe : ouvrez-le, retirez le mot de passe (Fichier,"
    " Informations, Protéger le classeur, Chiffrer avec mot de passe), puis enregistrez-le sous…"
    " Classeur Excel (.xlsx)."
)


class PartError(ValueError):
    """A part of the package cannot be read; its cause says why."""


@lru_cache(maxsize=1024)
def local(tag: str) -> str:
    """Name of an element or attribute: Excel's strict files have other namespaces."""
    return tag.rpartition("}")[2]


class Package:
    """The parts of a workbook, by their names in any case."""

    def __init__(self, content: bytes) -> None:
        """Open it.

        Raises:
            UnreadableWorkbookError: It is none, or one that its author must save otherwise.
        """
        told = _no_package(content)
        if told:
            raise UnreadableWorkbookError(told)
        try:
            self._archive = ZipFile(BytesIO(content))
        except _DAMAGED as error:
            raise UnreadableWorkbookError(f"{_DAMAGE}{_REMEDY}") from error
        self._names = {
            one.filename.replace("\\", "/").lstrip("/").casefold(): one
            for one in self._archive.infolist()
        }
        self._left = MOST_BYTES
        self._elements_left = MOST_ELEMENTS
        self._counted: set[ZipInfo] = set()
        for name, told in _OTHERS:
            if name in self._names:
                raise UnreadableWorkbookError(f"Ce n'est pas un .xlsx, {told} : {_REMEDY}")

    def holds(self, name: str) -> bool:
        """Whether there is such a part."""
        return name.casefold() in self._names

    def elements(self, name: str, *, ends: frozenset[str]) -> Iterator[Element]:
        """Yield the elements of these names as they end, and forget them; none without the part.

        Raises:
            UnreadableWorkbookError: The part cannot be unpacked, or is too large.
            PartError: What it holds is no XML, or XML that a workbook has no use for.
        """
        info = self._names.get(name.casefold())
        if info is None:
            return
        new = info not in self._counted  # a part that is read again costs its time, and no more
        self._left -= info.file_size if new else 0
        self._counted.add(info)
        if self._left < 0:
            raise UnreadableWorkbookError(_TOO_LARGE)
        try:
            with self._archive.open(info) as part:
                _refuse_entities(_Measured(part, _MOST_BEFORE, _CHUNK))
            with self._archive.open(info) as part:
                measured = _Measured(part, MOST_AT_ONCE, _LARGE_CHUNK)
                # No entity can be declared any more: the parser in C, five times as fast.
                for _, element in iterparse(measured, events=("end",)):  # noqa: S314
                    self._elements_left -= new
                    if self._elements_left < 0:
                        raise UnreadableWorkbookError(_TOO_LARGE)
                    if local(element.tag) in ends:
                        yield element
                        element.clear()
                        measured.held = 0
        except (ParseError, DefusedXmlException, LookupError) as error:  # or an unknown encoding
            raise PartError(name) from error
        except NotImplementedError as error:
            raise UnreadableWorkbookError(
                "Ce classeur (.xlsx) est compressé d'une façon que la passerelle ne lit pas :"
                f" {_REMEDY}"
            ) from error
        except RuntimeError as error:  # how zipfile tells that a part is encrypted
            raise UnreadableWorkbookError(_LOCKED) from error
        except (BadZipFile, zlib.error, EOFError, OSError) as error:
            raise UnreadableWorkbookError(f"{_DAMAGE}{_REMEDY}") from error

    def relations(self, name: str) -> Mapping[str, tuple[str, str]]:
        """What a part refers to, by id: the last word of its type, and the name of the part."""
        folder, _, file = name.rpartition("/")
        found: dict[str, tuple[str, str]] = {}
        for one in self.elements(
            join(folder, "_rels", f"{file}.rels"), ends=frozenset({"Relationship"})
        ):
            if one.get("TargetMode") != "External":
                target = one.get("Target", "").replace("\\", "/")
                place = target.lstrip("/") if target[:1] == "/" else join(dirname(name), target)
                kind = one.get("Type", "").rpartition("/")[2]
                found[one.get("Id", "")] = (kind, normpath(place))
        return found


class _Measured:
    """A part that is unpacked as it is read, and never held whole: what is held is counted.

    Attributes:
        held: Bytes since the last element that was asked for and forgotten.
    """

    def __init__(self, part: IO[bytes], most: int, chunk: int) -> None:
        self._part, self._most, self._chunk = part, most, chunk
        self.held = 0

    def read(self, _size: int = -1) -> bytes:
        """Next bytes, by chunks of its own.

        Raises:
            UnreadableWorkbookError: Too many of them would be held at once.
        """
        chunk = self._part.read(self._chunk)
        self.held += len(chunk)
        if self.held > self._most:
            raise UnreadableWorkbookError(_TOO_LARGE)
        return chunk


class _Root:
    """Knows when the first element starts: nothing is declared after it."""

    begun = False

    def start(self, _tag: str, _attributes: Any) -> None:
        self.begun = True

    def close(self) -> None:
        """Nothing was built."""


def _refuse_entities(part: _Measured) -> None:
    """Read a part as far as its first element.

    Raises:
        DefusedXmlException: It declares entities.
        ParseError: It is no XML.
    """
    root = _Root()
    parser = DefusedXMLParser(target=root)
    while not root.begun:
        chunk = part.read()
        if not chunk:
            parser.close()
            return
        parser.feed(chunk)


def unreadable(error: Exception) -> UnreadableWorkbookError:
    """What is told of a part that cannot be read."""
    told = UnreadableWorkbookError(f"{_DAMAGE}{_REMEDY}")
    told.__cause__ = error
    return told


def missing_text(where: str) -> UnreadableWorkbookError:
    """What is told of a cell whose text is not in the file."""
    return UnreadableWorkbookError(
        f"{where} : le texte de cette cellule n'est plus dans le fichier (.xlsx), qui est abîmé :"
        f" {_REMEDY}"
    )


def _no_package(content: bytes) -> str:
    """Why a file is no package of parts at all, or nothing."""
    start = content[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if not content.strip(b"\0"):
        return "Le fichier est vide, ce n'est pas un classeur (.xlsx) : demandez-le de nouveau."
    if content.startswith(_OLE):
        if _ENCRYPTED in content:
            return _LOCKED
        return f"C'est un classeur d'un ancien format (.xls), pas un .xlsx : {_REMEDY}"
    if content.startswith(b"PK"):
        return ""
    if start.startswith(b"<"):
        return f"C'est une page web ou du XML, pas un classeur Excel (.xlsx) : {_REMEDY}"
    if start.startswith(b"%pdf"):
        return "C'est un PDF, pas un classeur Excel (.xlsx) : demandez le classeur lui-même."
    return f"Ce n'est pas un classeur Excel (.xlsx) que l'on peut lire : {_REMEDY}"
