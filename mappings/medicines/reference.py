"""The medicines reference: what BDPM says of a speciality, and where to find it by its codes."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from sys import intern
from typing import TypeAlias

from french.text import fold
from mappings.medicines.bdpm_files import (
    ASMR,
    COMPOSITIONS,
    CONDITIONS,
    HAS_LINKS,
    INFORMATION,
    MITM,
    PRESENTATIONS,
    SHORTAGES,
    SMR,
    SPECIALITIES,
    FileSpec,
    compact_day,
    day,
)
from mappings.medicines.html_text import link_in, plain

RowsOf: TypeAlias = Callable[[FileSpec], Iterable[list[str] | None]]
"""Rows of one file; ``None`` for a line that could not be read, nothing for an absent file."""
_ONGOING = frozenset({"1", "2"})
"""Codes of ``CIS_CIP_Dispo_Spec``: shortage, tension; 3 is the end of sales, 4 the return."""
_WITHDRAWN = frozenset({"autorisation abrogee", "autorisation retiree", "autorisation archivee"})
_SUSPENDED = "autorisation suspendue"


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
        label: Label of the presentation; "" when it is every one, or is not known.
    """

    code: str
    status: str
    cip13: str
    since: date | None
    updated: date | None
    back: date | None
    url: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class HasOpinion:
    """What the HAS said once of a medicine, for one indication or several.

    Attributes:
        value: Level (« Important », « V »…), as published; "" when none was given.
        reason: Why it was asked (« Inscription (CT) »…).
        on: Day of the opinion.
        link: The opinion itself; "" when its address is not known.
    """

    value: str
    reason: str
    on: date | None
    link: str


