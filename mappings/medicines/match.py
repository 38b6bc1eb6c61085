"""Joining what a report names with BDPM: by code, else by name with a score that is shown."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, TypeAlias

from rapidfuzz import fuzz

from mappings.medicines.bdpm_files import (
    COMPOSITIONS,
    PRESENTATIONS,
    SPECIALITIES,
    FileSpec,
    is_cis,
)
from mappings.medicines.names import NameIndex, NameLikeness, SubstanceIndex, likeness, words
from mappings.medicines.reference import Medicine, Reference

By: TypeAlias = Literal["cis", "cip", "nom"]
_UNLIKE = 50.0
"""Likeness under which a code and a name are said to disagree."""
_SAME_HEAD = 80.0
"""Likeness from which the words that name two medicines are the same, misspelt or in part."""
_SAME_SUBSTANCE = 85.0
_PARTS = re.compile(r"[,;/+&]| et | avec ")
_MOST = 60
"""Characters of a declared substance that a remark repeats."""
_CIP_LENGTHS = frozenset({7, 13})


@dataclass(frozen=True, slots=True)
class Declared:
    """What a report says of one medicine; "" where it says nothing."""

    cis: str = ""
    cip: str = ""
    name: str = ""
    substance: str = ""


@dataclass(frozen=True, slots=True)
class MedicineMatch:
    """What was found for a declared medicine.

    Attributes:
        medicine: The speciality; ``None`` when none was found.
        by: What found it.
        score: Likeness of the names, 0 to 100 (only for the same words); ``None`` when there was
            no name to compare.
        remarks: What a person should know, in French.
    """

    medicine: Medicine | None
    by: By | None
    score: float | None
    remarks: tuple[str, ...]

    @property
    def sure(self) -> bool:
        """Whether a code found it and nothing speaks against it: a name alone never is."""
        return self.by in {"cis", "cip"} and not self.remarks


class Matcher:
    """Looks up declared medicines in a reference; the same question is answered once."""

    def __init__(self, reference: Reference) -> None:
        self.reference = reference
        self._answers: dict[Declared, MedicineMatch] = {}

    @cached_property
    def _names(self) -> NameIndex:
        return NameIndex(self.reference.medicines.values())

    @cached_property
    def _substances(self) -> SubstanceIndex:
        return SubstanceIndex(self.reference.medicines.values())

    def match(self, declared: Declared) -> MedicineMatch:
        """What the reference has for a declared medicine."""
        if declared not in self._answers:
            self._answers[declared] = self._look_up(declared)
        return self._answers[declared]

    def _look_up(self, declared: Declared) -> MedicineMatch:
        known, by_cip = self.reference.medicines, self.reference.by_cip
        cis, cip = _digits(declared.cis), _digits(declared.cip)
        by_code = known.get(cis) if is_cis(cis) else None
        by_pack = known.get(by_cip.get(cip, "")) if len(cip) in _CIP_LENGTHS else None
        remarks = []
        if cis and by_code is None:
            remarks.append(f"code CIS {self._not_found(SPECIALITIES)}")
        if cip and by_pack is None:
            remarks.append(f"code CIP {self._not_found(PRESENTATIONS)}")
        if by_code and by_pack and by_code.cis != by_pack.cis:
            remarks.append(f"le code CIP est celui de « {by_pack.name} »")
        found = by_code or by_pack
        if found is None:
            return self._by_name(declared, remarks)
        by: By = "cis" if by_code else "cip"
        name = words(declared.name)
        alike = _with_substance(likeness(name, words(found.name)), declared, found)
        if name and not self._named_alike(name, alike, found):
            remarks.append(
                f"le nom déclaré ne ressemble pas à « {found.name} » ({alike.whole:.0f} %)"
            )
        if not self._of_its_substances(declared.substance, found):
            told = " ; ".join(found.fractions)
            remarks.append(f"la substance déclarée n'est pas celle de « {found.name} » ({told})")
        return MedicineMatch(found, by, alike.whole if name else None, tuple(remarks))

    def _not_found(self, spec: FileSpec) -> str:
        """What is said of a code that is not there; a file that lacks lines proves nothing."""
        if spec.name in self.reference.unread:
            return f"non vérifié ({spec.name} absent ou lu en partie)"
        return "inconnu de la BDPM"

    def _named_alike(self, name: str, alike: NameLikeness, found: Medicine) -> bool:
        """Whether a name can be that of a medicine: by the words that name it, not by its form."""
        head = " ".join(self._names.naming(name))
        if alike.said < _UNLIKE or not head:
            return alike.said >= _UNLIKE
        known = (" ".join(self._names.naming(words(one))) for one in (found.name, *_acting(found)))
        return max(fuzz.token_set_ratio(head, one) for one in known) >= _SAME_HEAD

    def _of_its_substances(self, declared: str, found: Medicine) -> bool:
        """Whether each substance that is declared is one of a medicine's, or its brand."""
        parts = [part for one in _PARTS.split(declared) if (part := self._names.acting(one))]
        known = {one for name in _acting(found) if (one := self._names.acting(name))}
        brand = words(found.name).split()[:1]
        return not known or all(
            part.split() == brand or any(_same_substance(part, one) for one in known)
            for part in parts
        )

    def _by_name(self, declared: Declared, remarks: list[str]) -> MedicineMatch:
        name = words(declared.name)
        found = [
            (one, _with_substance(alike, declared, one))
            for one, alike in self._names.find(name, words(declared.substance))
        ]
        if not found:
            remarks += [*self._of_name(declared), *self._of_substance(declared)]
            return MedicineMatch(None, None, None, tuple(remarks))
        best, alike = min(found, key=_best_first)
        count = sum(other.said == alike.said for _, other in found)
        same = f", {count} spécialités se ressemblent autant" if count > 1 else ""
        remarks.insert(0, f"trouvé par le nom, à vérifier (ressemblance {alike.whole:.0f} %{same})")
        return MedicineMatch(best, "nom", alike.whole, tuple(remarks))

    def _of_name(self, declared: Declared) -> Iterator[str]:
        """Why a name found nothing."""
        if self._names.naming(words(declared.name)):
            yield "aucune spécialité de ce nom dans la BDPM"
        elif declared.name.strip():
            yield "nom trop court ou trop général pour être cherché dans la BDPM"

    def _of_substance(self, declared: Declared) -> Iterator[str]:
        """What is known of the substance where no speciality was found: it never names one."""
        wanted = declared.substance.strip()[:_MOST]
        if not wanted or COMPOSITIONS.name in self.reference.unread:
            return
        count = self._substances.count(wanted)  # never quoted: a remark is read more widely
        if count == 0:
            yield "substance déclarée inconnue de la BDPM"
            return
        several = f"{count} spécialités" if count > 1 else "une spécialité"
        yield f"substance déclarée : {several} dans la BDPM, à préciser par un nom ou un code"


