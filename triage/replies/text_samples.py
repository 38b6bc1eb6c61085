"""Values that each template may show, as a dossier gives them: templates are tried on all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import product
from types import MappingProxyType
from typing import Any, TypeAlias

from triage.verdict.model import Criterion, Evidence, ItemResult, ScopeReason, Status, Verdict

Sample: TypeAlias = Mapping[str, Any]
REFERENCE = "UNC-0000-0000"
REACH = "sur 30 des 31 éléments obligatoires, seuls demandés par ce formulaire"


@dataclass(frozen=True, slots=True)
class Point:
    """One answer to give or to mend, as a template shows it.

    Attributes:
        name: Name of the item of the guide, in French.
        section: Section of the guide and of the form.
        question: The question as the form asks it; empty where the form does not.
        row: Row of a repetition that has several (``Spécialité nº 2``); else empty.
        typed: What the declarant typed there; empty for nothing, a file, a long text, and whatever
            may be a patient's.
        reason: What is wrong.
        expected: What is expected of this answer: no capital, no full stop.
        says_nothing: Whether ``typed`` is as good as blank (« NC », « à compléter »).
    """

    name: str
    section: str
    question: str
    row: str
    typed: str
    reason: str
    expected: str
    says_nothing: bool = False

    @property
    def labels(self) -> Sequence[str]:
        """The question as a list, for texts written before questions were told one by one."""
        return (self.question,) if self.question else ()


def _item(verdict: Verdict) -> ItemResult:
    return ItemResult(
        id="A2",
        name="Contact",
        section="2. Déclarant",
        expected="Un courriel.",
        mandatory=True,
        verdict=verdict,
        reason="courriel mal formé",
        fields=("courriel",),
        lost=Decimal("0.1"),
        at_fault=("courriel",),
    )


_DEFECTS = (_item(Verdict.MISSING), _item(Verdict.INVALID))
_QUESTION = ScopeReason("but_medical", "But médical", "", "sans réponse")
_FACTS = (Evidence("population", "Population", "Enfant"), Evidence("age", "Âge", "3"))
_CRITERIA = (Criterion("fragiles", "Patients fragiles", _FACTS), Criterion("nu", "Nu", ()))
_REQUESTED = (
    Point("Contact", "2. Déclarant", "Courriel", "", "a@", "courriel mal formé", "Un courriel."),
    Point("RCP", "3. Médicaments", "", "Spécialité nº 2", "", "absent", "Le RCP."),
    Point("Titre", "4. Usage", "Titre", "", "NC", "absent", "Un titre.", says_nothing=True),
)


def _message(requested: Sequence[Point], questions: Sequence[ScopeReason], **how: Any) -> Sample:
    return {
        "number": 1,
        "reference": REFERENCE,
        "requested": list(requested),
        "remarks": list(requested),
        "points": len(requested) or len(questions),
        "exclusion": "Sans but médical",
        "unanswered_scope": list(questions),
        **how,
    }


_MESSAGES = tuple(
    _message(
        requested,
        questions,
        correction=correction,
        editable=editable,
        reach="" if editable else REACH,
        asked_before=before,
        deadline=deadline,
    )
    for (requested, questions), correction, editable, before, deadline in product(
        ((_REQUESTED, ()), (_REQUESTED[:1], ()), ((), (_QUESTION,)), ((), ())),
        (None, "incomplete", "incorrect"),
        (True, False),
        (True, False),
        ("", "1er décembre 2026"),
    )
)
SAMPLES: Mapping[str, Sequence[Sample]] = MappingProxyType(
    {
        "elements_manquants": tuple(
            {
                "status": status.value,
                "defects": list(defects),
                "unanswered_scope": list(questions),
                "stale_score": stale,
                "reach": "" if stale else REACH,
            }
            for status, defects, questions, stale in product(
                Status, (_DEFECTS, ()), ((_QUESTION,), ()), (True, False)
            )
        ),
        "motifs_priorite": tuple(
            {"criteria": criteria, "to_verify": facts}
            for criteria, facts in product((_CRITERIA, ()), (_FACTS, ()))
        ),
        "message_received": _MESSAGES,
        "message_request": _MESSAGES,
        "message_reminder": _MESSAGES,
        "message_out_of_scope": _MESSAGES,
    }
)
"""Templates of a form, each with the values that it may be given."""
OPTIONAL = frozenset({"message_reminder", "message_out_of_scope"})
"""Templates that a form needs only where its policy sends those messages."""
