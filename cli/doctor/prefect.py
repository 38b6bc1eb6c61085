"""What `unc doctor` looks at on the Prefect server: deployments, what is planned, who runs it.

A server that answers may plan nothing, and runs that are planned wait for ever without a worker:
neither shows anywhere else before someone misses the workbooks.
"""

import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import requests

from cli.doctor.check import Check
from flows.wanted_deployments import (
    Block,
    automations_wanted,
    deployments_wanted,
    is_left_over,
)
from mappings.report.display import show
from settings import ROOT
from steps.wiring.summary import OUTCOMES

POOL = "unc"
"""Work pool of the installation guide."""
_SECONDS = 5.0
_SETTLED = timedelta(minutes=2)
"""Prefect's scheduler turns every minute: a deployment that is older has its runs planned."""
_LATE = timedelta(minutes=10)
_ENDED = ("COMPLETED", "FAILED", "CRASHED")
"""Ends that tell something; a run that another one cancelled by being under way does not."""
_ENDS = {
    "COMPLETED": OUTCOMES["completed"],
    "FAILED": OUTCOMES["failed"],
    "CRASHED": OUTCOMES["interrupted"],
}

_DOWN = (
    "PREFECT_API_URL : le serveur ne répond pas ; démarrez-le (systemctl start unc-prefect) ou"
    " corrigez l'adresse. « unc run » fonctionne sans lui."
)
_NO_ACCESS = (
    "PREFECT_API_URL : le serveur refuse de répondre ({status}) ; donnez PREFECT_API_AUTH_STRING"
    " comme au serveur, ou corrigez l'adresse."
)
_PLANS_NOTHING = (
    "le serveur répond mais n'a planifié aucun passage : son planificateur est en panne. Regardez"
    " « Scheduler » dans son journal (journalctl -u unc-prefect), refaites « make setup » pour"
    " retrouver les versions éprouvées ensemble, puis systemctl restart unc-prefect."
)

_LEFT = (
    "fait pour une démarche qui n'est plus suivie, ou sans en nommer une alors que UNC_DEMARCHES en"
    " suit plusieurs : « unc deploy » l'ôte, et met ceux qui manquent."
)


@dataclass(frozen=True, slots=True)
class Deployed:
    """A deployment as the server knows it.

    Attributes:
        name: Its name in ``prefect.yaml``.
        pool: Work pool whose workers run it.
        paused: Whether it, all of its schedules or its pool are paused.
        planned_since: When its schedules were last given to the server (UTC), if it has any.
        next_run: When its next planned run is expected (UTC); ``None``: none is planned.
        demarche: The démarche that its runs are told; ``None``: that of the settings.
        tags: Its tags.
        last_end: Type and name of the state that its last run ended in, and when (UTC).
    """

    name: str
    pool: str
    paused: bool
    planned_since: datetime | None
    next_run: datetime | None
    last_end: tuple[str, str, datetime] | None
    demarche: int | None = None
    tags: tuple[str, ...] = ()


def checks_prefect(demarches: Collection[int] = (), *, mine: int | None = None) -> Iterator[Check]:
    """The server, each deployment of ``prefect.yaml``, and the workers of its pools.

    Args:
        demarches: Numbers of those of ``UNC_DEMARCHES``, with a set of deployments each; none:
            the one of ``UNC_DEMARCHE``.
        mine: Of several, the one whose set is looked at.
    """
    name, address = "Prefect", os.environ.get("PREFECT_API_URL")
    if not address:
        text = (
            "pas de serveur indiqué (PREFECT_API_URL) : rien n'est planifié par lui ; « unc run »"
            " s'en passe"
        )
        yield Check(name, "info", text)
        return
    server = _Server(address)
    others = set(demarches) - {mine}
    try:
        server.ask("health")
        shipped, every = _wanted(()), _wanted(demarches)
        pools = sorted({*(one["work_pool"]["name"] for one in every), POOL})
        deployed = server.deployments(pools)
        workers = {pool: server.workers(pool) for pool in pools}
        automations = server.automations()
    except requests.HTTPError as error:
        status = f"HTTP {error.response.status_code}"
        yield Check(name, "bloquant", _NO_ACCESS.format(status=status))
        return
    except (requests.RequestException, LookupError, TypeError, ValueError):  # not Prefect either
        yield Check(name, "bloquant", _DOWN)
        return
    yield Check(name, "ok", "le serveur répond")
    known = [one["name"] for one in every]
    names = [one["name"] for one in shipped]
    left = [
        one for one in deployed if is_left_over(one.name, one.tags, wanted=known, shipped=names)
    ]
    yield from deployment_checks(
        [
            one["name"]
            for one in every
            if (one.get("parameters") or {}).get("demarche") not in others
        ],
        [one for one in deployed if one not in left and one.demarche not in others],
        at=datetime.now(UTC),
    )
    yield from (Check(f"Déploiement {one.name}", "à voir", _LEFT) for one in left)
    yield from (_worker_check(pool, online) for pool, online in workers.items())
    yield automations_check([one["name"] for one in automations_wanted(demarches)], automations)


