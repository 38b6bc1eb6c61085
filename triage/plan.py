"""Which replies are due to a dossier: a pure function of its verdict and of what DS shows now."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from mappings.dossier import DossierState, YesNo
from triage.judged import Judged, Memory, Rulebook
from triage.messages import due_message
from triage.plan_annotations import due_annotations
from triage.plan_labels import due_labels
from triage.reply import Conflict, PassEnInstruction, Reply, reply_key
from triage.reply_policy import StatusPolicy

MANUAL = "traitement_manuel"
"""Annotation by which an instructeur switches the bridge off for one dossier."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is due.

    Attributes:
        replies: Replies in the order of delivery.
        conflicts: Annotations that a human changed.
        again_at: When the plan must be made again though nothing changed (quiet period).
        missing_labels: Labels that are wanted and that the démarche does not have.
    """

    replies: tuple[Reply, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    again_at: datetime | None = None
    missing_labels: frozenset[str] = frozenset()


def plan(judged: Judged, memory: Memory, *, rulebook: Rulebook, now: datetime) -> Plan:
    """The replies due to one dossier at ``now``; none when a human has taken it over."""
    status = rulebook.policy.statuses.get(judged.assessment.status)
    if status is None or _taken_over(judged, rulebook):
        return Plan()
    if status.only_if_written and "statut" not in memory.written:
        return Plan()
    annotate, conflicts = due_annotations(judged, memory, status=status, rulebook=rulebook)
    if status.only_if_written:
        return Plan(replies=annotate, conflicts=conflicts)
    labels = due_labels(judged, memory, status=status, rulebook=rulebook)
    message = due_message(judged, memory, kind=status.message, rulebook=rulebook)
    quiet_until = judged.dossier.champs_modified_at + rulebook.sending.quiet
    waits = message is not None and now < quiet_until
    events = (
        *(() if message is None or waits else (message,)),
        *_passage(judged, status=status, rulebook=rulebook),
    )
    return Plan(
        replies=(
            *annotate,
            *labels.replies,
            *(reply for reply in events if reply.key not in memory.refused),
        ),
        conflicts=conflicts,
        again_at=quiet_until if waits else None,
        missing_labels=labels.missing,
    )


def _taken_over(judged: Judged, rulebook: Rulebook) -> bool:
    if MANUAL not in rulebook.mapping.annotations:
        return False
    found = judged.annotation(rulebook.mapping.annotations[MANUAL].champs)
    return found is not None and found.value == YesNo(yes=True)


def _passage(
    judged: Judged, *, status: StatusPolicy, rulebook: Rulebook
) -> Iterator[PassEnInstruction]:
    """Pass a dossier once for each submission: an instructeur who sends it back is not undone."""
    dossier = judged.dossier
    if (
        rulebook.sending.pass_en_instruction
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
