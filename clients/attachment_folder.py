"""Attachments on disk, each under the hexadecimal of its MD5, the checksum that DS gives.

The same content is kept once, and a name that a user chose is never part of a path.
"""

import binascii
import hashlib
import os
import re
import tempfile
from base64 import b64decode, b64encode
from collections.abc import Iterator
from pathlib import Path

from filelock import lock_descriptor

_MD5_BYTES = 16
_DIGEST = re.compile(r"[0-9a-f]{32}")


class CorruptError(Exception):
    """A content is more, less or other than announced."""


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
        """Write a content that proves to be the one announced, whole or not at all.

        Raises:
            CorruptError: It is not.
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        digest, written = hashlib.md5(usedforsecurity=False), 0
        with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as partial:
            lock_descriptor(partial.fileno(), blocking=False)  # not to be swept
            try:
                for chunk in chunks:
                    written += len(chunk)
                    if written > size:
                        raise CorruptError
                    digest.update(chunk)
                    partial.write(chunk)
                if written != size or digest.hexdigest() != path.name:
                    raise CorruptError
                partial.flush()
                os.fsync(partial.fileno())
                Path(partial.name).replace(path)
            finally:
                Path(partial.name).unlink(missing_ok=True)
