"""One dossier as an audience may read it: every mask is applied here."""

import dataclasses
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple, TypeVar

from msgspec import Struct, field
from msgspec.structs import replace

from exports.model import DossierSummary, ExportContext, ExportedDossier, Opinion
from exports.readers.facts import DossierFact
from exports.readers.patient_marks import (
    marked,
    marks_of,
    passages,
    typed_marks,
    without_patients,
)
from exports.readers.policy import Mask, Policy, Shown, WithheldRows
from exports.readers.small_counts import count_of, safe_beside, small_count
from mappings.dossier.model import Attachment
from mappings.report.model import Answer, AnswerState, Row, Unmapped, Value
from mappings.schema.model import Audience, FieldSpec
from triage.replies.decision import PRIORITY, DecisionTaken, decide
from triage.situations.propose import is_ours
from triage.verdict.model import Assessment, Evidence


def attachments(value: Value | None) -> tuple[Attachment, ...]:
    """Return the files of a value, none when it holds no files."""
    if not isinstance(value, tuple):
        return ()
    return tuple(item for item in value if isinstance(item, Attachment))


_PUBLIC_FACTS = frozenset(
    {"number", "state", "revision_id", "deposited_at", "champs_modified_at", "decided_at"}
)
_PATH = re.compile(r"[./\[]")
_NOT_ASKED = Answer(AnswerState.NOT_ASKED)


_T = TypeVar("_T")
DECISION: DossierFact[DecisionTaken] = DossierFact("decision", DecisionTaken)


class RowsBasis(NamedTuple):
    """What the rows of a dossier rest on in a sheet, beside the dossier and its audience.

    Attributes:
        number: The dossier.
        opinion: What the readers of the workbook wrote on it.
        why: Why they have it.
        due: Why it is to be treated now.
        turn: Who is to act.
    """

    number: int
    opinion: Opinion | None
    why: str
    due: str
    turn: str


