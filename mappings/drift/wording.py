"""The words of a question: what a person answers to, and what of it changes nothing."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from hashlib import sha256
from itertools import takewhile
from pathlib import Path
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field

from datafiles.file import DataFile, text_of
from french.text import bare_label, excerpt
from mappings.dossier.revision import EXPLAINED, HEADINGS, Descriptor
from mappings.drift.retyping import LISTS
from mappings.drift.reviewed import ReviewedChamp, options_of

_FILE: Final = Path(__file__).with_name("politesse.yaml")
_DIGEST: Final = 16
_NO_HELP: Final = "sans aide"
_NOTHING_ABOVE: Final = "rien"


class _PoliteModel(BaseModel):
    model_config = ConfigDict(extra="forbid")
    polite: list[Annotated[str, Field(min_length=1)]] = Field(min_length=1)


def _polite() -> re.Pattern[str]:
    text = text_of(_FILE.read_bytes(), source=_FILE.name)
    model = DataFile(text, source=f"drift/{_FILE.name}").validate(_PoliteModel)
    return re.compile(rf"\b(?:{'|'.join(re.escape(bare_label(one)) for one in model.polite)})\b")


_POLITE: Final = _polite()


@dataclass(frozen=True)
class ChampWording:
    """The words of one question of one revision.

    Attributes:
        champ: The question.
        section: What stands above it (:func:`mappings.dossier.revision.sections`).
    """

    champ: Descriptor
    section: str = ""

    @cached_property
    def options(self) -> frozenset[str]:
        """Its options, bare; none of what is no list."""
        listed = options_of(self.champ) if self.champ.type in LISTS else ()
        return frozenset(map(bare_label, listed))

    def asks_as(self, other: "ChampWording") -> bool:
        """Whether another question has the same words, in all that may turn it."""
        conditions = {self.champ.condition, other.champ.condition}
        return (
            bare_label(self.champ.label) == bare_label(other.champ.label)
            and bare_help(self.champ.description) == bare_help(other.champ.description)
            and bare_chain(self.section) == bare_chain(other.section)
            and (len(conditions) == 1 or None in conditions)
            and self.options == other.options
        )

    def digest(self, *, above: bool, options: bool) -> str:
        """A short name of its words, the same for those that differ in nothing that may turn it.

        Args:
            above: Whether what stands above it, and its condition, were reviewed and are known.
            options: Whether what is done with an answer hangs on its options.
        """
        one = self.champ
        around = (bare_chain(self.section), one.condition or "") if above else ()
        listed = sorted(self.options) if options else ()
        words = (bare_label(one.label), bare_help(one.description), around, listed)
        return sha256(repr(words).encode()).hexdigest()[:_DIGEST]

    def whatever_options(self) -> frozenset[str]:
        """The names of its words but for options, whether or not what stands above is known."""
        return frozenset(self.digest(above=one, options=False) for one in (False, True))

    def digests(self) -> frozenset[str]:
        """Every name that its words may have had, whatever was reviewed and read of it."""
        each = (False, True)
        return frozenset(self.digest(above=one, options=other) for one in each for other in each)


def has_other_label(told: Descriptor, known: ReviewedChamp) -> bool:
    """Whether a question has another label than was last reviewed of it."""
    return bare_label(told.label) not in map(bare_label, known.last(known.labels))


def has_other_help(told: Descriptor, known: ReviewedChamp) -> bool:
    """Whether it has another help; not so where none was reviewed."""
    return bool(known.helps) and bare_help(told.description) != bare_help(known.helps[-1])


@lru_cache(maxsize=4096)
def bare_help(text: str) -> str:
    """A text without what changes nothing of it: case, accents, punctuation, polite words."""
    lines = (bare_label(line) for line in text.splitlines() if line.strip())
    return " ".join(_POLITE.sub(" ", " ".join(lines)).split())


@lru_cache(maxsize=4096)
def bare_chain(chain: str) -> tuple[str, ...]:
    """What stands above a question, one by one, each bare, what explains apart from headings."""
    return tuple(map(_bare_part, chain.split(HEADINGS)))


def _bare_part(one: str) -> str:
    told = one.removeprefix(EXPLAINED)
    return f"{EXPLAINED if told != one else ''}{bare_help(told)}"


def headings(chain: str) -> str:
    """What stands above a question, without what explains it."""
    return HEADINGS.join(one for one in chain.split(HEADINGS) if not one.startswith(EXPLAINED))


def shortened(before: str, after: str) -> tuple[str, str]:
    """Two texts; of long ones, all that is between what both begin and end with."""
    was, now = before.split(), after.split()
    if all(" ".join(words) == excerpt(" ".join(words)) for words in (was, now)):
        return " ".join(was), " ".join(now)
    first = _alike(was, now)
    last = _alike(was[first:][::-1], now[first:][::-1])
    # A word of each side says where they differ.
    first, last = max(first - 1, 0), max(last - 1, 0)
    return _between(was, first, last), _between(now, first, last)


def helps_apart(before: str, after: str) -> tuple[str, str]:
    """All that differs of two helps."""
    was, now = shortened(before, after)
    return was or _NO_HELP, now or _NO_HELP


def headings_apart(before: str, after: str) -> tuple[str, str]:
    """What differs of what stands above a question: headings, or what is explained."""
    was, now = before.split(HEADINGS), after.split(HEADINGS)
    while was and now and bare_chain(was[0]) == bare_chain(now[0]):
        was, now = was[1:], now[1:]
    while was and now and bare_chain(was[-1]) == bare_chain(now[-1]):
        was, now = was[:-1], now[:-1]
    if not any(one.startswith(EXPLAINED) for one in (*was, *now)):
        none = "aucun titre"
        return HEADINGS.join(was) or none, HEADINGS.join(now) or none
    then, told = shortened(HEADINGS.join(was), HEADINGS.join(now))
    return then if any(was) else _NOTHING_ABOVE, told if any(now) else _NOTHING_ABOVE


def _alike(was: Sequence[str], now: Sequence[str]) -> int:
    pairs = zip(was, now, strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def _between(words: Sequence[str], first: int, last: int) -> str:
    told = " ".join(words[first : len(words) - last])
    return f"{'…' if first else ''}{told}{'…' if last else ''}"
