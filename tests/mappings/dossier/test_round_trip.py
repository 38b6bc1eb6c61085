"""``decode(encode(value)) == value`` for every champ type: decoding loses and invents nothing."""

from datetime import timedelta, timezone
from decimal import Decimal
from typing import Any, assert_never

from hypothesis import given
from hypothesis import strategies as st

from mappings.dossier.blank import is_blank
from mappings.dossier.champs import _DECODERS, _LISTS
from mappings.dossier.decode import decode_dossier
from mappings.dossier.model import (
    Attachment,
    Champ,
    ChampValue,
    Choice,
    Choices,
    Company,
    Day,
    Files,
    Moment,
    Number,
    Place,
    Rows,
    Text,
    Unlisted,
    Unreadable,
    YesNo,
)

_ID = "Q2hhbXAtMQ=="
_texts = st.text(min_size=1, max_size=40).filter(lambda text: not is_blank(text))
_codes = st.text(alphabet="0123456789AB", min_size=1, max_size=5)
_zones = st.integers(-14 * 4, 14 * 4).map(lambda n: timezone(timedelta(minutes=15 * n)))
_moments = st.datetimes(timezones=_zones).filter(lambda moment: 1 < moment.year < 9999)
_numbers = st.floats(allow_nan=False, allow_infinity=False).map(lambda one: Decimal(str(one)))
_files = st.builds(
    Attachment,
    filename=st.text(max_size=20),
    size=st.integers(0, 2**40),
    checksum=st.text(max_size=24),
    content_type=st.text(max_size=20),
    scan=st.sampled_from(["safe", "pending", "infected"]),
    created_at=_moments,
)


def _places(kind: str, *parts: str) -> st.SearchStrategy[Place]:
    known = st.tuples(*(st.tuples(st.just(part), _codes) for part in parts))
    return st.builds(Place, kind=st.just(kind), code=_codes, name=_texts, parts=known)


VALUES: dict[str, st.SearchStrategy[ChampValue | None]] = {
    "TextChamp": st.builds(Text, _texts),
    "YesNoChamp": st.builds(YesNo, st.booleans()),
    "CheckboxChamp": st.builds(YesNo, st.booleans()),
    "IntegerNumberChamp": st.builds(Number, st.integers(-(10**30), 10**30)),
    "DecimalNumberChamp": st.builds(Number, _numbers),
    "DateChamp": st.builds(Day, st.dates()),
    "DatetimeChamp": st.builds(Moment, _moments),
    "DropDownListChamp": st.builds(Choice, _texts),
    "MultipleDropDownListChamp": st.builds(Choices, st.lists(_texts, min_size=1).map(tuple)),
    "LinkedDropDownListChamp": st.builds(Choices, st.tuples(_texts, _texts)),
    "CiviliteChamp": st.builds(Choice, st.sampled_from(["M", "Mme"])),
    "PieceJustificativeChamp": st.builds(Files, st.lists(_files, min_size=1).map(tuple))
    | st.just(Unlisted()),
    "TitreIdentiteChamp": st.just(Unlisted()),
    "AddressChamp": _places(
        "address", "streetAddress", "postalCode", "cityName", "departmentCode", "regionCode"
    ),
    "CommuneChamp": _places("commune", "postalCode", "departement"),
    "DepartementChamp": _places("departement"),
    "RegionChamp": _places("region"),
    "PaysChamp": _places("pays"),
    "EpciChamp": _places("epci", "departement"),
    "SiretChamp": st.builds(Company, _codes, st.none() | _texts),
    "RNAChamp": st.builds(Company, _codes, st.none() | _texts),
    "RNFChamp": st.builds(Company, _codes, st.none() | _texts),
    "CarteChamp": st.builds(Text, _texts),
    "DossierLinkChamp": st.builds(Text, _codes),
    "EngagementJuridiqueChamp": st.builds(Text, _texts),
    "HeaderSectionChamp": st.none(),
    "ExplicationChamp": st.none(),
}


@st.composite
def champs(draw: st.DrawFn, *, rows: bool = True) -> tuple[str, ChampValue | None]:
    """A type and a value of it, or a repetition of any of them."""
    typename = draw(st.sampled_from([*VALUES, *(["RepetitionChamp"] if rows else [])]))
    if typename != "RepetitionChamp":
        return typename, draw(VALUES[typename])
    inner = st.lists(champs(rows=False), min_size=1, max_size=3)
    drawn = draw(st.lists(inner, min_size=1, max_size=3))
    return typename, Rows(
        tuple(tuple(_decoded(*_encoded(*champ)) for champ in row) for row in drawn)
    )


