"""Who a licence expects, from a report and from BDPM, in the codes of Open Medic. Pure.

``triage/unc/attendus.yaml`` says which answers and words mean which codes. What nothing says is
unknown: nobody is then told to receive what they should not.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal, TypeAlias

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from datafiles.file import DataFile
from french.text import fold, normalise_label
from mappings.medicines.reference import Medicine
from triage.situations.declared import DeclaredFacts

Axis: TypeAlias = Literal["age", "sexe", "prescripteur"]
Source: TypeAlias = Literal["autorisation", "signalement"]
Codes: TypeAlias = frozenset[str]
Options: TypeAlias = Annotated[
    Mapping[str, Codes],
    AfterValidator(lambda found: {normalise_label(name): codes for name, codes in found.items()}),
]
"""Codes that an option of the form means, by the option; empty: these data cannot show it."""
Words: TypeAlias = Annotated[
    tuple[str, ...], AfterValidator(lambda words: tuple(fold(word) for word in words))
]
_CLAUSE = re.compile(r"[.;:!?,()\n]|\bmais\b")
_FROM = re.compile(r"\b(?:a partir de|plus de|au moins|des) (?:l'age de )?(\d{1,2}) ans(?! a)")
_OVER = re.compile(r"\b(\d{1,2}) ans (?:et|ou) plus")
_UNDER = re.compile(r"\b(?:moins de|avant|jusqu'a) (?:l'age de )?(\d{1,2}) ans")
_ADULT, _OLD = 18, 60
_CHILD = 20
_RESERVED = ("prescription reservee aux", "renouvellement de la prescription reserve aux")
_FIRST = "initiale"
_FREE = "renouvellement non restreint"
_HOSPITAL = ("usage hospitalier", "pharmacies a usage interieur")
_QUOTED = 90


class _Expected(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Worded(_Expected):
    """Codes that words mean: each is the start of a word, or several words."""

    mots: Words = Field(min_length=1)
    codes: Codes


class Fields(_Expected):
    """Fields of the report, by what they tell."""

    usage: str
    nature: str
    detail: str
    hors_population: str
    population: str
    prescripteurs: str

    @property
    def read(self) -> frozenset[str]:
        """Fields of a report that are read: ``hors_population`` is an option of one of them."""
        return frozenset(
            {self.usage, self.nature, self.detail, self.population, self.prescripteurs}
        )


class People(_Expected):
    """What tells ages, or sexes."""

    options: Options
    hors: Options = {}
    mots: tuple[Worded, ...] = ()


class Prescribers(_Expected):
    """What tells prescribers."""

    options: Options
    conditions: tuple[Worded, ...]
    toujours: Codes


class Expectations(_Expected):
    """The whole file; ``digest`` is that of its text."""

    version: str
    fields: Fields
    age: People
    sexe: People
    refus: Words
    exceptions: Words
    ignores: Words
    prescripteur: Prescribers
    tolerance: Mapping[Axis, Mapping[str, Annotated[float, Field(gt=0, lt=1)]]]
    digest: str = ""

    def tolerated(self, axis: Axis, code: str) -> float:
        """Share of the boxes that may go to a code that is not expected."""
        shares = self.tolerance.get(axis, {})
        return shares.get(code, shares.get("autres", _TOLERATED))


_TOLERATED = 0.01


def parse_expectations(text: str, *, source: str) -> Expectations:
    """Read and check the file.

    Raises:
        DataFileError: With one line for each problem.
    """
    file = DataFile(text, source=source)
    return file.validate(Expectations).model_copy(update={"digest": file.digest})


@dataclass(frozen=True, slots=True)
class Expected:
    """Who is expected on one axis.

    Attributes:
        axis: Age, sex or prescriber.
        codes: Codes that are expected.
        because: What says so, in French.
        by: Whether the licence says so, or only what the report tells of the use that was seen.
    """

    axis: Axis
    codes: Codes
    because: str
    by: Source = "autorisation"


def expected_of(
    reports: Iterable[DeclaredFacts], medicines: Sequence[Medicine], rules: Expectations
) -> tuple[Expected, ...]:
    """Who is expected, axis by axis; an axis of which nothing is known is not there.

    What a better source says is taken, of all reports that have it; a code is expected where one of
    them says so.
    """
    told = list(reports)
    found = (
        _best("age", [_people(one, "age", rules) for one in told]),
        _best("sexe", [_people(one, "sexe", rules) for one in told]),
        _by_conditions(medicines, rules.prescripteur)
        or _best("prescripteur", [_prescribers(one, rules) for one in told]),
    )
    return tuple(one for one in found if one)


def hospital_only(medicines: Sequence[Medicine]) -> bool:
    """Whether BDPM says that every one of them is dispensed at hospitals only."""
    return bool(medicines) and all(
        any(part in fold(line) for line in one.conditions for part in _HOSPITAL)
        for one in medicines
    )


_Told: TypeAlias = tuple[int, Codes, str]
"""How good a source is (0: the best), what it expects, its words."""
_OF_REPORT = 2


def _best(axis: Axis, told: Iterable[_Told | None]) -> Expected | None:
    known = [one for one in told if one]
    best = min((rank for rank, _, _ in known), default=None)
    taken = [one for one in known if one[0] == best]
    codes = frozenset(code for _, each, _ in taken for code in each)
    because = " ; ".join(dict.fromkeys(text for _, _, text in taken))
    if best is None or not codes:
        return None
    return Expected(axis, codes, because, "signalement" if best == _OF_REPORT else "autorisation")


_EVERY: Mapping[str, Codes] = {
    "age": frozenset({"0", "20", "60"}),
    "sexe": frozenset({"1", "2"}),
}


def _people(
    report: DeclaredFacts, axis: Literal["age", "sexe"], rules: Expectations
) -> _Told | None:
    """Ages or sexes that a report's licence expects."""
    people = rules.age if axis == "age" else rules.sexe
    text = _text(report, rules.fields.usage)
    if codes := _read(text, axis, people, rules):
        return 0, codes, f"usage autorisé, dossier {report.number} : « {_short(text)} »"
    options = _options(report, rules.fields.population)
    if not options:
        return None
    if rules.fields.hors_population in _options(report, rules.fields.nature):
        return _outside(report, axis, people, rules)
    meant = [people.options.get(normalise_label(one)) for one in options]
    codes = frozenset(code for each in meant for code in each or ())
    if not all(meant):
        return None
    return _OF_REPORT, codes, f"population du dossier {report.number} : {', '.join(options)}"


