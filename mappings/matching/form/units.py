"""In what a number is counted: another unit, scale or period than the field's own."""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from french.text import bare_label, fold
from mappings.matching.french_words import FRENCH, any_of, standing
from mappings.matching.offered import Offered
from mappings.matching.told import without_examples
from mappings.matching.wanted import Wanted

_WORDS: Final = FRENCH.units
_PERIODS: Final = tuple(
    (re.compile(rf"\b(?:{any_of(words[:1])})s?\b"), re.compile(standing(words[1:])))
    for words in _WORDS.periods
)
"""Of each period, what names it, and what says that something is counted by it."""
_YEAR: Final = re.compile(standing(_WORDS.year))
_SEVERAL: Final = re.compile(
    rf"\b(?:{any_of(_WORDS.over)}) (?:les )?(?:[2-9]|[1-9]\d+) (?:{any_of(_WORDS.many)})\b"
    rf"|{standing(_WORDS.several)}"
)
_SCALE: Final = re.compile(
    rf"\b(?:{any_of(_WORDS.out_of)}) ?(?:10(?!0? ?%)\b|1000+\b|10? ?0{{0,2}}(?: 000)+\b|1 000\b"
    rf"|(?:{any_of(_WORDS.scales)})\b)|{standing(_WORDS.fractions)}"
)
_SIGNS: Final = re.compile(
    r"[‰‱]|\[ ?0 ?[;,-] ?1 ?\]|(?<=\S)/ ?(?:10|1[\s.]?0{3}|10{1,2}[\s.]?0{3})\b"
)
_PERCENT: Final = re.compile(rf"%|{standing(_WORDS.percent)}")
_OTHERS: Final = re.compile(rf"[€$£]|{standing(_WORDS.others)}")


def counted_otherwise(wanted: Wanted, offered: Offered) -> str:
    """In what else than a field a question may count, as it says it; "" for nothing.

    « mensuel » of what is counted by the year; what the field's unit, or a way of asking it, says
    is its own.
    """
    if wanted.type not in {"integer", "decimal"} or bare_label(offered.label) in wanted.labels:
        return ""
    ours = {_kind(one) for way in _ways(wanted) for one in counted_in(way, "")}
    around = (offered.descriptor.description, offered.section, offered.explained)
    said = counted_in(offered.label, "\n".join(around))
    return min(
        (one for one in said if _kind(one) not in ours), key=lambda one: (len(one), one), default=""
    )


def _ways(wanted: Wanted) -> tuple[str, ...]:
    return (wanted.unit, wanted.title, *wanted.labels, *wanted.wording.phrases)


@lru_cache(maxsize=8192)
def counted_in(label: str, around: str) -> frozenset[str]:
    """In what a question says that it counts, as it says it, folded.

    Args:
        label: The question.
        around: Its help and what stands above it.
    """
    return frozenset(_said(label, named=True)) | frozenset(_said(without_examples(around)))


def _said(text: str, *, named: bool = False) -> Iterable[str]:
    bare, folded = _YEAR.sub(_WORDS.periods[0][0], bare_label(text)), fold(text)
    for names, counts in _PERIODS:
        yield from (one[0] for one in counts.finditer(bare))
        if named:
            yield from (one[0] for one in names.finditer(bare))
    yield from (one[0] for one in _SEVERAL.finditer(bare))
    yield from (one[0] for one in _SCALE.finditer(bare))
    for signs in (_SIGNS, _PERCENT, _OTHERS):
        yield from (one[0] for one in signs.finditer(folded))
    yield from (one[0] for one in _PERCENT.finditer(bare))
    yield from (one[0] for one in _OTHERS.finditer(bare))


def _kind(said: str) -> str:
    """What two ways of saying one unit have in common: its period, or a share of a hundred."""
    if _SEVERAL.fullmatch(said):
        return said
    for (names, counts), (period, *_) in zip(_PERIODS, _WORDS.periods, strict=True):
        if names.fullmatch(said) or counts.fullmatch(said):
            return period
    return "%" if _PERCENT.fullmatch(said) else said
