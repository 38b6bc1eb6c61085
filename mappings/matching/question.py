"""The words of a question beside a field: whether they ask it, and which way round."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property, lru_cache
from itertools import chain, pairwise
from typing import Final

from french.text import bare_label, fold
from mappings.matching.form.units import counted_otherwise
from mappings.matching.french_words import FRENCH, any_of, standing
from mappings.matching.offered import Offered
from mappings.matching.told import ToldAnswers, head, told_of_answers
from mappings.matching.wanted import Wanted, Wants
from mappings.matching.wordings.denied import without_bounds
from mappings.matching.words import NEGATED, Meanings, stem

_WORDS: Final = FRENCH.senses
_ASKS: Final = re.compile(rf"{standing(_WORDS.asks)}|\?")
"""What makes help a question of its own: « Dites si … »."""
OF_EVERY_REPORT: Final = re.compile(
    rf"\b(?:{any_of(_WORDS.outside)})(?: (?:{any_of(_WORDS.of_the)}))*"
    rf" (?:{any_of(_WORDS.licence)})\b|{standing(_WORDS.reported)}"
)
"""What every usage that is reported is."""
_CLAUSES: Final = re.compile(
    rf"[,;:]|{standing(_WORDS.clauses)}|(?={standing(_WORDS.also_denied)})"
)
_DENIED: Final = re.compile(standing(_WORDS.denied))
"""What denies a whole clause."""
_WITHOUT: Final = re.compile(standing(_WORDS.without))
"""What denies what follows."""
_APART: Final = re.compile(standing(FRENCH.help.apart))
"""What sets something apart."""
_LACKING: Final = re.compile(standing(_WORDS.lacking))
_NO_VERB: Final = re.compile(r"(?<!\w)n'(?=\w)")
"""« N'… »: no, whatever goes with it."""
_TELLING: Final = 0.5
"""Weight from which a meaning may tell which way round a question is: few fields have it."""
_CLEARLY: Final = 1.8
"""How much more is said of one way than of the other where it can be told."""


_MULTIPLES: Final = re.compile(
    rf"\b(?i:{any_of(FRENCH.questions.multiples)})\b|\bkilo"
    r"|(?:(?<=\S )|(?<=[(\[])|^(?=[kK] [^\W\d]))[kK](?: ?€|\b(?!\. ?\w))"
    r"|\b[kK](?=(?:patient|cas|boite|boîte|unit)) ?|\bM(?= ?€)|[(\[] ?[MG] ?[)\]]|\ben [MG]\b"
    r"|[x×] ?1[ \u00a0\u202f.]?000(?!\d)|[x×]? ?10(?:³|⁶|\^ ?[36])"
    r"|(?<![\d.,])(?<!\d[ \u00a0\u202f])000(?![\d])"
)
"""A count in another unit than one: « en k », « (k€) », « milliers de boîtes », « ×10³ »."""


class Plainness(IntEnum):
    """How plainly a question asks a field."""

    NOT = 0
    """Some word is not one of the field's."""
    WITHIN = 1
    """Every word is one of the field's, and one of its phrases is there whole."""
    PHRASE = 2
    """It is one of its phrases, word order apart."""
    LABEL = 3
    """It is a label that a person reviewed, numbering and punctuation apart."""


