"""Labels due to a dossier: matched by name, and only those that the bridge added are removed.

A label is ours by the name that the policy gives it; what the démarche calls it is the mapping's.
"""

from dataclasses import dataclass
from datetime import datetime

from triage.replies.decision import DecisionTaken
from triage.replies.inputs import JudgedDossier, Memory, ReplyRules
from triage.replies.messages import exhausted, overdue, unheeded
from triage.replies.policy import StatusPolicy
from triage.replies.reply import SetLabel, reply_key


@dataclass(frozen=True, slots=True)
class DueLabels:
    """Labels to add or remove, and those that the démarche would need to have."""

    replies: tuple[SetLabel, ...]
    missing: frozenset[str]


def due_labels(
    judged: JudgedDossier,
    memory: Memory,
    *,
    status: StatusPolicy,
    decision: DecisionTaken,
    reply_rules: ReplyRules,
    now: datetime,
) -> DueLabels:
    """Labels to add, and those that the bridge added and that are no longer wanted.

    A label that the bridge added and that is gone was removed by a human: it is left so until the
    bridge wants it no more. Taking it away then is asked of DS all the same, which answers that it
    is not there: so the bridge forgets that it was its own.
    """
    wanted = _wanted(
        judged, memory, status=status, decision=decision, reply_rules=reply_rules, now=now
    )
    mapping, there = reply_rules.mapping, reply_rules.labels
    managed = reply_rules.policy.labels.managed
    worn = mapping.labels_in(managed, judged.dossier.labels)
    replies = []
    for name in mapping.labels_in(managed, there):
        removed_by_human = name in memory.labels - memory.uncertain_labels
        add = name in wanted and name not in worn and not removed_by_human
        remove = name not in wanted and name in memory.labels
        if add or remove:
            replies.append(_set_label(judged, name, present=add))
    missing = {} if there is None else mapping.labels_missing(wanted, there)
    return DueLabels(
        replies=tuple(one for one in replies if one.key not in memory.refused),
        missing=frozenset(missing.values()),
    )


def _wanted(
    judged: JudgedDossier,
    memory: Memory,
    *,
    status: StatusPolicy,
    decision: DecisionTaken,
    reply_rules: ReplyRules,
    now: datetime,
) -> set[str]:
    policy = reply_rules.policy.labels
    wanted = set(status.labels)
    if decision.priority in policy.by_priority:
        wanted.add(policy.by_priority[decision.priority])
    over_to_humans = (
        exhausted(memory.messages, reply_rules.sending)
        or unheeded(judged, memory, reply_rules.sending)
        or overdue(judged, memory, reply_rules=reply_rules, now=now)
    )
    if status.message == "request" and over_to_humans and policy.after_last_request:
        wanted.add(policy.after_last_request)
    return wanted


def _set_label(judged: JudgedDossier, name: str, *, present: bool) -> SetLabel:
    number = judged.dossier.number
    return SetLabel(
        key=reply_key(number, "label", name, str(present)),
        number=number,
        dossier_id=judged.dossier.id,
        name=name,
        present=present,
    )
