"""Annotations due to a dossier, and those that a human holds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from mappings.dossier.model import Number
from mappings.schema.champs import in_their_words
from mappings.schema.model import FormMapping
from triage.replies.annotations import KINDS, TEXTS, canonical, fitted, shown, wanted_annotations
from triage.replies.decision import STATUS, DecisionTaken
from triage.replies.inputs import JudgedDossier, Memory, ReplyRules, reach_told
from triage.replies.policy import StatusPolicy
from triage.replies.recollection import touched_by_hand
from triage.replies.reply import Annotate, AnnotationChange, Conflict, reply_key
from triage.verdict.model import Status

SITUATION = "situation"
"""Annotation where the bridge proposes a situation."""
MISSING = "elements_manquants"
"""Annotation that lists what is missing, and says when a number beside it no longer applies."""


@dataclass(frozen=True, slots=True)
class DueAnnotations:
    """What is to be written, in one reply if anything is, and what is not.

    Attributes:
        replies: The reply.
        conflicts: What humans hold.
        as_wanted: What DS shows already as we want it, in canonical form, by name: ours.
        not_shown: Annotations that DS confirmed as we want them, and that it shows otherwise.
    """

    replies: tuple[Annotate, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    as_wanted: Mapping[str, str] = field(default_factory=dict)
    not_shown: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class _AsWanted:
    """An annotation that shows what is wanted."""

    value: str


@dataclass(frozen=True, slots=True)
class _NotShown:
    """An annotation that DS confirmed as wanted and shows otherwise, though nobody changed it.

    Writing it again would change nothing, at each run.
    """


def due_annotations(
    judged: JudgedDossier,
    memory: Memory,
    *,
    status: StatusPolicy,
    decision: DecisionTaken,
    reply_rules: ReplyRules,
) -> DueAnnotations:
    """What is to be written, what humans hold, and what shows what is wanted."""
    due: list[AnnotationChange] = []
    conflicts: list[Conflict] = []
    as_wanted: dict[str, str] = {}
    not_shown: set[str] = set()
    values = _values(judged, status=status, decision=decision, reply_rules=reply_rules)
    for name, wanted in values.items():
        match _compared(judged, memory, name=name, wanted=wanted, reply_rules=reply_rules):
            case AnnotationChange() as change:
                due.append(change)
            case Conflict() as conflict:
                conflicts.append(conflict)
            case _AsWanted(value):
                as_wanted[name] = value
            case _NotShown():
                not_shown.add(name)
            case None:
                pass
    alone = all(change.name in reply_rules.policy.never_alone for change in due)
    replies = () if alone else (_annotate(judged, due),)
    return DueAnnotations(replies, tuple(conflicts), as_wanted, frozenset(not_shown))


def annotations_of(
    judged: JudgedDossier, *, status: StatusPolicy, decision: DecisionTaken, reply_rules: ReplyRules
) -> Mapping[str, str]:
    """What is wanted of the annotations of a dossier, by name, whatever DS shows already.

    In canonical form; one that is left or made blank is left out, and so is one that the form of
    the dossier does not have.
    """
    found = {}
    values = _values(judged, status=status, decision=decision, reply_rules=reply_rules)
    for name, wanted in values.items():
        spec = reply_rules.mapping.annotations[name]
        descriptor = judged.descriptor(spec.champs)
        if descriptor is not None:
            value = in_their_words(spec, wanted)
            found[name] = canonical(fitted(value, KINDS.get(descriptor.type, "other")))
    return {name: text for name, text in found.items() if text}


def _compared(
    judged: JudgedDossier, memory: Memory, *, name: str, wanted: str | int, reply_rules: ReplyRules
) -> AnnotationChange | Conflict | _AsWanted | _NotShown | None:
    """What is wanted of one annotation, beside what it shows and what is ours there."""
    spec = reply_rules.mapping.annotations[name]
    descriptor = judged.descriptor(spec.champs)
    if descriptor is None:
        return None
    champ = judged.annotation((descriptor.id,))
    kind = KINDS.get(descriptor.type, "other")
    if wanted == "" and kind not in TEXTS:
        return None  # DS can clear a text or a list, nothing else
    wanted = fitted(in_their_words(spec, wanted), kind)
    found, value = shown(champ.value if champ else None), canonical(wanted)
    if found == value:
        # Of a proposal, the same value may be a person's confirmation.
        return _AsWanted(value) if found and name not in reply_rules.policy.proposals else None
    if found and found not in memory.written.get(name, frozenset()):
        if name in reply_rules.policy.proposals or name in reply_rules.policy.never_alone:
            return None
        return Conflict(number=judged.dossier.number, annotation=name, wanted=value, found=found)
    if memory.confirmed.get(name) == value and (
        champ is None or not touched_by_hand(judged.dossier, champ)
    ):
        return _NotShown()
    if value in memory.refused_values.get(name, frozenset()):
        return None
    return AnnotationChange(name=name, api_id=descriptor.api_id, kind=kind, value=wanted)


def _values(
    judged: JudgedDossier, *, status: StatusPolicy, decision: DecisionTaken, reply_rules: ReplyRules
) -> Mapping[str, str | int]:
    values = _wanted(judged, status=status, reply_rules=reply_rules)
    if STATUS in values and decision.exclusion and decision.status is Status.HORS_CHAMP:
        return {**values, STATUS: decision.shown}  # by a reason that a person gave
    return values


def _wanted(
    judged: JudgedDossier, *, status: StatusPolicy, reply_rules: ReplyRules
) -> Mapping[str, str | int]:
    values = wanted_annotations(
        judged.assessment,
        texts=reply_rules.texts,
        at=judged.assessed_at,
        labels=judged.labels,
        reach=reach_told(judged, reply_rules),
    )
    kept = {name: values[name] for name in status.annotations if name in values}
    if status.only_if_written:
        return kept
    mapping = reply_rules.mapping
    dropped = [name for name in reply_rules.policy.managed_annotations if name not in kept]
    cleared = dict.fromkeys(dropped, "")
    blank = [*dropped, *(name for name, value in kept.items() if value == "")]
    if MISSING in kept and _stale_number(judged, blank, mapping=mapping):
        kept[MISSING] = wanted_annotations(
            judged.assessment,
            texts=reply_rules.texts,
            at=judged.assessed_at,
            labels=judged.labels,
            stale_score=True,
        )[MISSING]
    proposed = {SITUATION: judged.situation} if SITUATION in mapping.annotations else {}
    return {**kept, **cleared, **proposed}


def _stale_number(judged: JudgedDossier, blank: Sequence[str], *, mapping: FormMapping) -> bool:
    """Whether a number stands where nothing is wanted any more: DS cannot clear a number."""
    found = [judged.annotation(mapping.annotations[name].champs) for name in blank]
    return any(champ is not None and isinstance(champ.value, Number) for champ in found)


def _annotate(judged: JudgedDossier, changes: Sequence[AnnotationChange]) -> Annotate:
    number = judged.dossier.number
    stated = [f"{change.name}={canonical(change.value)}" for change in changes]
    return Annotate(
        key=reply_key(number, "annotate", *stated),
        number=number,
        dossier_id=judged.dossier.id,
        changes=tuple(changes),
    )
