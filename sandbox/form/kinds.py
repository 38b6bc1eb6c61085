"""Which GraphQL types a kind of champ is served as, and described as."""

from collections.abc import Set as AbstractSet

# kind of champ: the type it has, and the type it falls back to when no fragment names the first
_SERVED: dict[str, tuple[str, str | None]] = {
    "address": ("AddressChamp", "TextChamp"),
    "carte": ("CarteChamp", None),
    "checkbox": ("CheckboxChamp", None),
    "civilite": ("CiviliteChamp", None),
    "communes": ("CommuneChamp", "TextChamp"),
    "date": ("DateChamp", None),
    "datetime": ("DatetimeChamp", "DateChamp"),
    "decimal_number": ("DecimalNumberChamp", None),
    "departements": ("DepartementChamp", "TextChamp"),
    "dossier_link": ("DossierLinkChamp", None),
    "drop_down_list": ("DropDownListChamp", "TextChamp"),
    "engagement_juridique": ("EngagementJuridiqueChamp", "TextChamp"),
    "epci": ("EpciChamp", "TextChamp"),
    "explication": ("ExplicationChamp", "TextChamp"),
    "header_section": ("HeaderSectionChamp", "TextChamp"),
    "integer_number": ("IntegerNumberChamp", None),
    "linked_drop_down_list": ("LinkedDropDownListChamp", None),
    "multiple_drop_down_list": ("MultipleDropDownListChamp", None),
    "number": ("IntegerNumberChamp", None),
    "pays": ("PaysChamp", "TextChamp"),
    "piece_justificative": ("PieceJustificativeChamp", None),
    "regions": ("RegionChamp", "TextChamp"),
    "repetition": ("RepetitionChamp", None),
    "rna": ("RNAChamp", "TextChamp"),
    "rnf": ("RNFChamp", "TextChamp"),
    "siret": ("SiretChamp", None),
    "titre_identite": ("TitreIdentiteChamp", "PieceJustificativeChamp"),
    "yes_no": ("YesNoChamp", "CheckboxChamp"),
}

SERVED = frozenset(name for pair in _SERVED.values() for name in pair if name) | {"TextChamp"}
"""Every type that a champ can be served as."""

_DESCRIBED = {
    "aah": "AAH",
    "aeeh": "AEEH",
    "ars": "ARS",
    "address": "Address",
    "annuaire_education": "AnnuaireEducation",
    "cojo": "COJO",
    "communes": "Commune",
    "departements": "Departement",
    "regions": "Region",
    "rna": "RNA",
    "rnf": "RNF",
}

# those of the public schema that are served as texts
KINDS = frozenset(_SERVED) | frozenset(
    [
        "annuaire_education",
        "cnaf",
        "cojo",
        "dgfip",
        "email",
        "formatted",
        "iban",
        "mesri",
        "phone",
        "pole_emploi",
        "referentiel",
        "text",
        "textarea",
    ]
)


def served_as(kind: str, fragments: AbstractSet[str]) -> str:
    """Return the type that a champ is served as, given the type conditions of the query."""
    precise, fallback = _SERVED.get(kind, ("TextChamp", None))
    return precise if fallback is None or precise in fragments else fallback


def described_as(kind: str) -> str:
    """Return the type of the descriptor of a kind of champ."""
    stem = _DESCRIBED.get(kind) or "".join(word.capitalize() for word in kind.split("_"))
    return f"{stem}ChampDescriptor"


def kind_described(typename: str) -> str:
    """Return the kind that a type of descriptor describes; an unknown one is a text."""
    return next((kind for kind in sorted(KINDS) if described_as(kind) == typename), "text")
