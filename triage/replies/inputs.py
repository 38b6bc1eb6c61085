"""What a plan of replies is made from: a judged dossier, what is remembered of it, the rules."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias

from french.text import normalise_label
from mappings.dossier.model import Champ, Dossier
from mappings.dossier.revision import Descriptor
from mappings.schema.model import FormMapping
from triage.replies.decision import Written, annotation_of
from triage.replies.policy import ReplyPolicy
from triage.replies.reply import MessageSent
from triage.replies.sending import Sending
from triage.replies.texts import Texts
from triage.verdict.model import Assessment

Typed: TypeAlias = Mapping[tuple[str, int, str], str]
"""What was typed, by repetition (empty for none), row from 1 (0 for none) and field."""


@dataclass(frozen=True, slots=True)
class Memory:
    """What the bridge remembers of one dossier.

    Attributes:
        written: Values of each annotation that are its own, in canonical form: the last that DS
            confirmed, and those sent since whose answer was lost.
        confirmed: The last of them that DS confirmed, where nothing was sent since.
        labels: Labels that it added.
        uncertain_labels: Those of them whose answer was lost: they may not be on DS.
        messages: Messages that it sent, oldest first.
        refused: Keys of replies that DS refused and would refuse again as things stand.
        refused_values: Values of each annotation that DS refused likewise, in canonical form.
    """

    written: Written = field(default_factory=dict)
    confirmed: Mapping[str, str] = field(default_factory=dict)
    labels: frozenset[str] = frozenset()
    uncertain_labels: frozenset[str] = frozenset()
    messages: tuple[MessageSent, ...] = ()
    refused: frozenset[str] = frozenset()
    refused_values: Mapping[str, frozenset[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class JudgedDossier:
    """A dossier with its verdict.

    Attributes:
        dossier: As DS shows it.
        assessment: The verdict.
        assessed_at: When it was reached.
        annotations: Annotation descriptors of the dossier's revision.
        labels: Question that the dossier's revision asks for each field, by the field's name.
        typed: What was typed where something is wrong (:mod:`triage.replies.points`).
        situation: The situation that it is in, proposed or confirmed, as annotation 907 shows it
            (the bridge's id beside its title); empty when it is in none. A value there that is not
            our own is a person's: neither a conflict nor to be written over
            (:mod:`steps.judge.situation_descriptions` reads it as a confirmation).
    """

    dossier: Dossier
    assessment: Assessment
    assessed_at: datetime
    annotations: tuple[Descriptor, ...]
    labels: Mapping[str, str] = field(default_factory=dict)
    typed: Typed = field(default_factory=dict)
    situation: str = ""

    def descriptor(self, candidates: tuple[str, ...]) -> Descriptor | None:
        """The first candidate, by stable id or normalised label, that the revision has."""
        by_name = {one.id: one for one in self.annotations}
        by_name |= {normalise_label(one.label): one for one in self.annotations}
        return next((by_name[one] for one in candidates if one in by_name), None)

    def annotation(self, candidates: tuple[str, ...]) -> Champ | None:
        """What the dossier shows for the first candidate that it has."""
        return annotation_of(self.dossier, candidates)


@dataclass(frozen=True, slots=True)
class ReplyRules:
    """Mapping, reply policy, texts and message settings that every plan uses.

    Attributes:
        mapping: The form's mapping.
        policy: What is answered to each status.
        texts: Templates of the form.
        sending: When declarants are written to.
        labels: Names of the labels that the démarche has; ``None`` when that is not known.
        asks_all: Whether the form in force asks all that a score counts.
    """

    mapping: FormMapping
    policy: ReplyPolicy
    texts: Texts
    sending: Sending
    labels: frozenset[str] | None = None
    asks_all: bool = True


def reach_told(judged: JudgedDossier, rules: ReplyRules) -> str:
    """On how many items a score stands, where the form itself does not ask them all.

    Of a dossier of an earlier revision, which asked less, staff read it on the portal and in
    workbooks: its declarant was asked no more, and 904 stays « Aucun » (EXIGENCES.md).
    """
    return "" if rules.asks_all else judged.assessment.reach
