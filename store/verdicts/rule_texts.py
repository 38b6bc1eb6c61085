"""The text of every rule-set, and mapping, that gave a verdict: it can be explained for years."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import select

from store.database.engine import Scope
from store.database.statements import upsert
from store.database.tables import rule_texts


@dataclass(frozen=True, slots=True)
class RuleText:
    """A rule-set, or the mapping that it names the fields of, as it was.

    Attributes:
        digest: First 12 hexadecimal digits of the SHA-256 of the text: names it in a basis.
        version: Version that the file states.
        source: Name of the file.
        text: The file, word for word.
    """

    digest: str
    version: str
    source: str
    text: str


class RuleTexts:
    """Rule-sets and mappings by digest. Nothing is ever changed or deleted."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def keep(self, texts: Sequence[RuleText], *, at: datetime) -> None:
        """Keep texts; those that are kept already stay as they are."""
        if not texts:
            return
        with self._scope.write() as connection:
            rows = [{**asdict(one), "kept_at": at} for one in texts]
            connection.execute(upsert(connection, rule_texts, update=()), rows)

    def find(self, digest: str) -> RuleText | None:
        """The text with this digest, or ``None``."""
        columns = [rule_texts.c[name] for name in RuleText.__dataclass_fields__]
        with self._scope.read() as connection:
            row = connection.execute(select(*columns).filter_by(digest=digest)).first()
        return None if row is None else RuleText(*row)
