"""Full names, and names of no list, that other words of the text say to be a patient's."""

import re
from collections.abc import Iterator
from itertools import chain

from triage.patient_data.numbers import hospital_numbers_in, nirs_in
from triage.patient_data.persons.civilities import (
    professions_near,
)
from triage.patient_data.persons.kinds import (
    bare_word,
    is_acronym,
    is_alone_enough,
    is_clinical,
    is_of_another,
    is_strange,
    is_usual,
    looks_like_a_name,
    tells_a_medicine,
)
from triage.patient_data.persons.names import Name, has_first_name, name_after, name_before
from triage.patient_data.words import USUAL_NAMES, WORDS, any_of, beginnings, folded, said_in

Span = tuple[int, int]

_SURNAME = 5
_NEAR = 60


def is_lone(name: Name) -> bool:
    """Whether one word of no list stands where somebody's name does: « décès de Kervella »."""
    word = name.words[0]
    capital = word[0].isupper() or word[:2] in {"d'", "D'"}
    return (
        len([one for one in name.words if bare_word(one) not in _SMALL]) == 1
        and capital
        and (not word.isupper() or len(word) >= _SURNAME)
        and len(word) > (_SHORT if not name.begins else _SHORT - 1)
        and name.of_somebody
        and is_strange(word)
        and not (name.of_another or tells_a_medicine(name.words) or is_acronym(word))
    )


_SMALL = folded(WORDS.particles)
_SHORT = 3


def is_surname_with_initial(name: Name) -> bool:
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


THE_PATIENT = re.compile(
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
    (
        *("cas", "observation", "ordonnance", "ordonnances", "décès", "hospitalisation", "état"),
        *("dossier", "histoire", "témoignage", "grossesse", "au"),
    )
)
_OF_A_MEDICINE_TOO = re.compile(r"(?i:ordonnance|observation)s? d")
"""« ordonnance de Kervella », but « ordonnance de » a medicine too."""
_MOBILE = re.compile(
    r"(?<!\w)(?:(?i:t[ée]l[ée]?(?:phone)?|port(?:able)?|mobile|gsm|joignable)\.?"
    r"(?: (?i:au|est|portable))?[ :]{1,3})?(?:0|\+33 ?(?:\(0\) ?)?)[67](?:[ .-]?\d\d){4}(?!\d)"
)
"""A mobile telephone: of the person whose name stands just before."""
_BESIDE_A_NUMBER = re.compile(r" ?[,;:(-]? ?(?=[A-ZÉÈ])")
_BEGINS = re.compile(r"(?:^|\n|[.;-] ?)$")
_ONE_ILL = re.compile(
    r"(?:^|[.\n] ?)(?P<name>[A-ZÉÈ][^\W\d_]{3,20}(?:-[A-ZÉÈ][^\W\d_]{2,20})?)"
    r"(?= (?i:souffre|prend(?! en)|se plaint|vomit|tousse"
    r"|est (?:d[ée]c[ée]d[ée]|mort|hospitalis[ée])e?"
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
THEN_CITED = re.compile(
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
            or THEN_CITED.match(text, end)
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


def by_what_follows(text: str) -> Iterator[Span]:
    """A full name beside « (patient) », what ails it, or a number that is one person's."""
    yield from _pairs(text)
    names = [*_told(text)]
    for start, end in (*nirs_in(text), *hospital_numbers_in(text)):
        after = _BESIDE_A_NUMBER.match(text, end)
        following = name_after(text, after.end()) if after else None
        if following is not None:
            following.begins = True
        names += [name_before(text, start), following]
    names += [name_before(text, match.start()) for match in _MOBILE.finditer(text)]
    for name in names:
        if name is not None and _is_somebody(text, name):
            yield name.start, name.end


_STOPS = re.compile(r" ?[,;)/|]|\.?$|\n|\. |,? \(| [FHM](?!\w)")


def stands_alone(text: str, name: Name) -> bool:
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
            THE_PATIENT.match(text, match.end())
            or _ILL.match(text, match.end())
            or (begins and _IS_TOLD.match(text, match.end()))
        ):
            yield name_before(text, match.end())


def _is_somebody(text: str, name: Name) -> bool:
    """Whether a full name is of none who writes, of no place, company nor disease."""
    if any(map(is_clinical, name.words)):
        return False
    told = has_first_name(name) or is_lone(name) or is_surname_with_initial(name)
    if not told:
        return False
    if tells_a_medicine(name.words):
        return False
    if THE_PATIENT.match(text, name.end):
        return not is_of_another(name.words)  # « signé : Anne Caradec, patiente »
    return not (name.of_another or professions_near(text, name.start, name.end))
