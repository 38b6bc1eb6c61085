"""Column types that hold the same value on SQLite and on PostgreSQL."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import DateTime, Dialect, Text
from sqlalchemy.types import TypeDecorator


class UtcDateTime(TypeDecorator[datetime]):
    """An aware datetime, stored in UTC and returned in UTC on every database."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Convert to UTC.

        Raises:
            ValueError: The datetime has no time zone.
        """
        del dialect
        return None if value is None else _utc(value)

    def bind_processor(self, dialect: Dialect) -> Callable[[datetime | None], Any] | None:
        """Write SQLite's text in one step: three dates a row make it a cost of each page."""
        if dialect.name != "sqlite":
            return super().bind_processor(dialect)

        def written(value: datetime | None) -> str | None:
            if value is None:
                return None
            return _utc(value).isoformat(" ", "microseconds")[: -len("+00:00")]

        return written

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the time zone back: SQLite keeps none, PostgreSQL answers in the session's."""
        del dialect
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _utc(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError("a datetime without a time zone cannot be stored")
    return value if value.tzinfo is UTC else value.astimezone(UTC)


class FreeText(TypeDecorator[str]):
    """Text that people wrote: what no database accepts (NUL, lone surrogates) becomes U+FFFD.

    PostgreSQL refuses NUL and SQLite's driver lone surrogates; a reason or an annotation that
    holds one must not stop the run.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Replace what cannot be stored."""
        del dialect
        if value is None:
            return None
        readable = value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        return readable.replace("\0", "\N{REPLACEMENT CHARACTER}")
