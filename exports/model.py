"""What an export is made from: dossiers with their verdicts, and the circumstances."""

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, TypeAlias

from mappings.adoption.absences import ToldAbsence
from mappings.report.model import Report
from mappings.schema.model import FormMapping
from triage.consumption.profile import Profile
from triage.registre.questions import Asked
from triage.registre.ranking import Ranked
from triage.registre.register import Register
from triage.registre.years.indicator import YearFigure
from triage.replies.decision import DecisionTaken, decide
from triage.replies.reply import Conflict
from triage.rules.sentences import Term
from triage.situations.description import Description
from triage.situations.facts import SituationFacts
from triage.situations.followup import FollowUp
from triage.situations.matching import MatchingRules
from triage.verdict.model import Assessment, Status

NetworkDefault: TypeAlias = Literal["include", "exclude"]


@dataclass(frozen=True, slots=True)
class Opinion:
    """What evaluators wrote on a dossier in the workbook that is theirs.

    Attributes:
        who: Its readers, as staff name them.
        judgement: Choice in the list of opinions, or blank.
        comment: Free text, or blank.
        id: Its place among all that were ever kept, of all dossiers.
    """

    who: str
    judgement: str
    comment: str
    id: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class DossierSummary:
    """What sheets that count and order dossiers say of each, whoever reads.

    Attributes:
        deposited_at: Deposit (aware).
        champs_modified_at: Last submission by the declarant (aware).
        decided_at: Decision on DS, if any.
        correction_pending_since: Open correction request.
        score: Completeness; ``None`` where there is none.
        status: Status of the verdict.
        out_of_scope: Whether the verdict puts it out of scope.
        judged: See :class:`ExportedDossier`, also for the next ones.
        handed_over: Whether a person takes over.
        asked_at: Since when its declarant has something to answer.
    """

    deposited_at: datetime
    champs_modified_at: datetime
    decided_at: datetime | None
    correction_pending_since: datetime | None
    score: int | None
    status: Status
    out_of_scope: bool
    judged: bool
    handed_over: bool
    asked_at: datetime | None


@dataclass(frozen=True, slots=True)
class ExportedDossier:
    """One dossier to hand out.

    Attributes:
        report: What was declared.
        assessment: The verdict.
        conflicts: What a human wrote over our annotations.
        held: What a human wrote in the annotations that decide
            (:func:`triage.replies.decision.held_by_person`).
        opinions: What evaluators wrote, by author (``agence``, ``reseau``, ``crpv-<code>``).
        situation: Id of the situation that it is placed in, or blank.
        first_checked_at: When it was judged for the first time.
        corrected: Correction requests that were answered: when asked, when submitted again.
        medicines: What BDPM says of each row of medicines
            (:func:`mappings.medicines.facts.facts_of`), in the order of the report.
        judged: Whether the verdict is of the report as it is now, by the present rules, mapping and
            code: what a verdict marks in a text decides what leaves the agency, so that a report
            that moved since stays there.
        unreadable: Whether DS cannot serve it now, or not whole: this is the last state read.
        description: As matching sees it, to name its situation by; ``None`` where none is kept.
        handed_over: Whether its declarant is asked no more by the bridge: a person takes over.
        asked_at: Since when its declarant has something to answer; ``None`` where nothing is asked.
    """

    report: Report
    assessment: Assessment
    conflicts: tuple[Conflict, ...] = ()
    held: Mapping[str, str] = field(default_factory=dict)
    opinions: Mapping[str, Opinion] = field(default_factory=dict)
    situation: str = ""
    first_checked_at: datetime | None = None
    corrected: tuple[tuple[datetime, datetime], ...] = ()
    medicines: tuple[Mapping[str, str], ...] = ()
    judged: bool = True
    unreadable: bool = False
    description: Description | None = None
    handed_over: bool = False
    asked_at: datetime | None = None

    @property
    def number(self) -> int:
        """Number of the dossier."""
        return self.report.number

    @property
    def summary(self) -> DossierSummary:
        """What is counted and ordered of it."""
        report, verdict = self.report, self.assessment
        return DossierSummary(
            deposited_at=report.deposited_at,
            champs_modified_at=report.champs_modified_at,
            decided_at=report.decided_at,
            correction_pending_since=report.correction_pending_since,
            score=verdict.score,
            status=verdict.status,
            out_of_scope=bool(verdict.out_of_scope),
            judged=self.judged,
            handed_over=self.handed_over,
            asked_at=self.asked_at,
        )

    @property
    def decision(self) -> DecisionTaken:
        """The status and priority in force: the verdict's, or those that a person wrote."""
        return decide(self.assessment, self.held)


