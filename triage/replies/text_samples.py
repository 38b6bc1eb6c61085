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


@dataclass(frozen=True, slots=True)
class Requested:
    """One item as it is asked for.

    Attributes:
        name: Its name in French.
        section: Section of the guide and of the form.
        reason: What is wrong.
        expected: What the guide expects.
        labels: Questions of the form that it is about, as they are labelled there.
    """

    name: str
    section: str
    reason: str
    expected: str
    labels: tuple[str, ...]


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
    Requested(
        "Contact", "2. Déclarant", "courriel mal formé", "Un courriel.", ("Courriel", "Tél.")
    ),
    Requested("RCP", "3. Médicaments", "absent", "Le RCP.", ()),
)


def _message(
    requested: Sequence[Requested], questions: Sequence[ScopeReason], **how: Any
) -> Sample:
    return {
        "number": 1,
        "reference": REFERENCE,
        "requested": list(requested),
        "unanswered_scope": list(questions),
        **how,
    }


_MESSAGES = tuple(
    _message(requested, questions, correction=correction, editable=editable)
    for (requested, questions), correction, editable in product(
        ((_REQUESTED, ()), ((), (_QUESTION,)), ((), ())),
        (None, "incomplete", "incorrect"),
        (True, False),
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
    }
)
"""Templates that every form has, each with the values that it may be given."""
