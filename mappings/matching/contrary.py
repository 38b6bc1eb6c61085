"""Whether some word of a question may make it ask the contrary, for a person to look at."""

import re
from functools import lru_cache
from typing import Final

from french.text import bare_label
from mappings.matching.likeness import FieldLikeness
from mappings.matching.words import stem

_OF_EVERY_REPORT: Final = re.compile(
    r"\b(?:hors|en dehors|non conformes?)(?: (?:de|du|des|d|a|au|aux|l|la|le|les|son|sa|ses|termes"
    r"|conditions|cadre))* (?:amm|rcp|autorisation|libelle|indications?)\b"
    r"|\busages? non conformes?\b"
)
"""What every usage that is reported is."""


def maybe_contrary(pair: FieldLikeness) -> bool:
    """Whether it has a word that sets apart or says no, and that no way of asking explains.

    Of a yes or no, any such word; of another field, one that none of its ways of asking has:
    « Motif de l'absence de mesure » asks for an absence.
    """
    label = bare_label(pair.offered.descriptor.label)
    ways = {bare_label(pair.wanted.title), *pair.wanted.labels, *pair.wanted.worded}
    if pair.inverse or label in ways:
        return False
    if pair.wanted.type == "yes_no" and any(one <= pair.explained for one in pair.wanted.inverse):
        return True
    marks = _marks(pair.wants.lexicon.contrary)
    said = {stem(one) for one in marks.findall(_OF_EVERY_REPORT.sub(" ", label))}
    if pair.wanted.type != "yes_no":
        said -= {stem(one) for way in ways for one in marks.findall(way)}
    return bool(said)


@lru_cache(maxsize=4)
def _marks(words: tuple[str, ...]) -> re.Pattern[str]:
    """Any of some words, each ending as it likes where it ends with « … »."""
    if not words:
        return re.compile(r"(?!)")
    ends = (re.escape(bare_label(one)) + (r"\w*" if one.endswith("…") else "") for one in words)
    return re.compile(rf"\b(?:{'|'.join(ends)})\b(?! \d)")
