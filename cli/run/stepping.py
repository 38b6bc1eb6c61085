"""A step of a run as a command: with DS or without, alone on each démarche, told as it goes."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from signal import SIGINT, SIGTERM

from cli.run.several import Finish, for_each
from cli.run.summary import finish, name_troubles
from cli.terminal.output import Common, progress, say
from settings import Settings
from steps.wiring import logs, stopping
from steps.wiring.memory import place_of
from steps.wiring.services import Connected, Services, connect, open_services
from steps.wiring.summary import Summary
from steps.wiring.troubles import Told
from store.repository import is_new


@contextmanager
def local(settings: Settings) -> Iterator[Services]:
    """Services without DS, alone on the démarche."""
    with (
        progress() as tell,
        open_services(settings, tell=tell) as services,
        services.store.lock(services.demarche),
    ):
        yield services


def locally(
    step: Callable[[Services, Summary], None], common: Common, *, finish: Finish = finish
) -> int:
    """Do a step that needs no access to DS on each démarche, and return the exit code."""

    def work(settings: Settings, summary: Summary) -> None:
        with local(settings) as services:
            step(services, summary)

    return for_each(work, common, finish=finish, troubles=name_troubles)


def with_ds(
    step: Callable[[Connected, Summary], None],
    common: Common,
    *,
    new_base: bool = False,
    make: bool = False,
) -> int:
    """Do a step that reads or writes DS on each démarche, and return the exit code.

    Args:
        step: What to do.
        common: Options of the command.
        new_base: See :func:`steps.wiring.services.open_services`, as the next one.
        make: Likewise.
    """

    def work(settings: Settings, summary: Summary) -> None:
        if make and is_new(settings.database()):
            say(f"Première lecture : une base neuve est préparée ({place_of(settings)}).")
        with (
            stopping.on(SIGINT, SIGTERM, say=_say_that_it_stops),
            progress() as tell,
            logs.on_stderr(settings.log_format),
            connect(settings, tell=tell, new_base=new_base, make=make) as services,
        ):
            told = Told.of(services.store.runs.told(services.demarche))
            summary.told_before = told.since
            step(services, summary)
            summary.requests = services.transport.requests_sent

    return for_each(work, common, finish=finish, troubles=name_troubles)


def _say_that_it_stops() -> None:
    say("Arrêt demandé : le passage s'arrête au dossier suivant ; Ctrl-C encore, tout de suite.")
