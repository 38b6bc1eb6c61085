"""Acts that are no replies: passing a dossier en instruction, withdrawing a message."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from clients.capabilities import capabilities_of
from clients.documents import document
from clients.errors import (
    DsIntermediary,
    DsNotFound,
    DsRefused,
    DsTokenRefused,
    DsUnavailable,
)
from clients.transport import DsTransport, Retry
from clients.writing.deliveries import errors_of
from triage.replies.reply import Outcome


@dataclass(frozen=True, slots=True)
class ActOutcome:
    """What became of an act.

    Attributes:
        outcome: Done, refused or unknown.
        text: Reason in French, with DS's own words; empty when done.
        fields: What DS shows since: fields of the dossier, or the message.
        stopped: Whether something between DS and us refused it.
        missing: Whether DS refused it because it does not show the dossier now.
    """

    outcome: Outcome
    text: str = ""
    fields: Mapping[str, Any] = field(default_factory=dict)
    stopped: bool = False
    missing: bool = False


@dataclass(frozen=True, slots=True)
class DsActs:
    """Acts on single dossiers, one request each.

    Attributes:
        transport: The way to DS.
        instructeur_id: GraphQL id of the account that acts.
    """

    transport: DsTransport
    instructeur_id: str

    def passer_en_instruction(self, dossier_id: str) -> ActOutcome:
        """Pass a dossier ``en_instruction``; one that already is counts as done."""
        act = self._act("PasserEnInstruction", {"dossierId": dossier_id}, shows="dossier")
        if act.outcome is Outcome.REFUSED and "déjà en instruction" in act.text.lower():
            return ActOutcome(Outcome.DONE)
        return act

    def withdraw_message(self, message_id: str) -> ActOutcome:
        """Withdraw a message: its text disappears, its place in the conversation stays."""
        return self._act("RetirerMessage", {"messageId": message_id}, shows="message")

    def _act(self, name: str, values: dict[str, str], *, shows: str) -> ActOutcome:
        asked = document(name, without=capabilities_of(self.transport).without)
        values = {**values, "instructeurId": self.instructeur_id}
        try:
            data = self.transport.execute(asked, {"input": values}, retry=Retry.NEVER)
        except DsTokenRefused:
            raise
        except DsRefused as error:
            return ActOutcome(Outcome.REFUSED, str(error), missing=isinstance(error, DsNotFound))
        except DsUnavailable as error:
            if not error.sent:
                raise
            return ActOutcome(
                Outcome.UNKNOWN, str(error), stopped=isinstance(error, DsIntermediary)
            )
        payload = next(iter(data.values()))
        if payload and payload.get(shows) is not None:
            return ActOutcome(Outcome.DONE, fields=payload[shows])
        reasons = errors_of(payload)
        return ActOutcome(Outcome.REFUSED if reasons else Outcome.UNKNOWN, " ; ".join(reasons))
