"""What BDPM says of medicines that may weigh in a priority or a rank, and what shows it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from mappings.medicines.bdpm_files import SHORTAGES
from mappings.medicines.match import MedicineMatch
from mappings.medicines.reference import Medicine

WeighingFact: TypeAlias = Literal["rupture", "mitm", "triangle_noir"]
NOT_LOADED = "inconnu : BDPM non chargée"
_FEW = 3


@dataclass(frozen=True, slots=True)
class PriorityFact:
    """Whether a fact holds of one medicine at least, and what shows it.

    Attributes:
        holds: ``None`` when it is not known.
        text: What shows it, in French; why it is not known.
    """

    holds: bool | None
    text: str


def weighed(fact: WeighingFact, medicines: Sequence[Medicine], *, unfound: int = 0) -> PriorityFact:
    """A fact of the medicines of a report or a situation.

    Args:
        fact: Which.
        medicines: Those that a code found.
        unfound: How many others are declared: of those nothing is known.
    """
    asked = dict.fromkeys(medicines)
    told = [(one, *_FACTS[fact](one)) for one in asked]
    showing = [f"{one.name} ({text})" if text else one.name for one, holds, text in told if holds]
    if showing:
        more = f", et {len(showing) - _FEW} de plus" if len(showing) > _FEW else ""
        return PriorityFact(True, f"{' ; '.join(showing[:_FEW])}{more}")
    if unfound or not told:
        return PriorityFact(None, "inconnu : une spécialité n'est pas retrouvée par un code")
    if any(holds is None for _, holds, _ in told):
        return PriorityFact(None, "inconnu : un fichier de la BDPM manque ou a été lu en partie")
    return PriorityFact(False, "non")


def found_by_code(matches: Sequence[MedicineMatch | None]) -> tuple[tuple[Medicine, ...], int]:
    """Medicines that a code found without a doubt, and how many were not: a name proves nothing."""
    sure = tuple(one.medicine for one in matches if one and one.medicine and one.sure)
    return sure, len(matches) - len(sure)


def _shortage(one: Medicine) -> tuple[bool | None, str]:
    lines = tuple(dict.fromkeys(_told_shortages(one)))
    if not lines and SHORTAGES.name in one.unread:
        return None, ""
    return bool(lines), " ; ".join(lines)


def _told_shortages(one: Medicine) -> Iterator[str]:
    for line in one.shortages:
        since = f" depuis le {line.since:%d/%m/%Y}" if line.since else ""
        yield f"{line.status.lower()}{since}"


_FACTS: Mapping[WeighingFact, Callable[[Medicine], tuple[bool | None, str]]] = {
    "rupture": _shortage,
    "mitm": lambda one: (one.major, ""),
    "triangle_noir": lambda one: (one.reinforced, ""),
}
