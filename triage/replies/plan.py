"""Which replies are due to a dossier: a pure function of its verdict and of what DS shows now."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from mappings.dossier.model import DossierState
from triage.replies.annotations_due import annotations_of, due_annotations
from triage.replies.decision import STATUS, DecisionTaken, decide, held_by_person, taken_over
from triage.replies.inputs import JudgedDossier, Memory, ReplyRules
from triage.replies.labels_due import due_labels
from triage.replies.messages import due_message, due_reminder
from triage.replies.policy import StatusPolicy
from triage.replies.recollection import recollected
from triage.replies.reply import Conflict, PassEnInstruction, Reply, reply_key

PLANNED = "8"
"""How replies are planned, beside data files and settings. Raise it when this code answers
otherwise to the same dossier: every plan is then made again once."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is due.

    Attributes:
        replies: Replies in the order of delivery.
        conflicts: Annotations that a human changed.
        again_at: When the plan must be made again though nothing changed: the quiet period is over,
            a reminder is due, or the declarant's time is up.
        missing_labels: Labels that are wanted and that the démarche does not have.
        ours: What annotations show that is ours though it was not remembered, by name.
        our_labels: Labels likewise.
    """

    replies: tuple[Reply, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    again_at: datetime | None = None
    missing_labels: frozenset[str] = frozenset()
    ours: Mapping[str, str] = field(default_factory=dict)
    our_labels: frozenset[str] = frozenset()


def plan(judged: JudgedDossier, memory: Memory, *, reply_rules: ReplyRules, now: datetime) -> Plan:
    """The replies due to one dossier at ``now``; none when a human has taken it over.

    Annotations say what the bridge proposes, but for those that a human holds; labels, messages and
    passages follow the decision in force.
    """
    known = recollected(judged.dossier, memory, reply_rules=reply_rules)
    proposed = reply_rules.policy.statuses.get(judged.assessment.status)
    if proposed is None or taken_over(judged.dossier, reply_rules.mapping):
        return _with_ours(Plan(), memory, known=known)
    if proposed.only_if_written and STATUS not in known.written:
        return _with_ours(Plan(), memory, known=known)
    held = held_by_person(judged.dossier, known.written, mapping=reply_rules.mapping)
    decision = decide(judged.assessment, held)
    annotations = due_annotations(
        judged, known, status=proposed, decision=decision, reply_rules=reply_rules
    )
    made = Plan(annotations.replies, annotations.conflicts, ours=annotations.as_wanted)
    known = replace(
        known,
        written={
            name: values
            for name, values in known.written.items()
            if name not in annotations.not_shown
        },
    )
    status = _policy_in_force(judged, decision, reply_rules)
    if status is not None:
        made = _answered(
            made, judged, known, status=status, decision=decision, reply_rules=reply_rules, now=now
        )
    return _with_ours(made, memory, known=known)


def planned_annotations(
    judged: JudgedDossier, memory: Memory, *, reply_rules: ReplyRules
) -> Mapping[str, str]:
    """What a plan would have the annotations show, by name, whatever DS shows and humans hold."""
    known = recollected(judged.dossier, memory, reply_rules=reply_rules)
    proposed = reply_rules.policy.statuses.get(judged.assessment.status)
    if proposed is None or (proposed.only_if_written and STATUS not in known.written):
        return {}
    held = held_by_person(judged.dossier, known.written, mapping=reply_rules.mapping)
    decision = decide(judged.assessment, held)
    return annotations_of(judged, status=proposed, decision=decision, reply_rules=reply_rules)


def _with_ours(made: Plan, memory: Memory, *, known: Memory) -> Plan:
    """A plan with what DS shows that is ours, where memory does not say so."""
    shown = {
        name: next(iter(values - memory.written.get(name, frozenset())), "")
        for name, values in known.written.items()
    }
    ours = {**shown, **made.ours}
    return replace(
        made,
        ours={
            name: value
            for name, value in ours.items()
            if value and value not in memory.written.get(name, frozenset())
        },
        our_labels=known.labels - memory.labels,
    )


def _answered(
    made: Plan,
    judged: JudgedDossier,
    memory: Memory,
    *,
    status: StatusPolicy,
    decision: DecisionTaken,
    reply_rules: ReplyRules,
    now: datetime,
) -> Plan:
    """A plan with the labels, the message and the passage that go with the status in force."""
    labels = due_labels(
        judged, memory, status=status, decision=decision, reply_rules=reply_rules, now=now
    )
    message = due_message(
        judged, memory, kind=status.message, decision=decision, reply_rules=reply_rules, now=now
    )
    reminder, next_step = None, None
    if message is None and status.message == "request":
        reminder, next_step = due_reminder(judged, memory, reply_rules=reply_rules, now=now)
    quiet_until = reply_rules.sending.quiet_until(judged.dossier)
    # A passage locks the declarant out: it waits as the message does.
    events: tuple[Reply, ...] = (
        *(one for one in (message, reminder) if one is not None),
        *_passage(judged, status=status, reply_rules=reply_rules),
    )
    events = tuple(reply for reply in events if reply.key not in memory.refused)
    waits = bool(events) and now < quiet_until
    return replace(
        made,
        replies=(*made.replies, *labels.replies, *(() if waits else events)),
        again_at=quiet_until if waits else next_step,
        missing_labels=labels.missing,
    )


def _policy_in_force(
    judged: JudgedDossier, decision: DecisionTaken, reply_rules: ReplyRules
) -> StatusPolicy | None:
    """What is answered beside annotations; ``None`` when nothing is touched, labels included.

    A dossier that is decided stays as it is, whatever its status says. A person's word that no
    policy names wants no label and silences messages.
    """
    statuses = reply_rules.policy.statuses
    proposed = statuses[judged.assessment.status]
    status = statuses.get(decision.status, StatusPolicy()) if decision.status else StatusPolicy()
    return None if proposed.only_if_written or status.only_if_written else status


def _passage(
    judged: JudgedDossier, *, status: StatusPolicy, reply_rules: ReplyRules
) -> Iterator[PassEnInstruction]:
    """Pass a dossier once for each submission: an instructeur who sends it back is not undone."""
    dossier = judged.dossier
    if (
        reply_rules.sending.pass_en_instruction
        and status.pass_en_instruction
        and dossier.state is DossierState.EN_CONSTRUCTION
        and dossier.correction_pending_since is None
    ):
        submitted = dossier.champs_modified_at.isoformat()
        yield PassEnInstruction(
            key=reply_key(dossier.number, "passage", submitted),
            number=dossier.number,
            dossier_id=dossier.id,
        )
