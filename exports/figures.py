"""The figures of `Synthèse`, from the dossiers that its reader may read. Pure."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from statistics import median

from exports.cells import Content, paris
from exports.columns import Figures, Format
from exports.reading import Reading
from mappings.report import Answer
from triage.assessment import Status

PRIORITIES = ("P1", "P2", "P3", "P4")
STATUSES = (
    Status.COMPLET,
    Status.A_COMPLETER,
    Status.A_PRECISER,
    Status.HORS_CHAMP,
    Status.CLOS,
    Status.A_TRIER,
)
MOST_MONTHS = 36


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure with its name."""

    name: str
    value: Content
    format: Format = "entier"


@dataclass(frozen=True, slots=True)
class Block:
    """A small table of counts, drawn as a chart.

    Attributes:
        title: What is counted.
        headers: First the name of the lines, then of each series.
        lines: Name and counts of each line.
        stacked: Whether the series add up.
        bars: ``col`` for upright bars, ``bar`` for lying ones.
    """

    title: str
    headers: tuple[str, ...]
    lines: tuple[tuple[str | int, ...], ...]
    bars: str = "bar"


@dataclass(frozen=True, slots=True)
class Synthesis:
    """All the figures of a workbook."""

    figures: tuple[Figure, ...]
    blocks: tuple[Block, ...]


def synthesise(readings: Sequence[Reading], *, origins: Figures, below: int) -> Synthesis:
    """Work out the figures."""
    statuses = Counter(one.entry.assessment.status for one in readings)
    scores = [one.entry.assessment.score for one in readings]
    first = Counter(one.entry.assessment.priority or "" for one in readings)
    days = sorted(_day(one.entry.report.deposited_at) for one in readings)
    figures = (
        Figure("Premier dépôt", days[0] if days else None, "date"),
        Figure("Dernier dépôt", days[-1] if days else None, "date"),
        Figure("Dossiers", len(readings)),
        Figure("Dossiers complets", statuses[Status.COMPLET]),
        Figure("Dossiers à compléter ou à préciser", _open(statuses)),
        Figure("Dossiers de priorité P1", first["P1"]),
        Figure("Complétude médiane", _rounded(scores), "pourcent"),
        Figure("Délai médian entre connaissance et dépôt (jours)", _delay(readings, origins)),
        Figure("Part des dossiers avec une mesure", _share(readings, origins), "pourcent"),
        _cases(readings, origins, below=below),
    )
    return Synthesis(
        figures=figures,
        blocks=(
            _by_month(days),
            _by_nature(readings, origins),
            _by_status(readings),
        ),
    )


def _open(statuses: Counter[Status]) -> int:
    return statuses[Status.A_COMPLETER] + statuses[Status.A_PRECISER]


def _by_month(days: Sequence[date]) -> Block:
    counts = Counter((day.year, day.month) for day in days)
    months = list(_months(days[0], days[-1]))[-MOST_MONTHS:] if days else []
    lines = tuple((f"{month:02}/{year}", counts[year, month]) for year, month in months)
    return Block("Dépôts par mois", ("Mois", "Dossiers"), lines, bars="col")


def _months(first: date, last: date) -> Iterable[tuple[int, int]]:
    year, month = first.year, first.month
    while (year, month) <= (last.year, last.month):
        yield year, month
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)  # noqa: PLR2004


def _by_nature(readings: Sequence[Reading], origins: Figures) -> Block:
    counts: Counter[str] = Counter()
    for reading in readings:
        shown = reading.answer(origins.nature)
        value = shown.value if isinstance(shown, Answer) else None
        counts.update({str(option) for option in value} if isinstance(value, tuple) else ())
    ordered = sorted(counts.items(), key=lambda one: (-one[1], one[0]))
    return Block("Nature de la non-conformité", ("Nature", "Dossiers"), tuple(ordered))


def _by_status(readings: Sequence[Reading]) -> Block:
    pairs = Counter(
        (one.entry.assessment.status, one.entry.assessment.priority) for one in readings
    )
    lines = tuple(
        (
            status.value,
            *(pairs[status, priority] for priority in PRIORITIES),
            pairs[status, None],
        )
        for status in STATUSES
        if any(found is status for found, _ in pairs)
    )
    return Block("Statut et priorité", ("Statut", *PRIORITIES, "Sans priorité"), lines)


def _delay(readings: Sequence[Reading], origins: Figures) -> Content:
    delays = []
    for reading in readings:
        shown = reading.answer(origins.awareness)
        known = shown.value if isinstance(shown, Answer) else None
        if isinstance(known, date) and not isinstance(known, datetime):
            delay = (_day(reading.entry.report.deposited_at) - known).days
            if delay >= 0:
                delays.append(delay)
    return _rounded(delays)


def _share(readings: Sequence[Reading], origins: Figures) -> Content:
    if not readings:
        return None
    measured = sum(1 for reading in readings if reading.rows(origins.measures))
    return (200 * measured + len(readings)) // (2 * len(readings))


def _cases(readings: Sequence[Reading], origins: Figures, *, below: int) -> Figure:
    """Sum of cases. Outside the agency only counts that are shown are added, and it says so."""
    counts = [count for one in readings if (count := one.count(origins.cases)) is not None]
    hidden = sum(1 for one in readings if not isinstance(one.answer(origins.cases), Answer))
    total = sum(count for count in counts if count > 0)
    name = "Cas d'effets indésirables rapportés"
    if hidden:
        name += f", hors dossiers à moins de {below} cas"
    return Figure(name, total)


def _rounded(values: Sequence[int]) -> Content:
    return int(median(values) + 0.5) if values else None


def _day(moment: datetime) -> date:
    return paris(moment).date()
