"""Small tables of counts in `Synthèse`, each drawn as a chart. Pure."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from exports.readers.reading import Reading
from exports.sheets.columns import Figures
from french.time import months
from mappings.report.model import Answer
from triage.situations.followup import YearShare
from triage.verdict.model import Status

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
_BLUE = "000091"
_PRIORITY_COLOURS = ("C9191E", "E4794A", "F2C94C", "8585F6", "C8C8C8")


@dataclass(frozen=True, slots=True)
class Block:
    """A small table of counts, drawn as a chart.

    Attributes:
        title: What is counted.
        headers: First the name of the lines, then of each series.
        lines: Name and counts of each line.
        bars: ``col`` for upright bars, ``bar`` for lying ones.
        colours: Of the series, in order.
    """

    title: str
    headers: tuple[str, ...]
    lines: tuple[tuple[str | int, ...], ...]
    bars: str = "bar"
    colours: tuple[str, ...] = (_BLUE,)


def by_month(days: Sequence[date]) -> Block:
    """Count deposits, given in order, by month."""
    counts = Counter((day.year, day.month) for day in days)
    shown = list(months(days[0], days[-1]))[-MOST_MONTHS:] if days else []
    lines = tuple((f"{one:%m/%Y}", counts[one.year, one.month]) for one in shown)
    return Block("Dépôts par mois", ("Mois", "Dossiers"), lines, bars="col")


def by_nature(readings: Sequence[Reading], origins: Figures) -> Block:
    """Count dossiers by nature of the non-conformity; one may have several."""
    counts: Counter[str] = Counter()
    for reading in readings:
        counts.update(natures(reading, origins))
    ordered = sorted(counts.items(), key=lambda one: (-one[1], one[0]))
    return Block("Nature de la non-conformité", ("Nature", "Dossiers"), tuple(ordered))


def natures(reading: Reading, origins: Figures) -> tuple[str, ...]:
    """Natures of the non-conformity of a dossier, each once."""

    def found(one: Reading) -> tuple[str, ...]:
        shown = one.answer(origins.nature)
        value = shown.value if isinstance(shown, Answer) else None
        return tuple(dict.fromkeys(map(str, value))) if isinstance(value, tuple) else ()

    return reading.once("natures", found)


def by_status(readings: Sequence[Reading]) -> Block:
    """Count dossiers by triage status, and by priority within it."""
    decisions = [one.decision for one in readings]
    pairs = Counter(
        (one.shown, one.priority if one.priority in PRIORITIES else None) for one in decisions
    )
    found = {one.shown for one in decisions}
    known = [status.value for status in STATUSES]
    order = [*known, *sorted(found.difference(known))]  # a person may write any word
    lines: tuple[tuple[str | int, ...], ...] = tuple(
        (status, *(pairs[status, one] for one in (*PRIORITIES, None)))
        for status in order
        if status in found
    )
    headers = ("Statut", *PRIORITIES, "Sans priorité")
    return Block("Statut et priorité", headers, lines, colours=_PRIORITY_COLOURS)


def by_year(years: Sequence[YearShare]) -> Block:
    """Situations by year of their first report: with a measure within that year, or without."""
    lines = tuple(
        (str(one.year), one.with_measure, one.situations - one.with_measure) for one in years
    )
    headers = ("Année du premier signalement", "Avec mesure", "Sans")
    title = "Situations suivies d'une mesure dans l'année"
    return Block(title, headers, lines, colours=(_BLUE, "CBCBFA"))
