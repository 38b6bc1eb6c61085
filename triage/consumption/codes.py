"""Codes of Open Medic, as people read them. Pure."""

from triage.consumption.regions import NO_REGION

AGES = {"0": "0-19 ans", "20": "20-59 ans", "60": "60 ans et plus", "99": "âge inconnu"}
SEXES = {"1": "hommes", "2": "femmes", "9": "sexe inconnu"}
REGIONS = {
    "5": "Outre-mer", "11": "Île-de-France", "24": "Centre-Val de Loire",
    "27": "Bourgogne-Franche-Comté", "28": "Normandie", "32": "Hauts-de-France",
    "44": "Grand Est", "52": "Pays de la Loire", "53": "Bretagne", "75": "Nouvelle-Aquitaine",
    "76": "Occitanie", "84": "Auvergne-Rhône-Alpes",
    "93": "Provence-Alpes-Côte d'Azur et Corse",
}  # fmt: skip
"""Regions of residence (``BEN_REG``); others are unknown. 93 is both regions together."""
PRESCRIBERS = {
    "1": "médecine générale", "2": "anesthésie-réanimation", "3": "cardiologie", "4": "chirurgie",
    "5": "dermatologie", "6": "radiologie", "7": "gynécologie-obstétrique",
    "8": "gastro-entérologie", "9": "médecine interne", "11": "ORL", "12": "pédiatrie",
    "13": "pneumologie", "14": "rhumatologie", "15": "ophtalmologie", "17": "psychiatrie",
    "18": "stomatologie", "19": "chirurgie dentaire", "31": "médecine physique",
    "32": "neurologie", "35": "néphrologie", "36": "orthodontie", "37": "anatomopathologie",
    "38": "biologie médicale", "42": "endocrinologie",
    "90": "prescripteurs salariés (surtout hôpital public)",
    "98": "autres prescripteurs de ville", "99": "prescripteur inconnu",
}  # fmt: skip
"""Prescribers (``PSP_SPE``); 1 to 42 are independent practice. A code not listed is shown as is."""


def merged(axis: str, code: str) -> str:
    """The code under which a code is shown: what is unknown is so in one row, blank or not."""
    match axis:
        case "region":
            return "99" if code in NO_REGION else code
        case "age_sexe":
            age, _, sex = code.partition("/")
            return f"{age or '99'}/{sex or '9'}"
        case _:
            return code or "99"


def label_of(axis: str, code: str) -> str:
    """A code as people read it; one that no list has is kept."""
    if axis == "age_sexe":
        age, _, sex = code.partition("/")
        return f"{AGES.get(age, f'âge {age}')}, {SEXES.get(sex, f'sexe {sex}')}"
    if axis in {"age", "sexe"}:
        return (AGES if axis == "age" else SEXES).get(code, f"{axis} {code}")
    names = REGIONS if axis == "region" else PRESCRIBERS
    unknown = "région inconnue" if axis == "region" and code in NO_REGION else f"code {code}"
    return names.get(code, unknown)
