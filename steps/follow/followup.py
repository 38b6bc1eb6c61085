"""Follow-up of situations, from what is stored: no report is read for it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from french.time import PARIS
from steps.judge.acts import copies_of
from steps.judge.situations import declared_facts, descriptions, members
from steps.wiring.services import Services, now
from triage.situations.declared import DeclaredFacts
from triage.situations.facts import SituationFacts, facts_of
from triage.situations.followup import FollowUp, follow_up


@dataclass(frozen=True, slots=True)
class Followed:
    """Every situation with its follow-up.

    Attributes:
        facts: Situations by id.
        follow_ups: Follow-up of each, in the same order.
        reports: What their reports declare, by number.
    """

    facts: tuple[SituationFacts, ...]
    follow_ups: tuple[FollowUp, ...]
    reports: Mapping[int, DeclaredFacts]


def followed(services: Services, *, until: date | None = None) -> Followed:
    """Every situation as it was last placed, with its follow-up.

    Args:
        services: What the process works with.
        until: Day after the last one that is counted; today without it.
    """
    groups = members(services)
    reports = declared_facts(services, (one for numbers in groups.values() for one in numbers))
    facts = summed_up(services, groups, reports)
    first = (services.store.dossiers.first_deposit(services.demarche) or now()).astimezone(PARIS)
    until = until or now().astimezone(PARIS).date()
    return Followed(
        facts=facts,
        follow_ups=tuple(
            follow_up(one, [reports[n] for n in one.numbers], first=first.date(), until=until)
            for one in facts
        ),
        reports=reports,
    )


def summed_up(
    services: Services,
    groups: Mapping[str, Iterable[int]],
    reports: Mapping[int, DeclaredFacts],
) -> tuple[SituationFacts, ...]:
    """What is known of some situations, in their order.

    Args:
        services: What the process works with.
        groups: Dossiers of each, by id.
        reports: What they declare, by number; one that is not there is left out.
    """
    matching = services.form.matching
    if matching is None:
        return ()
    told, copies = descriptions(services, answers=False), copies_of(services)
    readable = {
        name: [reports[number] for number in numbers if number in reports]
        for name, numbers in groups.items()
    }
    return tuple(
        facts_of(name, found, told, matching=matching, copies=copies)
        for name, found in readable.items()
        if found
    )
