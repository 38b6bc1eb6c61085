"""The medicines reference: what BDPM says of a speciality, and where to find it by its codes."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from html import unescape
from sys import intern
from typing import TypeAlias

from mappings.medicines.bdpm_files import (
    COMPOSITIONS,
    CONDITIONS,
    MITM,
    PRESENTATIONS,
    SHORTAGES,
    SPECIALITIES,
    FileSpec,
    day,
)

RowsOf: TypeAlias = Callable[[FileSpec], Iterable[list[str]]]
_ONGOING = frozenset({"1", "2"})
"""Codes of ``CIS_CIP_Dispo_Spec``: shortage, tension; 3 is the end of sales, 4 the return."""
_WITHDRAWN = frozenset({"Autorisation abrogée", "Autorisation retirée", "Autorisation archivée"})
_SUSPENDED = "Autorisation suspendue"
_TAG = re.compile(r"<[^>]+>")


@dataclass(frozen=True, slots=True)
class Shortage:
    """A line on the availability of a speciality, or of one presentation of it.

    Attributes:
        code: ``1`` shortage, ``2`` tension, ``3`` end of sales, ``4`` back again.
        status: The same in words.
        cip13: Presentation concerned; "" when it is every one.
        since: First day.
        updated: Day of the last update.
        back: Day of return, known or expected.
        url: ANSM's page.
    """

    code: str
    status: str
    cip13: str
    since: date | None
    updated: date | None
    back: date | None
    url: str


@dataclass(frozen=True, slots=True)
class Medicine:
    """A speciality.

    Attributes:
        cis: CIS code.
        name: Denomination.
        form: Pharmaceutical form.
        routes: Routes of administration.
        status: Status of its authorisation.
        procedure: Kind of authorisation.
        marketing: Marketing state.
        authorised_on: Day of authorisation.
        holders: Holders of the authorisation (not always the company that markets it).
        reinforced: Under *surveillance renforcée*.
        substances: Active substances, once each, as salts where BDPM says so.
        fractions: The same as therapeutic fractions (what acts, the salt apart) where BDPM has one.
        atc: ATC codes; only medicines of major therapeutic interest have one in BDPM.
        major: Medicine of major therapeutic interest (MITM).
        conditions: Conditions of prescription and dispensing.
        availability: Lines on its availability.
    """

    cis: str
    name: str
    form: str
    routes: tuple[str, ...]
    status: str
    procedure: str
    marketing: str
    authorised_on: date | None
    holders: tuple[str, ...]
    reinforced: bool
    substances: tuple[str, ...]
    fractions: tuple[str, ...]
    atc: tuple[str, ...]
    major: bool
    conditions: tuple[str, ...]
    availability: tuple[Shortage, ...]

    @property
    def withdrawn(self) -> bool:
        """Whether its authorisation is over."""
        return self.status in _WITHDRAWN

    @property
    def suspended(self) -> bool:
        """Whether its authorisation is suspended: it may come back."""
        return self.status == _SUSPENDED

    @property
    def shortages(self) -> tuple[Shortage, ...]:
        """Shortages and tensions that are not over."""
        return tuple(one for one in self.availability if one.code in _ONGOING)


@dataclass(frozen=True, slots=True)
class Reference:
    """A version of BDPM.

    Attributes:
        version: Version, made from the content of the files.
        medicines: Specialities by CIS.
        by_cip: CIS of each presentation, by CIP7 and by CIP13.
    """

    version: str
    medicines: Mapping[str, Medicine]
    by_cip: Mapping[str, str]


def build_reference(rows_of: RowsOf, *, version: str) -> Reference:
    """Join the files into a reference.

    Rows about a CIS that ``CIS_bdpm.txt`` does not have are of no speciality and are left out.

    Args:
        rows_of: Gives the rows of one file, none for one that is not there; called once for each,
            so that they are never all in memory.
        version: Version of the whole.
    """
    substances, fractions = _compositions(rows_of(COMPOSITIONS))
    atc = _grouped((row[0], row[1]) for row in rows_of(MITM))
    conditions = _grouped((row[0], row[1]) for row in rows_of(CONDITIONS))
    availability = _availability(rows_of(SHORTAGES))
    return Reference(
        version=version,
        medicines={
            intern(row[0]): Medicine(
                cis=intern(row[0]),
                name=_plain(row[1]),
                form=intern(row[2]),
                routes=_several(row[3]),
                status=intern(row[4]),
                procedure=intern(row[5]),
                marketing=intern(row[6]),
                authorised_on=day(row[7]),
                holders=_several(row[10]),
                reinforced=row[11].casefold() == "oui",
                substances=substances.get(row[0], ()),
                fractions=fractions.get(row[0], ()),
                atc=tuple(code for code in atc.get(row[0], ()) if code),
                major=row[0] in atc,
                conditions=conditions.get(row[0], ()),
                availability=availability.get(row[0], ()),
            )
            for row in rows_of(SPECIALITIES)
        },
        by_cip={
            code: intern(row[0])
            for row in rows_of(PRESENTATIONS)
            for code in (row[1], row[6])
            if code
        },
    )


_ByCis: TypeAlias = dict[str, tuple[str, ...]]


def _compositions(rows: Iterable[list[str]]) -> tuple[_ByCis, _ByCis]:
    """Active substances (SA) by CIS, and what acts in them: the fractions (FT) of the same link.

    A complex has several (sacubitril and valsartan); most have one.
    """
    active: list[tuple[str, str, str]] = []
    fractions: dict[str, tuple[str, ...]] = {}
    for cis, element, _, name, _, _, nature, link in rows:
        place = intern(f"{cis}/{element}/{link}")
        if nature == "FT":
            fractions[place] = (*fractions.get(place, ()), name)
        else:
            active.append((intern(cis), place, intern(name)))
    return (
        _grouped((cis, name) for cis, _, name in active),
        _grouped(
            (cis, acts) for cis, place, name in active for acts in fractions.get(place, (name,))
        ),
    )


def _grouped(pairs: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    """Second members by the first, in order, once each."""
    found: dict[str, tuple[str, ...]] = {}
    for key, value in pairs:
        text, before = intern(_plain(value)), found.get(key, ())
        if text not in before:
            found[intern(key)] = (*before, text)
    shared: dict[tuple[str, ...], tuple[str, ...]] = {}  # thousands are the same
    return {key: shared.setdefault(values, values) for key, values in found.items()}


def _availability(rows: Iterable[list[str]]) -> dict[str, tuple[Shortage, ...]]:
    found: dict[str, list[Shortage]] = {}
    for cis, cip13, code, status, since, updated, back, url in rows:
        found.setdefault(cis, []).append(
            Shortage(code, status, cip13, day(since), day(updated), day(back), url)
        )
    return {cis: tuple(lines) for cis, lines in found.items()}


@lru_cache(maxsize=8192)  # to share them, not for speed
def _several(text: str) -> tuple[str, ...]:
    return tuple(intern(part.strip()) for part in text.split(";") if part.strip())


def _plain(text: str) -> str:
    """``text`` without the HTML that some cells hold."""
    return _TAG.sub(" ", unescape(text)).strip() if "<" in text or "&" in text else text
