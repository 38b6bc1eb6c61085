"""Who receives a medicine beside who is expected: ages, sexes, prescribers of its last year. Pure.

A group that nobody expects is always shown with its boxes. It is told apart when they are more than
the tolerated share (``attendus.yaml``) and chance explain, at a stated rate of false alarms.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from triage.consumption.chance import at_least, q_values
from triage.consumption.codes import AGES, PRESCRIBERS, SEXES
from triage.consumption.expected import Axis, Expectations, Expected, Source
from triage.consumption.open_medic import AGE_SEX, PRESCRIBER
from triage.consumption.regions import CLUSTERED

RATE = 0.05
"""Share of false alarms to expect among the groups that are told (Benjamini and Hochberg 1995)."""
FEWEST = 11
"""Boxes under which a group is shown and never told apart."""
RECEIVER_METHOD = (
    "Hors de l'attendu : part des boîtes qui va à un âge, un sexe ou un prescripteur que ni"
    " l'autorisation ni le signalement n'attend, au-delà de la part tolérée (attendus.yaml) ; test"
    " binomial exact sur des boîtes groupées par personne ; taux de fausses découvertes de 5 % par"
    " médicament (Benjamini et Hochberg, 1995)"
)
_NAMES: Mapping[Axis, Mapping[str, str]] = {
    "age": AGES, "sexe": SEXES, "prescripteur": PRESCRIBERS,
}  # fmt: skip
_UNKNOWN = {"", "9", "99"}


@dataclass(frozen=True, slots=True)
class Receiver:
    """A group that receives a medicine.

    Attributes:
        axis: Age, sex or prescriber.
        code: Its code.
        boxes: Its boxes.
        share: Its share of the boxes of known groups, 0 to 1.
        expected: Whether it is expected; ``None``: nothing says who is.
        tolerated: Share that it may have all the same; ``None`` where it is expected or unknown.
        q_value: Share of false alarms to expect among the groups that exceed it as much or more;
            ``None`` likewise.
        by: What says whether it is expected.
    """

    axis: Axis
    code: str
    boxes: float
    share: float
    expected: bool | None
    tolerated: float | None = None
    q_value: float | None = None
    by: Source = "autorisation"

    @property
    def label(self) -> str:
        """Its name; a code that no list has is kept."""
        return _NAMES[self.axis].get(self.code, f"code {self.code}")

    @property
    def apart(self) -> bool:
        """Whether it receives what it should not, beyond what is tolerated and chance."""
        return self.boxes >= FEWEST and self.q_value is not None and self.q_value <= RATE


def receivers(
    axes: Mapping[str, Mapping[str, float]],
    expected: Iterable[Expected],
    rules: Expectations,
    *,
    clustered: float = CLUSTERED,
) -> tuple[Receiver, ...]:
    """Groups of one year, by axis and code.

    Args:
        axes: Boxes by code of each axis (``20/2`` for age and sex).
        expected: Who is expected.
        rules: What is tolerated.
        clustered: How many times the variance of boxes is that of a count.
    """
    told: list[tuple[Receiver, float]] = []
    known = {one.axis: one for one in expected}
    for axis, boxes in _marginal(axes).items():
        total = sum(max(0.0, count) for count in boxes.values())
        for code, count in sorted(boxes.items()):
            one = _receiver(axis, code, count, total, known.get(axis), rules)
            chance = 1.0
            if one.tolerated is not None:
                chance = at_least(count / clustered, total / clustered, one.tolerated)
            told.append((one, chance))
    judged = [(one, chance) for one, chance in told if one.tolerated is not None]
    rates = dict(zip((_key(one) for one, _ in judged),
                     q_values([chance for _, chance in judged]), strict=True))  # fmt: skip
    return tuple(replace(one, q_value=rates.get(_key(one))) for one, _ in told)


def _key(one: Receiver) -> tuple[str, str]:
    return one.axis, one.code


def _receiver(
    axis: Axis,
    code: str,
    count: float,
    total: float,
    expected: Expected | None,
    rules: Expectations,
) -> Receiver:
    share = max(0.0, count) / total if total > 0 else 0.0
    if expected is None:
        return Receiver(axis, code, count, share, None)
    if code in expected.codes:
        return Receiver(axis, code, count, share, expected=True, by=expected.by)
    tolerated = rules.tolerated(axis, code)
    return Receiver(axis, code, count, share, False, tolerated, by=expected.by)


def _marginal(axes: Mapping[str, Mapping[str, float]]) -> dict[Axis, dict[str, float]]:
    """Boxes by age, by sex, by prescriber; unknown groups are left out."""
    found: dict[Axis, dict[str, float]] = {
        "age": defaultdict(float), "sexe": defaultdict(float), "prescripteur": {},
    }  # fmt: skip
    for cell, count in axes.get(AGE_SEX, {}).items():
        age, _, sex = cell.partition("/")
        for axis, code in (("age", age), ("sexe", sex)):
            if code not in _UNKNOWN:
                found[axis][code] += count  # type: ignore[index]
    for who, count in axes.get(PRESCRIBER, {}).items():
        if who not in _UNKNOWN:
            found["prescripteur"][who] = count
    return found
