"""What a cursor of DS says of its row: for diagnosis only, pages go on with the opaque text."""

from base64 import b64decode
from dataclasses import dataclass
from datetime import UTC, datetime

from mappings.dossier.shape import LARGEST_NUMBER

_MICROSECONDS = 26
"""Length of a time cut to what a datetime holds: DS writes nine decimals."""


@dataclass(frozen=True, slots=True)
class CursorRow:
    """The row that a cursor points at.

    Attributes:
        number: Id of the row: the dossier's number, but in ``deletedDossiers``.
        moment: What the rows are sorted by.
    """

    number: int
    moment: datetime


def row_of_cursor(cursor: object) -> CursorRow | None:
    """Read a cursor, URL-safe base64 of ``<UTC time>;<row id>``; ``None`` if it is of another kind.

    Padding and the number of decimals do not matter.
    """
    if not isinstance(cursor, str):
        return None
    try:
        bare = cursor.rstrip("=")
        plain = b64decode(bare + "=" * (-len(bare) % 4), altchars=b"-_", validate=True)
        when, _, number = plain.decode().partition(";")
        moment = datetime.fromisoformat(when.removesuffix("Z")[:_MICROSECONDS]).replace(tzinfo=UTC)
    except ValueError:  # of base64, of the text in it, or of the date
        return None
    if not (number.isascii() and number.isdecimal() and 0 < int(number) <= LARGEST_NUMBER):
        return None
    return CursorRow(int(number), moment)
