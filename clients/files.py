"""Downloads the attachments of a dossier: streamed, capped, checked, kept by their content.

A file is kept under the hexadecimal of its MD5, the checksum that DS gives: the same content is
kept once, and a name that a user chose is never part of a path. Links live one hour and carry
their own right of access: the token is never sent to them.
"""

import binascii
import hashlib
import os
import re
import tempfile
import unicodedata
from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

import requests
from filelock import lock_descriptor
from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_random_exponential

from clients.errors import DsError, DsUnavailable
from clients.limiter import Clock, SystemClock
from clients.reading import DsReader
from mappings.dossier import RawDossier

_CHUNK = 1 << 16
_EXPIRED = frozenset({401, 403, 404})
_TRIES = 3
_MD5_BYTES = 16
_DIGEST = re.compile(r"[0-9a-f]{32}")
_LONGEST_NAME = 120
_TIMEOUTS = (10.0, 60.0)


class FileOutcome(StrEnum):
    """What became of an attachment."""

    KEPT = "kept"
    """Already on disk, not downloaded again."""
    FETCHED = "fetched"
    NOT_SAFE = "not_safe"
    """The antivirus has not cleared it (yet)."""
    TOO_LARGE = "too_large"
    CORRUPT = "corrupt"
    """What arrived is not what DS announced."""
    GONE = "gone"
    """Its link does not work, even asked again."""


@dataclass(frozen=True, slots=True)
class FetchedFile:
    """One attachment after a download.

    Attributes:
        champ_id: Id of its champ as served.
        name: The user's name for it, cleaned for display; never a path.
        checksum: Base64 of the MD5, as DS gives it.
        outcome: What became of it.
        path: Where its content is, when it is on disk.
    """

    champ_id: str
    name: str
    checksum: str
    outcome: FileOutcome
    path: Path | None = None


class _Expired(Exception):  # noqa: N818 - not an error: the link is asked again
    """The link has lived its hour."""


class _Corrupt(Exception):  # noqa: N818 - an outcome of one file
    """More, less or other than announced."""


