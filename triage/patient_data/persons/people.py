"""Names and initials of people in a plain text, by what stands beside: age, birth, civility."""

import re
from collections.abc import Iterator
from itertools import chain

from triage.patient_data.ages import ages_in
from triage.patient_data.births import days_in, is_old
from triage.patient_data.numbers import hospital_numbers_in, nirs_in
from triage.patient_data.persons.civilities import (
    CIVILITY_STEMS,
    civilities_in,
    lower_births_in,
    lower_names_in,
    professions_near,
)
from triage.patient_data.persons.file_names import STEMS as FILE_STEMS
from triage.patient_data.persons.file_names import file_names_in
from triage.patient_data.persons.initials import NAMED_AFTER_AGE, with_dot
from triage.patient_data.persons.names import (
    Name,
    bare_word,
    ends_as_an_adjective,
    has_first_name,
    is_acronym,
    is_alone_enough,
    is_clinical,
    is_of_another,
    is_strange,
    is_usual,
    looks_like_a_name,
    name_after,
    name_before,
    tells_a_medicine,
)
from triage.patient_data.persons.records import records_in
from triage.patient_data.persons.roles import PATIENT_STEMS, said_names_in
from triage.patient_data.words import USUAL_NAMES, WORDS, any_of, beginnings, folded, said_in

Span = tuple[int, int]

_LONG = frozenset(WORDS.acronyms_long)
_BORN_BEFORE = re.compile(r"(?i:\bddn|\bnaissance)[^\n\d]{0,20}$")
_SURNAME = 5
_AFTER_DAY = re.compile(r"[ ,:(;\n-]{1,4}(?=[^\W\d_])")
_NEAR = 60
_AND = re.compile(r"(?<!\w)(?P<first>[^\W\d_][^\W\d_'-]{0,25}(?:-[^\W\d_]{2,20})?) et $")
_ONE_INITIAL = re.compile(
    r"(?:M\.|(?i:mr|mme|mlle|monsieur|madame)\.?) [A-ZÉÈ](?:\. ?[A-ZÉÈ])?\.?"
    rf"(?=,? (?:{any_of(WORDS.after_names)})(?!\w)| ?, ?\d| \(?\d)"
    r"|(?:(?i:mr|mme|mlle|monsieur|madame)\.?) [A-ZÉÈ]\. ?[A-ZÉÈ]\.(?!\w)"
)
"""« M. T. a chuté »."""


def names_in(text: str) -> Iterator[Span]:
    """Places of the names of people who are no authors: each with what makes it identify one."""
    mentions = text.lower().__contains__
    found = [*_by_birth(text), *_by_age(text), *_by_what_follows(text), *records_in(text)]
    if any(map(mentions, CIVILITY_STEMS)):
        found += [*_by_civility(text), *lower_names_in(text)]
    found += lower_births_in(text)
    if any(map(mentions, PATIENT_STEMS)):
        found += said_names_in(text)
    if any(map(mentions, FILE_STEMS)):
        found += file_names_in(text)
    if found:
        found += _said_again(text, found)
    end = -1
    for span in sorted(found, key=lambda one: (one[0], -one[1])):
        if span[0] >= end:
            yield span
            end = span[1]
        elif span[1] > end:
            yield end, span[1]
            end = span[1]


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
    word = name.words[0] if name.words else ""
    if is_alone_enough(word) and (age or name.born) and len(name.words) == 1:
        return True
    if (age or name.of_somebody) and _is_surname_with_initial(name):
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
    plain = not any(is_clinical(one) or is_acronym(one) for one in name.words)
    if name.of_another:
        return False
    if len(capital) > 1:
        return plain and not name.after_preposition and any(map(is_strange, capital))
    return plain and (age or name.of_somebody) and _is_lone(name)


def _is_lone(name: Name) -> bool:
    """Whether one word of no list stands where somebody's name does: « décès de Kervella »."""
    word = name.words[0]
    capital = word[0].isupper() or word[:2] in {"d'", "D'"}
    return (
        len([one for one in name.words if bare_word(one) not in _SMALL]) == 1
        and capital
        and (not word.isupper() or len(word) >= _SURNAME)
        and len(word) > _SHORT
        and name.of_somebody
        and is_strange(word)
        and not (name.of_another or tells_a_medicine(name.words) or is_acronym(word))
    )


_SMALL = folded(WORDS.particles)
_SHORT = 3


