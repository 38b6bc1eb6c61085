"""One whole run: its steps in order, and its record in the store."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeAlias

from flows.export import export
from flows.poll import poll
from flows.respond import respond
from flows.services import Connected, now
from flows.summary import Summary

Step: TypeAlias = Callable[[Connected, Summary], None]

STEPS: tuple[tuple[str, Step], ...] = (
    ("Lire la démarche", poll),
    ("Évaluer et répondre", respond),
    ("Publier les classeurs", export),
)
"""Name, as a person looks for it in a run page, and what it does."""


def run_once(services: Connected, summary: Summary) -> None:
    """Do everything once, without Prefect.

    Raises:
        DsError: DS refused, or did not answer; what was done is kept.
        StoreError: The database failed; the current step was undone.
        ExportError: The workbooks could not be published; the earlier ones are intact.
    """
    with recorded(services, summary):
        for _, step in STEPS:
            step(services, summary)


@contextmanager
def recorded(services: Connected, summary: Summary) -> Iterator[None]:
    """Keep the record of a run: when it started, what it counted, how it ended."""
    runs = services.store.runs
    run = runs.start(services.demarche, at=now())
    outcome = "failed"
    try:
        yield
        outcome = "with errors" if summary.needs_a_human() else "completed"
    finally:
        summary.requests = services.transport.requests_sent
        runs.finish(run, outcome=outcome, counts=summary.json(), at=now())
