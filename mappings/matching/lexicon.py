"""The words in which another form may ask our fields: data that staff edit."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from datafiles.file import DataFile, DataFileError
from mappings.matching.french_words import FRENCH
from mappings.matching.learned import Learned
from mappings.matching.words import Meanings, Words

FILE_NAME = "synonymes.yaml"


@dataclass(frozen=True, slots=True)
class Wording:
    """How a field may be asked.

    Attributes:
        phrases: Ways to ask it.
        inverse: Ways to ask the contrary.
        sections: Words of the headings that it stands under.
        options: Option of another form → ours.
        values: What its answers look like; "" for nothing in particular.
        parts: Word that asks a part of it → word of the rest: a label with the first and without
            the second asks that part alone.
        after: Field asked just before → ways to ask this one then.
        questions: Our option → ways to ask it alone, by yes or no.
        narrower: Word that bounds it → words of which one lifts that: « outre-mer » is a part of
            the territory, « métropole et outre-mer » the whole.
        may_deny: Words of what a box may say no of: that a patient may be recognised.
        apart: Words of what is asked in the same way of something else, as it is written: since
            when a thing exists, of the day on which it was learned.
        unless: Words of which one lifts those.
    """

    phrases: tuple[str, ...] = ()
    inverse: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()
    options: Mapping[str, str] = field(default_factory=dict)
    values: str = ""
    parts: Mapping[str, str] = field(default_factory=dict)
    after: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    questions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    narrower: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    may_deny: tuple[str, ...] = ()
    apart: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Parties:
    """Who a form speaks of: the firm that declares and who answers for it, or anybody else.

    Attributes:
        of: Paths of the fields that are of the firm, or of who answers for it.
        ours: Words that say so, in a question, its heading or its help; a heading of one of these
            fields has no other.
        others: Words of anybody else.
        persons: Those of ``ours`` that name a person: a firm's number under one of them alone may
            be that of another firm.
        whose: Words that say whose a number is: the firm's own, that of nobody else's field.
        numbers: What has such a number, or is one.
    """

    of: frozenset[str] = frozenset()
    ours: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    persons: tuple[str, ...] = ()
    whose: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The words of a form's subject.

    Attributes:
        words: What words mean.
        general: Meanings that may stand in any question.
        kinds: Those of them that say what kind of answer is asked: a count, a date.
        bounds: Those of them that make a question narrower where its field never says them.
        strangers: Meanings of a heading that speaks of somebody or something else.
        headings: Meanings that tell nothing of what is asked under a heading.
        neutral: Meanings that add nothing to any question that they stand beside.
        common: Meanings that forms of any subject have: a question that has no other asks a field
            only where it stands among those of its part.
        help: Meanings that help may have beside those of its question without bounding it.
        opposed: What two fields each speak of, and never each other: of efficacy, of safety.
        contrary: Words, bare, that may make a question ask the contrary; « … » stands for any end.
        names: Meanings of what tells who somebody is, which any question may ask to leave out.
        parties: Who a form speaks of.
        wordings: How fields may be asked, by path; annotations as ``annotations.name``.
        learned: How other forms asked them.
    """

    words: Words
    general: Meanings = frozenset()
    kinds: Meanings = frozenset()
    bounds: Meanings = frozenset()
    strangers: Meanings = frozenset()
    headings: Meanings = frozenset()
    neutral: Meanings = frozenset()
    common: Meanings = frozenset()
    help: Meanings = frozenset()
    names: Meanings = frozenset()
    opposed: tuple[tuple[Meanings, Meanings], ...] = ()
    contrary: tuple[str, ...] = ()
    parties: Parties = Parties()
    wordings: Mapping[str, Wording] = field(default_factory=dict)
    learned: Learned = field(default_factory=Learned)

    def of(self, path: str) -> Wording:
        """How a field may be asked."""
        return self.wordings.get(path, Wording())


class _WordingModel(BaseModel):
    model_config = ConfigDict(extra="forbid")
    phrases: list[str] = []
    inverse: list[str] = []
    sections: list[str] = []
    options: dict[str, str] = {}
    values: str = ""
    parts: dict[str, str] = {}
    after: dict[str, list[str]] = {}
    questions: dict[str, list[str]] = {}
    narrower: dict[str, list[str]] = {}
    may_deny: list[str] = []
    apart: list[str] = []
    unless: list[str] = []


class _PartiesModel(BaseModel):
    model_config = ConfigDict(extra="forbid")
    of: list[str] = []
    ours: list[str] = []
    others: list[str] = []
    persons: list[str] = []
    whose: list[str] = []
    numbers: list[str] = []


class _LexiconModel(BaseModel):
    model_config = ConfigDict(extra="forbid")
    same: list[list[str]] = []
    empty: list[str] = []
    light: list[str] = []
    general: list[str] = []
    kinds: list[str] = []
    bounds: list[str] = []
    strangers: list[str] = []
    headings: list[str] = []
    neutral: list[str] = []
    common: list[str] = []
    help: list[str] = []
    names: list[str] = []
    opposed: list[Annotated[list[list[str]], Field(min_length=2, max_length=2)]] = []
    contrary: list[str] = []
    parties: _PartiesModel = _PartiesModel()
    fields: dict[str, _WordingModel] = {}


def parse_lexicon(text: str, *, source: str) -> Lexicon:
    """The words that a file's text states.

    Raises:
        DataFileError: With each problem, its file and its line.
    """
    file = DataFile(text, source=source)
    model = file.validate(_LexiconModel)
    problems = []
    for path, one in model.fields.items():
        try:
            re.compile(one.values)
        except re.error:
            problems.append(file.problem(("fields", path, "values"), "expression illisible"))
    problems += [
        file.problem(("parties", "of", at), f"« {path} » n’est pas une donnée de « fields »")
        for at, path in enumerate(model.parties.of)
        if path not in model.fields
    ]
    if problems:
        raise DataFileError(problems)
    words = Words.of(model.same, model.empty, model.light)
    return Lexicon(
        words=words,
        general=_all(model.general, words),
        kinds=_all(model.kinds, words),
        bounds=_all(model.bounds, words),
        strangers=_all(model.strangers, words),
        headings=_all(model.headings, words),
        neutral=_all(model.neutral, words),
        common=_all(model.common, words),
        help=_all(model.help, words),
        names=_all(model.names, words),
        opposed=tuple((_all(one, words), _all(other, words)) for one, other in model.opposed),
        contrary=tuple(model.contrary),
        parties=Parties(
            frozenset(model.parties.of),
            tuple(model.parties.ours),
            tuple(model.parties.others),
            tuple(model.parties.persons),
            tuple(model.parties.whose),
            tuple(model.parties.numbers),
        ),
        wordings={
            path: Wording(
                phrases=tuple(one.phrases),
                inverse=tuple(one.inverse),
                sections=tuple(one.sections),
                options=dict(one.options),
                values=one.values,
                parts=dict(one.parts),
                after={before: tuple(asked) for before, asked in one.after.items()},
                questions={option: tuple(asked) for option, asked in one.questions.items()},
                narrower={word: tuple(rest) for word, rest in one.narrower.items()},
                may_deny=tuple(one.may_deny),
                apart=tuple(one.apart),
                unless=tuple(one.unless),
            )
            for path, one in model.fields.items()
        },
    )


def no_lexicon() -> Lexicon:
    """No words beside those of the mapping and of the reviewed form."""
    return Lexicon(Words.of((), FRENCH.questions.articles))


def _all(words: list[str], known: Words) -> Meanings:
    return frozenset(one for word in words for one in known.meanings(word))
