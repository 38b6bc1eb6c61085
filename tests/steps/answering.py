"""A bridge that answers dossiers on a sandbox, fast: no waiting for a limit that is not there."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from clients.limiter import Limiter
from clients.reading.reader import DsReader
from clients.transport import DsTransport
from sandbox.control.client import Control
from steps.judge.verdicts import ASSESSMENT
from steps.read.poll import poll
from steps.reply.respond import respond
from steps.wiring.services import Connected, connect
from steps.wiring.summary import Summary
from tests.conftest import Bridge
from triage.verdict.model import Assessment

TO_ALL: dict[str, Any] = {
    "declarant_channel": "correction",
    "quiet_minutes": 0,
    "messages_since": "2000-01-01",
    "messages_per_run": 10_000,
}
"""Settings with which every declarant is written to at once."""

WRITTEN = {"statut": 901, "motif": 902, "score": 903, "manquants": 904, "priorite": 905}


@dataclass(frozen=True)
class Exchange:
    """A bridge, and what the people around its démarche see."""

    bridge: Bridge

    @property
    def control(self) -> Control:
        return self.bridge.sandbox.control

    @contextmanager
    def services(self, **changes: Any) -> Iterator[Connected]:
        settings = self.bridge.settings.model_copy(update=changes)
        at_once = DsTransport(
            settings.ds_url,
            settings.token().get_secret_value(),
            limiter=Limiter(10**6),
        )
        with connect(settings, make=True, transport=at_once) as services:
            yield services

    def answer(self, *, reading: bool = True, **changes: Any) -> Summary:
        """Read the démarche, then deliver what is due; ``changes`` are settings of this run."""
        summary = Summary()
        with self.services(**changes) as services:
            if reading:
                poll(services, summary)
            respond(services, summary)
            summary.requests = services.transport.requests_sent
        return summary

    def read_only(self, **changes: Any) -> Summary:
        """Read the démarche and judge, so that a plan is there, and deliver nothing."""
        from steps.judge.judge import judge

        summary = Summary()
        with self.services(**changes) as services:
            poll(services, summary)
            judge(services, summary)
        return summary

    def shown(self) -> dict[int, dict[str, Any]]:
        """Every dossier as the API serves it."""
        with self.services() as services:
            pages = DsReader(services.transport).pages(services.demarche, updated_since=None)
            return {raw["number"]: raw for page in pages for raw in page.dossiers}

    def verdicts(self) -> dict[int, Assessment]:
        with self.services() as services:
            return {
                one.number: ASSESSMENT.validate_json(one.assessment.detail)
                for one in services.store.dossiers.iterate(services.demarche)
                if one.assessment
            }

    def snapshot(self, number: int) -> dict[str, Any]:
        return self.control.snapshot(number)

    def mutations(self) -> dict[str, int]:
        """Mutations since the last time this was asked, by name."""
        told: dict[str, int] = self.control.stats(reset=True)["mutations"]
        return told

    def ours(self, number: int) -> list[dict[str, Any]]:
        """Messages of the bridge to the declarant of a dossier."""
        sender = self.bridge.sandbox.instructeur
        return [one for one in self.snapshot(number)["messages"] if one["email"] == sender]
