"""Passwords: hashed with argon2id, compared in constant time, a few at once."""

from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST = 12
"""Characters of a password, as the CNIL and ANSSI advise beside a limit on tries."""
_LONGEST = 1_000
_AT_ONCE = 2
"""Each hash takes 64 MiB: tries that come together wait for each other."""

_hasher = PasswordHasher()
_room = BoundedSemaphore(_AT_ONCE)
_NOBODY = (
    "$argon2id$v=19$m=65536,t=3,p=4$c2VsIGRlIHBlcnNvbm5l$"
    "cQ4WXlZ4nCMrXSxBUJGmBGkZ8eOmDDHjZPl9J0Sbmd8"
)


def hash_password(password: str) -> str:
    """Hash a new password.

    Raises:
        ValueError: In French: it is too short.
    """
    if len(password) < SHORTEST:
        raise ValueError(f"Le mot de passe doit avoir au moins {SHORTEST} caractères.")
    if len(password) > _LONGEST:
        raise ValueError(f"Le mot de passe doit avoir au plus {_LONGEST} caractères.")
    return _hasher.hash(password)


def is_password(password: str, hashed: str | None) -> bool:
    """Whether it is the password; without a hash, take as long and answer no."""
    with _room:
        try:
            same = _hasher.verify(hashed or _NOBODY, password[:_LONGEST])
        except (VerificationError, InvalidHashError):
            return False
    return same and hashed is not None
