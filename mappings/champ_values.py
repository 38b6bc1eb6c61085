"""Decoding the value of one champ, type by type, from what the API really sends."""

import unicodedata
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, TypeAlias

from mappings.dossier import (
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
    Unreadable,
    YesNo,
)

Raw: TypeAlias = Mapping[str, Any]


def decode_value(typename: str, raw: Raw) -> ChampValue | None:
    """The value of a champ of type ``typename`` (without ``Champ``); ``None`` when blank.

    A type that is not known here is read as text, so that nothing is lost.
    """
    try:
        return _DECODERS.get(typename, _as_string)(raw)
    except (KeyError, TypeError, ValueError, InvalidOperation, AttributeError):
        return Unreadable(
            raw=str(raw.get("stringValue") or ""),
            reason=f"valeur inattendue pour un champ {typename}",
        )


def is_blank(text: str) -> bool:
    """Whether a text shows nothing: only spaces, control and format characters."""
    return all(unicodedata.category(char) in {"Zs", "Zl", "Zp", "Cc", "Cf"} for char in text)


def _text(text: str | None) -> Text | None:
    return None if text is None or is_blank(text) else Text(text)


def _as_string(raw: Raw) -> Text | None:
    return _text(raw.get("stringValue"))


def _as_text(raw: Raw) -> Text | None:
    return _text(raw["value"] if "value" in raw else raw.get("stringValue"))


def _yes_no(key: str) -> Callable[[Raw], YesNo | None]:
    def decode(raw: Raw) -> YesNo | None:
        answer = raw[key]
        if answer is not None and not isinstance(answer, bool):
            raise ValueError(key)
        return None if answer is None else YesNo(answer)

    return decode


def _integer(raw: Raw) -> Number | None:
    """BigInt is served as a JSON string."""
    answer = raw["integerNumber"]
    return None if answer in {None, ""} else Number(int(answer))


def _decimal(raw: Raw) -> Number | None:
    answer = raw["decimalNumber"]
    if answer is None:
        return None
    number = Decimal(str(answer))
    if not number.is_finite():
        raise ValueError(answer)
    return Number(number)


def _date(raw: Raw) -> Day | None:
    return Day(date.fromisoformat(raw["date"])) if raw["date"] else None


def _datetime(raw: Raw) -> Moment | None:
    if not raw["datetime"]:
        return None
    moment = datetime.fromisoformat(raw["datetime"])
    if moment.tzinfo is None:
        raise ValueError(raw["datetime"])
    return Moment(moment)


def _choice(raw: Raw) -> Choice | None:
    answer = raw["value"] if "value" in raw else raw.get("stringValue")
    return Choice(answer) if answer else None


def _choices(raw: Raw) -> Choices | None:
    options = tuple(str(option) for option in raw["values"])
    return Choices(options) if options else None


def _linked(raw: Raw) -> Choices | None:
    options = tuple(one for one in (raw["primaryValue"], raw["secondaryValue"]) if one)
    return Choices(options) if options else None


def _civilite(raw: Raw) -> Choice | None:
    return Choice(raw["civilite"]) if raw["civilite"] else None


def _files(raw: Raw) -> Files | None:
    files = tuple(
        Attachment(
            filename=one["filename"],
            size=int(one["byteSizeBigInt"]),
            checksum=one["checksum"],
            content_type=one["contentType"],
            scan=one["virusScanResult"],
            created_at=datetime.fromisoformat(one["createdAt"]),
        )
        for one in raw["files"]
    )
    return Files(files) if files else None


def _place(kind: str, *, key: str = "", beside: str = "") -> Callable[[Raw], Place | Text | None]:
    """A place with its official code; what DS only has as text stays text."""

    def decode(raw: Raw) -> Place | Text | None:
        place = raw[key or kind]
        if place is None:
            return _as_string(raw)
        around = raw.get(beside) or {} if beside else {}
        parts = {
            "postalCode": place.get("postalCode"),
            beside: around.get("code"),
        }
        return Place(
            kind=kind,
            code=place["code"],
            name=place["name"],
            parts=tuple((name, value) for name, value in parts.items() if value),
        )

    return decode


def _address(raw: Raw) -> Place | Text | None:
    place = raw["address"]
    if place is None:
        return _as_string(raw)
    parts = ("streetAddress", "postalCode", "cityName", "departmentCode", "regionCode")
    return Place(
        kind="address",
        code=place.get("cityCode") or "",
        name=place.get("label") or raw.get("stringValue") or "",
        parts=tuple((name, place[name]) for name in parts if place.get(name)),
    )


def _company(raw: Raw) -> Company | None:
    """The SIRET as typed; the company when the register answered."""
    found = raw["etablissement"]
    if found:
        return Company(
            identifier=found["siret"], name=(found.get("entreprise") or {}).get("raisonSociale")
        )
    typed = _as_string(raw)
    return Company(identifier=typed.text.replace(" ", ""), name=None) if typed else None


def _register(key: str) -> Callable[[Raw], Company | None]:
    def decode(raw: Raw) -> Company | None:
        found = raw[key]
        typed = _as_string(raw)
        if found:
            return Company(
                identifier=found.get("id") or (typed.text if typed else ""), name=found["title"]
            )
        return Company(identifier=typed.text, name=None) if typed else None

    return decode


def _map(raw: Raw) -> Text | None:
    """A map's areas by their description: the bridge has no use for shapes."""
    areas = raw["geoAreas"]
    if not areas:
        return None
    return Text(" ; ".join(area.get("description") or area["source"] for area in areas))


def _identity(raw: Raw) -> YesNo | None:
    """Whether an identity document was given; DS never serves the document itself."""
    return YesNo(yes=True) if raw["filled"] else None


def _engagement(raw: Raw) -> Text | None:
    found = raw["engagementJuridique"]
    typed = _as_string(raw)
    if not found:
        return typed
    amounts = ", ".join(
        f"{label} {found[key]}"
        for key, label in (("montantEngage", "engagé"), ("montantPaye", "payé"))
        if found.get(key)
    )
    return _text(" : ".join(part for part in (typed.text if typed else "", amounts) if part))


def _no_rows(raw: Raw) -> None:
    if raw["rows"]:
        raise ValueError("rows")


def _nothing(_raw: Raw) -> None:
    return None


_DECODERS: Mapping[str, Callable[[Raw], ChampValue | None]] = {
    "Text": _as_text,
    "YesNo": _yes_no("yesNo"),
    "Checkbox": _yes_no("checked"),
    "IntegerNumber": _integer,
    "DecimalNumber": _decimal,
    "Date": _date,
    "Datetime": _datetime,
    "DropDownList": _choice,
    "MultipleDropDownList": _choices,
    "LinkedDropDownList": _linked,
    "Civilite": _civilite,
    "PieceJustificative": _files,
    "TitreIdentite": _identity,
    "Repetition": _no_rows,
    "Address": _address,
    "Commune": _place("commune", beside="departement"),
    "Departement": _place("departement"),
    "Region": _place("region"),
    "Pays": _place("pays"),
    "Epci": _place("epci", beside="departement"),
    "Siret": _company,
    "RNA": _register("rna"),
    "RNF": _register("rnf"),
    "Carte": _map,
    "DossierLink": _as_string,
    "EngagementJuridique": _engagement,
    "HeaderSection": _nothing,
    "Explication": _nothing,
}
