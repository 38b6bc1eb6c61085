"""The one place that builds real objects from settings: store, client, data files."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, TypeAlias

from clients.errors import TO_ISOLATE
from clients.reading.demarche import DemarcheInfo
from clients.reading.reader import DsReader
from clients.transport import DsTransport
from settings import Settings, SettingsError, load_settings, tables_of
from steps.wiring.checked_files import CheckedFiles
from steps.wiring.form import Form, load_form
from steps.wiring.inputs import Inputs, inputs_of
from steps.wiring.memory import require_base, require_memory
from steps.wiring.stopping import stop_if_asked
from store.repository import Store, is_new, open_store
from triage.replies.sending import Sending

if TYPE_CHECKING:
    from clients.writing.writer import DsWriter

Tell: TypeAlias = Callable[[str, int, int | None], None]
"""Called with the name of a step, how much is done and the total if it is known."""


NEVER = datetime.max.replace(tzinfo=UTC)
"""Deposit date from which declarants are written to, before any run had the channel on."""


def say_nothing(_step: str, _done: int, _total: int | None) -> None:
    """Report no progress."""


def at_safe_points(tell: Tell) -> Tell:
    """Tell progress, and let a stop that was asked for end the run there: between two dossiers."""

    def told(step: str, done: int, total: int | None) -> None:
        tell(step, done, total)
        stop_if_asked()

    return told


@dataclass(slots=True)
class _Clock:
    """How late the clock of the flows is: by nothing, but in the past days of the demo."""

    late: timedelta = timedelta(0)


_CLOCK = _Clock()


def now() -> datetime:
    """The present moment, aware: the only clock of the flows."""
    return datetime.now(UTC) - _CLOCK.late


@contextmanager
def as_of(moment: datetime) -> Iterator[None]:
    """Let the block begin at a past moment (aware): what it dates and tells is of then."""
    _CLOCK.late = datetime.now(UTC) - moment
    try:
        yield
    finally:
        _CLOCK.late = timedelta(0)


@dataclass(frozen=True, slots=True)
class Services:
    """What the steps of a run work with.

    Attributes:
        inputs: What settings say.
        demarche: Number of the démarche.
        store: What is remembered.
        form: Data files of the form, read and checked.
        tell: Where progress goes.
    """

    inputs: Inputs
    demarche: int
    store: Store
    form: Form
    tell: Tell

    def sending(self) -> Sending:
        """When declarants are written to: those who deposited since the channel is on."""
        given, since = self.inputs.replying, self.inputs.replying.since
        if since is None:
            since = self.store.demarches.state(self.demarche).channel_on_since or NEVER
        return Sending(
            channel=given.channel,
            since=since,
            quiet=given.quiet,
            max_requests=given.max_requests,
            pilot=given.pilot,
            pass_en_instruction=given.pass_en_instruction,
        )


@dataclass(frozen=True, slots=True)
class Connected(Services):
    """Services with the way to DS.

    Attributes:
        transport: The way to DS.
        first_look: The démarche as it was before anything of it was stored, on the first run.
    """

    transport: DsTransport
    first_look: DemarcheInfo | None = None

    @property
    def reader(self) -> DsReader:
        """Reads the démarche."""
        return DsReader(self.transport)

    @property
    def writer(self) -> "DsWriter":
        """Writes to its dossiers."""
        from clients.writing.writer import DsWriter  # where something is to be written

        return DsWriter(self.transport)


@contextmanager
def open_services(
    settings: Settings, *, tell: Tell = say_nothing, new_base: bool = False, make: bool = False
) -> Iterator[Services]:
    """The services that need no access to DS.

    Args:
        settings: Settings of the process.
        tell: Where progress goes.
        new_base: Whether a person said that the base may know nothing of what was read before.
        make: Whether a base may be made where there is none.

    Raises:
        SettingsError: A setting is missing.
        DataFileError: A data file is wrong.
        StoreError: There is no base, it cannot be used, or it knows nothing of what was read
            before.
    """
    demarche = settings.demarche_number()
    checked = CheckedFiles(settings.home)
    form = load_form(mapping=settings.mapping, rules=settings.rules, checked=checked)
    if not make:
        require_base(settings, new_base=new_base)
    with open_store(settings.database()) as store:
        empty = store.is_empty()
        if not empty:
            store.require_current()  # an operator upgrades: `unc upgrade` copies the base first
        if not new_base:
            require_memory(settings, store)
        if empty:
            store.upgrade()
        inputs = inputs_of(settings)
        yield Services(
            inputs=inputs, demarche=demarche, store=store, form=form, tell=at_safe_points(tell)
        )


def transport_of(settings: Settings) -> DsTransport:
    """The way to DS that settings name.

    Raises:
        SettingsError: There is no token.
    """
    token = settings.token().get_secret_value()
    return DsTransport(settings.ds_url, token, token_setting=settings.token_setting)


@contextmanager
def connect(
    settings: Settings,
    *,
    tell: Tell = say_nothing,
    new_base: bool = False,
    make: bool = False,
    transport: DsTransport | None = None,
) -> Iterator[Connected]:
    """The services of a run, alone on its démarche for as long as the block lasts.

    Before a store is made, DS is asked for the démarche: with a wrong address, token or number
    nothing is written.

    Args:
        settings: Settings of the process.
        tell: Where progress goes.
        new_base: See :func:`open_services`.
        make: See :func:`open_services`.
        transport: The way to DS, closed at the end; by default, that of the settings.

    Raises:
        AlreadyRunning: Another run holds the démarche.
        SettingsError: A setting is missing.
        DsError: On the first run, DS refused, or did not answer.
    """
    settings.require_complete()
    if not make:
        require_base(settings, new_base=new_base)
    with transport or transport_of(settings) as way:
        first_look = _first_look(settings, way)
        with (
            open_services(settings, tell=tell, new_base=new_base, make=make) as local,
            local.store.lock(local.demarche),
        ):
            yield Connected(
                inputs=local.inputs,
                demarche=local.demarche,
                store=local.store,
                form=local.form,
                tell=local.tell,
                transport=way,
                first_look=first_look,
            )


def _first_look(settings: Settings, transport: DsTransport) -> DemarcheInfo | None:
    demarche = settings.demarche_number()
    if not is_new(settings.database()):
        return None
    load_form(mapping=settings.mapping, rules=settings.rules)  # wrong files are told first
    try:
        return DsReader(transport).demarche(demarche)
    except TO_ISOLATE:  # dossiers may be served all the same; what is wrong is told with them
        return None


def each_demarche(*, complete: bool = True) -> tuple[Settings, ...]:
    """Settings of every démarche of ``UNC_DEMARCHES``, or of the one that ``UNC_DEMARCHE`` names.

    Args:
        complete: Whether each of several must have all that a run needs.

    Raises:
        SettingsError: A setting of one of them is wrong: nothing is done for any.
    """
    settings = load_settings()
    if settings.demarches is None or settings.demarche is not None:
        return (settings,)
    every = tuple(load_settings(demarche=number) for number in tables_of(settings.demarches))
    for one in every if complete else ():
        _require_complete(one)
    return every


def each_base() -> tuple[Settings, ...]:
    """Settings of one démarche of each base: several often share one.

    Raises:
        SettingsError: A setting of one of them is wrong: nothing is done for any.
    """
    found: dict[str, Settings] = {}
    for one in each_demarche(complete=False):
        found.setdefault(one.database(), one)
    return tuple(found.values())


def the_base() -> Settings:
    """Settings of the one base that all démarches share.

    Raises:
        SettingsError: They have several.
    """
    (one, *others) = each_base()
    if others:
        one = load_settings()
        one.demarche_number()  # which says that one is to be named
    return one


def _require_complete(settings: Settings) -> None:
    try:
        settings.require_complete()
    except SettingsError as error:
        raise SettingsError(f"Démarche {settings.demarche} : {error}") from None
