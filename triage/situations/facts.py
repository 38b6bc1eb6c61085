"""What is known of a situation, from its reports: who, how many, how serious, what was done."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from triage.situations.declared import DeclaredFacts, NamedMeasure, value_of
from triage.situations.description import Description
from triage.situations.families import new_reports
from triage.situations.matching import MatchingRules
from triage.situations.titles import title_of

__all__ = ["SituationFacts", "counted", "facts_of", "value_of"]


@dataclass(frozen=True, slots=True)
class SituationFacts:
    """What is known of a situation.

    Attributes:
        id: Its id.
        title: What a person would call it (:mod:`triage.situations.titles`).
        numbers: Its reports, by number.
        counted: Those that count as new: an initial report with its complements and its closure is
            one.
        substances: Substances that they name.
        companies: Companies that reported, by SIREN.
        patients: Lowest and highest sum of patients that can be true: companies may count the same
            patients, so the lowest is the largest of their last estimates, the highest the sum;
            ``None`` when none estimates. No patient at all is no estimate.
        serious: Serious cases, likewise.
        deaths: Deaths, likewise.
        measures: Measures, the dated ones first.
        first: Day of the first deposit.
        last: Day of the last deposit.
        known_on: Earliest day of awareness.
    """

    id: str
    title: str
    numbers: tuple[int, ...]
    counted: tuple[int, ...]
    substances: tuple[str, ...]
    companies: tuple[str, ...]
    patients: tuple[int, int] | None
    serious: tuple[int, int] | None
    deaths: tuple[int, int] | None
    measures: tuple[NamedMeasure, ...]
    first: date
    last: date
    known_on: date | None


def facts_of(
    situation: str,
    reports: Iterable[DeclaredFacts],
    descriptions: Mapping[int, Description],
    *,
    matching: MatchingRules,
    copies: Mapping[int, int] | None = None,
) -> SituationFacts:
    """Sum a situation up.

    Args:
        situation: Its id.
        reports: What its reports declare; at least one.
        descriptions: Description of each report, by number.
        matching: How reports are matched.
        copies: The report that each duplicate is a copy of, as a person confirmed: what it counts
            is counted there.
    """
    ordered = sorted(reports, key=lambda one: (one.deposited_at, one.number))
    told = [descriptions[one.number] for one in ordered if one.number in descriptions]
    undescribed = {one.number for one in ordered} - {one.number for one in told}
    here = {one.number for one in ordered}
    apart = [one for one in ordered if (copies or {}).get(one.number) not in here]
    known = [one.known_on for one in ordered if one.known_on is not None]
    return SituationFacts(
        id=situation,
        title=title_of(told, matching),
        numbers=tuple(sorted(one.number for one in ordered)),
        counted=tuple(sorted(new_reports(told, matching, copies=copies) | undescribed)),
        substances=tuple(sorted({name for one in told for name in one.medicines})),
        companies=tuple(sorted({one.company for one in ordered} - {""})),
        patients=_estimated((one.whose, one.patients) for one in apart),
        serious=counted((one.whose, one.serious) for one in apart),
        deaths=counted((one.whose, one.deaths) for one in apart),
        measures=tuple(_measures_of(ordered)),
        first=ordered[0].day,
        last=ordered[-1].day,
        known_on=min(known, default=None),
    )


def _estimated(numbers: Iterable[tuple[str, int | None]]) -> tuple[int, int] | None:
    """Range of what an estimated number of patients can be over all companies; zero is none.

    A company's later estimate replaces its earlier ones: a complement counts again what it
    completes.

    Args:
        numbers: The company of each report and its number, in order of deposit.
    """
    last = {company: value for company, value in numbers if value}
    return (max(last.values()), sum(last.values())) if last else None


def counted(numbers: Iterable[tuple[str, int | None]]) -> tuple[int, int] | None:
    """Range of what a number of cases can be over all companies.

    A company's highest count stands: a case that was reported does not go when a later report has
    fewer.

    Args:
        numbers: The company of each report and its number.
    """
    most: dict[str, int] = {}
    for company, value in numbers:
        if value is not None:
            most[company] = max(value, most.get(company, 0))
    return (max(most.values()), sum(most.values())) if most else None


def _measures_of(reports: Iterable[DeclaredFacts]) -> Iterator[NamedMeasure]:
    """Every measure, once for each company, type, state and date."""
    found: dict[tuple[str, str, bool, date | None], NamedMeasure] = {}
    for report in reports:
        for one in report.measures:
            found.setdefault((report.whose, one.kind, one.taken, one.day), one)
    return iter(
        sorted(found.values(), key=lambda one: (one.day is None, one.day or date.min, one.number))
    )
