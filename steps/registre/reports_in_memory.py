"""What of every report is worth keeping in memory: what pages of situations are made of."""

from collections.abc import Iterable
from dataclasses import replace

from mappings.report.model import Report
from steps.wiring.form import Form
from triage.situations.declared import READ

_ANNOTATIONS = ("risque_retenu",)


def reports_in_memory(reports: Iterable[Report], form: Form) -> dict[int, Report]:
    """Reports by number, with these answers alone: a fraction of their memory."""
    medicines = form.mapping.medicines
    rows = {medicines.rows} if medicines else frozenset[str]()
    names = {*READ, *rows, *form.expectations.fields.read}
    return {
        one.number: replace(
            one,
            fields={name: one.fields[name] for name in names if name in one.fields},
            annotations={n: one.annotations[n] for n in _ANNOTATIONS if n in one.annotations},
            unmapped=(),
        )
        for one in reports
    }
