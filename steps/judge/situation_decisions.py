"""What people decide of situations: confirm, merge, split. No run ever undoes it."""

from collections.abc import Iterable

from steps.judge.acts import perform, today
from steps.judge.situations import members
from steps.wiring.failures import RequestError
from steps.wiring.services import Services
from triage.registre import lifecycle
from triage.registre.acts import By
from triage.registre.drafting import When
from triage.registre.lifecycle import find
from triage.situations.propose import next_id, no_such, resolve

_UNNAMED = By("personne non nommée", "commande")


def confirm(services: Services, situation: str, *, by: By = _UNNAMED) -> tuple[int, ...]:
    """Confirm a situation as it is: its reports stay together whatever comes.

    Returns:
        Its reports.

    Raises:
        RequestError: There is no such situation.
    """
    name, numbers = _existing(services, situation)
    when = _now("unc situations confirm")
    perform(
        services,
        by,
        lambda register, _: lifecycle.confirm(find(register, name), numbers, by=by, when=when),
        hold=[name],
    )
    return numbers


def merge(services: Services, one: str, *, into: str, by: By = _UNNAMED) -> tuple[int, ...]:
    """Make two situations one; the id ``one`` stands for ``into`` from now on.

    Returns:
        Every report of the situation that stays.

    Raises:
        RequestError: One of them does not exist, or they are the same.
    """
    gone, moved = _existing(services, one)
    kept, stay = _existing(services, into)
    if gone == kept:
        raise RequestError(f"{one} et {into} sont déjà la même situation.")
    when = _now("unc situations merge")
    perform(
        services,
        by,
        lambda register, _: lifecycle.merge(
            find(register, gone), find(register, kept), by=by, when=when
        ),
    )
    return tuple(sorted({*moved, *stay}))


def split(services: Services, situation: str, numbers: Iterable[int], *, by: By = _UNNAMED) -> str:
    """Take some reports out of a situation, into a new one; both are then confirmed.

    Returns:
        Id of the new situation.

    Raises:
        RequestError: There is no such situation, or those are not some of its reports.
    """
    name, present = _existing(services, situation)
    taken = sorted(set(numbers))
    strangers = [number for number in taken if number not in present]
    if strangers or not taken or len(taken) == len(present):
        listed = ", ".join(map(str, strangers))
        raise RequestError(
            f"Dossiers absents de {name} : {listed}."
            if strangers
            else f"Indiquez une partie des {len(present)} dossiers de {name}."
        )
    new = next_id(services.store.situations.known(services.demarche))
    when = _now("unc situations split")
    perform(
        services,
        by,
        lambda register, _: lifecycle.split(find(register, name), new, taken, by=by, when=when),
    )
    return new


def _now(reason: str) -> When:
    day = today()
    return When(day, day, reason)


def _existing(services: Services, situation: str) -> tuple[str, tuple[int, ...]]:
    known = services.store.situations.known(services.demarche)
    name = resolve(situation, known)
    found = members(services)
    if name not in found:
        raise RequestError(no_such(situation))
    return name, found[name]
