"""The journal of runs: lines for people or JSON objects, with the run and the dossier.

Numbers, counts and names of steps only: nothing that a dossier declares, no answer of DS.
"""

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from pythonjsonlogger.orjson import OrjsonFormatter

from mappings.report.display import show
from steps.wiring.summary import Summary

LOG = logging.getLogger("unc")
LOG.propagate = False
Format = Literal["text", "json"]

_COUNTED = {
    "seen": "lus",
    "created": "nouveaux",
    "updated": "modifiés",
    "deleted": "supprimés",
    "restored": "revenus",
    "drift": "réparés",
    "assessed": "évalués",
    "annotated": "annotés",
    "labelled": "étiquetés",
    "messages": "messages",
}
_NEEDS = {
    "unfetched": "une pièce jointe n'a pas pu être téléchargée",
    "quarantined": "en quarantaine : DS ne peut pas le servir",
    "unknown": "réponse de DS perdue, à relire au prochain passage",
}
_DONE = {"assessed": "évalué", "annotated": "annoté", "labelled": "étiqueté", "deleted": "supprimé"}


@dataclass(frozen=True, slots=True)
class _Where:
    """The run that a line belongs to."""

    run: int
    demarche: int


_WHERE: ContextVar[_Where | None] = ContextVar("unc_run", default=None)


@contextmanager
def of_run(run: int, demarche: int) -> Iterator[None]:
    """Sign every line of the block with its run and démarche."""
    token = _WHERE.set(_Where(run, demarche))
    try:
        yield
    finally:
        _WHERE.reset(token)


@contextmanager
def on_stderr(log_format: Format) -> Iterator[None]:
    """Write the journal on standard error, as JSON; people read the command's own sentences."""
    if log_format == "text":
        yield
        return
    stream = logging.StreamHandler(sys.stderr)
    stream.setFormatter(_Json())
    with _handled(stream, logging.DEBUG):
        yield


@contextmanager
def in_prefect(log_format: Format) -> Iterator[None]:
    """Write the journal in the run's page and on Prefect's console; as JSON too when asked for."""
    with _handled(_ToPrefect(), logging.INFO), on_stderr(log_format):
        yield


def step_done(name: str, summary: Summary, *, before: Summary) -> None:
    """Tell what a step did: its counts, then each dossier that needs a human."""
    counts = {key: _grown(summary, before, key) for key in _COUNTED}
    told = ", ".join(f"{show(count)} {_COUNTED[key]}" for key, count in counts.items() if count)
    workbooks = len(summary.workbooks) - len(before.workbooks)
    told += f"{', ' if told else ''}{workbooks} classeurs" if workbooks else ""
    LOG.info("%s : %s", name, told or "rien à faire", extra={"step": name, "counts": counts})
    for key, sentence in _DONE.items():
        for number in sorted(getattr(summary, key) - getattr(before, key)):
            LOG.debug("Dossier %d : %s", number, sentence, extra={"dossier": number})
    for number in sorted(summary.newly_held - before.newly_held):
        sentence = "une personne tient désormais une annotation (détail : unc status)"
        LOG.info("Dossier %d : %s", number, sentence, extra={"dossier": number})
    for key, sentence in _NEEDS.items():
        for number in sorted(getattr(summary, key) - getattr(before, key)):
            LOG.warning("Dossier %d : %s", number, sentence, extra={"dossier": number})
    for number, _ in summary.refused[len(before.refused) :]:
        sentence = "écriture refusée (raison : unc status)"
        LOG.warning("Dossier %d : %s", number, sentence, extra={"dossier": number})
    for text in summary.set_aside[len(before.set_aside) :]:
        LOG.warning("Mis de côté : %s", text)


def _grown(summary: Summary, before: Summary, key: str) -> int:
    counted = [getattr(one, key) for one in (summary, before)]
    after, earlier = (len(c) if isinstance(c, set) else int(c) for c in counted)
    return after - earlier


@contextmanager
def _handled(handler: logging.Handler, level: int) -> Iterator[None]:
    handler.setLevel(level)
    before = LOG.level
    LOG.setLevel(min(level, before or level))
    LOG.addHandler(handler)
    try:
        yield
    finally:
        LOG.removeHandler(handler)
        LOG.setLevel(before)
        handler.close()


def _signed(message: str) -> str:
    where = _WHERE.get()
    return message if where is None else f"[passage {where.run}] {message}"


class _Json(OrjsonFormatter):
    """Writes these keys alone: never a traceback, nor any other extra of a record."""

    def add_fields(
        self, log_data: dict[str, Any], record: logging.LogRecord, message_dict: dict[str, Any]
    ) -> None:
        del message_dict  # tracebacks, or a message that is no text
        log_data |= {
            "time": datetime.fromtimestamp(record.created, UTC),
            "level": record.levelname,
            "message": record.getMessage(),
        }
        where = _WHERE.get()
        if where is not None:
            log_data |= {"run": where.run, "demarche": where.demarche}
        for name in ("step", "dossier", "counts"):
            if hasattr(record, name):
                log_data[name] = getattr(record, name)


class _ToPrefect(logging.Handler):
    """Hands lines to the logger of the flow run, which keeps them for the interface."""

    def emit(self, record: logging.LogRecord) -> None:
        from prefect.context import FlowRunContext

        context = FlowRunContext.get()
        if context is None or context.flow_run is None:
            return
        target = logging.getLogger("prefect.flow_runs")
        if not target.isEnabledFor(record.levelno):
            return
        made = target.makeRecord(
            target.name, record.levelno, record.pathname, record.lineno,
            _signed(record.getMessage()), (), None,
            extra={
                "flow_run_id": str(context.flow_run.id),
                "flow_run_name": context.flow_run.name,
                "flow_name": context.flow.name if context.flow else "",
            },
        )  # fmt: skip
        target.handle(made)
