"""What a substance is called: its international name for a brand, another name or a misspelling.

The names come from ``triage/unc/substances.csv``, from BDPM where it is loaded, and from the other
reports, which often say of a brand what it holds.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from rapidfuzz.distance import OSA

from datafiles.file import DataFileError
from french.text import fold
from mappings.medicines.match import MedicineMatch
from mappings.medicines.reference import Medicine
from triage.situations.words.without_salts import Salts, joined, sound

_DOSAGE = re.compile(
    r"\s\d[\d.,/ ]*\s*(?:mg|g|kg|µg|mcg|microgrammes?|ui|u|ml|cp|cpr|%|pour cent)\b.*", re.DOTALL
)
_FORMS = re.compile(
    r"\b(?:lp|comprimes?|cp|gelules?|sirop|solution|injectables?|buvables?|ampoules?|suppositoires?"
    r"|collyres?|creme|pommade|patchs?|sachets?)\b"
)
_HEAD = re.compile(r"[a-z]{3,}")
_SHORTEST = 5
"""Letters of a word that names a substance among others."""
_LONG, _LONGER = 7, 10
"""Letters from which one, then two, that are wrong make a misspelling."""
_WORDS = frozenset({"acid", "humai", "dilue", "forme"})
"""Beginnings of words that name no substance."""
_MOST = 0.9
"""Share of a brand's specialities that must hold the same, for the brand to name it."""


@dataclass(frozen=True, eq=False)
class SubstanceNames:
    """International names, and what other names stand for; all in normal form.

    Compared by identity: misspellings are looked for once for each.

    Attributes:
        others: Substances (joined by ``+``) of each other name.
        known: International names.
    """

    others: Mapping[str, str] = field(default_factory=dict)
    known: frozenset[str] = frozenset()

    @cached_property
    def by_sound(self) -> Mapping[str, str]:
        """The international name of each sound that only one has."""
        found: dict[str, set[str]] = defaultdict(set)
        for name in self.known:
            found[sound(name)].add(name)
        return {heard: one for heard, (one, *more) in found.items() if not more}

    def with_reference(self, reference: "SubstanceNames") -> "SubstanceNames":
        """These names, then those of a reference."""
        known = self.known | (reference.known - self.others.keys())
        return SubstanceNames({**reference.others, **self.others}, known)


def read_names(text: str, *, salts: Salts, source: str) -> SubstanceNames:
    """Names of a table ``autre_nom;substance``; an empty other name only states a substance.

    Raises:
        DataFileError: A line has not two cells, or no substance, or contradicts another one.
    """
    others: dict[str, str] = {}
    known: set[str] = set()
    rows = (line.split(";") for line in text.splitlines())
    for at, row in enumerate(rows, start=1):
        if at == 1 or not "".join(row).strip() or row[0].startswith("#"):
            continue
        if len(row) != 2 or not row[1].strip():  # noqa: PLR2004 (two columns)
            raise DataFileError([f"{source}:{at} : attendu « autre nom;substance »"])
        substance = joined(row[1], salts)
        known.update(substance.split("+"))
        if row[0].strip():
            others[name := joined(row[0], salts)] = substance
            if name != substance and others.get(substance) == name:
                raise DataFileError(
                    [f"{source}:{at} : « {row[0]} » et « {row[1]} » se renvoient l'un à l'autre"]
                )
    # A substance that has itself another name there is called by that one.
    named = {
        other: "+".join(
            sorted({one for part in parts for one in others.get(part, part).split("+")})
        )
        for other, substance in others.items()
        if (parts := substance.split("+"))
    }
    return SubstanceNames(named, frozenset(one for one in known if others.get(one, one) == one))


def reference_names(medicines: Iterable[Medicine], salts: Salts) -> SubstanceNames:
    """Names that a reference knows: its substances, and what holds one thing only.

    That is a brand, or a salt that its own name does not tell from what acts in it
    (« pémétrexed disodique 2,5-hydraté »): typed beside its code or without, it is the same.
    """
    held: dict[str, Counter[str]] = defaultdict(Counter)
    known: set[str] = set()
    for one in medicines:
        parts = {joined(name, salts) for name in one.fractions} - {""}
        known |= parts
        acting = "+".join(sorted(parts))
        salt = joined(one.substances[0], salts) if len(one.substances) == 1 else ""
        for name in {head(one.name), salt if _akin(salt, acting) else ""} - {""} if acting else ():
            held[name][acting] += 1
    words = {word for name in known for part in name.split("+") for word in part.split()}
    others = {
        name: most
        for name, found in held.items()
        if name not in words and name not in known
        for most, count in found.most_common(1)
        if count >= _MOST * found.total()
    }
    return SubstanceNames(others, frozenset(one for name in known for one in name.split("+")))


