"""Who receives a medicine: boxes by year and by axis, regions apart, and what was not expected.

Pure. Regions are compared with the share that each has of all medicines of the same year.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

SCOPE = (
    "Champ : médicaments délivrés en ville et remboursés ; l'hôpital, la rétrocession et le non"
    " remboursé n'y sont pas."
)
OUT_OF_SCOPE = (
    "Hors champ : aucune boîte remboursée en ville n'est publiée (usage hospitalier, rétrocession,"
    " non remboursé, accès précoce…) ; ce n'est pas zéro."
)
RATE = 0.05
"""Share of false alarms to expect among the regions that are told (Benjamini and Hochberg 1995)."""
REGION_METHOD = (
    "Région à part : logarithme du rapport entre sa part des boîtes du médicament et sa part des"
    " boîtes de tous les médicaments, comparé à celui des autres régions (résidu de Student) ;"
    " taux de fausses découvertes de 5 % (Benjamini et Hochberg, 1995)"
)
_FEWEST_REGIONS = 5
_NO_REGION = frozenset({"", "0", "9", "99"})

AGES = {"0": "0-19 ans", "20": "20-59 ans", "60": "60 ans et plus", "99": "âge inconnu"}
SEXES = {"1": "hommes", "2": "femmes", "9": "sexe inconnu"}
REGIONS = {
    "5": "Outre-mer", "11": "Île-de-France", "24": "Centre-Val de Loire",
    "27": "Bourgogne-Franche-Comté", "28": "Normandie", "32": "Hauts-de-France",
    "44": "Grand Est", "52": "Pays de la Loire", "53": "Bretagne", "75": "Nouvelle-Aquitaine",
    "76": "Occitanie", "84": "Auvergne-Rhône-Alpes",
    "93": "Provence-Alpes-Côte d'Azur et Corse",
}  # fmt: skip
"""Regions of residence (``BEN_REG``); others are unknown. 93 is both regions together."""
PRESCRIBERS = {
    "1": "médecine générale", "2": "anesthésie-réanimation", "3": "cardiologie", "4": "chirurgie",
    "5": "dermatologie", "6": "radiologie", "7": "gynécologie-obstétrique",
    "8": "gastro-entérologie", "9": "médecine interne", "11": "ORL", "12": "pédiatrie",
    "13": "pneumologie", "14": "rhumatologie", "15": "ophtalmologie", "17": "psychiatrie",
    "18": "stomatologie", "19": "chirurgie dentaire", "31": "médecine physique",
    "32": "neurologie", "35": "néphrologie", "36": "orthodontie", "37": "anatomopathologie",
    "38": "biologie médicale", "42": "endocrinologie",
    "90": "prescripteurs salariés (surtout hôpital public)",
    "98": "autres prescripteurs de ville", "99": "prescripteur inconnu",
}  # fmt: skip
"""Prescribers (``PSP_SPE``); 1 to 42 are independent practice. A code not listed is shown as is."""


class OfYear(Protocol):
    """What a year says of a presentation."""

    @property
    def year(self) -> int: ...  # noqa: D102
    @property
    def cells(self) -> Mapping[str, Mapping[str, Sequence[float]]]: ...  # noqa: D102


def label_of(axis: str, code: str) -> str:
    """A code as people read it; one that no list has is kept."""
    if axis == "age_sexe":
        age, _, sex = code.partition("/")
        return f"{AGES.get(age, f'âge {age}')}, {SEXES.get(sex, f'sexe {sex}')}"
    names = REGIONS if axis == "region" else PRESCRIBERS
    unknown = "région inconnue" if axis == "region" and code in _NO_REGION else f"code {code}"
    return names.get(code, unknown)


def by_axis(found: Iterable[OfYear], axis: str) -> dict[int, dict[str, float]]:
    """Boxes by code of an axis, by year: presentations together."""
    sums: dict[int, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for one in found:
        for code, figures in one.cells.get(axis, {}).items():
            sums[one.year][code] += figures[0]
    return {year: dict(sums[year]) for year in sorted(sums)}


@dataclass(frozen=True, slots=True)
class RegionApart:
    """A region that departs from the others.

    Attributes:
        region: Its code.
        boxes: Boxes there.
        expected: Boxes there if it had its share of all medicines.
        q_value: Share of false alarms to expect among the regions that depart as much or more.
    """

    region: str
    boxes: float
    expected: float
    q_value: float


def regions_apart(
    boxes: Mapping[str, float], everything: Mapping[str, float]
) -> tuple[RegionApart, ...]:
    """Regions apart from the others, at a false-discovery rate of :data:`RATE`.

    Args:
        boxes: Boxes of a medicine by region, of one year.
        everything: Boxes of all medicines by region, of the same year.
    """
    regions = sorted(one for one, all_boxes in everything.items() if all_boxes > 0)
    regions = [one for one in regions if one not in _NO_REGION]
    total = sum(max(0.0, boxes.get(one, 0.0)) for one in regions)
    whole = sum(everything[one] for one in regions)
    if len(regions) < _FEWEST_REGIONS or total <= 0:
        return ()
    expected = {one: total * everything[one] / whole for one in regions}
    logs = [
        math.log((max(0.0, boxes.get(one, 0.0)) + 0.5) / (expected[one] + 0.5)) for one in regions
    ]
    p_values = [_apart(logs, place, by_chance=1 / (expected[one] + 0.5))
                for place, one in enumerate(regions)]  # fmt: skip
    from scipy import stats  # half a second and 75 MB: only where it is used

    q_values = stats.false_discovery_control(p_values)
    return tuple(
        RegionApart(one, boxes.get(one, 0.0), expected[one], float(q_value))
        for one, q_value in sorted(zip(regions, q_values, strict=True), key=lambda both: both[1])
        if q_value <= RATE
    )


def _apart(logs: Sequence[float], place: int, *, by_chance: float) -> float:
    """Probability that a region departs so much from the others.

    The spread is that of the others, never less than that of a count (Poisson).
    """
    from scipy import stats  # half a second and 75 MB: only where it is used

    others = [one for at, one in enumerate(logs) if at != place]
    middle = sum(others) / len(others)
    spread = sum((one - middle) ** 2 for one in others) / (len(others) - 1)
    variance = max(spread * (1 + 1 / len(others)), by_chance)
    distance = abs(logs[place] - middle) / math.sqrt(variance)
    return float(2 * stats.t.sf(distance, len(others) - 1))
