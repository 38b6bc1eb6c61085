"""A second look at a text that tells of one person: what identifies there needs no word of its own.

Once a person is found, or said, in a text, any day, long number, place where one lives or letters
for a name beside it is that person's, unless a word says that it is a thing's: a product's, a
text of law's, a study's, a firm's. Elsewhere nothing is looked for.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import chain

from french.text import fold
from triage.patient_data.addresses import ORGANISATION
from triage.patient_data.ages import ages_in
from triage.patient_data.birth_days import birth_days_in
from triage.patient_data.births import SIGNED, births_in, days_in, is_old
from triage.patient_data.numbers import hospital_numbers_in, nirs_in
from triage.patient_data.persons.around import tells_of_one
from triage.patient_data.persons.initials import initials_with_age_in
from triage.patient_data.persons.kinds import bare_word, is_acronym, is_first_name, is_of_another, is_strange, tells_a_medicine
from triage.patient_data.persons.people import names_in
from triage.patient_data.phones import phones_in
from triage.patient_data.words import WORDS, any_of, folded

Span = tuple[int, int]

_THING = re.compile(
    rf"(?<![^\W_]){any_of((*WORDS.dated_things, *WORDS.codes))}(?![^\W_])[^.;\n]{{0,40}}$"
)
_EVENT = re.compile(
    r"(?<![^\W_])(?i:le|du|au|d[èe]s|depuis|en|jusqu'au|jusque|fin|d[ée]but|mi|the|on|from|to|since|until|et"
    r"|puis|vers|entre)[ -]?$"
)
_BORN_EVENT = re.compile(r"(?i:n[ée]e?)[ ,]{1,2}(?i:le|the|on|en|un) $")
_YEAR_OF_BIRTH = re.compile(r"(?<!\w)(?i:n[ée]e?)(?!\w)[^\d.;\n]{1,20}(?P<year>(?:19|20)\d\d)(?!\d)")
_BESIDE = re.compile(
    r"[^\w\n]{0,4}\n?(?:(?:\(?(?:[FHM]|(?i:sexe|homme|femme|f[ée]minin|masculin|patiente?|ddn|dob|n[ée]e?|le|the|of|on|date|de|naissance))\)?)[^\w]{1,4}){0,4}"
)
_CODE = re.compile(
    r"(?<![\w.,+-])(?:[A-Z]{1,4}[ ./-]?)?\d(?:[ ./_-]?\d){5,14}(?:[ -]?[A-Z])?(?![\w%]|[.,]\d)"
)
_UNIT = re.compile(rf" ?(?:{any_of(WORDS.units)})(?!\w)")
_AMOUNT = re.compile(r"\d{1,3}(?:[ .]\d{3}){1,4}")
_A_DATE = re.compile(r"[0-3]?\d[ ./-][01]?\d[ ./-](?:19|20)?\d\d|(?:19|20)\d\d[./-].*|.*[./-](?:19|20)\d\d")
_FAR = 60


@lru_cache(maxsize=8)
def _people(text: str) -> tuple[Span, ...]:
    """Places of what was found of a person."""
    found = chain(
        names_in(text), births_in(text), initials_with_age_in(text), nirs_in(text),
        hospital_numbers_in(text), birth_days_in(text), initials_near_in(text),
    )
    return tuple(sorted(found))


def _is_beside(text: str, start: int, end: int) -> bool:
    """Whether something of a person stands beside a place."""
    for first, last in _people(text):
        if last <= start and start - last < _FAR and _BESIDE.fullmatch(text, last, start):
            return True
        if first >= end and first - end < _FAR and _BESIDE.fullmatch(text, end, first):
            return True
    return False


def days_near_in(text: str) -> Iterator[Span]:
    """Days of a person: old ones in a text of one person, others beside who it is."""
    days = days_in(text)
    if not tells_of_one(text):
        return
    for match in _YEAR_OF_BIRTH.finditer(text) if _people(text) else ():
        yield match.span("year")
    for start, end in days:
        before = max(0, start - _FAR)
        if _THING.search(text, before, start):
            continue
        event = _EVENT.search(text, before, start) and not _BORN_EVENT.search(text, before, start)
        old = is_old(text[start:end]) and _people(text)
        if old or (not event and _is_beside(text, start, end)):
            yield start, end


def numbers_near_in(text: str) -> Iterator[Span]:
    """Numbers of six figures and more, in a text where a person is found."""
    if not tells_of_one(text):
        return
    taken = [*days_in(text), *phones_in(text), *nirs_in(text), *hospital_numbers_in(text)]
    for match in _CODE.finditer(text):
        start, end = match.span()
        if any(first < end and start < last for first, last in taken):
            continue
        if _AMOUNT.fullmatch(match.group()) or _A_DATE.fullmatch(match.group()) or _UNIT.match(text, end):
            continue
        if _THING.search(text, max(0, start - _FAR), start) or ORGANISATION.search(text, max(0, start - _FAR), start):
            continue
        if _people(text):
            yield start, end


_BEFORE_A_DAY = re.compile(
    r"(?P<name>(?:[A-ZÀ-Þ][^\W\d_]{1,20}\.?)(?:[ -][A-ZÀ-Þ][^\W\d_]{0,20}\.?){0,2})[ ,;:(/|–-]{1,4}$"
)
_BEHIND_A_DAY = re.compile(
    r"[ ,;:)/|–-]{1,4}(?P<name>(?:[A-ZÀ-Þ][^\W\d_]{1,20}\.?)(?:[ -][A-ZÀ-Þ][^\W\d_]{0,20}\.?){0,2})"
)


def names_near_in(text: str) -> Iterator[Span]:
    """Words with capitals, of no list, beside a day of old: « WIS. AND. – 04061970 »."""
    for start, end in days_in(text):
        if not (text[start].isdigit() and is_old(text[start:end])) or _THING.search(text, max(0, start - _FAR), start):
            continue
        for match in (
            _BEFORE_A_DAY.search(text, max(0, start - _FAR), start),
            _BEHIND_A_DAY.match(text, end),
        ):
            words = re.findall(r"[^\W\d_]+", match["name"]) if match else []
            long = [one for one in words if len(one) > 2]
            if match is None or not long or tells_a_medicine(words) or is_of_another(words):
                continue
            if all(is_strange(one) or f"{one}." in match["name"] or is_first_name(bare_word(one)) for one in long) and not any(map(is_acronym, words)):
                yield min(start, match.start("name")), max(end, match.end("name"))


_SEPARATED = (
    r"[A-ZÉÈÀ](?:(?:\.{1,3}[ -]{0,2}|[-/_·*' ])(?:(?:d[eu]|l[ea]|van|von|el|ben) )?[A-ZÉÈÀ]){1,3}(?![^\W\d_])\.{0,3}"
)
_LETTERS = re.compile(
    rf"(?<![\w])(?<!\w['’.@/-])(?P<initials>{_SEPARATED}|[A-ZÉÈ]{{2,4}})(?![\w'’@]|[.-]\w)"
)
_TOLD_BEFORE = re.compile(
    rf"(?<![^\W_])(?<!\d )(?:{any_of((*WORDS.patients, *WORDS.children, *WORDS.civilities))}"
    r"|(?i:inits?|initiales?|initials|cas|obs|observation|case|dossier|concerne|suivie?|homme|femme|d[ée]sign[ée]e?|identifi[ée]e?))"
    r"(?:[ .]{0,2}(?:n° ?)?\d{1,3}(?!\d))?"
    r"(?:[ ,.:;=(\[\"«/|#-]{1,4}(?i:du|de la|de|est|sont|sous|les|ses|aux|initiales?|par|d[ée]sign[ée]e?|patiente?|identifi[ée]e?|nomm[ée]e?|appel[ée]e?)?){1,3}$"
)
_AGE_AFTER = re.compile(
    r"[^\w]{0,4}(?:\(?(?:[FHM]|(?i:sexe (?:f|h|m|f[ée]minin|masculin)|homme|femme|gar[çc]on|fille|patiente?|et|f[ée]minin|masculin|man|woman|male|female|boy|girl))\)?[^\w]{1,4})?"
    r"(?:(?i:[âa]g[ée]e?(?: de)?|n[ée]e?(?: le| en)?|ddn|dn|dob|born)[ :=]{0,3})?$"
)
_SHORT = 3
_SAID = re.compile(r"(?<!\w)(?i:initiales?|initials)(?!\w)")


def initials_near_in(text: str) -> Iterator[Span]:
    """Letters that stand for a name, beside an age, a day, a sex or a word for who it is."""
    births = birth_days_in(text)
    marks = [
        *ages_in(text),
        *(one for one in days_in(text) if one in births or is_old(text[slice(*one)])),
    ]
    if not marks and not tells_of_one(text):
        return
    for said in _SAID.finditer(text):
        for one in _LETTERS.finditer(text, said.end(), said.end() + 30):
            letters = re.sub(r"[^A-ZÉÈÀ]", "", one["initials"])
            if letters not in _NONE and 2 <= len(letters) <= _SHORT and "." not in text[said.end() : one.start()]:
                yield one.span("initials")
    for match in _LETTERS.finditer(text):
        start, end = match.span("initials")
        letters = re.sub(r"[^A-ZÉÈÀ]", "", match["initials"])
        apart = len(letters) < end - start - (match["initials"][-1] == ".")
        if letters in _NONE or (not apart and fold(letters) in _WORDS) or not 2 <= len(letters) <= 4:
            continue
        if SIGNED.search(text, max(0, start - _FAR), start):
            continue
        told = _TOLD_BEFORE.search(text, max(0, start - _FAR), start)
        aged = any(
            (first >= end and first - end < 40 and _AGE_AFTER.fullmatch(text[end:first]))
            or (last <= start and start - last < 6 and not text[last:start].strip(" ,;:()/|-\n"))
            for first, last in marks
        )
        if letters in _LONG or (letters in _SHORT_ONES and not apart) or (letters in _OFTEN and not told):
            continue
        if (told and (aged or apart or len(letters) < 4)) or (aged and (apart or len(letters) == 2 or _begins(text, start))):
            yield start, end


def _begins(text: str, start: int) -> bool:
    return start == 0 or text[max(0, start - 2) : start].strip(" ") in {".", "\n", ";", ":", "-", "(", "/", "|", "«"}


_LONG = frozenset(WORDS.acronyms_long)
_SHORT_ONES = frozenset(WORDS.acronyms_short)
_OFTEN = frozenset(WORDS.acronyms_often)
_WORDS = folded((*WORDS.grammar, *WORDS.units))
_NONE = frozenset({"NC", "NR", "ND", "NA", "XX", "SO", "NSP", "AMM", "RCP", "OK", "IE", "EG", "PEX", "CAD", "II", "III", "IV", "VI", "VII"})

_WAY = any_of((*WORDS.streets, *WORDS.ways))
_TOWN = r"(?<!\d )\d(?: ?\d){4}[ ,-]{1,3}[^\W\d_][^\W\d_'’-]{1,24}(?:[ -](?:sur|sous|en|l[eèé]s|la|le|les|de|du|[A-ZÉÈ][\w'’-]{1,24})){0,5}(?: \d{1,2}(?:er|e|[èe]me)(?!\w))?"
_PLACE = re.compile(
    rf"(?<![^\W_])(?:"
    rf"(?:\d{{1,4}}(?: ?(?i:bis|ter|quater|[a-c])(?!\w))?[ ,]{{1,3}}(?:(?i:de la|du|de l')[ ]?)?)?{_WAY}\b\.?[ ]"
    rf"[^\n;:()|]{{2,60}}?(?:[ ,(\n|/–-]{{1,4}}{_TOWN}|(?=[.;\n)|]|$|, )(?:, [A-ZÉÈ][\w'’-]{2,24}(?: \d{{1,2}}(?:er|e|[èe]me))?(?!\w))?)"
    rf"|\d{{1,4}}(?: ?(?i:bis|ter|quater))?[ ,]{{1,3}}[^\d\n;:()]{{3,50}}?[ ,\n/|–-]{{1,4}}{_TOWN}"
    rf"|(?<!\d ){_TOWN})"
)


_LIVES = re.compile(
    r"(?<![^\W_])(?i:habit|demeur|domicili|r[ée]sid|log[ée]|h[ée]berg|adresse|vi[ts] |vivant|chez )[^.;\n]{0,60}$"
)
_LIVES_AFTER = re.compile(r"[ ,(]{1,3}(?i:domicile|chez (?:elle|lui|sa|son|ses))")


def places_near_in(text: str) -> Iterator[Span]:
    """Streets, and towns with their postcodes, in a text where a person is found or lives."""
    if not tells_of_one(text):
        return
    for match in _PLACE.finditer(text):
        start, end = match.span()
        line = re.split(r"[.;\n](?= |$)", text[max(0, start - 90) : start])[-1]
        lives = _LIVES.search(text, max(0, start - 90), start) or _LIVES_AFTER.match(text, end)
        firm = ORGANISATION.search(line) or _THING_PLACE.match(text, start)
        numbered = re.match(r"\d", match.group()) is not None
        named = any(map(str.isupper, match.group())) or any(map(str.isdigit, match.group()))
        if not (firm and not (lives and _people(text))) and named and (lives or (numbered and _people(text))):
            yield _begun(text, start), end


_A_PART = re.compile(
    r"(?:^|[,/\n|–-] ?|[:(] ?|(?<=chez ))(?P<part>(?:(?i:foyer|ehpad|r[ée]sidence|maison|ch[âa]teau|manoir|ferme|villa|tour|lieu-dit|chambre"
    r"|bâtiment|bât|appt|appartement|esc|porte|[ée]tage|chez|cité|le|la|les) )?[A-ZÀ-Þ\d][\w'’. -]{2,40}?) ?[,/\n|–-] ?$"
)


def _begun(text: str, start: int) -> int:
    """Where an address starts: parts with a capital before it are of it, names too."""
    for _ in range(3):
        part = _A_PART.search(text, max(0, start - _FAR), start)
        if part is None or _is_a_sentence(part["part"]):
            break
        start = part.start("part")
    return start


def _is_a_sentence(part: str) -> bool:
    """Whether words are told of something: one in small letters is no particle."""
    return (
        any(one.islower() and len(one) > _SHORT and one not in _OF_A_PLACE for one in part.split())
        or ORGANISATION.search(part) is not None
        or tells_a_medicine(part.split())
    )


_OF_A_PLACE = folded(("foyer", "ehpad", "résidence", "maison", "chambre", "château", "villa", "tour", "appartement", "bâtiment", "porte", "étage", "lieu-dit", "manoir", "ferme", "cité"))
_THING_PLACE = re.compile(rf"{any_of(WORDS.organisations)}(?!\w)")
