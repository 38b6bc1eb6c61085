"""What a person would call empty."""

import unicodedata
from collections.abc import Mapping
from typing import Any

from mappings.dossier.model import Text

_INVISIBLE = frozenset({"Zs", "Zl", "Zp", "Cc", "Cf"})


def is_blank(text: str) -> bool:
    """Whether a text shows nothing: only spaces, control and format characters."""
    if text[:1].isalnum():  # nearly every text: no need to look further
        return False
    return all(unicodedata.category(char) in _INVISIBLE for char in text)


def text_of(value: object) -> str:
    """A text that was promised.

    Raises:
        TypeError: It is none.
    """
    if not isinstance(value, str):
        raise TypeError(value)
    return value


def text_or_none(text: str | None) -> Text | None:
    """``text`` as typed; ``None`` when it shows nothing."""
    return None if text is None or is_blank(text) else Text(text)


def as_string(raw: Mapping[str, Any]) -> Text | None:
    """What DS itself shows of a champ."""
    return text_or_none(raw.get("stringValue"))
