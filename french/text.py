"""Labels compared as people read them: case, accents, spaces and apostrophes apart."""

import re
import unicodedata
from functools import lru_cache

_APOSTROPHES = str.maketrans({"’": "'", "ʼ": "'", "´": "'", "`": "'", "‘": "'"})
_MARKS = re.compile("[\u0300-\u034e\u0350-\u036f]+")
"""The combining marks of European scripts: no character before them is one."""
_FURTHER = re.compile("[\u0370-\U0010ffff]")
"""Where others may be."""


def fold(text: str) -> str:
    """``text`` in lower case, without accents, with straight apostrophes and single spaces."""
    bare = text if text.isascii() and "`" not in text else _without_accents(text)
    return " ".join(bare.split()).casefold()


def _without_accents(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.translate(_APOSTROPHES))
    bare = _MARKS.sub("", decomposed)
    if _FURTHER.search(bare) is None:
        return bare
    return "".join([char for char in bare if not unicodedata.combining(char)])


@lru_cache(maxsize=4096)
def normalise_label(label: str) -> str:
    """A label of the form as it is looked up: folded, without final punctuation."""
    return fold(label).rstrip(" ?:.*!")


_NUMBERING = re.compile(
    r"(?:(?:question|q|n°|no) ?)?"
    r"(?:\d{1,3}(?:\.\d{1,3})+[a-z]?\.?(?= )|\d{1,3} ?[.)°:/](?!\d)"
    r"|(?:[a-z]|[ivx]{1,5})(?:\.\d{1,3})+[a-z]?[.)]?(?= )"
    r"|(?:[a-z]\d{0,2}|[ivx]{1,4}|[a-z]?\d{1,2}[a-z]\d{0,2}[a-z]?) ?[.)](?= )"
    r"|(?:\d{1,3}|[a-z]\d{0,2}|[ivx]{1,4}) (?:[-–—]|:|/) ) *"
)
_INITIALS = re.compile(r"(?<![\w.])(?:[a-z]\.){2,}")
_PUNCTUATION = re.compile(r"[^\w%<>=+]+|_+")


@lru_cache(maxsize=4096)
def bare_label(label: str) -> str:
    """A label without what changes nothing of a question: case, accents, numbering, punctuation.

    Two labels that are the same bare ask the same; a word or a number more may ask something else.
    """
    folded = without_points(fold(label))
    numbered = _NUMBERING.match(folded)
    rest = folded[numbered.end() :] if numbered else folded
    return " ".join(_PUNCTUATION.sub(" ", rest).split()) or folded


def without_points(folded: str) -> str:
    """A folded text whose initials stand together: « d.c.i. » is « dci »."""
    return _INITIALS.sub(lambda found: found[0].replace(".", ""), folded)


NARROW = "\u202f"
"""The narrow no-break space: between thousands, before « ; », « ! » and « ? »."""
SEMICOLON = f"{NARROW}; "
"""What stands between the members of a list that we join."""
_TYPOGRAPHY = (
    (re.compile(r"(?<=\S) (?=[;!?])"), "\u202f"),
    (re.compile(r"(?<=\S) (?=[:»%])"), "\u00a0"),
    (re.compile(r"(?<=«) "), "\u00a0"),
    (re.compile(r"(?<=\w)'(?=\w)"), "’"),
)


_OFTEN = 200
"""Characters of a text that may come again: names, headers, reasons."""


def typographic(text: str) -> str:
    """A French text as it is printed: no-break spaces by double punctuation, curved apostrophes.

    Files that people edit hold plain spaces. Source: « Lexique des règles typographiques en usage à
    l'Imprimerie nationale ».
    """
    return _printed_often(text) if len(text) <= _OFTEN else _printed(text)


def _printed(text: str) -> str:
    for found, shown in _TYPOGRAPHY:
        text = found.sub(shown, text)
    return text


_printed_often = lru_cache(maxsize=4096)(_printed)


def agreed(count: int, one: str, several: str = "") -> str:
    """So many of something, agreed in number: « 1 dossier déposé », « 1 200 dossiers déposés ».

    Args:
        count: How many; none at all is singular in French.
        one: What one of them is called.
        several: What several are; without it, each word takes an « s » that has not one.
    """
    if abs(count) > 1:
        one = several or " ".join(
            word if word[-1:] in "sxz" else f"{word}s" for word in one.split()
        )
    return f"{f'{count:,}'.replace(',', NARROW)} {one}"


def excerpt(text: str, most: int = _OFTEN) -> str:
    """The beginning of a text on one line, cut after a word, with « … » where it is cut."""
    whole = " ".join(text.split())
    if len(whole) <= most:
        return whole
    cut = whole[: most + 1].rpartition(" ")[0] or whole[:most]
    return f"{cut.rstrip(' ,;:.')}…"
