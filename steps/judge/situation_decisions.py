"""What people decide of situations: confirm, merge, split. No run ever undoes it."""

from collections.abc import Iterable

from steps.judge.situations import decide, members
from steps.wiring.failures import RequestError
from steps.wiring.services import Services, now
from triage.situations.propose import next_id, resolve


def confirm(services: Services, situation: str) -> tuple[int, ...]:
    """Confirm a situation as it is: its reports stay together whatever comes.

    Returns:
        Its reports.

    Raises:
        RequestError: There is no such situation.
    """
    name, numbers = _existing(services, situation)
    decide(services, numbers, name)
    return numbers


def merge(services: Services, one: str, *, into: str) -> tuple[int, ...]:
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
    services.store.situations.merge(services.demarche, gone, into=kept)
    numbers = tuple(sorted({*moved, *stay}))
    decide(services, numbers, kept)
    return numbers


def split(services: Services, situation: str, numbers: Iterable[int]) -> str:
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
    store, demarche = services.store.situations, services.demarche
    new = next_id(store.known(demarche))
    store.open(demarche, [new], at=now())
    decide(services, taken, new)
    decide(services, [number for number in present if number not in taken], name)
    return new


def _existing(services: Services, situation: str) -> tuple[str, tuple[int, ...]]:
    known = services.store.situations.known(services.demarche)
    name = resolve(situation, known)
    found = members(services)
    if name not in found:
        raise RequestError(f"Aucune situation {situation} : voir « unc situations list ».")
    return name, found[name]
