"""Opaque identifiers, as DS makes them: base64 of ``Type-key``."""

import base64
import binascii

from sandbox.common.errors import ApiError


def encode(kind: str, key: int | str) -> str:
    """Return the opaque id of one object."""
    return base64.b64encode(f"{kind}-{key}".encode()).decode()


def decode(opaque: str, *kinds: str) -> str:
    """Return the key inside ``opaque``.

    Raises:
        ApiError: it is not the id of one of ``kinds``.
    """
    try:
        found, _, key = base64.b64decode(opaque, validate=True).decode().partition("-")
    except (binascii.Error, UnicodeDecodeError):
        found, key = "", ""
    if found not in kinds or not key:
        raise ApiError(f"{kinds[-1]} not found", "not_found")
    return key


def decode_number(opaque: str, *kinds: str) -> int:
    """Return the numeric key inside ``opaque``.

    Raises:
        ApiError: it is not the id of one of ``kinds``.
    """
    key = decode(opaque, *kinds)
    if not key.isdecimal():
        raise ApiError(f"{kinds[-1]} not found", "not_found")
    return int(key)


def champ_id(stable: int | str, row: str | None = None) -> str:
    """Return the id of a champ; ``row`` when it is repeated."""
    return encode("Champ", f"{stable}|{row}" if row else f"{stable}")


def decode_champ(opaque: str) -> tuple[str, str | None]:
    """Return the stable id and the row of a champ's id.

    Raises:
        ApiError: it is not the id of a champ.
    """
    stable, _, row = decode(opaque, "Champ").partition("|")
    return stable, row or None
