"""What a form explains, under a question or above several: whether it changes what is asked.

Help is ordinary where each of its words is one of the field's, or says nothing of what is asked:
« Précisez », « Huit chiffres », « Vous le trouverez sur la boîte ». Any other word may bound it or
ask something else: « Recopiez la rubrique 4.1 », « Cas de chute ». So may a word that sets apart.
"""

import re
from collections.abc import Iterator
from typing import Final

from french.text import bare_label, fold
from mappings.matching.french_words import FRENCH, any_of, standing
from mappings.matching.likeness import FieldLikeness
from mappings.matching.told import without_examples
from mappings.matching.wanted import ANNOTATIONS
from mappings.matching.words import NEGATED, Meanings, stems

OWN: Final = "son texte d'aide"
ABOVE: Final = "le texte d'aide au-dessus d'elle"
"""Which help may bound a question, as a person is told to read it."""
_WORDS: Final = FRENCH.help
_SENTENCES: Final = re.compile(r"[.;!?]+(?:\s+|$)|\n+")
_LIMITS: Final = re.compile(
    rf"\b(?:{any_of(_WORDS.only)})(?: \w+){{1,3}} (?:{any_of(_WORDS.that)})\b"
    rf"|{standing(_WORDS.limits)}"
    rf"|\b{''.join(rf'(?<!{one} )' for one in _WORDS.not_alone)}(?:{any_of(_WORDS.alone)})\b"
)
_PURPOSE: Final = re.compile(standing(_WORDS.purpose))
"""What says what an answer is for rather than what is asked."""
_UNREAL: Final = re.compile(standing(_WORDS.unreal))
"""What did not happen, or not yet: « Ceux attendus » of deaths."""
_WHERE: Final = re.compile(
    rf"\b(?:{any_of(_WORDS.as_)}) ?(?:(?:{any_of(_WORDS.it)}) )?(?:(?:{any_of(_WORDS.stands)}) )?"
    rf"(?:{any_of(_WORDS.found)})[^,;:(]*"
    rf"|{standing(_WORDS.written)}[^,;:(]*? (?:{any_of(_WORDS.on)})"
    rf" (?:(?:{any_of(_WORDS.the)}) ?)?(?:{any_of(_WORDS.places)})\b"
)
"""Where an answer is found: « tel qu'il figure au RCP »."""
_SIZE: Final = re.compile(
    rf"\b\d+(?: (?:{any_of(_WORDS.to)}) \d+)?(?= ?(?:{any_of(_WORDS.units)})\b)"
)
"""How long an answer is."""


def narrowed(pair: FieldLikeness) -> str:
    """What explains it and may ask less, or something else, in French; "" where nothing does.

    Its description may, or that of a heading above it.
    """
    offered = pair.offered
    lexicon = pair.wants.lexicon
    nothing = (lexicon.general - lexicon.bounds - lexicon.kinds) | lexicon.neutral | lexicon.help
    columns = frozenset[str]().union(*(one.vocabulary for one in pair.wanted.rows))
    known = nothing | pair.wanted.vocabulary | columns | pair.sections | pair.label
    if any(_bounds(one, pair, known) for one in _sentences(offered.descriptor.description)):
        return OWN
    if pair.wanted.path.startswith(f"{ANNOTATIONS}."):
        return ""  # under what an office says to itself
    above = nothing | pair.wants.headings
    if any(_bounds(one, pair, above) for one in _sentences(offered.explained)):
        return ABOVE
    return ""


def _sentences(text: str) -> Iterator[str]:
    """What a description says, sentence by sentence, folded; examples, places, lengths apart."""
    for one in _SENTENCES.split(without_examples(text)):
        yield _SIZE.sub("", bare_label(_WHERE.sub("", fold(one))))


def _bounds(sentence: str, pair: FieldLikeness, known: Meanings) -> bool:
    """Whether a sentence sets something aside, or speaks of what no way of asking names.

    That no name may be given is said of any question, unless it asks a name.
    """
    lexicon, wanted = pair.wants.lexicon, pair.wanted
    said = lexicon.words.meanings(sentence)
    if NEGATED in said and said & lexicon.names - wanted.vocabulary:
        return False
    if NEGATED in said or _LIMITS.search(sentence):
        return True
    asked = {*wanted.labels, *wanted.worded, bare_label(wanted.title)}
    unreal = set(stems(" ".join(_UNREAL.findall(sentence))))
    if unreal and not any(unreal <= {*stems(one)} for one in asked):
        return True
    own = wanted.vocabulary | pair.sections | lexicon.names
    if said & lexicon.strangers - own:
        return True
    if said not in wanted.phrases and any(said in one.phrases for one in pair.wants.rivals(wanted)):
        return True
    left = said - known - lexicon.names
    if _PURPOSE.search(sentence):
        left &= pair.wants.headings
    return bool(left)
