"""What people say that figures are read with: events around a situation, confirmed duplicates."""

from collections.abc import Sequence

from steps.judge.acts import perform
from steps.registre.acting import Acting, act_on
from steps.wiring.failures import RequestError
from steps.wiring.services import Services
from triage.registre.acts import Act, Draft
from triage.registre.duplicates import confirm_copy, copies, withdraw_copy
from triage.registre.events import note_event
from triage.registre.lifecycle import find
from triage.registre.refused import Refused
from triage.registre.register import Register, Situation
from triage.registre.stale import refuse_stale_of


def note(services: Services, name: str, text: str, acting: Acting) -> Situation:
    """Note an event around a situation, on the day of effect.

    Raises:
        Refused: With the reason; nothing was entered.
    """
    return act_on(
        services, name, acting, lambda one, when: note_event(one, text, by=acting.by, when=when)
    )


def set_copy(
    services: Services, number: int, of: int | None, acting: Acting, *, within: str = ""
) -> None:
    """Say that a dossier is the same report as another, or (``None``) that it is not.

    Args:
        services: Store, whose démarche is held by this process.
        number: The dossier.
        of: The other one.
        acting: Who; what they saw is of the situation that is named.
        within: Situation of the dossier, where the person chose it there.

    Raises:
        Refused: With the reason; nothing was entered.
    """

    def draw(register: Register, acts: Sequence[Act]) -> list[Draft]:
        now, by, when = copies(acts), acting.by, acting.when()
        if within:
            home = find(register, within)
            refuse_stale_of(acts, home, seen=acting.seen)
            if number not in home.dossiers:
                raise Refused(f"Dossier : {number} n'est pas de {home.id}.")
        if of is None:
            return withdraw_copy(register, now, number, by=by, when=when)
        return confirm_copy(register, now, number, of, by=by, when=when)

    if of == number:
        raise RequestError(f"Le dossier {number} ne peut être le doublon de lui-même.")
    perform(services, acting.by, draw)
