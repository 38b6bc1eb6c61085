"""What speaks against a champ for a field, however plainly its question asks it."""

import re
from typing import Final

from french.text import bare_label
from mappings.matching.likeness import Asked, Likeness
from mappings.matching.words import NEGATED, Meanings

_NUMBERING: Final = re.compile(r"\d{1,2}|[ivx]+")
_IF: Final = re.compile(r"(?:si|sinon|dans (?:l|la) (?:affirmative|negative)|a defaut)\b")
_ENOUGH: Final = 0.4
"""Share of our choices from which a list asks them all."""


def doubted(pair: Likeness) -> bool:
    """Whether a person must look at it: words that bound what is asked, or choices that lack."""
    if pair.unread or pair.asked is Asked.LABEL:
        return pair.unread
    return _some_of_it(pair) or _goes_on(pair) or bool(unexplained(pair))


def unexplained(pair: Likeness) -> Meanings:
    """What its question says that the field hardly ever says: each word bounds what is asked.

    Beside a whole phrase, a word that one other phrase alone has is no word of the field.
    """
    wanted, lexicon = pair.wanted, pair.wants.lexicon
    label = bare_label(pair.offered.descriptor.label)
    if label in wanted.labels | wanted.worded:
        return frozenset()
    said = frozenset(one for one in pair.label if not _NUMBERING.fullmatch(one)) - {NEGATED}
    said = pair.wants.content(said) | said & (lexicon.kinds | lexicon.bounds)
    usual = wanted.vocabulary if pair.label in wanted.phrases else wanted.usual
    whole = frozenset().union(*(one for one in pair.alike if one <= pair.label))
    return said - usual - whole - pair.sections | lexicon.words.light(label) - wanted.light


def _goes_on(pair: Likeness) -> bool:
    """Whether it goes on with any question of several: « Si aucune, motif »."""
    others = (one for one in pair.wants.every if one.path != pair.wanted.path)
    follows = _IF.match(bare_label(pair.offered.descriptor.label))
    return bool(follows) and any(
        pair.label in said for one in others for said in one.after.values()
    )


def _some_of_it(pair: Likeness) -> bool:
    """Whether it is a list that gives but some of our choices: the rest is asked elsewhere."""
    if pair.options is None or pair.wanted.type != "choices" or not pair.wanted.options:
        return False
    return len(pair.options.ours) < _ENOUGH * len(pair.wanted.options)
