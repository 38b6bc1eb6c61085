"""Names and initials of people in a plain text, by what stands beside: age, birth, civility."""

import re
from collections.abc import Iterator

from french.text import fold
from triage.patient_data.ages import ages_in
from triage.patient_data.births import days_in, is_old
from triage.patient_data.names import (
    Name,
    civilities_in,
    is_alone_enough,
    looks_like_a_name,
    name_after,
    name_before,
    professions_near,
)
from triage.patient_data.words import WORDS, any_of

Span = tuple[int, int]

_SHORT = frozenset(WORDS.acronyms_short)
_LONG = frozenset(WORDS.acronyms_long)
_OFTEN = frozenset(WORDS.acronyms_often)
_LATIN = frozenset({"IE", "EG", "CAD", "PEX"})
_PATIENT = re.compile(
    rf"(?<!\w)(?:{any_of((*WORDS.patients, *WORDS.children, *WORDS.named))})(?!\w)[ :=,(-]{{1,3}}"
    rf"(?:(?:{any_of(WORDS.named)}|nom) ?:? ?)?(?=[^\W\d_])"
)
_LABEL = re.compile(
    r"(?<!\w)(?:(?P<first>(?i:pr[ée]noms?(?: (?:du|de la) patiente?)?))"
    r"|(?P<patient>(?i:nom(?: et pr[ée]nom| pr[ée]nom)? (?:du|de la) patiente?"
    r"|identit[ée](?: (?:du|de la) patiente?)?|nom et pr[ée]nom"
    r"|nom (?:de naissance|de jeune fille|d'usage|de famille|patronymique|marital)))"
    r"|(?P<last>(?i:nom)))(?: ?[:=] ?(?=[^\W\d_])| (?=[A-ZÉÈ]{3,30}(?!\w))"
    r"|(?<=r[ée]nom) (?=[A-ZÉÈ][^\W\d_]))"
)
_MAIDEN = re.compile(rf"(?<!\w){any_of(WORDS.maiden)}(?!\w)\.? (?=[A-ZÉÈ])")
_RELATIVE = re.compile(
    rf"(?<!\w)(?:(?i:son|sa|leur|une?|de|du|la|le) |l'){any_of(WORDS.relatives)}"
    r"[ ,(:]{1,2}(?=[A-ZÉÈ])"
)
_OF_A_COMPANY = re.compile(rf"(?<!\w){any_of(WORDS.organisations)}(?!\w)[^.\n]{{0,20}}$")
_BORN_BEFORE = re.compile(r"(?i:\bddn|\bnaissance)[^\n\d]{0,20}$")
_ADJECTIVE = re.compile(r".{1,30}(?:E|ES|EUX|EUSE|IF|IQUE|ANT|ANTS|ENT|ENTS|EL|AL|IEN|AIRE|IN)")
"""Ends of words that tell which patient, not who, in capitals and without accents."""
_AS_A_NAME = re.compile(
    r" [A-ZÉÈ](?:\.|(?![\w'-]))|, ?\d| \(| (?:sous|a|est|n[ée]e?|suivie?|trait[ée]e?|[âa]g[ée]e?)\b"
)
"""What follows a surname."""
_SURNAME, _BESIDE = 5, 6
_FIRST_NEAR = re.compile(r"(?i:pr[ée]nom)")
_NAMED_AFTER_AGE = re.compile(
    rf"[ ,:(-]{{1,3}}(?:(?:{any_of(WORDS.named)}|du nom de|initiales?)[ :]{{1,3}})?(?=[^\W\d_])"
)
_AFTER_DAY = re.compile(r"[ ,:(;\n-]{1,4}(?=[^\W\d_])")
_NEAR = 60
_AND = re.compile(r"(?<!\w)(?P<first>[^\W\d_]{2,30}) et $")
_SAID = re.compile(
    r"(?<!\w)(?i:initiales?)(?i: (?:du|de la|sont|patiente?)){0,3}[ :]{1,3}"
    r"(?P<initials>[A-ZÉÈ]\.?[ -]?[A-ZÉÈ]\.?(?:[ -]?[A-ZÉÈ]\.?)?)(?![^\W\d_])"
)
"""Initials that are said to be some."""


