"""The words around a person in a text, as staff may add to them: read once, with the code.

They are a part of the search as the numbering plans are of phonenumbers: a verdict rests on them
(:mod:`triage.patient_data.dictionary.digest`), and no setting points elsewhere.
"""

import re
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from itertools import product
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from datafiles.file import DataFile, text_of
from french.text import fold
from triage.patient_data.dictionary.digest import FIRST_NAMES as NAMES_FILE
from triage.patient_data.dictionary.digest import PEOPLE
from triage.patient_data.dictionary.known_words import rarer_first_names


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class FirstNames(_Part):
    """First names, folded, with blanks between.

    Attributes:
        seuls: One of them alone, before an age, is a person's.
        ambigus: Also words, places or medicines: not enough alone.
    """

    seuls: str
    ambigus: str


class WordLists(_Part):
    """Lists of words; what each is for is said in the file."""

    kinds: Mapping[str, str]
    civilities: tuple[str, ...]
    patients: tuple[str, ...]
    children: tuple[str, ...]
    named: tuple[str, ...]
    documents: tuple[str, ...]
    authors: tuple[str, ...]
    writings: tuple[str, ...]
    maiden: tuple[str, ...]
    relatives: tuple[str, ...]
    about: tuple[str, ...]
    between: tuple[str, ...]
    particles: tuple[str, ...]
    not_names: tuple[str, ...]
    not_after_patient: tuple[str, ...]
    after_names: tuple[str, ...]
    professional: tuple[str, ...]
    organisations: tuple[str, ...]
    named_things: tuple[str, ...]
    eponyms: tuple[str, ...]
    famous: tuple[str, ...]
    towns: tuple[str, ...]
    acronyms_short: tuple[str, ...]
    acronyms_long: tuple[str, ...]
    acronyms_often: tuple[str, ...]
    acronyms_dotted: tuple[str, ...]
    signed: tuple[str, ...]
    small_words: tuple[str, ...]
    grammar: tuple[str, ...]
    before_initials: tuple[str, ...]
    to_initials: tuple[str, ...]
    sexes: tuple[str, ...]
    no_initials: tuple[str, ...]
    durations: tuple[str, ...]
    since: tuple[str, ...]
    codes: tuple[str, ...]
    dated_things: tuple[str, ...]
    events: tuple[str, ...]
    beside_births: tuple[str, ...]
    switchboards: tuple[str, ...]
    social: tuple[str, ...]
    hospital: tuple[str, ...]
    hospital_numbered: tuple[str, ...]
    identity: tuple[str, ...]
    units: tuple[str, ...]
    streets: tuple[str, ...]
    ways: tuple[str, ...]
    dwellings: tuple[str, ...]
    home: tuple[str, ...]
    at_home: tuple[str, ...]
    mailboxes: tuple[str, ...]
    webmails: tuple[str, ...]
    months: tuple[str, ...]
    months_english: tuple[str, ...]
    numbers: tuple[str, ...]


def _read(path: Path) -> DataFile:
    return DataFile(text_of(path.read_bytes(), source=path.name), source=path.name)


WORDS = _read(PEOPLE).validate(WordLists)
_names = _read(NAMES_FILE).validate(FirstNames)
USUAL_NAMES = frozenset(_names.seuls.split())
"""First names that are read as one without their capital too."""
FIRST_NAMES = USUAL_NAMES | rarer_first_names()
AMBIGUOUS_NAMES = frozenset(_names.ambigus.split())


_BARE_TOO = str.maketrans({letter: f"[{letter}{fold(letter)}]" for letter in "éèêëàâôîïûùç"})


@cache
def any_of(words: Iterable[str]) -> str:
    """A pattern of any of the words, the longest first, in capitals or not, accents or not."""
    ordered = sorted(words, key=lambda one: (-len(one), one))
    return f"(?i:{'|'.join(map(re.escape, ordered)).translate(_BARE_TOO)})"


_TOKEN = re.compile(r"[^\W\d_]+")


@lru_cache(maxsize=8)
def said_in(text: str) -> frozenset[str]:
    """The words of a text, in small letters: tells quickly what cannot be there."""
    return frozenset(_TOKEN.findall(text.lower()))


_A_FIGURE = re.compile(r"\d")


@lru_cache(maxsize=8)
def has_figures(text: str) -> bool:
    """Whether a text has a figure: half of what is looked for has one, few texts do."""
    return _A_FIGURE.search(text) is not None


@cache
def spelled(words: Iterable[str]) -> frozenset[str]:
    """The first word of each, in every spelling that :func:`any_of` has a pattern for."""
    first = (_TOKEN.findall(one.lower())[0] for one in words)
    return frozenset(
        "".join(letters)
        for word in first
        for letters in product(*(dict.fromkeys((one, fold(one))) for one in word))
    )


@cache
def beginnings(words: Iterable[str]) -> frozenset[str]:
    """The first word of each, with its accents and without: one of them stands where it does."""
    first = {_TOKEN.findall(one.lower())[0] for one in words}
    return frozenset(first | set(map(fold, first)))


_LABELS = (
    *(
        "né",
        "née",
        "naissance",
        "ddn",
        "dob",
        "birth",
        "born",
        "ipp",
        "nip",
        "mme",
        "mr",
        "mrs",
        "ms",
    ),
    *(
        "monsieur",
        "madame",
        "mlle",
        "mademoiselle",
        "patientname",
        "caller",
        "consumer",
        "consommateur",
    ),
    *(
        "adresse",
        "consommatrice",
        "appelant",
        "appelante",
        "prénom",
        "domicile",
        "domicilié",
        "domiciliée",
    ),
    *("habite", "habitant", "demeurant", "demeure", "réside", "surname", "forename", "lieu-dit"),
)


@cache
def _of_a_person() -> frozenset[str]:
    words = (*WORDS.patients, *WORDS.children, *WORDS.named, *WORDS.relatives, *_LABELS)
    return beginnings(tuple(one for one in words if one not in {"ex", "responsable", "personne"}))


def tells_of_a_person(text: str) -> bool:
    """Whether a word of the text is for one person: « patiente », « Mme », « sa mère », « née »."""
    return "M. " in text or not said_in(text).isdisjoint(_of_a_person())


@cache
def folded(words: tuple[str, ...]) -> frozenset[str]:
    """The words without accents nor capitals."""
    return frozenset(map(fold, words))
