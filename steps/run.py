"""One whole run: its steps in order, and its record in the store."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from copy import deepcopy
from typing import TypeAlias

from steps.adopt.adopted_mapping import keep_adopted_mapping
from steps.publish.export import export
from steps.read.poll import poll
from steps.reply.respond import respond
from steps.wiring import logs
from steps.wiring.failures import KNOWN, told
from steps.wiring.memory import leave_marker
from steps.wiring.services import Connected, now
from steps.wiring.stopping import stop_if_asked
from steps.wiring.summary import OUTCOMES, Summary
from steps.wiring.troubles import Told

Step: TypeAlias = Callable[[Connected, Summary], None]


def gather(services: Connected, summary: Summary) -> None:
    """Poll, and note when: a démarche that is not read any more must show.

    The note is the one thing written when nothing changed.
    """
    poll(services, summary)
    services.store.demarches.save(services.demarche, last_polled_at=now())
    leave_marker(services.inputs.home, services.demarche)
    if told := keep_adopted_mapping(services):
        logs.LOG.info(told)


STEPS: tuple[tuple[str, Step], ...] = (
    ("Lire la démarche", gather),
    ("Évaluer et répondre", respond),
    ("Publier les classeurs", export),
)
"""Name, as a person looks for it in a run page, and what it does."""


def run_once(services: Connected, summary: Summary) -> None:
    """Do everything once, without Prefect.

    Raises:
        DsError: DS refused, or did not answer; what was done is kept, and published if the
            démarche was read.
        StoreError: The database failed; the current step was undone.
        ExportError: The workbooks could not be published; the earlier ones are intact.
    """

    def do(name: str, step: Step) -> None:
        follow(name, step, services=services, summary=summary)

    with recorded(services, summary, whole=True):
        in_order(STEPS, do, summary=summary)


def in_order(
    steps: Sequence[tuple[str, Step]], do: Callable[[str, Step], None], *, summary: Summary
) -> None:
    """Do steps in order. Workbooks are published whatever failed before, once DS was read.

    Raises:
        Exception: Of the first step that failed, at the end; a later one is told in the summary.
    """
    failed: Exception | None = None
    for name, step in steps:
        if failed is not None and step is not export:
            continue
        try:
            do(name, step)
        except Exception as error:
            if step is gather:  # what is here may be old: neither answered nor published
                raise
            if failed is None:
                failed = error
            else:
                summary.set_aside.append(f"{name} : {told(error)}")
    if failed is not None:
        raise failed


def follow(name: str, step: Step, *, services: Connected, summary: Summary) -> None:
    """Do a step and tell the journal what it did, also when it failed on the way.

    Raises:
        LockLost: Another run may work on the démarche: the step was not begun.
        StopAsked: Neither was it, because the run was asked to stop.
    """
    stop_if_asked()
    services.store.require_alone(services.demarche)
    before = deepcopy(summary)
    try:
        step(services, summary)
    finally:
        logs.step_done(name, summary, before=before)


@contextmanager
def recorded(services: Connected, summary: Summary, *, whole: bool) -> Iterator[None]:
    """Keep the record of a run: when it started, what it counted and told, how it ended and why.

    Args:
        services: Those of the démarche.
        summary: What the run does.
        whole: Whether it looks at everything: what it does not tell is over.
    """
    runs = services.store.runs
    run = runs.start(services.demarche, at=now())
    before = Told.of(runs.told(services.demarche))
    summary.told_before = before.since
    outcome, why = "interrupted", {}
    with logs.of_run(run, services.demarche):
        logs.LOG.info("Passage commencé sur la démarche %d", services.demarche)
        try:
            yield
            outcome = "with errors" if summary.needs_a_human() else "completed"
        except Exception as error:
            outcome = "failed"
            why = {"error": str(error)} if isinstance(error, KNOWN) else {}
            raise
        finally:
            summary.requests = services.transport.requests_sent
            logs.LOG.info("Passage %s : %d requêtes", OUTCOMES[outcome], summary.requests)
            at, ended = now(), outcome in {"completed", "with errors"}
            told = before.after(summary, at=at, whole=whole and ended).kept()
            counts = {**summary.json(), **why}
            runs.finish(run, outcome=outcome, counts=counts, at=at, told=told)
