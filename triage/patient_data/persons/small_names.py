"""Names in small letters that no list has: before a birth or an age, after « nom » or « née ».

« levon hovsepian 06/06/1952 », « sarkissian h, 59 ans », « kerbrat née 8 sept 2001 »,
« nom guegan ».
"""

import re
from collections.abc import Iterator

from triage.patient_data.ages import ages_in
from triage.patient_data.birth_days import birth_days_in, birth_words_in
from triage.patient_data.births import days_in, is_old
from triage.patient_data.persons.kinds import (
    NOT_NAMES,
    bare_word,
    is_acronym,
    is_clinical,
    is_first_name,
    is_of_another,
    is_strange,
    tells_a_medicine,
)
from triage.patient_data.words import WORDS, folded, said_in

Span = tuple[int, int]

PARTICLE = (
    r"(?:(?i:de la|de|du|des|le|la|el|al|ben|ould|bint|a[iï]t|van der|van|von|der|dos|das|da|di) )"
)
A_WORD = r"(?:[^\W\d_]['’])?[^\W\d_]{2,25}(?:['’-][^\W\d_]{2,20})?"
_BEFORE = re.compile(
    rf"(?<![\w@.'’-])(?P<name>{A_WORD}(?:[ \n]{A_WORD}){{0,3}}(?:[ \n][^\W\d_]\.?)?)"
    r"[ \n,(:]{1,3}$"
)
_LABELLED = re.compile(
    r"(?<!\w)(?:(?<!le )(?i:nom)|(?i:pr[ée]nom|n[ée]e|[ée]pouse|[ée]p|vve|veuve|couple|famille"
    rf"|consorts)) (?P<name>{PARTICLE}?{A_WORD}(?: {A_WORD})??)"
    r"(?=$|[ ,;)\n]{1,2}(?:$|\d|n[ée]e?\b|pr[ée]nom|[^\W\d_])|\.(?:\s|$))"
)
_LABELS = frozenset(
    ("nom", "prénom", "prenom", "née", "né", "ne", "nee", "épouse", "epouse", "ep", "ép", "vve")
) | {"veuve", "couple", "famille", "consorts"}
_BEGINS = re.compile(r"(?:^|(?<![A-Z])[.;:\n] ?)$")
_SHORT_TIME = re.compile(r"(?i:jours?|semaines?|j)\b")
_OF_ANY = folded(WORDS.particles)
_OF_SURNAMES = frozenset(
    (
        "ben",
        "el",
        "al",
        "van",
        "von",
        "der",
        "dos",
        "da",
        "di",
        "ould",
        "bint",
        "ait",
        "abd",
        "abou",
    )
)
_OF_SPECIES = re.compile(r".{3,26}(?:ae|um|is|us|ii)")
_WORDS = folded(WORDS.small_words)
_TELLERS = folded(
    (*WORDS.civilities, *WORDS.patients, *WORDS.children, *WORDS.relatives, "couple", "famille")
)
_FAR, _NEAR, _SHORT = 60, 20, 3


def labelled_in(text: str) -> Iterator[Span]:
    """Names in small letters just after « nom », « née », « couple »."""
    for match in () if said_in(text).isdisjoint(_LABELS) else _LABELLED.finditer(text):
        words = match["name"].split()
        odd = any(is_strange(one) for one in words if len(one) > 2)  # noqa: PLR2004
        if match["name"].islower() and odd and all(map(_is_of_a_name, words)):
            yield match.span("name")


def small_names_in(text: str) -> Iterator[Span]:
    """Words of no list just before a birth, a day of old or an age."""
    births, words_of = birth_days_in(text), birth_words_in(text)
    days = [one for one in days_in(text) if one in births or is_old(text[slice(*one)])]
    ages = [one for one in ages_in(text) if not _SHORT_TIME.search(text, *one)]
    for start in (*(at for at, _ in ages), *(words_of.get(at, at) for at, _ in days)):
        before = _BEFORE.search(text, max(0, start - _FAR), start)
        if before and (name := _name(text, before)):
            yield name


def _name(text: str, before: re.Match[str]) -> Span | None:
    """Which words before a day are a name: the last ones, each of no list or a first name."""
    words = [*re.finditer(r"\S+", before["name"])]
    kept = len(words)
    while kept and _is_of_a_name(words[kept - 1].group()):
        kept -= 1
    while kept < len(words) and bare_word(words[kept].group()) in _OF_ANY - _OF_SURNAMES:
        kept += 1
    said = [one.group().strip(".") for one in words[kept:]]
    odd = [one for one in said if len(one) > 2 and is_strange(one)]  # noqa: PLR2004
    if not odd or bare_word(said[-1]) in _OF_ANY:
        return None
    start = before.start("name") + words[kept].start()
    whole = start, before.end("name")
    if len(said) > 1:
        return whole
    teller = text[max(0, start - _NEAR) : start].rsplit(None, 1)[-1:]
    if teller and bare_word(teller[0].strip(".,(")) in _TELLERS:
        species = teller == ["M."] and _OF_SPECIES.fullmatch(said[-1])
        return None if species else whole
    begins = said[-1].islower() and _BEGINS.search(text, max(0, start - 2), start)
    return whole if begins and len(odd[0]) > _SHORT and not is_clinical(odd[0]) else None


def _is_of_a_name(word: str) -> bool:
    bare = bare_word(word)
    if bare in _OF_ANY:
        return True
    if len(bare.strip(".")) == 1:
        return bare.strip(".") not in "aày"
    if len(bare) == 2:  # noqa: PLR2004
        return bare not in _WORDS and not is_acronym(bare.upper())
    if bare in NOT_NAMES or is_of_another((word,)) or tells_a_medicine((word,)):
        return False
    return is_strange(word) or is_first_name(bare)
