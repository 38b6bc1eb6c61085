"""A clean dossier, sections 5 and 6: risk analysis, adverse reactions, measures."""

import math
from datetime import timedelta
from typing import Any

from sandbox.generator.data import phrases
from sandbox.generator.draft import DraftDossier

METHODS = ("SNDS", "Panel", "Ventes", "Enquête", "Extrapolation", "Autre")
SECRETS = ("Ventes", "Études non publiées", "Stratégie", "Autre")
REPORTED = 0.55


def analysis(draft: DraftDossier) -> None:
    """Say how many patients, what benefit, what risk."""
    about = draft.plan.situation
    safety = f"{draft.say(about.safety)} {draft.say(phrases('safety_tails'))}".strip()
    draft.update(
        {
            41: draft.chance(0.7),
            47: draft.say(about.efficacy),
            48: safety,
            52: draft.say(about.impacts),
            53: draft.pick((*about.levels, *about.levels, "Non évaluable")),
            54: draft.chance(0.8),
        }
    )
    if draft.answers[41]:
        draft.answers[42] = patients(draft)
        draft.answers[43] = draft.pick(METHODS)
    else:
        draft.answers[44] = draft.say(phrases("no_estimate"))
    if draft.chance(0.5):
        draft.answers[46] = draft.rng.randint(2, 900) * 500
    if draft.plan.revision > 1:
        secrets(draft)


def patients(draft: DraftDossier) -> int:
    """Give a number of patients: rounded, and more often small than large."""
    low, high = draft.plan.situation.patients
    drawn = low * math.pow(high / low, draft.rng.random())
    step: int = 10 ** max(0, len(str(int(drawn))) - 2)
    return max(1, int(drawn) // step * step)


def secrets(draft: DraftDossier) -> None:
    """Answer what only revision 2 asks: share of prescriptions, business secret."""
    if draft.chance(0.6):
        draft.answers[45] = round(draft.rng.choice((0.4, 1.5, 3.2, 4.5, 6.0, 12.5, 30.0)), 1)
    if draft.chance(0.5):
        draft.answers[60] = draft.some(SECRETS, 2)


def effects(draft: DraftDossier) -> None:
    """Count the adverse reactions: deaths within serious cases within cases."""
    about, rng = draft.plan.situation, draft.rng
    draft.answers[49] = draft.chance(REPORTED)
    if not draft.answers[49]:
        return
    cases = rng.choice((1, 2, 3, 5, 8, 10, 11, 14, 23, 41, 67))
    serious = rng.randint(1, cases) if draft.chance(about.serious) else 0
    deaths = rng.randint(1, min(serious, 3)) if serious and draft.chance(about.deaths) else 0
    draft.update({50: cases, 501: serious, 502: deaths, 51: case_references(draft, cases)})


def case_references(draft: DraftDossier, cases: int) -> str:
    """List case numbers, invented and without any patient's data."""
    year, brand = draft.plan.day.year, draft.plan.company.brand[:3]
    shown = [f"FR-{brand}-{year}-{draft.rng.randint(1000, 9999)}" for _ in range(min(cases, 6))]
    more = f" et {cases - 6} autres, listés au rapport" if cases > 6 else ""  # noqa: PLR2004
    return f"Cas enregistrés en pharmacovigilance : {', '.join(shown)}{more}."


def measures(draft: DraftDossier) -> None:
    """Describe the measures taken or planned, or say why there are none."""
    listed = draft.plan.situation.measures
    draft.answers[55] = bool(listed) and draft.chance(0.75)
    if not draft.answers[55]:
        draft.answers[57] = draft.say(phrases("no_measure"))
        return
    kept = draft.rng.sample(listed, draft.rng.randint(1, len(listed)))
    draft.answers[56] = [measure(draft, kind, target) for kind, target in kept]


def measure(draft: DraftDossier, kind: str, target: str) -> dict[int, Any]:
    """Write one row: a measure that is taken has a past date, one that is planned a later one."""
    taken = draft.chance(0.6)
    answers: dict[int, Any] = {561: kind, 562: "Prise" if taken else "En projet"}
    if draft.chance(0.7):
        days = draft.rng.randint(1, 90)
        shift = timedelta(days=-days if taken else days)
        answers[563] = (draft.plan.day + shift).isoformat()
    if draft.chance(0.8):
        answers[564] = target
    if indicator := draft.pick(phrases("indicators")):
        answers[565] = indicator
    return answers
