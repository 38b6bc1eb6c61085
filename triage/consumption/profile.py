"""What public data say of a medicine, a class or the substances of a situation. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from mappings.report.display import show
from triage.consumption.codes import merged
from triage.consumption.expected import Expected
from triage.consumption.receivers import Receiver
from triage.consumption.regions import CLUSTERED, RegionApart, clustering
from triage.consumption.signals import ConsumptionSignal

SCOPE = (
    "Champ : médicaments délivrés en ville et remboursés ; l'hôpital, la rétrocession et le non"
    " remboursé n'y sont pas."
)
OUT_OF_SCOPE = (
    "Hors champ : aucune boîte remboursée en ville n'est publiée (usage hospitalier, rétrocession,"
    " non remboursé, accès précoce…) ; ce n'est pas zéro."
)
HOSPITAL_ONLY = (
    "Hors champ : réservé à l'hôpital selon la BDPM (usage hospitalier ou rétrocession) ; ce n'est"
    " pas zéro."
)
NOT_ADDED = (
    "Les boîtes de plusieurs présentations sont additionnées sans être comparables en doses ; les"
    " personnes ne sont jamais additionnées."
)
_CIP13 = 13
FEWEST_PERSONS = 11
"""Persons under which a count is not shown: a prudence of this service."""


class OfYear(Protocol):
    """What a year says of a presentation."""

    @property
    def year(self) -> int: ...  # noqa: D102
    @property
    def cells(self) -> Mapping[str, Mapping[str, Sequence[float]]]: ...  # noqa: D102


def by_axis(found: Iterable[OfYear], axis: str) -> dict[int, dict[str, float]]:
    """Boxes by code of an axis, by year: presentations together."""
    sums: dict[int, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for one in found:
        for code, figures in one.cells.get(axis, {}).items():
            sums[one.year][merged(axis, code)] += figures[0]
    return {year: dict(sums[year]) for year in sorted(sums)}


@dataclass(frozen=True, slots=True)
class Profile:
    """What is known of a medicine, of a class, or of substances together.

    Attributes:
        code: CIP13, ATC code of level 5, or names of substances.
        classes: Its ATC codes.
        labels: Names of its presentations, by CIP13.
        years: Years of the base, whether it has boxes in them or not.
        boxes: Boxes by year.
        axes: Boxes by code of each axis, by year.
        persons: Persons by cell, by year and grouping, of one code alone; never to be summed.
        months: Boxes by month.
        apart: Regions apart from the others in its last year.
        sources: Editions of these figures, as they are cited, by family.
        expected: Who is expected to receive it, where reports tell.
        receivers: Who received it in its last year, beside who is expected.
        growth: Its last year beside what its past foretells, by substance.
        hospital: Whether BDPM has it for hospitals only.
        elsewhere: Years in which other files (persons, months) have some of it.
        regions_judged: How many regions could be judged.
    """

    code: str
    classes: tuple[str, ...]
    labels: Mapping[str, str]
    years: tuple[int, ...]
    boxes: Mapping[int, float]
    axes: Mapping[str, Mapping[int, Mapping[str, float]]]
    persons: Mapping[tuple[int, str], Mapping[str, int]]
    months: Mapping[str, float]
    apart: tuple[RegionApart, ...]
    sources: Mapping[str, tuple[str, ...]]
    expected: tuple[Expected, ...] = ()
    receivers: tuple[Receiver, ...] = ()
    growth: tuple[ConsumptionSignal, ...] = ()
    hospital: bool = False
    elsewhere: frozenset[int] = frozenset()
    regions_judged: int = 0

    @property
    def out_of_scope(self) -> bool:
        """Whether nothing is published of it: it is no zero."""
        return not self.boxes and not self.persons and not self.months and not self.elsewhere

    def out_in(self, year: int) -> bool:
        """Whether an edition of a year is loaded, and no file of that year has any of it."""
        return year in self.years and year not in self.boxes and year not in self.elsewhere

    @property
    def is_presentation(self) -> bool:
        """Whether it is of one presentation (CIP13)."""
        return len(self.code) == _CIP13 and self.code.isdigit()

    @property
    def why_out(self) -> str:
        """Why nothing is published of it, in French."""
        return HOSPITAL_ONLY if self.hospital else OUT_OF_SCOPE

    @property
    def last(self) -> int | None:
        """Its last year with boxes."""
        return max(self.boxes, default=None)

    @property
    def clustered(self) -> float:
        """How boxes of the last year are grouped by person."""
        if self.last is None:
            return CLUSTERED
        return clustering(self.boxes[self.last], self.national(self.last))

    @property
    def unexpected(self) -> tuple[Receiver, ...]:
        """Groups with boxes that nobody expects."""
        return tuple(one for one in self.receivers if one.expected is False and one.boxes > 0)

    @property
    def cited(self) -> str:
        """Editions of its figures."""
        return " ; ".join(one for each in self.sources.values() for one in each)

    def national(self, year: int) -> int | None:
        """Persons of a year; ``None``: unknown."""
        return self.persons.get((year, ""), {}).get("")

    def persons_in(self, axis: str, year: int) -> Mapping[str, int]:
        """Persons by code of an axis, of a year; empty where no file has this very grouping."""
        found: dict[str, int | None] = {}
        for code, count in self.persons.get((year, _GROUPINGS.get(axis, axis)), {}).items():
            shown = merged(axis, code)
            found[shown] = None if shown in found else count  # persons are never added up
        return {code: count for code, count in found.items() if count is not None}


_GROUPINGS = {"age_sexe": "age/sexe"}


def shown_persons(count: int | None) -> str:
    """A number of persons as it may be shown."""
    if count is None:
        return "inconnu"
    return show(count) if count >= FEWEST_PERSONS else f"< {FEWEST_PERSONS}"
