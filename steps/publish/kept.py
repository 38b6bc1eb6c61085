"""What a former publication made of dossiers that say what they said: they are not read again."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice, repeat
from typing import Any, Self

from exports.later_dossier import LaterDossier
from exports.model import ExportedDossier
from exports.published.workbook_set import WorkbookSet
from exports.xlsx.kept_rows import KeptFacts, decode_facts
from steps.publish.circumstances import dossier_stamps
from steps.publish.dossier_additions import corrected_of, opinions_of
from steps.publish.entries import entries_of
from steps.wiring.services import Services
from store.staff.kept_rows import KeptDossierRow

_AT_ONCE = 200
"""Dossiers that are kept at once."""
_AT_HAND = 128
"""Whole dossiers that are held, of those that something asks for one by one."""


@dataclass(frozen=True, slots=True)
class WholeDossiers:
    """Reads dossiers whole, and holds the last ones."""

    services: Services
    _held: dict[int, ExportedDossier] = field(default_factory=dict)

    def __call__(self, number: int) -> ExportedDossier:
        """The dossier of a number."""
        if number not in self._held:
            self.ahead([number])
        return self._held[number]

    def ahead(self, numbers: Sequence[int]) -> None:
        """See :class:`exports.later_dossier.ReadsWhole`."""
        held = [one for one in map(self._held.pop, numbers, repeat(None)) if one]
        wanted = {*numbers}.difference(one.number for one in held)
        held += entries_of(self.services, numbers=wanted, told=[]) if wanted else ()
        self._held.update((one.number, one) for one in held)
        for number in [*self._held][: max(0, len(self._held) - _AT_HAND)]:
            del self._held[number]


@dataclass(frozen=True, slots=True)
class KeptDossiers:
    """Dossiers, read whole only where they moved.

    Attributes:
        services: Store and data files.
        stamps: What each dossier that has a verdict is shown from, by number.
        same: Those of which the present is kept.
    """

    services: Services
    stamps: Mapping[int, str]
    same: Mapping[int, KeptFacts]

    @classmethod
    def read(cls, services: Services) -> Self:
        """Look at what moved since the last publication."""
        stamps, same, alike = dossier_stamps(services), dict[int, KeptFacts](), dict[Any, Any]()
        for number, stamp, kept in services.store.kept_rows.facts(services.demarche):
            if stamps.get(number) == stamp and (facts := decode_facts(kept, alike)):
                same[number] = facts
        return cls(services, stamps, same)

    def entries(self, *, told: list[str]) -> tuple[ExportedDossier, ...]:
        """Every dossier that has a verdict, by number.

        Args:
            told: Where dossiers that cannot be read again are named.
        """
        moved = self.stamps.keys() - self.same.keys()
        fresh = entries_of(self.services, numbers=moved, told=told, together=True)
        return tuple(sorted((*fresh, *self._later()), key=lambda one: one.number))

    def rows(self) -> Iterator[tuple[int, bytes]]:
        """Rows of those that are the same, see :class:`exports.published.workbook_set`."""
        return self.services.store.kept_rows.rows(self.services.demarche, self.same.keys())

    def keep(self, made: WorkbookSet) -> None:
        """Keep what a publication made, but of dossiers that moved meanwhile."""
        now = dossier_stamps(self.services, numbers=made.fresh)
        found = (
            KeptDossierRow(number, self.stamps[number], facts, rows)
            for number, facts, rows in made.to_keep()
            if self.stamps.get(number) == now.get(number)
        )
        while some := [*islice(found, _AT_ONCE)]:  # of a first publication they are many
            self.services.store.kept_rows.save(self.services.demarche, some)

    def _later(self) -> Iterator[LaterDossier]:
        """Those that are the same, each whole once something asks for what was not kept."""
        services = self.services
        store, demarche = services.store, services.demarche
        opinions, checks = opinions_of(services), store.assessments.first_checks(demarche)
        corrected = corrected_of(services)
        rows = store.dossiers.light_rows(demarche)
        situations = {row.number: row.situation or "" for row in rows}
        aside = store.quarantine.numbers(demarche)

        read = WholeDossiers(services)
        for number, (summary, facts) in self.same.items():
            yield LaterDossier(
                number,
                summary,
                facts,
                read=read,
                opinions=opinions.get(number, {}),
                situation=situations.get(number, ""),
                first_checked_at=checks.get(number),
                corrected=corrected.get(number, ()),
                judged=summary.judged,
                unreadable=number in aside,
                handed_over=summary.handed_over,
                asked_at=summary.asked_at,
            )
