"""Electronic and postal addresses of people in a plain text; those of a service stay."""

import re
from collections.abc import Iterator
from itertools import chain

from french.text import fold
from triage.patient_data.dictionary.known_words import is_of_a_medicine
from triage.patient_data.persons.names import Name, name_before
from triage.patient_data.words import WORDS, any_of, folded, has_figures, said_in

Span = tuple[int, int]

_AT = re.compile(
    r"[ \n]?(?:@|&#0?64;|[(\[{<*] ?(?i:at|arobase|arobas|a|@) ?[)\]}>*]|(?i:\barr?oba(?:se?|ze?)\b)"
    r"|(?<=\w)[-_](?i:at)[-_](?=[\w-]{2,40}\.)) ?\n?|"
    rf"(?<=[a-z\d])AT ?(?={any_of(WORDS.webmails)}\b)|"
    r"(?<=\w) (?i:at) (?=[\w-]{2,40}(?:\.| (?i:dot|point) )(?:fr|com|net|org|eu|be|ch|lu)\b)|"
    rf"(?<=\w) (?i:chez|à) (?={any_of(WORDS.webmails)}(?:\.| (?i:dot|point) )(?:fr|com|net)\b)"
)
_LOCAL = re.compile(
    r"(?:[\w+'%-]{1,30}(?: (?i:point|dot|tiret|underscore) | ?\. | \.|\.\n))?[\w.+'%-]{1,64}$"
)
_DOT = (
    r"(?: (?i:dot|point) (?=[a-z]{2,4}\b)| \. (?=[a-z]{2,4}\b)| ?\.|,(?=[a-z]{2,3}\b)"
    r"|\. (?=(?:fr|com|net|org|eu|be|ch|lu)\b)| ?[(\[{<](?i:dot|point|\.)[)\]}>] ?)"
)
_DOMAIN = re.compile(rf"[\w-]{{1,40}}(?:{_DOT}[\w-]{{1,30}}){{1,3}}|{any_of(WORDS.webmails)}(?!\w)")
_MAILBOXES = folded(WORDS.mailboxes)
_LONGEST = 64

