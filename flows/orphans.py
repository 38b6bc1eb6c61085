"""Runs that Prefect takes for under way though their process is gone: the next one closes them.

Whoever holds the lock of a démarche knows that no other run works on it. So each run says, once it
holds the lock, which démarche it is alone on; another one that said so and is still « Running » in
Prefect was killed, with its machine or by hand, before it could tell how it ended.
"""

import time
from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from httpx import HTTPError
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.filters import FlowRunFilter
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.exceptions import PrefectException
from prefect.runtime import flow_run
from prefect.states import Crashed

from steps.wiring import logs
from steps.wiring.services import now

ALONE_ON = "unc.demarche"
"""Label of a run that got the lock: the number of its démarche."""

TAG = "unc"
"""Tag of every deployment of the bridge."""

_MESSAGE = (
    "Le processus de ce passage a disparu sans dire comment il finissait (worker tué, machine"
    " arrêtée) ; le passage suivant reprend, et rien n'est perdu."
)
_UNDER_WAY = [StateType.RUNNING, StateType.PENDING, StateType.CANCELLING]
_SLOW_START = timedelta(minutes=10)
_ENDING_SECONDS = 15
"""How long a run that let go of its lock takes, at most, to tell Prefect how it ended."""


def close(demarche: int, *, waited_for: timedelta) -> None:
    """Say that we hold a démarche, and set every other run that held it to « Crashed ».

    What Prefect refuses, or does not answer, is told in the journal: the run goes on without.

    Args:
        demarche: The one that we hold the lock of.
        waited_for: How long a run waits for that lock: one that began before, and never said that
            it got it, is gone too.
    """
    if not (mine := flow_run.id):
        return
    try:
        with get_client(sync_client=True) as client:
            client.update_flow_run_labels(UUID(mine), {ALONE_ON: demarche})
            before = now() - waited_for - _SLOW_START
            found = [one for one in _under_way(client) if str(one.id) != mine]
            gone = [one for one in found if _is_gone(one, demarche, before=before)]
            for one in _still_there(client, gone):
                client.set_flow_run_state(one, Crashed(name="Interrompu", message=_MESSAGE))
                logs.LOG.warning("Un passage disparu est clos dans Prefect : %s", one)
    except (HTTPError, PrefectException) as error:
        logs.LOG.warning("Les passages disparus n'ont pas été clos (%s)", type(error).__name__)


def _under_way(client: SyncPrefectClient) -> list[FlowRun]:
    chosen = {"state": {"type": {"any_": _UNDER_WAY}}, "tags": {"all_": [TAG]}}
    return client.read_flow_runs(flow_run_filter=FlowRunFilter.model_validate(chosen))


def _is_gone(one: FlowRun, demarche: int, *, before: datetime) -> bool:
    held = one.labels.get(ALONE_ON)
    if held is not None:
        return held == demarche
    since = one.state.timestamp if one.state else None
    return since is not None and since < before


def _still_there(client: SyncPrefectClient, runs: Iterable[FlowRun]) -> list[UUID]:
    """Those that stay under way: one that has just let go of the lock is about to tell its end."""
    left = [one.id for one in runs]
    until = time.monotonic() + _ENDING_SECONDS
    while left and time.monotonic() < until:
        time.sleep(1)
        states = {one: client.read_flow_run(one).state for one in left}
        left = [one for one, state in states.items() if state and state.type in _UNDER_WAY]
    return left