class Reading(Struct, frozen=True, eq=False):
    """One dossier read by an audience. Nothing else may look into its report.

    Attributes:
        entry: The dossier.
        context: Circumstances of the export.
        policy: What leaves the agency.
        audience: Who reads.
        crpv: Centres that it concerns, as staff read them.
        nowhere: Whether it fits no centre, though it could.
        beyond: Where it is from, when no centre is in charge of that: overseas, abroad.
        why: Why the readers of the workbook have it, as they read it.
        due: Why it is to be treated now, as they read it; blank where it is not.
        turn: Who is to act, as they read it; blank where it is not to be treated.
        waits_since: Since when; the declarant's last sending where nobody says.
        author: Whose workbook it is read in, see :attr:`exports.model.ExportedDossier.opinions`.
    """

    entry: ExportedDossier
    context: ExportContext
    policy: Policy
    audience: Audience
    crpv: str = ""
    nowhere: bool = False
    beyond: str = ""
    why: str = ""
    due: str = ""
    turn: str = ""
    waits_since: datetime | None = None
    author: str = ""
    _known: dict[str, Any] = field(default_factory=dict)
    _answers: dict[str, Shown] = field(default_factory=dict)
    _rows_basis: list[RowsBasis] = field(default_factory=list)

    def copy(self, **other: Any) -> "Reading":
        """The same but for some attributes.

        What is worked out of one is of the other too, unless another audience reads it.
        """
        if "audience" in other:
            other |= {"_known": {}, "_answers": {}}
        return replace(self, _rows_basis=[], **other)

    def once(self, name: str, work: Callable[["Reading"], _T]) -> _T:
        """What all workbooks of an audience say of the dossier, worked out by the first.

        Args:
            name: What it is.
            work: Works it out of the dossier, from nothing that one workbook has and another has
                not: neither centres, nor author.
        """
        known = self._known
        if name not in known:
            known[name] = work(self)
        found: _T = known[name]
        return found

    def told(self, fact: DossierFact[_T], work: Callable[["Reading"], _T]) -> _T:
        """The same of what may be kept from one publication to the next."""
        try:  # asked a hundred times as often as it is worked out
            found: _T = self._known[fact.name]
        except KeyError:
            return self.once(fact.name, work)
        return found

    def facts(self, *among: DossierFact[Any]) -> dict[str, Any]:
        """Those of some facts that are known, by name."""
        return {one.name: self._known[one.name] for one in among if one.name in self._known}

    @property
    def rows_basis(self) -> RowsBasis:
        """What its rows rest on; asked once a sheet, worked out once."""
        if not self._rows_basis:
            told = (self.opinion, self.why, self.due, self.turn)
            self._rows_basis.append(RowsBasis(self.number, *told))
        return self._rows_basis[0]

    @property
    def number(self) -> int:
        """Number of the dossier."""
        return self.entry.number

    @property
    def summary(self) -> DossierSummary:
        """What is counted and ordered of the dossier, whoever reads."""
        return self.once("summary", lambda one: one.entry.summary)

    @property
    def mask(self) -> Mask:
        """What stands in place of what is withheld."""
        return Mask(self.policy.mask)

    def answer(self, field: str) -> Shown:
        """Answer to a field, or what stands in its place. The rows of a repetition: see `rows`."""
        answer = self.entry.report.fields.get(field, _NOT_ASKED)
        if self.audience == "agence":
            return answer
        if field not in self._answers:
            self._answers[field] = self._masked(answer, field)
        return self._answers[field]

    def forget_answers(self) -> None:
        """Let go of answers that were masked: they take as much memory as the report."""
        self._answers.clear()

    def _masked(self, answer: Answer, field: str) -> Shown:
        """An answer as the others than the agency may read it."""
        if self._withheld(field) or self._tells_small_counts(field):
            return self.mask
        if field in self.policy.small_counts.fields:
            if marked(self.entry.assessment, field):
                return self.mask
            return small_count(answer, below=self.policy.small_counts.below, mask=self.mask)
        return self._for_others(answer, field)

    def rows(self, field: str) -> tuple[Row, ...]:
        """Rows of a repetition that this audience may read."""
        return tuple(row for _, row in self._kept_rows(field))

    def medicines(self, field: str) -> tuple[Mapping[str, str], ...]:
        """What BDPM says of each of :meth:`rows`, by column; nothing for other repetitions."""
        where = self.context.mapping.medicines
        facts = self.entry.medicines if where and where.rows == field else ()
        return tuple(
            facts[place] if place < len(facts) else {} for place, _ in self._kept_rows(field)
        )

    def rows_kept_back(self, field: str) -> int:
        """How many rows of a repetition this audience may not read."""
        return len(self._all_rows(field)) - len(self.rows(field))

    def cell(self, row: Row, *, field: str, name: str) -> Shown:
        """Answer in a row of a repetition, or what stands in its place."""
        answer = row.get(name, _NOT_ASKED)
        if self.audience == "agence":
            return answer
        if self.context.mapping.fields[field].fields[name].audience == "agence":
            return self.mask
        place = next(n for n, one in enumerate(self._all_rows(field), 1) if one is row)
        return self._for_others(answer, field, row=place, column=name)

    @property
    def decision(self) -> DecisionTaken:
        """The status and priority in force, as this audience may know them.

        Outside of the agency the priority is worked out without what stays there, and is not told
        where a part of what it rests on is withheld from this dossier: the level and the reasons
        say nothing of that. Nor is a priority that a person typed: it may rest on what stays there.
        """
        return self.told(DECISION, lambda one: decide(one.assessment, one._held))  # noqa: SLF001

    @property
    def _held(self) -> Mapping[str, str]:
        """What a person wrote, as this audience may know it."""
        held = self.entry.held
        if self.audience == "agence":
            return held
        return {name: said for name, said in held.items() if name != PRIORITY}

    @property
    def assessment(self) -> Assessment:
        """The verdict, with the priority and the reasons that this audience may know."""
        verdict = self.entry.assessment
        if self.audience == "agence":
            return verdict
        return self.once("verdict", lambda one: one._shared_verdict)  # noqa: SLF001 (its own)

    @property
    def _shared_verdict(self) -> Assessment:
        verdict = self.entry.assessment
        shared = verdict.shared
        if shared is None or any(self._withheld(one) for one in shared.fields):
            return dataclasses.replace(verdict, priority=None, criteria=(), to_verify=())
        return dataclasses.replace(
            verdict, priority=shared.level, criteria=shared.criteria, to_verify=shared.to_verify
        )

    def annotation(self, name: str) -> Shown:
        """Answer to an annotation privée, or what stands in its place."""
        if self.audience == "agence":
            return self.entry.report.annotations.get(name, _NOT_ASKED)
        if name not in self.policy.annotations:
            return self.mask
        return self.once(f"annotation {name}", lambda one: one._annotation_for_others(name))  # noqa: SLF001 (its own)

    def _annotation_for_others(self, name: str) -> Answer:
        """What an instructeur typed, without likely patient data: no verdict looked at it."""
        answer = self.entry.report.annotations.get(name, _NOT_ASKED)
        if answer.state is AnswerState.UNREADABLE:
            return replace(answer, raw="")
        return without_patients(answer, typed_marks(name, answer), mask=self.policy.patient_mask)

    def count(self, field: str) -> int | None:
        """A count that may be added up with others: never one that is hidden."""
        shown = self.answer(field)
        value = shown.value if isinstance(shown, Answer) else None
        return value if isinstance(value, int) and not isinstance(value, bool) else None

    def may_tell(self, fields: Sequence[str]) -> bool:
        """Whether a text drawn from these fields may be read: none of them is withheld."""
        if self.audience == "agence":
            return True
        return bool(fields) and not any(self._secret(field) for field in fields)

    def derived(self, text: str, fields: Sequence[str]) -> str:
        """Return the text drawn from these fields, or the mask."""
        return text if not text or self.may_tell(fields) else self.policy.mask

    def evidence(self, evidence: Evidence) -> str | None:
        """One fact that a priority rests on, as this audience may read it.

        Blank where it holds likely patient data; ``None`` where it is withheld: to say so would
        already say that it holds.
        """
        shown = self.answer(evidence.field)
        if isinstance(shown, Mask) and shown != self.mask:
            return f"{evidence.label} : {shown.text}"
        if not self.may_tell((evidence.field,)):
            return None
        if self.audience != "agence" and marked(self.entry.assessment, evidence.field):
            return ""
        return f"{evidence.label} : {evidence.value}"

    @property
    def patient_marks(self) -> int:
        """How many likely data of patients are masked in its texts, as their readers count them."""
        if self.audience == "agence":
            return 0
        verdict = self.entry.assessment
        marks = (mark for one in verdict.warnings for mark in one.marks)
        return sum(
            passages(marks_of(verdict, field, row=row, column=column))
            for field, row, column in {(mark.field, mark.row, mark.column) for mark in marks}
            if self._reads(field, row, column)
        )

    def _reads(self, field: str, row: int, column: str) -> bool:
        """Whether any of a text, or of a cell of a row from 1, is read."""
        spec = self.context.mapping.fields.get(field)
        if spec is None or self._secret(field):
            return False
        if not row:
            return True
        cell = spec.fields.get(column)
        kept = any(place == row - 1 for place, _ in self._kept_rows(field))
        return kept and cell is not None and cell.audience != "agence"

    @property
    def situation(self) -> str:
        """Id of its situation, or blank. A name that a person typed stays at the agency."""
        name = self.entry.situation
        return name if self.audience == "agence" or not name or is_ours(name) else self.mask.text

    @property
    def unmapped(self) -> tuple[Unmapped, ...]:
        """Answers that the mapping does not take; nobody said who else may read them."""
        return self.entry.report.unmapped if self.audience == "agence" else ()

    @property
    def opinion(self) -> Opinion | None:
        """What the readers of this workbook wrote on the dossier."""
        return self.entry.opinions.get(self.author)

    @property
    def opinions(self) -> tuple[Opinion, ...]:
        """What others wrote: each centre reads its own, the agency reads all."""
        if self.audience != "agence":
            return ()
        found = sorted(self.entry.opinions.items())
        return tuple(one for author, one in found if author != self.author)

    def _secret(self, path: str) -> bool:
        """Whether a text drawn from this field stays at the agency; what is unknown does."""
        field, *rest = _PATH.split(path, maxsplit=1)
        if field in _PUBLIC_FACTS:
            return False
        spec = self.context.mapping.fields.get(field)
        if spec is None:
            return self._nested_secret(field)
        if isinstance(self.answer(field), Mask) or self.rows_kept_back(field) > 0:
            return True
        inner = rest[0].strip("]./0123456789") if rest else ""
        return bool(inner) and (inner not in spec.fields or spec.fields[inner].audience == "agence")

    def _nested_secret(self, name: str) -> bool:
        """A field named without its repetition: secret unless every holder lets it out."""
        holders = [key for key, spec in self.context.mapping.fields.items() if name in spec.fields]
        return not holders or any(self._secret(f"{holder}.{name}") for holder in holders)

    def _withheld(self, field: str) -> bool:
        spec: FieldSpec | None = self.context.mapping.fields.get(field)
        if spec is None or spec.audience == "agence":
            return True
        answer = self.entry.report.fields.get(field, _NOT_ASKED)
        if spec.type == "rows" and answer.state is AnswerState.UNREADABLE:
            return self._row_rule(field) is not None
        return any(
            field in rule.fields and self._ticked(rule.decided_by, rule.options)
            for rule in self.policy.withheld
        )

    def _ticked(self, field: str, options: Sequence[str]) -> bool:
        answer = self.entry.report.fields.get(field, _NOT_ASKED)
        if answer.state is AnswerState.BLANK:
            return False
        if answer.state is not AnswerState.ANSWERED:
            return True
        chosen = answer.value if isinstance(answer.value, tuple) else (answer.value,)
        # Labels of a list fed by a CSV may come joined: one that stands among them was chosen.
        return any(f", {option}," in f", {one}," for option in options for one in chosen)

    def _all_rows(self, field: str) -> tuple[Row, ...]:
        value = self.entry.report.fields.get(field, _NOT_ASKED).value
        members = value if isinstance(value, tuple) else ()
        return tuple(row for row in members if isinstance(row, Mapping))

    def _kept_rows(self, field: str) -> tuple[tuple[int, Row], ...]:
        """Rows that this audience may read, each with its place in the report."""
        key = f"rows {field}"
        if key not in self._known:
            self._known[key] = self._read_rows(field)
        rows: tuple[tuple[int, Row], ...] = self._known[key]
        return rows

    def _read_rows(self, field: str) -> tuple[tuple[int, Row], ...]:
        kept = tuple(enumerate(self._all_rows(field)))
        if self.audience == "agence":
            return kept
        if self._withheld(field):
            return ()
        rule = self._row_rule(field)
        return tuple((place, row) for place, row in kept if rule is None or _row_shown(row, rule))

    def _row_rule(self, field: str) -> WithheldRows | None:
        return next((rule for rule in self.policy.rows if rule.field == field), None)

    def _tells_small_counts(self, field: str) -> bool:
        """Whether a field gives a hidden count away."""
        counts = self.policy.small_counts
        if field not in counts.told_by:
            return False
        return not safe_beside(
            [count_of(self.entry.report.fields.get(one, _NOT_ASKED)) for one in counts.fields],
            below=counts.below,
        )

    def _for_others(self, answer: Answer, field: str, *, row: int = 0, column: str = "") -> Answer:
        """An answer without likely patient data. One that cannot be read is only said to be so."""
        mask = self.policy.patient_mask
        if answer.state is AnswerState.UNREADABLE:
            return replace(answer, raw="")
        marks = marks_of(self.entry.assessment, field, row=row, column=column)
        return without_patients(answer, marks, mask=mask)


def _row_shown(row: Row, rule: WithheldRows) -> bool:
    answer = row.get(rule.decided_by, _NOT_ASKED)
    return answer.state is AnswerState.ANSWERED and answer.value in rule.shown