def deployment_checks(
    wanted: Collection[str], deployed: Sequence[Deployed], *, at: datetime
) -> Iterator[Check]:
    """One line for each deployment, of the file or of the server.

    Args:
        wanted: Names of those that there must be.
        deployed: What the server knows.
        at: Now (aware).
    """
    known = {one.name for one in deployed}
    for name in wanted:
        if name not in known:
            text = (
                "inconnu du serveur, donc jamais lancé : « unc deploy » depuis le dossier de la"
                " passerelle."
            )
            yield Check(f"Déploiement {name}", "bloquant", text)
    yield from (_deployment_check(one, at=at) for one in deployed)


def _deployment_check(one: Deployed, *, at: datetime) -> Check:
    name = f"Déploiement {one.name}"
    ended = _ended(one)
    if one.paused:
        text = f"en pause : rien n'est lancé ; reprenez-le dans l'interface de Prefect. {ended}"
        return Check(name, "à voir", text)
    if one.planned_since is None:
        return Check(name, "info", f"sans horaire : lancé à la main. {ended}")
    if one.next_run is None:
        if at - one.planned_since < _SETTLED:
            text = f"déployé à l'instant, pas encore planifié : relancez dans une minute. {ended}"
            return Check(name, "à voir", text)
        return Check(name, "bloquant", _PLANS_NOTHING)
    if at - one.next_run > _LATE:
        text = (
            f"le passage du {show(one.next_run)} attend encore : un worker doit le prendre"
            f" (systemctl start unc-worker@1). {ended}"
        )
        return Check(name, "bloquant", text)
    planned = f"prochain passage le {show(one.next_run)}. {ended}"
    failed = one.last_end is not None and one.last_end[0] != "COMPLETED"
    return Check(name, "à voir" if failed else "ok", planned)


def _ended(one: Deployed) -> str:
    if one.last_end is None:
        return "Aucun passage fini."
    kind, name, when = one.last_end
    how = f"{OUTCOMES['with errors']}," if name == "CompletedWithErrors" else _ENDS[kind]
    seek = "" if kind == "COMPLETED" else " : sa page, dans l'interface de Prefect, dit pourquoi"
    return f"Dernier passage {how} le {show(when)}{seek}."


def _worker_check(pool: str, online: int | None) -> Check:
    name = f"Worker de la file {pool}"
    if online is None:
        text = "la file n'existe pas : « unc deploy » la fait."
        return Check(name, "bloquant", text)
    if not online:
        text = (
            "aucun ne demande du travail : les passages planifiés attendent. Démarrez-en un"
            f" (systemctl start unc-worker@1, ou unc worker --pool {pool})."
        )
        return Check(name, "bloquant", text)
    return Check(name, "ok", f"{online} en marche")


def automations_check(wanted: Sequence[str], known: Mapping[str, bool]) -> Check:
    """One line for the alerts that the server holds.

    Args:
        wanted: Names of those of ``flows/automations.yaml``.
        known: Whether each that the server has is on, by its name.
    """
    name = "Alertes de Prefect"
    absent = [one for one in wanted if one not in known]
    off = [one for one in wanted if one in known and not known[one]]
    told = [f"absentes : {', '.join(absent)}"] if absent else []
    told += [f"éteintes : {', '.join(off)}"] if off else []
    if told:
        text = (
            f"{' ; '.join(told)}. « unc deploy » les met ; celles qui préviennent demandent"
            " UNC_ALERT_WEBHOOK (par courriel : unc-surveillance, docs/exploitation.md § 5)."
        )
        return Check(name, "info", text)
    return Check(name, "ok", f"{len(wanted)} en place")