def _is_surname_with_initial(name: Name) -> bool:
    """« T. Caron », « Caron T. »: a surname and the initial of a first name, where nothing else."""
    if len(name.words) != 2 or name.of_another:  # noqa: PLR2004
        return False
    if name.before and not name.of_somebody:
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
        old = is_old(text[start:end])
        if name.civility or alone or (old and (has_first_name(name) or _stands_alone(text, name))):
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
    r"(?<!\w)(?i:je m[' ]?app?ell?e|moi c'?est|c'?est|c|ici|je soussign[ée]{1,2}|je suis"
    r"|personne concern[ée]e est|il s'agit de)"
    r" (?=[^\W\d_])"
)
_CASE_OF = re.compile(
    r"(?<!\w)(?i:cas|observation|ordonnances?|d[ée]c[èe]s|hospitalisation|[ée]tat|dossier|histoire"
    r"|t[ée]moignage|grossesse|au nom) (?:de |d')(?=[A-ZÉÈ])"
)
_SPEAKS = frozenset(("je", "moi", "c", "cest", "ici", "personne", "il"))
_CASES = beginnings(
    ("cas", "observation", "ordonnance", "ordonnances", "décès", "hospitalisation", "état")
    + ("dossier", "histoire", "témoignage", "grossesse", "au")
)
_OF_A_MEDICINE_TOO = re.compile(r"(?i:ordonnance|observation)s? d")
"""« ordonnance de Kervella », but « ordonnance de » a medicine too."""
_BESIDE_A_NUMBER = re.compile(r" ?[,;:(-]? ?(?=[A-ZÉÈ])")
_BEGINS = re.compile(r"(?:^|\n|[.;-] ?)$")
_ONE_ILL = re.compile(
    r"(?:^|[.\n] ?)(?P<name>[A-ZÉÈ][^\W\d_]{3,20}(?:-[A-ZÉÈ][^\W\d_]{2,20})?)"
    r"(?= (?i:souffre|prend(?! en)|se plaint|vomit|tousse|est (?:d[ée]c[ée]d[ée]|mort|hospitalis[ée])e?"
    r"|a (?:chut[ée]|convuls[ée]|vomi|[ée]t[ée] hospitalis[ée]e?))(?!\w))"
)
_IS_TOLD = re.compile(r" ?: [a-zéàê]")
"""« Garnier Sylvie : hépatite à J12 », where a text begins."""
_FULL = re.compile(
    r"(?<![^\W\d_])[A-ZÉÈ][^\W\d_]{1,18}(?:['-][^\W\d_]{1,18})?"
    r"(?: [A-ZÉÈ][^\W\d_]{1,18}(?:['-][^\W\d_]{1,18})?){1,3}(?![\w'-])"
)


_ONE = r"(?<![^\W\d_])(?<![-'@.])(?P<one>{first}[^\W\d_]{{1,20}}(?:-[^\W\d_]{{2,20}})?) "
_OTHER = (
    r"(?=(?P<other>(?:(?i:de|du|le|la|el|ben|van|von|dos|da|di) )?[^\W\d_]{3,25}"
    r"(?:-[^\W\d_]{2,25})?)(?![\w@'-]))"
)
_PAIR = re.compile(_ONE.format(first="[A-ZÀ-ÖØ-Þ]") + _OTHER)
_LOWER_PAIR = re.compile(_ONE.format(first=r"[^\W\d_A-ZÀ-ÖØ-Þ]") + _OTHER)
_OF_OTHERS = re.compile(
    rf"(?<!\w)(?:{any_of((*WORDS.organisations, *WORDS.streets, *WORDS.authors))}|[Dd]rs?"
    rf"|[Pp]rs?)(?!\w)"
    r"[^;\n]{0,25}$"
)
_THEN_CITED = re.compile(
    r",? (?:et al|et coll|& |\(?(?:19|20)\d\d\)?[ );:,.])|[,.]? [A-Z]{1,2}[,.]|, (?i:in )"
)


def _pairs(text: str) -> Iterator[Span]:
    """A first name and a surname of no list, in either order, of none who writes or is quoted."""
    quiet = USUAL_NAMES.isdisjoint(text.split())
    pairs = chain(_PAIR.finditer(text), () if quiet else _LOWER_PAIR.finditer(text))
    for match in pairs:
        one, other = match["one"], match["other"]
        last = other.rsplit(" ", 1)[-1]
        first = is_usual(one) or (one[0].isupper() and is_alone_enough(one))
        turned = is_alone_enough(last) and last[0].isupper() and one[0].isupper()
        shouted = one.isupper() != last.isupper()  # « MARTIN Denis », « Laura MICHAUD »
        odd, odd_too = is_strange(last), is_strange(one)
        if not (
            (first and (odd or (shouted and _is_shouted(last))))
            or (turned and (odd_too or (shouted and _is_shouted(one))))
        ):
            continue
        start, end = match.start(), match.end("other")
        if is_of_another((one, *other.split())) or tells_a_medicine((one, last)):
            continue
        if _KIN.match(text, end) or not (
            _OF_OTHERS.search(text, max(0, start - _NEAR), start)
            or _THEN_CITED.match(text, end)
            or professions_near(text, start, end)
        ):
            yield start, end
    for match in _IN_PARENTHESES.finditer(text):
        word = match["name"]
        shouted = word.isupper() and len(word) <= _SURNAME
        if is_strange(word) and not shouted and not tells_a_medicine((word,)):
            yield match.span("name")


