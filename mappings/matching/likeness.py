"""How far a champ asks what a field wants, on all that is known of both; with reasons."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from french.text import bare_label
from mappings.drift.retyping import LISTS, Fit, fit
from mappings.drift.reviewed import options_of
from mappings.matching.french_words import FRENCH, any_of
from mappings.matching.options import Aligned, aligned, answers
from mappings.matching.question import FieldQuestion, Plainness
from mappings.matching.told import without_examples
from mappings.matching.wanted import PLACES
from mappings.matching.weights import (
    ABRIDGED,
    ALONE,
    HEADED,
    HELPED,
    IN_BARE_WORDS,
    IN_OUR_OPTIONS,
    OF_ANOTHER,
    OF_ITS_OWN,
    OF_PLACES,
    WHOLE,
)
from mappings.matching.words import NEGATED, Meanings
from mappings.report.territories import code_of

_TEXTS: Final = frozenset({"text", "textarea", "formatted", "email", "phone", "iban"})
_FOR_TEXT: Final = (
    _TEXTS | LISTS | {"integer_number", "decimal_number", "number", "dossier_link", "rnf", "siret"}
)
"""What may plausibly be asked for a text: no box, no date, no file."""
_LONG_TEXTS: Final = frozenset({"textarea", "formatted"})
_ADDRESSES: Final = frozenset({"email", "phone", "iban"})
_IF_NOT: Final = re.compile(rf"(?:{any_of(FRENCH.questions.if_not)})\b")
_SENTENCE: Final = re.compile(r"[.;!?](?:\s|$)|\n")
_ENOUGH: Final = 3
_AS_WANTED: Final = 0.8
_NOT_AS_WANTED: Final = 0.4
_FEW: Final = 2


@dataclass(frozen=True)
class FieldLikeness(FieldQuestion):
    """A field beside a champ."""

    @cached_property
    def fit(self) -> Fit:
        """What becomes of the answers."""
        kind, champ = self.wanted.type, self.offered.descriptor.type
        if self.offered.joined and not self.parts:
            return Fit.UNREADABLE
        if self.offered.asks:
            return Fit.EXACT if self.offered.asks == self.wanted.path else Fit.UNREADABLE
        if self.listed:
            return Fit.CONVERTED
        if kind == "yes_no" and champ == "checkbox":
            return Fit.CONVERTED
        if kind == "text" and champ not in _FOR_TEXT:
            return Fit.UNREADABLE
        if kind != "text" and champ in _ADDRESSES:
            return Fit.UNREADABLE
        found = fit(kind, champ)
        numbers = kind in {"integer", "decimal"} and champ in LISTS
        if numbers and not all(one.strip().isdigit() for one in self.offered.descriptor.options):
            return Fit.UNREADABLE
        if kind in {"yes_no", "checkbox"} and champ in LISTS and self.options is None:
            return Fit.UNREADABLE
        return found

    @property
    def answered_otherwise(self) -> bool:
        """Whether it is a list whose options a person may say to be a yes or a no."""
        champ, kind = self.offered.descriptor, self.wanted.type
        asks = kind in {"yes_no", "checkbox"} and champ.type == "drop_down_list"
        return asks and self.options is None and bool(options_of(champ))

    @cached_property
    def parts(self) -> bool:
        """Whether the champs that are put together ask each a part of the field."""
        if not self.offered.joined:
            return False
        if self.wanted.type == "choices":
            return self.offered.descriptor.type in LISTS and not self.unread
        return any(part | rest <= self.label for part, rest in self._parts)

    @property
    def listed(self) -> bool:
        """Whether it is a list of places, of which the field makes a row each."""
        several = self.offered.descriptor.type == "multiple_drop_down_list"
        return several and self.wanted.lists_places

    @cached_property
    def places(self) -> bool:
        """Whether it is a list of places by what it gives to choose, whatever its question."""
        options = self.offered.descriptor.options
        if not self.listed or len(options) < _ENOUGH:
            return False
        kind = self.wanted.rows[0].type
        return sum(bool(code_of(kind, one)) for one in options) >= _AS_WANTED * len(options)

    @cached_property
    def options(self) -> Aligned | None:
        """Its options beside ours, where both have some."""
        descriptor = self.offered.descriptor
        options = options_of(descriptor)
        if descriptor.type not in LISTS or not options:
            return None
        if self.wanted.type in {"yes_no", "checkbox"}:
            return answers(options, self.wanted.wording)
        if self.wanted.type not in {"choice", "choices"}:
            return None
        return aligned(options, self.wanted.options, self.wanted.wording)

    @property
    def unread(self) -> bool:
        """Whether most of what the champ gives to choose from is none of ours that we know."""
        if self.options is None or not self.wanted.options:
            return False
        return 2 * len(self.options.left) > len(self.offered.descriptor.options)

    @cached_property
    def shared_options(self) -> float:
        """Share of options that both have, 0 to 1."""
        if self.options is None or not self.wanted.options:
            return 0.0
        smaller = min(len(self.wanted.options), len(self.offered.descriptor.options))
        return len(self.options.ours) / max(1, smaller)

    @property
    def ours(self) -> bool:
        """Whether nearly all that it gives to choose from, and not a little, is ours."""
        if self.options is None or not self.wanted.options:
            return False
        known = len(self.offered.descriptor.options) - len(self.options.left)
        few = len(self.options.ours) < _ENOUGH
        return not few and known >= _AS_WANTED * len(self.offered.descriptor.options)

    @cached_property
    def specific(self) -> float:
        """Weight of the fullest phrase that stands whole in the question."""
        there = [self.wants.weight(one) for one in self.wanted.phrases if one <= self.label]
        return max(there, default=0.0)

    @cached_property
    def elsewhere(self) -> bool:
        """Whether its heading speaks of somebody or something else than the field."""
        heading = self._meanings(self.offered.section)
        known = self.wanted.vocabulary | self.sections
        return bool(heading & self.wants.lexicon.strangers - known)

    @cached_property
    def sections(self) -> Meanings:
        """What the headings that the field stands under say."""
        return frozenset().union(*(self._meanings(one) for one in self.wanted.wording.sections))

    @cached_property
    def heading(self) -> float:
        """Whether its heading is one that the field stands under: 0, or 1; ½ without heading."""
        heading = self._meanings(self.offered.section)
        if not heading or not self.sections:
            return 0.5
        return 1.0 if heading & self.sections else 0.0

    @cached_property
    def headed(self) -> float:
        """The same of the words that say what is asked under it; ½ where some are the field's."""
        nothing = self.wants.lexicon.headings - self.sections
        said = self._meanings(self.offered.section) - nothing
        heading = frozenset(one for one in said if not one.isdigit())
        if not heading or not self.sections:
            return 0.5
        if heading <= self.sections:
            return 1.0
        return 0.5 if heading & self.sections else 0.0

    @cached_property
    def values(self) -> float | None:
        """Share of its answers that look like those of the field; ``None``: nothing to tell."""
        pattern, given = self.wanted.wording.values, [one for one in self.offered.samples if one]
        if not pattern or len(given) < _FEW or self.offered.descriptor.type not in _TEXTS:
            return None
        fitting = sum(bool(re.fullmatch(pattern, one.strip())) for one in given)
        return fitting / len(given)

    @cached_property
    def text(self) -> float:
        """Likeness of the question and the field's best phrase, 0 to 1."""
        if (self.asked and not self.borrowing) or self.places:
            return 1.0
        if not self.label and bare_label(self.offered.question) in self.wanted.worded:
            return IN_BARE_WORDS
        help_text = self._meanings(self.offered.descriptor.description)
        before = self._meanings(self.offered.before)
        found = max(
            self._overlap(self.label, self.wanted.phrases),
            0.8 * self._overlap(self.label | help_text, self.wanted.phrases) if help_text else 0.0,
            0.65 * self._overlap(self.label | before, self.wanted.phrases) if before else 0.0,
            0.9 * self._overlap(self.head, self.wanted.phrases) if self.head < self.label else 0.0,
            self._by_help if self.mute else 0.0,
            ABRIDGED
            * max((self._overlap(one, self.wanted.phrases) for one in self.spelled), default=0.0),
            OF_PLACES if self._of_places else 0.0,
        )
        return max(found * 0.6, 0.75 * self._contrary) if self.inverse else found

    @property
    def _by_help(self) -> float:
        """How far a sentence of its help asks the field, or its label under its heading, 0 to 1."""
        lexicon, descriptor = self.wants.lexicon, self.offered.descriptor
        if self.wanted.type in {"yes_no", "checkbox"} and descriptor.type in _TEXTS:
            return 0.0
        kinds = self.label & lexicon.kinds
        if kinds - self.wanted.vocabulary:
            return 0.0  # « Combien ? » asks no method
        heading = (self._meanings(self.offered.section),) if self.label else ()
        help_text = _SENTENCE.split(without_examples(descriptor.description))
        ways = ((HEADED, heading), (HELPED, map(self._meanings, help_text)))
        return max(
            (
                worth * self._overlap(said | kinds, self.wanted.phrases)
                for worth, sentences in ways
                for said in sentences
                if self.wants.content(said) & self.wanted.vocabulary
            ),
            default=0.0,
        )

    @property
    def _of_places(self) -> bool:
        """Whether its type, or that of the one column of its rows, is that of the places wanted."""
        if self.wanted.lists_places:
            (column,) = self.wanted.rows
            kinds = [one.descriptor.type for one in self.offered.rows]
            return kinds == [column.type]
        return self.wanted.type in PLACES and self.fit is Fit.EXACT

    @cached_property
    def score(self) -> float:
        """All of it together, 0 to 1; 0 where its answers would be unreadable."""
        if self.fit is Fit.UNREADABLE:
            return 0.0
        kind = 1.0 if self.fit is Fit.EXACT else 0.5
        told = self.text
        if self.values is not None:
            told = max(told, 0.8) if self.values >= _AS_WANTED else told * 0.5
        if self.ours:
            told += IN_OUR_OPTIONS * (1.0 - told)
        if self.options is not None and self.wanted.options:
            total = 0.58 * told + 0.24 * self.shared_options + 0.1 * kind + 0.08 * self.heading
        else:
            total = 0.78 * told + 0.12 * kind + 0.1 * self.heading
        if self.parts or (self.places and self.offered.boxes):
            return WHOLE
        if self.offered.asks:
            return OF_ITS_OWN if len(self.offered.boxes) > 1 else ALONE
        if self.set_apart or (self.wanted.type == "date" and self.estranged):
            total *= OF_ANOTHER  # of a birth, of a receipt: as like in type as any date
        if self.partial:
            total *= 0.8  # the rest of it is asked elsewhere, or not at all
        return total * (0.6 if self.elsewhere or self.unlikely else 1.0)

    @property
    def unlikely(self) -> bool:
        """Whether its answers are hardly of the kind that the field is told in.

        A list hardly tells a story, a text of several lines hardly says yes or no.
        """
        champ, told = self.offered.descriptor.type, self.wanted.narrated
        return (told and champ in LISTS | _ADDRESSES) or (
            self.wanted.type not in {"text", "rows", "files"} and champ in _LONG_TEXTS
        )

    @property
    def plain(self) -> Plainness:
        """How plainly it asks the field where nothing speaks against it: then it may be sure."""
        several = self.offered.joined or self.offered.asks
        if several or self.fit is Fit.UNREADABLE or self.inverse or self.elsewhere:
            return Plainness.NOT
        unlike = self.values is not None and self.values < _NOT_AS_WANTED
        if unlike and self.asked < Plainness.PHRASE:
            return Plainness.NOT
        listed = self.wanted.type == "text" and self.offered.descriptor.type in LISTS
        if self._doubtful() or (listed and self.asked is not Plainness.LABEL):
            return Plainness.NOT  # « Objet de la déclaration » : a title, or a choice
        return self.asked

    def _doubtful(self) -> bool:
        """Whether answers of this type may not say what the field needs, whatever the question."""
        champ = self.offered.descriptor.type
        if self.wanted.type == "yes_no" and champ == "checkbox":
            return True  # an unticked box is no « non »
        if self.options is not None and self.options.begun:
            return True  # « Oui, mais … »
        if self.wanted.type in {"yes_no", "checkbox"} and (NEGATED in self.label - self.head):
            return True  # « …, sauf … »
        if self.wanted.type in {"integer", "decimal", "date"} and champ in _LONG_TEXTS:
            return True  # a text of several lines tells of cases rather than counts them
        if self.wanted.type == "date" and champ in _TEXTS and not self._dated:
            return True  # « Faite ou prévue ? » : in a text, a day or a state
        if self.wanted.needed and champ not in LISTS:
            return True  # rules compare with options, and a text says them in any words
        if self.wanted.options and champ in _TEXTS and not self.wanted.as_text:
            return True  # nobody ever told it in their own words
        return self.wanted.type in {"yes_no", "checkbox"} and champ in _TEXTS

    @property
    def _dated(self) -> bool:
        """Whether its words ask a day, whatever its type: « Date », « Prévue le »."""
        label = bare_label(self.offered.question)
        return bool(self.label & self.wants.lexicon.kinds) or label.endswith(" le")

    @cached_property
    def partial(self) -> bool:
        """Whether it asks a part of the field alone: « Prénom » of a name."""
        return any(part <= self.label and not rest <= self.label for part, rest in self._parts)

    @property
    def _parts(self) -> Iterator[tuple[Meanings, Meanings]]:
        """What asks a part of the field, each with what asks the rest."""
        meanings = self.wants.lexicon.words.meanings
        for part, rest in self.wanted.wording.parts.items():
            yield meanings(part), meanings(rest)

    def completes(self, other: "FieldLikeness") -> bool:
        """Whether two champs ask the parts of the field: « Nom » and « Prénom », or two lists."""
        if self.wanted.type == "choices":
            return self._lists(other)
        if any(one.estranged or one.fit is Fit.UNREADABLE for one in (self, other)):
            return False
        return any(
            (part <= self.label, rest <= self.label) == (True, False)
            and (part <= other.label, rest <= other.label) == (False, True)
            for part, rest in self._parts
        )

    @property
    def tells(self) -> bool:
        """Whether it says more than the kind of answer: « Combien ? » goes on with any question."""
        return not self.label <= self.wants.lexicon.kinds

    def _lists(self, other: "FieldLikeness") -> bool:
        """Whether two lists give each some of our options, and none of them both but « Autre »."""
        if self.options is None or other.options is None or self.unread or other.unread:
            return False
        both = self.options.ours & other.options.ours
        least = min(len(one.ours - both) for one in (self.options, other.options))
        return least >= _FEW and len(both) < _FEW

    @property
    def estranged(self) -> bool:
        """Whether its question, or its heading, speaks of somebody or something else."""
        return self.elsewhere or bool(self.foreign & self.wants.lexicon.strangers)

    def follows(self, before: str) -> bool:
        """Whether, just after another field, it asks this one: « Si oui, lesquelles ? »."""
        if self.fit is Fit.UNREADABLE or self.elsewhere or self._doubtful():
            return False
        label = bare_label(self.offered.question)
        if NEGATED in self.label and not _IF_NOT.match(label):
            return False  # « Absence de … » goes on with nothing
        light = self.wants.lexicon.words.light(label)
        known = (little for asked, little in self.wanted.light if asked <= self.label)
        if not self.label:  # words that say nothing go on word for word: « Lesquels ? »
            return label in map(bare_label, self.wanted.wording.after.get(before, ()))
        asked = self.wanted.after.get(before, frozenset())
        return light <= frozenset().union(*known) and self.label in asked
