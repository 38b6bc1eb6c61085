"""What a question, or its help, tells beside what it asks.

What yes and no are for (« Répondez non si c'est une erreur », « Abus : non »), examples, what is
set apart (« Usage voulu, sauf routine »), brackets. Text alone; answers are read of a folded one.
« Non » is an answer where something shows it: a verb of answering, quotation marks, a mark or an
« if » after it, its place at an end. Else it is a word of a question, as in « non conforme ».
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Final

from french.text import fold
from mappings.matching.french_words import FRENCH, any_of, any_written, standing

_WORDS: Final = FRENCH.answers
_YES, _NO, _OR = any_of(_WORDS.yes), any_of(_WORDS.no), any_of(_WORDS.or_)
_LETTERS: Final = any_of((*_WORDS.yes_letters, *_WORDS.no_letters))
_BOX, _IN_SHORT = any_of(_WORDS.box), any_of((_WORDS.yes[0], _WORDS.no[0]))
_ANSWERS: Final = re.compile(
    rf"[\s:(\[,–—-]*(?:\b(?:{any_of(_WORDS.choose)}) )?"
    rf"(?:\b(?:{any_of(_WORDS.yes_letters)}) ?/ ?(?:{any_of(_WORDS.no_letters)})\b"
    rf"|(?:\b(?:{any_of(_WORDS.by)}) )?[«\"“]? ?\b(?:{_YES}) ?[»\"”]? ?"
    rf"(?:/|-|–|\b(?:{_OR})\b) ?[«\"“]? ?(?:{_NO})\b ?[»\"”]?)"
    rf"(?: ?(?:/|,|\b(?:{_OR})\b) ?(?:{any_of(_WORDS.third)}))?[)\]]?",
    re.IGNORECASE,
)
"""The answers that are given to choose: « Abus (oui/non) », « répondre par oui ou par non »."""
_OR_NOT: Final = re.compile(rf",? (?:{any_of(_WORDS.or_not)})(?= ?[?.)]| ?$)", re.IGNORECASE)

_SENTENCE: Final = re.compile(r"[.;!?]+(?:\s|$)|\n+|[•]")
_VERB: Final = (
    rf"(?:(?:{any_of(_WORDS.denying)}) )?(?:(?:{any_of(_WORDS.asked_to)}) )?"
    rf"(?:{any_of(_WORDS.answering)}|(?:{any_of(_WORDS.answer)})(?:(?:{any_of(_WORDS.is_)}) ?:?)?"
    rf"|{_BOX})"
)
_IF: Final = rf"(?:{any_of(_WORDS.if_)}|=|:|→|->|–|—|, )"
_TOKEN: Final = re.compile(
    rf"(?P<verb>\b{_VERB} ?(?:(?:{any_of(_WORDS.of_an_answer)}) |:)?)?"
    rf"(?P<quote>[«\"“] ?)?\b(?:(?:{_BOX}) )?(?P<answer>{_YES}|{_NO})\b(?: ?[»\"”])?"
)
_HEARD: Final = re.compile(
    rf"\b{_VERB} ?(?:\w+ )?(?:{_IN_SHORT})\b|\b(?:{any_of(_WORDS.otherwise_told)})"
    rf"|\b(?:{any_of(_WORDS.in_case_of)}) (?:{_IN_SHORT})\b|\b(?:{any_of(_WORDS.numbered)}) \d"
    rf"|\b(?:{any_of(_WORDS.ticking)}) (?:(?:{_BOX}) )?(?:{any_of(_WORDS.ticked_if)})"
    rf"|[«\"“] ?(?:{_LETTERS}|[01]) ?[»\"”]|(?:^|[;,./] ?)(?:{_LETTERS}|[01]) ?[:=]"
)
"""What tells of an answer in other words than yes and no: which way round, nothing here reads."""
_OPENS: Final = re.compile(rf"(?:^|[,:/–—=(→]|->|{standing(_WORDS.opens)}) ?$")
_GOES_ON: Final = re.compile(rf" ?{_IF}")
_ENDS: Final = re.compile(rf" ?(?:$|[,/–—)]|->|→|(?:{any_of(_WORDS.otherwise)})\b)")
_MARKED: Final = re.compile(r"(?:[:=→,–—]|->) ?$")
_CONDITION: Final = re.compile(rf"[ ,:=→>–—-]*(?:{any_of(_WORDS.condition)}|[:=→])")
_NOTHING: Final = re.compile(standing(_WORDS.nothing))
_EXCEPT: Final = re.compile(standing(_WORDS.except_))
_TOO: Final = re.compile(rf"[\s,(]*{standing(_WORDS.too)}.*")
"""What an answer takes in as well says nothing of what it is for."""
_BRACKET: Final = re.compile(r"\s*\(([^()]*)\)")
_ASIDE: Final = re.compile(rf"\b(?:{_IN_SHORT}) ?[»\"”]?$")
_JOINS: Final = re.compile(rf"^[\W_]+|(?:{standing(_WORDS.joins)}|[\W_])+$")

_EXAMPLE: Final = re.compile(
    rf"\(?\b(?:{any_written(FRENCH.help.example)}).*?(?=[.;!?](?:\s|$)|\n|$)",
    re.IGNORECASE,
)
_APART: Final = re.compile(
    rf"[,(] ?(?:{any_written(FRENCH.help.apart)})\b.*$"
    rf"|, [^,;:?]* (?:{any_written(FRENCH.help.left_out)})$",
    re.IGNORECASE,
)
_BRACKETS: Final = re.compile(r"\(([^()]*)\)")


@dataclass(frozen=True, slots=True)
class ToldAnswers:
    """What a help tells of the answers.

    Attributes:
        yes: What yes is for, each as it is said.
        no: What no is for.
        first: Its first sentence, folded, where that tells of no answer.
        any: Whether it tells of an answer at all, though maybe not what for.
    """

    yes: tuple[str, ...] = ()
    no: tuple[str, ...] = ()
    first: str = ""
    any: bool = False


@lru_cache(maxsize=4096)
def without_answers(label: str) -> str:
    """A label without the answers that it gives to choose: « Abus (oui/non) »."""
    return _OR_NOT.sub("", _ANSWERS.sub("", label)) or label


@lru_cache(maxsize=2048)
def told_of_answers(description: str) -> ToldAnswers:
    """What a help tells that yes and no are for."""
    plain = "\n".join(map(fold, description.splitlines()))
    text = _without_brackets(_OR_NOT.sub("", _ANSWERS.sub("", plain)))
    sentences = [one.strip() for one in _SENTENCE.split(text) if one.strip()]
    tokens = [
        [found for found in _TOKEN.finditer(one) if _answers(found, one)] for one in sentences
    ]
    told = [
        owned
        for one, found in zip(sentences, tokens, strict=True)
        if found
        for owned in _owned(one, found)
    ]
    return ToldAnswers(
        yes=tuple(said for yes, said in told if yes and said),
        no=tuple(said for yes, said in told if not yes and said),
        first=sentences[0] if sentences and not tokens[0] else "",
        any=bool(told) or any(_HEARD.search(one) for one in sentences),
    )


def _without_brackets(text: str) -> str:
    """Brackets as what they stand for: « Abus (non) » tells an answer, « Non (abus) » what for."""

    def plain(bracket: re.Match[str]) -> str:
        inner, before = bracket[1].strip(), text[: bracket.start()]
        found = _TOKEN.search(inner)
        if found and not inner.replace(found[0], "").strip(" :"):
            return f" : {inner}"
        if found and _answers(found, inner):
            return f". {inner}."
        return f" : {inner}" if _ASIDE.search(before) else f", {inner},"

    return _BRACKET.sub(plain, text)


def _answers(token: re.Match[str], sentence: str) -> bool:
    """Whether it is an answer, and no word of what is said."""
    before, after = sentence[: token.start()], sentence[token.end() :]
    if token["verb"] or token["quote"]:
        return True
    if _OPENS.search(before) and (_GOES_ON.match(after) or _ENDS.match(after)):
        return True
    return bool(_MARKED.search(before) and _ENDS.match(after))


def _owned(sentence: str, tokens: list[re.Match[str]]) -> Iterator[tuple[bool, str]]:
    """Each answer of a sentence, yes or no, with what it is for.

    An answer is for what follows it, or for what goes before where nothing does.
    """
    ends = [0, *(one.end() for one in tokens)]
    starts = [*(one.start() for one in tokens), len(sentence)]
    parts = [sentence[end:start] for end, start in zip(ends, starts, strict=True)]
    follows = not _said(parts[0]) or bool(_CONDITION.match(parts[1]) and _said(parts[1]))
    for token, (before, after) in zip(tokens, pairwise(parts), strict=True):
        yes = token["answer"] in _WORDS.yes
        said, *others = _EXCEPT.split(after if follows else before)
        yield yes, _said(said)
        for other in others:
            yield not yes, _said(other)


def _said(text: str) -> str:
    """A part without what only joins it to an answer."""
    text = _NOTHING.sub(" ", _TOO.sub("", text))
    return _JOINS.sub("", text).strip()


def without_examples(text: str) -> str:
    """A help without its examples."""
    return _EXAMPLE.sub("", text)


def head(label: str, *, tells: Callable[[str], bool]) -> str:
    """A label without what it sets apart at its end, and without brackets.

    « Usage voulu, sauf routine », « Type (code) ».

    Args:
        label: The question.
        tells: Whether what some brackets hold may change what is asked: they stay.
    """

    def kept(bracket: re.Match[str]) -> str:
        return bracket[0] if tells(bracket[1]) else ""

    return _BRACKETS.sub(kept, _APART.sub("", label))
