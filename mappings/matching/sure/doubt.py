"""What speaks against a champ for a field, however plainly its question asks it.

« Sûr » is a certificate: words alone give it, and any of these doubts takes it back.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from french.text import bare_label, fold
from mappings.matching.french_words import FRENCH, any_of, standing
from mappings.matching.likeness import FieldLikeness
from mappings.matching.question import OF_EVERY_REPORT, Plainness, marks
from mappings.matching.sure.explained import narrowed
from mappings.matching.told import without_examples
from mappings.matching.wanted import ANNOTATIONS, Wanted, said_of
from mappings.matching.words import NEGATED, Meanings, stems

_WORDS: Final = FRENCH.questions
_IF: Final = re.compile(rf"(?:{any_of(_WORDS.if_)})\b")
_WHO: Final = re.compile(standing(_WORDS.who))
_HOW: Final = re.compile(standing(_WORDS.how))
_WHETHER: Final = re.compile(standing(_WORDS.whether, _WORDS.whom))
_WHOSE: Final = re.compile(standing(_WORDS.asked, _WORDS.of))
"""A question that is set to another thing: « Pour qui du patient »."""
_WHEN: Final = re.compile(rf" (?:{any_of(_WORDS.when)})$")
_MORE: Final = re.compile(
    rf"{standing(_WORDS.also, _WORDS.also_asks)}"
    rf"|[;:?/–—-]\s*(?:(?:{any_of(_WORDS.before_asking)}) )?(?:{any_of(_WORDS.after_a_mark)})\b"
)
"""What asks one thing more, after what was asked."""
_ASKS: Final = re.compile(rf"(?:(?:{any_of(_WORDS.before_it)}) )?(?:{any_of(_WORDS.begins)})\b")
_APART: Final = re.compile(r"[:;–—]| - ")
_POINTS: Final = re.compile(rf"{standing(_WORDS.points)}|(?:{any_of(_WORDS.orders)})\b")
_CLAUSES_APART: Final = re.compile(r"[:;()?–—]| - ")
_AND: Final = re.compile(standing(_WORDS.and_), re.IGNORECASE)
_CLAUSES: Final = re.compile(
    rf"[;,/&:–—?]| \(| - |{standing((*_WORDS.and_, *_WORDS.or_))}", re.IGNORECASE
)
"""What stands between the things that one question names."""
_ANSWERED_OTHERWISE: Final = frozenset({"yes_no", "text", "date", "integer", "decimal", "files"})
_SIGNS: Final = re.compile(
    r"[^\w\s'’\"«»()\[\].,;:!?/%€°&+*#–—‑|<>=…·•\-]"
    r"|(?<!\w)[(\[]\s*(?:k|M|G|m|(?:k|M) ?€)\s*[)\]]"
    rf"|\b(?i:{any_of(_WORDS.in_)}) (?:[kKM]|{any_of(_WORDS.multiples)})(?!\w)"
    r"|[x×] ?1 ?000(?!\d)"
)
"""A sign, or a unit, that changes what is asked: « ‰ », « (k) », « en milliers », « ♀ »."""
_NUMBERED: Final = re.compile(r"\d{1,2}|[ivx]+")
_BOUND: Final = frozenset({"integer", "decimal", "date", "checkbox"})
"""What is counted or dated is that of the heading: « Nombre de cas » under « Publication »."""
_NOTES: Final = f"{ANNOTATIONS}."
_SEVERAL: Final = 2
_LITTLE: Final = 3
_ENOUGH: Final = 0.4
"""Share of our choices from which a list asks them all."""


def doubted(pair: FieldLikeness) -> bool:
    """Whether a person must look at it."""
    if len(pair.offered.flat) == 1:
        return True  # rows that are asked once: whether there may be others, a person says
    if pair.offered.further:
        return True  # what it may hold would be read by nothing
    if _SIGNS.search(pair.offered.question) or pair.in_thousands or pair.counted_otherwise:
        return True
    if _counts_the_use(pair):
        return True
    if pair.wanted.type in {"yes_no", "checkbox"} and pair.maybe_contrary:
        return True
    if pair.opposed or misplaced(pair) or pair.unread or _leaves_options(pair):
        return True
    decides = pair.wanted.path.startswith(_NOTES) and pair.wanted.type == "yes_no"
    if decides and pair.asked < Plainness.PHRASE:
        return True  # who reads, or who writes: no word more
    if pair.asked is Plainness.LABEL:
        return False
    several = _says_twice(pair) or _some_of_it(pair) or _goes_on(pair) or _asks_another(pair)
    other = _denies(pair) or _asks_otherwise(pair) or _says_nothing(pair) or _at_a_time(pair)
    return several or other or not explained(pair)


def _leaves_options(pair: FieldLikeness) -> bool:
    """Whether it gives to choose what none of our options is, and rules compare with those.

    So do the boxes that are taken as a list; and of yes or no, « En partie » could not be read.
    """
    read = pair.wanted.read or pair.wanted.type == "yes_no"
    return bool(pair.options and pair.options.left and (read or pair.offered.boxes))


def misplaced(pair: FieldLikeness) -> bool:
    """Whether its heading, what explains it or what it goes on with sets it apart from the field.

    « Essais en cours » above, « Ne répondez que pour les essais » below: the question is the same
    word for word, what it asks is not.
    """
    more = not _worded(pair) and _asks_more(pair)
    elsewhere = _of_another(pair) or _a_part(pair) or whose(pair)
    return elsewhere or bool(narrowed(pair) or pair.counted_otherwise) or more


def _counts_the_use(pair: FieldLikeness) -> bool:
    """Whether it counts what every report is of, and the field something else: « Cas d'usage ».

    « Usage non conforme » says nothing of any other question.
    """
    if pair.wanted.type not in {"integer", "decimal"} or _worded(pair):
        return False
    return bool(OF_EVERY_REPORT.search(bare_label(pair.offered.question))) and not any(
        map(OF_EVERY_REPORT.search, _ways(pair))
    )


def whose(pair: FieldLikeness) -> bool:
    """Whether a number is said to be somebody's own, and the field is another party's.

    « Votre n° de dossier » is not that which the agency gave to the one that is completed.
    """
    parties, path = pair.wants.lexicon.parties, pair.wanted.path
    if path in parties.of or path.startswith(_NOTES) or _worded(pair):
        return False
    own, label = marks(parties.whose), bare_label(pair.offered.question)
    if not own.search(label) or not marks(parties.numbers).search(label):
        return False
    meanings = pair.wants.lexicon.words.meanings
    return not any(own.search(way) and meanings(way) <= pair.label for way in _ways(pair))


def _of_another(pair: FieldLikeness) -> bool:
    """Whether it may speak of another person, firm or thing than the field does.

    Words of our own fields may: « Téléphone professionnel » asks ours under « Déclarant », and that
    of another under « Pharmacien ».
    """
    if pair.wanted.path.startswith(_NOTES):
        return False  # under the words of an office: « Cadre réservé à l'administration »
    lexicon = pair.wants.lexicon
    if pair.wanted.path in lexicon.parties.of:
        return _of_another_party(pair)
    if _under_another_party(pair):
        return True
    known = pair.wants.headings  # every word of our fields and headings
    if pair.wanted.type in _BOUND or pair.wanted.wording.narrower:
        known = lexicon.headings | lexicon.general | pair.wanted.vocabulary | _of_its_part(pair)
    return bool(_heading(pair.offered.section, pair) - known)


def _under_another_party(pair: FieldLikeness) -> bool:
    """Whether its heading names somebody of whom the field is not: « Professionnel de santé »."""
    parties, meanings = pair.wants.lexicon.parties, pair.wants.lexicon.words.meanings
    whole = marks(tuple(one for one in parties.ours if " " in one))
    known = pair.wanted.vocabulary | pair.sections
    named = marks(parties.others).finditer(whole.sub(" ", bare_label(pair.offered.section)))
    return any(meanings(one[0]) - known for one in named)


def _of_another_party(pair: FieldLikeness) -> bool:
    parties, offered = pair.wants.lexicon.parties, pair.offered
    ours, others = marks(parties.ours), marks(parties.others)
    whole = marks(tuple(one for one in parties.ours if " " in one))

    def names_another(text: str) -> bool:  # « pharmacien responsable » is ours, whole
        return bool(others.search(whole.sub(" ", bare_label(text))))

    persons, section = marks(parties.persons), bare_label(offered.section)
    if pair.wanted.type == "company" and persons.search(section):
        return not ours.search(persons.sub(" ", section))
    label = bare_label(offered.question)
    worded = label in pair.wanted.labels | pair.wanted.worded
    help_text = without_examples(f"{offered.descriptor.description}\n{offered.explained}")
    if any(map(names_another, ("" if worded else label, offered.section, help_text))):
        return True
    if names_another(offered.before) and not ours.search(label):
        return True  # after « Nom du médecin », « Téléphone professionnel » is theirs
    left = _heading(ours.sub(" ", bare_label(offered.section)), pair)
    return bool(left - pair.sections - pair.wants.lexicon.headings)


def _a_part(pair: FieldLikeness) -> bool:
    """Whether its question, its headings or its help asks less than the field: « Outre-mer »."""
    label, narrower = bare_label(pair.offered.question), pair.wanted.wording.narrower
    here = "" if label in pair.wanted.labels else label
    offered = pair.offered
    around = f"{offered.section}\n{offered.descriptor.description}\n{offered.explained}"
    said = f"{bare_label(without_examples(around))} {here}"
    return any(
        marks((word,)).search(said) and not (rest and marks(rest).search(f"{said} {label}"))
        for word, rest in narrower.items()
    )


def _of_its_part(pair: FieldLikeness) -> Meanings:
    """Words of the headings of its part: « Bénéfice » of a count that stands under « Risque »."""
    meanings = pair.wants.lexicon.words.meanings
    sections = (map(meanings, one.wording.sections) for one in pair.wants.every)
    told = (frozenset[str]().union(*one) for one in sections)
    return frozenset[str]().union(*(one for one in told if one & pair.sections), pair.sections)


def _heading(section: str, pair: FieldLikeness) -> Meanings:
    """What headings say, numbers apart."""
    said = pair.wants.lexicon.words.meanings(bare_label(section)) - {NEGATED}
    return frozenset(one for one in said if not _NUMBERED.fullmatch(one))


def _says_nothing(pair: FieldLikeness) -> bool:
    """Whether it says no of nothing: « Absence de », « Aucun nombre »."""
    content = pair.wants.content(pair.label) - {NEGATED}
    return NEGATED in pair.label and not content and not _worded(pair)


def explained(pair: FieldLikeness) -> bool:
    """Whether some way of asking the field accounts for every word of its question.

    A word more, be it one of the field's, bounds or turns what is asked: « selon la classe »,
    « lors du premier signalement ». Neutral words apart, which are listed, nothing is left over:
    what stands between marks may be a way each, as « Que contient-il ? (substance active) ».
    """
    label = pair.offered.question
    clauses = [one for one in map(bare_label, _CLAUSES_APART.split(label)) if one]
    said = [one for one in clauses if _told(one, pair) or pair.wants.lexicon.words.light(one)]
    return (
        _worded(pair) or _is_way(bare_label(label), pair) or all(_is_way(one, pair) for one in said)
    )


def _is_way(text: str, pair: FieldLikeness) -> bool:
    """Whether a text is a way of asking the field, its first word first, neutral words apart."""
    words, ways = pair.wants.lexicon.words, pair.wanted.ways
    headed = frozenset().union(*(light for asked, light in pair.wanted.light if not asked))
    light = words.light(text) - headed
    there = (*ways.get(said_of(words.read(text)), ()), *ways.get(_told(text, pair), ()))
    return any(light <= one for one in there)


def _told(text: str, pair: FieldLikeness) -> tuple[str, ...]:
    """What a text says, however ordered, but what adds nothing: « facultatif », « 13 chiffres »."""
    own = frozenset(one for one in pair.wanted.vocabulary if one.isdigit())
    nothing = pair.wants.lexicon.neutral | own
    return said_of([one for one in pair.wants.lexicon.words.read(text) if one not in nothing])


def _says_twice(pair: FieldLikeness) -> bool:
    """Whether it asks twice, or says again what the field says once: « Patients du patient »."""
    label = pair.offered.question
    if _worded(pair):
        return False
    heads = Counter(bare_label(one).split(" ")[0] for one in _AND.split(label))
    if label.count("?") > 1 or max(heads.values()) > 1:
        return True  # « N estimable et N patients »
    clauses = (Counter(stems(bare_label(one))) for one in _CLAUSES_APART.split(label))
    twice = {one for said in clauses for one in said if said[one] > 1 and len(one) > _LITTLE}
    return bool(twice) and not any(
        twice <= {one for one, times in Counter(stems(way)).items() if times > 1}
        for way in _ways(pair)
    )


def _goes_on(pair: FieldLikeness) -> bool:
    """Whether it goes on with any question of several: « Si aucune, motif »."""
    others = (one for one in pair.wants.every if one.path != pair.wanted.path)
    follows = _IF.match(bare_label(pair.offered.question))
    return bool(follows) and any(
        pair.label in said for one in others for said in one.after.values()
    )


def _some_of_it(pair: FieldLikeness) -> bool:
    """Whether it is a list that gives but some of our choices: the rest is asked elsewhere."""
    if pair.options is None or pair.wanted.type != "choices" or not pair.wanted.options:
        return False
    return len(pair.options.ours) < _ENOUGH * len(pair.wanted.options)


def _denies(pair: FieldLikeness) -> bool:
    """Whether it says no more often than any way of asking the field does, or says it first."""
    if NEGATED not in pair.label or _worded(pair):
        return False
    read, label = pair.wants.lexicon.words.read, bare_label(pair.offered.question)
    ways = [one for one in _ways(pair) if pair.label.issuperset(read(one))]
    said, most = read(label), max((read(one).count(NEGATED) for one in ways), default=0)
    first = said[0] == NEGATED and (
        frozenset(said[1:]) in pair.wanted.phrases
        or not any(one.split()[:1] == label.split()[:1] for one in ways)
    )
    return said.count(NEGATED) > most or first


def _at_a_time(pair: FieldLikeness) -> bool:
    """Whether it ends with a time that no way of asking the field ends with.

    « Qui le prescrit à l'origine ? » is no « Qui est à l'origine de la prescription ? ».
    """
    when = _WHEN.search(bare_label(pair.offered.question))
    return when is not None and not any(one.endswith(when[0]) for one in _ways(pair))


def _ways(pair: FieldLikeness) -> Iterator[str]:
    """The field's title, its labels and each way of asking it, bare."""
    wanted = pair.wanted
    yield from (bare_label(wanted.title), *wanted.labels, *wanted.worded)


