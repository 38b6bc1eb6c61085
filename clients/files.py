"""Downloads the attachments of a dossier: streamed, capped, checked, kept by their content.

Links live one hour and carry their own right of access: the token is never sent to them.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self
from urllib.parse import urljoin, urlsplit

import requests
from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_random_exponential

from clients.attachment_folder import AttachmentFolder, CorruptError
from clients.errors import DsError, DsTokenRefused, DsUnavailable
from clients.limiter import Clock, SystemClock
from clients.reading.reader import DsReader
from clients.slow import pieces
from mappings.dossier.model import RawDossier

_EXPIRED = frozenset({401, 403, 404})
_TRIES = 3
_FAILURES_IN_A_ROW = 3
"""Files that could not be had one after the other before each is asked for once only."""
_MOST_REDIRECTIONS = 5
_LONGEST_NAME = 120
_TIMEOUTS = (10.0, 60.0)
_WHOLE = 1800.0
"""Seconds that a file may take, however steadily it comes."""


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
    UNAVAILABLE = "unavailable"
    """The file server failed, or DS could not give its link again: later may be better."""
    ELSEWHERE = "elsewhere"
    """Its link leads to a host that nobody listed."""
    UNREADABLE = "unreadable"
    """What DS says of it makes no sense."""


@dataclass(frozen=True, slots=True)
class FetchedFile:
    """One attachment after a download.

    Attributes:
        champ_id: Id of its champ as served.
        champ: Label of its champ.
        name: The user's name for it, cleaned for display; never a path.
        checksum: Base64 of the MD5, as DS gives it.
        outcome: What became of it.
        path: Where its content is, when it is on disk.
        why: What failed, in French, where there is more to say than the outcome does.
    """

    champ_id: str
    champ: str
    name: str
    checksum: str
    outcome: FileOutcome
    path: Path | None = None
    why: str = ""


class _Expired(Exception):  # noqa: N818 - not an error: the link is asked again
    """The link has lived its hour."""


class _Elsewhere(Exception):  # noqa: N818 - an outcome of one file
    """A redirection to a host that is not trusted; the message names it."""


class DsFiles:
    """Downloads attachments into a folder.

    Args:
        reader: Reads a dossier again when its links have expired.
        folder: Where contents are kept.
        max_bytes: Largest file that is downloaded.
        hosts: Hosts, with or without a port, that links may lead to beside their own.
        clock: Time; tests pass one that does not sleep.
    """

    def __init__(
        self,
        reader: DsReader,
        folder: Path,
        *,
        max_bytes: int,
        hosts: AbstractSet[str] = frozenset(),
        clock: Clock | None = None,
    ) -> None:
        self.folder = AttachmentFolder(folder)
        self._reader = reader
        self._max_bytes = max_bytes
        self._hosts = {one.lower() for one in hosts}
        self._in_a_row = 0
        self._clock = clock or SystemClock()
        self._session = requests.Session()
        self._session.auth = _no_auth  # else a .netrc would be sent to whatever a link names
        self._session.headers["Accept-Encoding"] = "identity"

    def fetch(self, dossier: RawDossier) -> list[FetchedFile]:
        """Bring every attachment of a dossier to disk that can be, and say what became of each.

        Raises:
            DsTokenRefused: The token is refused.
            OSError: The folder cannot be written.
        """
        links = _FreshLinks(self._reader, dossier["number"])
        labels = _labels(dossier)
        results = []
        for champ_id, file in files_of(dossier):
            told = partial(_told, champ_id, labels.get(champ_id, champ_id), file)
            try:
                result = self._one(champ_id, file, links=links, told=told)
            except DsUnavailable as error:
                self._in_a_row += 1
                result = told(FileOutcome.UNAVAILABLE, why=str(error))
            except _Elsewhere as error:
                result = told(FileOutcome.ELSEWHERE, why=str(error))
            except (KeyError, TypeError, ValueError):
                result = told(FileOutcome.UNREADABLE)
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

    def _one(
        self,
        champ_id: str,
        file: Mapping[str, Any],
        *,
        links: "_FreshLinks",
        told: "_RecordOutcome",
    ) -> FetchedFile:
        if file["virusScanResult"] != "safe":
            return told(FileOutcome.NOT_SAFE)
        size, path = int(file["byteSizeBigInt"]), self.folder.path_of(file["checksum"])
        if path is None:
            return told(FileOutcome.CORRUPT)
        if path.exists():
            return told(FileOutcome.KEPT, path=path)
        if size > self._max_bytes:
            return told(FileOutcome.TOO_LARGE)
        try:
            try:
                self._insist(file["url"], path=path, size=size)
            except _Expired:
                self._insist(links.of(champ_id, file["checksum"]), path=path, size=size)
        except _Expired:
            return told(FileOutcome.GONE)
        except CorruptError:
            return told(FileOutcome.CORRUPT)
        self._in_a_row = 0
        return told(FileOutcome.FETCHED, path=path)

    def _insist(self, url: str, *, path: Path, size: int) -> None:
        """Download, insisting only while the file server is not known to be down."""
        tries = _TRIES if self._in_a_row < _FAILURES_IN_A_ROW else 1
        insist = Retrying(
            sleep=self._clock.sleep,
            stop=stop_after_attempt(tries),
            wait=wait_random_exponential(max=10),
            retry=retry_if_exception_type(DsUnavailable),
            reraise=True,
        )
        insist(self._download, url, path=path, size=size)

    def _download(self, url: str, *, path: Path, size: int) -> None:
        trusted = {_place(url), *self._hosts}
        host = urlsplit(url).hostname
        try:
            for _ in range(_MOST_REDIRECTIONS):
                self._require_safe(url, trusted)
                with self._session.get(
                    url, stream=True, timeout=_TIMEOUTS, allow_redirects=False
                ) as answer:
                    if answer.is_redirect:
                        url = urljoin(url, answer.headers["Location"])
                        continue
                    _require_content(answer)
                    content = pieces(answer, within=_WHOLE)
                    self.folder.keep(content, path=path, size=size)
                    return
        except requests.RequestException:
            raise DsUnavailable(
                f"le serveur de fichiers {host} est injoignable ou a coupé"
            ) from None
        raise _Expired

    def _require_safe(self, url: str, trusted: AbstractSet[str]) -> None:
        """Pass if a link may be followed: over TLS (as DS itself), to its own host or a listed one.

        Raises:
            _Expired: It is not a link that can be followed at all.
            _Elsewhere: It leads to a host that nobody listed.
        """
        parts = urlsplit(url)
        if parts.scheme not in {"https", urlsplit(self._reader.transport.url).scheme}:
            raise _Expired
        if not {_place(url), (parts.hostname or "").lower()} & trusted:
            raise _Elsewhere(
                f"son lien renvoie vers {_place(url)}, que UNC_ATTACHMENT_HOSTS ne nomme pas"
            )


class _RecordOutcome(Protocol):
    """Records what became of one attachment."""

    def __call__(
        self, outcome: FileOutcome, *, path: Path | None = None, why: str = ""
    ) -> FetchedFile: ...


class _FreshLinks:
    """Links of a dossier's files, read again at most once, when one has expired."""

    def __init__(self, reader: DsReader, number: int) -> None:
        self._reader = reader
        self._number = number
        self._links: dict[tuple[str, str], str] | None = None

    def of(self, champ_id: str, checksum: str) -> str:
        """The new link of a file.

        Raises:
            DsUnavailable: DS cannot serve the dossier now.
            _Expired: There is none any more.
        """
        if self._links is None:
            self._links = self._read()
        if (champ_id, checksum) not in self._links:
            raise _Expired
        return self._links[champ_id, checksum]

    def _read(self) -> dict[tuple[str, str], str]:
        try:
            dossier = self._reader.dossier(self._number)
        except (DsTokenRefused, DsUnavailable):
            raise
        except DsError:
            return {}
        return {(champ, file["checksum"]): file["url"] for champ, file in files_of(dossier)}


