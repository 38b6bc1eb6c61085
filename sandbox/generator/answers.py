"""A clean dossier: every question of the form answered well, for one situation and one company."""

from typing import Any

from sandbox.generator.analysis import analysis, effects, measures
from sandbox.generator.data import FictionalMedicine, medicine, phrases, read
from sandbox.generator.draft import DraftDossier
from sandbox.generator.files import attachment
from sandbox.generator.verdict import PENALTIES_IN_ORDER

ALL_CARE = ("Ville", "Hôpital public", "Établissement privé")
SOURCES = (
    "Information médicale",
    "Pharmacovigilance",
    "Données de vente",
    "Littérature",
    "Visite médicale",
    "Réseaux sociaux",
    "Professionnel de santé",
    "Patient ou association",
    "Autorité",
    "Assurance maladie",
)
STEPS = ("Prescription", "Dispensation", "Administration", "Utilisation")
RARE = 0.4
NEEDS_CIS = ("AMM", "AIP", "Enregistrement")


def write(draft: DraftDossier) -> None:
    """Answer the whole form, and note the verdict of each item."""
    declarant(draft)
    draft.answers[15] = [row(draft, at, draft.plan.company.key) for at in products(draft)]
    description(draft)
    spread(draft)
    analysis(draft)
    effects(draft)
    measures(draft)
    files(draft)
    draft.items = clean_items(draft)


def clean_items(draft: DraftDossier) -> dict[str, str]:
    """Give the verdicts of a clean dossier: all present but what does not apply."""
    items = dict.fromkeys(PENALTIES_IN_ORDER, "present")
    natures = set(draft.plan.situation.natures)
    rows = draft.answers[15]
    applies = {
        "A4": draft.answers[13] != "Initial",
        "M3": any(one[157] in NEEDS_CIS for one in rows),
        "D4": "Indication" in natures,
        "D5": "Voie d'administration" in natures,
        "D6": bool(natures & {"Posologie", "Durée"}),
        "D12": draft.plan.revision > 1,
    }
    return items | {item: "not_applicable" for item, holds in applies.items() if not holds}


def declarant(draft: DraftDossier) -> None:
    """Answer sections 1 and 2: scope, company, contact, kind of report."""
    contact, plan = draft.contact, draft.plan
    draft.update({1: True, 2: True, 3: True, 4: False})
    draft.update(
        {
            6: draft.siret,
            7: draft.pick(("Exploitant", "Exploitant", "Titulaire et exploitant", "Mandataire")),
            8: contact.name,
            9: contact.role,
            10: contact.email,
            11: contact.phone,
            13: "Initial",
        }
    )
    if draft.chance(0.8):
        year = plan.day.year
        draft.answers[12] = f"UNC-{plan.company.brand[:4]}-{year}-{draft.rng.randint(1, 480):03d}"


def products(draft: DraftDossier) -> list[int]:
    """Choose which of the situation's products the report names."""
    known = list(range(len(draft.plan.situation.products)))
    if draft.plan.trait == "two_products" and len(known) > 1:
        return known[:2]
    return [draft.pick(known)]


def row(draft: DraftDossier, at: int, company: str) -> dict[int, Any]:
    """Write one row of the medicines concerned."""
    found: FictionalMedicine = medicine(draft.plan.situation.id, at, company)
    answers = {151: found.name, 152: found.cis, 154: found.substance, 157: found.status}
    optional = {153: found.cip13, 155: found.atc, 156: found.form, 158: found.supply}
    return answers | {champ: value for champ, value in optional.items() if draft.chance(0.85)}


def description(draft: DraftDossier) -> None:
    """Answer the first half of section 4: what is done, to whom, by whom."""
    about = draft.plan.situation
    context = f"{draft.say(about.contexts)} {draft.say(phrases('context_tails'))}".strip()
    draft.update(
        {
            17: draft.say(about.titles),
            18: list(about.natures),
            20: draft.say(about.authorised),
            21: draft.say(about.observed),
            25: context,
            26: list(draft.pick(about.populations)),
            27: bool(about.rare) and draft.chance(RARE),
            29: prescribers(draft),
            30: sorted(set(about.settings) | set(draft.some(ALL_CARE, 1)), key=CARE.index),
        }
    )
    if about.detail:
        draft.answers[19] = list(about.detail)
    if draft.answers[27]:
        draft.answers[28] = about.rare
    if "Indication" in about.natures:
        draft.answers[22] = draft.say(about.indications)
    if "Voie d'administration" in about.natures:
        draft.answers[23] = draft.pick(about.routes)
    if set(about.natures) & {"Posologie", "Durée"}:
        draft.answers[24] = draft.say(about.doses)


CARE = (*ALL_CARE, "Établissement médico-social", "Téléconsultation", "Automédication")


def prescribers(draft: DraftDossier) -> str | list[str]:
    """Name the prescribers: free text in revision 1, choices in revision 2."""
    names = list(draft.plan.situation.prescribers)
    if draft.plan.revision > 1:
        return names
    listed = " et ".join((", ".join(names[:-1]), names[-1])) if names[1:] else names[0]
    return f"Principalement : {listed.lower()} (exercice de ville ou d'établissement)."


def spread(draft: DraftDossier) -> None:
    """Answer the second half of section 4: where, since when, from what source."""
    extent = draft.pick(("Nationale",) * 5 + ("Régionale",) * 2 + ("Locale",) * 2 + ("Inconnue",))
    known = draft.rng.randint(30, 200)
    draft.update({31: extent, 35: draft.some(SOURCES, 4), 36: draft.before(known)})
    draft.answers[40] = draft.before(draft.rng.randint(0, known))
    if extent == "Régionale":
        draft.answers[32] = places(draft, "regions", 321)
    if extent == "Locale":
        draft.answers[33] = places(draft, "departements", 331)
    if draft.plan.revision > 1:
        draft.answers[34] = draft.some(STEPS, 3)
    if draft.chance(0.6):
        draft.answers[37] = draft.say(draft.plan.situation.justifications)
    draft.answers[38] = draft.chance(0.5)
    if draft.answers[38]:
        draft.answers[39] = draft.say(draft.plan.situation.references)


def places(draft: DraftDossier, kind: str, champ: int) -> list[dict[int, Any]]:
    """Write one to three rows of territories."""
    names: dict[str, str] = read("territories")[kind]
    codes = draft.rng.sample(sorted(names), draft.rng.randint(1, 3))
    return [{champ: {"code": code, "name": names[code]}} for code in codes]


def files(draft: DraftDossier) -> None:
    """Attach the files of section 7 and the SmPC, and tick the statement."""
    name, day = draft.plan.situation.substance, draft.plan.day
    report = [f"Rapport d'analyse de risque - {name}", f"Version du {day:%d/%m/%Y}"]
    draft.update(
        {
            16: [attachment(f"RCP {name} - rubriques 4.1 à 4.4.pdf", [f"RCP {name} (fictif)"])],
            58: [attachment(f"Rapport d'analyse de risque - {name}.pdf", report)],
            61: True,
        }
    )
    if draft.chance(0.3):
        title = draft.pick(phrases("other_files"))
        draft.answers[59] = [attachment(f"{title}.pdf", [title, name])]
