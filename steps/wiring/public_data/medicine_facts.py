"""What the medicines reference (BDPM) says of a report, for a priority that asks it."""

from collections.abc import Mapping
from pathlib import Path

from mappings.medicines.facts import medicines_of
from mappings.medicines.priority_facts import NOT_LOADED, WeighingFact, found_by_code, weighed
from mappings.report.model import Answer, Report
from mappings.schema.model import FormMapping
from steps.wiring.public_data.reference import matcher_of
from triage.rules.public_facts import MITM, RUPTURE, TRIANGLE, public_answer

_FACTS: Mapping[str, WeighingFact] = {
    RUPTURE: "rupture",
    MITM: "mitm",
    TRIANGLE: "triangle_noir",
}


def answer(name: str, report: Report, *, home: Path, mapping: FormMapping | None) -> Answer:
    """What is known of a report.

    Args:
        name: Name of the fact.
        report: The report.
        home: ``UNC_HOME``, where BDPM is.
        mapping: Mapping of the form.
    """
    matcher = matcher_of(home)
    if matcher is None or mapping is None:
        return public_answer(None, NOT_LOADED)
    matches = medicines_of(report, mapping=mapping, matcher=matcher)
    sure, unfound = found_by_code(matches)
    found = weighed(_FACTS[name], sure, unfound=unfound)
    cited = f" ; BDPM {matcher.reference.version}" if found.holds else ""
    return public_answer(found.holds, f"{found.text}{cited}")
