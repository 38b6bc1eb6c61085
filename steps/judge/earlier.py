"""Whether the dossiers that others name as their earlier one exist: in doubt, DS is asked, once."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from clients.errors import DsError, DsNotFound, DsRefused, DsServerError, DsTimeout, DsTokenRefused
from steps.read.keeping import read_again
from steps.read.retention import Keeping, is_number
from steps.wiring.services import Connected, Services, now
from steps.wiring.summary import Summary
from store.dossiers.absences import Why


@dataclass(slots=True)
class Earlier:
    """What is known of the numbers that dossiers name; DS is asked for those unheard of here.

    Attributes:
        services: What the run works with; without access to DS, what is in doubt stays so.
        summary: Where dossiers are counted that are read on the way.
        found: Whether DS served a dossier of the démarche that reading had missed.
    """

    services: Services
    summary: Summary
    found: bool = False
    _keeping: Keeping = field(init=False)
    _gave_up: bool = False

    def __post_init__(self) -> None:
        """Read what DS denied, then ask for what earlier verdicts left in doubt."""
        self._keeping = Keeping.of(self.services)
        self._ask(self.services.store.dossiers.cited_unheard_of(self.services.demarche))

    def exists(self, number: object) -> bool:
        """Whether the démarche has a dossier of this number, for a verdict to say."""
        if is_number(number):
            self._ask([number])
        return self.known(number)

    def known(self, number: object) -> bool:
        """The same, from what is known already."""
        return self._keeping.knows(number)

    def _ask(self, numbers: Iterable[int]) -> None:
        """Ask DS for the numbers that nothing here knows; when it does not answer, they wait."""
        services = self.services
        if self._gave_up or not isinstance(services, Connected):
            return
        wanted = filter(is_number, numbers)
        unheard_of = services.store.absences.unheard_of(services.demarche, wanted)
        try:
            for number in unheard_of:
                self._ask_for(services, number)
        except DsError:
            self._gave_up = True
        if unheard_of:
            self._keeping = Keeping.of(services)

    def _ask_for(self, services: Connected, number: int) -> None:
        """Remember what DS says of a number: that it was asked once is enough.

        Raises:
            DsError: DS refuses the token, or does not answer.
        """
        absences, demarche = services.store.absences, services.demarche
        try:
            of = services.reader.demarche_of(number)
        except DsTokenRefused:
            raise
        except DsNotFound:  # as for a hidden dossier: it is not if DS lists all those that left
            why = Why.NOT_FOUND if self.summary.deletions_read else Why.IN_DOUBT
        except (DsRefused, DsTimeout, DsServerError):  # not for our token, or broken: it may exist
            why = Why.IN_DOUBT
        else:
            if of == demarche:
                absent = read_again(services, self.summary, [number])
                absences.mark_lost(demarche, sorted(absent), at=now())
                self.found = True
                return
            why = Why.ELSEWHERE
        absences.answered(demarche, number, why, at=now())