def _wanted(demarches: Collection[int]) -> list[Block]:
    """What is to be deployed of ``prefect.yaml``.

    Beside the software, else where the command is run: an installed one is apart from it.
    """
    file = ROOT / "prefect.yaml"
    if not file.is_file():
        file = Path("prefect.yaml")
    # Without one, what the server knows is told.
    return deployments_wanted(file, demarches) if file.is_file() else []


class _Server:
    """The REST API of a Prefect server, as far as it is looked at here.

    Prefect's own client costs 2 s to import and insists on a server that is not there.
    """

    def __init__(self, address: str) -> None:
        self._address = address.rstrip("/")
        auth = os.environ.get("PREFECT_API_AUTH_STRING")
        self._auth = cast("tuple[str, str]", tuple(auth.split(":", 1))) if auth else None

    def ask(self, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """GET a path, or POST a filter to it.

        Raises:
            requests.RequestException: No answer, or not a good one.
        """
        answer = requests.request(
            "GET" if body is None else "POST",
            f"{self._address}/{path}",
            json=body,
            auth=self._auth,
            timeout=_SECONDS,
        )
        answer.raise_for_status()
        return answer.json()

    def deployments(self, pools: Sequence[str]) -> list[Deployed]:
        """Every deployment of these pools."""
        chosen = {"work_pools": {"name": {"any_": list(pools)}}, "sort": "NAME_ASC"}
        paused = {pool: self._is_paused(pool) for pool in pools}
        return [
            self._deployed(raw, pool_paused=paused[raw["work_pool_name"]])
            for raw in self.ask("deployments/filter", chosen)
        ]

    def workers(self, pool: str) -> int | None:
        """How many workers ask a pool for work now; ``None``: there is no such pool."""
        try:
            found = self.ask(f"work_pools/{pool}/workers/filter", {})
        except requests.HTTPError as error:
            if error.response.status_code == requests.codes.not_found:
                return None
            raise
        return len([one for one in found if one["status"] == "ONLINE"])

    def automations(self) -> dict[str, bool]:
        """Whether each automation is on, by its name."""
        return {one["name"]: bool(one["enabled"]) for one in self.ask("automations/filter", {})}

    def _is_paused(self, pool: str) -> bool:
        try:
            return bool(self.ask(f"work_pools/{pool}")["is_paused"])
        except requests.HTTPError as error:
            if error.response.status_code == requests.codes.not_found:
                return False
            raise

    def _deployed(self, raw: Mapping[str, Any], *, pool_paused: bool) -> Deployed:
        schedules = raw["schedules"]
        stopped = bool(schedules) and not any(one["active"] for one in schedules)
        next_run = self._run_of(
            raw["id"], states=["SCHEDULED"], sort="EXPECTED_START_TIME_ASC", asked={}
        )
        last = self._run_of(
            raw["id"], states=_ENDED, sort="END_TIME_DESC", asked={"end_time": {"is_null_": False}}
        )
        return Deployed(
            name=raw["name"],
            pool=raw["work_pool_name"],
            demarche=raw["parameters"].get("demarche"),
            tags=tuple(raw["tags"]),
            paused=raw["paused"] or stopped or pool_paused,
            planned_since=max(
                (datetime.fromisoformat(one["updated"]) for one in schedules), default=None
            ),
            next_run=datetime.fromisoformat(next_run["expected_start_time"]) if next_run else None,
            last_end=(
                last["state"]["type"],
                last["state"]["name"],
                datetime.fromisoformat(last["end_time"]),
            )
            if last
            else None,
        )

    def _run_of(
        self, deployment: str, *, states: Sequence[str], sort: str, asked: Mapping[str, Any]
    ) -> dict[str, Any] | None:
        found = self.ask(
            "flow_runs/filter",
            {
                "deployments": {"id": {"any_": [deployment]}},
                "flow_runs": {"state": {"type": {"any_": list(states)}}, **asked},
                "sort": sort,
                "limit": 1,
            },
        )
        return found[0] if found else None