def _outside(report: DeclaredFacts, axis: str, people: People, rules: Expectations) -> _Told | None:
    """All but those whom the report names: the licence does not have them."""
    details = [part for one in _options(report, rules.fields.detail) for part in one.split("/")]
    named = [*_options(report, rules.fields.population), *map(str.strip, details)]
    outside = {one: codes for one in named if (codes := people.hors.get(normalise_label(one)))}
    codes = frozenset(code for each in outside.values() for code in each)
    rest = _EVERY[axis] - codes
    if not codes or not rest:
        return None
    told = f"nature « {rules.fields.hors_population} » ({', '.join(outside)})"
    return 1, rest, f"{told}, dossier {report.number}"


def _prescribers(report: DeclaredFacts, rules: Expectations) -> _Told | None:
    """Prescribers that a report names, as options or in a text of its own."""
    options = _options(report, rules.fields.prescripteurs)
    named = [codes for one in options for codes in _codes(one, rules.prescripteur.options)]
    if not named or not all(named):
        return None
    codes = frozenset(code for each in named for code in each)
    told = f"prescripteurs du dossier {report.number} : {_short(', '.join(options))}"
    return _OF_REPORT, codes | rules.prescripteur.toujours, told


def _codes(text: str, known: Mapping[str, Codes]) -> list[Codes]:
    """Codes of an option, or of each that a text names; one that nobody knows has none."""
    label = normalise_label(text)
    if label in known:
        return [known[label]]
    return [codes for name, codes in known.items() if codes and _has(label, [name])] or [
        frozenset()
    ]


def _by_conditions(medicines: Sequence[Medicine], rules: Prescribers) -> Expected | None:
    """Specialists to whom BDPM reserves every one of the medicines."""
    codes: set[str] = set()
    lines: list[str] = []
    for one in medicines:
        reserved = [line for line in one.conditions if _reserves(line, one.conditions)]
        named = [_named(fold(line), rules.conditions) for line in reserved]
        if not reserved or not all(named):
            return None
        codes |= {code for each in named for code in each}
        lines += reserved
    if not codes:
        return None
    because = f"conditions de prescription (BDPM) : {' ; '.join(dict.fromkeys(lines))}"
    return Expected("prescripteur", frozenset(codes) | rules.toujours, because)


def _reserves(line: str, every: Sequence[str]) -> bool:
    """Whether a line reserves each prescription to specialists, and not the first one only."""
    start = fold(line)
    first_only = any(_FIRST in fold(one) for one in every) and not any(
        fold(one).startswith(_RESERVED[1]) for one in every
    )
    free = any(fold(one) == _FREE for one in every)
    return start.startswith(_RESERVED) and not first_only and not free


def _named(folded: str, words: Iterable[Worded]) -> Codes:
    return frozenset(code for one in words if _has(folded, one.mots) for code in one.codes)


def _has(folded: str, words: Iterable[str]) -> bool:
    return any(re.search(rf"(?<![\w]){re.escape(word)}", folded) for word in words)


def _read(text: str, axis: str, people: People, rules: Expectations) -> Codes:
    """Codes that the words of a licence name; empty where they say nothing of it."""
    folded = fold(text)
    for phrase in rules.ignores:
        folded = re.sub(rf"\w+ {re.escape(phrase)}", " ", folded)
    meant: set[str] = set()
    for whole in _CLAUSE.split(folded):
        if not _has(whole, rules.refus):
            clause = _before(whole, rules.exceptions)
            named = _named(clause, people.mots)
            meant |= named or (set(_aged(clause)) if axis == "age" else set())
    return frozenset(meant)


def _before(clause: str, words: Iterable[str]) -> str:
    """A clause up to the first of some words."""
    return re.split("|".join(rf"\b{re.escape(word)}\b" for word in words), clause)[0]


def _aged(clause: str) -> Iterator[str]:
    """Age classes of « à partir de 18 ans », « 65 ans et plus », « moins de 15 ans »."""
    for found in (*_FROM.finditer(clause), *_OVER.finditer(clause)):
        least = int(found[1])
        yield "60"
        if least < _OLD:
            yield "20"
        if least < _ADULT:
            yield "0"
    for found in _UNDER.finditer(clause):
        yield "0" if int(found[1]) <= _CHILD else "20"


def _text(report: DeclaredFacts, name: str) -> str:
    answer = report.answers.get(name, "")
    return answer if isinstance(answer, str) else ""


def _options(report: DeclaredFacts, name: str) -> Collection[str]:
    answer = report.answers.get(name, ())
    return (answer,) if isinstance(answer, str) else answer


def _short(text: str) -> str:
    bare = " ".join(text.split())
    return bare if len(bare) <= _QUOTED else f"{bare[:_QUOTED].rstrip()}…"
