"""How far a reply has come."""

from enum import StrEnum


class Stage(StrEnum):
    """Stage of a reply in the outbox."""

    PLANNED = "planned"
    INTENDED = "intended"
    """About to be sent, or sent by a run that died: as uncertain as ``UNKNOWN``."""
    UNKNOWN = "unknown"
    DONE = "done"
    REFUSED = "refused"


OPEN = (Stage.PLANNED, Stage.INTENDED, Stage.UNKNOWN)
"""Without a final receipt."""
UNCERTAIN = (Stage.INTENDED, Stage.UNKNOWN)
"""DS may have applied it: read before sending a message again."""
