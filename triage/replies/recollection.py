"""Who wrote what an annotation shows, when memory does not say: the bridge by the API, or a person.

DS dates each annotation, and the last change that a person made to any annotation of a dossier; a
write through the API does not move the second date (FACTS, "Writing"). So what is dated after it
was not written by hand. This is what is left to know our own by when the base was lost, or was
restored from an older copy.
"""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import datetime

from msgspec import structs

from mappings.dossier.answered import ANNOTATIONS
from mappings.dossier.days_of_answers import BY_ONE_HAND
from mappings.dossier.model import Champ, Dossier, Unreadable
from mappings.report.display import show_champ
from mappings.schema.champs import in_our_word
from mappings.schema.model import FormMapping
from triage.replies.annotations import shown
from triage.replies.decision import PRIORITY, STATUS, Written, annotation_of
from triage.replies.inputs import Memory, ReplyRules

CHECKED = "controle_le"
"""Annotation that goes with every write of ours: the bridge's signature."""

_THEN = "écrit sous d'autres mots"
_AGAIN = "à écrire de nouveau"
_MANY = 3
"""Annotations of ours that one write made: a person saves one or two at a time."""


def recollected(dossier: Dossier, memory: Memory, *, reply_rules: ReplyRules) -> Memory:
    """What is remembered of a dossier, completed by what DS shows as written by the bridge.

    With a status that was forgotten come the labels that go with it, where the dossier has them:
    DS does not say who put a label.
    """
    written = written_by_us(dossier, memory.written, mapping=reply_rules.mapping)
    forgotten = written.get(STATUS, frozenset()) - memory.written.get(STATUS, frozenset())
    labels = {
        label
        for status in forgotten
        for label in _labels_beside(status, written, reply_rules=reply_rules)
    }
    worn = reply_rules.mapping.labels_in(labels, dossier.labels)
    checked = _checked(dossier, reply_rules.mapping)
    behind = bool(checked) and checked not in memory.written.get(CHECKED, frozenset())
    return replace(
        memory,
        written=written,
        confirmed={} if behind else memory.confirmed,  # DS confirmed something later than we know
        labels=memory.labels | worn.keys(),
    )


def touched_by_hand(dossier: Dossier, champ: Champ) -> bool:
    """Whether a person may have changed what an annotation shows, after our last write of it."""
    by_hand, written = dossier.annotations_by_hand_at, champ.updated_at
    return by_hand is not None and written is not None and written - by_hand <= BY_ONE_HAND


def unreadable(dossier: Dossier, unread: AbstractSet[str], *, mapping: FormMapping) -> Dossier:
    """A dossier in which annotations that are not read are unreadable, with what was written.

    What is unreadable keeps a dossier inside, is a person's word and no status of ours, and leaves
    it to whoever wrote it. What the bridge wrote itself stays as it is.

    Args:
        dossier: The dossier.
        unread: Paths that are not read.
        mapping: What names its annotations.
    """
    of_people = {
        champ.id
        for name, spec in mapping.annotations.items()
        if f"{ANNOTATIONS}{name}" in unread
        and (champ := annotation_of(dossier, spec.champs)) is not None
        and champ.value is not None
        and touched_by_hand(dossier, champ)
    }
    annotations = tuple(
        structs.replace(one, value=Unreadable(f"{show_champ(one.value)} ({_THEN})", _AGAIN))
        if one.value is not None and one.id in of_people
        else one
        for one in dossier.annotations
    )
    return replace(dossier, annotations=annotations) if of_people else dossier


def written_by_us(dossier: Dossier, remembered: Written, *, mapping: FormMapping) -> Written:
    """Values of annotations that are ours: those remembered, and what DS shows by no hand."""
    values: dict[str, str] = {}
    dates: dict[str, datetime] = {}
    for name, spec in mapping.annotations.items():
        champ = annotation_of(dossier, spec.champs) if spec.written else None
        if champ is not None and champ.value is not None and champ.updated_at is not None:
            values[name], dates[name] = shown(champ.value), champ.updated_at
    by_hand = dossier.annotations_by_hand_at
    behind = values.get(CHECKED) not in remembered.get(CHECKED, frozenset())
    ours = {
        name: {values[name]}
        for name in values
        if by_hand is None
        # Of what is dated like the last hand, nothing is sure: a person's word is never ours.
        or dates[name] - by_hand > BY_ONE_HAND
        or (behind and by_hand - dates[name] > BY_ONE_HAND and _signed(name, dates))
    }
    return {
        name: frozenset({*remembered.get(name, ()), *ours.get(name, ())})
        for name in {**remembered, **ours}
    }


def _checked(dossier: Dossier, mapping: FormMapping) -> str:
    if CHECKED not in mapping.annotations:
        return ""
    champ = annotation_of(dossier, mapping.annotations[CHECKED].champs)
    return shown(champ.value if champ else None)


def _signed(name: str, dates: Mapping[str, datetime]) -> bool:
    """Whether an annotation was written together with our signature, or with many of ours."""
    together = {one for one, date in dates.items() if abs(date - dates[name]) <= BY_ONE_HAND}
    return name != CHECKED and (CHECKED in together or len(together) >= _MANY)


def _labels_beside(status: str, written: Written, *, reply_rules: ReplyRules) -> set[str]:
    """Labels that go with a status that we wrote."""
    policy, specs = reply_rules.policy, reply_rules.mapping.annotations
    ours = in_our_word(specs[STATUS], status)
    answered = next((one for name, one in policy.statuses.items() if name == ours), None)
    if answered is None:
        return set()
    by_priority = policy.labels.by_priority
    levels = {in_our_word(specs[PRIORITY], one) for one in written.get(PRIORITY, ())}
    labels = {by_priority[one] for one in levels if one in by_priority}
    if answered.message == "request":
        labels.add(policy.labels.after_last_request)
    return labels.union(answered.labels)