@dataclass(frozen=True, slots=True)
class Information:
    """A safety letter or notice about a medicine.

    Attributes:
        since: First day.
        until: Last day; ``None`` without end.
        text: What it says, without HTML.
        link: Its page; "" without any.
    """

    since: date | None
    until: date | None
    text: str
    link: str


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
        listed_major: Whether the list of medicines of major therapeutic interest names it.
        conditions: Conditions of prescription and dispensing.
        availability: Lines on its availability.
        smr: Opinions on its medical benefit (*service médical rendu*), the latest first.
        asmr: Opinions on its improvement of that benefit, the latest first.
        information: Safety letters and notices, the latest first.
        unread: Files of which something is missing: what they do not say of it is unknown.
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
    listed_major: bool
    conditions: tuple[str, ...]
    availability: tuple[Shortage, ...]
    smr: tuple[HasOpinion, ...] = ()
    asmr: tuple[HasOpinion, ...] = ()
    information: tuple[Information, ...] = ()
    unread: frozenset[str] = frozenset()

    @property
    def major(self) -> bool | None:
        """Medicine of major therapeutic interest (MITM); ``None`` when that is not known."""
        return self.listed_major or (None if MITM.name in self.unread else False)

    @property
    def withdrawn(self) -> bool:
        """Whether its authorisation is over."""
        return fold(self.status) in _WITHDRAWN

    @property
    def suspended(self) -> bool:
        """Whether its authorisation is suspended: it may come back."""
        return fold(self.status) == _SUSPENDED

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
        unread: Files that are absent, or of which a line could not be read: what they do not say
            is unknown, never « non ».
    """

    version: str
    medicines: Mapping[str, Medicine]
    by_cip: Mapping[str, str]
    unread: frozenset[str] = frozenset()


def build_reference(rows_of: RowsOf, *, version: str) -> Reference:
    """Join the files into a reference.

    Rows about a CIS that ``CIS_bdpm.txt`` does not have are of no speciality and are left out.

    Args:
        rows_of: Gives the rows of one file; called once for each, so that they are never all in
            memory.
        version: Version of the whole.
    """
    files = _Files(rows_of)
    shortages = [row for row in files.rows(SHORTAGES) if row]
    packs = _packs(files.rows(PRESENTATIONS), {row[1] for row in shortages})
    substances, fractions = _compositions(files.rows(COMPOSITIONS))
    atc = _grouped((row[0], row[1]) for row in files.rows(MITM))
    conditions = _grouped((row[0], row[1]) for row in files.rows(CONDITIONS))
    availability = _availability(shortages, packs.labels)
    links = {row[0]: row[1] for row in files.rows(HAS_LINKS)}
    smr = _opinions(files.rows(SMR), links)
    asmr = _opinions(files.rows(ASMR), links)
    information = _information(files.rows(INFORMATION))
    unread = frozenset(files.unread)
    medicines = {
        intern(row[0]): Medicine(
            cis=intern(row[0]),
            name=plain(row[1]),
            form=intern(plain(row[2])),
            routes=_several(row[3]),
            status=intern(row[4]),
            procedure=intern(plain(row[5])),
            marketing=intern(row[6]),
            authorised_on=day(row[7]),
            holders=_several(row[10]),
            reinforced=row[11].casefold() == "oui",
            substances=substances.get(row[0], ()),
            fractions=fractions.get(row[0], ()),
            atc=tuple(code for code in atc.get(row[0], ()) if code),
            listed_major=row[0] in atc,
            conditions=conditions.get(row[0], ()),
            availability=availability.get(row[0], ()),
            smr=smr.get(row[0], ()),
            asmr=asmr.get(row[0], ()),
            information=information.get(row[0], ()),
            unread=unread,
        )
        for row in files.rows(SPECIALITIES)
    }
    return Reference(version, medicines, packs.by_cip, frozenset(files.unread))


class _Files:
    """The rows of each file, and which files could not be read whole."""

    def __init__(self, rows_of: RowsOf) -> None:
        self._rows_of = rows_of
        self.unread: set[str] = set()

    def rows(self, spec: FileSpec) -> Iterator[list[str]]:
        some = False
        for row in self._rows_of(spec):
            if row is None:
                self.unread.add(spec.name)
            else:
                some = True
                yield row
        if not some:
            self.unread.add(spec.name)


@dataclass(frozen=True, slots=True)
class _Packs:
    """CIS by code of presentation, and labels of those that are asked for."""

    by_cip: dict[str, str]
    labels: dict[str, str]


def _packs(rows: Iterable[list[str]], wanted: set[str]) -> _Packs:
    packs = _Packs({}, {})
    for row in rows:
        for code in (row[1], row[6]):
            if code:
                packs.by_cip[code] = intern(row[0])
        if row[6] in wanted:
            packs.labels[row[6]] = plain(row[2])
    return packs


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
        text, before = intern(plain(value)), found.get(key, ())
        if text not in before:
            found[intern(key)] = (*before, text)
    shared: dict[tuple[str, ...], tuple[str, ...]] = {}  # thousands are the same
    return {key: shared.setdefault(values, values) for key, values in found.items()}


def _availability(
    rows: Iterable[list[str]], labels: Mapping[str, str]
) -> dict[str, tuple[Shortage, ...]]:
    found: dict[str, dict[Shortage, None]] = {}  # the file says some of them twice
    for cis, cip13, code, status, since, updated, back, url in rows:
        label = labels.get(cip13, "")
        one = Shortage(code, plain(status), cip13, day(since), day(updated), day(back), url, label)
        found.setdefault(cis, {})[one] = None
    return {cis: tuple(lines) for cis, lines in found.items()}


def _opinions(
    rows: Iterable[list[str]], links: Mapping[str, str]
) -> dict[str, tuple[HasOpinion, ...]]:
    found: dict[str, dict[HasOpinion, None]] = {}
    for cis, code, reason, on, value, _ in rows:
        one = HasOpinion(
            intern(plain(value)), intern(plain(reason)), compact_day(on), links.get(code, "")
        )
        found.setdefault(cis, {})[one] = None
    return {
        cis: tuple(sorted(said, key=lambda one: one.on or date.min, reverse=True))
        for cis, said in found.items()
    }


def _information(rows: Iterable[list[str]]) -> dict[str, tuple[Information, ...]]:
    found: dict[str, dict[Information, None]] = {}
    for cis, since, until, text in rows:
        one = Information(day(since), day(until), intern(plain(text)), intern(link_in(text)))
        found.setdefault(cis, {})[one] = None
    return {
        cis: tuple(sorted(told, key=lambda one: one.since or date.min, reverse=True))
        for cis, told in found.items()
    }


@lru_cache(maxsize=8192)  # to share them, not for speed
def _several(text: str) -> tuple[str, ...]:
    """Parts of a cell; entities are read first, for they end with the separator."""
    return tuple(intern(part.strip()) for part in plain(text).split(";") if part.strip())
