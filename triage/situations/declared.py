"""What situations read of one report: a small value, kept so that no report is read again."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from french.time import PARIS
from mappings.dossier.model import Company
from mappings.report.model import Report, Value

DRAWN = "9"
"""How descriptions are drawn (:mod:`triage.situations.description`), and what is declared beside
them: raised when the code draws others from the same report."""
TAKEN = "Prise"
"""State of a measure that was taken, as the form names it."""
READ = frozenset(
    {
        "siret",
        "patients",
        "cas_graves",
        "deces",
        "date_connaissance",
        "mesures",
        "niveau_risque",
        "population",
        "maladie_rare",
    }
)
"""Fields of every report that are read here, beside those that tell who a licence expects."""
_EARLIEST = date(1990, 1, 1)
"""A day before this one is a slip, as the rule-sets warn."""
_ANYBODY = frozenset({"Adulte", "Autre"})


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
class DeclaredFacts:
    """What a report declares of its situation. What is drawn of it moves with ``DRAWN``.

    Attributes:
        number: Dossier.
        deposited_at: Deposit (aware).
        company: SIREN of the company; empty when it is not given.
        patients: Patients, as estimated; ``None`` without a number that can be.
        serious: Serious cases, likewise.
        deaths: Deaths, likewise.
        known_on: Day of awareness; ``None`` too where it is impossible: before 1990, after the last
            submission.
        measures: Measures with a type and a state, in the order of the report.
        risk: Level of risk, as the company declares it.
        vulnerable: Whether it names a population that is vulnerable, and a rare disease; ``None``
            where it does not say.
        medicines: CIS code that BDPM has for each row of medicines, in order, empty where it has
            none; nothing without BDPM.
        answers: What tells who its licence expects: text or options, by field.
    """

    number: int
    deposited_at: datetime
    company: str
    patients: int | None
    serious: int | None
    deaths: int | None
    known_on: date | None
    measures: tuple[NamedMeasure, ...]
    risk: str | None
    vulnerable: tuple[bool | None, bool | None]
    medicines: tuple[str, ...]
    answers: Mapping[str, str | tuple[str, ...]]

    @property
    def day(self) -> date:
        """Day of the deposit."""
        return self.deposited_at.astimezone(PARIS).date()

    @property
    def whose(self) -> str:
        """The company that reported: an unknown one may be any, so each is one of its own."""
        return _whose(self.company, self.number)


def declared(
    report: Report, *, medicines: tuple[str, ...] = (), expected_by: Collection[str] = ()
) -> DeclaredFacts:
    """What a report declares of its situation.

    Args:
        report: The report.
        medicines: See :class:`DeclaredFacts`.
        expected_by: Fields that tell who its licence expects.
    """
    known_on = value_of(report, "date_connaissance")
    risk = value_of(report, "niveau_risque")
    return DeclaredFacts(
        number=report.number,
        deposited_at=report.deposited_at,
        company=_company_of(report),
        patients=number_of(report, "patients"),
        serious=number_of(report, "cas_graves"),
        deaths=number_of(report, "deces"),
        known_on=known_on
        if isinstance(known_on, date) and _is_possible(known_on, report)
        else None,
        measures=tuple(_measures(report)),
        risk=None if risk is None else str(risk),
        vulnerable=_vulnerable(report),
        medicines=medicines,
        answers=dict(_answers(report, expected_by)),
    )


def value_of(report: Report, field: str) -> Value | None:
    """Value of a field; ``None`` also where the form has no such field."""
    answer = report.fields.get(field)
    return None if answer is None else answer.value


def _company_of(report: Report) -> str:
    """SIREN of the company that reported; empty when it is not given."""
    company = value_of(report, "siret")
    return company.identifier[:9] if isinstance(company, Company) else ""


def whose(report: Report) -> str:
    """As :attr:`DeclaredFacts.whose`, of a report that is at hand."""
    return _whose(_company_of(report), report.number)


def _whose(company: str, number: int) -> str:
    return company or f"dossier {number}"


def number_of(report: Report, field: str) -> int | None:
    """A number of persons that can be."""
    value = value_of(report, field)
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    return None


def _is_possible(day: date, report: Report) -> bool:
    """Whether something that happened can have happened on a day."""
    last = max(report.deposited_at, report.champs_modified_at)
    return _EARLIEST <= day <= last.astimezone(PARIS).date()


def _measures(report: Report) -> Iterator[NamedMeasure]:
    value = value_of(report, "mesures")
    for row in value if isinstance(value, tuple) else ():
        if not isinstance(row, Mapping) or not row["type_mesure"].value:
            continue
        state, day = row["etat"].value, row["date_mesure"].value
        taken = state == TAKEN
        dated = isinstance(day, date) and (_is_possible(day, report) if taken else day >= _EARLIEST)
        if state:
            yield NamedMeasure(
                number=report.number,
                kind=str(row["type_mesure"].value),
                taken=taken,
                day=day if isinstance(day, date) and dated else None,
            )


def _vulnerable(report: Report) -> tuple[bool | None, bool | None]:
    population, rare = value_of(report, "population"), value_of(report, "maladie_rare")
    options = {str(one) for one in population} if isinstance(population, tuple) else set()
    return (bool(options - _ANYBODY) if options else None, rare if isinstance(rare, bool) else None)


def _answers(report: Report, names: Collection[str]) -> Iterator[tuple[str, str | tuple[str, ...]]]:
    for name in sorted(names):
        match value_of(report, name):
            case str() as text:
                yield name, text
            case tuple() as options:
                yield name, tuple(str(one) for one in options)
