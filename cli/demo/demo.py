"""`unc demo`: two weeks of a local démarche, through the real flow."""

import json
import os
import socket
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import chdir, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Self, cast

from cli.demo import two_weeks
from cli.demo.sandbox import PORT, Dossiers, sandbox_environment, sandbox_home
from cli.terminal.console import Console
from cli.terminal.output import Common, print_json, say
from cli.terminal.parsing import Count
from exports.published.editions import EditionKind
from exports.published.manifest import CURRENT
from french.text import agreed
from mappings.report.display import show
from portal.people.passwords import hash_password
from portal.people.roles import parse_role
from portal.published.files import FetchableFiles
from sandbox.api.instance import DATABASE
from sandbox.demarche.seed import SeedDossier
from sandbox.generator.generate import generate
from sandbox.server import Sandbox, running_sandbox
from settings import PREFIX, load_settings
from settings_parts import PORTAL_PORT
from steps.judge.verdicts import ASSESSMENT
from steps.publish.edition import make_edition
from steps.wiring.failures import RequestError
from steps.wiring.public_data.reference import load as load_medicines
from steps.wiring.services import Services, as_of, now, open_services
from steps.wiring.summary import Summary
from store.repository import open_store
from store.staff.accounts import Account
from store.staff.visits import Visit

_DEFAULT = Common()
_QUIET = {
    "PREFECT_LOGGING_SERVER_LEVEL": "ERROR",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_CLI_PROMPT": "false",
    # A first start migrates Prefect's own database: long on a slow disk or a busy machine.
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "600",
    "PREFECT_SERVER_EPHEMERAL_ENABLED": "true",
    "DO_NOT_TRACK": "1",
}
_STORY = "demonstration.json"
_MEDICINES = Path(__file__).parent / "bdpm"
"""Twenty specialities of the fictional dossiers, laid out as the BDPM lays out real ones."""
PASSWORD = "demonstration"  # noqa: S105 (of fictional data, on this machine)
_ACCOUNTS = {
    "agence@demo.example": ("agence", "agence.xlsx"),
    "centre@demo.example": ("centre:lyon", "crpv-lyon.xlsx"),
}
"""Accounts of the portal: role, and the workbook that each fetched after the first passage."""


def demo(*, dossiers: Dossiers = 60, seed: Count = 1, common: Common = _DEFAULT) -> int:
    """Jouer deux semaines d'une démarche fictive, en deux passages, puis dire quoi ouvrir.

    Entre les deux passages, des déclarants répondent, des dossiers arrivent, un instructeur en
    prend un en charge. Relancée, la commande ne trouve plus rien à faire.

    Args:
        dossiers: Nombre de dossiers fictifs au premier passage.
        seed: Graine du générateur : la même donne les mêmes dossiers.
    """
    home = sandbox_home()
    home.mkdir(parents=True, exist_ok=True)
    story = _DemoState.of(home)
    say("Démarche fictive et serveur Prefect temporaire : démarrage…")
    seeds = two_weeks.rising(generate(dossiers, seed=seed, now=story.start), start=story.start)
    with running_sandbox(home, port=_port(home), seeds=seeds) as served:
        environment = {
            **_QUIET,
            # Prefect tells a failure with its trace; the sentence of `unc` says enough.
            "PREFECT_LOGGING_LEVEL": "ERROR" if common.debug else "CRITICAL",
            **sandbox_environment(served),
            "PREFECT_HOME": str(home / "prefect"),
            "UNC_HOME": str(home),
            # The demo shows what a declarant receives, at once and for every dossier.
            "UNC_DECLARANT_CHANNEL": "correction",
            "UNC_QUIET_MINUTES": "0",
            "UNC_MESSAGES_SINCE": "2000-01-01",
            "UNC_MESSAGES_PER_RUN": "1000",
            "UNC_PORTAL_URL": f"http://127.0.0.1:{PORTAL_PORT}",  # numbers lead to their pages
        }
        # Neither the settings of a real démarche nor a `.env` file reach the demo.
        with chdir(home), _environment(environment):
            with open_store(load_settings().database()) as store:
                store.upgrade()  # the demo's own base: nobody is asked
            passages, happened = _play(served, seeds, home=home, seed=seed, story=story)
            with open_services(load_settings()) as services:
                rows = _rows(services)
    if common.json:
        print_json({**passages[-1], "passages": passages, "dossiers": rows})
    else:
        _show(passages, happened, rows)
        _show_places(Console(), served, home=home)
    return 0


