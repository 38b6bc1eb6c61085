"""What makes a dossier peculiar beside its defects: links to others, odd places, hostile text."""

from copy import deepcopy
from datetime import timedelta

from sandbox.generator_data import phrases, read
from sandbox.generator_draft import Draft
from sandbox.seed import SeedDossier

DAY = timedelta(days=1)
LINKED = ("complement", "closing")
COPIES = ("duplicate", "near_duplicate")


def apply(draft: Draft, earlier: SeedDossier | None) -> None:
    """Give the draft its trait; one that needs an earlier dossier is plain without it."""
    match draft.plan.trait:
        case "complement" | "closing" if earlier:
            link(draft, earlier)
        case "beyond":
            beyond(draft)
        case "stale":
            stale(draft)
        case "midnight":
            draft.update({36: draft.plan.day.isoformat(), 40: draft.plan.day.isoformat()})
            draft.touched |= {36, 40, "group dates"}


def link(draft: Draft, earlier: SeedDossier) -> None:
    """Name the earlier dossier that this one completes or closes."""
    closing = draft.plan.trait == "closing"
    opening = draft.say(
        phrases("closing_contexts" if closing else "complement_contexts"), number=earlier.number
    )
    draft.update(
        {
            13: "Clôture" if closing else "Complément",
            14: earlier.number,
            25: f"{opening} {draft.answers[25]}",
        }
    )
    draft.items["A4"] = "present"
    draft.touched |= {13, 14, 25, "group kind"}


def beyond(draft: Draft) -> None:
    """Spread the use over places that are not among the 101 départements."""
    names: dict[str, str] = read("territories")["beyond"]
    codes = draft.rng.sample(sorted(names), draft.rng.randint(1, 3))
    rows = [{331: {"code": code, "name": names[code]}} for code in codes]
    draft.answers.pop(32, None)
    draft.update({31: "Locale", 33: rows})
    draft.touched |= {31, 32, 33, "D11", "group wide"}


def stale(draft: Draft) -> None:
    """Leave answers behind to questions that are no longer shown: DS hides them."""
    draft.update({41: False, 42: 50_000, 43: "Ventes", 44: draft.say(phrases("no_estimate"))})
    draft.update({49: False, 50: 9, 501: 9, 502: 3, 51: draft.say(phrases("no_measure"))})
    draft.update({5: draft.say(phrases("covered_by_rmp")), 14: draft.plan.number})
    draft.touched |= {5, 14, 41, 42, 43, 44, 49, 50, 501, 502, 51, "R2", "R4", "group kind"}


def candidate(draft: Draft, made: list[SeedDossier]) -> SeedDossier | None:
    """Choose an earlier dossier to complete or repeat."""
    plan = draft.plan
    if plan.trait not in LINKED + COPIES:
        return None
    fit = [
        one
        for one in made
        if one.deposited_at + DAY < plan.deposited_at
        and not one.archived
        and one.answers.get(13) == "Initial"
        and (plan.trait in LINKED or repeatable(one, plan.revision))
    ]
    return draft.pick(fit) if fit else None


def repeatable(one: SeedDossier, revision: int) -> bool:
    """Say whether the same answers, deposited later, are worth the same."""
    dated = any(one.planted.items[item] == "invalid" for item in ("D14", "R1"))
    open_one = one.planted.status in ("Complet", "À compléter")
    return one.revision == revision and open_one and not dated


def repeat(draft: Draft, earlier: SeedDossier) -> None:
    """Write the same report again, word for word or nearly."""
    draft.answers = deepcopy(dict(earlier.answers))
    draft.items = dict(earlier.planted.items)
    draft.planted.append(f"of {earlier.number}")
    if draft.plan.trait == "near_duplicate":
        draft.answers[12] = f"UNC-BIS-{draft.plan.number}"
        draft.answers[37] = draft.say(draft.plan.situation.justifications)
