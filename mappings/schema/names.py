"""Names of types, as staff read them: those of champs on DS, and those of the internal schema."""

from mappings.schema.model import FieldType

CHAMP_TYPES: dict[str, str] = {
    "address": "adresse",
    "annuaire_education": "annuaire de l'éducation",
    "carte": "carte",
    "checkbox": "case à cocher",
    "civilite": "civilité",
    "cnaf": "données de la CNAF",
    "cojo": "accréditation COJO",
    "communes": "commune",
    "date": "date",
    "datetime": "date et heure",
    "decimal_number": "nombre décimal",
    "departements": "département",
    "dgfip": "données de la DGFiP",
    "dossier_link": "lien vers un dossier",
    "drop_down_list": "choix simple",
    "email": "adresse électronique",
    "engagement_juridique": "engagement juridique",
    "epci": "EPCI",
    "explication": "explication",
    "formatted": "texte au format imposé",
    "header_section": "titre de section",
    "iban": "IBAN",
    "integer_number": "nombre entier",
    "linked_drop_down_list": "deux listes liées",
    "mesri": "données du MESRI",
    "multiple_drop_down_list": "choix multiple",
    "number": "nombre",
    "pays": "pays",
    "phone": "téléphone",
    "piece_justificative": "pièce justificative",
    "pole_emploi": "données de France Travail",
    "referentiel": "référentiel",
    "regions": "région",
    "repetition": "bloc répétable",
    "rna": "RNA",
    "rnf": "RNF",
    "siret": "SIRET",
    "text": "texte court",
    "textarea": "texte long",
    "titre_identite": "titre d'identité",
    "yes_no": "oui ou non",
}
"""Name of each type of champ of the official schema."""
FIELD_NAMES: dict[FieldType, str] = {
    "text": "texte",
    "yes_no": "oui ou non",
    "checkbox": "case",
    "integer": "nombre entier",
    "decimal": "nombre",
    "date": "date",
    "datetime": "date et heure",
    "choice": "choix",
    "choices": "plusieurs choix",
    "company": "entreprise",
    "address": "adresse",
    "commune": "commune",
    "departement": "département",
    "epci": "intercommunalité",
    "pays": "pays",
    "region": "région",
    "files": "fichiers",
    "rows": "lignes",
}


def champ_type(kind: str) -> str:
    """The name of a type of champ; one that is newer than us keeps its own."""
    return CHAMP_TYPES.get(kind, kind)
