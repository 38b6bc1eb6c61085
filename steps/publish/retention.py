"""How long what was handed out is kept: current workbooks, editions of each kind, exports.

Settings: ``UNC_EXPORT_RETENTION_DAYS``; of editions, ``UNC_WEEKLY_EDITIONS_MONTHS``,
``UNC_MONTHLY_EDITIONS_MONTHS`` and ``UNC_OTHER_EDITIONS_MONTHS`` (``settings.py``).
"""

from datetime import datetime

from exports.published.editions import EditionKind, old_editions, remove_old_editions
from exports.published.listing import sequences
from exports.published.publishing import old_ones, remove_old
from french.time import months_before
from steps.wiring.services import Services, now


def old_workbooks(services: Services) -> tuple[str, ...]:
    """What :func:`remove_old_workbooks` would remove."""
    publishing, at = services.inputs.publishing, now()
    root = publishing.folder
    if not root.is_dir():
        return ()
    old = (
        *old_ones(root, before=at - publishing.retention, at=at),
        *old_editions(root, before=_editions_before(services, at), at=at),
    )
    return tuple(map(str, old))


def _editions_before(services: Services, at: datetime) -> dict[EditionKind, datetime]:
    """Editions published before are kept no longer, by kind."""
    months = services.inputs.publishing.editions
    return {EditionKind(kind): months_before(at, count) for kind, count in months.items()}


def remove_old_workbooks(services: Services) -> tuple[str, ...]:
    """Remove what was handed out and is kept no longer: files, and what they showed.

    The current workbooks and the newest edition of each kind stay.

    Raises:
        ExportFolderError: The folder cannot be written.
    """
    publishing, demarche = services.inputs.publishing, services.demarche
    root, at = publishing.folder, now()
    if not root.is_dir():
        return ()
    recent = at - publishing.retention
    removed = (
        *remove_old(root, before=recent, at=at),
        *remove_old_editions(root, before=_editions_before(services, at), at=at),
    )
    there = sequences(root, demarche=demarche)
    services.store.handed_out.prune(demarche, keep=there, before=recent)
    return tuple(str(folder) for folder in removed)
