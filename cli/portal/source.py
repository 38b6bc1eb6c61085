"""The portal, built from settings and served; imported by `unc serve` only, for it is slow."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from datetime import date, timedelta
from ipaddress import ip_address
from pathlib import Path
from time import monotonic, sleep
from typing import TypeAlias, TypeVar

from cli.portal.listening import listening
from cli.portal.planned_runs import planned
from cli.portal.settings import load_portal_settings, portal_secret
from cli.terminal.console import ERROR
from cli.terminal.output import Common, print_json
from clients.attachment_folder import AttachmentFolder
from datafiles.file import DataFileError
from datafiles.refusals import refusal
from exports.model import ExportContext, ExportedDossier
from portal.app import Site, make_app
from portal.errors import BusyError, RefusedError, UnknownError
from portal.published.files import FetchableFiles
from portal.published.notices import EditionNotices
from portal.serving import each_minute, server_of
from portal.source import FormActs, FormShown, MaskedPassage, RulesActs, Source, TextsShown
from settings import SettingsError, load_settings
from steps.adopt.form import FormAdoption as Adopting
from steps.adopt.rules import adopt_proposed, check_proposed, closed, try_proposed
from steps.explain.past_events import past_events, sections_of
from steps.explain.preview import Preview, preview, templates, with_template
from steps.follow.health import health_of
from steps.follow.waiting import Matter, matters
from steps.judge.acts import today
from steps.judge.patients import clear, passages, restore
from steps.publish.circumstances import circumstances, dossier_stamps
from steps.publish.current_workbooks import export_context
from steps.publish.entries import entries_of
from steps.publish.opinions import compare, give, keep
from steps.publish.publication import news_of
from steps.publish.source import source_digest
from steps.wiring.failures import RequestError
from steps.wiring.handed_out_files import centres, hand_out_files
from steps.wiring.inputs import RulesPlaces
from steps.wiring.memory import require_base
from steps.wiring.services import Services, open_services
from steps.wiring.summary import OUTCOMES
from store.database.errors import AlreadyRunning
from triage.registre.acts import Act
from triage.registre.register import Register
from triage.registre.state_from_acts import read

_T = TypeVar("_T")
Acts: TypeAlias = tuple[Act, ...]
_PATIENCE, _AGAIN = 8.0, 0.05
"""Seconds that an act waits for another one, and between two looks."""
_LOOK_EVERY = 2.0
"""Seconds between two looks at the data files."""


def run_portal(*, host: str, port: int, common: Common) -> None:
    """Serve the portal until told to stop.

    Raises:
        SettingsError: A setting is wrong, or the port is taken.
        DataFileError: A data file is wrong.
        StoreError: The database cannot be used.
    """
    settings, own = load_settings(), load_portal_settings()
    settings.demarche_number()
    require_base(settings)  # before a secret is made beside it
    site = Site(
        url=settings.portal_url.rstrip("/"),
        secret=portal_secret(settings.home),
        oidc=own.provider(),
        metrics=own.portal_metrics,
        stalled_after=timedelta(minutes=own.portal_stalled_after),
    )
    post = own.post()
    if not site.https and not _is_loopback(host):
        raise SettingsError(
            "UNC_PORTAL_URL : donnez l'adresse publique en https:// pour écouter ailleurs que sur"
            " cette machine (un mandataire porte le certificat, voir docs/portail.md)."
        )
    with open_services(settings) as services:
        source = source_of(services)
        fetchable = FetchableFiles(source.exports, demarche=source.demarche, secret=site.secret)
        edition_notices = EditionNotices(source, fetchable, post, site.url) if post else None
        server = server_of(make_app(source, site))
        sock = listening(host, port)
        with sock, each_minute(source, tell=edition_notices.tell if edition_notices else None):
            _announce(f"http://{host}:{sock.getsockname()[1]}", services, common)
            server.run(sockets=[sock])


def source_of(services: Services) -> Source:
    """What the portal shows, from the services of a démarche."""
    columns, policy = hand_out_files(services.inputs.publishing.columns, services.form.mapping)

    at = _Present(services)
    register = _Registered(services)

    def entries(numbers: Iterable[int] | None) -> Iterable[ExportedDossier]:
        return entries_of(at(), numbers=numbers)

    def context(found: Sequence[ExportedDossier]) -> ExportContext:
        return export_context(at(), tuple(found))

    def say(number: int, code: str, is_none: bool, who: str) -> None:
        act = clear if is_none else restore
        try:
            with _alone(services):
                act(at(), number, [code], who=who)
        except RequestError as error:
            raise UnknownError from error

    def passages_of(number: int) -> Sequence[MaskedPassage]:
        try:
            return passages(at(), number)
        except RequestError as error:
            raise UnknownError from error

    def enter(work: Callable[[Services], _T], /) -> _T:
        with _alone(services):
            return work(at())

    return Source(
        demarche=services.demarche,
        store=services.store,
        exports=services.inputs.publishing.folder,
        columns=columns,
        policy=policy,
        centres=centres(services.inputs.publishing.columns),
        entries=entries,
        context=context,
        circumstances=lambda: circumstances(at()),
        stamps=lambda: dossier_stamps(at()),
        news=lambda author: news_of(at(), author),
        register=register,
        matters=_once_for_each_act(register),
        past_events=lambda number: past_events(at(), number),
        sections=lambda: sections_of(at()),
        attachment=lambda checksum: _kept(at(), checksum),
        give_opinion=lambda row, until, line: give(at(), row, until=until, line=line),
        compare_returned=lambda content, name, said, allowed: compare(
            at(), content, name, said, allowed=allowed
        ),
        keep_returned=lambda taken, line: keep(at(), taken, line=line),
        stamp=lambda: source_digest(at()),
        passages=passages_of,
        say_of_passage=say,
        planned=planned,
        outcomes=OUTCOMES,
        rules=_rules_acts(at),
        form=_form_acts(services),
        texts=_texts_shown(at),
        look_up=lambda work: work(at()),
        enter=enter,
        health=lambda: health_of(at()),
    )


class _Present:
    """The services by the data files as they are: what is adopted holds without a restart.

    Files that are wrong, or half-written, leave those that were read before.
    """

    def __init__(self, services: Services) -> None:
        self._kept = services
        self._adoption = Adopting(services)
        self._next = 0.0

    def __call__(self) -> Services:
        """Look at the files again where that is due."""
        if monotonic() >= self._next:
            with suppress(DataFileError):
                self._kept = self._adoption.present()
            self._next = monotonic() + _LOOK_EVERY
        return self._kept

    def look_again(self) -> None:
        """Let the next look be the next use: a file was just written."""
        self._next = 0.0


@contextmanager
def _alone(services: Services) -> Iterator[None]:
    """Hold the démarche, once whoever acts in it for a moment let go: another portal, a command.

    Raises:
        BusyError: It is held for longer, by a run.
    """
    until = monotonic() + _PATIENCE
    with ExitStack() as held:
        while True:
            try:
                held.enter_context(services.store.lock(services.demarche))
                break
            except AlreadyRunning as error:
                if monotonic() >= until:
                    raise BusyError from error
            sleep(_AGAIN)
        yield


def _rules_acts(at: _Present) -> RulesActs:
    there = at().inputs

    def places() -> RulesPlaces:
        inputs = at().inputs
        return RulesPlaces(inputs.rules, inputs.mapping_file, inputs.database, at().demarche)

    def adopt(name: str, text: str) -> None:
        adopt_proposed(places(), name, text)
        at.look_again()

    return RulesActs(
        check=lambda name, text: check_proposed(places(), name, text),
        attempt=lambda rules: try_proposed(at(), rules),
        adopt=adopt,
        closed=lambda: closed(there.rules),
    )


def _texts_shown(at: _Present) -> TextsShown:
    @contextmanager
    def told() -> Iterator[None]:
        try:
            yield
        except RequestError as error:
            raise RefusedError(str(error)) from error
        except DataFileError as error:
            raise RefusedError(" ; ".join(error.problems)) from error

    def of(number: int) -> Preview:
        with told():
            if number not in at().store.dossiers.known_numbers(at().demarche):
                raise RefusedError(f"Le dossier {number} n’est pas lu par la passerelle.")
            return preview(at(), number)

    def attempt(name: str, text: str, numbers: Sequence[int]) -> Mapping[int, Preview]:
        with told():
            services = with_template(at(), name, text)
            known = services.store.dossiers.known_numbers(services.demarche)
            return {number: preview(services, number) for number in numbers if number in known}

    def current() -> Mapping[str, str]:
        with told():
            return templates(at())

    return TextsShown(current, of, attempt)


def _form_acts(services: Services) -> FormActs:
    adopting = Adopting(services)

    @contextmanager
    def told() -> Iterator[None]:
        try:
            yield
        except (RequestError, DataFileError) as error:
            raise RefusedError(str(error)) from error
        except OSError as error:
            raise RefusedError(f"Un fichier ne peut pas être écrit : {refusal(error)}.") from error

    def state() -> FormShown:
        with told():
            return adopting.state()

    def decide(path: str, champ: str, inverted: bool | None, absent: str, by: str) -> None:
        with told(), _alone(services):
            adopting.decide(path, champ=champ, inverted=inverted, absent=absent, by=by)

    def take_back(path: str, by: str) -> None:
        with told(), _alone(services):
            adopting.take_back(path, by=by)

    def adopt(by: str, seen: str) -> Sequence[str]:
        with told(), _alone(services):
            return adopting.adopt(by=by, seen=seen)

    def say_of_before(
        path: str, key: str, same: bool, inverted: bool, reason: str, by: str
    ) -> None:
        with told(), _alone(services):
            adopting.say_of_before(
                path, key=key, same=same, inverted=inverted, reason=reason, by=by
            )

    def take_back_before(path: str, key: str) -> None:
        with told(), _alone(services):
            adopting.take_back_before(path, key=key)

    return FormActs(state, decide, take_back, adopt, say_of_before, take_back_before)


def _kept(services: Services, checksum: str) -> Path | None:
    """Where the content of a checksum is, where it was downloaded."""
    path = AttachmentFolder(services.inputs.attachments.folder).path_of(checksum)
    return path if path is not None and path.is_file() else None


class _Registered:
    """The register, of which each act is read once; worked out again when one was entered."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._kept: tuple[tuple[int, date], Acts, Register] | None = None

    def __call__(self) -> tuple[Acts, Register]:
        """All acts, in order of entry, and what they come to today."""
        services, kept = self._services, self._kept
        key = (services.store.acts.last(services.demarche), today())
        if kept is None or kept[0] != key:
            acts = services.store.acts.all_from(services.demarche, kept[1] if kept else ())
            kept = self._kept = (key, acts, read(acts))
        return kept[1], kept[2]


def _once_for_each_act(
    register: Callable[[], tuple[Acts, Register]],
) -> Callable[[str], Sequence[Matter]]:
    """What waits in the register, worked out again where it moved."""
    known: dict[str, tuple[Register, Sequence[Matter]]] = {}

    def of(author: str) -> Sequence[Matter]:
        _, present = register()
        found = known.get(author)
        if found is None or found[0] is not present:
            found = known[author] = (present, matters(present, author))
        return found[1]

    return of


def _announce(address: str, services: Services, common: Common) -> None:
    accounts = len(services.store.accounts.list())
    if common.json:
        print_json({"url": address, "accounts": accounts})
        return
    ERROR.print(f"Portail servi sur {address} ; Ctrl-C pour arrêter.", highlight=False)
    if not accounts:
        ERROR.print(
            "Aucun compte : unc users add prenom.nom@exemple.fr --role agence", highlight=False
        )


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
