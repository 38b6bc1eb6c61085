"""Names anywhere in a text that tells of one person: by what the words are, not what is beside.

A text tells of one person by an age, a birth, a number of a record, a mailbox, a word for a
patient, a child or a relative, « Mme »… There a first name is somebody's, with its capital or not,
and so are two words with capitals of which one is of no list; unless what stands before is a
street, a hospital, an author, or who bears a title.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

from triage.patient_data.ages import ages_in
from triage.patient_data.birth_days import birth_days_in
from triage.patient_data.births import days_in, is_old
from triage.patient_data.dictionary.known_words import is_english, is_unknown
from triage.patient_data.numbers import hospital_numbers_in, nirs_in
from triage.patient_data.persons.civilities import professions_near
from triage.patient_data.persons.kinds import (
    NOT_NAMES,
    PLACES,
    PROFESSIONS,
    bare_word,
    is_acronym,
    is_alone_enough,
    is_an_illness,
    is_clinical,
    is_first_name,
    is_of_another,
    is_strange,
    is_usual,
    tells_a_medicine,
)
from triage.patient_data.words import (
    FIRST_NAMES,
    USUAL_NAMES,
    WORDS,
    any_of,
    folded,
    said_in,
    tells_of_a_person,
)

Span = tuple[int, int]

_PARTICLE = (
    r"(?:(?i:de la|de|du|des|le|la|el|al|ben|ould|bint|a[iï]t|van der|van|von|der|dos|das|da|di) )"
)
_A_WORD = r"(?:[^\W\d_]['’])?[^\W\d_]{2,25}(?:['’-][^\W\d_]{2,20})?"
_WORD = re.compile(r"(?<![\w@.'’-])[^\W\d_]{2,25}(?:-[^\W\d_]{2,25}){0,2}(?![\w@'’-]|\.\w)")
_LEFT = re.compile(rf"(?<![\w'’-]){_PARTICLE}?(?:{_A_WORD}|(?!M\.)[A-ZÉÈ]\.?),? $")
_RIGHT = re.compile(rf",? (?P<word>{_PARTICLE}?{_A_WORD}|[^\W\d_]\b\.?)(?![\w@'’-])")
_CAPITAL = r"(?:[A-ZÀ-ÖØ-Þ]['’])?[A-ZÀ-ÖØ-Þ][^\W\d_]{1,20}(?:['’-][^\W\d_]{2,20})?"
_CAPITALS = re.compile(
    rf"(?<![\w@.'’/-])(?P<name>{_PARTICLE}?{_CAPITAL}"
    rf"(?: {_PARTICLE}?{_CAPITAL}){{1,3}})(?![\w@'’/-])"
)
_OF_OTHERS = re.compile(
    rf"(?<!\w)(?:{any_of((*WORDS.organisations, *WORDS.streets, *WORDS.authors, 'protocole'))}"
    r"|(?i:drs?|prs?|profs?|docteure?|professeure?))(?!\w)[^,;:\n]{0,25}$"
)
_OF_SOMEBODY = re.compile(
    r"(?<!\w)(?i:chez|pour|de la part de|m\.|mme|mr|patiente?|d[ée]livr[ée]e? à) $"
)
"""Just before a name: whatever place stands further away, it is a person's."""
_AT_HOME = re.compile(r"chez (?:l[ae] |de |d)?[A-ZÀ-ÖØ-Þ]")
_HOME = re.compile(r"(?<!\w)(?i:chez) $")
_AT = re.compile(r"(?<!\w)(?i:à|au|aux|en|sous|vers|par|selon|in|at|with) $")
_CITED = re.compile(
    r" (?:&|et) (?i:fils|cie|associ[ée]s)|,? (?:et al|et coll|\(?(?:19|20)\d\d\)?[ );:,.])"
    r"|,? (?![FHM],? \d)[A-Z]{1,2}[,.] (?![a-zà-ÿ]{2})"
    r"|[,.] (?i:in )"
)
_FAR, _NEAR = 60, 40
_MOST, _SHORT, _WHOLE, _ACRONYM = 2, 3, 2, 4
_TOWNS = folded(WORDS.towns)
_THINGS = folded((*WORDS.organisations, *WORDS.streets, *WORDS.authors, "protocole"))


def around_in(text: str) -> Iterator[Span]:
    """Places of names in a text that tells of one person."""
    if _AT_HOME.search(text):
        yield from (one.span() for one in _named(text) if _is_near(_HOME, text, one.start()))
    if tells_of_one(text):
        yield from _with_first_names(text)
        yield from _strange(text)
        for match in _named(text):
            if not (_is_near(_AT, text, match.start()) or _is_of_another(text, match)):
                yield match.span()


def _named(text: str) -> Iterator[re.Match[str]]:
    """Words with capitals that are a name by themselves."""
    return (one for one in _CAPITALS.finditer(text) if _are_a_name(one["name"].split()))


def _is_near(before: re.Pattern[str], text: str, start: int) -> bool:
    return before.search(text, max(0, start - _NEAR), start) is not None


