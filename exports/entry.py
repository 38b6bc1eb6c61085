"""What an export is made from: dossiers with their verdicts, and the circumstances."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal, TypeAlias

from mappings.mapping import FormMapping
from mappings.report import Report
from triage.assessment import Assessment
from triage.reply import Conflict

NetworkDefault: TypeAlias = Literal["include", "exclude"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One dossier to hand out: its report, its verdict, and what a human wrote over ours."""

    report: Report
    assessment: Assessment
    conflicts: tuple[Conflict, ...] = ()


@dataclass(frozen=True, slots=True)
class ExportContext:
    """The circumstances of an export, the same for all its workbooks.

    Attributes:
        demarche: Number of the démarche on DS.
        title: Its title.
        dossier_url: Address of a dossier, with ``{number}`` in it.
        mapping: Mapping that the reports were made with.
        ruleset: Version of the rule-set that judged them.
        software: Version of this software.
        watermark: Up to when DS was read (aware).
        generated_from: Latest change of the data (aware), see :func:`latest_change`: it dates the
            workbook, so that the same data gives the same bytes.
        filters: What the export was restricted to, in French; empty for everything.
        network_default: Whether a dossier whose « diffusable » is unanswered goes to the network.
    """

    demarche: int
    title: str
    dossier_url: str
    mapping: FormMapping
    ruleset: str
    software: str
    watermark: datetime
    generated_from: datetime
    filters: str = ""
    network_default: NetworkDefault = "include"


def latest_change(entries: Sequence[Entry]) -> datetime:
    """Return the latest change that the data itself states, apart from our own writes.

    Annotations and messages of the bridge move DS's modification dates; deposits, submissions and
    decisions are moved by people only.
    """
    moments = [
        moment
        for entry in entries
        for moment in (
            entry.report.deposited_at,
            entry.report.champs_modified_at,
            entry.report.decided_at,
        )
        if moment is not None
    ]
    return max(moments, default=datetime(2000, 1, 1, tzinfo=UTC))
