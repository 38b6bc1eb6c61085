"""Whether and when declarants are written to: which dossiers, and how long after they sent theirs.

How many requests one dossier may have is counted in ``messages.py``; the messages of one run in
``steps/reply/respond.py``.
"""

from datetime import datetime, timedelta
from typing import Literal, TypeAlias

from pydantic import BaseModel, ConfigDict

from mappings.dossier.model import Dossier

Channel: TypeAlias = Literal["off", "message", "correction"]


class Sending(BaseModel):
    """When declarants are written to, from the settings.

    Attributes:
        channel: ``off``, ``message`` or ``correction``.
        since: Dossiers deposited before are not written to.
        quiet: Time to wait after the declarant's last submission.
        max_requests: Automatic requests for one dossier.
        pilot: Dossiers written to; empty for all.
        pass_en_instruction: Whether complete dossiers are passed ``en_instruction``.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    channel: Channel
    since: datetime
    quiet: timedelta
    max_requests: int
    pilot: frozenset[int] = frozenset()
    pass_en_instruction: bool = False

    def may_write(self, dossier: Dossier) -> bool:
        """Whether the declarant of a dossier is written to at all."""
        return (
            self.channel != "off"
            and not dossier.archived
            and not dossier.state.decided
            and dossier.deposited_at >= self.since
            and (not self.pilot or dossier.number in self.pilot)
        )

    def quiet_until(self, dossier: Dossier) -> datetime:
        """Until when nothing is sent: the declarant may still be at work on the dossier."""
        return dossier.champs_modified_at + self.quiet