def encode(typename: str, value: ChampValue | None) -> dict[str, Any]:  # noqa: C901, PLR0912
    """``value`` as DS serves it for a champ of this type, in the shape of ``clients/queries``."""
    name = typename.removesuffix("Champ")
    match value:
        case None:
            return {}
        case Text():
            keys = {"Text": "value", "Carte": "geoAreas"}
            areas = [{"source": "selection_utilisateur", "description": value.text}]
            served = {"value": value.text, "geoAreas": areas, "engagementJuridique": None}
            shown = {"stringValue": value.text}
            return {**shown, **{k: served[k] for k in (keys.get(name, "engagementJuridique"),)}}
        case YesNo():
            return {"yesNo" if name == "YesNo" else "checked": value.yes}
        case Unlisted():
            return (
                {"filled": True} if name == "TitreIdentite" else {"files": [], "stringValue": None}
            )
        case Number(number=int()):
            return {"integerNumber": str(value.number)}
        case Number():
            return {"decimalNumber": float(value.number)}
        case Day():
            return {"date": value.day.isoformat()}
        case Moment():
            return {"datetime": value.moment.isoformat()}
        case Choice():
            return {"civilite" if name == "Civilite" else "value": value.option}
        case Choices() if name == "LinkedDropDownList":
            return dict(zip(("primaryValue", "secondaryValue"), value.options, strict=True))
        case Choices():
            return {"values": list(value.options)}
        case Files():
            return {"files": [_file(one) for one in value.files]}
        case Place():
            return _place(value)
        case Company() if name == "Siret":
            known = {"raisonSociale": value.name} if value.name else None
            return {"etablissement": {"siret": value.identifier, "entreprise": known}}
        case Company():
            return {name.lower(): {"id": value.identifier, "title": value.name}}
        case Rows():
            return {"rows": [{"champs": [_champ_json(one) for one in row]} for row in value.rows]}
        case Unreadable():
            raise AssertionError("no type has an unreadable value")
        case unknown:
            assert_never(unknown)


def _file(one: Attachment) -> dict[str, Any]:
    return {
        "filename": one.filename,
        "byteSizeBigInt": str(one.size),
        "checksum": one.checksum,
        "contentType": one.content_type,
        "virusScanResult": one.scan,
        "createdAt": one.created_at.isoformat() if one.created_at else None,
    }


def _place(value: Place) -> dict[str, Any]:
    parts = dict(value.parts)
    if value.kind == "address":
        return {"address": {"cityCode": value.code, "label": value.name, **parts}}
    around = parts.pop("departement", None)
    beside = {"departement": {"code": around, "name": "?"}} if around else {}
    return {value.kind: {"code": value.code, "name": value.name, **parts}, **beside}


def _champ_json(champ: Champ) -> dict[str, Any]:
    return _encoded(champ.label, champ.value)[1]


def _encoded(typename: str, value: ChampValue | None) -> tuple[str, dict[str, Any]]:
    """The label tells the type, so that a row can be encoded again."""
    base = {"__typename": typename, "id": _ID, "champDescriptorId": _ID, "label": typename}
    return typename, {"stringValue": "", **base, **encode(typename, value)}


def _decoded(_typename: str, raw: dict[str, Any]) -> Champ:
    moment = "2026-01-01T00:00:00+01:00"
    dossier = {
        "id": "d",
        "number": 1,
        "state": "en_construction",
        "archived": False,
        "demarche": {"revision": {"id": "r"}},
        "dateDepot": moment,
        "dateDerniereModification": moment,
        "dateDerniereModificationChamps": moment,
        "usager": {"email": "a@example.org"},
        "demandeur": {"__typename": "PersonnePhysique"},
        "groupeInstructeur": {"id": "g", "label": "défaut"},
        "champs": [raw],
        "annotations": [],
    }
    return decode_dossier(dossier, revision=None).champs[0]


@given(champs())
def test_decoding_what_was_encoded_gives_the_value_back(
    champ: tuple[str, ChampValue | None],
) -> None:
    typename, value = champ
    assert _decoded(*_encoded(typename, value)).value == value


def test_every_type_that_is_decoded_is_tried() -> None:
    assert {*VALUES, "RepetitionChamp"} == {*_DECODERS, *_LISTS}
