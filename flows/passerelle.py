"""The flow `passerelle-unc`: the whole cycle, with a task for each step that a person looks for."""

from datetime import timedelta
from typing import Any

from prefect import flow, task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State, TaskRun
from prefect.states import Completed
from prefect.tasks import Task

from clients.errors import DsUnavailable
from flows.parameters import Demarche, settings_of
from flows.run import STEPS, Step, recorded
from flows.services import Connected, connect
from flows.summary import Summary

_AGAIN_AFTER = timedelta(minutes=1)


@flow(name="passerelle-unc", persist_result=False)
def passerelle(demarche: Demarche = None) -> State[dict[str, Any]]:
    """Lire la démarche, évaluer, répondre et exporter, une fois.

    Les réglages viennent de l'environnement du worker. Le résultat : des nombres et des chemins.

    Args:
        demarche: Numéro de la démarche ; vide : celle du réglage UNC_DEMARCHE.
    """
    summary = Summary()
    with connect(settings_of(demarche)) as services, recorded(services, summary):
        for name, step in STEPS:
            _as_task(name, step, services=services, summary=summary)
    name = "CompletedWithErrors" if summary.needs_a_human() else "Completed"
    return Completed(name=name, data=summary.json())


def _as_task(name: str, step: Step, *, services: Connected, summary: Summary) -> None:
    """Run a step as a task, tried again once after a transient failure: every step is safe for it.

    Services and summary are closed over, so that Prefect neither stores nor walks through them.
    """
    as_task = task(
        name=name,
        cache_policy=NO_CACHE,
        persist_result=False,
        retries=1,
        retry_delay_seconds=_AGAIN_AFTER.total_seconds(),
        retry_condition_fn=_is_transient,
    )
    as_task(lambda: step(services, summary))()


def _is_transient(_task: Task[..., Any], _run: TaskRun, state: State[Any]) -> bool:
    error = state.result(raise_on_failure=False)
    return isinstance(error, DsUnavailable)