def _with_substance(name: NameLikeness, declared: Declared, medicine: Medicine) -> NameLikeness:
    """Likeness of names; with a substance on both sides, it counts for a third."""
    if not declared.substance.strip() or not medicine.substances:
        return name
    wanted = words(declared.substance)
    alike = max(fuzz.token_set_ratio(wanted, words(one)) for one in medicine.substances)
    return NameLikeness((2 * name.said + alike) / 3, (2 * name.whole + alike) / 3)


def _same_substance(one: str, other: str) -> bool:
    """Whether two names, salts apart, are of one substance: misspelt, or one in the other."""
    few, many = sorted(({*one.split()}, {*other.split()}), key=len)
    return few <= many or fuzz.ratio(one, other) >= _SAME_SUBSTANCE


def _acting(medicine: Medicine) -> Iterator[str]:
    """Names of what acts in a medicine, as salts and as fractions."""
    yield from medicine.substances
    yield from medicine.fractions


def _best_first(found: tuple[Medicine, NameLikeness]) -> tuple[float, bool, bool, float, str]:
    one, alike = found
    other = one.marketing != "Commercialisée"
    return (-alike.said, one.withdrawn, other, -alike.whole, one.cis)


def _digits(text: str) -> str:
    """A code without what people put in it; nothing of a text that holds no code (« NC »)."""
    code = re.sub(r"[\s.-]", "", text)
    return code if re.search(r"\d", code) else ""


def rates(matches: Iterable[MedicineMatch]) -> dict[str, int]:
    """How many medicines were found by each means, or not; for printing."""
    found = {"cis": 0, "cip": 0, "nom": 0, "aucun": 0}
    for match in matches:
        found[match.by or "aucun"] += 1
    return found
