"""The decision in force on a report: the verdict, and over it what a person wrote on the dossier.

The one place that says it: replies, labels, workbooks, portal and ``unc status`` act on it.
"""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Final

from french.text import normalise_label
from mappings.dossier.model import Champ, Choice, Dossier, Text, Unreadable, YesNo
from mappings.schema.champs import in_our_word
from mappings.schema.model import MANUAL, AnnotationSpec, FormMapping
from triage.replies.annotations import shown
from triage.replies.policy import ReplyPolicy
from triage.verdict.model import Assessment, Status

STATUS: Final = "statut"
EXCLUSION: Final = "motif_hors_champ"
PRIORITY: Final = "priorite"
DECIDING: Final = (STATUS, EXCLUSION, PRIORITY)
"""Annotations that the bridge writes and by which a person decides."""

_WITH_PRIORITY = frozenset({Status.COMPLET, Status.A_COMPLETER})
_IN_SCOPE = _WITH_PRIORITY | {Status.A_PRECISER}
_YES = frozenset({"oui", "true", "vrai", "1"})
_KNOWN = {normalise_label(one.value): one for one in Status}

Written = Mapping[str, AbstractSet[str]]
"""Values of each annotation that are the bridge's own, in canonical form."""


@dataclass(frozen=True, slots=True)
class DecisionTaken:
    """What is acted on.

    Attributes:
        status: The status in force; ``None`` for a person's word that is no status of ours.
        shown: The status in force as people read it.
        priority: ``P1`` … ``P4``, or a person's word; ``None`` without any.
        excluded: Whether the report is out of scope, by its answers or by a person.
        exclusion: Option that says why, as a person wrote it; empty where the verdict says it.
        proposed: Status of the verdict where a person decided otherwise; of a dossier that is
            decided on DS, the one that its answers give; else empty.
        proposed_priority: Likewise; ``–`` where the verdict has none.
    """

    status: Status | None
    shown: str
    priority: str | None
    excluded: bool
    exclusion: str = ""
    proposed: str = ""
    proposed_priority: str = ""


def annotations_read(policy: ReplyPolicy) -> frozenset[str]:
    """Annotations by which a person decides of a dossier, and of which the bridge acts."""
    return frozenset({*DECIDING, MANUAL, *policy.proposals})


def held_by_person(dossier: Dossier, written: Written, *, mapping: FormMapping) -> dict[str, str]:
    """What a person wrote in the annotations that decide: what is there and is not the bridge's."""
    held = {}
    for name in DECIDING:
        if name in mapping.annotations:
            champ = annotation_of(dossier, mapping.annotations[name].champs)
            found = shown(champ.value if champ else None)
            if found and found not in written.get(name, frozenset()):
                held[name] = in_our_word(mapping.annotations[name], found)
    return held


def decide(assessment: Assessment, held: Mapping[str, str]) -> DecisionTaken:
    """The decision in force.

    A status that a person wrote wins over everything; a reason of exclusion alone puts the report
    out of scope, unless the dossier is decided.

    Args:
        assessment: The verdict.
        held: From :func:`held_by_person`.
    """
    verdict, exclusion = assessment.status, held.get(EXCLUSION, "")
    by_person = held.get(STATUS, "")
    status: Status | None = verdict
    if normalise_label(by_person) not in {"", normalise_label(verdict.value)}:
        status = _KNOWN.get(normalise_label(by_person))
    elif exclusion and verdict is not Status.CLOS:
        status = Status.HORS_CHAMP
    told = by_person if status is None else status.value
    priority = held.get(PRIORITY) or _priority(assessment, status)
    moved = priority != assessment.priority
    return DecisionTaken(
        status=status,
        shown=told,
        priority=priority,
        excluded=is_excluded(held, verdict=assessment.out_of_scope is not None)
        or status is Status.HORS_CHAMP,
        exclusion=exclusion,
        proposed=_proposed(assessment, status),
        proposed_priority=(assessment.priority or "–") if moved else "",
    )


def is_excluded(held: Mapping[str, str], *, verdict: bool) -> bool:
    """Whether a report is out of scope: a person's reason or status wins over the verdict.

    Args:
        held: From :func:`held_by_person`.
        verdict: Whether its answers put it out of scope.
    """
    status = _KNOWN.get(normalise_label(held.get(STATUS, "")))
    if held.get(EXCLUSION) or status is Status.HORS_CHAMP:
        return True
    return verdict and status not in _IN_SCOPE


def taken_over(dossier: Dossier, mapping: FormMapping) -> bool:
    """Whether a person has the whole dossier; a switch that cannot be read counts as on."""
    spec = mapping.annotations.get(MANUAL)
    champ = annotation_of(dossier, spec.champs) if spec else None
    if spec is None or champ is None:
        return False
    match champ.value:
        case YesNo(yes=False) if spec.inverted and champ.type == "checkbox":
            return False  # a box that was not ticked says nothing
        case YesNo() as answer:
            return answer.yes is not spec.inverted
        case Text(text=text) | Choice(option=text):
            return _switched_on(spec, normalise_label(text))
        case Unreadable():
            return True
        case _:
            return False


def _switched_on(spec: AnnotationSpec, said: str) -> bool:
    """Whether a word switches the bridge off, by what the mapping says that it means."""
    if said in spec.options:
        return spec.options[said].means is True
    return (said in _YES) is not spec.inverted


def annotation_of(dossier: Dossier, candidates: tuple[str, ...]) -> Champ | None:
    """What a dossier shows for the first candidate, by stable id or normalised label, it has."""
    last_first = dossier.annotations[::-1]
    for name in candidates:
        for one in last_first:
            if one.id == name:
                return one
        for one in last_first:
            if normalise_label(one.label) == name:
                return one
    return None


def _proposed(assessment: Assessment, status: Status | None) -> str:
    """What the verdict says where a person decided otherwise, on the dossier or on DS."""
    if status is not assessment.status:
        return assessment.status.value
    return assessment.open_status.value if assessment.open_status else ""


def _priority(assessment: Assessment, status: Status | None) -> str | None:
    """The proposed priority, where reports of this status have one."""
    if status is assessment.status or status in {*_WITH_PRIORITY, Status.A_TRIER, None}:
        return assessment.priority
    return None
