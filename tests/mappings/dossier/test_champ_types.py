"""Each champ type of the official schema: what the API sends, and what we read in it."""

from base64 import b64encode
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from mappings.dossier.champs import decode_value
from mappings.dossier.decode import decode_revision, stable_id, type_name
from mappings.dossier.model import (
    Attachment,
    ChampValue,
    Choice,
    Choices,
    Company,
    Day,
    Files,
    Moment,
    Number,
    Place,
    Text,
    Unlisted,
    Unreadable,
    YesNo,
)

FILE = {
    "filename": "../../RCP d’Ösel.pdf",
    "byteSizeBigInt": "5000000000",
    "checksum": "XrY7u+Ae7tCTyyK7j1rNww==",
    "contentType": "application/pdf",
    "createdAt": "2026-03-01T10:00:00+01:00",
    "virusScanResult": "pending",
    "url": "https://example.org/expires",
}
ADDRESS = {
    "label": "12 rue de la Paix 93200 Saint-Denis",
    "type": "housenumber",
    "streetAddress": "12 rue de la Paix",
    "postalCode": "93200",
    "cityName": "Saint-Denis",
    "cityCode": "93066",
    "departmentName": "Seine-Saint-Denis",
    "departmentCode": "93",
    "regionName": "Île-de-France",
    "regionCode": "11",
}
COMPANY = {"siret": "44303600300027", "entreprise": {"raisonSociale": "LABO", "siren": "443036003"}}
ANSWERED: list[tuple[str, dict[str, Any], ChampValue]] = [
    ("Text", {"value": "Aspirine\n500 mg"}, Text("Aspirine\n500 mg")),
    ("Text", {"value": "  espaces gardés "}, Text("  espaces gardés ")),
    ("YesNo", {"yesNo": True}, YesNo(yes=True)),
    ("YesNo", {"yesNo": False}, YesNo(yes=False)),
    ("Checkbox", {"checked": False}, YesNo(yes=False)),
    ("Checkbox", {"checked": True}, YesNo(yes=True)),
    ("IntegerNumber", {"integerNumber": "9007199254740993"}, Number(9007199254740993)),
    ("IntegerNumber", {"integerNumber": "-3"}, Number(-3)),
    ("IntegerNumber", {"integerNumber": 7}, Number(7)),
    ("DecimalNumber", {"decimalNumber": 12.1}, Number(Decimal("12.1"))),
    ("DecimalNumber", {"decimalNumber": 3}, Number(Decimal(3))),
    ("Date", {"date": "2026-02-28"}, Day(date(2026, 2, 28))),
    (
        "Datetime",
        {"datetime": "2026-03-29T03:30:00+02:00"},
        Moment(datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),
    ),
    ("DropDownList", {"value": "Autre : précisé"}, Choice("Autre : précisé")),
    ("MultipleDropDownList", {"values": ["Enfant", "Adulte"]}, Choices(("Enfant", "Adulte"))),
    (
        "LinkedDropDownList",
        {"primaryValue": "Voie", "secondaryValue": "Orale"},
        Choices(("Voie", "Orale")),
    ),
    ("LinkedDropDownList", {"primaryValue": "Voie", "secondaryValue": ""}, Choices(("Voie",))),
    ("Civilite", {"civilite": "Mme"}, Choice("Mme")),
    (
        "PieceJustificative",
        {"files": [FILE]},
        Files(
            (
                Attachment(
                    filename="../../RCP d’Ösel.pdf",
                    size=5_000_000_000,
                    checksum="XrY7u+Ae7tCTyyK7j1rNww==",
                    content_type="application/pdf",
                    scan="pending",
                    created_at=datetime(2026, 3, 1, 9, tzinfo=UTC),
                ),
            )
        ),
    ),
    ("TitreIdentite", {"filled": True, "grantType": "piece_justificative"}, Unlisted()),
    (
        "Address",
        {"address": ADDRESS},
        Place(
            kind="address",
            code="93066",
            name="12 rue de la Paix 93200 Saint-Denis",
            parts=(
                ("streetAddress", "12 rue de la Paix"),
                ("postalCode", "93200"),
                ("cityName", "Saint-Denis"),
                ("departmentCode", "93"),
                ("regionCode", "11"),
            ),
        ),
    ),
    ("Address", {"address": None, "stringValue": "Lieu-dit"}, Text("Lieu-dit")),
    (
        "Address",
        {
            "address": None,
            "stringValue": "Lieu-dit Le Clos",
            "commune": {"name": "Cassis", "code": "13022", "postalCode": "13260"},
        },
        Place(
            kind="address",
            code="13022",
            name="Lieu-dit Le Clos",
            parts=(("postalCode", "13260"), ("cityName", "Cassis")),
        ),
    ),
    (
        "Commune",
        {
            "commune": {"name": "Ajaccio", "code": "2A004", "postalCode": "20000"},
            "departement": {"name": "Corse-du-Sud", "code": "2A"},
        },
        Place("commune", "2A004", "Ajaccio", (("postalCode", "20000"), ("departement", "2A"))),
    ),
    ("Commune", {"commune": None, "stringValue": "Ajaccio (20000)"}, Text("Ajaccio (20000)")),
    (
        "Departement",
        {"departement": {"name": "Étranger", "code": "99"}},
        Place("departement", "99", "Étranger"),
    ),
    ("Region", {"region": {"name": "Bretagne", "code": "53"}}, Place("region", "53", "Bretagne")),
    ("Pays", {"pays": {"name": "Belgique", "code": "BE"}}, Place("pays", "BE", "Belgique")),
    (
        "Epci",
        {
            "epci": {"name": "CC du Val", "code": "200042935"},
            "departement": {"name": "Ain", "code": "01"},
        },
        Place("epci", "200042935", "CC du Val", (("departement", "01"),)),
    ),
    ("Siret", {"etablissement": COMPANY}, Company("44303600300027", "LABO")),
    (
        "Siret",
        {"etablissement": {"siret": "44303600300027", "entreprise": None}},
        Company("44303600300027", None),
    ),
    (
        "Siret",
        {"etablissement": None, "stringValue": "443 036 003 00027"},
        Company("44303600300027", None),
    ),
    ("RNA", {"rna": {"id": "W751080001", "title": "LUP"}}, Company("W751080001", "LUP")),
    ("RNA", {"rna": None, "stringValue": "W75"}, Company("W75", None)),
    ("RNF", {"rnf": {"id": "075-FDD-00003-01", "title": None}}, Company("075-FDD-00003-01", None)),
    (
        "Carte",
        {
            "geoAreas": [
                {"source": "cadastre", "description": None},
                {"source": "x", "description": "Pré"},
            ]
        },
        Text("cadastre ; Pré"),
    ),
    ("DossierLink", {"stringValue": "48213"}, Text("48213")),
    (
        "EngagementJuridique",
        {
            "stringValue": "EJ-1",
            "engagementJuridique": {"montantEngage": "10,5", "montantPaye": None},
        },
        Text("EJ-1 : engagé 10,5"),
    ),
    ("EngagementJuridique", {"stringValue": "EJ-1", "engagementJuridique": None}, Text("EJ-1")),
    (
        "NouveauType",
        {"stringValue": "d'une autre version de DS"},
        Text("d'une autre version de DS"),
    ),
]
BLANK: list[tuple[str, dict[str, Any]]] = [
    ("Text", {"value": None}),
    ("Text", {"value": "\u200b\n \u00a0"}),
    ("YesNo", {"yesNo": None}),
    ("IntegerNumber", {"integerNumber": None}),
    ("IntegerNumber", {"integerNumber": ""}),
    ("DecimalNumber", {"decimalNumber": None}),
    ("Date", {"date": None}),
    ("Datetime", {"datetime": None}),
    ("DropDownList", {"value": ""}),
    ("DropDownList", {"value": " "}),
    ("MultipleDropDownList", {"values": []}),
    ("MultipleDropDownList", {"values": [""]}),
    ("LinkedDropDownList", {"primaryValue": None, "secondaryValue": None}),
    ("Civilite", {"civilite": None}),
    ("PieceJustificative", {"files": []}),
    ("TitreIdentite", {"filled": False, "grantType": "piece_justificative"}),
    ("Repetition", {"rows": []}),
    ("Address", {"address": None, "commune": None}),
    ("Commune", {"commune": None, "departement": None}),
    ("Departement", {"departement": None}),
    ("Region", {"region": None}),
    ("Pays", {"pays": None}),
    ("Epci", {"epci": None, "departement": None}),
    ("Siret", {"etablissement": None}),
    ("RNA", {"rna": None}),
    ("RNF", {"rnf": None}),
    ("Carte", {"geoAreas": []}),
    ("DossierLink", {}),
    ("EngagementJuridique", {"engagementJuridique": None}),
    ("HeaderSection", {"level": 1, "stringValue": None}),
    ("Explication", {"stringValue": None}),
]
ODD: list[tuple[str, dict[str, Any], str]] = [
    ("YesNo", {"yesNo": "true", "stringValue": "true"}, "true"),
    ("YesNo", {"stringValue": "true"}, "true"),
    ("IntegerNumber", {"integerNumber": "12,5"}, "12,5"),
    ("IntegerNumber", {"integerNumber": True}, "true"),
    ("DecimalNumber", {"decimalNumber": "NaN"}, "NaN"),
    ("Date", {"date": "31/12/2026"}, "31/12/2026"),
    ("Date", {"date": "2026-02-30"}, "2026-02-30"),
    ("Datetime", {"datetime": "2026-02-28T10:00:00"}, "2026-02-28T10:00:00"),
    ("Datetime", {"datetime": "0001-01-01T00:00:00+14:00"}, "0001-01-01"),
    ("Text", {"value": 12}, "12"),
    ("MultipleDropDownList", {"values": "Adulte"}, "Adulte"),
    ("MultipleDropDownList", {"values": None}, "null"),
    ("PieceJustificative", {"files": [{"filename": "a.pdf"}]}, "a.pdf"),
    ("Region", {"region": "Bretagne"}, "Bretagne"),
    ("Siret", {"etablissement": {"entreprise": {}}}, "entreprise"),
    ("Carte", {"geoAreas": [None]}, "null"),
    ("Repetition", {"rows": 3}, "3"),
]


