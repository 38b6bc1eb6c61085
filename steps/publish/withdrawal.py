"""Takes out of all that was published what its readers are not to read any more.

That is a dossier that was erased or deleted on DS; for the network, also one that is decided to
stay at the agency, and one of which a part is masked now that was shown. A dossier that could not
be judged or read, a form that is not adopted, stop what is published next and take nothing back:
they pass.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from exports.published.editions import Kind
from exports.published.manifest import PublishedExport
from exports.published.withdrawal import (
    Followed,
    Gone,
    Withdrawn,
    earlier_sets,
    may_hold,
    remake,
    retire,
    retired,
    sweep_sets,
)
from exports.published.workbook_set import WorkbookSet
from mappings.schema.model import Audience
from steps.wiring import logs
from steps.wiring.services import Services, now
from steps.wiring.summary import Summary
from store.dossiers.absences import Why
from store.staff.handed_out import HandedRow

_GONE = frozenset({Why.HIDDEN, Why.ERASED})


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What is not to be read any more.

    Attributes:
        everywhere: Dossiers that an audience is to find in nothing.
        masked: Number of a dossier, and the publications (first, and first after) in which the
            network read what is masked now.
    """

    everywhere: Mapping[Audience, frozenset[int]]
    masked: tuple[tuple[int, int, int], ...]

    def of(self, sequence: int) -> Gone:
        """Dossiers that a publication is not to have."""
        then = {number for number, since, until in self.masked if since <= sequence < until}
        return {**self.everywhere, "reseau": self.everywhere["reseau"] | then}

    @property
    def whenever(self) -> Gone:
        """Those of any publication."""
        told = {number for number, _, _ in self.masked}
        return {**self.everywhere, "reseau": self.everywhere["reseau"] | told}


def is_due(services: Services) -> bool:
    """Whether it was never looked at, or was killed on its way."""
    root, demarche = services.inputs.publishing.folder, services.demarche
    never = Followed.read(root, demarche=demarche) is None
    return never or bool(retired(root, demarche=demarche))


def finish_withdrawal(services: Services, summary: Summary, *, made: WorkbookSet) -> None:
    """Make again the sets that a run which was killed had taken their name from.

    The caller holds the folder of the exports.
    """
    root = services.inputs.publishing.folder
    sweep_sets(root)
    _remake(services, summary, wanted=_wanted(services, made))


def withdraw(services: Services, *, made: WorkbookSet) -> None:
    """Take their name from the sets that have a dossier which is not to be read any more.

    The caller holds the folder of the exports. :func:`remake_withdrawn` does the rest.

    Args:
        services: Store and data files.
        made: What is published now; its rows are kept already.
    """
    known, wanted = _followed(services), _wanted(services, made)
    new = _Wanted(
        {name: wanted.everywhere[name] - known.gone[name] for name in wanted.everywhere},
        wanted.masked,
    )
    if any(new.whenever.values()):
        root, demarche = services.inputs.publishing.folder, services.demarche
        for one in earlier_sets(root, demarche=demarche):
            if _holds(services, one, _gone_from(services, one, new)):
                retire(one)


def remake_withdrawn(
    services: Services, summary: Summary, *, made: WorkbookSet, sequence: int
) -> None:
    """Make those sets again without these dossiers, and write down that it is done.

    Args:
        services: Store and data files.
        summary: Where they are named.
        made: What is published now.
        sequence: Its place.
    """
    root, demarche = services.inputs.publishing.folder, services.demarche
    wanted = _wanted(services, made)
    _remake(services, summary, wanted=wanted)
    after = Followed(wanted.everywhere, sequence)
    if after != Followed.read(root, demarche=demarche):
        after.write(root, demarche=demarche)


def _remake(services: Services, summary: Summary, *, wanted: _Wanted) -> None:
    done = Withdrawn()
    for aside in retired(services.inputs.publishing.folder, demarche=services.demarche):
        remake(aside, gone=lambda one: _gone_from(services, one, wanted), at=now(), done=done)
    _tell(summary, done)


def _tell(summary: Summary, done: Withdrawn) -> None:
    summary.remade += done.remade
    summary.withdrawn += done.removed
    if done.remade or done.removed:
        told = "Retrait : ensembles refaits : %d ; fichiers ou ensembles supprimés : %d"
        logs.LOG.info(told, len(done.remade), len(done.removed))


def _followed(services: Services) -> Followed:
    root, demarche = services.inputs.publishing.folder, services.demarche
    nothing = Followed({"agence": frozenset(), "reseau": frozenset()})
    return Followed.read(root, demarche=demarche) or nothing


def _wanted(services: Services, made: WorkbookSet) -> _Wanted:
    store, demarche = services.store, services.demarche
    absent = {one.number for one in store.absences.list(demarche) if one.why in _GONE}
    gone = frozenset(absent - store.dossiers.known_numbers(demarche))
    adopted = made.context.adopted
    kept = {one.report.number for one in made.kept("reseau") if adopted and one.judged}
    return _Wanted(
        {"agence": gone, "reseau": gone | kept},
        tuple(_masked_since(services, made, after=_followed(services).sequence)),
    )


def _masked_since(
    services: Services, made: WorkbookSet, *, after: int
) -> list[tuple[int, int, int]]:
    """What the network reads masked now, and read plain in publications of before."""
    masks = (made.policy.mask, made.policy.patient_mask)
    found = services.store.handed_out.histories(services.demarche, "reseau", moved_after=after)
    return [
        (present.number, since, until)
        for present, former in found
        for row, since, until in former
        if _hides_more(present, row, masks)
    ]


def _hides_more(present: HandedRow, former: HandedRow, masks: tuple[str, ...]) -> bool:
    was = former.by_header
    return any(
        text.count(mask) > was[name].count(mask)
        for name, text in present.by_header.items()
        for mask in masks
        if name in was and mask in text
    )


def _is_known(services: Services, one: PublishedExport) -> bool:
    """Whether what a set shows is kept: not of one on request, or of another base."""
    kept = services.store.handed_out
    edition = one.kind in set(Kind)
    return edition and kept.file(services.demarche, "agence", one.sequence) is not None


def _gone_from(services: Services, one: PublishedExport, wanted: _Wanted) -> Gone:
    return wanted.of(one.sequence) if _is_known(services, one) else wanted.whenever


def _holds(services: Services, one: PublishedExport, gone: Gone) -> bool:
    """Whether a set has one of these dossiers: by what is kept of it, else by its files."""
    if not _is_known(services, one):
        return may_hold(one, gone)
    numbers = services.store.handed_out.numbers
    return any(
        wanted & numbers(services.demarche, audience, one.sequence)
        for audience, wanted in gone.items()
        if wanted
    )
