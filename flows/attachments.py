"""Brings attachments to disk, when the setting asks for it; what DS says of them is always kept."""

from clients.errors import DsUnavailable
from clients.files import DsFiles, FileOutcome, files_of
from flows.failures import AttachmentFolderError
from flows.services import Connected
from flows.summary import Summary
from mappings.refusals import refusal
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
    with DsFiles(services.reader, folder, max_bytes=limit) as files:
        stored = services.store.dossiers.iterate(services.demarche, numbers=due)
        for done, dossier in enumerate(stored, start=1):
            try:
                _fetch(services, summary, files=files, dossier=dossier)
            except DsUnavailable:  # the next run goes on from here
                summary.unfetched.add(dossier.number)
                return
            except OSError as error:
                raise AttachmentFolderError(
                    f"UNC_HOME : le dossier des pièces jointes {folder} ne peut pas être écrit"
                    f" ({refusal(error)}) ; libérez de la place ou donnez-en le droit."
                ) from error
            services.tell("Pièces jointes", done, len(due))


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
