"""Hashes of a dossier's raw JSON: has it changed, and must it be judged again?"""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import orjson

from mappings.dossier import RawDossier

_VOLATILE = frozenset({"url", "updatedAt"})
"""Links expire and are served anew each time; our own writes move dates of annotations."""
_MOVED_BY_US = frozenset({"dateDerniereModification", "dateDerniereModificationAnnotations"})
"""Dates of the dossier that every annotation, message or label moves."""
_NESTED = frozenset({dict, list})
_JUDGED = ("dateDepot", "champs")
"""What a verdict depends on; the revision and the decision come beside. Never annotations, labels,
messages."""
_OPEN = frozenset({"en_construction", "en_instruction"})
"""States that a verdict does not tell apart: our own correction request moves one to the other."""


@dataclass(frozen=True, slots=True)
class Hashes:
    """Hashes of a dossier's content, hexadecimal.

    Attributes:
        content: Of all that it says, apart from links and dates that move by themselves.
        fingerprint: Of what a verdict depends on: champs, decision, revision, date of deposit.
    """

    content: str
    fingerprint: str


def hashes(raw: RawDossier) -> Hashes:
    """Hash a dossier's JSON, walked through once: it is the dearest part of keeping a page."""
    stable = {key: _stable(value) for key, value in raw.items() if key not in _MOVED_BY_US}
    judged = {key: stable[key] for key in _JUDGED}
    decided = "" if raw["state"] in _OPEN else raw["state"]
    revision = raw["demarche"]["revision"]["id"]
    return Hashes(
        content=_digest(stable),
        fingerprint=_digest({**judged, "state": decided, "revision": revision}),
    )


def _digest(value: Mapping[str, Any]) -> str:
    return sha256(orjson.dumps(value, option=orjson.OPT_SORT_KEYS)).hexdigest()


def _stable(value: Any) -> Any:
    kind = type(value)
    if kind is dict:
        return {
            key: _stable(one) if type(one) in _NESTED else one
            for key, one in value.items()
            if key not in _VOLATILE
        }
    if kind is list:
        return [_stable(one) if type(one) in _NESTED else one for one in value]
    return value
