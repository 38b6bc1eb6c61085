"""The medicines as a form looks them up while it is filled in: by code, by name, by substance.

Made for DS's *référentiel avancé* (docs/annuaire.md): flat answers with keys in lower-case ASCII,
codes as texts, every key always there. What is not known is empty (``null`` for a yes or no), never
« non ».
"""

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from heapq import nsmallest
from typing import Generic, TypeAlias, TypeVar

from rapidfuzz import fuzz, process

from french.text import fold
from mappings.medicines.bdpm_files import SHORTAGES
from mappings.medicines.html_text import plain
from mappings.medicines.names import words
from mappings.medicines.reference import Medicine, Reference

Kept = TypeVar("Kept")
Facts: TypeAlias = Mapping[str, str | bool | int | list[str] | None]
"""An answer: one medicine or one substance."""
MOST_RESULTS = 50
LONGEST = 200
"""Characters of an entry; a longer one is that of no medicine."""
_UNKNOWN = "inconnu"
_KEPT = 4_096
_MOST_WORDS = 8
_SHORT = 2
_SHORTEST_MISSPELT = 5
_MISSPELT = 80.0
"""Likeness from which a word that begins none is taken for another one, misspelt."""
_CODE = re.compile(
    r"(?:code )?(?:cis|cip(?: ?(?:13|7)(?![0-9]))?)?(?: ?n[°o])?[ :=]*([0-9][0-9 .-]*)"
)
_LABELLED = re.compile(r"· cis ([0-9]{8})$")
_DIGITS = re.compile(r"[ .\-]")
_CIS_LENGTH = 8
_CIP_LENGTHS = frozenset({7, 13})


@dataclass(frozen=True, slots=True)
class Presentation:
    """A box of a speciality: its codes and what it holds."""

    cis: str
    cip13: str
    label: str


class Directory:
    """A version of BDPM, to be looked up."""

    def __init__(self, reference: Reference, packs: Iterable[Sequence[str]]) -> None:
        """Index a version.

        Args:
            reference: Its medicines.
            packs: Rows of ``CIS_CIP_bdpm.txt``.
        """
        self.version = reference.version
        self.count = len(reference.medicines)
        self._unread = reference.unread
        self._medicines = reference.medicines
        self._packs = _by_code(packs, known=reference.medicines)
        self._told = lru_cache(maxsize=_KEPT)(self._made)  # what is begun is asked letter by letter
        self._of_day = _newest(reference.medicines.values())
        self._by_name = _Index(
            sorted(reference.medicines.values(), key=_best_first), named=_searched
        )
        substances = _by_substance(reference.medicines.values())
        self._substances = {words(name): name for name in substances}
        self._having = substances
        self._by_dci = _Index(sorted(substances), named=str)

    @property
    def of_day(self) -> str:
        """Day of the newest fact of the version, in ISO 8601; "" when no file has a date."""
        return self._of_day.isoformat() if self._of_day else ""

    def speciality(self, entry: str) -> Facts | None:
        """The speciality whose CIS is typed, in any of the ways that people type it."""
        labelled = _LABELLED.search(fold(entry[:LONGEST]))
        code = labelled[1] if labelled else code_typed(entry)
        found = self._medicines.get(code)
        return None if found is None else self._facts(found)

    def presentation(self, entry: str) -> Facts | None:
        """The presentation whose CIP13 (or CIP7) is typed, with its speciality."""
        found = self._packs.get(code_typed(entry))
        return None if found is None else self._facts(self._medicines[found.cis], found)

    def substance(self, entry: str) -> Facts | None:
        """The substance that is typed, whatever the case and the accents."""
        name = self._substances.get(words(entry[:LONGEST]))
        return None if name is None else self._of_substance(name)

    def search(self, entry: str) -> list[Facts]:
        """Specialities whose name or substance has what is typed, or the one of a code."""
        exact = self.speciality(entry) or self.presentation(entry)
        if exact or len(code_typed(entry)) in {_CIS_LENGTH, *_CIP_LENGTHS}:
            return [exact] if exact else []
        return [self._facts(one) for one in self._by_name.find(entry)]

    def search_substances(self, entry: str) -> list[Facts]:
        """Substances whose name has what is typed."""
        return [self._of_substance(name) for name in self._by_dci.find(entry)]

    def _facts(self, one: Medicine, pack: Presentation | None = None) -> Facts:
        return self._told(one.cis, pack)

    def _made(self, cis: str, pack: Presentation | None) -> Facts:
        one = self._medicines[cis]
        acting = list(one.fractions or one.substances)
        return {
            "libelle": f"{one.name} · CIS {one.cis}",
            "cis": one.cis,
            "cip13": pack.cip13 if pack else "",
            "presentation": pack.label if pack else "",
            "denomination": one.name,
            "forme": one.form,
            "voies": list(one.routes),
            "dci": acting,
            "dci_texte": " ; ".join(acting),
            "titulaire": " ; ".join(one.holders),
            "statut_amm": one.status,
            "statut_reglementaire": regulatory_status(one),
            "commercialise": fold(one.marketing) == "commercialisee",
            "surveillance_renforcee": one.reinforced,
            "mitm": one.major,
            "disponibilite": self._availability(one),
            "atc": one.atc[0] if one.atc else "",
            "conditions": list(one.conditions),
            "date_amm": one.authorised_on.isoformat() if one.authorised_on else "",
            "base_du": self.of_day,
        }

    def _availability(self, one: Medicine) -> str:
        if not one.shortages and SHORTAGES.name in self._unread:
            return _UNKNOWN
        return " ; ".join(dict.fromkeys(line.status for line in one.shortages))

    def _of_substance(self, name: str) -> Facts:
        having = self._having[name]
        return {
            "libelle": name,
            "dci": name,
            "specialites": len(having),
            "commercialisees": sum(fold(one.marketing) == "commercialisee" for one in having),
            "atc": sorted({code for one in having for code in one.atc}),
            "base_du": self.of_day,
        }


