"""What speaks against a champ for a field, however plainly its question asks it."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from french.text import bare_label
from mappings.matching.likeness import Asked, Likeness
from mappings.matching.wanted import ANNOTATIONS, Wanted
from mappings.matching.words import NEGATED, Meanings

_NUMBERING: Final = re.compile(r"\d{1,2}|[ivx]+")
_IF: Final = re.compile(r"(?:si|sinon|dans (?:l|la) (?:affirmative|negative)|a defaut)\b")
_WHO: Final = re.compile(
    r"\b(?:qui l|pourquoi|quand|comment|combien|quel(?:le)?s?|lesquel(?:le)?s|ou|qui|que|qu)\b"
)
_WHETHER: Final = re.compile(
    r"\b(?:a t|ont|est|sont|etes|avez|existe t|a t elle|fut|sera) (?:il|elle|ils|elles|vous|on)\b"
)
_MORE: Final = re.compile(
    r"\b(?:et|puis) (?:comment|pourquoi|si|combien|quand|lesquel|laquelle|lequel)"
)
_AND: Final = re.compile(r"\b(?:et|puis|ainsi que)\b", re.IGNORECASE)
_CLAUSES: Final = re.compile(r"[;,/&:–—?]| \(| - |\b(?:et|puis|ou|ainsi que)\b", re.IGNORECASE)
"""What stands between the things that one question names."""
_ANSWERED_OTHERWISE: Final = frozenset({"yes_no", "text", "date", "integer", "decimal", "files"})
_NOTES: Final = f"{ANNOTATIONS}."
_SEVERAL: Final = 2
_ENOUGH: Final = 0.4
"""Share of our choices from which a list asks them all."""


def doubted(pair: Likeness) -> bool:
    """Whether a person must look at it: words that bound what is asked, or choices that lack."""
    if len(pair.offered.flat) == 1:
        return True  # rows that are asked once: whether there may be others, a person says
    if pair.unread or pair.asked is Asked.LABEL:
        return pair.unread
    several = _says_twice(pair) or _some_of_it(pair) or _goes_on(pair) or _asks_another(pair)
    return several or _denies(pair) or _asks_otherwise(pair) or bool(unexplained(pair))


def unexplained(pair: Likeness) -> Meanings:
    """What its question says that the field hardly ever says: each word bounds what is asked.

    Beside a whole phrase, a word that one other phrase alone has is no word of the field.
    """
    wanted, lexicon = pair.wanted, pair.wants.lexicon
    label = bare_label(pair.offered.descriptor.label)
    if _worded(pair):
        return frozenset()
    said = frozenset(one for one in pair.label if not _NUMBERING.fullmatch(one)) - {NEGATED}
    said = pair.wants.content(said) | said & (lexicon.kinds | lexicon.bounds)
    usual = wanted.vocabulary if pair.label in wanted.phrases else wanted.usual
    whole = frozenset().union(*(one for one in pair.alike if one <= pair.label))
    return said - usual - whole - pair.sections | lexicon.words.light(label) - wanted.light


def _says_twice(pair: Likeness) -> bool:
    """Whether it says again what the field says once: « Prescripteurs du médecin »."""
    read = pair.wants.lexicon.words.read
    said = Counter(read(bare_label(pair.offered.descriptor.label)))
    twice = {one for one in pair.wants.content(pair.label) if said[one] > 1} - {NEGATED}
    if not twice or _worded(pair):
        return False
    return not any(
        twice <= {one for one, n in Counter(read(way)).items() if n > 1} for way in _ways(pair)
    )


def _goes_on(pair: Likeness) -> bool:
    """Whether it goes on with any question of several: « Si aucune, motif »."""
    others = (one for one in pair.wants.every if one.path != pair.wanted.path)
    follows = _IF.match(bare_label(pair.offered.descriptor.label))
    return bool(follows) and any(
        pair.label in said for one in others for said in one.after.values()
    )


def _some_of_it(pair: Likeness) -> bool:
    """Whether it is a list that gives but some of our choices: the rest is asked elsewhere."""
    if pair.options is None or pair.wanted.type != "choices" or not pair.wanted.options:
        return False
    return len(pair.options.ours) < _ENOUGH * len(pair.wanted.options)


def _denies(pair: Likeness) -> bool:
    """Whether it says no more often than any way of asking the field does, or says it first."""
    if NEGATED not in pair.label or _worded(pair):
        return False
    read, label = pair.wants.lexicon.words.read, bare_label(pair.offered.descriptor.label)
    ways = [one for one in _ways(pair) if pair.label.issuperset(read(one))]
    said, most = read(label), max((read(one).count(NEGATED) for one in ways), default=0)
    first = said[0] == NEGATED and (
        frozenset(said[1:]) in pair.wanted.phrases
        or not any(one.split()[:1] == label.split()[:1] for one in ways)
    )
    return said.count(NEGATED) > most or first


def _ways(pair: Likeness) -> Iterator[str]:
    """The field's title, its labels and each way of asking it, bare."""
    wanted = pair.wanted
    yield from (bare_label(wanted.title), *wanted.labels, *wanted.worded)