class AttachmentFolder:
    """Content on disk, by checksum."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def path_of(self, checksum: str) -> Path | None:
        """Return where the content of a checksum belongs; ``None`` when it is no MD5 at all."""
        try:
            digest = b64decode(checksum, validate=True)
        except (binascii.Error, ValueError):
            return None
        if len(digest) != _MD5_BYTES:
            return None
        return self._folder / digest.hex()[:2] / digest.hex()

    def remove(self, checksum: str) -> bool:
        """Erase a content (its dossier was purged); say whether it was there."""
        path = self.path_of(checksum)
        if path is None or not path.exists():
            return False
        path.unlink()
        return True

    def contents(self) -> Iterator[str]:
        """Yield the checksum of each content on disk."""
        for path in self._folder.glob("??/*"):
            if _DIGEST.fullmatch(path.name):
                yield b64encode(bytes.fromhex(path.name)).decode()

    def sweep(self) -> int:
        """Remove what a killed download left; one that is under way is held by its process."""
        removed = 0
        for path in self._folder.glob("??/*"):
            if _DIGEST.fullmatch(path.name) or not path.is_file():
                continue
            with path.open("rb") as left:
                if lock_descriptor(left.fileno(), blocking=False):
                    path.unlink(missing_ok=True)
                    removed += 1
        return removed

    def keep(self, chunks: Iterator[bytes], *, path: Path, size: int) -> None:
        """Write a content that proves to be the one announced, whole or not at all."""
        path.parent.mkdir(parents=True, exist_ok=True)
        digest, written = hashlib.md5(usedforsecurity=False), 0
        with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as partial:
            lock_descriptor(partial.fileno(), blocking=False)  # not to be swept
            try:
                for chunk in chunks:
                    written += len(chunk)
                    if written > size:
                        raise _Corrupt
                    digest.update(chunk)
                    partial.write(chunk)
                if written != size or digest.hexdigest() != path.name:
                    raise _Corrupt
                partial.flush()
                os.fsync(partial.fileno())
                Path(partial.name).replace(path)
            finally:
                Path(partial.name).unlink(missing_ok=True)


class DsFiles:
    """Downloads attachments into a folder.

    Args:
        reader: Reads a dossier again when its links have expired.
        folder: Where contents are kept.
        max_bytes: Largest file that is downloaded.
        clock: Time; tests pass one that does not sleep.
    """

    def __init__(
        self, reader: DsReader, folder: Path, *, max_bytes: int, clock: Clock | None = None
    ) -> None:
        self.folder = AttachmentFolder(folder)
        self._reader = reader
        self._max_bytes = max_bytes
        self._clock = clock or SystemClock()
        self._session = requests.Session()
        self._session.auth = _no_auth  # else a .netrc would be sent to whatever a link names
        self._session.headers["Accept-Encoding"] = "identity"

    def fetch(self, dossier: RawDossier) -> list[FetchedFile]:
        """Bring every attachment of a dossier to disk that can be, and say what became of each.

        Raises:
            DsUnavailable: The file server does not answer.
        """
        fresh: dict[tuple[str, str], str] | None = None
        results = []
        for champ_id, file in files_of(dossier):
            try:
                result = self._one(champ_id, file, url=file["url"])
            except _Expired:
                if fresh is None:
                    fresh = self._fresh_links(dossier["number"])
                result = self._again(champ_id, file, url=fresh.get((champ_id, file["checksum"])))
            results.append(result)
        return results

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def __enter__(self) -> Self:
        """Return it."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close it."""
        self.close()

    def _fresh_links(self, number: int) -> dict[tuple[str, str], str]:
        try:
            dossier = self._reader.dossier(number)
        except DsUnavailable:
            raise
        except DsError:
            return {}
        return {(champ, file["checksum"]): file["url"] for champ, file in files_of(dossier)}

    def _again(self, champ_id: str, file: Mapping[str, Any], *, url: str | None) -> FetchedFile:
        if url is not None:
            try:
                return self._one(champ_id, file, url=url)
            except _Expired:
                pass
        return _told(champ_id, file, FileOutcome.GONE)

    def _one(self, champ_id: str, file: Mapping[str, Any], *, url: str) -> FetchedFile:
        if file["virusScanResult"] != "safe":
            return _told(champ_id, file, FileOutcome.NOT_SAFE)
        size, path = int(file["byteSizeBigInt"]), self.folder.path_of(file["checksum"])
        if path is None:
            return _told(champ_id, file, FileOutcome.CORRUPT)
        if path.exists():
            return _told(champ_id, file, FileOutcome.KEPT, path)
        if size > self._max_bytes:
            return _told(champ_id, file, FileOutcome.TOO_LARGE)
        insist = Retrying(
            sleep=self._clock.sleep,
            stop=stop_after_attempt(_TRIES),
            wait=wait_random_exponential(max=10),
            retry=retry_if_exception_type(DsUnavailable),
            reraise=True,
        )
        try:
            insist(self._download, url, path=path, size=size)
        except _Corrupt:
            return _told(champ_id, file, FileOutcome.CORRUPT)
        return _told(champ_id, file, FileOutcome.FETCHED, path)

    def _download(self, url: str, *, path: Path, size: int) -> None:
        if urlsplit(url).scheme not in {"https", urlsplit(self._reader.transport.url).scheme}:
            raise _Expired
        try:
            with self._session.get(url, stream=True, timeout=_TIMEOUTS) as answer:
                if answer.status_code in _EXPIRED:
                    raise _Expired
                if not answer.ok:
                    raise DsUnavailable(
                        f"Le serveur de fichiers de DS est indisponible (HTTP {answer.status_code})"
                        " : réessayez plus tard."
                    )
                self.folder.keep(answer.iter_content(_CHUNK), path=path, size=size)
        except requests.RequestException:
            raise DsUnavailable(
                "Le serveur de fichiers de DS est injoignable ou a coupé : réessayez plus tard."
            ) from None


def files_of(dossier: RawDossier) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each attachment of a dossier's JSON with the id of its champ, rows included."""
    champs = [*(dossier.get("champs") or ()), *(dossier.get("annotations") or ())]
    for champ in champs:
        for file in champ.get("files") or ():
            yield champ["id"], file
        for row in champ.get("rows") or ():
            champs.extend(row["champs"])


def display_name(filename: str) -> str:
    """Return a user's file name fit to be shown: one line, no path, nothing that hides its end."""
    base = re.split(r"[/\\]", filename)[-1]
    shown = "".join(
        character for character in base if not unicodedata.category(character).startswith("C")
    )
    return shown.strip(" .")[:_LONGEST_NAME] or "sans nom"


def _told(
    champ_id: str, file: Mapping[str, Any], outcome: FileOutcome, path: Path | None = None
) -> FetchedFile:
    name = display_name(file["filename"])
    return FetchedFile(champ_id, name, file["checksum"], outcome, path)


def _no_auth(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request
