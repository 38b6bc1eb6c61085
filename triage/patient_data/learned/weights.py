"""What was learned, read from the file that CRFsuite writes: how much each trait tells of a word.

Its layout, all little-endian: ``crf1d_model.c`` and ``cqdb.c`` of CRFsuite 0.12.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from struct import iter_unpack, unpack_from
from typing import NamedTuple

OTHER, FIRST, NEXT = "O", "B", "I"
"""Of nobody; the first word of what designates a person; the others."""
LABELS = (OTHER, FIRST, NEXT)

Weight = tuple[float, float]
"""What speaks for FIRST, and for NEXT, more than for OTHER."""

_OFFSETS_AT, _FEATURES_AT = 28, 12
_OF_A_TRAIT = 0
"""Kind of a feature that a trait gives a label; the other kind is of two labels in a row."""


class Weights(NamedTuple):
    """What was learned.

    Attributes:
        traits: What each trait speaks for.
        steps: What speaks for a label (column) behind another (row), in the order of ``LABELS``.
    """

    traits: Mapping[str, Weight]
    steps: Sequence[Sequence[float]]

    def told(self, traits: Sequence[str]) -> Weight:
        """What several traits speak for together."""
        known = [self.traits[one] for one in traits if one in self.traits]
        return sum(first for first, _ in known), sum(following for _, following in known)


def read_weights(model: Path) -> Weights:
    """What a file says, whatever the order of its labels."""
    told = model.read_bytes()
    features, labels, names = unpack_from("<3I", told, _OFFSETS_AT)
    order = [LABELS.index(one) for one in _strings(told, labels)]
    known = _strings(told, names)
    traits = [[0.0] * len(LABELS) for _ in known]
    steps = [[0.0] * len(LABELS) for _ in LABELS]
    size, _ = unpack_from("<2I", told, features + 4)
    for kind, source, label, weight in iter_unpack(
        "<IIId", told[features + _FEATURES_AT : features + size]
    ):
        row = traits[source] if kind == _OF_A_TRAIT else steps[order[source]]
        row[order[label]] = weight
    return Weights(
        {
            name: (first - other, following - other)
            for name, (other, first, following) in zip(known, traits, strict=True)
        },
        steps,
    )


def _strings(told: bytes, at: int) -> Sequence[str]:
    """The strings of a constant database, by their number."""
    count, numbers = unpack_from("<2I", told, at + 16)
    found = []
    for place in unpack_from(f"<{count}I", told, at + numbers):
        _, size = unpack_from("<2I", told, at + place)
        found.append(told[at + place + 8 : at + place + 8 + size - 1].decode())
    return found
