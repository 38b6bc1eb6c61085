"""How the bridge is, for machines that watch it: asked without signing in, so it says little."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from threading import Lock
from time import monotonic
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST

from datafiles.file import DataFileError
from portal.errors import UnknownError
from portal.metrics import exposition
from portal.source import now
from steps.follow.state import BASE, SOFTWARE, Health
from store.database.errors import StoreError

_KEPT = 5.0
"""Seconds for which an answer stands: whoever asks without end costs nothing more."""

router = APIRouter()


@dataclass(slots=True)
class HealthWatch:
    """Looks at how the bridge is, once in a while.

    Attributes:
        health: How it is now.
        stalled_after: Time without a reading after which it is told as stopped.
        metrics: Whether Prometheus is answered.
    """

    health: Callable[[], Health]
    stalled_after: timedelta
    metrics: bool = False
    _lock: Lock = field(default_factory=Lock)
    _seen: tuple[float, Health | None] | None = None

    def look(self) -> Health | None:
        """How it is, or was some seconds ago; ``None``: the base does not answer."""
        with self._lock:
            if self._seen is None or monotonic() - self._seen[0] > _KEPT:
                self._seen = (monotonic(), self._now())
            return self._seen[1]

    def _now(self) -> Health | None:
        try:
            return self.health()
        except (StoreError, DataFileError):
            return None

    def told(self) -> dict[str, Any]:
        """How it is, as JSON; "etat" is "bon" or says what is wrong."""
        health = self.look()
        versions = {"logiciel": SOFTWARE, "base": BASE}
        if health is None:
            return {"etat": "base injoignable", "base": False, "versions": versions}
        read = health.read_at
        stopped = read is None or now() - read > self.stalled_after
        return {
            "etat": "lecture arrêtée" if stopped else "bon",
            "base": True,
            "derniere_lecture": read.isoformat(timespec="seconds") if read else None,
            "ecritures_en_attente": health.waiting,
            "versions": versions,
        }


def _watch(request: Request) -> HealthWatch:
    watch: HealthWatch = request.app.state.watch
    return watch


@router.get("/sante")
def health(request: Request) -> Response:
    """Whether it works: 200, or 503 where the base or the reading stopped."""
    told = _watch(request).told()
    return JSONResponse(told, status_code=200 if told["etat"] == "bon" else 503)


@router.get("/metrics")
def metrics(request: Request) -> Response:
    """The same in detail, for Prometheus.

    Raises:
        UnknownError: The setting does not ask for it.
    """
    watch = _watch(request)
    if not watch.metrics:
        raise UnknownError
    return Response(exposition(watch.look()), media_type=CONTENT_TYPE_LATEST)
