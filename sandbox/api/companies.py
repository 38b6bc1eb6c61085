"""The fictional company registry: a company exists when a dossier was deposited in its name."""

from typing import Any

from sandbox.common.ids import encode

Json = dict[str, Any]

_CITY = {"cityCode": "99999", "cityName": "Ville-Fictive", "postalCode": "99000"}


def establishment(siret: str, name: str) -> Json:
    """Return what the registry says of a company, all of it invented but its name."""
    label = "1 rue de l'Exemple 99000 Ville-Fictive"
    street = "1 rue de l'Exemple"
    return {
        "__typename": "PersonneMorale",
        "id": encode("Etablissement", siret),
        "siret": siret,
        "siegeSocial": True,
        "naf": "21.20Z",
        "libelleNaf": "Fabrication de préparations pharmaceutiques",
        "address": {**_CITY, "label": label, "type": "housenumber", "streetAddress": street},
        "adresse": label,
        "codeInseeLocalite": _CITY["cityCode"],
        "codePostal": _CITY["postalCode"],
        "localite": _CITY["cityName"],
        "numeroVoie": "1",
        "typeVoie": "rue",
        "nomVoie": "de l'Exemple",
        "entreprise": _entreprise(siret, name, label),
    }


def _entreprise(siret: str, name: str, label: str) -> Json:
    return {
        "siren": siret[:9],
        "siretSiegeSocial": siret,
        "raisonSociale": name,
        "nomCommercial": name,
        "inlineAdresse": label,
        "formeJuridique": "SAS, société par actions simplifiée",
        "formeJuridiqueCode": "5710",
        "capitalSocial": 100_000,
        "codeEffectifEntreprise": "31",
        "dateCreation": "2001-01-01",
        "etatAdministratif": "Actif",
    }


def incomplete(siret: str) -> Json:
    """Return what DS serves of a company while the registry is down."""
    return {
        "__typename": "PersonneMoraleIncomplete",
        "id": encode("Etablissement", siret),
        "siret": siret,
    }
