"""Which centres an instructeur named: free text, as people write it."""

import re
from collections.abc import Collection, Iterator, Mapping

from french.text import fold

_APART = re.compile(r"[;,/&+\n]|\b(?:et|ou)\b", re.IGNORECASE)
_DASH = re.compile(r"\s+[-–—]+\s*|[-–—]+\s+")
_WORD = re.compile(r"[a-z0-9]+")
_SAID_OF_ANY = frozenset(
    {"crpv", "centre", "regional", "pharmacovigilance", "chu", "chru", "hopital"}
    | {"de", "du", "des", "d", "le", "la", "l"}
)
_WRITTEN_SHORT = {"st": "saint", "ste": "sainte"}
_GIVEN_NAMES = (
    "saint sainte"
    " adrien alain albert alexandre alice andre anne antoine arnaud arthur auguste bernard"
    " bertrand camille catherine cecile charles christian christophe claire claude clement daniel"
    " david denis dominique edouard eloi emile emilie eric ernest etienne eugene felix fernand"
    " fernande francois francoise frederic gabriel gaston georges gerard germain gilles guillaume"
    " gustave guy helene henri henry hubert hugues jacques jean jeanne jerome joseph jules julie"
    " julien laurent leon leonard louis louise luc lucien marc marcel marguerite marie martin"
    " martine maurice max michel nicolas olivier patrice patrick paul philippe pierre raymond rene"
    " robert roger sebastien simon simone sophie stephane sylvie theodore therese thierry thomas"
    " victor vincent xavier yves"
)
_OF_PEOPLE = frozenset(_GIVEN_NAMES.split())
"""What hospitals are named after, and people too: « Henri » is rather somebody at the agency."""


def centres_named(
    written: str, known: Mapping[str, Collection[str]]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Find the centres that a text names.

    « CRPV de Lyon », « St Etienne », « Lyon et Nice », « LYON OU NICE », « Lyon - Nice » are
    understood; a city with several centres names them all. A dash is read as part of a name where
    that names a centre (« Paris - Cochin »), else as an « et ».

    A part of a name is enough when only one centre has it (« Cochin », « Mondor », « Widal »). But
    given names and « Saint » are also those of people: alone they count only
    where they are all that tells a centre from its city: « Saint-Antoine » does for « Paris
    Saint-Antoine », « Henri », « Antoine » and « Saint » name no centre.

    Args:
        written: What an instructeur wrote.
        known: Names of each centre (its code, name, city), by code.

    Returns:
        Codes of the centres in the order of ``known``, and the parts that name none.
    """
    parts = [piece for part in _apart(_APART, written) for piece in _pieces(part, known)]
    found = {part: frozenset(_codes(_words(part), known)) for part in parts}
    codes = frozenset().union(*found.values())
    unknown = tuple(part for part in parts if not found[part])
    if not parts and written.strip():
        unknown = (written.strip(),)
    return tuple(code for code in known if code in codes), unknown


def _apart(between: re.Pattern[str], text: str) -> list[str]:
    return [part.strip() for part in between.split(text) if _words(part)]


def _pieces(part: str, known: Mapping[str, Collection[str]]) -> list[str]:
    """A part as it is where it names a centre, or where no piece does; else cut at its dashes."""
    pieces = _apart(_DASH, part)
    if any(_codes(_words(part), known)):
        return [part]
    return pieces if any(any(_codes(_words(one), known)) for one in pieces) else [part]


def _codes(words: frozenset[str], known: Mapping[str, Collection[str]]) -> Iterator[str]:
    whole = [code for code, names in known.items() if words in map(_words, names)]
    if whole:
        yield from whole
        return
    part = [code for code, names in known.items() if _are_part(words, tuple(map(_words, names)))]
    if len(part) == 1:
        yield from part


def _are_part(words: frozenset[str], names: Collection[frozenset[str]]) -> bool:
    """Whether words stand for a centre: more than given names, or all that its city does not say.

    ``names`` are the words of each of its names: its city is the shortest.
    """
    if not words <= _OF_PEOPLE:
        return any(words < name for name in names)
    return words == max(names, key=len) - min(names, key=len)


def _words(text: str) -> frozenset[str]:
    """Words that tell a centre from another."""
    words = (_WRITTEN_SHORT.get(word, word) for word in _WORD.findall(fold(text)))
    return frozenset(words) - _SAID_OF_ANY
