"""The worker of the bridge: Prefect's own, which a signal drains instead of cutting its runs.

A run is a process of a session of its own, so that the Ctrl-C of a terminal does not reach it; it
takes no SIGINT at all, since it inherits that this process blocks it. SIGTERM does reach it, if it
is sent to it: that is how Prefect cancels a run.
"""

import asyncio
import os
import signal
import time
from collections.abc import Callable, Coroutine
from contextlib import suppress
from functools import partial
from pathlib import Path
from threading import Thread
from uuid import UUID

import anyio
from httpx import HTTPError
from prefect.exceptions import PrefectException
from prefect.settings import (
    PREFECT_WORKER_HEARTBEAT_SECONDS,
    PREFECT_WORKER_QUERY_SECONDS,
)
from prefect.utilities.services import critical_service_loop
from prefect.workers.process import ProcessWorker

from flows.deployed import STOP

_MOST_RUNS = 1_000
"""A worker counts its runs only where it has a limit."""

_TOUCH_SECONDS = 5

Say = Callable[[str], None]


def work(*, name: str, pool: str, drain_seconds: int, alive: Path, say: Say) -> bool:
    """Take runs from a pool until SIGTERM or SIGINT, then let those under way end.

    Args:
        name: Of the worker; one that starts under the name of another stands for it.
        pool: Whose runs it takes.
        drain_seconds: After how long the runs under way are asked to stop at their next safe point.
        alive: A file, touched every few seconds for as long as the worker lives.
        say: Tells the operator, in French.

    Returns:
        Whether it stopped because it was told to, not because the server is gone for good.
    """
    working = _work(name=name, pool=pool, drain_seconds=drain_seconds, say=say)
    return asyncio.run(_while_alive(working, alive))


async def _while_alive(working: Coroutine[None, None, bool], file: Path) -> bool:
    """Say that the worker lives between what it does: a thread would outlive a hang."""
    saying = asyncio.create_task(_say_alive(file))
    try:
        return await working
    finally:
        saying.cancel()
        _touch(file, lives=False)


async def _say_alive(file: Path) -> None:
    while True:
        _touch(file, lives=True)
        await asyncio.sleep(_TOUCH_SECONDS)


def _touch(file: Path, *, lives: bool) -> None:
    with suppress(OSError):  # a full disk is told by the runs
        file.parent.mkdir(parents=True, exist_ok=True)
        if lives:
            file.touch()
        else:
            file.unlink(missing_ok=True)


async def _work(*, name: str, pool: str, drain_seconds: int, say: Say) -> bool:
    told = _Signals()
    worker = _Worker(
        name=name,
        work_pool_name=pool,
        limit=_MOST_RUNS,
        heartbeat_interval_seconds=int(PREFECT_WORKER_HEARTBEAT_SECONDS.value()),
    )
    async with worker:
        say(f"Worker {name} : il prend les passages de la file {pool} ; Ctrl-C pour l'arrêter.")
        as_told = await worker.take_runs(told)
        await worker.drain(told, seconds=drain_seconds, say=say)
    say(f"Worker {name} : arrêté.")
    return as_told


class _Signals:
    """SIGTERM and SIGINT, counted: each wakes whoever waits for the next."""

    def __init__(self) -> None:
        self.count = 0
        self._next = asyncio.Event()
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGTERM, self._came)
        # Blocked, here and so in every process that is started from here: it has to be waited for.
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        waiting = partial(self._take_interrupts, loop)
        Thread(target=waiting, name="SIGINT", daemon=True).start()

    async def next(self) -> None:
        """Wait for one."""
        await self._next.wait()

    def _came(self) -> None:
        self.count += 1
        self._next.set()
        self._next = asyncio.Event()

    def _take_interrupts(self, loop: asyncio.AbstractEventLoop) -> None:
        while True:
            signal.sigwait({signal.SIGINT})
            with suppress(RuntimeError):  # the loop is over: so is the process
                loop.call_soon_threadsafe(self._came)


class _Worker(ProcessWorker):
    """Prefect's worker, whose taking of runs ends before its runs do."""

    @classmethod
    def __dispatch_key__(cls) -> str:
        return "unc"  # Prefect's own stays the one of the type « process »

    async def take_runs(self, told: _Signals) -> bool:
        """Take what is due, until a signal comes; whether one did."""
        poll = partial(
            critical_service_loop,
            workload=self.get_and_submit_flow_runs,
            interval=PREFECT_WORKER_QUERY_SECONDS.value(),
        )
        beat = partial(
            critical_service_loop,
            workload=self._sync_and_initialize,
            interval=self.heartbeat_interval_seconds,
        )
        as_told = False
        try:
            async with anyio.create_task_group() as loops:
                for loop in (poll, beat):
                    loops.start_soon(partial(loop, jitter_range=0.3, backoff=4))
                await told.next()
                as_told = True
                loops.cancel_scope.cancel()
        except* Exception:  # noqa: BLE001 (Prefect printed it: what runs is to end all the same)
            as_told = False
        return as_told

    async def drain(self, told: _Signals, *, seconds: int, say: Say) -> None:
        """Wait for the runs under way; after a time, ask them to stop at their next safe point."""
        until, heard, asked = time.monotonic() + seconds, -1, False
        while under_way := await self._under_way():
            names = ", ".join(f"« {name} »" for name, _ in under_way)
            if told.count > heard:
                heard = told.count
                say(_WAITING.format(names=names, left=max(0, round(until - time.monotonic()))))
            if not asked and time.monotonic() >= until:
                asked = True
                say(_ASKING.format(names=names))
                for _, process in under_way:
                    if process:
                        with suppress(ProcessLookupError):
                            os.kill(process, STOP)
            with anyio.move_on_after(0.5):
                await told.next()

    async def _under_way(self) -> list[tuple[str, int | None]]:
        """Name and process of each run that was taken and has not ended."""
        return [await self._known(one) for one in self.limiter.statistics().borrowers]

    async def _known(self, run: object) -> tuple[str, int | None]:
        if isinstance(run, UUID):
            with suppress(HTTPError, PrefectException):
                told = await self.client.read_flow_run(run)
                pid = told.infrastructure_pid or ""
                return told.name, int(pid) if pid.isdigit() else None
        return str(run), None


_WAITING = (
    "Arrêt demandé : plus aucun passage n'est pris ; le worker attend la fin de {names}"
    " ({left} s au plus, puis il lui est demandé de s'arrêter au prochain point sûr)."
)
_ASKING = "Le délai est passé : {names} s'arrête au prochain point sûr."
