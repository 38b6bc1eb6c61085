"""The planted reports of ``tests/data/planted`` and what grouping and duplicates make of them.

python -m tests.triage.situations.planted        figures of each half, with and without BDPM
"""

import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from hashlib import sha256
from itertools import combinations
from pathlib import Path
from random import Random
from typing import Any, Literal, TypeAlias, get_args

from ruamel.yaml import YAML

from mappings.medicines.bdpm_files import FileSpec, rows_of
from mappings.medicines.facts import medicines_of
from mappings.medicines.match import Matcher
from mappings.medicines.reference import build_reference
from mappings.report.model import Report
from steps.wiring.form import load_form
from tests.triage.conftest import ROOT, make_report, the_mapping
from triage.situations.description import Description, describe
from triage.situations.duplicates import find_links
from triage.situations.grouping import group
from triage.situations.matching import MatchingRules
from triage.situations.words.other_names import SubstanceNames, reference_names, substances_by_cis

FOLDER = Path(__file__).parents[2] / "data/planted"
Half: TypeAlias = Literal[
    "réglage",
    "témoin",
    "autre main",
    "main tierce",
    "main quarte",
    "main cinq",
    "main six",
    "main sept",
]
OWN: Mapping[str, Half] = {
    "autre_main": "autre main",
    "main_tierce": "main tierce",
    "main_quarte": "main quarte",
    "main_cinq": "main cinq",
    "main_six": "main six",
    "main_sept": "main sept",
}
"""Files that are a half of their own."""
Rest: TypeAlias = Literal["varied", "same", "blank"]
Pairs: TypeAlias = frozenset[tuple[int, int]]
FIRST, DAYS = date(2025, 1, 6), 540
BLANK = dict.fromkeys((24, 25, 42, 43, 47, 48, 50, 51, 52, 501, 502), None)


@dataclass(frozen=True)
class Planted:
    """A report as it was written, with its truth."""

    number: int
    situation: str
    copy_of: str
    half: Half
    answers: Mapping[int, Any]
    deposited_on: date


@cache
def planted() -> tuple[Planted, ...]:
    """Every planted report, by number."""
    reader = YAML(typ="safe")
    blocs = [
        (bloc, OWN.get(path.stem) or half_of(bloc["bloc"]))
        for path in sorted(FOLDER.glob("*.yaml"))
        for bloc in reader.load(path.read_text("utf-8"))
    ]
    found = [_planted(bloc["bloc"], raw, half) for bloc, half in blocs for raw in bloc["reports"]]
    return tuple(sorted(found, key=lambda one: one.number))


def half_of(bloc: str) -> Half:
    """Where a bloc goes, when its file is no half of its own."""
    return "réglage" if sha256(bloc.encode()).digest()[0] % 2 else "témoin"


def _planted(bloc: str, raw: Mapping[str, Any], half: Half) -> Planted:
    number = raw["n"]
    deposit = _day(raw.get("depot")) or FIRST + timedelta(days=number * 37 % DAYS)
    known = _day(raw.get("connu")) or deposit - timedelta(days=20 + number % 40)
    kind, earlier = raw.get("suite") or ("Initial", None)
    row = {151: raw["produit"], 152: raw.get("cis", ""), 154: raw["dci"], 157: "AMM"}
    answers = {
        6: siret(raw["entreprise"]),
        12: raw.get("ref"),
        13: kind,
        14: earlier,
        15: [row],
        17: raw["titre"],
        18: raw.get("nature", ["Indication"]),
        21: raw["constat"],
        22: raw.get("indication"),
        23: raw.get("voie"),
        24: raw.get("dose"),
        26: raw.get("population", ["Adulte"]),
        36: known,
        38: "biblio" in raw,
        39: raw.get("biblio"),
        40: known + timedelta(days=14),
        49: "cas" in raw,
        51: raw.get("cas"),
    }
    return Planted(
        number=number,
        situation=f"{bloc}/{raw['situation']}",
        copy_of=f"{bloc}/{raw['doublon']}" if "doublon" in raw else "",
        half=half,
        answers=answers,
        deposited_on=deposit,
    )


def _day(value: Any) -> date | None:
    return date.fromisoformat(str(value)) if value else None


@cache
def siret(name: str) -> str:
    """A SIRET of a fictional company; ``Name/2`` is another establishment of it."""
    company, _, place = name.partition("/")
    siren = _keyed(f"{int(sha256(company.encode()).hexdigest(), 16) % 10**8:08d}")
    return _keyed(f"{siren}{int(place or 1):04d}")


def _keyed(digits: str) -> str:
    """The digits and their Luhn key."""
    doubled = [int(one) * 2 if at % 2 == 0 else int(one) for at, one in enumerate(digits[::-1])]
    return f"{digits}{-sum(one // 10 + one % 10 for one in doubled) % 10}"


