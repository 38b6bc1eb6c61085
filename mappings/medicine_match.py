"""Joining what a report names with BDPM: by code, else by name with a score that is shown."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from rapidfuzz import fuzz, process
from rapidfuzz.utils import default_process

from mappings.bdpm_files import is_cis
from mappings.labels import fold
from mappings.medicines import Medicine, Reference

By: TypeAlias = Literal["cis", "cip", "nom"]
_CLOSE = 80.0
"""Likeness (0 to 100) under which a name is not proposed."""
_UNLIKE = 50.0
"""Likeness under which a code and a name are said to disagree."""
_CIP_LENGTHS = frozenset({7, 13})
_TRIED = 20
"""Names looked at more closely, with the substance."""


@dataclass(frozen=True, slots=True)
class Declared:
    """What a report says of one medicine; "" where it says nothing."""

    cis: str = ""
    cip: str = ""
    name: str = ""
    substance: str = ""


@dataclass(frozen=True, slots=True)
class Match:
    """What was found for a declared medicine.

    Attributes:
        medicine: The speciality; ``None`` when none was found.
        by: What found it.
        score: Likeness of the names, 0 to 100; ``None`` when there was no name to compare.
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


@dataclass(slots=True)
class Matcher:
    """Looks up declared medicines in a reference; the same question is answered once."""

    reference: Reference
    _names: dict[str, str] = field(default_factory=dict)
    _answers: dict[Declared, Match] = field(default_factory=dict)

    def match(self, declared: Declared) -> Match:
        """What the reference has for a declared medicine."""
        if declared not in self._answers:
            self._answers[declared] = self._look_up(declared)
        return self._answers[declared]

    def _look_up(self, declared: Declared) -> Match:
        known, by_cip = self.reference.medicines, self.reference.by_cip
        cis, cip = _digits(declared.cis), _digits(declared.cip)
        by_code = known.get(cis) if is_cis(cis) else None
        by_pack = known.get(by_cip.get(cip, "")) if len(cip) in _CIP_LENGTHS else None
        remarks = []
        if cis and by_code is None:
            remarks.append("code CIS inconnu de la BDPM")
        if cip and by_pack is None:
            remarks.append("code CIP inconnu de la BDPM")
        if by_code and by_pack and by_code.cis != by_pack.cis:
            remarks.append(f"le code CIP est celui de « {by_pack.name} »")
        found = by_code or by_pack
        if found is None:
            return self._by_name(declared, remarks)
        score = _likeness(declared, found) if declared.name else None
        if score is not None and score < _UNLIKE:
            remarks.append(f"le nom déclaré ne ressemble pas à « {found.name} » ({score:.0f} %)")
        return Match(found, "cis" if by_code else "cip", score, tuple(remarks))

    def _by_name(self, declared: Declared, remarks: list[str]) -> Match:
        if not declared.name.strip():
            return Match(None, None, None, tuple(remarks))
        names = self._names_by_cis()
        close = process.extract(
            _words(declared.name),
            names,
            scorer=fuzz.token_set_ratio,
            limit=_TRIED,
            score_cutoff=_CLOSE,
        )
        medicines = (self.reference.medicines[cis] for _, _, cis in close)
        scored = sorted(((_likeness(declared, one), one) for one in medicines), key=_best_first)
        if not scored or scored[0][0] < _CLOSE:
            return Match(None, None, None, (*remarks, "aucune spécialité de ce nom dans la BDPM"))
        score, found = scored[0]
        alike = sum(other == score for other, _ in scored)
        same = f", {alike} spécialités se ressemblent autant" if alike > 1 else ""
        remarks.append(f"trouvé par le nom, à vérifier ({score:.0f} %{same})")
        return Match(found, "nom", score, tuple(remarks))

    def _names_by_cis(self) -> dict[str, str]:
        if not self._names:
            self._names = {cis: _words(one.name) for cis, one in self.reference.medicines.items()}
        return self._names


def _likeness(declared: Declared, medicine: Medicine) -> float:
    """Likeness of names; with a substance on both sides, it counts for a third."""
    name = fuzz.token_set_ratio(_words(declared.name), _words(medicine.name))
    if not declared.substance.strip() or not medicine.substances:
        return float(name)
    wanted = _words(declared.substance)
    alike = max(fuzz.token_set_ratio(wanted, _words(one)) for one in medicine.substances)
    return float(2 * name + alike) / 3


def _best_first(scored: tuple[float, Medicine]) -> tuple[float, bool, bool, str]:
    score, medicine = scored
    return (-score, medicine.withdrawn, medicine.marketing != "Commercialisée", medicine.cis)


def _words(text: str) -> str:
    """``text`` as words to compare: folded, punctuation apart."""
    return default_process(fold(text))


def _digits(text: str) -> str:
    """A code without the spaces that people put in it."""
    return "".join(text.split())


def rates(matches: Iterable[Match]) -> dict[str, int]:
    """How many medicines were found by each means, or not; for printing."""
    found = {"cis": 0, "cip": 0, "nom": 0, "aucun": 0}
    for match in matches:
        found[match.by or "aucun"] += 1
    return found
