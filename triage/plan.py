"""Which replies are due to a dossier: a pure function of its verdict and of what DS shows now."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256

from mappings.dossier import Champ, Dossier, YesNo
from mappings.mapping import FormMapping
from mappings.revision import Descriptor
from triage.annotations import KINDS, canonical, shown, wanted_annotations
from triage.assessment import Assessment
from triage.messages import due_message, exhausted
from triage.reply import (
    Annotate,
    AnnotationChange,
    Conflict,
    MessageSent,
    Reply,
    SetLabel,
)
from triage.reply_policy import ReplyPolicy, Sending, StatusPolicy
from triage.texts import Texts

MANUAL = "traitement_manuel"
"""Annotation by which an instructeur switches the bridge off for one dossier."""


@dataclass(frozen=True, slots=True)
class Memory:
    """What the bridge remembers of one dossier.

    Attributes:
        written: Values of each annotation that are its own, in canonical form: the last that DS
            confirmed, and those sent since whose answer was lost.
        labels: Labels that it added.
        uncertain_labels: Those of them whose answer was lost: they may not be on DS.
        messages: Messages that it sent, oldest first.
    """

    written: Mapping[str, frozenset[str]] = field(default_factory=dict)
    labels: frozenset[str] = frozenset()
    uncertain_labels: frozenset[str] = frozenset()
    messages: tuple[MessageSent, ...] = ()


@dataclass(frozen=True, slots=True)
class Judged:
    """A dossier with its verdict.

    Attributes:
        dossier: As DS shows it.
        assessment: The verdict.
        assessed_at: When it was reached.
        annotations: Annotation descriptors of the dossier's revision.
        situation: Id of the situation that it is in, proposed or confirmed (annotation 907);
            empty when it is in none. A value there that is not our own is a person's: neither a
            conflict nor to be written over (:mod:`flows.situations` reads it as a confirmation).
    """

    dossier: Dossier
    assessment: Assessment
    assessed_at: datetime
    annotations: tuple[Descriptor, ...]
    situation: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is due.

    Attributes:
        replies: Replies in the order of delivery.
        conflicts: Annotations that a human changed.
        again_at: When the plan must be made again though nothing changed (quiet period).
    """

    replies: tuple[Reply, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    again_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Rulebook:
    """What the planner goes by: the form's mapping, the policy, the texts, the sending settings."""

    mapping: FormMapping
    policy: ReplyPolicy
    texts: Texts
    sending: Sending


def plan(judged: Judged, memory: Memory, *, rulebook: Rulebook, now: datetime) -> Plan:
    """The replies due to one dossier at ``now``; none when a human has taken it over."""
    status = rulebook.policy.statuses.get(judged.assessment.status)
    if status is None or _taken_over(judged.dossier, rulebook.mapping):
        return Plan()
    if status.only_if_written and "statut" not in memory.written:
        return Plan()
    changes, conflicts = _annotation_changes(judged, memory, status=status, rulebook=rulebook)
    replies: list[Reply] = list(_annotate(judged, changes))
    if status.only_if_written:
        return Plan(replies=tuple(replies), conflicts=conflicts)
    replies += _label_replies(judged, memory, status=status, rulebook=rulebook)
    message = due_message(
        judged.dossier,
        judged.assessment,
        kind=status.message,
        sent=memory.messages,
        texts=rulebook.texts,
        sending=rulebook.sending,
    )
    if message is None:
        return Plan(replies=tuple(replies), conflicts=conflicts)
    quiet_until = judged.dossier.champs_modified_at + rulebook.sending.quiet
    if now < quiet_until:
        return Plan(replies=tuple(replies), conflicts=conflicts, again_at=quiet_until)
    return Plan(replies=(*replies, message), conflicts=conflicts)


def _taken_over(dossier: Dossier, mapping: FormMapping) -> bool:
    if MANUAL not in mapping.annotations:
        return False
    found = _find(dossier.annotations, mapping.annotations[MANUAL].champs)
    return found is not None and found.value == YesNo(yes=True)


def _find(annotations: tuple[Champ, ...], candidates: tuple[str, ...]) -> Champ | None:
    return next((champ for champ in annotations if champ.id in candidates), None)


def _annotation_changes(
    judged: Judged, memory: Memory, *, status: StatusPolicy, rulebook: Rulebook
) -> tuple[tuple[AnnotationChange, ...], tuple[Conflict, ...]]:
    """Annotations to write, and those that a human holds."""
    descriptors = {descriptor.id: descriptor for descriptor in judged.annotations}
    due: list[AnnotationChange] = []
    conflicts: list[Conflict] = []
    for name, wanted in _wanted(judged, status=status, rulebook=rulebook).items():
        candidates = rulebook.mapping.annotations[name].champs
        descriptor = next((descriptors[c] for c in candidates if c in descriptors), None)
        if descriptor is None or descriptor.type not in KINDS:
            continue
        champ = _find(judged.dossier.annotations, (descriptor.id,))
        found = shown(champ.value if champ else None)
        if found == canonical(wanted):
            continue
        if found and found not in memory.written.get(name, frozenset()):
            conflicts.append(
                Conflict(
                    number=judged.dossier.number,
                    annotation=name,
                    wanted=canonical(wanted),
                    found=found,
                )
            )
            continue
        due.append(
            AnnotationChange(
                name=name, api_id=descriptor.api_id, kind=KINDS[descriptor.type], value=wanted
            )
        )
    if all(change.name in rulebook.policy.never_alone for change in due):
        due = []
    return tuple(due), tuple(conflicts)


def _wanted(judged: Judged, *, status: StatusPolicy, rulebook: Rulebook) -> Mapping[str, str | int]:
    values = wanted_annotations(judged.assessment, texts=rulebook.texts, at=judged.assessed_at)
    if status.only_if_written:
        return {name: values[name] for name in status.annotations}
    kept = {name: values[name] for name in status.annotations if name in values}
    dropped = [name for name in rulebook.policy.managed_annotations if name not in kept]
    cleared = {name: "" for name in dropped if rulebook.mapping.annotations[name].type != "integer"}
    stale = _stale_score(judged.dossier, dropped, rulebook.mapping)
    if stale and "elements_manquants" in kept:
        kept["elements_manquants"] = wanted_annotations(
            judged.assessment, texts=rulebook.texts, at=judged.assessed_at, stale_score=True
        )["elements_manquants"]
    return {**kept, **cleared}


def _stale_score(dossier: Dossier, dropped: list[str], mapping: FormMapping) -> bool:
    """Whether a number that no longer applies stands there: DS cannot clear a number."""
    numbers = [name for name in dropped if mapping.annotations[name].type == "integer"]
    found = [_find(dossier.annotations, mapping.annotations[name].champs) for name in numbers]
    return any(champ is not None and champ.value is not None for champ in found)


def _annotate(judged: Judged, changes: tuple[AnnotationChange, ...]) -> Iterator[Annotate]:
    if not changes:
        return
    number = judged.dossier.number
    stated = [f"{change.name}={canonical(change.value)}" for change in changes]
    yield Annotate(
        key=reply_key(number, "annotate", *stated),
        number=number,
        dossier_id=judged.dossier.id,
        changes=changes,
    )


def _label_replies(
    judged: Judged, memory: Memory, *, status: StatusPolicy, rulebook: Rulebook
) -> Iterator[SetLabel]:
    """Labels to add, and those that the bridge added and that are no longer wanted.

    A label that the bridge added and that is gone was removed by a human: it is left so until the
    bridge wants it no more. Taking it away then is asked of DS all the same, which answers that it
    is not there: so the bridge forgets that it was its own.
    """
    policy, dossier = rulebook.policy.labels, judged.dossier
    wanted = set(status.labels)
    if judged.assessment.priority in policy.by_priority:
        wanted.add(policy.by_priority[judged.assessment.priority])
    if status.message == "request" and exhausted(memory.messages, rulebook.sending):
        wanted.add(policy.after_last_request)
    for name in policy.managed:
        removed_by_human = name in memory.labels - memory.uncertain_labels
        add = name in wanted and name not in dossier.labels and not removed_by_human
        remove = name not in wanted and name in memory.labels
        if add or remove:
            yield SetLabel(
                key=reply_key(dossier.number, "label", name, str(add)),
                number=dossier.number,
                dossier_id=dossier.id,
                name=name,
                present=add,
            )


def reply_key(number: int, *parts: str) -> str:
    """Deterministic key of a reply: the same intention has the same key in every run."""
    return sha256("\n".join([str(number), *parts]).encode()).hexdigest()
