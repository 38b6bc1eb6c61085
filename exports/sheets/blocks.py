"""Small tables of counts in `Synthèse`, each drawn as a chart. Pure."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from exports.readers.dossiers import Dossiers
from exports.readers.facts import DossierFact
from exports.readers.reading import Reading
from exports.sheets.columns import Figures
from french.text import typographic
from french.time import months
from mappings.report.model import Answer
from triage.registre.years.indicator import YearFigure
from triage.verdict.model import Status

NATURES: DossierFact[tuple[str, ...]] = DossierFact("natures", tuple[str, ...])
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
MOST_TOLD = 24
"""Lines of a chart that are told in words."""
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
        meaning: What is counted and how, for `Dictionnaire`.
        note: What stands under the lines: where they are from.
        agency_alone: Whether it stays at the agency.
    """

    title: str
    headers: tuple[str, ...]
    lines: tuple[tuple[str | int, ...], ...]
    bars: str = "bar"
    colours: tuple[str, ...] = (_BLUE,)
    meaning: str = ""
    note: str = ""
    agency_alone: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the lines."""
        return tuple(str(line[0]) for line in self.lines)

    @property
    def printed(self) -> "Block":
        """The same with its words printed as French is."""
        return replace(
            self,
            title=typographic(self.title),
            note=typographic(self.note),
            headers=tuple(map(typographic, self.headers)),
            lines=tuple((typographic(str(name)), *counts) for name, *counts in self.lines),
        )

    @property
    def told(self) -> str:
        """The chart in a sentence, for those who cannot see it."""
        series = self.headers[1:]
        lines = (
            f"{line[0]} : {' + '.join(_told(line[1:], series))}" for line in self.lines[:MOST_TOLD]
        )
        more = " ; …" if len(self.lines) > MOST_TOLD else ""
        note = f". {self.note}" if self.note else ""
        return typographic(f"{self.title}. {' ; '.join(lines)}{more}{note}")


def _told(values: Sequence[str | int], series: Sequence[str]) -> list[str]:
    named = [
        f"{value} {name}" if len(series) > 1 else str(value)
        for value, name in zip(values, series, strict=True)
        if value
    ]
    return named or ["0"]


def by_month(days: Sequence[date]) -> Block:
    """Count deposits, given in order, by month."""
    counts = Counter((day.year, day.month) for day in days)
    shown = list(months(days[0], days[-1]))[-MOST_MONTHS:] if days else []
    lines = tuple((f"{one:%m/%Y}", counts[one.year, one.month]) for one in shown)
    meaning = f"Dossiers de ce classeur par mois de dépôt, les {MOST_MONTHS} derniers mois au plus."
    return Block("Dépôts par mois", ("Mois", "Dossiers"), lines, bars="col", meaning=meaning)


def by_nature(readings: Dossiers, origins: Figures) -> Block:
    """Count dossiers by nature of the non-conformity; one may have several."""
    told = readings.each("natures", lambda one: natures(one, origins))
    counts = Counter(name for names in told for name in names)
    ordered = sorted(counts.items(), key=lambda one: (-one[1], one[0]))
    meaning = (
        "Dossiers de ce classeur par nature cochée ; un dossier qui en coche deux compte deux fois."
    )
    headers = ("Nature", "Dossiers")
    return Block("Nature de la non-conformité", headers, tuple(ordered), meaning=meaning)


def natures(reading: Reading, origins: Figures) -> tuple[str, ...]:
    """Natures of the non-conformity of a dossier, each once."""

    def found(one: Reading) -> tuple[str, ...]:
        shown = one.answer(origins.nature)
        value = shown.value if isinstance(shown, Answer) else None
        return tuple(dict.fromkeys(map(str, value))) if isinstance(value, tuple) else ()

    return reading.told(NATURES, found)


def by_status(readings: Dossiers) -> Block:
    """Count dossiers by triage status, and by priority within it."""
    pairs = Counter(readings.each("status and priority", _status_and_priority))
    found = {shown for shown, _ in pairs}
    known = [status.value for status in STATUSES]
    order = [*known, *sorted(found.difference(known))]  # a person may write any word
    lines: tuple[tuple[str | int, ...], ...] = tuple(
        (status, *(pairs[status, one] for one in (*PRIORITIES, None)))
        for status in order
        if status in found
    )
    headers = ("Statut", *PRIORITIES, "Sans priorité")
    meaning = (
        "Dossiers de ce classeur par statut et par priorité : ceux qu'une personne a écrits, sinon"
        " ceux que la passerelle propose."
    )
    return Block("Statut et priorité", headers, lines, colours=_PRIORITY_COLOURS, meaning=meaning)


def _status_and_priority(reading: Reading) -> tuple[str, str | None]:
    decision = reading.decision
    return decision.shown, decision.priority if decision.priority in PRIORITIES else None


def by_year(years: Sequence[YearFigure]) -> Block:
    """Situations by year of identification: with a measure of the agency within it, or without."""
    lines = tuple(
        (str(one.year), len(one.measured), one.under_evaluation, len(one.closed)) for one in years
    )
    headers = ("Année", "Avec une mesure de l'agence", "En cours d'évaluation", "Closes sans")
    title = "Situations identifiées, par année"
    meaning = (
        "Situations du registre par année de leur première validation : celles qui ont une mesure"
        " de l'agence qui réduit le risque, mise en œuvre la même année ; celles en cours"
        " d'évaluation au 31 décembre ; celles closes sans une telle mesure."
    )
    colours = (_BLUE, "CBCBFA", "C8C8C8")
    return Block(title, headers, lines, colours=colours, meaning=meaning, agency_alone=True)