@dataclass(frozen=True, slots=True)
class SituationView:
    """What is known of a whole situation, for the agency.

    Attributes:
        facts: Its reports, patients, cases and measures.
        follow_up: What was done, and what came of it.
        decided: How many of its reports a person placed there.
    """

    facts: SituationFacts
    follow_up: FollowUp
    decided: int


_EMPTY = Register({}, {}, {}, {}, {}, 0)


@dataclass(frozen=True, slots=True)
class RegisterView:
    """The register of situations, and what is worked out of it.

    Attributes:
        register: The register as it is.
        asked: Questions, centre by centre, those that are late first.
        last_acts: Last act of each question that a centre may know, by question and centre.
        ranked: Score and rank of situations, by id.
        years: The annual indicator, oldest first.
        sanctions: Types of measures that leave the agency once they are published only.
        consumption: What public data say of each situation, by id; none when nothing was loaded.
    """

    register: Register = _EMPTY
    asked: tuple[Asked, ...] = ()
    last_acts: Mapping[tuple[str, str], int] = field(default_factory=dict)
    ranked: Mapping[str, Ranked] = field(default_factory=dict)
    years: tuple[YearFigure, ...] = ()
    sanctions: Container[str] = frozenset()
    consumption: Mapping[str, Profile] = field(default_factory=dict)


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
        watermark: Up to which change DS was read (aware).
        read_at: When DS was last read (aware): nothing of the kind may make a workbook new.
        edition: Which edition it is, in French; blank for the current workbooks, and on request.
        on_request: Whether somebody asked for it: it is neither current nor an edition.
        filters: What the export was restricted to, in French; empty for everything.
        network_default: Whether a dossier whose « diffusable » is unanswered goes to the network.
        opinions_until: Last opinion of each author, so that a workbook that comes back can be told
            from what was written since.
        drift: Differences between the form and its mapping, in French.
        reference: Version of BDPM, empty when none is loaded.
        situations: Every situation by id, whatever the dossiers of the export.
        register: The register of situations.
        kept_inside: Why nothing leaves the agency, in French
            (:func:`mappings.adoption.in_force.kept_inside`); "" where it may.
        adoption: Who adopted it and when, in French.
        absences: What a person said that the form does not ask.
        asks_all: Whether its revision in force asks all that a score counts.
        portal: Address of the portal, blank where there is none: there centres read dossiers.
        live_since: When the bridge reached its first verdict: no delay of its own is older.
        aside: Numbers of the dossiers in quarantine, those that were never read too.
        matching: How reports are matched, to name situations by; ``None`` of a form without any.
        terms: The words of the rules that verdicts are told in.
        bands: How levels of completeness are told, where not by their name in the rules.
    """

    demarche: int
    title: str
    dossier_url: str
    mapping: FormMapping
    ruleset: str
    software: str
    watermark: datetime
    read_at: datetime
    edition: str = ""
    on_request: bool = False
    filters: str = ""
    network_default: NetworkDefault = "include"
    opinions_until: Mapping[str, int] = field(default_factory=dict)
    drift: tuple[str, ...] = ()
    reference: str = ""
    situations: Mapping[str, SituationView] = field(default_factory=dict)
    register: RegisterView = field(default_factory=RegisterView)
    kept_inside: str = ""
    adoption: str = ""
    absences: tuple[ToldAbsence, ...] = ()
    asks_all: bool = True
    portal: str = ""
    live_since: datetime | None = None
    aside: frozenset[int] = frozenset()
    matching: MatchingRules | None = None
    terms: tuple[Term, ...] = ()
    bands: Mapping[str, str] = field(default_factory=dict)


def latest_change(entries: Iterable[ExportedDossier]) -> datetime | None:
    """Return the latest change that the data itself states, apart from our own writes.

    Annotations and messages of the bridge move DS's modification dates; deposits, submissions and
    decisions are moved by people only. ``None`` without any dossier.
    """
    moments = (
        moment
        for one in (entry.summary for entry in entries)
        for moment in (one.deposited_at, one.champs_modified_at, one.decided_at)
        if moment is not None
    )
    return max(moments, default=None)
