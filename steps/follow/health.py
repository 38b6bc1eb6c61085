"""How the bridge is now, from the base and the disk alone."""

import shutil
from collections import Counter
from contextlib import suppress
from datetime import datetime, time
from pathlib import Path

from french.time import PARIS
from steps.follow.state import Health
from steps.wiring.drift import drift_of, form_adopted
from steps.wiring.inputs import BACKUPS
from steps.wiring.public_data.version import version_of
from steps.wiring.services import Services
from steps.wiring.token_age import token_end
from store.outbox.stages import Stage


def health_of(services: Services) -> Health:
    """How the bridge is now, from the base and the disk alone.

    Raises:
        StoreError: The database does not answer.
        DataFileError: The reviewed form is wrong.
    """
    store, demarche, inputs = services.store, services.demarche, services.inputs
    runs = store.runs.last(demarche, limit=1)
    exports = store.exports.list(demarche, limit=1)
    ends = token_end(inputs.token)
    return Health(
        demarche=demarche,
        read_at=store.demarches.state(demarche).last_polled_at,
        run_started_at=runs[0].started_at if runs else None,
        run_outcome=runs[0].outcome if runs else "",
        waiting=store.outbox.waiting(demarche),
        refused=len(store.outbox.recorded(demarche, stages=[Stage.REFUSED])),
        held=len(store.outbox.conflicts(demarche)),
        quarantined=len(store.quarantine.list(demarche)),
        dossiers=store.dossiers.count(demarche),
        adopted=form_adopted(services),
        differences=Counter(one.severity.value for one in drift_of(services)),
        exported_at=exports[0].published_at if exports else None,
        backed_up_at=_newest(inputs.home / BACKUPS),
        token_ends_at=datetime.combine(ends, time(), PARIS) if ends else None,
        reference=version_of(inputs.home) or "",
        free={
            name: left
            for name, folder in (("base", inputs.home), ("classeurs", inputs.publishing.folder))
            if (left := _free(folder)) is not None
        },
    )


def _newest(folder: Path) -> datetime | None:
    """When the newest file of a folder was written."""
    moments = []
    with suppress(OSError):  # there is none: nothing was copied yet
        moments = [one.stat().st_mtime for one in folder.iterdir() if one.is_file()]
    return datetime.fromtimestamp(max(moments), PARIS) if moments else None


def _free(folder: Path) -> int | None:
    """Bytes left on the disk of a folder; of a folder that is not made yet, nothing is told."""
    try:
        return shutil.disk_usage(folder).free
    except OSError:
        return None
