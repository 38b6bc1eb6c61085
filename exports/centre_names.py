"""Which centres an instructeur named: free text, as people write it."""

import re
from collections.abc import Collection, Iterator, Mapping

from mappings.labels import fold

_APART = re.compile(r"[;,/&+\n]|\bet\b")
_WORD = re.compile(r"[a-z0-9]+")
_SAID_OF_ANY = frozenset(
    {"crpv", "centre", "regional", "pharmacovigilance", "chu", "chru", "hopital"}
    | {"de", "du", "des", "d", "le", "la", "l"}
)
_WRITTEN_SHORT = {"st": "saint", "ste": "sainte"}


def centres_named(
    written: str, known: Mapping[str, Collection[str]]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Find the centres that a text names.

    « CRPV de Lyon », « St Etienne », « Lyon et Nice » are understood; a city with several centres
    names them all; a part of a name is enough when only one centre has it (« Cochin »).

    Args:
        written: What an instructeur wrote.
        known: Names of each centre (its code, name, city), by code.

    Returns:
        Codes of the centres in the order of ``known``, and the parts that name none.
    """
    parts = [part.strip() for part in _APART.split(written) if _words(part)]
    found = {part: frozenset(_codes(_words(part), known)) for part in parts}
    codes = frozenset().union(*found.values())
    unknown = tuple(part for part in parts if not found[part])
    if not parts and written.strip():
        unknown = (written.strip(),)
    return tuple(code for code in known if code in codes), unknown


def _codes(words: frozenset[str], known: Mapping[str, Collection[str]]) -> Iterator[str]:
    whole = [code for code, names in known.items() if words in map(_words, names)]
    if whole:
        yield from whole
        return
    part = [code for code, names in known.items() if any(words < _words(one) for one in names)]
    if len(part) == 1:
        yield from part


def _words(text: str) -> frozenset[str]:
    """Words that tell a centre from another."""
    words = (_WRITTEN_SHORT.get(word, word) for word in _WORD.findall(fold(text)))
    return frozenset(words) - _SAID_OF_ANY
