"""Hashes of a dossier's raw JSON: has it changed, and must it be judged again?"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

import orjson

from french.time import PARIS
from mappings.dossier.days_of_answers import DaysOfAnswers
from mappings.dossier.model import RawDossier

_VOLATILE = re.compile(rb'"(?:url|updatedAt)":(?:null|"[^"\\]*(?:\\.[^"\\]*)*"),?')
"""Links expire and are served anew each time; our own writes move dates of annotations. Text that a
person typed never looks so: its quotes are escaped."""
_MOVED_BY_US = frozenset({"dateDerniereModification", "dateDerniereModificationAnnotations"})
"""Dates of the dossier that every annotation, message or label moves."""
_SUBMITTED = "dateDerniereModificationChamps"
_NOT_IN_REST = _MOVED_BY_US | {"champs"}
_OPEN = frozenset({"en_construction", "en_instruction"})
"""States that a verdict does not tell apart: our own correction request moves one to the other."""


@dataclass(frozen=True, slots=True)
class Hashes:
    """Hashes of a dossier's content, hexadecimal.

    Attributes:
        content: Of all that it says, apart from links and dates that move by themselves.
        fingerprint: Of what a verdict depends on: champs, decision, revision, date of deposit, day
            of the last submission (a date that was to come yesterday is not today), and what else
            of the dossier the mapping reads; and, of what was answered under other revisions than
            that of the deposit, under which.
    """

    content: str
    fingerprint: str


def hashes(
    raw: RawDossier, *, facts: Sequence[str] = (), days: DaysOfAnswers | None = None
) -> Hashes:
    """Hash a dossier's JSON: its champs are written once for both, and no object is walked here.

    Args:
        raw: The JSON.
        facts: Places of it, beside the champs, that the mapping reads too (``demandeur.siret``).
        days: Tells under which revisions its answers were given; none where there is but one.
    """
    champs = _stable(raw["champs"])
    rest = {key: raw[key] for key in raw if key not in _NOT_IN_REST}
    decided = "" if raw["state"] in _OPEN else raw["state"]
    revision = raw["demarche"]["revision"]["id"]
    known = {
        "dateDepot": raw["dateDepot"],
        "state": decided,
        "revision": revision,
        "submitted": _day(raw.get(_SUBMITTED)),
    }
    if facts:
        known["facts"] = [_fact(raw, place) for place in facts]
    given, noted = days.of(raw) if days else ({}, {})
    if given:
        known["given"] = given
    beside = [_stable([given, noted])] if given or noted else []
    return Hashes(
        content=_digest(_stable(rest), champs, *beside), fingerprint=_digest(_stable(known), champs)
    )


def _fact(raw: RawDossier, place: str) -> Any:
    found: Any = raw
    for step in place.removeprefix("dossier.").split("."):
        found = found.get(step) if isinstance(found, dict) else None
    return found


def _day(moment: Any) -> str:
    """Day of a moment in Paris; of what is no moment, its text."""
    try:
        return datetime.fromisoformat(moment).astimezone(PARIS).date().isoformat()
    except (OverflowError, TypeError, ValueError):
        return str(moment)


def _stable(value: Any) -> bytes:
    """JSON of a value, keys in order, without what moves by itself: a third of a walk's time."""
    return _VOLATILE.sub(b"", orjson.dumps(value, option=orjson.OPT_SORT_KEYS))


def _digest(*parts: bytes) -> str:
    return sha256(b"\n".join(parts)).hexdigest()
