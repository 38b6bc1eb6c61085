"""The number of a row in a question, wherever it stands, or its letter.

« CIS n° 1 », « 2e médicament : dose », « Spécialité A – Nom ».
"""

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from french.text import bare_label, fold
from mappings.matching.french_words import FRENCH, any_of

_ROMAN: Final = ("i", "ii", "iii", "iv", "v", "vi")
_NUMBER: Final = re.compile(
    rf"(?<![\w%])(?:{any_of(FRENCH.rows.number)})? ?(?P<digits>[1-9]|1\d|20)(?![\w%])"
    + "".join(
        rf"|(?<!\w)(?P<o{at}>{any_of(words)})(?!\w)"
        for at, words in enumerate(FRENCH.rows.ordinals, 1)
    )
    + "".join(rf"|(?<!\w)(?P<r{at}>{one})(?!\w)" for at, one in enumerate(_ROMAN, 1))
)
_GLUED: Final = re.compile(r"(?<![\w%])(?P<letters>[a-z]{1,6})(?P<digits>[1-9])(?![\w%])")
"""A number that is written with the word before it: « P1 », « Méd2 »."""
_LETTER: Final = re.compile(r"(?<=\w )[A-H](?![\w'’.])|(?<=\()[A-H](?=\))")
"""A letter that says which row, as it is written: « Médicament A : dose ». One that begins a label
numbers the question, and a small one is a word."""
_WORD: Final = re.compile(r"[^\W_]+|[%<>=+]")
_MARKS: Final = re.compile(r"[^\w%<>=+]+|_+")


def numbered(label: str) -> Iterator[tuple[str, int]]:
    """Each number of a question, with the question without it: bare, its own numbering kept too.

    « 1. Médicament » may be the first question, or that of the first medicine: both are given.
    """
    seen = set()
    for text in dict.fromkeys((bare_label(label), " ".join(_MARKS.sub(" ", fold(label)).split()))):
        for found in _NUMBER.finditer(text):
            (kind, _) = next((k, v) for k, v in found.groupdict().items() if v)
            number = int(found["digits"]) if kind == "digits" else int(kind[1:])
            template = " ".join(f"{text[: found.start()]} {text[found.end() :]}".split())
            if template and (template, number) not in seen:
                seen.add((template, number))
                yield template, number
        for found in _GLUED.finditer(text):
            template = f"{text[: found.end() - 1]}{text[found.end() :]}"
            if (template, number := int(found["digits"])) not in seen:
                seen.add((template, number))
                yield template, number
    for found in _LETTER.finditer(label):
        template = bare_label(f"{label[: found.start()]} {label[found.end() :]}")
        if template:
            yield template, ord(found[0]) - ord("A") + 1


def as_written(template: str, label: str) -> str:
    """Words of a question as its form writes them; the whole question where they are not found.

    Args:
        template: Some of its words in their order, bare.
        label: The question.
    """
    said = list(_WORD.finditer(label))
    found: list[int] = []
    for word in template.split(" "):
        start = found[-1] + 1 if found else 0
        at = next((at for at in range(start, len(said)) if fold(said[at][0]) == word), None)
        if at is None:
            return label
        found.append(at)
    text = said[found[0]][0]
    for before, at in pairwise(found):
        near = at == before + 1
        text += label[said[before].end() : said[at].start()] if near else " "
        text += said[at][0]
    if label[said[found[-1]].end() :].startswith("."):
        text += "."  # a word that is cut short
    return f"{text})" if text.count("(") > text.count(")") else text
