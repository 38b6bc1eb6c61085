"""What a YAML file unfolds to: a few lines of aliases that repeat each other can fill a machine."""

import re

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

LARGEST_FILE = 1_000_000
"""Bytes of a data file: those of the project have at most 20,000, and a minute reads this much."""
LARGEST_CONTENT = 100_000
"""Values of a file once each alias is replaced by what it stands for."""
_SCALAR = 200
"""Characters of a text that weigh as much as one more value."""
_ALIASED = re.compile(r"&[^\s,\[\]{}].*\*[^\s,\[\]{}]", re.DOTALL)


def too_large(text: str) -> tuple[int, str] | None:
    """Line (from 1) where a file gets too large, and the sentence; ``None``: it does not.

    Nothing is unfolded: a block weighs what was counted between its two ends. A text that is not
    YAML is left to what reads it.
    """
    if len(text) > LARGEST_FILE:
        told = f"le fichier est trop gros ({len(text) // 1000} ko) ; au plus {LARGEST_FILE // 1000}"
        return 1, f"{told} ko"
    if not _ALIASED.search(text):
        return None
    total, weights, opened = 0, dict[str, int](), list[tuple[str | None, int]]()
    try:
        for event in YAML(typ="rt").parse(text):
            match event:
                case AliasEvent():
                    total += weights.get(event.anchor, 1)
                case ScalarEvent():
                    weights[event.anchor or ""] = weight = 1 + len(event.value) // _SCALAR
                    total += weight
                case SequenceStartEvent() | MappingStartEvent():
                    opened.append((event.anchor, total))
                case SequenceEndEvent() | MappingEndEvent():
                    anchor, before = opened.pop()
                    total += 1
                    weights[anchor or ""] = total - before
            if total > LARGEST_CONTENT:
                said = "les alias (« * ») répètent trop de lignes ; les écrire en toutes lettres"
                return event.start_mark.line + 1, said
    except (YAMLError, ValueError, RecursionError):
        return None
    return None