def _play(
    served: Sandbox, seeds: Sequence[SeedDossier], *, home: Path, seed: int, story: "_DemoState"
) -> tuple[list[dict[str, Any]], two_weeks.Happened | None]:
    """The passages that are due, and what happened between them.

    A demo that was cut short is taken up where it was.
    """
    if story.played:
        return [_run_flow()], None
    served.control.clock(to=story.start.isoformat())
    load_medicines(_MEDICINES, home)
    story.begun(home)
    with as_of(story.start):  # a deadline counts from that day
        first = _run_flow()
    for after in (timedelta(0), two_weeks.CALM):
        _weekly_edition(story.start + after)
    _fetch_first(served.demarche, home)
    happened = two_weeks.play(served, seeds, seed=seed, start=story.start)
    story.ended(home)
    return [first, _run_flow()], happened


@dataclass(frozen=True, slots=True)
class _DemoState:
    """Where the two weeks are, kept beside what is made in them.

    Attributes:
        start: When they begin (aware).
        played: Whether they are over, or the démarche was made otherwise.
    """

    start: datetime
    played: bool

    @classmethod
    def of(cls, home: Path) -> Self:
        """Where they are in a folder."""
        if (home / _STORY).is_file():
            kept = json.loads((home / _STORY).read_text("utf-8"))
            return cls(datetime.fromisoformat(kept["start"]), kept["played"])
        start = (now() - two_weeks.LENGTH).replace(minute=0, second=0, microsecond=0)
        return cls(start, played=(home / DATABASE).is_file())

    def begun(self, home: Path) -> None:
        """Keep when they begin."""
        self._keep(home, played=False)

    def ended(self, home: Path) -> None:
        """Keep that they are over."""
        self._keep(home, played=True)

    def _keep(self, home: Path, *, played: bool) -> None:
        text = json.dumps({"start": self.start.isoformat(), "played": played})
        made = home / f"{_STORY}.tmp"
        made.write_text(text, "utf-8")
        made.replace(home / _STORY)


def _weekly_edition(at: datetime) -> None:
    """The edition of a week: what the last one brings is told since the one before it."""
    with open_services(load_settings()) as services:
        make_edition(services, Summary(), kind=EditionKind.WEEKLY, at=at)


def _fetch_first(demarche: int, home: Path) -> None:
    """Accounts of the portal that fetched the first workbooks: what changed since then shows."""
    root = latest_export(home).parent
    with open_store(load_settings().database()) as store:
        known = {one.email for one in store.accounts.list()}
        hashed = hash_password(PASSWORD)
        for email, (role, file) in _ACCOUNTS.items():
            if email not in known:
                store.accounts.add(Account(email, role, now(), now(), hashed))
                version = current_version(root, demarche, role=role, file=file)
                visit = Visit(now(), email, "download", version, file)
                store.visits.record(demarche, visit)


def current_version(root: Path, demarche: int, *, role: str, file: str) -> str:
    """The publication of a current workbook, as the portal's journal names what is fetched."""
    published = FetchableFiles(root, demarche=demarche, secret="")  # no address is made of it
    current = (one for one in published.for_role(parse_role(role)) if one.is_current)
    return next(one.version for export in current for one in export.files if one.name == file)


def _run_flow() -> dict[str, Any]:
    """Run the flow on a temporary Prefect server; imported here, once its settings stand."""
    from prefect.settings import PREFECT_FLOWS_HEARTBEAT_FREQUENCY, temporary_settings

    from flows.passerelle import passerelle

    start_prefect()
    with temporary_settings({PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}):
        counts = passerelle()
    return cast("dict[str, Any]", counts)


def start_prefect() -> None:
    """Start the temporary server that the flow finds, unless it is there.

    Raises:
        RequestError: It did not answer in time.
    """
    from prefect.server.api.server import SubprocessASGIServer

    server = SubprocessASGIServer()
    try:
        server.start()
    except RuntimeError as error:
        server.stop()
        raise RequestError(
            "Le serveur Prefect temporaire n'a pas répondu à temps : la machine est sans doute"
            " très occupée. Relancez : la démonstration reprend où elle en était."
        ) from error