_IN_PARENTHESES = re.compile(
    r"(?<![\w-])(?P<name>[A-ZÉÈ][^\W\d_]{3,25}(?:-[A-ZÉÈ][^\W\d_]{2,20})?)(?: \(|, )"
    r"(?i:(?:la |le |ma |mon )?patiente?)(?!\w)"
)
"""« Tanguy (patient) », « Tanguy, patient suivi »."""
_KIN = re.compile(rf" ?\((?:(?i:sa|son|la|le) )?{any_of(WORDS.relatives)}(?!\w)")
"""« Contact : Gwenaëlle Tanguy (fille) »."""


def _is_shouted(word: str) -> bool:
    return word.isupper() and len(word) > 3 and not is_acronym(word)  # noqa: PLR2004


def _by_what_follows(text: str) -> Iterator[Span]:
    """A full name beside « (patient) », what ails it, or a number that is one person's."""
    yield from _pairs(text)
    names = [*_told(text)]
    for start, end in (*nirs_in(text), *hospital_numbers_in(text)):
        after = _BESIDE_A_NUMBER.match(text, end)
        following = name_after(text, after.end()) if after else None
        if following is not None:
            following.begins = True
        names += [name_before(text, start), following]
    for name in names:
        if name is not None and _is_somebody(text, name):
            yield name.start, name.end


_STOPS = re.compile(r" ?[,;)/|]|\.?$|\n|\. |,? \(| [FHM](?!\w)")


def _stands_alone(text: str, name: Name) -> bool:
    """Whether one word of no list stands between signs: « 67 ans, Kervella »."""
    return (
        len(name.words) == 1
        and len(name.words[0]) > (_SURNAME if name.words[0].isupper() else _SHORT)
        and is_strange(name.words[0])
        and not tells_a_medicine(name.words)
        and _STOPS.match(text, name.end) is not None
    )


def _told(text: str) -> Iterator[Name | None]:
    """Names that words just before, or just after, say to be a patient's."""
    said = said_in(text)
    patterns = [] if said.isdisjoint(_SPEAKS) else [_I_AM]
    patterns += [] if said.isdisjoint(_CASES) else [_CASE_OF]
    for pattern in patterns:
        for match in pattern.finditer(text):
            name = name_after(text, match.end())
            alone = name is not None and len(name.words) == 1 and is_usual(name.words[0])
            if name is not None and pattern is _I_AM and alone:
                name.words.append("")  # « je m'appelle Samira » is enough
            if name is not None and not _OF_A_MEDICINE_TOO.match(match.group()):
                name.begins = True
            yield name
    for match in _ONE_ILL.finditer(text):
        yield name_before(text, match.end())
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
    if any(map(is_clinical, name.words)):
        return False
    told = has_first_name(name) or _is_lone(name) or _is_surname_with_initial(name)
    if not told:
        return False
    if tells_a_medicine(name.words):
        return False
    if _THE_PATIENT.match(text, name.end):
        return not is_of_another(name.words)  # « signé : Anne Caradec, patiente »
    return not (name.of_another or professions_near(text, name.start, name.end))


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
            _stands_alone(text, name) and not name.is_initials and _told_of_one(text, start)
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
        if _THEN_CITED.match(text, name.end):
            continue
        whose = _WHOSE.search(text, max(0, start - _NEAR), start)
        writes = (
            not whose
            and (
                professions_near(text, start, name.end)
                or _WRITTEN_BY.search(text, max(0, start - _NEAR), start)
            )
            and not _THE_PATIENT.match(text, name.end)
        )
        if not writes and not _is_title(name):
            couple = _COUPLE.search(text, max(0, start - 12), start)
            yield couple.start() if couple else start, name.end


_WRITTEN_BY = re.compile(rf"(?<!\w){any_of(WORDS.writings)} (?:de |d')$")
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
