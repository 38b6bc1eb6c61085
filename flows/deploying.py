"""What a Prefect server must hold for the bridge: pool, deployments, automations; twice is once."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from prefect.blocks.notifications import CustomWebhookNotificationBlock
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.filters import DeploymentFilter, DeploymentFilterTags
from prefect.events.schemas.automations import AutomationCore
from prefect.exceptions import ObjectNotFound
from ruamel.yaml import YAML

from flows.orphans import TAG
from flows.wanted_deployments import (
    Block,
    automations_left_over,
    automations_wanted,
    deployments_wanted,
    is_left_over,
)

POOL = "unc"
BLOCK = "unc-alertes"
_PLACE = "BLOC_A_REMPLACER"
_SECONDS = 300


class DeployError(Exception):
    """The server does not hold it all. The message is French."""


@dataclass(frozen=True, slots=True)
class PlacedDeployment:
    """What a deployment left on the server.

    Attributes:
        pool: Whether the pool was made now.
        deployments: Names of the deployments that are there now.
        removed: Names of deployments and automations that were for démarches followed otherwise.
        automations: Names of the automations that are there now.
        silent: Names of those that tell somebody, and that nobody gave an address for.
    """

    pool: bool
    deployments: tuple[str, ...]
    removed: tuple[str, ...]
    automations: tuple[str, ...]
    silent: tuple[str, ...]


def deploy(root: Path, *, webhook: str, demarches: Collection[int] = ()) -> PlacedDeployment:
    """Make what is missing on the server that ``PREFECT_API_URL`` names, bring the rest up to date.

    Args:
        root: Folder of ``prefect.yaml``, from which workers run.
        webhook: Address that alerts are posted to; "" without any.
        demarches: Numbers of those of ``UNC_DEMARCHES``, with a set of deployments each; none:
            the one of ``UNC_DEMARCHE``, which its deployments need not name.

    Raises:
        DeployError: Prefect's own command refused.
    """
    file = root / "prefect.yaml"
    deployments = deployments_wanted(file, demarches)
    names = [one["name"] for one in deployments]
    with get_client(sync_client=True) as client:
        made = _is_missing(client)
        if made:
            made = _make_pool(client, root)
        _deploy_all(root, deployments)
        block = _block(webhook) if webhook else ""
        automations = automations_wanted(demarches)
        wanted = [one for one in automations if block or not _tells(one)]
        for one in wanted:
            _place(client, _with_block(one, block))
        shipped = [one["name"] for one in deployments_wanted(file, ())]
        removed = (
            *_remove_deployments(client, wanted=names, shipped=shipped),
            *_remove_automations(client, wanted=automations),
        )
    return PlacedDeployment(
        pool=made,
        deployments=tuple(names),
        removed=removed,
        automations=tuple(one["name"] for one in wanted),
        silent=tuple(one["name"] for one in automations if one not in wanted),
    )


def _deploy_all(root: Path, deployments: list[Block]) -> None:
    """Let Prefect make them, from a file like ``prefect.yaml``."""
    content = YAML(typ="safe").load(root / "prefect.yaml") | {"deployments": deployments}
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "prefect.yaml"
        YAML(typ="safe").dump(content, file)
        _prefect(root, "--no-prompt", "deploy", "--all", "--prefect-file", str(file))


def _remove_deployments(
    client: SyncPrefectClient, *, wanted: Collection[str], shipped: Collection[str]
) -> list[str]:
    chosen = DeploymentFilter(tags=DeploymentFilterTags(all_=[TAG]))
    left = [
        one
        for one in client.read_deployments(deployment_filter=chosen)
        if is_left_over(one.name, one.tags, wanted=wanted, shipped=shipped)
    ]
    for one in left:
        client.delete_deployment(one.id)
    return [one.name for one in left]


def _remove_automations(client: SyncPrefectClient, *, wanted: Collection[Block]) -> list[str]:
    known = [one.name for one in client.read_automations()]
    left = automations_left_over(known, wanted=list(wanted))
    for name in left:
        for one in _named(client, name):
            client.delete_automation(one)
    return left


def _is_missing(client: SyncPrefectClient) -> bool:
    try:
        client.read_work_pool(POOL)
    except ObjectNotFound:
        return True
    return False


def _make_pool(client: SyncPrefectClient, root: Path) -> bool:
    """Make the pool: whether we did, and not a worker that started meanwhile."""
    try:
        _prefect(root, "work-pool", "create", POOL, "--type", "process")
    except DeployError:
        if _is_missing(client):
            raise
        return False
    return True


def _tells(automation: Block) -> bool:
    """Whether it tells somebody: it needs an address."""
    return any(one.get("block_document_id") == _PLACE for one in automation["actions"])


def _with_block(automation: Block, block: str) -> AutomationCore:
    actions = [
        {**one, **({"block_document_id": block} if "block_document_id" in one else {})}
        for one in automation["actions"]
    ]
    return AutomationCore.model_validate({**automation, "actions": actions})


def _block(webhook: str) -> str:
    """Keep where alerts are posted to, and return the id of its block."""
    block = CustomWebhookNotificationBlock(
        name="unc",
        url=webhook,
        method="POST",
        json_data={"titre": "{{subject}}", "texte": "{{body}}"},
        headers=None,
        cookies=None,
    )
    return str(block.save(BLOCK, overwrite=True))


def _place(client: SyncPrefectClient, wanted: AutomationCore) -> None:
    """Make an automation, or bring the one of this name up to date; one of each name stays."""
    found = list(_named(client, wanted.name))
    if not found:
        client.create_automation(wanted)
        return
    client.update_automation(found[0], wanted)
    for twin in found[1:]:
        client.delete_automation(twin)


def _named(client: SyncPrefectClient, name: str) -> Iterator[Any]:
    found = sorted(client.read_automations_by_name(name), key=lambda one: str(one.id))
    return (one.id for one in found)


def _prefect(root: Path, *arguments: str) -> None:
    """Call the command of Prefect, which alone knows how deployments are made of the file.

    Raises:
        DeployError: It refused.
    """
    environment = {**os.environ, "PWD": str(root), "PREFECT_CLI_PROMPT": "false"}
    done = subprocess.run(  # noqa: S603 (our own interpreter, words that are written above)
        [sys.executable, "-m", "prefect", *arguments],
        cwd=root, env=environment, capture_output=True, text=True, check=False, timeout=_SECONDS,
    )  # fmt: skip
    if done.returncode:
        said = (done.stdout + done.stderr).strip().splitlines()
        told = said[-1] if said else f"code {done.returncode}"
        raise DeployError(f"« prefect {' '.join(arguments)} » a échoué : {told}")
