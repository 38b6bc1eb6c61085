"""What a help tells that yes and no are for: « Répondez non si c'est une erreur », « Abus : non ».

Text alone, folded. « Non » is an answer where something shows it: a verb of answering, quotation
marks, a mark or an « if » after it, its place at an end. Else it is a word of a question, as in
« non conforme ».
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Final

from french.text import fold

_ANSWERS: Final = re.compile(
    r"[\s:(\[,–—-]*(?:\b(?:repond(?:re|ez)|coch(?:er|ez)|indiqu(?:er|ez)|choisi(?:r|ssez)) )?"
    r"(?:\b[oy] ?/ ?n\b|(?:\bpar )?[«\"“]? ?\b(?:oui|vrai|yes) ?[»\"”]? ?"
    r"(?:/|-|–|\bou(?: par)?\b|\bor\b) ?[«\"“]? ?(?:non|faux|no)\b ?[»\"”]?)"
    r"(?: ?(?:/|,|\bou\b) ?(?:ne sait pas|nsp|inconnu))?[)\]]?",
    re.IGNORECASE,
)
"""The answers that are given to choose: « Abus (oui/non) », « répondre par oui ou par non »."""
_OR_NOT: Final = re.compile(r",? ou (?:non|pas)(?= ?[?.)]| ?$)", re.IGNORECASE)

_SENTENCE: Final = re.compile(r"[.;!?]+(?:\s|$)|\n+|[•]")
_VERB: Final = (
    r"(?:ne )?(?:(?:il faut|il convient de|merci de|veuillez|vous devez|vous pouvez|on|alors) )?"
    r"(?:repond(?:re|ez|ra|rez|s)?|coch(?:er|ez|e)|indiqu(?:er|ez|e)|di(?:re|tes)"
    r"|choisi(?:r|ssez)|selectionn(?:er|ez)|saisi(?:r|ssez)|inscri(?:re|vez)|mett(?:re|ez)"
    r"|port(?:er|ez)|not(?:er|ez)|c'est|ce sera|vaut|signifie|veut dire|answer|tick"
    r"|(?:la |votre )?(?:bonne )?reponse (?:attendue )?(?:(?:est|sera|doit etre)(?: donc)? ?:?)?"
    r"|(?:la )?case)"
)
_IF: Final = (
    r"(?:si|s'|sinon|autrement|pour|en cas|en l'absence|quand|lorsqu|dans|seulement|uniquement"
    r"|des (?:que|lors|qu)|a defaut|sauf|hors|a moins|if|for|veut dire|signifie|correspond|=|:|→"
    r"|->|–|—|, )"
)
_TOKEN: Final = re.compile(
    rf"(?P<verb>\b{_VERB} ?(?:par |a |de |la case |en |:)?)?"
    r"(?P<quote>[«\"“] ?)?\b(?:la case )?(?P<answer>oui|non|yes|no|vrai|faux)\b(?: ?[»\"”])?"
)
_HEARD: Final = re.compile(
    rf"\b{_VERB} ?(?:\w+ )?(?:oui|non)\b"
    r"|\b(?:negati|affirmati|positi(?:f|v)|invers)\w*|\ben cas de (?:oui|non)\b|\boption \d"
    r"|\b(?:de)?coch\w+ (?:la case )?(?:si|s'|quand|lorsqu|pour|que|uniquement|seulement)"
    r"|[«\"“] ?[on01] ?[»\"”]|(?:^|[;,./] ?)[on01] ?[:=]"
)
"""What tells of an answer in other words than yes and no: which way round, nothing here reads."""
_OPENS: Final = re.compile(
    r"(?:^|[,:/–—=(→]|->|\b(?:et|mais|ou|alors|puis|sinon|autrement|un)\b) ?$"
)
_GOES_ON: Final = re.compile(rf" ?{_IF}")
_ENDS: Final = re.compile(r" ?(?:$|[,/–—)]|->|→|(?:sinon|autrement|dans le cas contraire)\b)")
_MARKED: Final = re.compile(r"(?:[:=→,–—]|->) ?$")
_CONDITION: Final = re.compile(
    r"[ ,:=→>–—-]*(?:que|si|s'|pour|en cas|en l'absence|quand|lorsqu|dans|des|if|for|[:=→])"
)
_NOTHING: Final = re.compile(
    r"\b(?:sinon|autrement|(?:et )?dans (?:le cas contraire|les? autres? cas|tous les autres cas"
    r"|l'affirmative|la negative)|a defaut|pour cette question|vous|on|il|devez|pouvez|est)\b"
)
_EXCEPT: Final = re.compile(r"\b(?:sauf|hormis|excepte|a moins)\b")
_TOO: Final = re.compile(r"[\s,(]*\b(?:meme|y compris|aussi|egalement)\b.*")
"""What an answer takes in as well says nothing of what it is for."""
_BRACKET: Final = re.compile(r"\s*\(([^()]*)\)")
_YES: Final = frozenset({"oui", "yes", "vrai"})


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
        return f" : {inner}" if re.search(r"\b(?:oui|non) ?[»\"”]?$", before) else f", {inner},"

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
        yes = token["answer"] in _YES
        said, *others = _EXCEPT.split(after if follows else before)
        yield yes, _said(said)
        for other in others:
            yield not yes, _said(other)


def _said(text: str) -> str:
    """A part without what only joins it to an answer."""
    text = _NOTHING.sub(" ", _TOO.sub("", text))
    return re.sub(r"^[\W_]+|(?:\b(?:et|ou|mais|alors|donc)\b|[\W_])+$", "", text).strip()