def substances_by_cis(matches: Iterable[MedicineMatch | None], salts: Salts) -> Mapping[str, str]:
    """Substances by CIS code of what a reference found by a code that nothing speaks against."""
    return {
        match.medicine.cis: "+".join(
            sorted({joined(name, salts) for name in match.medicine.fractions} - {""})
        )
        for match in matches
        if match is not None and match.sure and match.medicine is not None
    }


def _akin(one: str, other: str) -> bool:
    """Whether two names have a word that begins alike, as an acid and its salt do."""
    mine, theirs = (
        {sound(word)[:_SHORTEST] for word in name.replace("+", " ").split()} - _WORDS
        for name in (one, other)
    )
    return not mine.isdisjoint(theirs)


def head(name: str) -> str:
    """The word that names a speciality: ``ozempic``; "" when the name begins otherwise."""
    found = _HEAD.match(fold(name))
    return found.group() if found else ""


def canonical(
    text: str, *, salts: Salts, names: SubstanceNames, companions: Collection[str] = ()
) -> str:
    """The substances that a text names, in normal form, brands and misspellings resolved.

    Args:
        text: As typed, with or without a dosage.
        salts: How salts are named.
        names: What is known of names.
        companions: Substances that do not count beside another (« codéine + paracétamol »).
    """
    bare = _FORMS.sub(" ", _DOSAGE.sub("", fold(text)))
    name = joined(bare, salts)
    whole = names.others.get(name)
    parts = (whole or name).split("+")
    found = {one for part in parts for one in _resolved(part, names).split("+") if one}
    kept = {one for one in found if one not in companions} or found
    return "+".join(sorted(kept))


def _resolved(part: str, names: SubstanceNames) -> str:
    if part in names.known:
        return part
    if part in names.others:
        return names.others[part]
    if heard := names.by_sound.get(sound(part)):
        return heard
    if near := _nearest(part, names):
        return names.others.get(near, near)
    words = {names.others.get(word, word) for word in part.split() if len(word) >= _SHORTEST}
    told = {word for word in words if {*word.split("+")} <= names.known}
    return told.pop() if len(told) == 1 else part  # « sémaglutide (Ozempic) », an unknown ester


@lru_cache(maxsize=8192)
def _nearest(name: str, names: SubstanceNames) -> str | None:
    """The one known name that another one misspells; ``None`` without any, or with several."""
    if max(map(len, name.split()), default=0) < _LONG:
        return None
    for known in (names.known, names.others):
        found: dict[int, list[str]] = defaultdict(list)
        for other in known:
            if (distance := _apart(name, other)) is not None:
                found[distance].append(other)
        if found:
            best = found[min(found)]
            return best[0] if len(best) == 1 else None
    return None


def _apart(name: str, other: str) -> int | None:
    """Letters between two names that one word tells apart; ``None`` when it is another word."""
    if name[:1] != other[:1] or abs(len(name) - len(other)) > 2:  # noqa: PLR2004
        return None
    mine, theirs = name.split(), other.split()
    if len(mine) != len(theirs):
        return None
    unlike = [(a, b) for a, b in zip(mine, theirs, strict=True) if a != b]
    if len(unlike) != 1:
        return None
    one, two = unlike[0]
    shortest = min(len(one), len(two))
    allowed = 2 if shortest >= _LONGER else 1 if shortest >= _LONG else 0
    distance = OSA.distance(one, two, score_cutoff=2)
    return distance if 0 < distance <= allowed else None


def learnt_names(
    said: Iterable[tuple[str, str]], typed: Mapping[str, int], *, names: SubstanceNames
) -> Mapping[str, str]:
    """What reports say of names: a brand that some typed as a substance, a lone misspelling.

    Args:
        said: Head of the speciality and substances beside it, report by report.
        typed: How many reports name each substance.
        names: What is known already.
    """
    held: dict[str, Counter[str]] = defaultdict(Counter)
    for brand, substance in said:
        if brand not in substance.replace("+", " ").split():
            held[brand][substance] += 1
    brands = {
        brand: max(sorted(found), key=lambda one: found[one]) for brand, found in held.items()
    }
    learnt: dict[str, str] = {}
    for name, count in sorted(typed.items(), key=lambda one: (one[1], one[0])):
        if name in names.known:
            continue
        other = brands.get(name)
        if other and learnt.get(other) != name and other != name and name not in learnt.values():
            learnt[name] = other
        else:
            commoner = [one for one, many in typed.items() if many > count or one in names.known]
            near = _one_letter(name, commoner)
            if near:
                learnt[name] = near
    return learnt


def _one_letter(name: str, others: Iterable[str]) -> str | None:
    near = [one for one in others if one != name and _apart(name, one) == 1]
    return near[0] if len(near) == 1 else None