def _asks_otherwise(pair: Likeness) -> bool:
    """Whether it asks yes or no of what is told, or something else of a yes or no.

    « … : qui l'a validé ? », « Avez-vous déjà déclaré … ? »
    """
    kind, asked = pair.wanted.type, bare_label(pair.offered.descriptor.label)
    if _worded(pair) or kind not in _ANSWERED_OTHERWISE:
        return False
    open_ended = bool(_WHO.search(asked))
    return open_ended if kind == "yes_no" else not open_ended and bool(_WHETHER.search(asked))


def _asks_another(pair: Likeness) -> bool:
    """Whether a clause of it asks another field: « Contexte et population »."""
    label = pair.offered.descriptor.label
    if _worded(pair):
        return False
    if _MORE.search(bare_label(label)):
        return True
    notes = pair.wanted.path.startswith(_NOTES)
    rows = pair.wanted.path.rpartition(".")[0]
    others = [
        one
        for one in pair.wants.every
        if one.path != pair.wanted.path
        and one.path.startswith(_NOTES) is notes
        and (one.path.rpartition(".")[0] == rows or not rows)
    ]
    return any(
        _asked_by(clause, one, pair, [other for other in clauses if other != clause])
        for clauses in _split(label, pair)
        for clause in clauses
        for one in others
    )


def _split(label: str, pair: Likeness) -> Iterator[list[str]]:
    """The clauses of a question that say something, cut at « et » alone, then at any mark."""
    for marks in (_AND, _CLAUSES):
        split = (bare_label(one) for one in marks.split(label))
        clauses = [one for one in split if pair.wants.lexicon.words.meanings(one)]
        if len(clauses) >= _SEVERAL:
            yield clauses


def _asked_by(clause: str, one: Wanted, pair: Likeness, rest: Sequence[str]) -> bool:
    """Whether a clause asks a field, rather than being a part of how another is asked."""
    wanted, meanings = pair.wanted, pair.wants.lexicon.words.meanings
    said, beside = meanings(clause), meanings(" ".join(rest))
    if clause in wanted.labels | wanted.worded:
        return False
    if clause in one.labels | one.worded:
        return True
    if said in wanted.phrases or any(said in asked for asked in wanted.after.values()):
        return False
    whole = any(phrase <= beside for phrase in wanted.phrases)  # without it
    part = any(said < phrase <= pair.label for phrase in wanted.phrases)
    asked = said in one.phrases or any(said in follows for follows in one.after.values())
    return asked and (whole or not part)


def _worded(pair: Likeness) -> bool:
    """Whether it is, word for word, what a person reviewed or a way of asking the field."""
    label = bare_label(pair.offered.descriptor.label)
    return label in pair.wanted.labels | pair.wanted.worded
