"""Make the current workbooks of the agency, the network and each centre.

A centre that no dossier concerns has its workbook all the same, with empty tables: a file that is
missing would look like a failure.
"""

import gc
from collections.abc import Callable, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from contextlib import contextmanager, suppress
from ctypes import CDLL
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

from exports.cells import paris
from exports.model import ExportContext, ExportedDossier, SituationView, latest_change
from exports.published.current import current, replace_current, sweep_current
from exports.published.editions import EditionKind, editions
from exports.published.folders import alone, disk_told
from exports.published.manifest import CURRENT
from exports.published.withdrawal import Withdrawn
from exports.published.workbook_set import WorkbookSet
from steps.follow.followup import followed
from steps.judge.judge import judge
from steps.judge.situations import decided
from steps.publish.circumstances import circumstances
from steps.publish.entries import entries_of
from steps.publish.kept import KeptDossiers
from steps.publish.publication import Publication
from steps.publish.sharing import shared
from steps.publish.source import KIND, source_digest
from steps.publish.withdrawal import (
    finish_withdrawal,
    foresee,
    remake_withdrawn,
    withdraw,
)
from steps.registre.exported import keep_scores, register_view
from steps.wiring.handed_out_files import centres, hand_out_files
from steps.wiring.services import Services, now
from steps.wiring.summary import Summary
from store.staff.exports import Published

_Kept = TypeVar("_Kept")
_SELDOM = (100_000, 20, 20)


def bring_up_to_date(services: Services, summary: Summary, *, source: str) -> None:
    """Replace the current workbooks whose own content moved; the others stay the files they are.

    Args:
        services: Store and data files.
        summary: Where they are told.
        source: Of what they are made (:func:`steps.publish.source.source_digest`).

    Raises:
        ExportError: They could not be made or published; the earlier ones are intact.
        DataFileError: The columns or the policy file is wrong.
    """
    root, demarche = services.inputs.publishing.folder, services.demarche
    aside, assessed = list[str](), frozenset(summary.assessed)
    with _mostly_kept(), disk_told(root), alone(root):  # openpyxl writes temporary files
        sweep_current(root)
        entries, kept = judged_dossiers(services, summary, told=aside)
        context = export_context(services, entries)
        made = workbook_set(services, entries, context, apart=root, made_before=kept.rows)
        keep_scores(services, made.context.register)
        finish_withdrawal(services, summary, made=made)
        base = next(iter(editions(root, EditionKind.WEEKLY, demarche=demarche)), None)
        with shared(services, made.context, source=source, base=base) as tasks:
            publication = Publication.begin(services, made, base=base, tasks=tasks, aside=aside)
            withdraw(services, made=made)
            done = replace_current(
                root,
                publication.files(there=current(root, demarche=demarche)),
                facts=lambda told: replace(publication.facts(told), kind=CURRENT),
                at=now(),
                sequence=publication.sequence,
                kept=publication.keep,
            )
        there = done[0] if done else current(root, demarche=demarche)
        remake_withdrawn(services, summary, made=made, sequence=publication.sequence)
        kept.keep(made)
    if summary.assessed != assessed:
        source = source_digest(services)  # verdicts moved meanwhile
    summary.set_aside += aside
    if done:
        summary.workbooks += [str(path) for path in done[1]]
    if there is not None and (done or not aside):
        services.store.exports.record(
            demarche,
            Published(
                kind=KIND,
                folder=str(there.folder),
                published_at=now(),
                checksum="" if aside else source,
                manifest=publication.record(there),
            ),
        )


def foresee_withdrawal(services: Services, erased: AbstractSet[int]) -> Withdrawn:
    """What a purge that erases these dossiers would make again or remove: nothing is done.

    Raises:
        DataFileError: The columns or the policy file is wrong.
    """
    entries = tuple(one for one in entries_of(services, told=[]) if one.number not in erased)
    made = workbook_set(services, entries, export_context(services, entries))
    return foresee(services, made=made, erased=erased)


def judged_entries(
    services: Services, summary: Summary, *, told: list[str]
) -> tuple[ExportedDossier, ...]:
    """The same as :func:`judged_dossiers`, each read whole."""

    def read(aside: list[str]) -> tuple[tuple[ExportedDossier, ...], None]:
        return tuple(entries_of(services, told=aside)), None

    return _judged(services, summary, read, told=told)[0]


