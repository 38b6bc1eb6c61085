"""Words that were typed apart, or in signs of a web page, put together again.

« D U B O I S », « D.U.B.O.I.S », « &eacute; », « <b>Dubois</b> », « Jean%20Dubois », « MmeDubois ».
"""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from triage.patient_data.words import has_figures

_BLANK = r"[ \u00a0\u2009\u202f\u3000]"
_APART = re.compile(
    r"(?P<entity>&(?:#\d{2,6}|#[xX][\da-fA-F]{2,5}|[a-zA-Z]{2,8});)"
    r"|(?P<escape>\\u[\da-fA-F]{4}|=C3=[89ABab][\da-fA-F])"
    r"|</?(?P<tag>[a-zA-Z]{1,10})(?:[ /][^<>@\n]{0,60})?>"
    r"|(?P<percent>(?<=\w)%(?:2[0EF]|3A|40)(?=\w))"
    rf"|(?P<initials>(?<!\w)[A-ZÉÈ](?:{_BLANK}\.{_BLANK}?|\.\n)[A-ZÉÈ]"
    rf"(?:{_BLANK}?\.(?:{_BLANK}|\n)?[A-ZÉÈ]){{0,2}}{_BLANK}?\.)"
    r"|(?P<civility>(?:Mme|Mlle|Mr|Monsieur|Madame)(?=[A-ZÀ-ÖØ-Þ][a-zà-öø-ÿ]))"
    r"|(?<!\w)(?<!\w[.@'’-])(?P<letters>N O M|P R [EÉ] N O M"
    rf"|\w(?:{_BLANK}[\w.-]){{3,40}}{_BLANK}@(?:{_BLANK}[\w.-]){{4,40}}"
    rf"|[^\W\d_](?:{_BLANK}[^\W\d_]){{3,40}}|[^\W\d_](?:\n[^\W\d_]){{4,40}}"
    rf"|[^\W\d_](?:[.·•_-][^\W\d_]){{4,40}}|(?<=[Bb]ébé )[A-Z](?:{_BLANK}[^\W\d_]){{2,40}})(?!\w)"
)
_QUICK = re.compile(
    r"[&<]|%[234]|[A-Z](?:[ \u00a0]\.|\.\n)|\\u|=C3|N O M|ébé [A-Z] "
    r"|\w(?:\n(?:\w\n){3}|[^\w\n](?:\w[^\w\n]){3}\w\b)"
    r"|(?:[Mm]me|Mlle|Mr|[Mm]onsieur|[Mm]adame)[A-ZÀ-Þ]"
)
"""One of these stands in a text that has such words."""
_INLINE = frozenset({"b", "i", "u", "em", "strong", "span", "font", "sup", "sub", "mark"})


@dataclass(slots=True)
class Together:
    """A text made of another, and where each of its characters starts and ends there."""

    text: str = ""
    starts: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)


def put_together(typed: str) -> Together | None:
    """The text with such words together; ``None`` where it has none."""
    if not _QUICK.search(typed):
        return None
    made: list[tuple[str, int, int]] = []
    place = 0
    for match in _APART.finditer(typed):
        made += ((typed[at], at, at + 1) for at in range(place, match.start()))
        made += _chars(match)
        place = match.end()
    if not place:
        return None
    made += ((typed[at], at, at + 1) for at in range(place, len(typed)))
    chars, starts, ends = zip(*made, strict=True) if made else ((), (), ())
    return Together("".join(chars), list(starts), list(ends))


def _chars(match: re.Match[str]) -> Iterator[tuple[str, int, int]]:
    """What stands in place of one, each character with its place."""
    start, end = match.span()
    if match["initials"]:
        yield from (
            (match.string[at], at, at + 1)
            for at in range(start, end)
            if not match.string[at].isspace()
        )
    elif match["letters"]:
        yield from _letters(match)
    elif match["civility"]:
        yield from ((match.string[at], at, at + 1) for at in range(start, end))
        yield " ", end - 1, end
    elif code := match["percent"] or match["escape"] or match["entity"]:
        yield from ((char, start, end) for char in _decoded(code))
    elif not (match["tag"] and match["tag"].lower() in _INLINE):
        yield " ", start, end


def _letters(match: re.Match[str]) -> Iterator[tuple[str, int, int]]:
    """Letters without what is between; a blank where a word begins: « M a r i e D u p u y »."""
    last = ""
    for at in range(*match.span()):
        char = match.string[at]
        if char.isspace() or (not char.isalnum() and "@" not in match.group()):
            continue
        if last.islower() and char.isupper():
            yield " ", at - 1, at
        yield char, at, at + 1
        last = char


def _decoded(code: str) -> str:
    """What « &eacute; », « =C3=A9 » or « %20 » stands for."""
    if code[0] == "&":
        return html.unescape(code)
    figures = re.sub(r"[=%]|\\u", "", code)
    return bytes.fromhex(figures).decode() if code[0] == "=" else chr(int(figures, 16))


_STUCK = re.compile(
    r"(?<=[^\W\d_]{2})(?=\d{6})|(?<=[^\W\d_]{2})(?=\d\d[/.-]\d\d[/.-]\d)|(?<=[/.-]\d\d)(?=[^\W\d_])|(?<=\d{6})(?=[^\W\d_])"
)
"""Where a blank was left out between letters and a long number, or a day."""
_GLUED = re.compile(
    r"[^\W_](?:[()\[\]{}«»\"|*+=#~^<>_\\]{1,8}|(?<=[A-ZÀ-ÖØ-Þ])/(?=[A-ZÀ-ÖØ-Þ])"
    r"|(?<=[^\W\d_]{3})/(?=[A-ZÀ-ÖØ-Þ]))[^\W_]|\n[^\n]{0,30}\n|__"
)
_A_SIGN = re.compile(r"[()\[\]{}«»\"|*+=#~^<>_\\/\n]")
_COMPACT = re.compile(r"(?<![^\W_])[^\W_]{2,30}(?:[.,:;][^\W_]{2,30}){2}")
_LONGEST = 12
"""Letters to a blank over which a text may have other signs between its words."""
_SIGNS = re.compile(r"[ \n()\[\]{}«»\"|*+=#~^<>_\\/]{1,12}")
_ALL_SIGNS = re.compile(rf"{_SIGNS.pattern}|(?<=[^\W_])[.,:;](?=[^\W_])")


@lru_cache(maxsize=8)
def loosened(text: str) -> Together | None:
    """The text with a blank for the signs between its words, where some have no other.

    « (Dubois)(Jean)(67 ans) », « DUBOIS/Jean », « J*D ».
    """
    few = text.count(" ") * _LONGEST < len(text)
    compact = few and _COMPACT.search(text) is not None
    stuck = [match.start() for match in _STUCK.finditer(text)] if has_figures(text) else []
    if not (compact or stuck or (_A_SIGN.search(text) and _GLUED.search(text))):
        return None
    signs = _ALL_SIGNS if compact else _SIGNS
    made: list[tuple[str, int, int]] = []
    place = 0
    signs_at = [match.span() for match in signs.finditer(text)]
    for start, end in sorted([*signs_at, *((at, at) for at in stuck)]):
        made += ((text[at], at, at + 1) for at in range(place, start))
        made.append((" ", start, end) if start < end else (" ", start - 1, start))
        place = end
    made += ((text[at], at, at + 1) for at in range(place, len(text)))
    chars, starts, ends = zip(*made, strict=True)
    return Together("".join(chars), list(starts), list(ends))
