"""What the pages say of the situation of a dossier, and which situations a reader may ask for."""

from collections.abc import Iterable

from exports.readers.reading import Reading


def situation_id(reading: Reading) -> str:
    """Id of its situation where this reader may know it, or an empty text: a mask names none."""
    return reading.situation if reading.situation == reading.entry.situation else ""


def situation_at_head(text: str, known: Iterable[str]) -> str:
    """The situation that a text begins with, or an empty text; names may hold blanks."""
    found = (one for one in known if one and f"{text} ".startswith(f"{one} "))
    return max(found, key=len, default="")