def _asks_otherwise(pair: FieldLikeness) -> bool:
    """Whether it asks yes or no of what is told, or something else of a yes or no.

    « … : qui l'a validé ? », « Avez-vous déjà déclaré … ? »
    """
    kind, asked = pair.wanted.type, bare_label(pair.offered.question)
    if _worded(pair):
        return False
    if _WHOSE.search(asked) or kind not in _ANSWERED_OTHERWISE:
        return bool(_WHOSE.search(asked))
    if kind in {"integer", "decimal", "date"} and _HOW.search(asked):
        return True  # « Comment le nombre de cas a-t-il été estimé ? »
    open_ended = bool(_WHO.search(asked))
    return open_ended if kind == "yes_no" else not open_ended and bool(_WHETHER.search(asked))


def _asks_another(pair: FieldLikeness) -> bool:
    """Whether a clause of it asks another field: « Contexte et population »."""
    label = pair.offered.question
    if _worded(pair):
        return False
    others = pair.wants.rivals(pair.wanted)
    return any(
        _asked_by(clause, one, pair, [other for other in clauses if other != clause])
        for clauses in _split(label, pair)
        for clause in clauses
        for one in others
    )


def _asks_more(pair: FieldLikeness) -> bool:
    """Whether, beside what it says, it asks one thing more in words that say nothing.

    « Date et pour qui », « … : comment le savez-vous ? ».
    """
    label, meanings = fold(pair.offered.question), pair.wants.lexicon.words.meanings
    for more in _MORE.finditer(label):
        if pair.wants.content(meanings(bare_label(label[: more.start()]))):
            return True
    apart = [bare_label(one) for one in _APART.split(label) if one.strip()]
    asking = [one for one in apart if _ASKS.match(one)]
    if asking and any(one not in asking and pair.wants.content(meanings(one)) for one in apart):
        return True  # « Depuis quand : échéance ? »
    for clauses in (_AND.split(label), _CLAUSES.split(label)):
        bare = [bare_label(one) for one in clauses if one.strip()]
        empty = [one for one in bare if not meanings(one)]
        if len(empty) < len(bare) and any(_WHO.search(one) or _POINTS.search(one) for one in empty):
            return True
    return False


def _split(label: str, pair: FieldLikeness) -> Iterator[list[str]]:
    """The clauses of a question that say something, cut at « et » alone, then at any mark."""
    for apart in (_AND, _CLAUSES):
        split = (bare_label(one) for one in apart.split(label))
        clauses = [one for one in split if pair.wants.lexicon.words.meanings(one)]
        if len(clauses) >= _SEVERAL:
            yield clauses


def _asked_by(clause: str, one: Wanted, pair: FieldLikeness, rest: Sequence[str]) -> bool:
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


def _worded(pair: FieldLikeness) -> bool:
    """Whether it is, word for word, what a person reviewed or a way of asking the field."""
    label = bare_label(pair.offered.question)
    return label in pair.wanted.labels | pair.wanted.worded
