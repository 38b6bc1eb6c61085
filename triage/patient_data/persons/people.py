"""Names and initials of people in a plain text, by what stands beside: age, birth, civility."""

import re
from collections.abc import Iterator
from functools import lru_cache

from triage.patient_data.ages import ages_in
from triage.patient_data.birth_days import birth_days_in, birth_words_in
from triage.patient_data.births import days_in, is_old
from triage.patient_data.dictionary.known_words import is_unknown
from triage.patient_data.persons.around import around_in, whole_name
from triage.patient_data.persons.by_context import (
    THE_PATIENT,
    THEN_CITED,
    by_what_follows,
    is_lone,
    is_surname_with_initial,
    stands_alone,
)
from triage.patient_data.persons.civilities import (
    CIVILITY_STEMS,
    civilities_in,
    professions_near,
)
from triage.patient_data.persons.file_names import STEMS as FILE_STEMS
from triage.patient_data.persons.file_names import file_names_in
from triage.patient_data.persons.initials import NAMED_AFTER_AGE, with_dot
from triage.patient_data.persons.kinds import (
    bare_word,
    ends_as_an_adjective,
    is_acronym,
    is_alone_enough,
    is_clinical,
    is_first_name,
    is_of_another,
    is_strange,
    looks_like_a_name,
    tells_a_medicine,
)
from triage.patient_data.persons.names import Name, has_first_name, name_after, name_before
from triage.patient_data.persons.records import records_in
from triage.patient_data.persons.roles import mentions_a_patient, said_names_in
from triage.patient_data.plain import joined
from triage.patient_data.words import WORDS, any_of

Span = tuple[int, int]

_LONG = frozenset(WORDS.acronyms_long)
_BORN_BEFORE = re.compile(r"(?i:\bddn|\bnaissance)[^\n\d]{0,20}$")
_SURNAME = 5
_AFTER_DAY = re.compile(r"[ ,:(;\n-]{1,4}(?=[^\W\d_])")
_NEAR = 60
_AND = re.compile(r"(?<!\w)(?P<first>[^\W\d_][^\W\d_'-]{0,25}(?:-[^\W\d_]{2,20})?) et $")
_ONE_INITIAL = re.compile(
    r"(?:M\.|(?i:mr|mme|mlle|monsieur|madame)\.?) [A-ZÉÈ](?:[. -]{1,4}[A-ZÉÈ])?\.?"
    rf"(?=,? (?:{any_of(WORDS.after_names)})(?!\w)| ?, ?\d| \(?\d)"
    r"|(?:(?i:mr|mme|mlle|monsieur|madame)\.?) [A-ZÉÈ]\. ?[A-ZÉÈ]\.(?!\w)"
)
"""« M. T. a chuté »."""


@lru_cache(maxsize=8)
def names_in(text: str) -> tuple[Span, ...]:
    """Places of the names of people who are no authors: each with what makes it identify one."""
    mentions = text.lower().__contains__
    found = [*_by_birth(text), *_by_age(text), *by_what_follows(text), *records_in(text)]
    if any(map(mentions, CIVILITY_STEMS)):
        found += _by_civility(text)
    if mentions_a_patient(text):
        found += said_names_in(text)
    found += around_in(text)
    if any(map(mentions, FILE_STEMS)):
        found += file_names_in(text)
    if found:
        found += _said_again(text, found)
        found += _and_another(text, found)
        found = [whole_name(text, *one) for one in found]
        found += _days_beside(text, found)
    return tuple(joined(found))


_A_YEAR = re.compile(r"(?<![\w/.-])19[2-9]\d(?![\w/.-])")
_BEHIND = re.compile(r"[^\w\n]{1,4}\n?")


def _days_beside(text: str, found: list[Span]) -> Iterator[Span]:
    """A day just behind a name: of old, or in parentheses whatever its year."""
    days = {**{one.start(): one.end() for one in _A_YEAR.finditer(text)}, **dict(days_in(text))}
    for _, end in found if days else ():
        behind = _BEHIND.match(text, end)
        if behind is None or (day := behind.end()) not in days:
            continue
        if "(" in behind.group() or is_old(text[day : days[day]]):
            yield day, days[day]


_AND_ANOTHER = re.compile(
    r"(?: (?:et|&|and) | ?/ ?)(?P<name>[A-ZÀ-ÖØ-Þ][^\W\d_]{1,20}(?:-[^\W\d_]{2,20})?)(?!\w)"
)


