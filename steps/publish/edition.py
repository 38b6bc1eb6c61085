"""Publish an edition: what is handed out at a date that people name, always, changed or not."""

from dataclasses import replace
from datetime import datetime

from exports.published.editions import (
    Edition,
    EditionKind,
    edition_of,
    editions,
    put_edition,
    sweep_editions,
    there_is,
)
from exports.published.folders import alone, disk_told
from exports.published.listing import retired
from exports.published.manifest import PublishedExport
from steps.publish.current_workbooks import export_context, judged_dossiers, workbook_set
from steps.publish.export import export
from steps.publish.publication import Publication
from steps.publish.sharing import shared
from steps.publish.source import source_digest
from steps.publish.withdrawal import hand_out_under
from steps.wiring.services import Services, now
from steps.wiring.summary import Summary
from store.staff.exports import Published


def publish_edition(
    services: Services, summary: Summary, *, kind: EditionKind, title: str = ""
) -> None:
    """Publish the edition of this week or month, or one by hand, then the current workbooks.

    A week and a month have one edition: asked again, nothing is made. The current workbooks tell of
    their changes since the last weekly one.

    Args:
        services: Store and data files.
        summary: Where the workbooks are named.
        kind: Its kind.
        title: What a person calls it, by hand.

    Raises:
        ExportError: It could not be made or published; the earlier ones are intact.
        DataFileError: The columns or the policy file is wrong.
    """
    make_edition(services, summary, kind=kind, title=title, at=now())
    export(services, summary)


def make_edition(
    services: Services, summary: Summary, *, kind: EditionKind, title: str = "", at: datetime
) -> None:
    """Publish an edition dated ``at`` (aware), unless it is there; current workbooks stay.

    Raises:
        ExportError: It could not be made or published; the earlier ones are intact.
        DataFileError: The columns or the policy file is wrong.
    """
    root, demarche = services.inputs.publishing.folder, services.demarche
    aside: list[str] = []
    if retired(root, demarche=demarche):  # else its number could be given again
        export(services, summary)
    with disk_told(root), alone(root):
        sweep_editions(root)
        edition = edition_of(root, kind, demarche=demarche, at=at, title=title)
        if there_is(root, edition, demarche=demarche) is None:
            done = _publish(services, summary, edition, aside=aside)
            summary.workbooks += [str(path) for path in done.paths]
    summary.set_aside += aside


def _publish(
    services: Services, summary: Summary, edition: Edition, *, aside: list[str]
) -> PublishedExport:
    root, demarche = services.inputs.publishing.folder, services.demarche
    source = source_digest(services)
    entries, kept = judged_dossiers(services, summary, told=aside)
    context = replace(export_context(services, entries), edition=_headline(edition))
    base = next(iter(editions(root, edition.kind, demarche=demarche)), None)
    made = workbook_set(services, entries, context, apart=root, made_before=kept.rows)
    hand_out_under(services, made=made)
    kind = str(edition.kind)
    with shared(services, context, source=source, base=base, kind=kind) as tasks:
        publication = Publication.begin(services, made, base=base, tasks=tasks, aside=aside)
        # None stays as it is in the current set: each says which edition it is.
        files = dict(publication.files(there=None))
        told = [one.facts for one in files.values()]
        facts = replace(publication.facts(told), kind=kind, name=edition.name, title=edition.title)
        publication.keep(told)
        done = put_edition(root, edition, files, facts=facts, sequence=publication.sequence)
    kept.keep(made)
    services.store.exports.record(
        demarche,
        Published(
            kind=str(edition.kind),
            folder=str(done.folder),
            published_at=edition.at,
            checksum=facts.checksum,
            manifest=dict(done.manifest),
        ),
    )
    return done


def _headline(edition: Edition) -> str:
    """How its workbooks name it."""
    kind = "" if edition.kind is EditionKind.BY_HAND else f" {edition.kind}"
    return edition.told.replace("édition", f"Édition{kind}", 1)
