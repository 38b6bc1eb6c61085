"""Which replies are due to judged dossiers: what is remembered of each, and its plan."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256

from french.text import normalise_label
from mappings.dossier.model import Dossier
from mappings.dossier.revision import Descriptor, Revision
from mappings.drift.model import Drift, blocks
from mappings.schema.champs import parts
from mappings.schema.model import FieldSpec, FormMapping
from steps.wiring.drift import asks_all, drift_of
from steps.wiring.services import Services
from store.dossiers.models import LightRow
from store.outbox.corrections import Correction
from store.outbox.outbox import OursThere, StoredReply
from store.outbox.plans import DuePlan
from store.outbox.stages import OPEN, Stage
from store.verdicts.assessments import AssessmentRow
from triage.replies.annotations import canonical
from triage.replies.decision import Written
from triage.replies.inputs import JudgedDossier, Memory, ReplyRules, Typed
from triage.replies.plan import PLANNED, plan
from triage.replies.reply import Annotate, MessageSent
from triage.verdict.model import Assessment


@dataclass(frozen=True, slots=True)
class Remembered:
    """What the outbox holds about some dossiers, read at once."""

    ours: Mapping[int, OursThere]
    messages: Mapping[int, tuple[MessageSent, ...]]
    replies: Mapping[int, Sequence[StoredReply]]

    def of(self, number: int, *, conditions_stand: bool) -> Memory:
        """The memory of one dossier.

        Args:
            number: Its number.
            conditions_stand: Whether all is as it was when DS refused something: else a refusal is
                forgotten, and what was refused may be tried again.
        """
        stored = self.replies.get(number, ())
        refused = [one for one in stored if one.stage is Stage.REFUSED and conditions_stand]
        ours = self.ours.get(number, OursThere())
        return Memory(
            written=ours.annotations,
            confirmed=ours.confirmed,
            labels=ours.labels,
            uncertain_labels=ours.uncertain_labels,
            messages=self.messages.get(number, ()),
            refused=frozenset(one.reply.key for one in refused),
            refused_values=_refused_values(refused, ours.annotations),
        )


def _refused_values(
    refused: Sequence[StoredReply], written: Written
) -> Mapping[str, frozenset[str]]:
    """Values that DS refused; a refused reply may have been written in part."""
    values: dict[str, set[str]] = {}
    for one in refused:
        for change in one.reply.changes if isinstance(one.reply, Annotate) else ():
            value = canonical(change.value)
            if value not in written.get(change.name, ()):
                values.setdefault(change.name, set()).add(value)
    return {name: frozenset(found) for name, found in values.items()}


@dataclass(slots=True)
class Planner:
    """Plans the replies due to dossiers; what all plans rest on is read once.

    Attributes:
        missing_labels: Labels that a plan wanted and that the démarche does not have.
        form_drift: Differences between the form and its mapping. While one blocks nothing is sent
            (:func:`steps.reply.respond.due_replies`), and no message is planned: its deadline
            counts from the day when it may be sent.
        reply_rules: Mapping, policy, texts and settings that every plan uses.
    """

    services: Services
    at: datetime
    missing_labels: set[str] = field(default_factory=set)
    form_drift: tuple[Drift, ...] = ()
    reply_rules: ReplyRules = field(init=False)
    _basis: str = field(init=False)
    _labels: dict[str, Mapping[str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Read what every plan rests on."""
        form, sending = self.services.form, self.services.sending()
        self.form_drift = drift_of(self.services)
        if blocks(self.form_drift):
            sending = sending.model_copy(update={"channel": "off", "pass_en_instruction": False})
        state = self.services.store.demarches.state(self.services.demarche)
        self.reply_rules = ReplyRules(
            mapping=form.mapping,
            policy=form.policy,
            texts=form.texts,
            sending=sending,
            labels=None if state.labels is None else frozenset(state.labels),
            asks_all=asks_all(self.services),
        )
        less = () if self.reply_rules.asks_all else ("asks less",)
        writer = self.services.inputs.replying.writer
        around = (str(state.labels), str(state.groupes), writer, *less)
        self._basis = _digest(PLANNED, form.digest, sending.model_dump_json(), *around)

    def settled_under(self, *versions: str) -> str:
        """Hash of what every verdict and plan rests on, whatever the dossier.

        Args:
            versions: Of rules, mapping, code and reference.
        """
        return _digest(self._basis, *versions)

    def is_due(self, row: LightRow, *, situation: str = "") -> bool:
        """Whether a plan must be made: something moved, or the quiet period is over."""
        plan = row.plan
        if row.status is None:  # kept by an older version, that counted nothing
            return True
        if plan is None or plan.content != _content(row):
            return True
        verdict = (row.assessed_fingerprint, row.assessed_basis)
        if plan.conditions != self._conditions(row, verdict=verdict, situation=situation):
            return True
        return plan.again_at is not None and plan.again_at <= self.at

    def remember(self, numbers: Sequence[int]) -> Remembered:
        """Read what the outbox holds about some dossiers."""
        outbox, demarche = self.services.store.outbox, self.services.demarche
        replies: dict[int, list[StoredReply]] = {}
        stages = (*OPEN, Stage.REFUSED)
        for stored in outbox.recorded(demarche, numbers=numbers, stages=stages):
            replies.setdefault(stored.reply.number, []).append(stored)
        return Remembered(
            ours=outbox.ours(demarche, numbers=numbers),
            messages=outbox.messages_sent(demarche, numbers=numbers),
            replies=replies,
        )

    def plan(
        self,
        stored: LightRow,
        judged: JudgedDossier,
        *,
        verdict: AssessmentRow,
        remembered: Remembered,
        situation: str = "",
    ) -> DuePlan:
        """What is due to one dossier, with what tells when to plan again."""
        conditions = self._conditions(
            stored, verdict=(verdict.fingerprint, verdict.basis), situation=situation
        )
        stand = stored.plan is not None and stored.plan.conditions == conditions
        memory = remembered.of(stored.number, conditions_stand=stand)
        due = plan(judged, memory, reply_rules=self.reply_rules, now=self.at)
        self.missing_labels |= due.missing_labels
        return DuePlan(
            number=stored.number,
            content=_content(stored),
            replies=due.replies,
            conflicts=due.conflicts,
            standing=memory.refused,
            conditions=conditions,
            again_at=due.again_at,
            ours=due.ours,
            our_labels=due.our_labels,
        )

    def judged(
        self,
        dossier: Dossier,
        revision: Revision | None,
        *,
        assessment: Assessment,
        assessed_at: datetime,
        typed: Typed,
        situation: str = "",
    ) -> JudgedDossier:
        """A dossier with its verdict, as the planner takes it."""
        return JudgedDossier(
            dossier=dossier,
            assessment=assessment,
            assessed_at=assessed_at,
            annotations=revision.annotations if revision else (),
            labels=self._labels_of(revision),
            typed=typed,
            situation=situation,
        )

    def _labels_of(self, revision: Revision | None) -> Mapping[str, str]:
        if revision is None:
            return {}
        if revision.id not in self._labels:
            self._labels[revision.id] = question_labels(self.services.form.mapping, revision)
        return self._labels[revision.id]

    def _conditions(
        self,
        dossier: LightRow,
        *,
        verdict: tuple[str | None, str | None],
        situation: str,
    ) -> str:
        """What DS refused under these conditions it would refuse again."""
        judged = (verdict[0] or "", verdict[1] or "", situation)
        place = (dossier.state, dossier.groupe_id, dossier.revision_id)
        return _digest(self._basis, *judged, *place)