def reports(half: Half | None = None, rest: Rest = "varied") -> list[Report]:
    """The reports of a half.

    Args:
        half: Which; all without it.
        rest: What the answers are that nobody wrote: as those of an honest report, the same in
            all of them (a template), or blank.
    """
    return [
        make_report(
            {**_rest(one, rest), **one.answers},
            number=one.number,
            deposited_at=datetime.combine(one.deposited_on, time(9), UTC),
        )
        for one in planted()
        if half is None or one.half == half
    ]


def _rest(one: Planted, rest: Rest) -> dict[int, Any]:
    if rest == "same":
        return {}
    if rest == "blank":
        return {**BLANK, **dict.fromkeys((29, 30, 31, 34, 35, 53), None), 41: None}
    rng = Random(one.copy_of or one.number)
    chosen = {
        29: rng.sample(["Médecine générale", "Neurologie", "Psychiatrie", "Pédiatrie"], 2),
        30: [rng.choice(["Ville", "Hôpital public", "Établissement privé"])],
        35: rng.sample(["Information médicale", "Pharmacovigilance", "Littérature", "Autorité"], 2),
        42: rng.choice([20, 50, 120, 300, 800, 1500]),
        46: rng.randrange(1_000, 90_000),
        53: rng.choice(["Faible", "Modéré", "Élevé"]),
    }
    return {**BLANK, **chosen, 31: rng.choice(["Nationale", "Inconnue"])}


@cache
def matcher() -> Matcher:
    """BDPM's lines about what is planted, as published in April 2026."""

    def rows(spec: FileSpec) -> Iterable[list[str] | None]:
        path = FOLDER / "bdpm" / spec.name
        return rows_of(path.read_bytes(), spec) if path.exists() else ()

    return Matcher(build_reference(rows, version="avril 2026"))


@cache
def the_matching() -> MatchingRules:
    """The project's own rules."""
    found = load_form(
        mapping=ROOT / "mappings/unc/mapping.yaml", rules=ROOT / "triage/unc"
    ).matching
    assert found is not None
    return found


@cache
def _names() -> SubstanceNames:
    salts = the_matching().salts
    medicines = matcher().reference.medicines.values()
    return the_matching().names.with_reference(reference_names(medicines, salts))


def described(reports: Iterable[Report], *, bdpm: bool = False) -> list[Description]:
    """Reports as matching sees them, with BDPM or without."""
    matching, mapping = the_matching(), the_mapping()
    return [
        describe(
            one,
            matching,
            in_scope=True,
            by_cis=substances_by_cis(
                medicines_of(one, mapping=mapping, matcher=matcher()), matching.salts
            )
            if bdpm
            else None,
            names=_names() if bdpm else None,
        )
        for one in reports
    ]


def pairs(groups: Iterable[Iterable[int]]) -> Pairs:
    """Every two members of a group."""
    return frozenset(pair for group in groups for pair in combinations(sorted(group), 2))


def true_situations(numbers: Iterable[int]) -> Pairs:
    """Pairs of one situation, among some reports."""
    return _by(numbers, lambda one: one.situation)


def true_copies(numbers: Iterable[int]) -> Pairs:
    """Pairs of one report, among some reports."""
    return _by(numbers, lambda one: one.copy_of)


def _by(numbers: Iterable[int], key: Any) -> Pairs:
    wanted, found = frozenset(numbers), defaultdict(list)
    for one in planted():
        if one.number in wanted and key(one):
            found[key(one)].append(one.number)
    return pairs(found.values())


@dataclass(frozen=True)
class Figures:
    """How a proposal compares with the truth."""

    proposed: Pairs
    truth: Pairs

    @property
    def precision(self) -> float:
        """Share of what is proposed that is true."""
        return len(self.proposed & self.truth) / max(1, len(self.proposed))

    @property
    def recall(self) -> float:
        """Share of what is true that is proposed."""
        return len(self.proposed & self.truth) / max(1, len(self.truth))

    def __str__(self) -> str:
        return (
            f"precision {self.precision:.3f}  recall {self.recall:.3f}"
            f"  ({len(self.truth)} true pairs, {len(self.proposed)} proposed)"
        )


def situations(told: Iterable[Description]) -> Figures:
    """How the situations of some reports are proposed."""
    known = list(told)
    truth = true_situations(one.number for one in known)
    return Figures(pairs(group(known, the_matching())), truth)


def copies(told: Iterable[Description]) -> Figures:
    """How the duplicates of some reports are told."""
    known = list(told)
    links = find_links(known, the_matching())
    found = frozenset((one.earlier, one.number) for one in links if one.kind == "duplicate")
    return Figures(found, true_copies(one.number for one in known))


if __name__ == "__main__":
    for chosen in get_args(Half):
        for others in ("varied", "same", "blank"):
            for loaded in (False, True):
                found = described(reports(chosen, others), bdpm=loaded)
                where = f"{chosen}, other answers {others}, {'with' if loaded else 'without'} BDPM"
                figures = f"  situations {situations(found)}\n  duplicates {copies(found)}"
                sys.stdout.write(f"{where}\n{figures}\n")
