"""The generator's data files, read once: situations, companies, phrases, defects, territories."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

HERE = Path(__file__).parents[1]
LUHN_NINE = 9


@dataclass(frozen=True, slots=True)
class Contact:
    """A fictional person who answers for a fictional company."""

    name: str
    role: str
    email: str
    phone: str


@dataclass(frozen=True, slots=True)
class CompanyProfile:
    """A fictional company: ``brand`` ends the names of its specialities."""

    key: str
    name: str
    brand: str
    siren: str
    nic: str
    contacts: tuple[Contact, ...]

    @property
    def siret(self) -> str:
        """The 14 digits, Luhn key included."""
        body = f"{self.siren}{self.nic}"
        return body + luhn_key(body)


@dataclass(frozen=True, slots=True)
class DocumentedUse:
    """One documented non-compliant use, and all that a company may say of it."""

    id: int
    substance: str
    of: str
    the: str
    companies: tuple[str, ...]
    products: tuple[dict[str, Any], ...]
    natures: tuple[str, ...]
    detail: tuple[str, str] | None
    indications: tuple[str, ...]
    routes: tuple[str, ...]
    doses: tuple[str, ...]
    titles: tuple[str, ...]
    authorised: tuple[str, ...]
    observed: tuple[str, ...]
    contexts: tuple[str, ...]
    populations: tuple[tuple[str, ...], ...]
    prescribers: tuple[str, ...]
    settings: tuple[str, ...]
    justifications: tuple[str, ...]
    efficacy: tuple[str, ...]
    safety: tuple[str, ...]
    impacts: tuple[str, ...]
    references: tuple[str, ...]
    patients: tuple[int, int]
    serious: float
    deaths: float
    levels: tuple[str, ...]
    measures: tuple[tuple[str, str], ...]
    rare: str | None = None


@dataclass(frozen=True, slots=True)
class FictionalMedicine:
    """A fictional speciality, as a fictional BDPM would hold it."""

    cis: str
    cip13: str
    name: str
    substance: str
    atc: str
    form: str
    company: str
    status: str
    supply: str
    withdrawn: bool


def luhn_key(body: str) -> str:
    """Give the digit that makes ``body`` plus itself valid by Luhn."""
    total = 0
    for position, digit in enumerate(reversed(body)):
        doubled = int(digit) * (2 if position % 2 == 0 else 1)
        total += doubled - LUHN_NINE if doubled > LUHN_NINE else doubled
    return str(-total % 10)


def ean_key(body: str) -> str:
    """Give the key of a 12-digit EAN-13 body."""
    weighted = sum(int(digit) * (3 if at % 2 else 1) for at, digit in enumerate(body))
    return str(-weighted % 10)


def freeze(value: Any) -> Any:
    """Turn the lists of a data file into tuples, at every depth."""
    return tuple(freeze(one) for one in value) if isinstance(value, list) else value


@cache
def read(name: str) -> Any:
    """Read a YAML file of this folder; what it holds is shared and must not be changed."""
    return YAML(typ="safe").load(HERE / f"{name}.yaml")


@cache
def situations() -> tuple[DocumentedUse, ...]:
    """Give the situations in the order of their ids."""
    rows = [{key: freeze(value) for key, value in row.items()} for row in read("situations")]
    return tuple(sorted((DocumentedUse(**row) for row in rows), key=lambda one: one.id))


@cache
def companies() -> dict[str, CompanyProfile]:
    """Give the companies by key."""
    found = {}
    for row in read("companies"):
        people = tuple(Contact(**person) for person in row["contacts"])
        found[row["key"]] = CompanyProfile(**{**row, "contacts": people})
    return found


def phrases(name: str) -> list[str]:
    """Give one list of the common phrases."""
    listed: list[str] = read("phrases")[name]
    return listed


@cache
def medicine(situation_id: int, product_at: int, company_key: str) -> FictionalMedicine:
    """Give the speciality that a company markets in a situation; codes are invented and stable."""
    situation = next(one for one in situations() if one.id == situation_id)
    product = situation.products[product_at]
    company = companies()[company_key]
    place = f"{situation_id:02d}{product_at}{situation.companies.index(company_key)}"
    body = f"340099{place}01"
    return FictionalMedicine(
        cis=f"99{place}07",
        cip13=body + ean_key(body),
        name=f"{product['substance'].upper()} {company.brand} {product['label']}",
        substance=product["substance"],
        atc=product["atc"],
        form=product["form"],
        company=company.name,
        status=product.get("status", "AMM"),
        supply=product["supply"],
        withdrawn=product.get("withdrawn", False),
    )


def medicines() -> list[FictionalMedicine]:
    """Give every fictional speciality, for whoever builds a BDPM extract for the sandbox."""
    return [
        medicine(situation.id, at, key)
        for situation in situations()
        for at in range(len(situation.products))
        for key in situation.companies
    ]
