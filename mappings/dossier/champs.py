"""Decoding the value of one champ, type by type, from what the API really sends.

A value that ``stringValue`` contradicts is not believed: the text is what was answered.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, TypeAlias

import orjson

from french.time import PARIS
from mappings.dossier.blank import as_string, is_blank, text_of, text_or_none
from mappings.dossier.champ_lists import choice, choices, options_in, several
from mappings.dossier.model import (
    Attachment,
    ChampValue,
    Choice,
    Choices,
    Day,
    Files,
    Moment,
    Number,
    Text,
    Unlisted,
    Unreadable,
    YesNo,
)
from mappings.dossier.places import address, areas, commitment, company, place, register
from mappings.dossier.said_twice import says

Raw: TypeAlias = Mapping[str, Any]
_COMMON = frozenset({"__typename", "id", "champDescriptorId", "label", "updatedAt", "unserved"})
"""Keys of every champ: what is left is its value."""
UNSERVED = "unserved"
"""Key, true, that the client puts in a champ whose value DS could not serve."""
_ERRORS = (
    KeyError,
    TypeError,
    ValueError,
    InvalidOperation,
    AttributeError,
    OverflowError,
    IndexError,
)
"""What a value of another shape than its type promises can raise."""


def decode_value(typename: str, raw: Raw, *, fed: bool | None = None) -> ChampValue | None:
    """The value of a champ of GraphQL type ``typename`` (``TextChamp`` …); ``None`` when blank.

    A type that is not known here is read as text, so that nothing is lost.

    Args:
        typename: The type that it is served as.
        raw: The champ.
        fed: For a list, whether it is fed by a CSV; ``None`` when the revision is not known.
    """
    if raw.get(UNSERVED):
        return Unreadable(raw=_kept(raw), reason="DS ne peut pas servir cette réponse")
    try:
        if (listed := _LISTS.get(typename)) is not None:
            return listed(raw, fed=fed)
        value = _DECODERS.get(typename, as_string)(raw)
        if typename not in _TWICE or not (text := raw.get("stringValue")):
            return value
        return value if says(text, value) else text_or_none(text)
    except _ERRORS:
        kind = typename.removesuffix("Champ")
        return Unreadable(raw=_kept(raw), reason=f"valeur inattendue pour un champ {kind}")


def _kept(raw: Raw) -> str:
    """What was served: as DS shows it, else the JSON of the value."""
    shown = raw.get("stringValue")
    if isinstance(shown, str) and not is_blank(shown):
        return shown
    rest = {key: value for key, value in raw.items() if key not in _COMMON}
    return orjson.dumps(rest, default=str, option=orjson.OPT_NON_STR_KEYS).decode()


def _as_text(raw: Raw) -> Text | Choices | None:
    """A text as typed; the several options of a list that became one."""
    answer = raw.get("value")
    text = as_string(raw) if answer is None else text_or_none(answer)
    if text is None or text.text[0] != "[":
        return text
    options = options_in(text.text)
    return several(options) if options else text


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
    if answer is None or answer == "":
        return None
    if isinstance(answer, bool | float):
        raise TypeError(answer)
    return Number(int(answer))


def _decimal(raw: Raw) -> Number | None:
    answer = raw["decimalNumber"]
    if answer is None:
        return None
    if isinstance(answer, bool):
        raise TypeError(answer)
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
    moment.astimezone(PARIS)  # one that the calendar cannot show there is unreadable
    return Moment(moment)


def _linked(raw: Raw) -> Choices | None:
    return several((raw["primaryValue"], raw["secondaryValue"]))


def _civilite(raw: Raw) -> Choice | None:
    return Choice(text_of(raw["civilite"])) if raw["civilite"] else None


def _files(raw: Raw) -> Files | Unlisted | None:
    """The files that DS lists. With none, it shows an empty text: null where there are some."""
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
    if files:
        return Files(files)
    return None if raw.get("stringValue", "") == "" else Unlisted()


def _identity(raw: Raw) -> Unlisted | None:
    """Whether an identity document was given; DS never serves the document itself."""
    return Unlisted() if raw["filled"] else None


def _no_rows(raw: Raw) -> None:
    if raw["rows"]:
        raise ValueError("rows")


def _nothing(_raw: Raw) -> None:
    return None


_DECODERS: Mapping[str, Callable[[Raw], ChampValue | None]] = {
    "TextChamp": _as_text,
    "YesNoChamp": _yes_no("yesNo"),
    "CheckboxChamp": _yes_no("checked"),
    "IntegerNumberChamp": _integer,
    "DecimalNumberChamp": _decimal,
    "DateChamp": _date,
    "DatetimeChamp": _datetime,
    "LinkedDropDownListChamp": _linked,
    "CiviliteChamp": _civilite,
    "PieceJustificativeChamp": _files,
    "TitreIdentiteChamp": _identity,
    "RepetitionChamp": _no_rows,
    "AddressChamp": address,
    "CommuneChamp": place("commune", beside="departement"),
    "DepartementChamp": place("departement"),
    "RegionChamp": place("region"),
    "PaysChamp": place("pays"),
    "EpciChamp": place("epci", beside="departement"),
    "SiretChamp": company,
    "RNAChamp": register("rna"),
    "RNFChamp": register("rnf"),
    "CarteChamp": areas,
    "DossierLinkChamp": as_string,
    "EngagementJuridiqueChamp": commitment,
    "HeaderSectionChamp": _nothing,
    "ExplicationChamp": _nothing,
}
_LISTS: Mapping[str, Callable[..., ChampValue | None]] = {
    "DropDownListChamp": choice,
    "MultipleDropDownListChamp": choices,
}
_TWICE = frozenset(
    {
        "YesNoChamp",
        "CheckboxChamp",
        "IntegerNumberChamp",
        "DecimalNumberChamp",
        "DateChamp",
        "DatetimeChamp",
        "CiviliteChamp",
        "LinkedDropDownListChamp",
        "AddressChamp",
        "CommuneChamp",
        "DepartementChamp",
        "RegionChamp",
        "PaysChamp",
        "EpciChamp",
        "SiretChamp",
        "RNAChamp",
        "RNFChamp",
    }
)
"""Types whose value and text say the same; of others, one is made of the other, or says less."""
