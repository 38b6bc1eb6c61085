"""Which no turns a question, and which but bounds what it speaks of.

« Effets non attendus : y en a-t-il ? », « Ce médicament, sans autorisation en Europe, a-t-il … ? »,
« un risque qui n'est pas au RCP »: the no stands with a word that the question is not about.
"""

import re
from collections.abc import Callable
from typing import Final

from french.text import bare_label, fold
from mappings.matching.french_words import FRENCH, any_of, standing

_WORDS: Final = FRENCH.senses
_NO: Final = rf"(?:{any_of(_WORDS.never)})"
_AFTER: Final = r"(?:[ ']\w+){0,3}"
_PARTICIPLE: Final = re.compile(rf"\bn(?:e |')\w+ant\b(?P<no> {_NO}\b){_AFTER}")
"""« n'atteignant pas le seuil »."""
_RELATIVE: Final = re.compile(
    rf"(?:{standing(_WORDS.which)})[ '](?:[\w']+ ){{0,4}}?n(?:e |')\w+(?P<no> {_NO}\b){_AFTER}"
)
"""« qui n'est pas remboursé »."""
_ASIDE: Final = re.compile(
    r"(?<=,)(?P<no> ?(?:sans|non)\b)[^,();:?]*(?=,)"
    r"|(?<=\()[^()]*?(?P<in_brackets>\b(?:sans|non)\b)[^()]*(?=\))"
    rf"|(?<=,)(?P<taken_in> ?non\b)[^,();:?]* (?:{any_of(_WORDS.taken_in)})\b"
)
"""Between marks: « , sans autorisation, », « (même non graves) », « , non publiés compris »."""
_ADJECTIVE: Final = re.compile(r"(?P<before>\w+)\.? (?P<no>non[ -])(?P<word>\w+)")
_ASKED: Final = re.compile(rf"[\w]-(?:t-)?(?:{any_of((*FRENCH.questions.pronouns, 'vous'))})\b")
"""The verb that a question is asked by: « y a-t-il », « avez-vous »."""
_STATED: Final = re.compile(any_of((*FRENCH.questions.pronouns, *_WORDS.states)))
"""What goes before the word that is said of its subject: « est-il non … »."""


def without_bounds(question: str, own: Callable[[str], bool]) -> str:
    """A question, folded, without each no that is said of a word which bounds what it asks.

    Args:
        question: As it is written.
        own: Whether some words have one of those that the question is about.
    """
    text = fold(question)

    def apart(found: re.Match[str]) -> str:
        told = found[0]
        no = next(one for one in found.groupdict().values() if one)
        return told if own(bare_label(told.replace(no, " ", 1))) else told.replace(no, " ", 1)

    def adjective(found: re.Match[str]) -> str:
        stated = _STATED.fullmatch(found["before"]) is not None
        return found[0] if stated or own(found["word"]) else f"{found['before']} {found['word']}"

    for pattern in (_PARTICIPLE, _RELATIVE, _ASIDE):
        text = pattern.sub(apart, text)
    return _ADJECTIVE.sub(adjective, text) if _ASKED.search(text) else text
