"""Signals of other sources: entered, placed where a person says, then reports follow them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from steps.judge.acts import perform
from steps.judge.situations import descriptions, propose_again
from steps.registre.acting import Acting
from steps.wiring.services import Services
from triage.registre import signals as rules
from triage.registre.acts import Act, Draft
from triage.registre.lifecycle import find, opening
from triage.registre.measures import next_number
from triage.registre.register import Register, Signal
from triage.registre.signals import Likely
from triage.situations.description import Description
from triage.situations.propose import next_id


@dataclass(frozen=True, slots=True)
class Entered:
    """A signal that was entered.

    Attributes:
        signal: The signal, where it is now.
        likeliest: Situations that it may belong to.
    """

    signal: Signal
    likeliest: tuple[Likely, ...]


def enter(
    services: Services,
    given: Mapping[str, str],
    acting: Acting,
    *,
    situation: str = "",
    anew: bool = False,
) -> Entered:
    """Enter a signal, in a situation, in a new one, or « À rattacher ».

    Args:
        services: Store and data files.
        given: What is told of it (:data:`triage.registre.signals.FIELDS`).
        acting: Who enters it.
        situation: Where a person places it; empty: nowhere yet.
        anew: Whether it opens a situation.

    Raises:
        Refused: With the reason; nothing was entered.
    """
    made: list[str] = []

    def draw(register: Register, _: Sequence[Act]) -> list[Draft]:
        made.append(next_number("SIG", register.signals))
        by, when = acting.by, acting.when()
        entered = rules.enter(made[-1], given, by=by, when=when, lists=services.form.lists)
        on = entered[0].effect_on
        if situation:
            home = find(register, situation)
            placed = rules.place_signal(made[-1], None, home, by=by, when=when, on=on)
            return [*entered, *placed]
        if anew:
            name = _new(services, register)
            placing = rules.placing_signal(made[-1], None, name, by=by, when=when, on=on)
            return [opening(name, by=by, on=on), *entered, placing]
        return entered

    after = perform(services, acting.by, draw)
    signal = after.signals[made[-1]]
    likely = likeliest(services, signal, after)
    if signal.situation:
        propose_again(services)
    return Entered(signal, likely)


def place(
    services: Services, name: str, acting: Acting, *, situation: str = "", anew: bool = False
) -> Signal:
    """Place a signal in a situation, or in a new one, from the day of effect on.

    Raises:
        Refused: With the reason; nothing was entered.
    """
    found: list[str] = []

    def draw(register: Register, _: Sequence[Act]) -> list[Draft]:
        one, by, when = rules.find_signal(register, name), acting.by, acting.when()
        found.append(one.id)
        if anew:
            home = _new(services, register)
            moved = rules.placing_signal(one.id, one.situation, home, by=by, when=when, on=when.on)
            return [opening(home, by=by, on=when.on), moved]
        target = find(register, situation)
        return rules.place_signal(one.id, one.situation, target, by=by, when=when, on=when.on)

    after = perform(services, acting.by, draw)
    propose_again(services)
    return after.signals[found[-1]]


def likeliest(
    services: Services,
    signal: Signal,
    register: Register,
    known: Mapping[int, Description] | None = None,
) -> tuple[Likely, ...]:
    """The three situations that a signal most likely belongs to, with what agrees.

    Args:
        services: Store and data files.
        signal: The signal.
        register: The register of the present, with what each situation holds.
        known: Every report as matching sees it, where that was worked out already.
    """
    matching = services.form.matching
    if matching is None:
        return ()
    told = descriptions(services) if known is None else known
    lists = services.form.lists
    one = rules.described(signal, matching, lists)
    others = rules.anchors(register, matching, lists)
    found = {
        name: [
            *(told[number] for number in situation.dossiers if number in told),
            *(other for other in others.get(name, ()) if other.number != one.number),
        ]
        for name, situation in register.situations.items()
    }
    return rules.likeliest(one, found, matching)


def _new(services: Services, register: Register) -> str:
    return next_id({*services.store.situations.known(services.demarche), *register.situations})
