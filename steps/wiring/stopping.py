"""A stop that is asked for while a run goes on: it ends between two dossiers, or two steps.

A signal only raises a flag. What was done by then is kept as after a crash, and the next run goes
on from there; but locks are let go of, and the run says itself how it ended.
"""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, current_thread, main_thread
from types import FrameType

_ASKED = Event()


class StopAsked(KeyboardInterrupt):
    """The run stops here because it was asked to.

    No error of a dossier or of a step: nothing that keeps one from the others may catch it.
    """

    def __init__(self) -> None:
        super().__init__("Arrêt demandé : le prochain passage reprend où celui-ci s'est arrêté.")


@contextmanager
def on(*signals: signal.Signals, say: Callable[[], None]) -> Iterator[None]:
    """Let the first of these signals ask for a stop; a second one does what it does elsewhere.

    Args:
        signals: Which.
        say: Tells whoever sent it that the run stops at its next safe point.
    """
    if current_thread() is not main_thread():  # where Python lets nobody handle a signal
        yield
        return

    def ask(_number: int, _frame: FrameType | None) -> None:
        _ASKED.set()
        for number, former in before.items():
            signal.signal(number, former)
        say()

    before = {number: signal.getsignal(number) for number in signals}
    try:
        for number in signals:
            signal.signal(number, ask)
        yield
    finally:
        for number, former in before.items():
            signal.signal(number, former)
        _ASKED.clear()


def stop_if_asked() -> None:
    """A safe point: nothing is half done here.

    Raises:
        StopAsked: A stop was asked for.
    """
    if _ASKED.is_set():
        raise StopAsked
