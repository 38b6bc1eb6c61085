"""What a planted dossier is worth, by the guide's table and from what was planted in it."""

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Literal

from sandbox.demarche.seed import Planted, State

Status = Literal["Complet", "À compléter", "À préciser", "Hors champ", "Clos"]
Priority = Literal["P1", "P2", "P3", "P4"]

PENALTIES: Mapping[str, Decimal] = {
    **{item: Decimal("0.10") for item in ("A1", "A2", "A3", "A4", "M3", "M4", "M5")},
    **{f"D{at}": Decimal("0.10") for at in (0, 2, 5, 6, 7, 9, 10, 11, 12, 13, 14, 15)},
    **{item: Decimal("0.10") for item in ("R1", "R4", "R5", "R6", "R7", "P1", "P2")},
    **{item: Decimal("0.30") for item in ("M2", "D3", "D4", "D8", "R2", "R3", "S1")},
    **{item: Decimal("0.50") for item in ("M1", "D1")},
}
CLOSED = ("accepte", "refuse", "sans_suite")
IN_SCOPE = {1: True, 2: True, 3: True, 4: False}
ORDINARY_POPULATIONS = {"Adulte", "Autre"}
WIDE_PATIENTS = 1000
WIDE_SHARE = 5


def score(items: Mapping[str, str]) -> int:
    """Give 100 x the product of what each item leaves, rounded half up."""
    left = Decimal(100)
    for item, verdict in items.items():
        if verdict in ("missing", "invalid"):
            left *= 1 - PENALTIES[item]
        elif verdict == "insufficient":
            left *= 1 - PENALTIES[item] / 2
    return int(left.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def out_of_scope(answers: Mapping[int, Any]) -> int | None:
    """Give the first of champs 1 to 4 whose answer puts the report out of scope."""
    for champ, wanted in IN_SCOPE.items():
        if answers.get(champ) is (not wanted):
            return champ
    return None


def status(state: State, answers: Mapping[int, Any], items: Mapping[str, str]) -> Status:
    """Give the triage status: the first that holds."""
    if state in CLOSED:
        return "Clos"
    if out_of_scope(answers):
        return "Hors champ"
    if any(answers.get(champ) is None for champ in IN_SCOPE):
        return "À préciser"
    blocked = any(verdict in ("missing", "invalid") for verdict in items.values())
    return "À compléter" if blocked else "Complet"


def criteria(answers: Mapping[int, Any]) -> list[str]:
    """Give the criteria of 2017 that the visible answers meet."""
    patients = answers.get(42) if answers.get(41) else None
    share = answers.get(45) if answers.get(31) == "Nationale" else None
    met = {
        "widespread": (patients or 0) >= WIDE_PATIENTS or (share or 0) >= WIDE_SHARE,
        "exposes": answers.get(53) == "Élevé" or harmed(answers),
        "vulnerable": bool(set(answers.get(26) or ()) - ORDINARY_POPULATIONS),
        "rare": answers.get(27) is True,
    }
    return [name for name, holds in met.items() if holds]


def harmed(answers: Mapping[int, Any]) -> bool:
    """Say whether serious cases or deaths are reported."""
    if not answers.get(49):
        return False
    return (answers.get(501) or 0) >= 1 or (answers.get(502) or 0) >= 1


def priority(answers: Mapping[int, Any]) -> Priority:
    """Give the priority of a report in scope."""
    met = criteria(answers)
    if harmed(answers) and ("widespread" in met or "vulnerable" in met):
        return "P1"
    if len(met) > 1:
        return "P2"
    return "P3" if met else "P4"


def planted(
    answers: Mapping[int, Any],
    items: Mapping[str, str],
    *,
    state: State,
    situation: int,
    kind: str,
) -> Planted:
    """Put together what is known of a dossier; a closed one keeps what its answers say."""
    verdict = status(state, answers, items)
    judged = status("en_construction", answers, items) in ("Complet", "À compléter")
    return Planted(
        status=verdict,
        score=score(items),
        items={item: items[item] for item in PENALTIES_IN_ORDER},
        priority=priority(answers) if judged else None,
        priority_criteria=tuple(criteria(answers)) if judged else (),
        out_of_scope_champ=out_of_scope(answers) if verdict == "Hors champ" else None,
        situation=situation,
        kind=kind,
    )


PENALTIES_IN_ORDER = tuple(
    sorted(PENALTIES, key=lambda item: ("AMDRSP".index(item[0]), int(item[1:])))
)
