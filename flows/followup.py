"""Follow-up of situations, from what is stored; consumption tables that staff put under UNC_HOME.

Tables live in ``UNC_HOME/consommation``: one file of Open Medic a year, its year in its name
(``Open_MEDIC_Base_Complete_2024.CSV``), and ``populations.csv``.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from flows.reports import reports_of
from flows.services import Services, now
from flows.situations import descriptions, members
from mappings.data_file import DataFileError
from mappings.report import Report
from triage.checks import PARIS
from triage.consumption import (
    ConsumptionSignal,
    ConsumptionTableError,
    PopulationGap,
    by_substance,
    read_open_medic,
    read_populations,
    signals,
)
from triage.followup import FollowUp, YearShare, by_year, follow_up
from triage.situation_facts import SituationFacts, facts_of

_YEAR = re.compile(r"(?<!\d)(20\d\d)(?!\d)")


@dataclass(frozen=True, slots=True)
class Followed:
    """Every situation with its follow-up.

    Attributes:
        facts: Situations by id.
        follow_ups: Follow-up of each, in the same order.
        years: The published indicator, year by year.
    """

    facts: tuple[SituationFacts, ...]
    follow_ups: tuple[FollowUp, ...]
    years: tuple[YearShare, ...]


@dataclass(frozen=True, slots=True)
class Consumed:
    """What the consumption tables say.

    Attributes:
        years: Years of the tables.
        signals: Substances that depart from their past.
        gaps: Target and reached populations.
    """

    years: tuple[int, ...]
    signals: tuple[ConsumptionSignal, ...]
    gaps: tuple[PopulationGap, ...]


def followed(
    services: Services,
    *,
    known: Iterable[Report] = (),
    until: date | None = None,
) -> Followed:
    """Every situation as it was last placed, with its follow-up.

    Args:
        services: What the process works with.
        known: Reports that were read already; the others are read from the store.
        until: Day after the last one that is counted; today without it.
    """
    groups = members(services)
    wanted = {number for numbers in groups.values() for number in numbers}
    reports = {one.number: one for one in known if one.number in wanted}
    reports |= {one.number: one for one in reports_of(services, numbers=wanted - reports.keys())}
    told = descriptions(services)
    facts = tuple(
        facts_of(name, [reports[number] for number in numbers], told)
        for name, numbers in groups.items()
    )
    first = _first_day(services)
    until = until or now().astimezone(PARIS).date()
    return Followed(
        facts=facts,
        follow_ups=tuple(
            follow_up(one, [reports[n] for n in one.numbers], first=first, until=until)
            for one in facts
        ),
        years=by_year(facts, _deposits(reports)),
    )


def consumed(services: Services) -> Consumed:
    """Signals and gaps of the tables under ``UNC_HOME/consommation``; empty without any.

    Raises:
        DataFileError: A table cannot be read, or is of another layout.
    """
    folder = services.settings.home / "consommation"
    tables: dict[int, Mapping[str, int]] = {}
    gaps: tuple[PopulationGap, ...] = ()
    for path in sorted(folder.glob("*")) if folder.is_dir() else ():
        if path.suffix.lower() != ".csv":
            continue
        try:
            if path.name.lower() == "populations.csv":
                gaps = tuple(read_populations(_lines(path)))
            else:
                tables[_year(path)] = read_open_medic(_lines(path))
        except ConsumptionTableError as error:
            raise DataFileError([f"{path.name} : {error}"]) from error
    return Consumed(years=tuple(sorted(tables)), signals=signals(by_substance(tables)), gaps=gaps)


def _year(path: Path) -> int:
    found = _YEAR.search(path.name)
    if found is None:
        raise ConsumptionTableError("le nom du fichier ne dit pas son année")
    return int(found.group(1))


def _lines(path: Path) -> list[str]:
    """Lines of a table, in UTF-8 or as Open Medic is published (Windows-1252)."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise DataFileError([f"{path.name} : ce fichier ne peut pas être lu"]) from error
    try:
        return raw.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError:
        return raw.decode("cp1252", errors="replace").splitlines()


def _first_day(services: Services) -> date:
    rows = services.store.dossiers.light_rows(services.demarche)
    moments = [row.deposited_at for row in rows]
    return min(moments, default=now()).astimezone(PARIS).date()


def _deposits(reports: Mapping[int, Report]) -> dict[int, date]:
    return {number: one.deposited_at.astimezone(PARIS).date() for number, one in reports.items()}