@dataclass(frozen=True)
class FieldQuestion:
    """A field beside the question of a champ."""

    wanted: Wanted
    offered: Offered
    wants: Wants

    @cached_property
    def label(self) -> Meanings:
        """What its question means."""
        return self._meanings(self.offered.question)

    def _meanings(self, text: str) -> Meanings:
        return self.wants.lexicon.words.meanings(bare_label(text))

    @cached_property
    def foreign(self) -> Meanings:
        """Meanings of the question that no phrase of the field has."""
        told = self.wants.content(self.label) | self.label & self.wants.lexicon.kinds
        return told - self.wanted.vocabulary - {NEGATED}

    def _beside_phrase(self, phrase: Meanings) -> bool:
        """Whether what the question says beside a phrase speaks of no other field."""
        beside = self.wants.content(self.label) - phrase
        return not beside & self.wants.others.get(self.wanted.path, frozenset())

    @cached_property
    def head(self) -> Meanings:
        """What its question means without what it sets apart; the whole where nothing is left."""
        told = head(self.offered.question, tells=self._tells_more)
        return self._meanings(told) or self.label

    def _tells_more(self, bracket: str) -> bool:
        """Whether what stands in brackets may change what is asked: « (toutes indications) »."""
        said, lexicon = self._meanings(bracket), self.wants.lexicon
        known = lexicon.strangers | lexicon.kinds
        return bool(said & known or self.wants.content(said) & self.wants.rarity.keys())

    @property
    def spelled(self) -> tuple[Meanings, ...]:
        """What its question may mean, the words that it cuts short spelled out as the field's."""
        offered, spelling = self.offered, self.wants.spelling
        return spelling.readings(offered.question, offered.label, self.wanted.vocabulary)

    @property
    def mute(self) -> bool:
        """Whether its label says nothing of any field: the question is in its help, or nowhere."""
        return not self.wants.content(self.label) & self.wants.rarity.keys()

    @cached_property
    def told(self) -> ToldAnswers:
        """What its help tells that yes and no are for."""
        return told_of_answers(self.offered.descriptor.description)

    @property
    def explained(self) -> Meanings:
        """What its question and the first sentence of its help say, but of what an answer is for.

        Of the question, what it sets apart at its end does not count.
        """
        return self.head | self._meanings(self.told.first)

    @cached_property
    def inverse(self) -> bool:
        """Whether it may ask the contrary of a yes/no field."""
        if self.wanted.type not in {"yes_no", "checkbox"}:
            return False
        if self._by_answers is None:
            return self._turned
        return self._by_answers and not self._straight

    @property
    def unclear(self) -> bool:
        """Whether what its help tells of the answers leaves a doubt which way round it asks."""
        if self._by_answers is None:
            return self.told.any
        return self._straight if self._by_answers else self._turned

    @cached_property
    def _turned(self) -> bool:
        """Whether its words ask the contrary, whatever its help tells of the answers."""
        if self.asked:
            return False
        help_text = self._meanings(self.told.first) if _ASKS.search(self.told.first) else Meanings()
        label = self._but_of_every_report(self.head)
        said = label | (help_text - {NEGATED})  # no, in help, sets apart: it asks nothing
        contrary = any(one and one <= said for one in self.wanted.inverse)
        if self._denies:  # « … (pas une erreur) »
            return False
        if not self.wants.content(said) & self.wanted.typical:  # « … procède-t-il d'une erreur ? »
            contrary = contrary or any(one <= said for one in self.wanted.denied)
        return contrary or NEGATED in label

    def _but_of_every_report(self, said: Meanings) -> Meanings:
        """What is said, its no apart where that says but what every report is of.

        Or where it bounds what the question speaks of: « Effets non attendus : y en a-t-il ? ».
        """
        if NEGATED not in said:
            return said
        own = self.wanted.typical | self._contrary_words
        text = without_bounds(self.offered.question, lambda one: bool(self._meanings(one) & own))
        rest = OF_EVERY_REPORT.sub(" ", bare_label(text))
        return said if NEGATED in self._meanings(rest) else said - {NEGATED}

    @property
    def _straight(self) -> bool:
        """Whether its own words ask the field, and nothing of them the contrary."""
        label = OF_EVERY_REPORT.sub(" ", bare_label(self.offered.question))
        if self._turned or self._marks_of(label):
            return False
        ours = (one for one in self.wanted.phrases if one <= self.head)
        return bool(self.asked) or any(self._telling(one & self.wanted.vocabulary) for one in ours)

    @property
    def maybe_contrary(self) -> bool:
        """Whether it has a word that sets apart or says no, and that no way of asking explains.

        Of a yes or no, any such word; of another field, one that none of its ways of asking has:
        « Motif de l'absence de mesure » asks for an absence. Of an annotation by which a person
        decides, any word more or less than a way of asking it: « Bloquer la diffusion ».
        """
        label = bare_label(self.offered.question)
        ways = {bare_label(self.wanted.title), *self.wanted.labels, *self.wanted.worded}
        if self.wanted.type == "checkbox":
            return self.unclear or (label not in ways and self._denies_the_act)
        if self.inverse or (label in ways and not self.unclear):
            return False
        if self.wanted.type == "yes_no" and (
            (self.wanted.decides and self.asked < Plainness.PHRASE)
            or self.unclear
            or any(one <= self.explained for one in self.wanted.inverse)
        ):
            return True
        said = self._marks_of(OF_EVERY_REPORT.sub(" ", label))
        if self.wanted.type != "yes_no":
            said -= frozenset().union(*map(self._marks_of, ways))
            return bool(said)
        return bool(said) or bool(_NO_VERB.search(fold(self.offered.question))) or self._cuts_a_no

    @property
    def _cuts_a_no(self) -> bool:
        """Whether a word that it cuts short, and that is none of the field's, may say no."""
        offered, spelling = self.offered, self.wants.spelling
        cut = set(spelling.cut(offered.question, offered.label))
        left = cut - spelling.spelled(offered.question, offered.label, self.wanted.typical).keys()
        noes = [bare_label(one) for one in self.wants.lexicon.contrary]
        return any(len(no) > len(one) and no.startswith(one) for one in left for no in noes)

    @property
    def _denies_the_act(self) -> bool:
        """Whether what a box would have ticked says no of more than what its field may deny.

        « … et qu'aucun patient n'est identifiable » denies what it may; « Je n'atteste pas … » and
        « Je n'ai pas relu … » do not.
        """
        lexicon, may = self.wants.lexicon, marks(self.wanted.wording.may_deny)
        act = self.wanted.typical - lexicon.general - lexicon.strangers - {NEGATED}
        if _APART.search(fold(self.offered.question)):
            return True  # « … sauf celles du patient »
        for clause in map(bare_label, _CLAUSES.split(fold(self.offered.question))):
            for no in chain(_DENIED.finditer(clause), marks(lexicon.contrary).finditer(clause)):
                denied = may.search(clause, no.end())
                if denied is None or act & self._meanings(clause[no.end() : denied.start()]):
                    return True
        return False

    def _marks_of(self, text: str) -> frozenset[str]:
        """Stems of the words of a bare text that may make it say the contrary."""
        return frozenset(map(stem, marks(self.wants.lexicon.contrary).findall(text)))

    @cached_property
    def _by_answers(self) -> bool | None:
        """Whether it asks the contrary by what its help tells of the answers.

        « Répondez non si c'est une erreur » asks what is intended; « Répondez non si le plan le
        prévoit déjà » asks whether it does not. ``None``: it tells nothing, or not clearly.
        """
        ways = {(self._way(one), False) for one in self.told.yes}
        ways |= {(self._way(one), True) for one in self.told.no}
        found = {ours is no for ours, no in ways if ours is not None}
        return found.pop() if len(found) == 1 else None

    def _way(self, said: str) -> bool | None:
        """Whether what an answer is for is ours, or the contrary; ``None``: neither clearly."""
        clauses = [self._clause(bare_label(one)) for one in _CLAUSES.split(said) if one.strip()]
        for_us = sum(ours for ours, _ in clauses)
        against = sum(theirs for _, theirs in clauses)
        if max(for_us, against) < _CLEARLY * min(for_us, against) or for_us == against:
            return None
        return for_us > against

    def _clause(self, clause: str) -> tuple[float, float]:
        """How much of a bare clause is ours, and how much the contrary, what it denies turned."""
        bare = OF_EVERY_REPORT.sub(" ", clause)
        denied, lacking = _DENIED.search(bare), _LACKING.search(bare)
        if denied and lacking:
            return 0.0, 0.0
        if denied or lacking:
            ours, theirs = self._weighed(_LACKING.sub(" ", bare))
            return (theirs, ours) if ours or theirs else (0.0, self._weighed(bare)[1])
        before, *after = _WITHOUT.split(bare, maxsplit=1)
        ours, theirs = self._weighed(" ".join(after))
        return (theirs, ours) if ours or theirs else self._weighed(before)

    def _weighed(self, text: str) -> tuple[float, float]:
        """How much of a bare text is ours, and how much the contrary."""
        said = self._meanings(text)
        ours = (said & self.wanted.vocabulary) - self._contrary_words
        return self._telling(ours), self.wants.weight(said & self._contrary_words)

    def _telling(self, meanings: Meanings) -> float:
        """Weight of those that tell which way round a question is."""
        weight = self.wants.rarity
        there = (one for one in self.wants.content(meanings) if weight.get(one, 1.0) >= _TELLING)
        return self.wants.weight(frozenset(there) - {NEGATED})

    @cached_property
    def _contrary_words(self) -> Meanings:
        """Meanings of what asks the contrary, but those that speak of the field either way."""
        denied = frozenset().union(*self.wanted.inverse, *self.wanted.denied)
        there = frozenset().union(*(one for one in self.wanted.inverse if NEGATED in one))
        return denied - there - self.wanted.typical - {NEGATED}

    @property
    def _denies(self) -> bool:
        """Whether its question sets the contrary aside: what it denies is the contrary."""
        rest = OF_EVERY_REPORT.sub(" ", bare_label(self.offered.question))
        said = self.wants.lexicon.words.read(rest)
        denied = [after for word, after in pairwise(said) if word == NEGATED]
        return bool(denied) and all(one in self._contrary_words for one in denied)

    @property
    def _contrary(self) -> float:
        """How much of what its question says asks the contrary, 0 to 1."""
        phrases = (*self.wanted.inverse, *self.wanted.denied)
        said = frozenset().union(*(one for one in phrases if one <= self.label))
        content = self.wants.content(self.label)
        return self.wants.weight(said & content) / self.wants.weight(content) if content else 0.0

    @cached_property
    def asked(self) -> Plainness:
        """How plainly its question asks the field, its heading not speaking of something else."""
        if bare_label(self.offered.question) in self.wanted.labels:
            return Plainness.LABEL
        if self.label in self.wanted.phrases:
            return Plainness.PHRASE
        if self.foreign:
            return Plainness.NOT
        content = self.wants.content
        whole = any(
            content(one) and one <= self.label and self._beside_phrase(one)
            for one in self.alike
            if one not in self.wanted.shared
        )
        return Plainness.WITHIN if whole else Plainness.NOT

    @cached_property
    def in_thousands(self) -> bool:
        """Whether what it counts may be told in thousands, or millions: « en k », « milliers »."""
        if self.wanted.type not in {"integer", "decimal"}:
            return False
        offered = self.offered
        around = (offered.label, offered.descriptor.description, offered.section, offered.explained)
        return any(_MULTIPLES.search(one) for one in around)

    @cached_property
    def counted_otherwise(self) -> str:
        """In what else than the field it may count, as it says it: « mensuel »; "" for nothing."""
        return counted_otherwise(self.wanted, self.offered)

    @cached_property
    def opposed(self) -> bool:
        """Whether it names what is set against what the field speaks of: safety, of efficacy."""
        ours = self.wanted.typical
        return self.set_apart or any(
            here & self.label and not there & self.label and there & ours and not here & ours
            for pair in self.wants.lexicon.opposed
            for here, there in (pair, pair[::-1])
        )

    @cached_property
    def set_apart(self) -> bool:
        """Whether it asks in the same way of something else: since when the usage exists."""
        wording, label = self.wanted.wording, bare_label(self.offered.question)
        other = wording.apart and marks(wording.apart).search(label)
        return bool(other) and not marks(wording.unless).search(label)

    @cached_property
    def in_its_terms(self) -> bool:
        """Whether it names the field by a term that is that of no other: « SIRET »."""
        proper = self.wants.proper.get(self.wanted.path, frozenset())
        return bool(proper & self.label) or self.asked is Plainness.LABEL

    @property
    def named(self) -> bool:
        """Whether it names the field by a term of its own, or asks it plainly."""
        return self.in_its_terms or bool(self.asked)

    @property
    def reviewed(self) -> bool:
        """Whether it is the very champ that a person reviewed, under a label that it had."""
        known = self.offered.descriptor.id in self.wanted.champs
        return known and self.asked is Plainness.LABEL

    @cached_property
    def borrowing(self) -> bool:
        """Whether all that it says of the field rather speaks of others, but for those very words.

        Such a question makes another field doubtful, and this one never sure.
        """
        if bare_label(self.offered.question) in self.wanted.labels | self.wanted.worded:
            return False
        there = [one for one in self.alike if one <= self.label]
        return bool(there) and self.wanted.borrowed.issuperset(there)

    @cached_property
    def alike(self) -> tuple[Meanings, ...]:
        """The phrases that say no where the question does, and only there."""
        negated = NEGATED in self.label
        return tuple(one for one in self.wanted.phrases if (NEGATED in one) is negated)

    def _overlap(self, said: Meanings, phrases: Iterable[Meanings]) -> float:
        best, weight, heard = 0.0, self.wants.weight, self.wants.heard(said)
        for phrase in phrases:
            there = phrase & heard
            if there:
                found = weight(there)
                precision, recall = found / weight(said), found / weight(phrase)
                best = max(best, 2 * precision * recall / (precision + recall))
        return min(best, 1.0)


def _bare(part: str) -> str:
    return bare_label(part) if part else ""


@lru_cache(maxsize=64)
def marks(words: tuple[str, ...]) -> re.Pattern[str]:
    """Any of some words, each having what it likes where « … » stands."""
    if not words:
        return re.compile(r"(?!)")
    ends = (r"\w*".join(map(re.escape, map(_bare, one.split("…")))) for one in words)
    return re.compile(rf"\b(?:{'|'.join(ends)})\b(?! \d)")
