"""Names and initials of people in a plain text, by what stands beside: age, birth, civility."""

import re
from collections.abc import Iterator

from triage.patient_data.ages import ages_in
from triage.patient_data.births import days_in, is_old
from triage.patient_data.names import (
    Name,
    civilities_in,
    has_first_name,
    is_acronym,
    is_alone_enough,
    is_clinical,
    is_of_another,
    looks_like_a_name,
    lower_names_in,
    name_after,
    name_before,
    professions_near,
)
from triage.patient_data.numbers import hospital_numbers_in, nirs_in
from triage.patient_data.roles import said_initials_in, said_names_in
from triage.patient_data.words import WORDS, any_of

Span = tuple[int, int]

_SHORT = frozenset(WORDS.acronyms_short)
_LONG = frozenset(WORDS.acronyms_long)
_OFTEN = frozenset(WORDS.acronyms_often)
_DOTTED = frozenset(WORDS.acronyms_dotted)
_NONE = frozenset({"NC", "NR", "ND", "NA", "XX", "SO", "NSP"})
"""« initiales : NC »: not communicated."""
_LATIN = frozenset({"IE", "EG", "CAD", "PEX"})
_BORN_BEFORE = re.compile(r"(?i:\bddn|\bnaissance)[^\n\d]{0,20}$")
_SURNAME = 5
_NAMED_AFTER_AGE = re.compile(
    rf"[ ,:(-]{{1,3}}(?:(?:{any_of(WORDS.named)}|du nom de|initiales?)[ :]{{1,3}})?(?=[^\W\d_])"
)
_AFTER_DAY = re.compile(r"[ ,:(;\n-]{1,4}(?=[^\W\d_])")
_NEAR = 60
_AND = re.compile(r"(?<!\w)(?P<first>[^\W\d_][^\W\d_'-]{0,25}(?:-[^\W\d_]{2,20})?) et $")
_ONE_INITIAL = re.compile(
    r"(?:M\.|(?i:mr|mme|mlle|monsieur|madame)\.?) [A-ZÉÈ](?:\. ?[A-ZÉÈ])?\.?"
    rf"(?=,? (?:{any_of(WORDS.after_names)})(?!\w)| ?, ?\d| \(?\d)"
    r"|(?:(?i:mr|mme|mlle|monsieur|madame)\.?) [A-ZÉÈ]\. ?[A-ZÉÈ]\.(?!\w)"
)
"""« M. T. a chuté »."""
_SAID = re.compile(
    r"(?<!\w)(?i:initiales?|inits?\.?)(?i: (?:du|de la|sont|patiente?|malade)){0,3}"
    r"(?: \([^()\n]{3,25}\))? ?[:=]{0,2} ?"
    r"(?P<initials>[A-ZÉÈ]\.?[ /-]?[A-ZÉÈ]\.?(?:[ /-]?[A-ZÉÈ]\.?)?)(?![^\W\d_])"
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
PATIENT_STEMS = tuple(
    {one[:4].lower() for one in (*WORDS.patients, *WORDS.children, *WORDS.named)}
    | {one[:4].lower() for one in (*WORDS.maiden, *WORDS.relatives)}
    | {"nom", "identit", "s'appel", "mme"}
)
"""What the name of a patient, or of a relative, is told by."""


def names_in(text: str) -> Iterator[Span]:
    """Places of the names of people who are no authors: each with what makes it identify one."""
    low = text.lower()
    found = [*_by_birth(text), *_by_age(text), *_by_what_follows(text)]
    if any(one in low for one in _CIVILITY_STEMS):
        found += [*_by_civility(text), *lower_names_in(text)]
    if any(one in low for one in PATIENT_STEMS):
        found += said_names_in(text)
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
        if re.sub(r"[^A-Z]", "", match["initials"]) not in _NONE:
            yield match.span("initials")
    if any(one in text.lower() for one in PATIENT_STEMS):
        yield from said_initials_in(text)
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
    if has_first_name(name):
        return True
    word = name.words[0] if name.words else ""
    if is_alone_enough(word) and (age or name.born) and len(name.words) == 1:
        return True
    if age and _is_surname_with_initial(name):
        return True
    with_initial = len(name.words) > 1 and len(name.words[-1]) == 1
    known = name.of_child or (name.of_person and (bool(name.firsts) or with_initial))
    if known and any(looks_like_a_name(one) and not is_clinical(one) for one in name.words):
        return True
    return name.born and looks_like_a_name(word) and word not in _LONG and len(word) > 3  # noqa: PLR2004


def _is_surname_with_initial(name: Name) -> bool:
    """« T. Caron », « Caron T. »: a surname and the initial of a first name, where nothing else."""
    if len(name.words) != 2 or name.of_another or name.before:  # noqa: PLR2004
        return False
    short, long = sorted(name.words, key=len)
    return (
        len(short) == 1
        and len(long) > 3  # noqa: PLR2004
        and looks_like_a_name(long)
        and not (is_clinical(long) or is_acronym(long))
    )


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
        if name.civility or alone or (is_old(text[start:end]) and has_first_name(name)):
            yield start, name.end


_THE_PATIENT = re.compile(
    rf"[ ,(]{{1,3}}(?:(?i:le|la|ma|mon|notre) )?{any_of(WORDS.patients)}(?!\w)(?! (?i:de|d'|[âa]g))"
)
_ILL = re.compile(
    r" (?i:sous|souffr[^\W\d_]{1,4}|pren(?:d|ait)|se plaint|vomit|tousse"
    r"|(?:est|était|a été) (?:suivi|trait[ée]|hospitalis[ée]|d[ée]c[ée]d[ée]|op[ée]r[ée]|mort)e?"
    r"|a (?:chut[ée]|convuls[ée]|fait une?|re[çc]u|pr[ée]sent[ée] une?|arr[êe]t[ée]|d[ée]velopp[ée]"
    r"|pris|stopp[ée]|vomi))(?!\w)"
)
"""What befalls who takes a medicine."""
_I_AM = re.compile(
    r"(?<!\w)(?i:je m'appelle|je soussign[ée]{1,2}|je suis|personne concern[ée]e est|il s'agit de)"
    r" (?=[^\W\d_])"
)
_CASE_OF = re.compile(
    r"(?<!\w)(?i:cas|observation|ordonnances?|d[ée]c[èe]s|hospitalisation|[ée]tat|dossier|histoire"
    r"|t[ée]moignage|grossesse|au nom) (?:de |d')(?=[A-ZÉÈ])"
)
_BESIDE_A_NUMBER = re.compile(r" ?[,;:(-]? ?(?=[A-ZÉÈ])")
_BEGINS = re.compile(r"(?:^|\n|[.;-] ?)$")
_IS_TOLD = re.compile(r" ?: [a-zéàê]")
"""« Garnier Sylvie : hépatite à J12 », where a text begins."""
_FULL = re.compile(
    r"(?<![^\W\d_])[A-ZÉÈ][^\W\d_]{1,18}(?:['-][^\W\d_]{1,18})?"
    r"(?: [A-ZÉÈ][^\W\d_]{1,18}(?:['-][^\W\d_]{1,18})?){1,3}(?![\w'-])"
)


def _by_what_follows(text: str) -> Iterator[Span]:
    """A full name beside « (patient) », what ails it, or a number that is one person's."""
    names = [*_told(text)]
    for start, end in (*nirs_in(text), *hospital_numbers_in(text)):
        after = _BESIDE_A_NUMBER.match(text, end)
        names += [name_before(text, start), name_after(text, after.end()) if after else None]
    for name in names:
        if name is not None and _is_somebody(text, name):
            yield name.start, name.end


def _told(text: str) -> Iterator[Name | None]:
    """Names that words just before, or just after, say to be a patient's."""
    for pattern in (_I_AM, _CASE_OF):
        for match in pattern.finditer(text):
            yield name_after(text, match.end())
    for match in _FULL.finditer(text):
        begins = _BEGINS.search(text, max(0, match.start() - 2), match.start())
        if (
            _THE_PATIENT.match(text, match.end())
            or _ILL.match(text, match.end())
            or (begins and _IS_TOLD.match(text, match.end()))
        ):
            yield name_before(text, match.end())


def _is_somebody(text: str, name: Name) -> bool:
    """Whether a full name is of none who writes, of no place, company nor disease."""
    if not has_first_name(name) or name.of_another or any(map(is_clinical, name.words)):
        return False
    return not professions_near(text, name.start, name.end)


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
        named = named or _is_set_apart(text, after, name)
        if name.civility or alone or has_first_name(name) or named:
            yield name.start, _with_dot(text, name.end)


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
        writes = professions_near(text, start, name.end) and not _THE_PATIENT.match(text, name.end)
        if not writes and not _is_title(name):
            yield start, name.end


def _is_title(name: Name) -> bool:
    """« M. le Professeur », « Mme la Directrice »; not « Mme Le Goff »."""
    return name.words[0] in {"le", "la", "l'"}


def _is_capital(word: str) -> bool:
    """Whether a word in capitals is long enough for a surname, and no acronym."""
    known = word in _LONG or not looks_like_a_name(word)
    return word.isupper() and len(word) >= _SURNAME and not known


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
    if dotted and len(letters) == 2:  # noqa: PLR2004
        return name.of_person or letters not in _DOTTED
    if dotted or len(name.words) > 1:
        return name.of_person or not known
    if known or (letters in _OFTEN and not name.of_person):
        return False
    if len(letters) == 2 or name.of_person:  # noqa: PLR2004
        return True
    return (
        bool(_A_SEX.match(text, name.end))
        and _STARTS.search(text[max(0, name.start - 12) : name.start]) is not None
    )


def _are_initials_after(text: str, after: re.Match[str], name: Name) -> bool:
    """Whether initials after an age are a person's: dotted, said to be some, or in parentheses."""
    if not name.is_initials or len(name.letters) == 1:
        return False
    said = "initiale" in after.group().casefold()
    dotted = _is_dotted(text, name)
    known = name.letters in (
        _LONG | _LATIN | _DOTTED if dotted else _SHORT | _LONG | _OFTEN | _LATIN
    )
    if said or dotted:
        return said or not known
    closed = text[name.end : name.end + 1] == ")" and "(" in after.group()
    return closed and not known and len(name.letters) == 2  # noqa: PLR2004


_A_SEX = re.compile(r" ?[,:(=-] ?(?i:femme|homme|patiente?|fillette|gar[çc]on|fille)\b")
_STARTS = re.compile(r"(?:^|[.;:\n-] ?|(?i:cas|obs)[. ]{0,2}(?:n° ?)?\d{0,2}[ :]{0,3})$")
"""Where a case begins: three letters there, before « femme de 63 ans », are a person's."""


def _is_dotted(text: str, name: Name) -> bool:
    return "." in text[name.start : name.end] or "-" in text[name.start : name.end]


def _with_dot(text: str, end: int) -> int:
    """The end of initials, with the dot of the last one."""
    return end + (text[end : end + 1] == "." and text[end - 2 : end - 1] in ". -")
