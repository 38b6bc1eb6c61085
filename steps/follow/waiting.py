"""What waits for a person beside dossiers: situations to validate, woken ones, signals, questions.

The first page of the portal shows them. Another kind of matter is one more function of
:data:`MATTERS`.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from steps.judge.acts import today
from triage.registre.questions import Asked, asked
from triage.registre.register import Register, Situation, State


@dataclass(frozen=True, slots=True)
class WaitingItem:
    """One thing that waits.

    Attributes:
        id: Its id.
        told: What it is, in French.
        since: Since which day it waits.
    """

    id: str
    told: str
    since: date | None


@dataclass(frozen=True, slots=True)
class Matter:
    """Things of a kind that wait for the readers of a workbook, the latest or most late first.

    Attributes:
        kind: Its name in an address.
        title: Its heading, in French.
        things: What waits.
    """

    kind: str
    title: str
    things: tuple[WaitingItem, ...]


_LONGEST = 140
_TOLD = ("type", "organisme", "substance")


def matters(register: Register, author: str) -> tuple[Matter, ...]:
    """All that waits for the readers of a workbook beside dossiers; kinds without any too."""
    return tuple(one for make in MATTERS for one in make(register, author))


def _situations(register: Register, author: str) -> Iterator[Matter]:
    """Of the agency: what a person must look at before anything is done about it."""
    if author != "agence":
        return
    known = register.situations.values()
    proposed = [one for one in known if one.state is State.TO_VALIDATE and _holds(one)]
    yield _matter("a-valider", "Situations à valider", proposed)
    yield _matter("reveillees", "Situations réveillées", [one for one in known if one.woken])


def _signals(register: Register, author: str) -> Iterator[Matter]:
    if author != "agence":
        return
    things = [
        WaitingItem(
            one.id,
            " — ".join(str(one.fields[name]) for name in _TOLD if one.fields.get(name)),
            date.fromisoformat(one.fields["reçu_le"]),
        )
        for one in register.signals.values()
        if one.situation is None
    ]
    things.sort(key=lambda one: one.id, reverse=True)
    yield Matter("a-rattacher", "Signaux à rattacher", tuple(things))


def _questions(register: Register, author: str) -> Iterator[Matter]:
    """Of a centre, those that it has to answer; of the agency, those that are late."""
    centre = author.removeprefix("crpv-") if author.startswith("crpv-") else None
    if centre is None and author != "agence":
        return
    found = [
        one
        for one in asked(register, on=today(), centre=centre)
        if one.answer is None and not one.question.withdrawn and (centre or one.late)
    ]
    things = tuple(WaitingItem(one.question.id, _told(one, centre), None) for one in found)
    title = "Questions auxquelles répondre" if centre else "Questions en retard"
    yield Matter("questions", title, things)


def _told(one: Asked, centre: str | None) -> str:
    late = "en retard, " if one.late else ""
    whom = "" if centre else f"{one.centre}, "
    due = f"{whom}{late}réponse attendue avant le {one.question.due_on:%d/%m/%Y}"
    text = one.question.text
    return f"{text if len(text) <= _LONGEST else text[:_LONGEST] + '…'} ({due})"


MATTERS: tuple[Callable[[Register, str], Iterator[Matter]], ...] = (
    _questions,
    _situations,
    _signals,
)


def _holds(one: Situation) -> bool:
    return bool(one.dossiers or one.signals)


def _matter(kind: str, title: str, found: list[Situation]) -> Matter:
    latest = sorted(found, key=lambda one: (one.since, one.id), reverse=True)
    return Matter(kind, title, tuple(WaitingItem(one.id, one.title, one.since) for one in latest))
