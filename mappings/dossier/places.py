"""Decoding what official registers name: places, companies, associations, maps, commitments."""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from mappings.dossier.blank import as_string, text_of, text_or_none
from mappings.dossier.model import Company, Place, Text

Raw: TypeAlias = Mapping[str, Any]
_ADDRESS_PARTS = ("streetAddress", "postalCode", "cityName", "departmentCode", "regionCode")


def place(kind: str, *, beside: str = "") -> Callable[[Raw], Place | Text | None]:
    """A place with its official code; what DS only has as text stays text.

    Args:
        kind: Key of the place, which is also its kind.
        beside: Key of the larger place that comes along, if any.
    """

    def decode(raw: Raw) -> Place | Text | None:
        found = raw[kind]
        if found is None:
            return as_string(raw)
        parts = []
        if postal_code := found.get("postalCode"):
            parts.append(("postalCode", text_of(postal_code)))
        if beside and (around := raw.get(beside)):
            parts.append((beside, text_of(around["code"])))
        code, name = text_of(found["code"]), text_of(found["name"])
        return Place(kind=kind, code=code, name=name, parts=tuple(parts))

    return decode


def address(raw: Raw) -> Place | Text | None:
    """An address; one that the national base does not know still has its commune."""
    found = raw["address"]
    if found is not None:
        return Place(
            kind="address",
            code=text_of(found.get("cityCode") or ""),
            name=text_of(found.get("label") or raw.get("stringValue") or ""),
            parts=tuple((name, text_of(found[name])) for name in _ADDRESS_PARTS if found.get(name)),
        )
    typed, commune = as_string(raw), raw.get("commune")
    if typed is None or not commune:
        return typed
    parts = (("postalCode", commune.get("postalCode")), ("cityName", commune["name"]))
    return Place(
        kind="address",
        code=text_of(commune["code"]),
        name=typed.text,
        parts=tuple((name, text_of(value)) for name, value in parts if value),
    )


def company_name(raw: Raw) -> str | None:
    """Name of a company; ``None`` when the register does not hand it out, or did not answer.

    INSEE serves « [ND] » for those that refuse to be listed.
    """
    name = (raw.get("entreprise") or {}).get("raisonSociale")
    if name is None or not text_of(name).replace("[ND]", "").strip():
        return None
    return text_of(name)


def company(raw: Raw) -> Company | None:
    """The SIRET as typed; the company when the register answered."""
    found = raw["etablissement"]
    if found:
        return Company(identifier=text_of(found["siret"]), name=company_name(found))
    typed = as_string(raw)
    return Company(identifier="".join(typed.text.split()), name=None) if typed else None


def register(key: str) -> Callable[[Raw], Company | None]:
    """An association (RNA) or a foundation (RNF): its number, and its title when known."""

    def decode(raw: Raw) -> Company | None:
        found = raw[key]
        typed = as_string(raw)
        if found:
            number = found.get("id") or (typed.text if typed else "")
            title = found["title"]
            named = None if title is None else text_of(title)
            return Company(identifier=text_of(number), name=named)
        return Company(identifier=typed.text, name=None) if typed else None

    return decode


def areas(raw: Raw) -> Text | None:
    """A map's areas by their description: the bridge has no use for shapes."""
    named = [area.get("description") or area["source"] for area in raw["geoAreas"]]
    return text_or_none(" ; ".join(named))


def commitment(raw: Raw) -> Text | None:
    """An engagement juridique: its number, and its amounts when they are known."""
    found = raw["engagementJuridique"]
    typed = as_string(raw)
    if not found:
        return typed
    amounts = ", ".join(
        f"{label} {found[key]}"
        for key, label in (("montantEngage", "engagé"), ("montantPaye", "payé"))
        if found.get(key)
    )
    return text_or_none(" : ".join(part for part in (typed.text if typed else "", amounts) if part))