def code_typed(entry: str) -> str:
    """The digits of a code as people type it (« CIS 6000 2283 ») ; "" when it is no code."""
    found = _CODE.fullmatch(fold(entry[:LONGEST]))
    return _DIGITS.sub("", found[1]) if found else ""


def regulatory_status(one: Medicine) -> str:
    """What the form calls the regulatory status, from the procedure that BDPM tells.

    Source: articles L.5121-8 (AMM), R.5121-115 (importation parallèle), L.5121-13 and L.5121-14-1
    (enregistrement) of the *Code de la santé publique*. BDPM holds nothing else.
    """
    procedure = fold(one.procedure)
    if procedure.startswith("enreg"):
        return "Enregistrement"
    if "importation parallele" in procedure:
        return "AIP"
    return "AMM" if procedure.startswith("procedure") else ""


def _by_code(
    packs: Iterable[Sequence[str]], *, known: Mapping[str, Medicine]
) -> dict[str, Presentation]:
    """Presentations by CIP7 and CIP13; those of a speciality that is not listed are left out."""
    found = {}
    for row in packs:
        if row[0] in known:
            one = Presentation(row[0], row[6], plain(row[2]))
            found.update({code: one for code in (row[1], row[6]) if code})
    return found


def _newest(medicines: Iterable[Medicine]) -> date | None:
    """Day of the last update that the version tells of: its files have no date of their own."""
    told = {line.updated for one in medicines for line in one.availability if line.updated}
    return max(told, default=None)


def _by_substance(medicines: Iterable[Medicine]) -> dict[str, list[Medicine]]:
    found: dict[str, list[Medicine]] = {}
    for one in medicines:
        for name in dict.fromkeys(one.fractions or one.substances):
            found.setdefault(name, []).append(one)
    return found


def _best_first(one: Medicine) -> tuple[bool, bool, int, str, str]:
    return (
        one.withdrawn or one.suspended,
        fold(one.marketing) != "commercialisee",
        len(one.fractions or one.substances),
        words(one.name),
        one.cis,
    )


def _searched(one: Medicine) -> str:
    return " ".join((one.name, *one.fractions, *one.substances))


class _Index(Generic[Kept]):
    """What is found by the beginnings of its words, in the order in which it is given."""

    def __init__(self, ranked: Sequence[Kept], *, named: Callable[[Kept], str]) -> None:
        self._ranked = ranked
        self._names = [words(named(one)) for one in ranked]
        by_word: dict[str, set[int]] = {}
        for place, name in enumerate(self._names):
            for word in set(name.split()):
                by_word.setdefault(word, set()).add(place)
        self._words = sorted(by_word)
        self._places = [by_word[word] for word in self._words]

    def find(self, entry: str) -> list[Kept]:
        """Those that have every word that is typed, or begun; names that begin so come first."""
        typed = words(entry[:LONGEST])
        wanted = dict.fromkeys(typed.split()[:_MOST_WORDS])
        last = next(reversed(wanted), "")
        left: set[int] | None = None
        for word in sorted(wanted, key=len, reverse=True):
            begun = word == last or len(word) > _SHORT
            having = self._having(word) if begun else self._whole(word)
            left = having if left is None else left & having
            if not left:
                return []
        found = nsmallest(
            MOST_RESULTS, left or (), key=lambda at: (not self._names[at].startswith(typed), at)
        )
        return [self._ranked[at] for at in found]

    def _having(self, word: str) -> set[int]:
        found: set[int] = set().union(*self._begun(word))
        if found or len(word) < _SHORTEST_MISSPELT or not word.isalpha():
            return found
        near = process.extract(
            word, self._words, scorer=fuzz.ratio, limit=MOST_RESULTS, score_cutoff=_MISSPELT
        )
        return found.union(*(self._places[at] for _, _, at in near))

    def _whole(self, word: str) -> set[int]:
        """Places of a word; one of a letter or two (« mg ») would begin thousands."""
        at = bisect_left(self._words, word)
        known = at < len(self._words) and self._words[at] == word
        return self._places[at] if known else set()

    def _begun(self, word: str) -> Iterator[set[int]]:
        """Places of each word that begins with what was typed."""
        at = bisect_left(self._words, word)
        while at < len(self._words) and self._words[at].startswith(word):
            yield self._places[at]
            at += 1
