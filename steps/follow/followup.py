"""Follow-up of situations, from what is stored."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from french.time import PARIS
from mappings.report.model import Report
from steps.judge.acts import copies_of
from steps.judge.situations import descriptions, members
from steps.wiring.case_files import reports_of
from steps.wiring.services import Services, now
from triage.situations.facts import SituationFacts, facts_of
from triage.situations.followup import FollowUp, follow_up


@dataclass(frozen=True, slots=True)
class Followed:
    """Every situation with its follow-up.

    Attributes:
        facts: Situations by id.
        follow_ups: Follow-up of each, in the same order.
        reports: Their reports, by number.
    """

    facts: tuple[SituationFacts, ...]
    follow_ups: tuple[FollowUp, ...]
    reports: Mapping[int, Report]


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
    told, copies = descriptions(services), copies_of(services)
    readable = {  # one that cannot be read again is named by those who read it
        name: [reports[number] for number in numbers if number in reports]
        for name, numbers in groups.items()
    }
    matching = services.form.matching
    facts = (
        ()
        if matching is None
        else tuple(
            facts_of(name, found, told, matching=matching, copies=copies)
            for name, found in readable.items()
            if found
        )
    )
    first = _first_day(services)
    until = until or now().astimezone(PARIS).date()
    return Followed(
        facts=facts,
        follow_ups=tuple(
            follow_up(one, [reports[n] for n in one.numbers], first=first, until=until)
            for one in facts
        ),
        reports=reports,
    )


def _first_day(services: Services) -> date:
    rows = services.store.dossiers.light_rows(services.demarche)
    moments = [row.deposited_at for row in rows]
    return min(moments, default=now()).astimezone(PARIS).date()
