"""Takes out of all that was published what its readers are not to read any more.

That is a dossier that was erased or deleted on DS; for the network, also one that is decided to
stay at the agency, one of which a part is masked now that was shown, and the columns, rows and
counts that a stricter policy lets out no more. A dossier that could not be judged or read, a form
that nobody adopted as it is, stop what is published next and take nothing back: they pass. What a
person said, they withdraw even then.
"""

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

from exports.published.editions import EditionKind
from exports.published.listing import ClearedSets, Gone, retired
from exports.published.manifest import PublishedExport
from exports.published.withdrawal import (
    Withdrawn,
    earlier_sets,
    foreseen,
    may_hold,
    may_show,
    remake,
    retire,
    sweep_sets,
)
from exports.published.workbook_set import WorkbookSet
from exports.sheets.withheld.columns import WithheldColumns
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
        columns: Columns that the network may not read.
    """

    everywhere: Mapping[Audience, frozenset[int]]
    masked: tuple[tuple[int, int, int], ...]
    columns: WithheldColumns

    def of(self, sequence: int) -> Gone:
        """Dossiers that a publication is not to have."""
        then = {number for number, since, until in self.masked if since <= sequence < until}
        return {**self.everywhere, "reseau": self.everywhere["reseau"] | then}

    @property
    def whenever(self) -> Gone:
        """Those of any publication."""
        told = {number for number, _, _ in self.masked}
        return {**self.everywhere, "reseau": self.everywhere["reseau"] | told}


def hand_out_under(services: Services, *, made: WorkbookSet) -> None:
    """Note, before a set is published beside the current ones, that it may be under other rules.

    What it shows is then looked at by the next run, should the rules go back meanwhile to those
    that were followed. The caller holds the folder of the exports.
    """
    root, demarche = services.inputs.publishing.folder, services.demarche
    known = ClearedSets.read(root, demarche=demarche)
    if known is not None and known.columns not in {"", made.withheld().version}:
        replace(known, columns="").write(root, demarche=demarche)


def finish_withdrawal(services: Services, summary: Summary, *, made: WorkbookSet) -> None:
    """Make again the sets that a run which was killed had taken their name from.

    The caller holds the folder of the exports.
    """
    root = services.inputs.publishing.folder
    sweep_sets(root)
    if retired(root, demarche=services.demarche):
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
        wanted.columns,
    )
    for one in _concerned(services, known, new):
        retire(one)


def foresee(services: Services, *, made: WorkbookSet, erased: AbstractSet[int]) -> Withdrawn:
    """What a purge would make again, or remove, of what was published before: nothing is done.

    Args:
        services: Store and data files.
        made: What would be published.
        erased: Dossiers that the purge would erase.
    """
    wanted = _wanted(services, made)
    every = {name: numbers | erased for name, numbers in wanted.everywhere.items()}
    masked = (*wanted.masked, *_masked_next(services, made))
    wanted, known = replace(wanted, everywhere=every, masked=masked), _followed(services)
    new = replace(wanted, everywhere={name: every[name] - known.gone[name] for name in every})
    done = Withdrawn()
    for one in _concerned(services, known, new):
        numbers = _gone_from(services, one, wanted)
        foreseen(one, gone=numbers, withheld=wanted.columns, done=done)
    return done


def _concerned(services: Services, known: ClearedSets, new: _Wanted) -> list[PublishedExport]:
    """Sets that have what is to leave, and was not followed yet."""
    root, demarche = services.inputs.publishing.folder, services.demarche
    rows, columns = any(new.whenever.values()), new.columns.version != known.columns
    if not (rows or columns):
        return []
    return [
        one
        for one in earlier_sets(root, demarche=demarche)
        if (rows and _holds(services, one, _gone_from(services, one, new)))
        or (columns and may_show(one, new.columns))
    ]


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
    after = ClearedSets(wanted.everywhere, sequence, wanted.columns.version)
    if after != ClearedSets.read(root, demarche=demarche):
        after.write(root, demarche=demarche)


def _remake(services: Services, summary: Summary, *, wanted: _Wanted) -> None:
    done = Withdrawn()
    for aside in retired(services.inputs.publishing.folder, demarche=services.demarche):
        remake(
            aside,
            gone=lambda one: _gone_from(services, one, wanted),
            at=now(),
            done=done,
            withheld=wanted.columns,
        )
    _tell(summary, done)


def _tell(summary: Summary, done: Withdrawn) -> None:
    summary.remade += done.remade
    summary.withdrawn += done.removed
    if done.remade or done.removed:
        told = "Retrait : ensembles refaits : %d ; fichiers ou ensembles supprimés : %d"
        logs.LOG.info(told, len(done.remade), len(done.removed))


def _followed(services: Services) -> ClearedSets:
    root, demarche = services.inputs.publishing.folder, services.demarche
    nothing = ClearedSets({"agence": frozenset(), "reseau": frozenset()})
    return ClearedSets.read(root, demarche=demarche) or nothing


def _wanted(services: Services, made: WorkbookSet) -> _Wanted:
    store, demarche = services.store, services.demarche
    absent = {one.number for one in store.absences.list(demarche) if one.why in _GONE}
    gone = frozenset(absent - store.dossiers.known_numbers(demarche))
    by_person = made.kept_by_person() if made.context.kept_inside else frozenset[int]()
    kept = {
        one.number
        for one in made.kept("reseau")
        if one.judged and (not made.context.kept_inside or one.number in by_person)
    }
    return _Wanted(
        {"agence": gone, "reseau": gone | kept},
        tuple(_masked_since(services, made, after=_followed(services).sequence)),
        made.withheld(),
    )


def gone_from_current(services: Services, made: WorkbookSet) -> Gone:
    """Dossiers that the network reads in the current workbooks, and is not to where they stay."""
    kept, demarche = services.store.handed_out, services.demarche
    read = kept.numbers(demarche, "reseau", kept.last_sequence(demarche))
    return {"agence": frozenset(), "reseau": _wanted(services, made).everywhere["reseau"] & read}


def _masked_since(
    services: Services, made: WorkbookSet, *, after: int
) -> list[tuple[int, int, int]]:
    """What the network reads masked now, and read plain in publications of before."""
    withheld, mask = made.withheld(), made.policy.patient_mask
    found = services.store.handed_out.histories(services.demarche, "reseau", moved_after=after)
    return [
        (present.number, since, until)
        for present, former in found
        for row, since, until in former
        if _hides_more(present, row, withheld, mask)
    ]


def _masked_next(services: Services, made: WorkbookSet) -> Iterator[tuple[int, int, int]]:
    """What would read masked in the next publication, and reads plain in the last one."""
    kept, demarche = services.store.handed_out, services.demarche
    last = kept.last_sequence(demarche)
    former = kept.rows(demarche, "reseau", last)
    withheld, mask = made.withheld(), made.policy.patient_mask
    for present in made.handed("reseau"):
        row = former.get(present.number)
        if row is not None and _hides_more(present, row, withheld, mask):
            yield present.number, 0, last + 1


def _hides_more(
    present: HandedRow, former: HandedRow, withheld: WithheldColumns, mask: str
) -> bool:
    """Whether a part of a row is masked now that was not.

    Where a bound was raised, the counts and what gives them away are masked in the files, and the
    dossier stays in them (:mod:`exports.sheets.withheld.cells`).
    """
    cells, was = withheld.cells, former.by_header
    counts = cells.rules.small_counts
    raised = any(
        text == f"< {counts.below}"
        and was.get(name, "").isdecimal()
        and 0 < int(was[name]) < counts.below
        for name, text in present.by_header.items()
    )
    places = withheld.of_answers.union(*(cells.places[one] for one in counts.told_by))
    aside = {header for _, header in places} if raised else set()
    return any(
        text.count(one) > was[name].count(one)
        for name, text in present.by_header.items()
        for one in (cells.mask, mask)
        if name in was and one in text and name not in aside
    )


def _is_known(services: Services, one: PublishedExport) -> bool:
    """Whether what a set shows is kept: not of one on request, or of another base."""
    kept = services.store.handed_out
    edition = one.kind in set(EditionKind)
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