_STREET = any_of(WORDS.streets)
_TOWN = r"(?:[ ,\n-]{1,3}\d{5} (?:(?:les|le|la|st|ste|saint|sainte)[ -])?[^\W\d_][\w'-]{1,24})"
_MORE_OF_A_TOWN = re.compile(
    r"(?: [A-ZÉÈ][\w'-]{1,24}| (?:sur|sous|en|l[eèé]s|la|le|de|du)(?= [A-ZÉÈ])){1,4}"
)
_PART = (
    r"(?:(?i:appt?|apt|appartement|app|b[âa]t|b[âa]timent|esc|escalier|[ée]tage|porte|logement|logt"
    r"|studio|n°|bo[îi]te|bte|cage|hall|tour|villa|[ée]t)\.? ?\w{1,4}(?!\w)"
    r"|(?i:\d{1,2}(?:er|e|[èe]me|re)|premier|deuxi[èe]me|rez-de-chauss[ée]e|rdc)"
    r" (?i:[ée]tage|gauche|droite|face|fond)(?: (?i:gauche|droite|face))?"
    r"|(?i:r[ée]sidence|lieu-dit|lotissement|quartier|hameau|bp|cs) [^\d\n,;.]{2,20}(?=,))"
)
"""A part of an address between the street and the town."""
_FLAT = rf"(?:[ ,]{{1,2}}{_PART}){{0,2}}"
_REST = re.compile(
    rf"(?:(?: ?,)? {_PART}){{0,4}}"
    r"(?P<town>(?: ?[,(\n-])? ?(?:F-)?\d{5}(?!\w)(?: [A-ZÉÈ][\w'-]{1,24})?)?"
)
"""What still follows of an address that was found."""
_BY_TOWN = re.compile(
    r"(?<![\w,./-])\d{1,4}(?: ?(?i:bis|ter|quater|[AB]))?[ ,]{1,2}(?!\d)[^\d\n;:.()]{3,40}?"
    r"[ ,-]{1,3}\d{5} [A-ZÉÈ][\w'-]{1,24}"
)
"""« 22 Grand'Rue 67600 Sélestat »: whatever the way is called, a number before, a town behind."""
_POSTAL = re.compile(
    r"(?<![\w,.])(?:(?:\d{1,4}|(?i:deux|trois|quatre|cinq|six|sept|huit|neuf|dix|onze"
    r"|douze))(?: ?(?i:bis|ter|quater)\b)?(?: (?:de la|du|de l'))?[ ,]{1,2}"
    rf"(?:{_STREET}\b\.?|(?i:r\.))"
    r"|(?i:lieu-dit))"
    rf"(?:[ \n](?!\d{{5}})(?:[A-ZÉ]\.|[^\s,;.]{{1,16}})){{1,5}}(?P<town>{_FLAT}{_TOWN})?"
)
_NUMBERS = frozenset(
    (
        *("deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix", "onze"),
        *("douze", "lieu"),
    )
)
"""What begins such a street, where no figure does."""
_FLAT_OF = re.compile(
    r"(?<!\w)(?P<place>(?i:r[ée]sidence|lotissement|hameau|cit[ée]|domaine|clos|r[ée]s\.)"
    r"(?: [^\s,;.\d]{1,14}){1,4},? ?(?i:b[âa]t(?:iment)?|esc(?:alier)?|appt?|appartement|porte"
    r"|villa|n°)"
    r"(?:\.? |\. ?|(?=\d))\w{1,4}(?:,? (?i:appt?|appartement|porte|[ée]tage|n°)\.? ?\w{1,4}){0,2}"
    rf"(?:{_FLAT}{_TOWN})?)"
)
"""A building and a flat in it: nobody but a person lives so."""
_BOX = re.compile(
    rf"(?:{any_of((*WORDS.at_home, 'adresse'))})(?!\w)[ :,(]{{1,3}}"
    rf"(?P<place>BP ?\d{{1,6}}{_TOWN}?)"
)
_FARM = re.compile(r", ?(?P<place>[^\W\d_][^\d\n;:.(),]{2,40}, ?\d{5} [A-ZÉÈ][\w'-]{1,24})")
"""« M. Caillaud, La Petite Métairie, 85110 Chantonnay »."""
_THEN_A_FIRM = re.compile(
    rf"[^\n.;]{{0,30}}?[ :,(-]{{1,3}}(?:(?:le|la|l'|notre) ?)?{any_of(WORDS.organisations)}(?!\w)"
)
_AT_HOME = re.compile(
    rf"(?:{any_of(WORDS.at_home)})(?!\w)[^\d\n.;]{{0,20}}?[ :,(]"
    rf"(?P<place>{_STREET}(?: (?!\d{{5}})[^\s,;.]{{1,16}}){{1,4}}(?:{_FLAT}{_TOWN})?)"
)
_THEN_HOME = re.compile(
    r"(?P<place>(?<!\w)[A-ZÉÈ][^\d\n;]{3,40}(?: ?[A-Z],)? ?\d{5} [^\W\d_][\w'-]{1,25})"
    r"(?=[ ,(]{1,3}(?i:\(?(?:la |le |du )?patiente?\b"
    r"|\(?domicile|o[ùu] (?:il|elle) (?:vit|habite|r[ée]side)|son domicile))"
)
_AFTER_CHEZ = re.compile(
    r"(?<!\w)(?i:chez|demeurant|habite|adresse|adr|vit [àa]|domicili[^\W\d_]{1,4})(?: [àa]| au)?"
    r"[ :]{1,3}(?P<place>[^\d\n;:()]{3,60}? \d{5} (?:(?:les|le|la|st|ste|saint|sainte)[ -])?"
    r"[^\W\d_][\w'-]{1,25})"
)
"""« chez yvonne le cloarec kergoat vihan 29520 laz »."""
_HOME = re.compile("|".join(map(re.escape, sorted(folded(WORDS.home)))), re.IGNORECASE)
_SHORT_WORDS = frozenset({"sa", "ch", "has", "ars", "ema", "place", "rue"})
ORGANISATION = re.compile(
    rf"(?<!\w)(?:{any_of(tuple(o for o in WORDS.organisations if o not in _SHORT_WORDS))}"
    r"|SA|CH|HAS|ARS|EMA)(?!\w)"
)
_TOWN_OF_HOME = re.compile(
    rf"(?<!\w)(?:(?i:habit|demeur|domicili|r[ée]sid|log[ée]|h[ée]berg)[^\W\d_]{{0,6}}"
    rf"|{any_of(WORDS.at_home)})(?: ?: ?)?"
    r"(?P<place>(?:[ (](?:[^\d\n.;(]|\d(?!\d{4})){0,45})?[ ,]\d{5}"
    r" (?:(?:les|le|la|st|ste|saint|sainte)[ -])?[^\W\d_][\w'-]{1,25})"
)
_NO_STREETS = tuple(one for one in WORDS.organisations if one not in WORDS.streets)
_ORGANISATION_AT = re.compile(rf"(?<!\w)(?:{any_of(_NO_STREETS)})(?!\w)")
_LIVES = re.compile(
    rf"(?<!\w)(?:{any_of(WORDS.at_home)}(?!\w)(?: (?:au|à|chez|:))?(?P<place>[^\d]{{0,20}})"
    r"|(?<!\w )(?i:adresse) )$"
)
_ITS_TOWN = re.compile(
    r",? (?:à )?[A-ZÉÈ][\w'-]{2,25}(?: [A-ZÉÈ][\w'-]{2,25})?(?: \d{1,2}(?:er|e|[èe]me)(?!\w))?"
)
_FURTHER_HOME = re.compile(r"[^.;\n]{0,30}(?i:chez (?:sa|son|ses|elle|lui))\b")
_FAR = 70
_HOME_STEMS = tuple(
    {*WORDS.at_home, *(fold(one) for one in WORDS.at_home)}
    | {
        "adress",
        "habit",
        "demeur",
        "domicil",
        "résid",
        "resid",
        "log",
        "héberg",
        "heberg",
        "où ",
        "ou ",
        "chez",
    }
)
_A_HOME = re.compile(
    r"habit|demeur|domicil|r[ée]sid|vit(?!\w)|vivant|log[ée]|h[ée]berg|adresse|chez"
)
"""What each of the words for who lives there begins by."""
_BUILDINGS = ("résid", "resid", "lotiss", "hameau", "cit", "domaine", "clos", "rés.", "res.")
_POSTCODE = re.compile(r"(?<!\d)\d{5} ")
_CAPITAL = re.compile(r"(?<!\w)[A-ZÉÈ][^\W\d_]{3,25}")


