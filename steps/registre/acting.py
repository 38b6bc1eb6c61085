"""What a person does in the register: each act is checked against the register as it is."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from steps.judge.acts import perform, register_of, today
from steps.registre.ranking import proposed_level
from steps.wiring.services import Services
from triage.registre import lifecycle, measures
from triage.registre.acts import Act, By, Draft
from triage.registre.drafting import When
from triage.registre.lifecycle import LevelGiven, find
from triage.registre.register import MeasureState, Register, Situation
from triage.registre.stale import refuse_stale_of
from triage.registre.years import indicator
from triage.situations.propose import next_id

DrawOne: TypeAlias = Callable[[Situation, When], list[Draft]]


@dataclass(frozen=True, slots=True)
class Acting:
    """Who acts, from which day on, why, and the last act that they read.

    Attributes:
        by: Who, by which door.
        on: Day of effect; ``None``: the present one.
        reason: Why; empty where none is needed.
        seen: Last act of the situation that they read; ``None``: not known.
    """

    by: By
    on: date | None = None
    reason: str = ""
    seen: int | None = None

    def when(self) -> When:
        """The day of effect, beside the present day."""
        day = today()
        return When(self.on or day, day, self.reason)


def act_on(services: Services, name: str, acting: Acting, draw: DrawOne) -> Situation:
    """Do something of a situation, unless it changed since the person read it.

    Raises:
        Refused: With the reason; nothing was entered.
    """
    after = perform(
        services,
        acting.by,
        lambda register, acts: draw(_current(register, acts, name, acting), acting.when()),
    )
    return find(after, name)


def validate(
    services: Services,
    name: str,
    texts: Mapping[str, str],
    level: LevelGiven,
    acting: Acting,
) -> Situation:
    """*Valider*: see :func:`triage.registre.lifecycle.validate`."""
    lists, by = services.form.lists, acting.by

    def draw(one: Situation, when: When) -> list[Draft]:
        given = _with_proposed(services, one, level)
        return lifecycle.validate(one, texts, given, by=by, when=when, lists=lists)

    return act_on(services, name, acting, draw)


def set_level(services: Services, name: str, level: LevelGiven, acting: Acting) -> Situation:
    """Set the level of risk; the one that was proposed is kept beside it."""
    lists, by = services.form.lists, acting.by

    def draw(one: Situation, when: When) -> list[Draft]:
        given = _with_proposed(services, one, level)
        return lifecycle.set_level(one, given, by=by, when=when, lists=lists)

    return act_on(services, name, acting, draw)


def confirm(services: Services, name: str, numbers: Sequence[int], acting: Acting) -> Situation:
    """Confirm some dossiers of a situation: no run takes these out of it any more."""
    return act_on(
        services,
        name,
        acting,
        lambda one, when: lifecycle.confirm_alone(one, numbers, by=acting.by, when=when),
    )


def merge(services: Services, name: str, into: str, acting: Acting) -> Situation:
    """*Fondre dans*; gives the situation that stays."""

    def draw(register: Register, acts: Sequence[Act]) -> list[Draft]:
        one = _current(register, acts, name, acting)
        return lifecycle.merge(one, find(register, into), by=acting.by, when=acting.when())

    return find(perform(services, acting.by, draw), into)


def split(services: Services, name: str, numbers: Sequence[int], acting: Acting) -> Situation:
    """*Scinder*; gives the new situation."""
    new = next_id(services.store.situations.known(services.demarche))
    act_on(
        services,
        name,
        acting,
        lambda one, when: lifecycle.split(one, new, numbers, by=acting.by, when=when),
    )
    return find(register_of(services), new)


def undo(services: Services, name: str, acting: Acting) -> Situation:
    """*Défaire* a merge or a split; gives the situation that it was of."""

    def draw(register: Register, acts: Sequence[Act]) -> list[Draft]:
        one = _current(register, acts, name, acting)
        return lifecycle.undo(register, one, by=acting.by, when=acting.when())

    return find(perform(services, acting.by, draw), name)


def add_measure(
    services: Services,
    name: str,
    given: Mapping[str, str],
    dates: Mapping[MeasureState, date],
    acting: Acting,
) -> str:
    """Enter a measure of the agency; gives its id."""
    made: list[str] = []

    def draw(register: Register, acts: Sequence[Act]) -> list[Draft]:
        made.append(measures.next_number("MES", register.measures))
        return measures.add(
            _current(register, acts, name, acting),
            made[-1],
            given,
            dates=dates,
            by=acting.by,
            when=acting.when(),
            lists=services.form.lists,
        )

    perform(services, acting.by, draw)
    return made[-1]


def move_measure(services: Services, name: str, state: str, acting: Acting) -> Register:
    """Put a measure in its next state."""

    def draw(register: Register, acts: Sequence[Act]) -> list[Draft]:
        one = measures.find_measure(register, name)
        _current(register, acts, one.situation, acting)
        return measures.move(one, state, by=acting.by, when=acting.when())

    return perform(services, acting.by, draw)


def conclude_measure(services: Services, name: str, conclusion: str, acting: Acting) -> Register:
    """Conclude of a measure."""

    def draw(register: Register, acts: Sequence[Act]) -> list[Draft]:
        one = measures.find_measure(register, name)
        _current(register, acts, one.situation, acting)
        lists, when = services.form.lists, acting.when()
        return measures.conclude(one, conclusion, by=acting.by, when=when, lists=lists)

    return perform(services, acting.by, draw)


def freeze(services: Services, year: int, acting: Acting) -> indicator.YearFigure:
    """*Arrêté annuel*; gives what was frozen."""
    lists = services.form.lists
    perform(
        services,
        acting.by,
        lambda _, acts: indicator.freeze(acts, year, by=acting.by, when=acting.when(), lists=lists),
    )
    return indicator.year_figure(services.store.acts.list(services.demarche), year, lists=lists)


def _current(register: Register, acts: Sequence[Act], name: str, acting: Acting) -> Situation:
    one = find(register, name)
    refuse_stale_of(acts, one, seen=acting.seen)
    return one


def _with_proposed(services: Services, one: Situation, level: LevelGiven) -> LevelGiven:
    proposed = proposed_level(services, one.dossiers).level
    return LevelGiven(level.level, level.justification, level.criteria, proposed)
