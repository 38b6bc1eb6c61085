"""What a Prefect server is to hold for the démarches that this installation follows.

Nothing of Prefect here: importing it costs two seconds, and `unc doctor` reads this too.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

from ruamel.yaml import YAML

AUTOMATIONS = Path(__file__).parent / "automations.yaml"
Block: TypeAlias = Mapping[str, Any]
"""A deployment, or an automation, as its YAML file has it."""

_TAG = "demarche-"
"""With a number: marks a deployment that was made for one démarche of several."""


def deployments_wanted(file: Path, demarches: Collection[int]) -> list[Block]:
    """Deployments of a ``prefect.yaml``; of several démarches, each of them once for each.

    A deployment that names its démarche itself is as it stands.

    Args:
        file: The ``prefect.yaml``.
        demarches: Numbers of those of ``UNC_DEMARCHES``; none: the one of ``UNC_DEMARCHE``.
    """
    blocks: list[Block] = YAML(typ="safe").load(file)["deployments"]
    return [one for block in blocks for one in _of_each(block, demarches)]


def _of_each(block: Block, demarches: Collection[int]) -> Iterable[Block]:
    if not demarches or demarche_of(block) is not None:
        return [block]
    given = block.get("parameters") or {}
    return [
        {
            **block,
            "name": f"{block['name']}-{number}",
            "description": f"{block['description']} Démarche {number}.",
            "tags": [*block["tags"], f"{_TAG}{number}"],
            "parameters": {**given, "demarche": number},
        }
        for number in demarches
    ]


def demarche_of(deployment: Block) -> int | None:
    """The démarche that its runs are told; ``None``: that of the settings."""
    found: int | None = (deployment.get("parameters") or {}).get("demarche")
    return found


def automations_wanted(demarches: Collection[int]) -> list[Block]:
    """Automations of ``automations.yaml``; one that waits for a deployment, once for each démarche.

    Else a démarche that is read no more would stay hidden behind another that is.
    """
    blocks: list[Block] = YAML(typ="safe").load(AUTOMATIONS)["automations"]
    wanted: list[Block] = []
    for block in blocks:
        apart = demarches and _is_of_one(block)
        wanted += [_of(block, number) for number in demarches] if apart else [block]
    return wanted


def _is_of_one(block: Block) -> bool:
    related = block["trigger"]["match_related"]
    return bool(related["prefect.resource.role"] == "deployment")


def _of(block: Block, number: int) -> Block:
    trigger = block["trigger"]
    related = trigger["match_related"]
    named = {**related, "prefect.resource.name": f"{related['prefect.resource.name']}-{number}"}
    return {
        **block,
        "name": f"{block['name']}-{number}",
        "trigger": {**trigger, "match_related": named},
        "actions": [
            {**one, "subject": f"{one['subject']} (démarche {number})"} for one in block["actions"]
        ],
    }


def is_left_over(
    name: str, tags: Collection[str], *, wanted: Collection[str], shipped: Collection[str]
) -> bool:
    """Whether `unc deploy` made a deployment that it would not make now.

    Args:
        name: Its name.
        tags: Its tags.
        wanted: Names of those that it would make.
        shipped: Names that ``prefect.yaml`` has.
    """
    made_for = [tag.removeprefix(_TAG) for tag in tags if re.fullmatch(rf"{_TAG}\d+", tag)]
    ours = name in shipped or any(name.endswith(f"-{number}") for number in made_for)
    return ours and name not in wanted


def automations_left_over(known: Iterable[str], *, wanted: Sequence[Block]) -> list[str]:
    """Names of those automations of a server that were made for démarches followed otherwise."""
    names = [one["name"] for one in wanted]
    bases = [re.escape(one["name"]) for one in automations_wanted(()) if _is_of_one(one)]
    ours = re.compile(rf"({'|'.join(bases)})(-\d+)?")
    return [one for one in known if one not in names and ours.fullmatch(one)]
