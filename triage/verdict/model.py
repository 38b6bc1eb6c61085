"""What an assessment is: the verdict on one report, item by item, with its reasons."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class Verdict(StrEnum):
    """Verdict on one item of the guide; the first that holds, in this order."""

    NOT_APPLICABLE = "not_applicable"
    MISSING = "missing"
    INVALID = "invalid"
    INSUFFICIENT = "insufficient"
    PRESENT = "present"


class Status(StrEnum):
    """Triage status, as written in annotation 901."""

    A_TRIER = "À trier"
    CLOS = "Clos"
    HORS_CHAMP = "Hors champ"
    A_PRECISER = "À préciser"
    A_COMPLETER = "À compléter"
    COMPLET = "Complet"


_AT_FAULT = (Verdict.MISSING, Verdict.INVALID)


@dataclass(frozen=True, slots=True)
class Fault:
    """One answer that is missing, invalid or says too little.

    Attributes:
        field: Field of the report; a repetition's own name where a whole row is missing.
        verdict: Missing, invalid or insufficient.
        reason: Why, in French, never quoting the answer, without its row.
        expected: What is expected of this answer.
        rows: Repetition that the field is a cell of; empty for others.
        row: Row of that repetition, from 1; 0 for others.
        row_name: How people call that row (``Spécialité nº 2``); empty where there is only one.
        asked: Whether a declarant can answer; else the form does not ask it, or what they answered
            is not read, and a person decides.
    """

    field: str
    verdict: Verdict
    reason: str
    expected: str
    rows: str = ""
    row: int = 0
    row_name: str = ""
    asked: bool = True


@dataclass(frozen=True, slots=True)
class ItemResult:
    """Verdict on one item.

    Attributes:
        id: Item of the guide (``A1`` … ``P2``).
        name: Its name in French.
        section: Section of the form or guide.
        expected: What the guide expects, one sentence for staff and declarants.
        mandatory: Whether it blocks admissibility.
        verdict: The verdict.
        reason: Why, in French, never quoting the answer; empty when present, unless it could not
            be looked at.
        fields: Fields of the report that the verdict was drawn from: its text has their audience.
        lost: Share of the score lost, 0 to 1.
        at_fault: Those of the fields whose answer is missing or invalid: what to ask for.
        faults: Each answer that is missing, invalid or insufficient, in the order of the form.
    """

    id: str
    name: str
    section: str
    expected: str
    mandatory: bool
    verdict: Verdict
    reason: str
    fields: tuple[str, ...]
    lost: Decimal
    at_fault: tuple[str, ...] = ()
    faults: tuple[Fault, ...] = ()

    @property
    def blocking(self) -> bool:
        """Whether this item keeps the report from being complete."""
        return self.mandatory and self.verdict in _AT_FAULT

    @property
    def can_be_asked(self) -> bool:
        """Whether a declarant can mend it, in part; of a verdict without its faults, so it is."""
        faults = [one.asked for one in self.faults if one.verdict in _AT_FAULT]
        return not faults or any(faults)


@dataclass(frozen=True, slots=True)
class ScopeReason:
    """A scope question that was answered out of scope, or not answered.

    Attributes:
        field: Field of the report.
        label: The question.
        option: Option of annotation 902; empty for an unanswered question.
        text: Reason in French.
        verdict: Of a question that decides nothing: missing, or invalid when it cannot be read.
        asked: Whether the form asks it; else a person decides, and no declarant is asked.
    """

    field: str
    label: str
    option: str
    text: str
    verdict: Verdict = Verdict.MISSING
    asked: bool = True


@dataclass(frozen=True, slots=True)
class Evidence:
    """A fact that a priority criterion rests on; its text has the audience of ``field``.

    Attributes:
        field: Field of the report.
        label: Name of the field in French.
        value: Value as shown to staff of the agency.
    """

    field: str
    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Criterion:
    """A priority criterion that holds."""

    id: str
    name: str
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class SharedPriority:
    """The priority as it is worked out of what may leave the agency alone.

    Attributes:
        level: ``P1`` … ``P4``; ``None`` when the report is not in scope.
        criteria: Criteria that hold.
        to_verify: What is not known and may lower the priority.
        fields: Fields that it rests on, answered or not.
    """

    level: str | None
    criteria: tuple[Criterion, ...] = ()
    to_verify: tuple[Evidence, ...] = ()
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Mark:
    """Where, in an answer, something was found; never what.

    Attributes:
        field: Field of the report.
        start: Position of the first character, from 0.
        end: Position after the last one.
        row: Row of a repetition, from 1; 0 when the field is not one.
        column: Field of that row.
    """

    field: str
    start: int
    end: int
    row: int = 0
    column: str = ""


@dataclass(frozen=True, slots=True)
class Warning:  # noqa: A001 (the domain's word; never confused with the built-in here)
    """Something to look at that blocks nothing.

    Attributes:
        id: Kind of warning (``nir``, ``pourcentage``, …).
        text: French sentence, never quoting the answer.
        fields: Fields it was drawn from.
        marks: Where in free text, for likely patient data: for the agency's eyes only.
        impossible: Whether those answers cannot be true: no figure and no delay uses them.
    """

    id: str
    text: str
    fields: tuple[str, ...]
    marks: tuple[Mark, ...] = ()
    impossible: bool = False


@dataclass(frozen=True, slots=True)
class Assessment:
    """The verdict on one report. Same report, rule-set and reference data: the same bytes.

    Attributes:
        number: Dossier.
        fingerprint: Hash of what the verdict depends on.
        ruleset: Version of the rule-set (annotation 908).
        status: Triage status.
        score: Completeness, 0 to 100, rounded half up; ``None`` where the form does not ask every
            mandatory question and nobody said so.
        band: Name of the score's band; "" without a score.
        admissible: Whether no mandatory item is missing or invalid.
        items: Every item of the rule-set, in its order.
        out_of_scope: Reason that puts it out of scope, if any.
        unanswered_scope: Scope questions without an answer.
        priority: ``P1`` … ``P4``; ``None`` when the report is not in scope. The highest that could
            be true, where something is not known.
        criteria: Criteria that hold.
        warnings: What a human should look at.
        to_verify: What is not known and may lower the priority, each with why.
        open_status: Of a decided report, the status that its answers give; else ``None``.
        shared: The priority for who may not read all; ``None`` where nobody worked it out.
        not_asked: How many of the items that it counts the form does not ask, as a person said.
        partly_asked: Of how many it asks a part.
        counted: How many items are wanted or scored; 0 where nobody counted: the mandatory ones.
        beside: How many of them are not mandatory.
    """

    number: int
    fingerprint: str
    ruleset: str
    status: Status
    score: int | None
    band: str
    admissible: bool
    items: tuple[ItemResult, ...]
    out_of_scope: ScopeReason | None
    unanswered_scope: tuple[ScopeReason, ...]
    priority: str | None
    criteria: tuple[Criterion, ...]
    warnings: tuple[Warning, ...]
    to_verify: tuple[Evidence, ...] = ()
    open_status: Status | None = None
    shared: SharedPriority | None = None
    not_asked: int = 0
    partly_asked: int = 0
    counted: int = 0
    beside: int = 0

    @property
    def for_agency(self) -> bool:
        """Whether all that it lacks is for the agency to look at: no declarant can give it."""
        askable = any(one.asked for one in self.unanswered_scope)
        return self.status is Status.A_PRECISER and not askable

    @property
    def reach(self) -> str:
        """On how many items a score stands, in French; "" where on all of them, asked whole."""
        if self.score is None or not (self.not_asked or self.partly_asked):
            return ""
        every = self.counted or sum(item.mandatory for item in self.items)
        what = "éléments qui comptent" if self.beside else "éléments obligatoires"
        partly = f"dont {self.partly_asked} en partie" if self.partly_asked else ""
        if not self.not_asked:
            return f"sur les {every} {what}, {partly} : ce formulaire n'en demande pas plus"
        told = f"sur {every - self.not_asked} des {every} {what}"
        return ", ".join(filter(None, (told, partly, "seuls demandés par ce formulaire")))
