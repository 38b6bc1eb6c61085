"""What is known of a situation, from its reports: who, how many, how serious, what was done."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from french.time import PARIS
from mappings.dossier.model import Company
from mappings.report.model import Report, Value
from triage.situations.description import Description
from triage.situations.families import new_reports
from triage.situations.matching import MatchingRules
from triage.situations.titles import title_of

TAKEN = "Prise"
"""State of a measure that was taken, as the form names it."""
_EARLIEST = date(1990, 1, 1)
"""A day before this one is a slip, as the rule-sets warn."""


@dataclass(frozen=True, slots=True)
class NamedMeasure:
    """A measure that a report names.

    Attributes:
        number: Dossier.
        kind: Type of measure.
        taken: Whether it was taken; else it is planned (a business secret).
        day: Its date, if given and possible.
    """

    number: int
    kind: str
    taken: bool
    day: date | None


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
    reports: Iterable[Report],
    descriptions: Mapping[int, Description],
    *,
    matching: MatchingRules,
    copies: Mapping[int, int] | None = None,
) -> SituationFacts:
    """Sum a situation up.

    Args:
        situation: Its id.
        reports: Its reports, at least one.
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
    days = [one.deposited_at.astimezone(PARIS).date() for one in ordered]
    known = [day for one in ordered if (day := awareness_of(one)) is not None]
    return SituationFacts(
        id=situation,
        title=title_of(told, matching),
        numbers=tuple(sorted(one.number for one in ordered)),
        counted=tuple(sorted(new_reports(told, matching, copies=copies) | undescribed)),
        substances=tuple(sorted({name for one in told for name in one.medicines})),
        companies=tuple(sorted({company_of(one) for one in ordered} - {""})),
        patients=estimated(apart, "patients"),
        serious=counted(apart, "cas_graves"),
        deaths=counted(apart, "deces"),
        measures=tuple(measures_of(ordered)),
        first=days[0],
        last=days[-1],
        known_on=min(known, default=None),
    )


def value_of(report: Report, field: str) -> Value | None:
    """Value of a field; ``None`` also where the form has no such field."""
    answer = report.fields.get(field)
    return None if answer is None else answer.value


def awareness_of(report: Report) -> date | None:
    """Day of awareness; ``None`` too where it is impossible: before 1990, after the submission."""
    day = value_of(report, "date_connaissance")
    return day if isinstance(day, date) and _is_possible(day, report) else None


def _is_possible(day: date, report: Report) -> bool:
    """Whether something that happened can have happened on a day."""
    last = max(report.deposited_at, report.champs_modified_at)
    return _EARLIEST <= day <= last.astimezone(PARIS).date()


def company_of(report: Report) -> str:
    """SIREN of the company that reported; empty when it is not given."""
    company = value_of(report, "siret")
    return company.identifier[:9] if isinstance(company, Company) else ""


def estimated(reports: Sequence[Report], field: str) -> tuple[int, int] | None:
    """Range of what an estimated number of patients can be over all companies; zero is none.

    A company's later estimate replaces its earlier ones: a complement counts again what it
    completes.

    Args:
        reports: Reports in order of deposit.
        field: The number.
    """
    last = {whose: value for whose, value in _numbers(reports, field) if value}
    return (max(last.values()), sum(last.values())) if last else None


def counted(reports: Sequence[Report], field: str) -> tuple[int, int] | None:
    """Range of what a number of cases can be over all companies.

    A company's highest count stands: a case that was reported does not go when a later report has
    fewer.

    Args:
        reports: Reports.
        field: The number.
    """
    most: dict[str, int] = {}
    for whose, value in _numbers(reports, field):
        most[whose] = max(value, most.get(whose, 0))
    return (max(most.values()), sum(most.values())) if most else None


def _numbers(reports: Sequence[Report], field: str) -> Iterator[tuple[str, int]]:
    """The company of each report with a number that can be, and the number."""
    for report in reports:
        value = value_of(report, field)
        if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
            yield _whose(report), value


def measures_of(reports: Iterable[Report]) -> Iterator[NamedMeasure]:
    """Every measure with a type and a state, once for each company, type, state and date."""
    seen: set[tuple[str, str, bool, date | None]] = set()
    found: list[NamedMeasure] = []
    for report in reports:
        value = value_of(report, "mesures")
        for row in value if isinstance(value, tuple) else ():
            if not isinstance(row, Mapping) or not row["type_mesure"].value:
                continue
            state, day = row["etat"].value, row["date_mesure"].value
            taken = state == TAKEN
            dated = isinstance(day, date) and (
                _is_possible(day, report) if taken else day >= _EARLIEST
            )
            one = NamedMeasure(
                number=report.number,
                kind=str(row["type_mesure"].value),
                taken=taken,
                day=day if isinstance(day, date) and dated else None,
            )
            key = (_whose(report), one.kind, one.taken, one.day)
            if state and key not in seen:
                seen.add(key)
                found.append(one)
    return iter(sorted(found, key=lambda one: (one.day is None, one.day or date.min, one.number)))


def _whose(report: Report) -> str:
    """The company that reported: an unknown one may be any, so each is one of its own."""
    return company_of(report) or f"dossier {report.number}"
