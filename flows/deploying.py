"""What a Prefect server must hold for the bridge: pool, deployments, automations; twice is once."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from prefect.blocks.notifications import CustomWebhookNotificationBlock
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.events.schemas.automations import AutomationCore
from prefect.exceptions import ObjectNotFound
from ruamel.yaml import YAML

AUTOMATIONS = Path(__file__).parent / "automations.yaml"
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
        automations: Names of the automations that are there now.
        silent: Names of those that tell somebody, and that nobody gave an address for.
    """

    pool: bool
    automations: tuple[str, ...]
    silent: tuple[str, ...]


def deploy(root: Path, *, webhook: str) -> PlacedDeployment:
    """Make what is missing on the server that ``PREFECT_API_URL`` names, bring the rest up to date.

    Args:
        root: Folder of ``prefect.yaml``, from which workers run.
        webhook: Address that alerts are posted to; "" without any.

    Raises:
        DeployError: Prefect's own command refused.
    """
    with get_client(sync_client=True) as client:
        made = _is_missing(client)
        if made:
            _prefect(root, "work-pool", "create", POOL, "--type", "process")
        _prefect(root, "--no-prompt", "deploy", "--all")
        block = _block(webhook) if webhook else ""
        automations = automations_wanted()
        wanted = [one for one in automations if block or not _tells(one)]
        for one in wanted:
            _place(client, _with_block(one, block))
    return PlacedDeployment(
        pool=made,
        automations=tuple(one["name"] for one in wanted),
        silent=tuple(one["name"] for one in automations if one not in wanted),
    )


def automations_wanted() -> Sequence[Mapping[str, Any]]:
    """The automations, as ``automations.yaml`` has them."""
    found: Sequence[Mapping[str, Any]] = YAML(typ="safe").load(AUTOMATIONS)["automations"]
    return found


def _is_missing(client: SyncPrefectClient) -> bool:
    try:
        client.read_work_pool(POOL)
    except ObjectNotFound:
        return True
    return False


def _tells(automation: Mapping[str, Any]) -> bool:
    """Whether it tells somebody: it needs an address."""
    return any(one.get("block_document_id") == _PLACE for one in automation["actions"])


def _with_block(automation: Mapping[str, Any], block: str) -> AutomationCore:
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
