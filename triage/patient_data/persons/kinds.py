"""What a word of a text may be: a first name, a thing's, an illness's, of no list."""

import re
from collections.abc import Iterable
from functools import lru_cache

from french.text import fold
from triage.patient_data.dictionary.known_words import is_of_a_medicine, is_unknown
from triage.patient_data.words import AMBIGUOUS_NAMES, FIRST_NAMES, USUAL_NAMES, WORDS, folded

PROFESSIONS = folded(WORDS.professional)
_EPONYMS = folded(WORDS.eponyms)
_FAMOUS = frozenset(frozenset(fold(one).split()) for one in WORDS.famous)
_ACRONYMS = frozenset(
    (
        *(*WORDS.acronyms_short, *WORDS.acronyms_long, *WORDS.acronyms_often),
        *map(str.upper, WORDS.grammar),
    )
)
PLACES = folded(WORDS.organisations)
_LONG_PLACES = frozenset(one for one in PLACES if len(one) > 3)  # noqa: PLR2004
_SAINTS = frozenset({"saint", "sainte", "st", "ste"})
_SHORTEST_ALONE = 4
"""Letters of a first name in capitals that is no acronym."""
BORN = folded(("né", "née", "nés", "naissance", "ddn"))
NOT_NAMES = folded(WORDS.not_names) | BORN
_ELIDED = re.compile(r"(?:[ldnsjmtc]|qu)'(?=..)")


@lru_cache(maxsize=8192)
def bare_word(word: str) -> str:
    """A word as words are compared: « l'enfant » is « enfant »."""
    return _ELIDED.sub("", fold(word), count=1)


def is_first_name(word: str) -> bool:
    """Whether a folded word, or a part of it, is a first name, even one that is also a word."""
    return any(
        part in FIRST_NAMES or part in AMBIGUOUS_NAMES for part in word.replace("'", "-").split("-")
    )


@lru_cache(maxsize=8192)
def is_usual(word: str) -> bool:
    """Whether a word is a first name that is usual in France, with its capital or not."""
    return all(part in USUAL_NAMES for part in bare_word(word).split("-"))


@lru_cache(maxsize=8192)
def is_alone_enough(word: str) -> bool:
    """Whether a first name by itself is a person's: no word, place nor acronym is spelled so."""
    parts = bare_word(word).replace("'", "-").split("-")
    if parts[0] in _SAINTS and len(parts) > 1:
        return False  # a town, a hospital
    if word.isupper() and len(word) < _SHORTEST_ALONE:
        return False
    return any(part in FIRST_NAMES for part in parts)


def is_of_another(words: Iterable[str]) -> bool:
    """Whether words are the name of a company, a place, a disease, a score."""
    known = {part for one in words for part in (bare_word(one), *bare_word(one).split("-"))}
    if not _LONG_PLACES.isdisjoint(known) or any(famous <= known for famous in _FAMOUS):
        return True
    if _EPONYMS.isdisjoint(known):
        return False
    # « Régine Fabre » is a person, « Pierre Fabre » a company.
    person = len(known) > 1 and any(one in FIRST_NAMES for one in known - _EPONYMS)
    return not person


def is_acronym(letters: str) -> bool:
    """Whether capitals stand for a thing more often than for a person."""
    return letters in _ACRONYMS


_ADJECTIVE = re.compile(
    r".{1,30}(?:iqu[e]s?|ienn?e?s?|eux|euses?|antes?|ement|ises?|isees?|genes?|pathes?|oides?"
    r"|ifs?|ives?|thecale?s?|dermale?s?|inale?s?|ables?|ibles?|osee?s?|oses?|ites?|ismes?|emies?|uries?|algies?|pathies?|tions?"
    r"|itis|osis|[ae]mia|opathy|ectomy|plegies?|phrenies?|epsies?|omes?|rragies?|plasies?|tensions?|lytiques?)"
)
"""Ends of folded words that tell which patient, not who."""
_ADJECTIVE_OR_NAME = re.compile(r".{1,30}(?:e|es|ee|ees|ant|ants|ent|ents|el|al|aire|in|eur|us)")
_NOT_AFTER = folded(WORDS.not_after_patient)
_NOT_PEOPLE = folded(WORDS.towns) | NOT_NAMES


@lru_cache(maxsize=8192)
def is_clinical(word: str) -> bool:
    """Whether a word tells what a patient has, rather than who it is."""
    folded_word = bare_word(word)
    if folded_word in FIRST_NAMES or (word[:1].isupper() and folded_word in AMBIGUOUS_NAMES):
        return False
    return folded_word in _NOT_AFTER or _ADJECTIVE.fullmatch(folded_word) is not None


def is_an_illness(word: str) -> bool:
    """Whether a word is one that is told of patients, with a capital or not."""
    return bare_word(word) in _NOT_AFTER


def ends_as_an_adjective(word: str) -> bool:
    """Whether the end of a word tells an adjective as well as a name."""
    return _ADJECTIVE_OR_NAME.fullmatch(fold(word)) is not None


@lru_cache(maxsize=8192)
def is_strange(word: str) -> bool:
    """Whether a word is of no list: no French, no medicine, no place, disease nor acronym."""
    return (
        len(word) > 2  # noqa: PLR2004
        and bare_word(word).partition("-")[0] not in _SAINTS
        and is_unknown(word)
        and not (is_clinical(word) or is_of_another((word,)) or bare_word(word) in _NOT_PEOPLE)
        and word.upper() not in _ACRONYMS
    )


def tells_a_medicine(words: Iterable[str]) -> bool:
    """Whether words are of a medicine or its holder; « Salomé Guérin » is a person."""
    parts = {part for one in words for part in one.split("-")}
    told = {one for one in parts if is_of_a_medicine(one) and not is_first_name(bare_word(one))}
    others = {bare_word(one) for one in parts - told}
    return bool(told) and (len(told) > 1 or FIRST_NAMES.isdisjoint(others))


def looks_like_a_name(word: str) -> bool:
    """Whether a word has a capital and is no word that often has one."""
    return word[0].isupper() and bare_word(word) not in NOT_NAMES