def _with_first_names(text: str) -> Iterator[Span]:
    """First names, each with the names beside it."""
    end = 0
    known = {one for one in said_in(text) if bare_word(one) in FIRST_NAMES}
    for match in _WORD.finditer(text) if known else ():
        word = match.group()
        if match.start() < end or known.isdisjoint(word.lower().split("-")):
            continue
        if not _is_first(word) or _is_of_another(text, match):
            continue
        start, last = _whole(text, match)
        alone = (start, last) == match.span()
        enough = is_usual(word) and (word[0].isupper() or is_strange(word))
        if not (_CITED.match(text, last) or (alone and not enough)):
            end = last
            yield start, end


def _strange(text: str) -> Iterator[Span]:
    """Words of no list, each with the names beside it, where no thing is named."""
    if _OF_SEVERAL.search(text):
        return
    end = 0
    for match in _WORD.finditer(text):
        word = match.group()
        if match.start() < end or not (word[0].isupper() and is_strange(word)):
            continue
        if (
            (word.isupper() and word.isascii() and len(word) <= _ACRONYM)
            or is_acronym(word)
            or _MIXED.search(word)
        ):
            continue
        if is_english(word) or _A_DOSE.match(text, match.end()) or _is_of_another(text, match):
            continue
        start, last = _whole(text, match)
        if not (_CITED.match(text, last) or _is_of_a_thing(text, start)):
            end = last
            yield start, end


_OF_SEVERAL = re.compile(
    r"(?<!\w)(?i:(?:patient|sujet|femme|homme|cas|essai|trial|case|children|patiente|serie|s[ée]rie)s"
    r"|en moyenne|m[ée]dian[^\W\d_]{0,2}|moyen(?:ne)?|mean|et al|cohorte?|series|s[ée]rie)(?!\w)"
    r"|, (?:19|20)\d\d ?[;)]"
)
"""A text that tells of several, or of what was published of them."""
_MIXED = re.compile(
    r"^[A-Z][^\W\d_]{1,20}o-[a-zà-ÿ]"
    r"|[a-zà-ÿ](?<!^Mc)(?<!^Mac)[A-Z]"
    r"|[A-Z]{2}[a-z]|^[A-Z]{2,4}-|-[A-Z]{3}$"
)
"""« QTc », « MedDRA », « WHO-UMC »."""
_A_DOSE = re.compile(r" ?(?:LP |®)?\d{1,6}(?:[.,]\d{1,4})? ?(?i:mg|g|µg|ml|ui|cp)(?!\w)")
_OF_A_THING = re.compile(
    rf"(?<!\w)(?:(?i:sur|de|d'|du|des|sous|et|au|[àa]|aux|en|par|pour|dans|via|avec|from|in|of|by|on|at|with)"
    rf"|{any_of(WORDS.named_things)}) ?[:(\"«]{{0,2}} ?$|['’]$"
)
_OF_ONE = re.compile(
    rf"(?<!\w){any_of((*WORDS.about, *WORDS.patients, *WORDS.children, *WORDS.relatives))}"
    r" (?:de|d'|du|des|pour|par|[àa]|et|avec) ?$"
)


def _is_of_a_thing(text: str, start: int) -> bool:
    """Whether words just before tell a place, a product, a reaction: « achat sur Telegram »."""
    before = max(0, start - _NEAR)
    return bool(_OF_A_THING.search(text, before, start) and not _OF_ONE.search(text, before, start))


_TWO_DIGITS = re.compile(r"\d\d?([/.-])\d\d?\1\d\d")
"""A day whose year has two figures: a birth's, as often as not."""


def _days(text: str) -> Iterator[str]:
    return (text[start:end] for start, end in days_in(text))


_MAILBOX = re.compile(r"\w@\w")


@lru_cache(maxsize=8)
def tells_of_one(text: str) -> bool:
    """Whether a text tells of one person."""
    return bool(
        tells_of_a_person(text)
        or _MAILBOX.search(text)
        or ages_in(text)
        or birth_days_in(text)
        or any(is_old(day) or _TWO_DIGITS.fullmatch(day) for day in _days(text))
        or nirs_in(text)
        or hospital_numbers_in(text)
    )


def _is_first(word: str) -> bool:
    if word.isupper() and is_acronym(word):
        return False
    parts = bare_word(word).split("-")
    if len(parts) > 1:
        return parts[0] in USUAL_NAMES or (is_usual(parts[-1]) and is_first_name(parts[0]))
    return is_usual(word) or (is_alone_enough(word) and (word[0].isupper() or is_strange(word)))


def _are_a_name(words: list[str]) -> bool:
    """Whether words with capitals are a name: one of no list, and none a thing's."""
    long = [one for one in words if one[0].isupper() and len(one) > 2]  # noqa: PLR2004
    if len(words) < _WHOLE or not any(map(is_strange, long)) or any(map(_is_a_thing, long)):
        return False
    if is_of_another(words) or tells_a_medicine(words):
        return False
    first = bare_word(long[0])
    titled = any(bare_word(one) in PROFESSIONS | PLACES for one in words[:2])
    acronym = any(one.isupper() and is_acronym(one) for one in words)
    if titled or acronym or first.rstrip("s") in _THINGS:
        return False
    # « Chorée de Sydenham »
    return "de" not in words[1:] or is_strange(long[0]) or is_first_name(first)


