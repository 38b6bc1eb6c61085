"""`unc demo`: the whole job once, on a local démarche, through the real flow."""

import os
import socket
from collections.abc import Iterator
from contextlib import chdir, contextmanager
from pathlib import Path
from typing import Any, cast

from rich.console import Console

from cli.demo.sandbox import PORT, Dossiers, sandbox_environment, sandbox_home
from cli.run.summary import list_workbooks
from cli.terminal.output import Common, print_json, say, table
from cli.terminal.parsing import Count
from exports.published.manifest import CURRENT
from sandbox.generator.generate import generate
from sandbox.server import running_sandbox
from settings import PREFIX, load_settings
from steps.judge.judge import ASSESSMENT
from steps.wiring.services import Services, open_services
from store.repository import open_store

_DEFAULT = Common()
_QUIET = {
    "PREFECT_LOGGING_SERVER_LEVEL": "ERROR",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_CLI_PROMPT": "false",
    # A first start migrates Prefect's own database, which a slow disk makes long.
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "90",
    "PREFECT_SERVER_EPHEMERAL_ENABLED": "true",
    "DO_NOT_TRACK": "1",
}
_SHOWN = 60


def demo(*, dossiers: Dossiers = 60, seed: Count = 1, common: Common = _DEFAULT) -> int:
    """Faire tout le travail une fois sur une démarche fictive, puis montrer le résultat.

    Args:
        dossiers: Nombre de dossiers fictifs au premier passage ; le second les retrouve.
        seed: Graine du générateur : la même donne les mêmes dossiers.
    """
    home = sandbox_home()
    home.mkdir(parents=True, exist_ok=True)
    say("Démarche fictive et serveur Prefect temporaire : démarrage…")
    seeds = generate(dossiers, seed=seed)
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
        }
        # Neither the settings of a real démarche nor a `.env` file reach the demo.
        with chdir(home), _environment(environment):
            with open_store(load_settings().database()) as store:
                store.upgrade()  # the demo's own base: nobody is asked
            counts = _run_flow()
            with open_services(load_settings()) as services:
                rows = _rows(services)
    if common.json:
        print_json({**counts, "dossiers": rows})
    else:
        _show(counts, rows, home=home)
    return 0


def _run_flow() -> dict[str, Any]:
    """Run the flow on a temporary Prefect server; imported here, once its settings stand."""
    from prefect.settings import PREFECT_FLOWS_HEARTBEAT_FREQUENCY, temporary_settings

    from flows.passerelle import passerelle

    with temporary_settings({PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}):
        counts = passerelle()
    return cast("dict[str, Any]", counts)


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


def _show(counts: dict[str, Any], rows: list[dict[str, Any]], *, home: Path) -> None:
    out = Console()
    cells = [
        (
            row["dossier"],
            row["statut"],
            f"{row['completude']} %",
            row["priorite"] or "–",
            " ".join(row["manquants"]) or "–",
        )
        for row in rows[:_SHOWN]
    ]
    columns = ["Dossier", "Statut", "Complétude", "Priorité", "Éléments manquants ou invalides"]
    out.print(table(f"{len(rows)} dossiers", columns, cells))
    if len(rows) > _SHOWN:
        out.print(f"… et {len(rows) - _SHOWN} autres, dans les classeurs.")
    if counts["workbooks"]:
        out.print(
            f"{counts['assessed']} évalués, {counts['annotated']} annotés, {counts['messages']}"
            f" messages aux déclarants, en {counts['requests']} requêtes.",
            highlight=False,
        )
        out.print(
            "Aux déclarants : le canal « correction » n'est allumé que pour la démonstration."
        )
    else:
        out.print("Rien à faire : la démarche n'a pas changé depuis le dernier passage.")
    _show_workbooks(out, home)
    out.print("Pour voir les dossiers : unc sandbox, puis les liens des classeurs.")


def _show_workbooks(out: Console, home: Path) -> None:
    """Those of the last export, also when this run published none."""
    folder = home / "exports" / CURRENT
    list_workbooks(out, sorted(folder.glob("*.xlsx")))


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
