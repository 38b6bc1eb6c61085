"""Hashes of a dossier's raw JSON: has it changed, and must it be judged again?"""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

import orjson

from mappings.dossier import RawDossier

_VOLATILE = frozenset({"url", "updatedAt"})
"""Links expire and are served anew each time; our own writes move dates of annotations."""
_MOVED_BY_US = frozenset({"dateDerniereModification", "dateDerniereModificationAnnotations"})
"""Dates of the dossier that every annotation, message or label moves."""
_JUDGED = ("dateDepot", "champs")
"""What a verdict depends on; the revision and the decision come beside. Never annotations, labels,
messages."""
_OPEN = frozenset({"en_construction", "en_instruction"})
"""States that a verdict does not tell apart: our own correction request moves one to the other."""


def content_hash(raw: RawDossier) -> str:
    """Hash of all that a dossier says, apart from links and dates that move by themselves."""
    return _digest({key: value for key, value in raw.items() if key not in _MOVED_BY_US})


def fingerprint(raw: RawDossier) -> str:
    """Hash of what a verdict depends on: champs, decision, revision and date of deposit."""
    judged = {key: raw[key] for key in _JUDGED}
    decided = "" if raw["state"] in _OPEN else raw["state"]
    return _digest({**judged, "state": decided, "revision": raw["demarche"]["revision"]["id"]})


def _digest(value: Mapping[str, Any]) -> str:
    return sha256(orjson.dumps(_stable(value), option=orjson.OPT_SORT_KEYS)).hexdigest()


def _stable(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _stable(one) for key, one in value.items() if key not in _VOLATILE}
    if isinstance(value, list):
        return [_stable(one) for one in value]
    return value
