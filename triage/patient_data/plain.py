"""A text as it is looked at: one way to write spaces, dashes and digits, nothing that is not seen.

Each character knows where it stands in the text that was typed: what is found there is masked here.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from triage.patient_data.apart import put_together

Span = tuple[int, int]

_AS_IS = re.compile(r"[!-~À-ÖØ-öø-ÿŒœ°€«»]+(?:[ \n][!-~À-ÖØ-öø-ÿŒœ°€«»]+)*")
"""A text that is plain already: most are."""

_STRETCH = re.compile(r"[!-_a-~À-ÖØ-öø-ÿŒœ°€«»]+(?: [!-_a-~À-ÖØ-öø-ÿŒœ°€«»]+)*")
"""A part that stays as it is in any text: what is left is looked at a character at a time."""

_CUT = re.compile(r"[-\u00ad\u2010\u2011] *\r?\n *(?=[^\W\d_])")
"""A word cut at the end of a line: « Ver-⏎meersch »; a capital begins the second half of a pair."""

_BLANKS = frozenset("\t\v\f\u2800\u3164\u115f\u1160")
_LINES = frozenset("\r\n\u0085\u2028\u2029")
_SIGNS = {
    **dict.fromkeys("\u00a6\uffe8\uffe4\u2502\u2503\u2223\u01c0\u2758", "|"),
    **dict.fromkeys("\u2212\u02d7\u00ac\u2500\u2501\u30fc", "-"),
    **dict.fromkeys("\u00b7\u2022\u2027\u2219\u22c5\u30fb\u3002\u2024", "."),
    **dict.fromkeys("\u2044\u2215\u29f8", "/"),
    **dict.fromkeys("\u2018\u2019\u02bc\u00b4`\u2032", "'"),
}
_LOOK_ALIKE = dict(
    zip(
        "АВЕКМНОРСТУХавекморстухіѕјІЅЈΑΒΕΖΗΙΚΜΝΟΡΤΥΧοЗ",  # Cyrillic and Greek
        "ABEKMHOPCTYXabekmopctyxisjISJABEZHIKMNOPTYXo3",
        strict=True,
    )
)
_DIGITS = str.maketrans("OoIl|S", "001115")
_WITH_LETTERS = re.compile(r"(?<![A-Za-z0-9|])(?=[OoIl|S]{0,12}\d)[OoIl|S\d]{2,24}(?![A-Za-z0-9|])")
_A_ZERO = re.compile(r"(?<=[^\W\d_])0(?=[a-zà-öø-ÿ])")
"""A zero that a scanner read in a word: « M0nsieur »."""
_WRAPPED = re.compile(
    r"\n(?=[a-zà-öø-ÿ:;,.)%«»])|(?<=[,(«])\n|(?<=\d)\n(?=\d)|(?<= [MD]\.)\n|(?<=[MD]r)\n|(?<=Mme)\n"
    r"|(?<=[\s'’](?:de|du|la|le|un|et|en|au|ou))\n|(?<=[\s'’][àa])\n|(?<=[\s'’](?:des|les|une|aux|par|sur))\n"
)
"""The end of a line where a sentence goes on."""
_DIGIT = re.compile(r"\d")
_MIXED = re.compile(r"[OoIl|S]\d|\d[OoIl|S]|[OoIl|][ .-]\d\d")
_ALONE = re.compile(
    r"(?<![A-Za-z0-9|])(?:[lI|]|[Oo][lI|])(?=(?:[ .-]\d\d){2}[ .-])"
    r"|(?<=\d[ .-])[OoIl|]{2,3}(?=[ .-]\d)"
)
"""Letters alone for digits of a number in groups."""


@dataclass(frozen=True, slots=True)
class Plain:
    """A text as it is looked at.

    Attributes:
        text: It, with single spaces and lines, « - » for any dash, ASCII digits.
        digits: The same, with letters that stand for digits (« O6 l2 ») as digits.
        low: In small letters: what tells quickly whether a word can be there.
        count: How many digits it has.
        starts: Where each of its characters starts in the typed text; empty when they are the same.
        ends: Where each ends there.
    """

    text: str
    digits: str
    low: str
    count: int
    starts: Sequence[int] = ()
    ends: Sequence[int] = ()

    def mentions(self, stems: Iterable[str]) -> bool:
        """Whether one of these stands in it."""
        return any(map(self.low.__contains__, stems))

    def typed(self, spans: Iterable[Span]) -> Iterator[Span]:
        """The places of the typed text that these are."""
        if not self.starts:
            yield from spans
            return
        for start, end in spans:
            yield self.starts[start], self.ends[end - 1]


@lru_cache(maxsize=8)
def plain(typed: str) -> Plain:
    """Make a text plain; time grows with its length only."""
    together = put_together(typed)
    if together is None:
        return _plain(typed)
    shown = _plain(together.text)
    if not shown.starts:
        return replace(shown, starts=together.starts, ends=together.ends)
    return replace(
        shown,
        starts=[together.starts[at] for at in shown.starts],
        ends=[together.ends[at - 1] for at in shown.ends],
    )


def _plain(typed: str) -> Plain:
    if "-\n" not in typed and _AS_IS.fullmatch(typed):
        return _made(typed)
    made: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    place = 0
    while place < len(typed):
        if made and made[-1].isalpha() and (cut := _CUT.match(typed, place)):
            if typed[cut.end()].isupper():
                made.append("-")
                starts.append(place)
                ends.append(cut.end())
            place = cut.end()
            continue
        if (end := _end_of_stretch(typed, place)) > place:
            made += typed[place:end]
            starts += range(place, end)
            ends += range(place + 1, end + 1)
            place = end
            continue
        char = typed[place]
        place += 1
        if made and unicodedata.combining(char):
            made[-1] = _marked(made[-1], char)
            ends[-1] = place
            continue
        for one in _plain_chars(char):
            last = made[-1] if made else "\n"
            if one in " \n" and last in " \n":
                if made and one == "\n":
                    made[-1] = one
                continue
            made.append(one)
            starts.append(place - 1)
            ends.append(place)
    return _made("".join(made), starts, ends)


def joined(spans: Iterable[Span]) -> Iterator[Span]:
    """The places in order, one for those that overlap."""
    start = end = -1
    for first, last in sorted(spans):
        if first < end:
            end = max(end, last)
            continue
        if end > start:
            yield start, end
        start, end = first, last
    if end > start:
        yield start, end


def _end_of_stretch(typed: str, place: int) -> int:
    """Where a part that stays as it is ends; a dash at the end of a line is none of it."""
    stretch = _STRETCH.match(typed, place)
    if stretch is None:
        return place
    return stretch.end() - (_CUT.match(typed, stretch.end() - 1) is not None)


def _marked(letter: str, mark: str) -> str:
    """A letter with its accent; a mark that it never has hides it, and is left out."""
    whole = unicodedata.normalize("NFC", letter + mark)
    return whole if len(whole) == 1 else letter


def _made(text: str, starts: Sequence[int] = (), ends: Sequence[int] = ()) -> Plain:
    if "0" in text:
        text = _A_ZERO.sub("o", text)
    if "\n" in text:
        text = _WRAPPED.sub(" ", text)
    digits = _with_digits(text)
    return Plain(text, digits, text.lower(), len(_DIGIT.findall(digits)), starts, ends)


def _plain_chars(char: str) -> str:
    if "!" <= char <= "~" and char != "`":
        return char
    if char in _LINES:
        return "\n"
    if char in _SIGNS:
        return _SIGNS[char]
    category = unicodedata.category(char)
    if category == "Zs" or char in _BLANKS:
        return " "
    if category == "Pd":
        return "-"
    if category in {"Cf", "Cc", "Mn", "Me"}:
        return ""
    if category == "Nd":
        return str(unicodedata.decimal(char))
    if char in _LOOK_ALIKE:
        return _LOOK_ALIKE[char]
    shown = unicodedata.normalize("NFKC", char)
    return shown if shown == char else "".join(map(_plain_chars, shown))


def _with_digits(text: str) -> str:
    if not _MIXED.search(text):
        return text
    return _ALONE.sub(_as_digits, _WITH_LETTERS.sub(_as_digits, text))


def _as_digits(match: re.Match[str]) -> str:
    return match.group().translate(_DIGITS)
