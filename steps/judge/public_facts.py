"""Gathers the public data that rule-sets ask: consumption, and situations that rise."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from french.text import agreed
from french.time import PARIS
from mappings.report.display import show_chance
from steps.judge.acts import copies_of
from steps.judge.situations import descriptions, members
from steps.wiring.public_data.consumption import yearly_boxes
from steps.wiring.public_data.facts import PublicFacts
from steps.wiring.services import Services, now
from triage.consumption.signals import FEWEST_YEARS, abnormal, by_substance, foreseen
from triage.rules.public_facts import CONSUMPTION, RISING
from triage.situations.families import new_reports
from triage.situations.trends import monthly
from triage.situations.words.without_salts import Salts


def gathered(services: Services, asked: frozenset[str]) -> PublicFacts:
    """What public data say of the facts that are asked, by name.

    Raises:
        DataFileError: The consumption data cannot be read.
    """
    matching = services.form.matching
    found = PublicFacts(
        asked=asked,
        home=services.inputs.home,
        mapping=services.form.mapping,
        salts=matching.salts if matching else Salts(),
    )
    if CONSUMPTION in asked:
        found = _with_consumption(found)
    if RISING in asked:
        found = replace(found, rising=dict(_rising(services)))
    return found


def _with_consumption(found: PublicFacts) -> PublicFacts:
    boxes = yearly_boxes(found.home, found.salts)
    if boxes is None:
        return found
    enough = len(boxes.by_year) > FEWEST_YEARS
    last = f"Open Medic {max(boxes.by_year)}" if boxes.by_year else ""
    tables = foreseen(by_substance(boxes.by_year)) if enough else ()
    consumed = abnormal(tables, source=last) if enough else None
    return replace(found, consumed=consumed, consumption=boxes.version)


def _rising(services: Services) -> Iterator[tuple[int, tuple[bool, str]]]:
    """Whether the situation of each dossier rises, as its follow-up tells (Mann-Kendall)."""
    matching = services.form.matching
    if matching is None:
        return
    rows = services.store.dossiers.light_rows(services.demarche)
    days = {row.number: row.deposited_at.astimezone(PARIS).date() for row in rows}
    told, copies = descriptions(services), copies_of(services)
    first, until = min(days.values(), default=date.min), now().astimezone(PARIS).date()
    for name, numbers in members(services).items():
        described = [told[number] for number in numbers if number in told]
        counted = new_reports(described, matching, copies=copies) | {
            number for number in numbers if number not in told
        }
        trend = monthly([days[n] for n in sorted(counted) if n in days], first=first, until=until)
        if trend.too_few or trend.tau is None:
            continue
        verdict = (False, "non")
        if trend.direction == "up" and trend.p_value is not None:
            shown = agreed(sum(trend.counts), "signalement")
            verdict = (True, f"{name} : {shown}, {show_chance('p', trend.p_value)}")
        yield from ((number, verdict) for number in numbers)