def _and_another(text: str, found: list[Span]) -> Iterator[Span]:
    """« Lila et Nour »: a first name, or a name of no list, joined to one that was found."""
    for _, end in found:
        other = _AND_ANOTHER.match(text, end)
        name = other["name"] if other else ""
        known = is_first_name(bare_word(name)) or is_strange(name)
        if other and known and not (tells_a_medicine((name,)) or is_of_another((name,))):
            yield other.span("name")


_A_WORD = re.compile(r"[^\W\d_]{4,30}(?:['-][^\W\d_]{2,30}){0,2}")
_MOST_NAMES = 20


def _said_again(text: str, found: list[Span]) -> Iterator[Span]:
    """Where surnames that were found stand once more: « Mme Caradec… puis Caradec revient »."""
    names = dict.fromkeys(
        word
        for start, end in found
        for word in _A_WORD.findall(text, start, end)
        if word[0].isupper() and is_strange(word)
    )
    if names:
        again = "|".join(map(re.escape, [*names][:_MOST_NAMES]))
        for match in re.finditer(rf"(?<!\w)(?:{again}|{again.upper()})(?!\w)", text):
            yield match.span()


def is_person(name: Name, *, age: bool) -> bool:
    """Whether a name is that of a person whose age, or birth, stands beside it."""
    if name.is_initials and (len(name.letters) > 1 or not name.civility):
        return False
    if name.civility:
        return name.before not in {"dr", "pr"}
    if not name.born and (name.of_another or tells_a_medicine(name.words)):
        return False
    if has_first_name(name):
        return True
    word = name.main
    if is_alone_enough(word) and (age or name.born) and len(name.words) == 1:
        return True
    if is_surname_with_initial(name) and (
        age or name.of_somebody or is_strange(max(name.words, key=len))
    ):
        return True
    if is_strange_name(name, age=age):
        return True
    if name.of_person and word.islower() and is_strange(word) and not ends_as_an_adjective(word):
        return True
    with_initial = len(name.words) > 1 and len(name.words[-1]) == 1
    known = name.of_child or (name.of_person and (bool(name.firsts) or with_initial))
    if known and any(looks_like_a_name(one) and not is_clinical(one) for one in name.words):
        return True
    return name.born and looks_like_a_name(word) and word not in _LONG and len(word) > 3  # noqa: PLR2004


def is_strange_name(name: Name, *, age: bool) -> bool:
    """Whether a name that no list has is a person's: two words with capitals, one of no list.

    « selon Moore Pariente » and « à Villers Cotterêts » are none: what stands before says so.
    """
    capital = [one for one in name.words if one[0].isupper()]
    plain = not any(
        (is_clinical(one) and not is_unknown(one)) or is_acronym(one) for one in name.words
    )
    if name.of_another:
        return False
    if len(capital) > 1:
        return plain and not name.after_preposition and any(map(is_strange, capital))
    return plain and (age or name.of_somebody) and is_lone(name)


def _by_birth(text: str) -> Iterator[Span]:
    for start, end in days_in(text):
        name = name_before(text, start)
        word = birth_words_in(text).get(start)
        if name is None and word is not None:
            name = name_before(text, word)
            if name is not None:
                name.born = True
        if name is not None and (
            name.born or name.civility or name.of_person or is_old(text[start:end])
        ):
            whole = text[start].isdigit() or name.born or name.civility or name.of_person
            if is_person(name, age=False) and (whole or has_first_name(name)):
                yield name.start, end
                continue
            if name.born:
                continue
        after = _AFTER_DAY.match(text, end)
        name = name_after(text, after.end()) if after else None
        if name is None:
            continue
        born = _BORN_BEFORE.search(text, max(0, start - _NEAR), start)
        alone = born is not None and _is_capital(name.words[0])
        if (start, end) in birth_days_in(text) and len(name.words) == 1:
            alone = alone or is_alone_enough(name.words[0])
        old = is_old(text[start:end])
        if name.civility or alone or (old and (has_first_name(name) or stands_alone(text, name))):
            yield start, name.end