def judged_dossiers(
    services: Services, summary: Summary, *, told: list[str]
) -> tuple[tuple[ExportedDossier, ...], KeptDossiers]:
    """Every dossier, each with a verdict of what it says now, by the present rules.

    By a verdict of other rules, or of another content, no dossier may leave the agency: published
    so, the network would read less than before, and nobody would know why.

    Args:
        services: Store and data files.
        summary: Counts what had to be judged.
        told: Where dossiers are named that cannot be read again, or not be judged.

    Returns:
        The dossiers, those that did not move since the last publication not read; and what it made
        of these.
    """

    def read(aside: list[str]) -> tuple[tuple[ExportedDossier, ...], KeptDossiers]:
        kept = KeptDossiers.read(services)
        return kept.entries(told=aside), kept

    return _judged(services, summary, read, told=told)


def _judged(
    services: Services,
    summary: Summary,
    read: Callable[[list[str]], tuple[tuple[ExportedDossier, ...], _Kept]],
    *,
    told: list[str],
) -> tuple[tuple[ExportedDossier, ...], _Kept]:
    """What is read, read again once all is judged where something was not."""
    aside: list[str] = []
    entries, kept = read(aside)
    if _is_due(services, entries):
        judge(services, summary)
        aside.clear()
        entries, kept = read(aside)
    told += [*aside, *_stale(entries)]
    return entries, kept


def _is_due(services: Services, entries: Iterable[ExportedDossier]) -> bool:
    """Whether a dossier has no verdict of what it says now."""
    known = services.store.dossiers.all_assessed(services.demarche)
    return not known or not all(one.judged for one in entries)


def _stale(entries: Iterable[ExportedDossier]) -> Iterator[str]:
    """What is told of dossiers that have none even so."""
    stale = [str(one.number) for one in entries if not one.judged]
    if stale:
        yield (
            "Sans verdict à jour, ces dossiers restent à l'agence et manquent aux classeurs du"
            f" réseau et des centres : {', '.join(stale)}. Voyez pourquoi (unc status), puis"
            " relancez unc assess"
        )


def workbook_set(
    services: Services,
    entries: Sequence[ExportedDossier],
    context: ExportContext,
    *,
    apart: Path | None = None,
    made_before: Callable[[], Iterable[tuple[int, bytes]]] = tuple,
) -> WorkbookSet:
    """Every workbook of these dossiers.

    Args:
        services: Store and data files.
        entries: The dossiers.
        context: Circumstances.
        apart: See :class:`exports.published.workbook_set.WorkbookSet`, as the next one.
        made_before: Likewise.

    Raises:
        DataFileError: The columns, the policy or the table of centres is wrong.
    """
    folder = services.inputs.publishing.columns
    columns, policy = hand_out_files(folder, services.form.mapping)
    return WorkbookSet(
        entries=entries,
        context=context,
        columns=columns,
        policy=policy,
        centres=centres(folder),
        apart=apart,
        made_before=made_before,
    )


def export_context(services: Services, entries: tuple[ExportedDossier, ...]) -> ExportContext:
    """The circumstances of an export of these dossiers."""
    context = circumstances(services)
    moved = latest_change(entries) or context.watermark
    found = followed(services, until=paris(moved).date() + timedelta(days=1))
    by_people = decided(services)
    carried: dict[str, int] = {}
    for entry in entries:
        for author, one in entry.opinions.items():
            carried[author] = max(carried.get(author, 0), one.id)
    return replace(
        context,
        # Of what these dossiers carry, and no later: one may be given while they are read.
        opinions_until=carried,
        situations={
            facts.id: SituationView(facts, follow_up, decided=len(by_people & {*facts.numbers}))
            for facts, follow_up in zip(found.facts, found.follow_ups, strict=True)
        },
        register=register_view(services, found),
    )


def _give_back() -> None:
    """Give back to the system what judging let go of: what is made next would stand around it."""
    with suppress(OSError, AttributeError):  # where the C library is another one
        CDLL(None).malloc_trim(0)


@contextmanager
def _mostly_kept() -> Iterator[None]:
    """Within the block, look seldom for what is not used any more: nearly all that is made stays.

    Looking through ten thousand dossiers again and again took a tenth of a publication.
    """
    gc.collect()
    _give_back()
    before = gc.get_threshold()
    gc.set_threshold(*_SELDOM)
    try:
        yield
    finally:
        gc.set_threshold(*before)
