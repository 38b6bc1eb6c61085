"""What each column of `Situations` says of a row."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import NamedTuple, TypeAlias

from exports.cells import Content
from exports.model import SituationView
from exports.readers.dossiers import Dossiers
from exports.readers.facts import DossierFact
from exports.readers.policy import Mask
from exports.readers.reading import Reading
from exports.readers.registre import RegisterReading, SituationRecords
from exports.sheets.columns import Figures
from exports.sheets.computed import NO_PRIORITY
from exports.sheets.figures import deposited_on, taken
from exports.sheets.registre import day_of
from exports.sheets.values import content_text, shown_content
from french.text import typographic
from mappings.report.display import show, show_chance, show_decimal
from triage.registre.register import MeasureState, Situation
from triage.situations.declared import number_of, whose
from triage.situations.facts import counted
from triage.situations.trends import BeforeAfter, Direction, Trend

_DIRECTIONS: dict[Direction, str] = {
    "up": "en hausse",
    "down": "en baisse",
    "none": "sans écart établi",
}
COMPANY: DossierFact[str] = DossierFact("company", str)
Range: TypeAlias = tuple[int, int] | None
"""The lowest and the highest number that can be."""


class CasesTold(NamedTuple):
    """A number of cases of a dossier.

    Attributes:
        mask: What its reader finds in its place; ``None`` where it is read.
        whose: The company; an unknown one may be any, so each is one of its own.
        number: How many; ``None`` without a number that can be.
    """

    mask: str | None
    whose: str
    number: int | None


CASES: Mapping[str, DossierFact[CasesTold]] = {
    name: DossierFact(f"cases of {name}", CasesTold) for name in ("cas_graves", "deces")
}
TOO_FEW = "trop peu pour conclure"
CONFIRMED = "confirmé"
UNNAMED = "non renseignée"


@dataclass(frozen=True, slots=True)
class Group:
    """The reports of one row.

    Attributes:
        situation: Id of the situation, empty for reports that are in none.
        substances: As the first report that names each spells it.
        natures: Of the non-conformity.
        readings: The reports that the workbook's readers may read.
        origins: Fields that the row is drawn from.
        view: What is known of the whole situation.
        title: What people call it.
        trend: How its reports move from month to month, of all that the audience may read.
        registered: The register, as the readers of the workbook may read it.
    """

    situation: str
    substances: tuple[str, ...]
    natures: tuple[str, ...]
    readings: Dossiers
    origins: Figures
    view: SituationView | None
    registered: RegisterReading
    title: str = ""
    trend: Trend | None = None

    @property
    def known(self) -> Situation | None:
        """What the register says of it."""
        return self.registered.situations.get(self.situation)

    @property
    def beside(self) -> SituationRecords:
        """Its signals, measures and questions."""
        return self.registered.beside(self.situation) if self.situation else SituationRecords()


def reports(group: Group) -> Content:
    """Families with a dossier here; one whose initial report is not here still counts once."""
    if group.view is None or not group.readings:
        return len(group.readings)
    return max(1, len({*group.view.facts.counted}.intersection(numbers(group))))


def companies(group: Group) -> Content:
    """Companies that reported, by SIREN."""
    work = partial(_company, origins=group.origins)
    return len({*group.readings.each("company", lambda one: one.told(COMPANY, work))})


def numbers(group: Group) -> list[int]:
    """Numbers of its dossiers, in order."""
    return sorted(group.readings.each("number", lambda one: one.number))


def measured(group: Group) -> Content:
    """Dossiers that declare a measure that was taken."""
    return sum(group.readings.each("measure taken", lambda one: taken(one, group.origins)))


def _company(reading: Reading, origins: Figures) -> str:
    """SIREN of the company; a dossier without one counts as a company apart."""
    shown = shown_content(reading.answer(origins.company), part="identifier")
    return content_text(shown)[:9] or str(reading.number)


def highest_priority(group: Group) -> Content:
    """The highest priority of its dossiers, or that none has one."""
    found = group.readings.each("priority", lambda one: one.decision.priority)
    return min((one for one in found if one), default=NO_PRIORITY)


def confirmed(group: Group) -> Content:
    """Whether a person placed its dossiers."""
    if group.view is None:
        return None
    total, decided = len(group.view.facts.numbers), group.view.decided
    return CONFIRMED if decided == total else "en partie confirmé" if decided else "proposé"


def other_signals(group: Group) -> Content:
    """Signals of other sources, counted."""
    return len(group.beside.signals)


def agency_measures(group: Group) -> Content:
    """Measures of the agency, counted, but those that were dropped."""
    return sum(one.state is not MeasureState.DROPPED for one in group.beside.measures)


def next_due(group: Group) -> Content:
    """The nearest last day: to evaluate a measure, or for a centre to answer."""
    measures = (
        day_of(one.fields.get("échéance"))
        for one in group.beside.measures
        if not one.conclusion and one.state is not MeasureState.DROPPED
    )
    questions = (
        one.question.due_on
        for one in group.beside.asked
        if one.answer is None and not one.question.withdrawn
    )
    return min((day for day in (*measures, *questions) if day), default=None)


def score(group: Group) -> Content:
    """Points of the most that there can be; blank where it is not ranked."""
    found = group.registered.context.register.ranked.get(group.situation)
    return None if found is None else found.score.told()


def state(found: Situation) -> Content:
    """Its state, and whether a signal woke it."""
    return f"{found.state} (Réveillée)" if found.woken else str(found.state)


def registered(of: Callable[[Situation], Content]) -> Callable[[Group], Content]:
    """What the register says of it; blank of what is not in it."""
    return lambda group: None if group.known is None else of(group.known)


def cases(field: str, of: Callable[[SituationView], Range]) -> Callable[[Group], Content]:
    """A number of cases: of the whole situation at the agency, else of what may be read."""

    def cases(group: Group) -> Content:
        if group.registered.is_agency:
            return None if group.view is None else told_range(of(group.view))
        work = partial(_cases_of, field=field)
        told = group.readings.each(f"cases {field}", lambda one: one.told(CASES[field], work))
        masks = [Mask(one.mask) for one in told if one.mask is not None]
        total = counted((one.whose, one.number) for one in told)
        shown = group.registered.cases(masks, total)
        return show(shown) if isinstance(shown, int) else shown

    return cases


def _cases_of(reading: Reading, field: str) -> CasesTold:
    shown, report = reading.answer(field), reading.entry.report
    mask = shown.text if isinstance(shown, Mask) else None
    return CasesTold(mask, whose(report), number_of(report, field))


def told_range(both: Range) -> Content:
    """From the lowest to the highest number."""
    if both is None:
        return None
    low, high = both
    return show(low) if low == high else f"{show(low)} à {show(high)}"


def effect(found: BeforeAfter | None) -> Content:
    """Reports before and after the first measure of a company."""
    if found is None or found.p_value is None:
        return None
    counts = f"{found.before} avant, {found.after} après, sur {found.days} jours de part et d'autre"
    if found.too_few:
        return typographic(f"{counts} : {TOO_FEW}")
    return typographic(
        f"{counts} : {_DIRECTIONS[found.direction]} ({show_chance('p', found.p_value)})"
    )


def direction(found: Trend | None) -> str:
    """Whether reports rise, in words; blank of what is no situation."""
    if found is None:
        return ""
    return TOO_FEW if found.too_few else _DIRECTIONS[found.direction]


def monthly_trend(found: Trend) -> Content:
    """How reports move from month to month, with the test."""
    if found.too_few or found.p_value is None or found.tau is None:
        return direction(found)
    strength = f"tau = {show_decimal(found.tau, places=3)}, {show_chance('p', found.p_value)}"
    return f"{_DIRECTIONS[found.direction]} sur {len(found.months)} mois ({strength})"


def days(group: Group) -> list[date]:
    """Days of deposit, in order."""
    return sorted(group.readings.each("day", deposited_on))


def followed(of: Callable[[SituationView], Content]) -> Callable[[Group], Content]:
    """What is known of the whole situation; blank of what is none."""
    return lambda group: None if group.view is None else of(group.view)
