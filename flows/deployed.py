"""How a flow does its steps: alone on its démarche, each as a task, with what a person reads."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from signal import SIGUSR1
from typing import Any

from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State, TaskRun
from prefect.states import Cancelled, Completed
from prefect.tasks import Task
from tenacity import Retrying, retry_if_exception_type, stop_after_delay, wait_fixed

from clients.errors import DsUnavailable
from flows import artifacts, orphans
from flows.parameters import Demarche, settings_of
from french.time import PARIS
from settings import Settings
from steps.run import STEPS, Step, follow, in_order, recorded
from steps.wiring import logs, stopping
from steps.wiring.failures import KNOWN, told_without_content
from steps.wiring.services import Connected, connect, now
from steps.wiring.stopping import StopAsked
from steps.wiring.summary import Summary
from store.database.errors import AlreadyRunning

NO_WAIT = timedelta(0)
PATIENCE = timedelta(minutes=30)
"""How long a nightly or weekly flow waits for another run on the same démarche."""

STOP = SIGUSR1
"""What asks a run to stop at its next safe point; SIGTERM is Prefect's, which cuts it."""

_ASK_AGAIN_SECONDS = 10.0
_AGAIN_AFTER = timedelta(minutes=1)


def named(what: str) -> Callable[[], str]:
    """What gives a run of a flow its name: what it is, and when it starts, in Paris."""
    return lambda: f"{what} {now().astimezone(PARIS):%Y-%m-%d %H:%M}"


def perform(
    demarche: Demarche, *, title: str, steps: Sequence[tuple[str, Step]], wait: timedelta
) -> State[Any]:
    """Do steps as the tasks of the flow that calls this, and say how it ended.

    Args:
        demarche: The démarche; ``None`` for that of the settings.
        title: What the flow is, for people.
        steps: Name, as a person looks for it in a run page, and what it does.
        wait: How long to wait for another run on the démarche. When it still runs then, this one
            is cancelled: the other does the work, or the next.

    Returns:
        How it ended; cancelled, where it was asked to stop.

    Raises:
        Exception: Of :data:`steps.wiring.failures.KNOWN`, or ``UnforeseenError``.
    """
    try:
        with told_without_content(), stopping.on(STOP, say=lambda: None):
            return _performed(demarche, title=title, steps=steps, wait=wait)
    except StopAsked as stop:
        return Cancelled(message=str(stop))


def _performed(
    demarche: Demarche, *, title: str, steps: Sequence[tuple[str, Step]], wait: timedelta
) -> State[Any]:
    summary, settings = Summary(), settings_of(demarche)
    with logs.in_prefect(settings.log_format), ExitStack() as stack:
        try:
            services = _alone(stack, settings, wait=wait, make=steps is STEPS)
        except AlreadyRunning as error:
            return Cancelled(message=str(error))
        orphans.close(services.demarche, waited_for=PATIENCE)

        def do(name: str, step: Step) -> None:
            _as_task(name, step, services=services, summary=summary)

        with _recorded(services, summary, title=title, whole=steps is STEPS):
            in_order(steps, do, summary=summary)
    name = "CompletedWithErrors" if summary.needs_a_human() else "Completed"
    return Completed(name=name, data=summary.json())


def _alone(stack: ExitStack, settings: Settings, *, wait: timedelta, make: bool) -> Connected:
    """Services under the démarche's lock, once it is free.

    Raises:
        AlreadyRunning: It is not in time.
    """
    tell = artifacts.Progress(settings.demarche_number())
    waiting = Retrying(
        retry=retry_if_exception_type(AlreadyRunning),
        wait=wait_fixed(_ASK_AGAIN_SECONDS),
        stop=stop_after_delay(wait),
        reraise=True,
    )

    def try_it() -> Connected:
        stopping.stop_if_asked()
        return stack.enter_context(connect(settings, tell=tell, make=make))

    return waiting(try_it)


@contextmanager
def _recorded(services: Connected, summary: Summary, *, title: str, whole: bool) -> Iterator[None]:
    """Keep the record of the run in the store, and leave its artifacts however it ends."""
    try:
        with recorded(services, summary, whole=whole):
            yield
    except (*KNOWN, StopAsked) as error:
        how = "Arrêté" if isinstance(error, StopAsked) else "Échoué"
        artifacts.leave(services, summary, title=title, outcome=f"{how} : {error}")
        raise
    outcome = "Terminé, à regarder" if summary.needs_a_human() else "Terminé"
    artifacts.leave(services, summary, title=title, outcome=outcome)


def _as_task(name: str, step: Step, *, services: Connected, summary: Summary) -> None:
    """Run a step as a task, tried again once after a transient failure: every step is safe for it.

    Services and summary are closed over, so that Prefect neither stores nor walks through them.
    """

    def work() -> None:
        with told_without_content():
            follow(name, step, services=services, summary=summary)

    as_task = task(
        name=name,
        task_run_name=name,
        cache_policy=NO_CACHE,
        persist_result=False,
        retries=1,
        retry_delay_seconds=_AGAIN_AFTER.total_seconds(),
        retry_condition_fn=_is_transient,
    )
    as_task(work)()


def _is_transient(_task: Task[..., Any], _run: TaskRun, state: State[Any]) -> bool:
    error = state.result(raise_on_failure=False)
    return isinstance(error, DsUnavailable)