def _champ(raw: dict[str, Any]) -> dict[str, Any]:
    return {"stringValue": "", **raw}


@pytest.mark.parametrize(("typename", "raw", "value"), ANSWERED)
def test_an_answer_becomes_a_proper_value(
    typename: str, raw: dict[str, Any], value: ChampValue
) -> None:
    assert decode_value(f"{typename}Champ", _champ(raw)) == value


@pytest.mark.parametrize(("typename", "raw"), BLANK)
def test_a_blank_champ_has_no_value(typename: str, raw: dict[str, Any]) -> None:
    assert decode_value(f"{typename}Champ", _champ(raw)) is None


@pytest.mark.parametrize(("typename", "raw", "kept"), ODD)
def test_an_odd_value_is_kept_and_said_to_be_unreadable(
    typename: str, raw: dict[str, Any], kept: str
) -> None:
    value = decode_value(f"{typename}Champ", _champ(raw))
    assert isinstance(value, Unreadable)
    assert kept in value.raw
    assert typename in value.reason


def test_the_stable_id_is_the_same_in_a_row_and_out_of_it() -> None:
    row = b64encode(b"Champ-152|01HZX").decode()
    assert stable_id(row) == stable_id(b64encode(b"Champ-152").decode().rstrip("=")) == "152"
    assert stable_id("pas du base64 !") == "pas du base64 !"


def test_the_type_of_a_champ_is_that_of_its_descriptor() -> None:
    assert [type_name(one) for one in ("Commune", "Departement", "Region", "RNA", "YesNo")] == [
        "communes",
        "departements",
        "regions",
        "rna",
        "yes_no",
    ]
    revision = decode_revision(
        {
            "id": "r",
            "champDescriptors": [
                {
                    "__typename": "TextareaChampDescriptor",
                    "id": b64encode(b"Champ-20").decode(),
                    "label": "Usage autorisé",
                    "required": True,
                }
            ],
            "annotationDescriptors": [],
        }
    )
    assert revision.types == {"20": "textarea"}
    assert revision.asked == {"20", "usage autorise"}