_CIVILITY_STEMS = (
    "m.",
    "m ",
    "mr",
    "mme",
    "mde",
    "mlle",
    "melle",
    "monsieur",
    "madame",
    "mademoiselle",
)
_PATIENT_STEMS = tuple(
    {one[:4].lower() for one in (*WORDS.patients, *WORDS.children, *WORDS.named)}
    | {one[:4].lower() for one in (*WORDS.maiden, *WORDS.relatives)}
    | {"nom", "identit"}
)


def names_in(text: str) -> Iterator[Span]:
    """Places of the names of people who are no authors: each with what makes it identify one."""
    low = text.lower()
    found = [*_by_birth(text), *_by_age(text)]
    if any(one in low for one in _CIVILITY_STEMS):
        found += _by_civility(text)
    if any(one in low for one in _PATIENT_STEMS):
        found += _by_words(text)
    end = -1
    for span in sorted(found, key=lambda one: (one[0], -one[1])):
        if span[0] >= end:
            yield span
            end = span[1]
        elif span[1] > end:
            yield end, span[1]
            end = span[1]


def initials_with_age_in(text: str) -> Iterator[Span]:
    """Places of initials beside an age, or said to be some."""
    for match in _SAID.finditer(text):
        yield match.span("initials")
    for start, end in ages_in(text):
        name = name_before(text, start)
        if name is not None and _are_initials(text, name):
            yield name.start, _with_dot(text, name.end)
            continue
        after = _NAMED_AFTER_AGE.match(text, end)
        name = name_after(text, after.end()) if after else None
        if name is not None and after is not None and _are_initials_after(text, after, name):
            yield name.start, _with_dot(text, name.end)


def is_person(name: Name, *, age: bool) -> bool:
    """Whether a name is that of a person whose age, or birth, stands beside it."""
    if name.is_initials and (len(name.letters) > 1 or not name.civility):
        return False
    if name.civility:
        return name.before not in {"dr", "pr"}
    if name.of_another and not name.born:
        return False
    if _is_full(name):
        return True
    word = name.words[0] if name.words else ""
    if is_alone_enough(word) and (age or name.born) and len(name.words) == 1:
        return True
    with_initial = len(name.words) > 1 and len(name.words[-1]) == 1
    known = name.of_child or (name.of_person and (bool(name.firsts) or with_initial))
    if known and any(looks_like_a_name(one) for one in name.words):
        return True
    return name.born and looks_like_a_name(word) and word not in _LONG and len(word) > 3  # noqa: PLR2004


def _by_birth(text: str) -> Iterator[Span]:
    for start, end in days_in(text):
        name = name_before(text, start)
        if name is not None and (
            name.born or name.civility or name.of_person or is_old(text[start:end])
        ):
            if is_person(name, age=False):
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
        if name.civility or alone or (is_old(text[start:end]) and _is_full(name)):
            yield start, name.end


def _by_age(text: str) -> Iterator[Span]:
    for start, end in ages_in(text):
        name = name_before(text, start)
        if name is not None and is_person(name, age=True):
            other = _AND.search(text, max(0, name.start - _NEAR), name.start)
            first = other if other and is_alone_enough(other["first"]) else None
            yield first.start() if first else name.start, _with_dot(text, name.end)
            continue
        after = _NAMED_AFTER_AGE.match(text, end)
        name = name_after(text, after.end()) if after else None
        if name is None or after is None:
            continue
        named = any(one in after.group().casefold() for one in ("nom", "appel"))
        alone = len(name.words) == 1 and is_alone_enough(name.words[0])
        if name.civility or alone or _is_full(name) or named:
            yield name.start, _with_dot(text, name.end)


def _by_civility(text: str) -> Iterator[Span]:
    for start in civilities_in(text):
        name = name_after(text, start)
        if name is None or not any(len(one) > 1 and looks_like_a_name(one) for one in name.words):
            continue
        if not professions_near(text, start, name.end) and not _is_title(name):
            yield start, name.end


