"""Brings attachments to disk, when the setting asks for it; what DS says of them is always kept."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from clients.errors import DsUnavailable
from clients.files import AttachmentFolder, DsFiles, FileOutcome, files_of
from flows.failures import AttachmentFolderError
from flows.services import Connected, Services
from flows.summary import Summary
from mappings.refusals import refusal
from settings import load_settings, tables_of
from store.kept import StoredDossier

MEGABYTE = 1_000_000

UNSETTLED = frozenset({FileOutcome.CORRUPT, FileOutcome.GONE})
"""Outcomes that another run may better: its dossier is looked through again. A file that is not
cleared, or too large, waits for its dossier to change."""


def fetch_attachments(services: Connected, summary: Summary) -> None:
    """Download the files of every dossier whose present content was not looked through yet.

    A file that cannot be had is named in the summary and holds nothing up: neither the other
    files nor the run.

    Raises:
        DsError: DS refused.
        AttachmentFolderError: The disk is full, or the folder cannot be written.
        StoreError: The database failed.
    """
    settings = services.settings
    if settings.attachments != "download":
        return
    due = services.store.attachments.due(services.demarche)
    folder, limit = settings.attachment_folder(), settings.attachment_max_mb * MEGABYTE
    with _folder_told(folder):
        AttachmentFolder(folder).sweep()
    with DsFiles(services.reader, folder, max_bytes=limit) as files:
        stored = services.store.dossiers.iterate(services.demarche, numbers=due)
        for done, dossier in enumerate(stored, start=1):
            try:
                with _folder_told(folder):
                    _fetch(services, summary, files=files, dossier=dossier)
            except DsUnavailable:  # the next run goes on from here
                summary.unfetched.add(dossier.number)
                return
            services.tell("Pièces jointes", done, len(due))


def sweep_attachments(services: Services) -> int:
    """Remove from the disk what a killed download left, and contents that no dossier has any more.

    Not where another démarche of this installation keeps its contents in the same folder and what
    it knows of them in another base.

    Returns:
        How many contents were removed.

    Raises:
        AttachmentFolderError: The folder cannot be written.
        StoreError: The database failed; nothing was removed.
    """
    settings = services.settings
    place = settings.attachment_folder()
    every = tables_of(settings.demarches) if settings.demarches else ()
    beside = [load_settings(demarche=number) for number in every]
    folder = AttachmentFolder(place)
    with _folder_told(place):
        folder.sweep()
        shared = (one for one in beside if one.attachment_folder() == place)
        if any(one.database() != settings.database() for one in shared):
            return 0
        there = sorted(folder.contents())  # before what is held: a download is expected first
        held = services.store.attachments.held()
        return sum(folder.remove(checksum) for checksum in there if checksum not in held)


@contextmanager
def _folder_told(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise AttachmentFolderError(
            f"UNC_HOME : le dossier des pièces jointes {folder} ne peut pas être écrit"
            f" ({refusal(error)}) ; libérez de la place ou donnez-en le droit."
        ) from error


def _fetch(
    services: Connected, summary: Summary, *, files: DsFiles, dossier: StoredDossier
) -> None:
    register, demarche = services.store.attachments, services.demarche
    safe = [file for _, file in files_of(dossier.raw) if file["virusScanResult"] == "safe"]
    register.expect(demarche, dossier.number, [file["checksum"] for file in safe])
    outcomes = {one.outcome for one in files.fetch(dossier.raw)} if safe else set()
    if outcomes & UNSETTLED:
        summary.unfetched.add(dossier.number)
    else:
        content = dossier.content_hash
        register.mark_fetched(demarche, dossier.number, content_hash=content)
