"""The words of French by which any question, or its help, is read: data that staff edit.

Like the words around a person (:mod:`triage.patient_data.words`) they are a part of the reading,
the same for every form: no setting points elsewhere. The words of a subject are those of
:mod:`mappings.matching.lexicon`.
"""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field

from datafiles.file import DataFile, text_of
from french.text import fold

_FILE = Path(__file__).with_name("francais.yaml")
_MAY_LACK: Final = re.compile(r"\\\((.+?)\\\)")
_ANY_END: Final = "…"

Some = Annotated[tuple[Annotated[str, Field(min_length=1)], ...], Field(min_length=1)]
"""Words, or words that stand together: one at least."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class AnswerWords(_Part):
    """What tells of yes and no; what each list is for is said in the file."""

    yes: Some
    no: Some
    yes_letters: Some
    no_letters: Some
    neither: Some
    third: Some
    or_: Some = Field(alias="or")
    or_not: Some
    by: Some
    choose: Some
    asked_to: Some
    denying: Some
    answering: Some
    answer: Some
    is_: Some = Field(alias="is")
    box: Some
    of_an_answer: Some
    if_: Some = Field(alias="if")
    condition: Some
    otherwise_told: Some
    in_case_of: Some
    numbered: Some
    ticking: Some
    ticked_if: Some
    opens: Some
    otherwise: Some
    nothing: Some
    except_: Some = Field(alias="except")
    too: Some
    joins: Some


class SenseWords(_Part):
    """What denies, or says that something lacks."""

    no: Some
    for_want_of: Some
    denied: Some
    without: Some
    lacking: Some
    never: Some
    which: Some
    states: Some
    taken_in: Some
    clauses: Some
    also_denied: Some
    asks: Some
    outside: Some
    of_the: Some
    licence: Some
    reported: Some


class QuestionWords(_Part):
    """The parts of a question, and what it asks."""

    articles: Some
    little: Some
    pronouns: Some
    any_option: Some
    and_: Some = Field(alias="and")
    or_: Some = Field(alias="or")
    asking: Some
    if_: Some = Field(alias="if")
    going_on: Some
    if_not: Some
    who: Some
    how: Some
    whether: Some
    whom: Some
    asked: Some
    of: Some
    when: Some
    also: Some
    also_asks: Some
    after_a_mark: Some
    before_asking: Some
    begins: Some
    before_it: Some
    points: Some
    orders: Some
    multiples: Some
    in_: Some = Field(alias="in")


class UnitWords(_Part):
    """In what a number is counted."""

    periods: tuple[Some, ...]
    year: Some
    many: Some
    over: Some
    several: Some
    out_of: Some
    scales: Some
    fractions: Some
    percent: Some
    others: Some


class RowWords(_Part):
    """Which row a question is of, and what asks for one more."""

    number: Some
    ordinals: tuple[Some, ...]
    more: Some


class HelpWords(_Part):
    """What a help says beside what is asked."""

    below: Some
    example: Some
    apart: Some
    left_out: Some
    limits: Some
    alone: Some
    not_alone: Some
    only: Some
    that: Some
    unreal: Some
    purpose: Some
    as_: Some = Field(alias="as")
    it: Some
    stands: Some
    found: Some
    written: Some
    on: Some
    the: Some
    places: Some
    to: Some
    units: Some


class FrenchWords(_Part):
    """All of them."""

    answers: AnswerWords
    senses: SenseWords
    questions: QuestionWords
    units: UnitWords
    rows: RowWords
    help: HelpWords


def parse_french(text: str, *, source: str) -> FrenchWords:
    """The words that a file's text states.

    Raises:
        DataFileError: With each problem, its file and its line.
    """
    return DataFile(text, source=source).validate(FrenchWords)


def any_of(words: Iterable[str]) -> str:
    """A regular expression of any of some words in a folded text, the first that fits."""
    return "|".join(_pattern(fold(one.rstrip(_ANY_END)), one) for one in words)


def standing(*words: Iterable[str]) -> str:
    """The same of words that stand whole, one of each list after one of the list before."""
    return rf"\b{' '.join(f'(?:{any_of(some)})' for some in words)}\b"


def any_written(words: Iterable[str]) -> str:
    """The same in a text as it is written: with accents, with either apostrophe."""
    return "|".join(_pattern(one.rstrip(_ANY_END), one).replace("'", "['’]") for one in words)


def _pattern(word: str, written: str) -> str:
    told = _MAY_LACK.sub(r"(?:\1)?", re.escape(word))
    return told + (r"\w*" if written.endswith(_ANY_END) else "")


FRENCH: Final = parse_french(
    text_of(_FILE.read_bytes(), source=_FILE.name), source=f"matching/{_FILE.name}"
)
