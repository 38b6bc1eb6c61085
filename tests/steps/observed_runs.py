"""What runs among random events need: who observes the sandbox, runs that die or race, the truth.

The truth is told from a few questions that the events move, never by the rules of the bridge.
"""

import json
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any

import pytest

from sandbox.api import graphql_endpoint as endpoint
from sandbox.demarche import acts
from sandbox.server import INSTRUCTEUR
from steps.wiring import services

ROOT = Path(__file__).parents[2]
SCOPE = "une question d'éligibilité"
EARLIER = "Dossier précédent"
RECEIVED = "transmis pour évaluation"
REFERENCE = re.compile(r"référence (UNC-\S+)")
QUESTION = re.compile(r"« (.+?) »")
_ATTESTED = "J'atteste l'exactitude des informations et l'absence de donnée patient identifiante"
ITEMS = {
    "Nom et prénom du contact": "Contact",
    "Usage autorisé (libellé du RCP)": "Usage autorisé",
    _ATTESTED: "Attestation",
    "Numéro du dossier précédent": EARLIER,
}
"""Item of the guide by the question of the form that a message quotes."""
PRINTED = str.maketrans("\u00a0\u202f’", "  '")
Truth = frozenset[str]


def truth(answers: Mapping[str, Any], existing: set[int], *, itself: int) -> Truth:
    """What is missing or invalid in a report that was complete before events moved it."""
    if answers.get("1") is None:
        return frozenset({SCOPE})
    names = {8: "Contact", 20: "Usage autorisé", 61: "Attestation"}
    found = {name for champ, name in names.items() if not answers.get(str(champ))}
    earlier = answers.get("14")
    if answers.get("13") != "Initial" and (earlier not in existing or earlier == itself):
        found.add(EARLIER)
    return frozenset(found)


def asked(body: str) -> Truth:
    """What a message of the bridge asks for; nothing when it says that all is there."""
    if RECEIVED in body:
        return frozenset()
    found, section = set(), ""
    for line in body.translate(PRINTED).partition("Si vous le pouvez")[0].splitlines():
        if line[:1].isdigit():
            section = line
        elif line.startswith("- "):
            found.add(SCOPE if section == "1. Éligibilité" else ITEMS[QUESTION.findall(line)[0]])
    assert found, body
    return frozenset(found)


@dataclass(frozen=True)
class SentMessage:
    """A message of the bridge, with the dossier as DS had it at that moment."""

    number: int
    body: str
    answers: Mapping[str, Any]
    status: str | None
    submitted_at: int
    existing: frozenset[int]

    @property
    def reference(self) -> str:
        found = REFERENCE.findall(self.body)
        assert found, self.body
        return str(found[-1])

    @property
    def asks(self) -> Truth:
        return asked(self.body)

    @property
    def true(self) -> Truth:
        return truth(self.answers, set(self.existing), itself=self.number)


@dataclass
class MessageObserver:
    """Sees each message as it is sent, and does something at a chosen request."""

    said: list[SentMessage] = field(default_factory=list)
    existing: set[int] = field(default_factory=set)
    requests: int = 0
    at: int | None = None
    act: Callable[[Any], None] | None = None
    acted: threading.Event = field(default_factory=threading.Event)

    def plan(self, at: int | None, act: Callable[[Any], None] | None) -> None:
        """Do this before the request of that rank, from now on; ``None``: nothing any more."""
        self.acted.clear()
        self.requests, self.at, self.act = 0, at, act

    def before(self, instance: Any) -> None:
        self.requests += 1
        act = self.act
        if act is not None and self.requests == self.at:
            self.act = None
            act(instance)
            self.acted.set()

    def note(self, dossier: Any, body: str) -> None:
        told = json.loads(json.dumps(dossier.answers))
        self.said.append(
            SentMessage(
                number=dossier.number,
                body=body,
                answers=told,
                status=dossier.annotations.get("901"),
                submitted_at=dossier.champs_at,
                existing=frozenset(self.existing),
            )
        )


@contextmanager
def watching() -> Iterator[MessageObserver]:
    """Look into the sandboxes of this process."""
    observer = MessageObserver()
    send, execute = acts.send_message, endpoint.execute

    def send_message(dossier: Any, body: str, *, sender: str, **told: Any) -> dict[str, Any]:
        before = dossier.champs_at
        sent = send(dossier, body, sender=sender, **told)
        assert before == dossier.champs_at
        if sender == INSTRUCTEUR:
            observer.note(dossier, body)
        return sent

    def executed(instance: Any, *args: Any, **named: Any) -> Any:
        observer.before(instance)
        return execute(instance, *args, **named)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(acts, "send_message", send_message)
        patch.setattr(endpoint, "execute", executed)
        yield observer


@contextmanager
def clock_ahead(seconds: Callable[[], float]) -> Iterator[None]:
    """Put the clock of the flows ahead."""

    class Clock(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
            return datetime.now(tz) + timedelta(seconds=seconds())

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(services, "datetime", Clock)
        yield


class ForkedRuns:
    """Whole runs in processes of their own."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def start(self, environment: Mapping[str, str]) -> int:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(dict(environment)) + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())

    def end(self, pid: int, *, after: float) -> int:
        """How the run ended; it is killed when it lasts longer."""
        assert self._process.stdout is not None
        timer = threading.Timer(after, kill, [pid])
        timer.start()
        try:
            return os.waitstatus_to_exitcode(int(self._process.stdout.readline()))
        finally:
            timer.cancel()


def kill(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


@contextmanager
def forked_runs(environment: Mapping[str, str]) -> Iterator[ForkedRuns]:
    """A process that forks runs; ``environment`` is added to that of this one."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.steps.killed"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, **environment},
    ) as process:
        yield ForkedRuns(process)
        assert process.stdin is not None
        process.stdin.close()