def _rows(services: Services) -> list[dict[str, Any]]:
    rows = []
    for stored in services.store.dossiers.iterate(services.demarche):
        if stored.assessment is not None:
            verdict = ASSESSMENT.validate_json(stored.assessment.detail)
            rows.append(
                {
                    "dossier": stored.number,
                    "statut": verdict.status.value,
                    "completude": verdict.score,
                    "priorite": verdict.priority,
                    "manquants": [item.id for item in verdict.items if item.blocking],
                }
            )
    return rows


def _show(
    passages: Sequence[Mapping[str, Any]],
    happened: two_weeks.Happened | None,
    rows: Sequence[Mapping[str, Any]],
) -> None:
    out = Console()
    if happened is None and not passages[-1]["workbooks"]:
        out.print("Rien à faire : la démarche n'a pas changé depuis le dernier passage.")
    else:
        lines = [f"Passage : {_told(passages[-1])}"]
        if happened is not None:
            lines = [
                f"Premier passage, il y a deux semaines : {_told(passages[0])}",
                *_happened(happened),
                f"Second passage, aujourd'hui : {_told(passages[1])}",
            ]
        for line in lines:
            out.print(line, highlight=False)
        out.print(
            "Le canal « correction », qui écrit aux déclarants, n'est allumé que pour la"
            " démonstration.",
            highlight=False,
        )
    statuses = Counter(row["statut"] for row in rows)
    shares = ", ".join(f"{show(count)} {status}" for status, count in statuses.most_common())
    out.print(f"{agreed(len(rows), 'dossier')} : {shares}.", highlight=False)


def _told(counts: Mapping[str, Any]) -> str:
    return (
        f"{counts['assessed']} dossiers évalués, {counts['annotated']} annotés,"
        f" {counts['messages']} messages aux déclarants, {len(counts['workbooks'])} classeurs."
    )


def _happened(happened: two_weeks.Happened) -> Iterator[str]:
    yield (
        f"  {len(happened.answered)} déclarants répondent à tout, {len(happened.partly)} à une"
        f" partie ; {len(happened.arrived)} dossiers arrivent, dont plusieurs du même usage."
    )
    if happened.taken_over:
        yield f"  Un instructeur prend en charge le dossier {happened.taken_over}."


def _show_places(out: Console, served: Sandbox, *, home: Path) -> None:
    """What to open; also when this run published nothing."""
    folder, centre = latest_export(home), _ACCOUNTS["centre@demo.example"][1]
    line = partial(out.print, markup=False, highlight=False, soft_wrap=True)
    line("\nÀ ouvrir :")
    line(f"  {folder / 'agence.xlsx'}")
    line(
        "    « À traiter » : ce qui attend une personne ; « Changements » : ce que les deux"
        " semaines ont apporté ; « Situations » : la tendance"
    )
    line(f"  {folder / 'reseau.xlsx'}, et un centre : {centre}")
    line(
        f"Portail : UNC_HOME={home} UNC_DEMARCHE={served.demarche} UNC_DS_URL={served.url}"
        f" unc serve"
    )
    line(f"  puis http://127.0.0.1:{PORTAL_PORT} ; comptes {' et '.join(_ACCOUNTS)}")
    line(f"  mot de passe {PASSWORD} ; « Changements » compare avec les classeurs d'avant")
    line("BDPM : un échantillon de vingt spécialités ; les autres codes y sont dits inconnus.")
    line(f"Démarche fictive : unc sandbox, puis {served.base_url} ; les liens s'ouvrent alors.")


def latest_export(home: Path) -> Path:
    """Folder of the current workbooks."""
    return home / "exports" / CURRENT


@contextmanager
def _environment(values: dict[str, str]) -> Iterator[None]:
    """These variables and no other ``UNC_`` one while the block runs: the flow reads them."""
    before = dict(os.environ)
    for name in [name for name in before if name.startswith(PREFIX)]:
        del os.environ[name]
    os.environ.update(values)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def _port(home: Path) -> int:
    """The port of the last demo, so that the links of its workbooks still stand, if it is free."""
    file = home / "port"
    wanted = int(file.read_text()) if file.exists() else PORT
    with socket.socket() as probe:
        if probe.connect_ex(("127.0.0.1", wanted)) == 0:
            wanted = 0
    with socket.socket() as chosen:
        chosen.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        chosen.bind(("127.0.0.1", wanted))
        port = int(chosen.getsockname()[1])
    file.write_text(str(port))
    return port
