"""The committee, as people act on it: each act is checked against the acts as they are."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import TypeAlias

from steps.judge.acts import perform
from steps.registre.acting import Acting
from steps.wiring.services import Services
from triage.registre.acts import Act, Draft
from triage.registre.committee import seances as rules
from triage.registre.committee.seances import Meeting, find_meeting, meetings
from triage.registre.drafting import When
from triage.registre.lifecycle import find
from triage.registre.register import Register
from triage.registre.stale import refuse_stale

_Draw: TypeAlias = Callable[[Register, Meeting, When], list[Draft]]


def known_meetings(
    services: Services, *, on: date | None = None, known: datetime | None = None
) -> dict[str, Meeting]:
    """Every séance, by id."""
    return meetings(services.store.acts.list(services.demarche), on=on, known=known)


def plan(services: Services, day: date, acting: Acting) -> Meeting:
    """Prepare a séance."""
    made: list[str] = []

    def draw(_: Register, acts: Sequence[Act]) -> list[Draft]:
        drafts = rules.plan(meetings(acts), day, by=acting.by, when=acting.when())
        made.append(drafts[0].object)
        return drafts

    perform(services, acting.by, draw)
    return known_meetings(services)[made[-1]]


def postpone(services: Services, name: str, day: date, acting: Acting) -> Meeting:
    """Give a séance another day."""
    by = acting.by
    return _act(
        services, name, acting, lambda _, one, when: rules.postpone(one, day, by=by, when=when)
    )


def put_on_agenda(
    services: Services,
    name: str,
    situation: str,
    acting: Acting,
    *,
    question: str,
    rapporteur: str,
) -> Meeting:
    """Put a situation on the agenda, with its question and its rapporteur."""

    def draw(register: Register, one: Meeting, when: When) -> list[Draft]:
        home = find(register, situation)
        return rules.put_on_agenda(one, home, question, rapporteur, by=acting.by, when=when)

    return _act(services, name, acting, draw)


def take_off_agenda(services: Services, name: str, situation: str, acting: Acting) -> Meeting:
    """Take a situation off the agenda."""
    by = acting.by
    return _act(
        services,
        name,
        acting,
        lambda _, one, when: rules.take_off_agenda(one, situation, by=by, when=when),
    )


def hold(services: Services, name: str, acting: Acting) -> Meeting:
    """Say that a séance was held."""
    by = acting.by
    return _act(services, name, acting, lambda _, one, when: rules.hold(one, by=by, when=when))


def validate_minutes(services: Services, name: str, acting: Acting) -> Meeting:
    """Say that its minutes are validated."""
    by = acting.by
    return _act(
        services, name, acting, lambda _, one, when: rules.validate_minutes(one, by=by, when=when)
    )


def advise(
    services: Services,
    name: str,
    situation: str,
    given: Mapping[str, str],
    acting: Acting,
    *,
    measure: Mapping[str, str] | None = None,
) -> Meeting:
    """Enter the advice on a situation, and the measure that it proposes, if any."""
    lists = services.form.lists

    def draw(register: Register, one: Meeting, when: When) -> list[Draft]:
        return rules.advise(
            register, one, situation, given, measure, by=acting.by, when=when, lists=lists
        )

    return _act(services, name, acting, draw)


def _act(services: Services, name: str, acting: Acting, draw: _Draw) -> Meeting:
    """Do something of a séance, unless it changed since the person read it.

    Raises:
        Refused: With the reason; nothing was entered.
    """

    def drawn(register: Register, acts: Sequence[Act]) -> list[Draft]:
        one = find_meeting(meetings(acts), name)
        mine = [act for act in acts if act.object == one.id]
        refuse_stale(mine, one.last, seen=acting.seen)
        return draw(register, one, acting.when())

    perform(services, acting.by, drawn)
    return find_meeting(known_meetings(services), name)