def _require_content(answer: requests.Response) -> None:
    if answer.status_code in _EXPIRED:
        raise _Expired
    if not answer.ok:
        host = urlsplit(answer.url).hostname
        raise DsUnavailable(f"le serveur de fichiers {host} a répondu HTTP {answer.status_code}")


def _place(url: str) -> str:
    """Host and port of a link, as they are compared."""
    parts = urlsplit(url)
    try:
        port = parts.port
    except ValueError:
        port = None
    usual = {"https": 443, "http": 80}.get(parts.scheme)
    host = (parts.hostname or "").lower()
    return host if port in {None, usual} else f"{host}:{port}"


def _labels(dossier: RawDossier) -> dict[str, str]:
    """Label of each champ of a dossier, rows included, by id as served."""
    champs = [*dossier["champs"], *dossier["annotations"]]
    for champ in champs:
        for row in champ.get("rows") or ():
            champs.extend(row["champs"])
    return {champ["id"]: str(champ.get("label") or champ["id"]) for champ in champs}


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
    champ_id: str,
    champ: str,
    file: Mapping[str, Any],
    outcome: FileOutcome,
    *,
    path: Path | None = None,
    why: str = "",
) -> FetchedFile:
    name, checksum = display_name(str(file.get("filename"))), str(file.get("checksum"))
    return FetchedFile(champ_id, champ, name, checksum, outcome, path, why)


def _no_auth(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request
