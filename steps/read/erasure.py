"""Erases dossiers for good: their files on disk first, then all that the store holds of them."""

from collections.abc import Sequence

from clients.attachment_folder import AttachmentFolder
from steps.wiring.services import Services, now
from store.dossiers.absences import Deletion


def erase(services: Services, gone: Sequence[Deletion]) -> tuple[int, ...]:
    """Erase dossiers, and leave their tombstones.

    Files go first: a run killed in between leaves dossiers that the next one erases. A file that
    another dossier has too stays.

    Args:
        services: What the run works with.
        gone: What is to be erased, in store or not.

    Returns:
        Numbers that were in store.

    Raises:
        StoreError: Nothing of the store was erased.
    """
    store, demarche = services.store, services.demarche
    folder = AttachmentFolder(services.inputs.attachments.folder)
    for checksum in store.attachments.held_only_by(demarche, [one.number for one in gone]):
        folder.remove(checksum)
    return store.absences.purge(demarche, gone, at=now())
