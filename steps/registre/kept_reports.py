"""What of every report is worth keeping in memory: what pages of situations are made of."""

from collections.abc import Iterable
from dataclasses import replace

from mappings.report.model import Report
from mappings.schema.model import FormMapping

FIELDS = (
    "siret",
    "patients",
    "cas_graves",
    "deces",
    "mesures",
    "date_connaissance",
    "niveau_risque",
)
"""Beside the rows of medicines; those of :mod:`triage.situations.facts` and of the level."""
_ANNOTATIONS = ("risque_retenu",)


def kept_reports(reports: Iterable[Report], mapping: FormMapping) -> dict[int, Report]:
    """Reports by number, with these answers alone: a tenth of their memory."""
    rows = mapping.medicines.rows if mapping.medicines else ""
    names = (*FIELDS, rows)
    return {
        one.number: replace(
            one,
            fields={name: one.fields[name] for name in names if name in one.fields},
            annotations={n: one.annotations[n] for n in _ANNOTATIONS if n in one.annotations},
            unmapped=(),
        )
        for one in reports
    }
