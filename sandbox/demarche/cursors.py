"""Pages as DS cuts them: at most 100, ordered by (timestamp, id), opaque cursors."""

import base64
import binascii
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sandbox.common.clock import parse
from sandbox.common.errors import ApiError

MAX_PAGE = 100


_OPAQUE = "v2:"


def encode(timestamp: int, number: int, *, opaque: bool = False) -> str:
    """Return the cursor of a row, in the format of DS (nanoseconds of UTC, then the id).

    Args:
        timestamp: what rows are sorted by.
        number: id of the row.
        opaque: in a format that no client knows, instead.
    """
    if opaque:
        return f"{_OPAQUE}{timestamp:x}-{number:x}"
    whole, fraction = divmod(timestamp, 1_000_000)
    when = datetime.fromtimestamp(whole, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    raw = f"{when}.{fraction:06d}000Z;{number}"
    return base64.urlsafe_b64encode(raw.encode()).decode().rstrip("=")


def decode(cursor: str) -> tuple[int, int]:
    """Return the (timestamp, number) of a cursor.

    Raises:
        ApiError: it was not made here.
    """
    try:
        if cursor.startswith(_OPAQUE):
            when, _, number = cursor.removeprefix(_OPAQUE).partition("-")
            return int(when, 16), int(number, 16)
        raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
        when, _, number = raw.partition(";")
        return parse(when[:26] + "+00:00"), int(number)
    except (binascii.Error, ValueError) as cause:
        raise ApiError("Invalid cursor", "bad_request") from cause


@dataclass(frozen=True, slots=True)
class Window:
    """What to ask of the index: how many rows, from where, in which direction."""

    size: int
    after: tuple[int, int] | None
    before: tuple[int, int] | None
    backwards: bool

    def flags(self, found: int) -> tuple[bool, bool]:
        """Return (has next, has previous) when ``found`` rows came of size + 1 asked."""
        more = found > self.size
        has_next = self.before is not None or (more and not self.backwards)
        has_previous = self.after is not None or (more and self.backwards)
        return has_next, has_previous


def window(args: dict[str, Any]) -> Window:
    """Read the paging arguments of a connection.

    Raises:
        ApiError: arguments that exclude each other, or a negative size.
    """
    first, last = args.get("first"), args.get("last")
    if first is not None and last is not None:
        raise ApiError('Arguments "first" and "last" are exclusive', "bad_request")
    if args.get("before") and args.get("after"):
        raise ApiError('Arguments "before" and "after" are exclusive', "bad_request")
    for name, asked in (("first", first), ("last", last)):
        if asked is not None and asked < 0:
            raise ApiError(f'Argument "{name}" must be a non-negative integer', "bad_request")
    if args.get("order") == "DESC":
        first, last = (
            (last, None) if last is not None else (None, MAX_PAGE if first is None else first)
        )
    asked = first if first is not None else last
    return Window(
        size=MAX_PAGE if asked is None else min(asked, MAX_PAGE),
        after=decode(args["after"]) if args.get("after") else None,
        before=decode(args["before"]) if args.get("before") else None,
        backwards=last is not None or bool(args.get("before")),
    )