def emails_in(text: str) -> Iterator[Span]:
    """Addresses of people's mailboxes; not those of a service (« pharmacovigilance@… »)."""
    for sign in _AT.finditer(text):
        local = _LOCAL.search(text, max(0, sign.start() - _LONGEST), sign.start())
        domain = _DOMAIN.match(text, sign.end())
        if local is None or domain is None:
            continue
        name = local.group().casefold()
        if _MAILBOXES.isdisjoint((name, *re.split(r"[._-]", name.partition("+")[0]))):
            yield local.start(), domain.end()


def postal_addresses_in(text: str) -> Iterator[Span]:
    """Streets where a person lives, with the name before; not that of an organisation."""
    by_town = _BY_TOWN.finditer(text) if _POSTCODE.search(text) else ()
    numbered = has_figures(text) or not said_in(text).isdisjoint(_NUMBERS)
    for match in chain(_POSTAL.finditer(text) if numbered else (), by_town):
        start, end = match.span()
        before = text[max(0, start - _FAR) : start]
        line = line_of(before)
        name = name_before(text, start)
        person = name is not None and _is_person(name)
        lives = _LIVES.search(line)
        home = (
            _HOME.search(_bare(before))
            or lives
            or _HOME.match(_bare(text[end : end + 12]).lstrip(" (,"))
            or _FURTHER_HOME.match(text, end)
        )
        company = is_of_a_firm(text, start, end)
        whole = match.re is _BY_TOWN
        if home or person or (not whole and match["town"] and not company):
            further = _MORE_OF_A_TOWN if whole or match["town"] else _ITS_TOWN if home else None
            yield (
                name.start
                if name is not None and person
                else start - len((lives["place"] or "").lstrip(" :,") if lives else ""),
                _extended(text, end, further),
            )
    for match in _FARM.finditer(text) if _POSTCODE.search(text) else ():
        name = name_before(text, match.start())
        known = name is not None and name.civility and not name.of_another
        if known and not (ORGANISATION.search(match["place"]) or _is_of_a_company(match["place"])):
            yield match.start("place"), _extended(text, match.end(), _MORE_OF_A_TOWN)
    for pattern in _patterns_of_homes(text):
        for match in pattern.finditer(text):
            if pattern in {_AT_HOME, _BOX} or not _ORGANISATION_AT.search(match["place"]):
                start, end = match.span("place")
                postcode = any(map(str.isdigit, match["place"]))
                yield start, _extended(text, end, _MORE_OF_A_TOWN if postcode else None)


def line_of(before: str) -> str:
    """What is said just before a place: a firm is named on the line before its address."""
    return re.split(r"(?<=[a-zà-ÿ\d)]{3})[.;](?: |$)|\n(?=[^\n]*\n)", before)[-1]


def is_of_a_firm(text: str, start: int, end: int) -> bool:
    """Whether an address is that of a firm, a hospital, a service."""
    line = line_of(text[max(0, start - _FAR) : start])
    return bool(
        ORGANISATION.search(line) or _is_of_a_company(line) or _THEN_A_FIRM.match(text, end)
    )


def _patterns_of_homes(text: str) -> Iterator[re.Pattern[str]]:
    """What may be there, by a quick look."""
    low = text.lower()
    if _A_HOME.search(low):
        yield _AT_HOME
        if "BP" in text:
            yield _BOX
    if _POSTCODE.search(text) and any(map(low.__contains__, _HOME_STEMS)):
        yield _AFTER_CHEZ
        yield _TOWN_OF_HOME
        yield _THEN_HOME
    if any(map(low.__contains__, _BUILDINGS)):
        yield _FLAT_OF


def _is_of_a_company(line: str) -> bool:
    """Whether a firm that holds medicines stands just before (« Sanofi Winthrop Industrie »)."""
    return any(map(is_of_a_medicine, _CAPITAL.findall(line)))


def _extended(text: str, end: int, further: re.Pattern[str] | None) -> int:
    """The end of an address, with what follows of its town."""
    found = further.match(text, end) if further else None
    end = found.end() if found else end
    rest = _REST.match(text, end)
    if rest is None or rest.end() == end:
        return end
    town = _MORE_OF_A_TOWN.match(text, rest.end()) if rest["town"] else None
    return town.end() if town else rest.end()


def _is_person(name: Name) -> bool:
    return not name.of_another and bool(name.civility or (len(name.words) > 1 and name.firsts))


def _bare(text: str) -> str:
    return text.translate(str.maketrans("éèêàâ", "eeeaa"))
