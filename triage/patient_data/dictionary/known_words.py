"""Words that are no surname: French and English ones, those of medicines.

What is none of them, with a capital and beside an age, a birth or a word for a patient, is read as
a name that no list has. The files say where they come from.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from hashlib import sha256
from pathlib import Path

from french.text import fold

_FOLDER = Path(__file__).parent
_FRENCH, _ENGLISH, _MEDICINES = "francais.txt", "anglais.txt", "medicaments.txt"
_RARER = "anglais_rares.txt"
_NAMES, _THINGS = "prenoms_ailleurs.txt", "noms_de_choses.txt"
_PARTS = re.compile(r"['-]")
_FEWEST = 3
"""Letters of a part that tells anything."""
_OF_A_MEDICINE = re.compile(
    r".{2,30}(?:mab|umabs?|tinibs?|ciclibs?|gliptine?s?|gliflozine?s?|glutides?|tides?"
    r"|statines?|cillines?"
    r"|mycines?|cyclines?|floxacines?|azoles?|prazoles?|sartans?|prils?|olols?|dipines?|triptans?"
    r"|setrons?|virs?|vudines?|caines?|pams?|zolams?|barbitals?|profenes?|coxibs?|parines?|xabans?"
    r"|grels?|plases?|stims?|leukines?|cepts?|kinras?|apines?|idones?|oxetines?|amines?|azepines?"
    r"|stérones?|sterones?|solones?|sones?|quines?|platines?|rubicines?|taxels?|poside|texed"
    r"|trexates?)"
)
"""Ends of international names of substances (WHO), for those that came after the list."""


def digest() -> str:
    """What tells one state of the lists from another."""
    return sha256(
        b"".join(
            (_FOLDER / one).read_bytes()
            for one in (_FRENCH, _ENGLISH, _RARER, _MEDICINES, _NAMES, _THINGS)
        )
    ).hexdigest()


@lru_cache(maxsize=8192)
def is_unknown(word: str) -> bool:
    """Whether a word, or a part of it, is of no list: a name, or a word of no dictionary."""
    parts = [one for one in _PARTS.split(fold(word).replace("œ", "oe")) if len(one) >= _FEWEST]
    return any(not (_is_listed(one) or _OF_A_MEDICINE.fullmatch(one)) for one in parts)


@lru_cache(maxsize=8192)
def is_of_a_medicine(word: str) -> bool:
    """Whether a word is of a medicine, a substance or its holder, and no French word."""
    bare = fold(word)
    return bare in _medicines() or _OF_A_MEDICINE.fullmatch(bare) is not None


@lru_cache(maxsize=8192)
def is_english(word: str) -> bool:
    """Whether a word is an English one, even one that few texts have."""
    return not _words_of(_RARER).isdisjoint(_PARTS.split(fold(word)))


def rarer_first_names() -> frozenset[str]:
    """First names of elsewhere, and those that few people bear in France."""
    return _words_of(_NAMES)


def _is_listed(word: str) -> bool:
    if word in _words_of(_ENGLISH) or word in _medicines():
        return True
    beginnings, endings = _french()
    return any(
        word[at:] in endings[place]
        for at in range(len(word), 1, -1)
        for place in beginnings.get(word[:at], ())
    )


@cache
def _medicines() -> frozenset[str]:
    return _words_of(_MEDICINES) | _words_of(_THINGS)


@cache
def _words_of(name: str) -> frozenset[str]:
    return frozenset(word for line in _lines(name) for word in line.split())


@cache
def _french() -> tuple[Mapping[str, tuple[int, ...]], tuple[frozenset[str], ...]]:
    """Beginnings of words, each with the ranks of the sets of endings that it takes."""
    beginnings: dict[str, tuple[int, ...]] = {}
    endings: list[frozenset[str]] = []
    for line in _lines(_FRENCH):
        if line.startswith("= "):
            endings.append(frozenset(line[2:].replace("-", "").split(",")))
            continue
        for word in line.split():
            beginnings[word] = (*beginnings.get(word, ()), len(endings) - 1)
    return beginnings, tuple(endings)


def _lines(name: str) -> Iterator[str]:
    text = (_FOLDER / name).read_text("utf-8")
    return (line for line in text.splitlines() if line and not line.startswith("#"))
