"""How the bridge is, in counts and moments, for whoever watches it from outside.

Nothing of a dossier, no name and no secret: a supervision shows it to anybody.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version

from store.database.schema import REVISIONS

SOFTWARE = version("passerelle-unc")
BASE = REVISIONS[-1]


@dataclass(frozen=True, slots=True)
class Health:
    """How the bridge is.

    Attributes:
        demarche: Number of the démarche.
        read_at: When it was last read (UTC); ``None``: never.
        run_started_at: When the last run began (UTC).
        run_outcome: How it ended, see :mod:`store.staff.runs`; "" without any.
        waiting: Writes to DS that wait.
        refused: Writes that DS refused.
        held: Annotations that a person holds.
        quarantined: Dossiers that DS cannot serve.
        dossiers: Dossiers that are kept.
        adopted: Whether a person adopted the form.
        differences: Differences of the form, by how grave they are.
        exported_at: When workbooks last changed or an edition appeared (UTC).
        backed_up_at: When the last copy of the base was made (UTC).
        token_ends_at: When the token ends, where its first day is told.
        reference: Version of BDPM; "" without any.
        free: Bytes left on the disk of each folder, by its name.
    """

    demarche: int
    read_at: datetime | None
    run_started_at: datetime | None
    run_outcome: str
    waiting: int
    refused: int
    held: int
    quarantined: int
    dossiers: int
    adopted: bool
    differences: Mapping[str, int]
    exported_at: datetime | None
    backed_up_at: datetime | None
    token_ends_at: datetime | None
    reference: str
    free: Mapping[str, int]
