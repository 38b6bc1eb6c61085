"""What makes a dossier peculiar beside its defects: links to others, odd places, hostile text."""

from copy import deepcopy
from datetime import timedelta

from sandbox.demarche.seed import SeedDossier
from sandbox.generator.data import phrases, read
from sandbox.generator.draft import DossierPlan, DraftDossier

DAY = timedelta(days=1)
LINKED = ("complement", "closing")
COPIES = ("duplicate", "near_duplicate")
TEXTAREAS = (21, 25, 37, 47, 48, 52)
FORM = 156


def apply(draft: DraftDossier, earlier: SeedDossier | None) -> None:
    """Give the draft its trait."""
    if earlier:
        link(draft, earlier)
    match draft.plan.trait:
        case "beyond":
            beyond(draft)
        case "stale":
            stale(draft)
        case "hostile":
            hostile(draft)
        case "patient_data":
            patient_data(draft)
        case "midnight":
            draft.update({36: draft.plan.day.isoformat(), 40: draft.plan.day.isoformat()})
            draft.touched |= {36, 40, "group dates"}


def link(draft: DraftDossier, earlier: SeedDossier) -> None:
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
    draft.planted.append(f"of {earlier.number}")
    draft.touched |= {13, 14, 25, "group kind"}


def beyond(draft: DraftDossier) -> None:
    """Spread the use over places that are not among the 101 départements."""
    names: dict[str, str] = read("territories")["beyond"]
    first = sorted(names)[draft.plan.trait_turn % len(names)]
    codes = sorted({first, *draft.some(sorted(names), 2)})
    rows = [{331: {"code": code, "name": names[code]}} for code in codes]
    draft.answers.pop(32, None)
    draft.update({31: "Locale", 33: rows})
    draft.touched |= {31, 32, 33, "D11", "group wide"}


def stale(draft: DraftDossier) -> None:
    """Leave answers behind to questions that are no longer shown: DS hides them."""
    draft.update({41: False, 42: 50_000, 43: "Ventes", 44: draft.say(phrases("no_estimate"))})
    draft.update({49: False, 50: 9, 501: 9, 502: 3, 51: draft.say(phrases("no_measure"))})
    draft.update({5: draft.say(phrases("covered_by_rmp")), 14: draft.plan.number})
    draft.touched |= {5, 14, 41, 42, 43, 44, 49, 50, 501, 502, 51, "R2", "R4", "group kind"}


def hostile(draft: DraftDossier) -> None:
    """Write one of the hostile texts in free-text champs, long and short."""
    texts = read("hostile")
    entry = texts[draft.plan.trait_turn % len(texts)]
    text = entry["text"] * entry.get("repeat", 1)
    places = draft.rng.sample(TEXTAREAS, 2)
    for champ in places:
        draft.answers[champ] = text
    if entry.get("line"):
        champ = draft.pick((12, 17, 156))
        if champ == FORM:
            draft.answers[15][0] = draft.answers[15][0] | {FORM: text}
        else:
            draft.answers[champ] = text
        places.append(champ)
    draft.touched |= {*places, "group usage"}
    draft.planted.append(entry["name"])


def patient_data(draft: DraftDossier) -> None:
    """Let slip, in free text, what looks like the data of an (invented) patient."""
    champ = draft.pick((25, 48))
    slip = draft.say(phrases("patient_data"))
    draft.answers[champ] = f"{draft.answers[champ]} {slip}"
    draft.touched.add(champ)


def candidate(draft: DraftDossier, made: list[SeedDossier]) -> SeedDossier | None:
    """Choose an earlier dossier to complete or repeat."""
    plan = draft.plan
    copied = plan.trait in COPIES and plan.category in ("complete", "incomplete")
    if plan.trait not in LINKED and not copied:
        return None
    fit = [
        one
        for one in made
        if one.deposited_at + DAY < plan.deposited_at
        and not one.archived
        and one.answers.get(13) == "Initial"
        and (not copied or repeatable(one, plan))
    ]
    return draft.pick(fit) if fit else None


def repeatable(one: SeedDossier, plan: DossierPlan) -> bool:
    """Say whether the same answers, deposited later, are worth the same."""
    dated = any(one.planted.items[item] == "invalid" for item in ("D14", "R1"))
    wanted = "Complet" if plan.category == "complete" else "À compléter"
    return one.revision == plan.revision and one.planted.status == wanted and not dated


def repeat(draft: DraftDossier, earlier: SeedDossier) -> None:
    """Write the same report again, word for word or nearly."""
    draft.answers = deepcopy(dict(earlier.answers))
    draft.items = dict(earlier.planted.items)
    draft.planted.append(f"of {earlier.number}: {earlier.planted.kind}")
    if draft.plan.trait == "near_duplicate":
        draft.answers[12] = f"UNC-BIS-{draft.plan.number}"
        draft.answers[37] = draft.say(draft.plan.situation.justifications)
        if draft.items["D0"] == "present":
            draft.answers[17] = draft.say(draft.plan.situation.titles)