def _content(dossier: LightRow) -> str:
    return planned_content(dossier.content_hash)


def planned_content(content_hash: str) -> str:
    """What a plan keeps of the hash of what it was made of."""
    return content_hash[:16]


def written_with(
    remembered: Remembered, planned: DuePlan | None, *, number: int
) -> Mapping[str, frozenset[str]]:
    """Values of annotations that are ours, with those that planning found to be, by name."""
    written = dict(remembered.ours.get(number, OursThere()).annotations)
    for name, value in (planned.ours if planned else {}).items():
        written[name] = frozenset({*written.get(name, ()), value})
    return written


def written_by_us(
    services: Services, *, numbers: Iterable[int] | None = None
) -> Mapping[int, Written]:
    """Values of annotations that are ours, as they are compared, by dossier and name."""
    ours = services.store.outbox.ours(services.demarche, numbers=numbers)
    return {number: there.annotations for number, there in ours.items()}


def corrections_of(dossier: Dossier) -> list[Correction]:
    """Correction requests of a dossier, whoever made them, for the time to correction."""
    return [
        Correction(
            number=dossier.number,
            requested_at=message.created_at,
            resolved_at=dossier.answered_at(message),
        )
        for message in dossier.messages
        if message.correction is not None
    ]


def question_labels(mapping: FormMapping, revision: Revision) -> dict[str, str]:
    """The question that a revision asks for each field, the fields of rows included."""
    found: dict[str, str] = {}

    def look(specs: Mapping[str, FieldSpec], asked: Sequence[Descriptor]) -> None:
        by_name = {normalise_label(one.label): one for one in asked} | {
            one.id: one for one in asked
        }
        for name, spec in specs.items():
            descriptor = next((by_name[one] for one in spec.champs if one in by_name), None)
            if descriptor is not None:
                found.setdefault(name, descriptor.label)
                look(spec.fields, descriptor.children)
                continue
            for part in parts(spec):
                asked_here = (by_name[one].label for one in part.champs if one in by_name)
                for label in asked_here:
                    found.setdefault(part.name.rpartition(".")[2], label)
                    found.setdefault(name, label)

    look(mapping.fields, revision.champs)
    return found


def _digest(*parts: str) -> str:
    return sha256("\n".join(parts).encode()).hexdigest()[:16]