def _is_a_thing(word: str) -> bool:
    bare = bare_word(word)
    known = bare in NOT_NAMES and len(word) > _SHORT  # « Le Thanh Son » is a name
    return known or bare in PROFESSIONS or bare in _TOWNS or is_clinical(word)


def _is_of_another(text: str, match: re.Match[str]) -> bool:
    start, end = match.span()
    if is_of_another((match.group(),)) or _CITED.match(text, end):
        return True
    if professions_near(text, start, end):
        return True
    return not _is_near(_OF_SOMEBODY, text, start) and _is_near(_OF_OTHERS, text, start)


def _whole(text: str, match: re.Match[str]) -> Span:
    """The first name with the names beside it."""
    start, end = match.span()
    small = match.group().islower()
    sure = is_usual(match.group().partition("-")[0])
    for _ in range(_MOST):
        following = _RIGHT.match(text, end)
        if following is None or not _is_part(following["word"], small=small, sure=sure):
            break
        end = following.end()
    if end == match.end():
        before = _LEFT.search(text, max(0, start - _FAR), start)
        if before and _is_part(before.group().strip(" ,"), small=small, sure=False):
            start = before.start()
    return start, end


_LEFT_OF = re.compile(
    r"(?<![\w'’@.-])(?P<word>(?i:le|la|el|al|ben|bin|ould|bint|a[iï]t|van|von|der|den|dos|das|da|di|mc|mac)"
    r"|D[eu]|[A-ZÉÈ]\. d[eu]|[^\W\d_]{2,25}(?:-[^\W\d_]{2,20})?) $"
)
_RIGHT_OF = re.compile(
    rf"[ '’-](?P<word>{_PARTICLE}?"
    r"(?:[^\W\d_]{2,25}(?:['’-][^\W\d_]{2,20})?|[A-ZÉÈ](?![^\W\d_'’])\.?))(?![\w@'’])"
)
_LEFT_PARTICLES = frozenset(
    (
        "le",
        "la",
        "el",
        "al",
        "ben",
        "bin",
        "ould",
        "bint",
        "ait",
        "van",
        "von",
        "der",
        "den",
        "dos",
        "das",
        "da",
        "di",
        "mc",
        "mac",
    )
)


def whole_name(text: str, start: int, end: int) -> Span:
    """A name that was found, with what belongs to it on both sides: « Ly Thi » of « Hoa »."""
    if not text[end - 1].isalpha():
        return start, end
    for _ in range(_MOST + 1):
        following = _RIGHT_OF.match(text, end)
        if following is None or not _belongs(following["word"].split()[-1]):
            break
        end = following.end()
    for _ in range(_MOST + 1):
        before = _LEFT_OF.search(text, max(0, start - _FAR), start)
        if before is None or not _belongs_before(text, before["word"], start):
            break
        start = before.start()
    return start, end


def _belongs_before(text: str, word: str, start: int) -> bool:
    bare = bare_word(word)
    if bare in _LEFT_PARTICLES:
        # « chez la petite Emma »: an article stands before no first name
        return text[start].isupper() or bare not in {"le", "la"}
    return " " in word or _belongs(word)


def _belongs(word: str) -> bool:
    """Whether a word beside a name can only be of it."""
    bare = bare_word(word.rstrip("."))
    if len(bare) == 1:
        return True
    if is_of_another((word,)) or tells_a_medicine((word,)) or bare in NOT_NAMES | PROFESSIONS:
        return False
    if len(bare) <= _SHORT:
        known = (
            bare in _SMALL
            or is_acronym(word.upper())
            or not is_unknown(word + "q" * (3 - len(word)))
        )
        return not known
    return (is_strange(word) and not is_english(word)) or is_usual(word)


_SMALL = folded(
    (
        *(
            *WORDS.small_words,
            *WORDS.civilities,
            *WORDS.patients,
            *WORDS.children,
            *WORDS.particles,
        ),
        *(*WORDS.between, *WORDS.after_names, *WORDS.units, *WORDS.months, *WORDS.months_english),
    )
)


def _is_part(said: str, *, small: bool, sure: bool) -> bool:
    """Whether a word beside a first name is of the same name."""
    word = said.rsplit(" ", 1)[-1].rstrip(".")
    bare = bare_word(word)
    if is_of_another((word,)) or tells_a_medicine((word,)) or bare in NOT_NAMES:
        return False
    if len(word) == 1:
        return said.endswith(".") or word.isupper() or (small and word not in "aàyo")
    if is_strange(word) or is_usual(word) or (small and is_first_name(bare)):
        return True
    if word.isupper():
        return len(word) > _SHORT and not is_acronym(word)
    return word[0].isupper() and not (is_clinical(word) and (not sure or is_an_illness(word)))
