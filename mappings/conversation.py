"""The conversation of a dossier, as far as rules look at it."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class MessageSeen:
    """A message of the dossier's conversation, without its text.

    Attributes:
        id: Id on DS.
        created_at: When it was sent.
        correction: Reason of the correction request that it carries, if any.
        resolved_at: When the declarant submitted again after it.
        discarded: Whether it was withdrawn.
    """

    id: str
    created_at: datetime
    correction: str | None
    resolved_at: datetime | None
    discarded: bool