def _is_full(name: Name) -> bool:
    """Whether it has a first name and a surname."""
    return len(name.words) > 1 and bool(name.firsts)


def _is_title(name: Name) -> bool:
    """« M. le Professeur », « Mme la Directrice »; not « Mme Le Goff »."""
    return name.words[0] in {"le", "la", "l'"}


def _is_capital(word: str) -> bool:
    """Whether a word in capitals is long enough for a surname, and no acronym."""
    known = word in _LONG or not looks_like_a_name(word)
    return word.isupper() and len(word) >= _SURNAME and not known


def _by_words(text: str) -> Iterator[Span]:
    for match in _PATIENT.finditer(text):
        name = name_after(text, match.end())
        if name is None or name.civility or name.is_initials:
            continue
        surname = (
            _is_capital(name.words[0])
            and not match.group().isupper()
            and not _ADJECTIVE.fullmatch(fold(name.words[0]).upper())
            and (
                match.group()[-2:].strip() in {":", "="}
                or _AS_A_NAME.match(text, name.end)
                or len(name.words[-1]) == 1
            )
        )
        if _is_full(name) or is_alone_enough(name.words[0]) or surname:
            yield name.start, name.end
    yield from _by_family(text)
    for match in _LABEL.finditer(text):
        name = name_after(text, match.end())
        if name is None or not looks_like_a_name(name.words[-1]):
            continue
        near = text[max(0, match.start() - _NEAR) : match.end() + _NEAR]
        if match["last"] is None or _FIRST_NEAR.search(near):
            yield name.start, name.end


def _by_family(text: str) -> Iterator[Span]:
    """A maiden name, that of a husband, and the name of a relative."""
    for match in _MAIDEN.finditer(text):
        name = name_after(text, match.end())
        if name is None or name.is_initials or not looks_like_a_name(name.words[0]):
            continue
        near = max(0, match.start() - _NEAR)
        if not (name.words[0].endswith("ment") or _OF_A_COMPANY.search(text, near, match.start())):
            before = name_before(text, match.start())
            whole = before is not None and (before.civility or _is_capital(before.words[-1]))
            days = (end for day, end in days_in(text) if 0 < day - name.end < _BESIDE)
            yield before.start if before and whole else name.start, next(days, name.end)
    for match in _RELATIVE.finditer(text):
        name = name_after(text, match.end())
        if name is not None and _is_full(name):
            yield name.start, name.end


def _are_initials(text: str, name: Name) -> bool:
    """Whether initials before an age are a person's, no acronym."""
    if not name.is_initials or name.of_another:
        return False
    letters, dotted = name.letters, _is_dotted(text, name)
    if name.civility:
        return len(letters) > 1  # « Mme D., 67 ans » is a name
    if letters in _LATIN or not (name.words[0].isupper() or dotted):
        return False
    if len(name.words) == 1 and len(letters) == 1:
        return False
    known = letters in _SHORT or letters in _LONG
    if dotted or len(name.words) > 1:
        return name.of_person or not known
    if known or (letters in _OFTEN and not name.of_person):
        return False
    return len(letters) == 2 or name.of_person  # noqa: PLR2004


def _are_initials_after(text: str, after: re.Match[str], name: Name) -> bool:
    """Whether initials after an age are a person's: dotted, said to be some, or in parentheses."""
    if not name.is_initials or len(name.letters) == 1:
        return False
    said = "initiale" in after.group().casefold()
    known = name.letters in _SHORT | _LONG | _OFTEN | _LATIN
    if said or _is_dotted(text, name):
        return said or not known
    closed = text[name.end : name.end + 1] == ")" and "(" in after.group()
    return closed and not known and len(name.letters) == 2  # noqa: PLR2004


def _is_dotted(text: str, name: Name) -> bool:
    return "." in text[name.start : name.end] or "-" in text[name.start : name.end]


def _with_dot(text: str, end: int) -> int:
    """The end of initials, with the dot of the last one."""
    return end + (text[end : end + 1] == "." and text[end - 2 : end - 1] in ". -")