def _by_age(text: str) -> Iterator[Span]:
    for start, end in ages_in(text):
        name = name_before(text, start)
        if name is not None and is_person(name, age=True):
            other = _AND.search(text, max(0, name.start - _NEAR), name.start)
            first = other if other and is_alone_enough(other["first"]) else None
            yield first.start() if first else name.start, with_dot(text, name.end)
            continue
        after = NAMED_AFTER_AGE.match(text, end)
        name = name_after(text, after.end()) if after else None
        if name is None or after is None:
            continue
        named = any(one in after.group().casefold() for one in ("nom", "appel"))
        alone = len(name.words) == 1 and is_alone_enough(name.words[0])
        named = named or _is_set_apart(text, after, name)
        named = named or (
            stands_alone(text, name) and not name.is_initials and _told_of_one(text, start)
        )
        if name.civility or alone or has_first_name(name) or named:
            yield name.start, with_dot(text, name.end)


_OF_ONE = re.compile(
    rf"(?:(?:^|[\n.;:(-] ?)(?:(?i:[âa]g[ée]e?) ?:? ?)?|(?<!\w)(?:(?i:homme|femme|h|f|m)"
    rf"|{any_of((*WORDS.patients, *WORDS.children))})[ ,]{{1,2}}(?:(?i:[âa]g[ée]e?) )?(?:de |d')?)$"
)


def _told_of_one(text: str, start: int) -> bool:
    """Whether an age begins what is said, or is that of one person: « patiente de 67 ans »."""
    return _OF_ONE.search(text, max(0, start - _NEAR), start) is not None


_SET_APART = re.compile(r" ?[,;)]| (?:suivie?|trait[ée]e?|sous|a|est)\b|\.?$|\n")
_A_PERSON = re.compile(
    rf"(?:^|[^\w])(?:(?i:homme|femme)|{any_of((*WORDS.patients, *WORDS.children))})[ ,]{{1,2}}"
    r"(?:âgée? )?(?:de |d')?[^,;.\n()]{0,14}$"
)


def _is_set_apart(text: str, after: re.Match[str], name: Name) -> bool:
    """« fillette de 5 ans, Bérangère », « patiente de 34 ans : Njara Boulanger »."""
    if is_of_another(name.words) or name.is_initials or not after.group().strip():
        return False
    person = _A_PERSON.search(text[max(0, after.start() - 40) : after.start()])
    surname = len(name.words) > 1
    plain = not any(is_clinical(one) or (one.isupper() and is_acronym(one)) for one in name.words)
    return bool(person and surname and plain and _SET_APART.match(text, name.end))


def _by_civility(text: str) -> Iterator[Span]:
    for start in civilities_in(text):
        name = name_after(text, start)
        if name is None or not any(len(one) > 1 and looks_like_a_name(one) for one in name.words):
            if initials := _ONE_INITIAL.match(text, start):
                yield initials.span()
            continue
        disease = name.words[0] == "de" and is_of_another(name.words)  # « M. de Parkinson »
        if disease or THEN_CITED.match(text, name.end):
            continue
        whose = _WHOSE.search(text, max(0, start - _NEAR), start)
        writes = (
            not whose
            and (
                professions_near(text, start, name.end)
                or _WRITTEN_BY.search(text, max(0, start - _NEAR), start)
            )
            and not THE_PATIENT.match(text, name.end)
        )
        if not writes and not _is_title(name):
            couple = _COUPLE.search(text, max(0, start - 12), start)
            yield couple.start() if couple else start, name.end


_WRITTEN_BY = re.compile(
    rf"(?<!\w){any_of(WORDS.writings)}(?: (?:d'|de )[a-zéè]{{3,14}})? (?:de |d')$"
)
"""« thèse de M. Bonnet »."""
_COUPLE = re.compile(r"(?<![\w.])(?i:m|mr|monsieur|mme|madame)\.? (?:et|ou|/) $")
_WHOSE = re.compile(
    rf"(?<!\w){any_of((*WORDS.relatives, *WORDS.patients, *WORDS.children))}(?!\w)[ ,:(]{{1,3}}$"
)
"""« la tutrice, Mme Ravel »: whose name it is, whatever profession stands beside."""


def _is_title(name: Name) -> bool:
    """« M. le Professeur », « Mme la Directrice »; not « Mme Le Goff »."""
    return name.words[0] in {"le", "la", "l'"}


def _is_capital(word: str) -> bool:
    """Whether a word in capitals is long enough for a surname, and no acronym."""
    known = word in _LONG or not looks_like_a_name(word)
    return word.isupper() and len(word) >= _SURNAME and not known
