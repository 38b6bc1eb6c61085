"""What the portal is made from: handed over by whoever starts it."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from exports.columns import ColumnsFile
from exports.entry import Entry, ExportContext
from exports.policy import Policy
from store.repository import Store


@dataclass(frozen=True, slots=True)
class Source:
    """What is shown, and how to read it.

    Attributes:
        demarche: Number of the démarche.
        store: What is remembered.
        exports: Folder of the published workbooks.
        columns: Sheets and columns.
        policy: What may leave the agency.
        entries: Reads every dossier that has a verdict, or those of these numbers.
        context: The circumstances of an export of these dossiers.
        stamp: Tells whether the dossiers changed, without reading them.
    """

    demarche: int
    store: Store
    exports: Path
    columns: ColumnsFile
    policy: Policy
    entries: Callable[[Iterable[int] | None], Iterable[Entry]]
    context: Callable[[Sequence[Entry]], ExportContext]
    stamp: Callable[[], str]


def now() -> datetime:
    """The present moment, aware."""
    return datetime.now(UTC)
