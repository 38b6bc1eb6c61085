"""Addresses of files: signed, good for one hour of the sandbox's clock."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from sandbox.common.clock import SECOND, MovableClock

LIFETIME = 3600 * SECOND
_MINUTE = 60 * SECOND


class BadLinkError(Exception):
    """Not an address that the server gave, or one that is too old."""

    def __init__(self, *, expired: bool) -> None:
        super().__init__("expired" if expired else "unknown")
        self.expired = expired


@dataclass(frozen=True, slots=True)
class Links:
    """Makes and reads the addresses of files."""

    secret: bytes
    clock: MovableClock

    def minute(self) -> int:
        """Return the present minute: addresses given within one are the same."""
        return self.clock.now() // _MINUTE

    def url(self, base_url: str, file: Mapping[str, Any]) -> str:
        """Return a fresh address of a file."""
        told = self.sealed(file["checksum"], file["filename"], file["content_type"])
        return f"{base_url}/files/{told}"

    def read(self, opaque: str) -> tuple[str, str, str]:
        """Return (checksum, file name, content type) of an address.

        Raises:
            BadLinkError: it was not given here, or its hour is over.
        """
        checksum, filename, content_type = self.unsealed(opaque)
        return checksum, filename, content_type

    def sealed(self, *told: Any) -> str:
        """Return values in a text that nobody else can make, good for one hour."""
        until = self.minute() * _MINUTE + LIFETIME
        payload = base64.urlsafe_b64encode(orjson.dumps([*told, until])).decode().rstrip("=")
        return f"{payload}.{self._sign(payload)}"

    def unsealed(self, opaque: str) -> list[Any]:
        """Return the values that were sealed in a text.

        Raises:
            BadLinkError: it was not made here, or its hour is over.
        """
        payload, _, signature = opaque.partition(".")
        if not hmac.compare_digest(signature.encode(), self._sign(payload).encode()):
            raise BadLinkError(expired=False)
        try:
            raw = base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))
        except binascii.Error as cause:
            raise BadLinkError(expired=False) from cause
        told: list[Any] = orjson.loads(raw)
        until = told.pop()
        if self.clock.now() >= until:
            raise BadLinkError(expired=True)
        return told

    def _sign(self, payload: str) -> str:
        return hmac.new(self.secret, payload.encode(), hashlib.sha256).hexdigest()[:32]
