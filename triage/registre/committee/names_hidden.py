"""Names of companies in what people typed: none leaves the agency with a text."""

import re
import unicodedata
from collections.abc import Iterable, Iterator

HIDDEN = "[entreprise]"
_FORMS = (
    "sa sas sasu sarl eurl snc scs sca gmbh ltd inc bv nv spa ag kg plc llc ab oy srl group groupe",
    "france europe international pharma laboratoire laboratoires labo labos lab laboratories",
    "société ste et cie and the de du des la le les",
)
"""Words of a name that name no company by themselves."""
_SHORTEST = 2
_TWO_LETTERS = str.maketrans({"œ": "oe", "æ": "ae"})
_WORDS = re.compile(r"[^\W_]+")


def hidden(text: str, names: Iterable[str]) -> str:
    """A text without these names, whatever their case, accents, punctuation and legal form."""
    folded, places = _folded(text)
    spans = sorted(
        (places[found.start()], places[found.end() - 1] + 1)
        for pattern in {*_patterns(names)}
        for found in re.finditer(pattern, folded)
    )
    parts, done = [], 0
    for start, end in spans:
        if start >= done:
            parts += [text[done:start], HIDDEN]
        done = max(done, end)
    return "".join([*parts, text[done:]])


def _patterns(names: Iterable[str]) -> Iterator[str]:
    for name in names:
        words = _WORDS.findall(_folded(name)[0])
        for kept in (words, [word for word in words if word not in _PLAIN]):
            tells = len(kept) > 1 or {*kept}.isdisjoint(_PLAIN)
            if tells and sum(map(len, kept)) >= _SHORTEST:
                between = r"[\W_]*"
                yield rf"(?<![^\W_]){between.join(map(re.escape, kept))}(?![^\W_])"


def _folded(text: str) -> tuple[str, list[int]]:
    """The text without case nor accents, and where each of its characters comes from."""
    found: list[str] = []
    places: list[int] = []
    for place, letter in enumerate(text):
        for one in unicodedata.normalize("NFKD", letter.casefold().translate(_TWO_LETTERS)):
            if not unicodedata.combining(one):
                found.append(one)
                places.append(place)
    return "".join(found), places


_PLAIN = frozenset(word for line in _FORMS for word in _folded(line)[0].split())
