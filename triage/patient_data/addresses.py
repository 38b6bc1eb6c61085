"""Electronic and postal addresses of people in a plain text; those of a service stay."""

import re
from collections.abc import Iterator

from triage.patient_data.names import Name, name_before
from triage.patient_data.words import WORDS, any_of, folded

Span = tuple[int, int]

_AT = re.compile(
    r" ?(?:@|[(\[{] ?(?i:at|arobase) ?[)\]}]|(?i:\barobase\b)) ?|"
    r"(?<=\w) (?i:at) (?=[\w-]{2,40}(?:\.| (?i:dot|point) )(?:fr|com|net|org|eu|be|ch|lu)\b)|"
    rf"(?<=\w) (?i:chez) (?={any_of(WORDS.webmails)}(?:\.| (?i:dot|point) )(?:fr|com|net)\b)"
)
_LOCAL = re.compile(r"(?:[\w.+'%-]{1,30} (?i:point|dot) )?[\w.+'%-]{1,64}$")
_DOT = (
    r"(?: (?i:dot|point) (?=[a-z]{2,4}\b)| \. (?=[a-z]{2,4}\b)| ?\.|,(?=[a-z]{2,3}\b)"
    r"| ?[(\[](?i:dot|point)[)\]] ?)"
)
_DOMAIN = re.compile(rf"[\w-]{{1,40}}(?:{_DOT}[\w-]{{1,30}}){{1,3}}")
_MAILBOXES = folded(WORDS.mailboxes)
_LONGEST = 64

_STREET = any_of(WORDS.streets)
STREET_STEMS = (*WORDS.streets, "lieu-dit", " r.", "habit", "demeur", "domicil", "héberg", "logé")
"""What a postal address is told by."""
_TOWN = r"(?:[ ,\n-]{1,3}\d{5}(?: [^\W\d_][\w'-]{1,15}){1,3})"
_POSTAL = re.compile(
    rf"(?<![\w,.])(?:\d{{1,4}}(?: ?(?i:bis|ter|quater)\b)?[ ,]{{1,2}}(?:{_STREET}\b\.?|r\.)"
    r"|(?i:lieu-dit))"
    rf"(?: (?!\d{{5}})[^\s,;.]{{1,20}}){{1,5}}(?P<town>{_TOWN})?"
)
_HOME = re.compile("|".join(map(re.escape, sorted(folded(WORDS.home)))), re.IGNORECASE)
_ORGANISATION = re.compile(rf"(?<!\w)(?:{any_of(WORDS.organisations)})(?!\w)")
_TOWN_OF_HOME = re.compile(
    r"(?<!\w)(?i:habit|demeur|domicili|r[ée]sid|log[ée]|h[ée]berg)[^\W\d_]{0,6}"
    r"(?P<place>(?: [^\d\n.;]{0,40})? \d{5} [^\W\d_][\w'-]{1,25})"
)
_FAR = 70
_BETWEEN = re.compile(r"[ ,:(\n-]{1,3}")


def emails_in(text: str) -> Iterator[Span]:
    """Addresses of people's mailboxes; not those of a service (« pharmacovigilance@… »)."""
    for sign in _AT.finditer(text):
        local = _LOCAL.search(text, max(0, sign.start() - _LONGEST), sign.start())
        domain = _DOMAIN.match(text, sign.end())
        if local is None or domain is None:
            continue
        name = local.group().casefold()
        if name not in _MAILBOXES and re.split(r"[.+_-]", name)[0] not in _MAILBOXES:
            yield local.start(), domain.end()


def postal_addresses_in(text: str) -> Iterator[Span]:
    """Streets where a person lives, with the name before; not that of an organisation."""
    for match in _POSTAL.finditer(text):
        start, end = match.span()
        before = text[max(0, start - _FAR) : start]
        line = re.split(r"[.;\n] ?", before)[-1]
        name = name_before(text, start)
        person = name is not None and _is_person(name)
        home = _HOME.search(_bare(before)) or _HOME.match(_bare(text[end : end + 12]).lstrip(" (,"))
        if home or person or (match["town"] and not _ORGANISATION.search(line)):
            yield (name.start if name is not None and person else start), end
    for match in _TOWN_OF_HOME.finditer(text):
        yield match.span("place")


def _is_person(name: Name) -> bool:
    return not name.of_another and bool(name.civility or (len(name.words) > 1 and name.firsts))


def _bare(text: str) -> str:
    return text.translate(str.maketrans("éèêàâ", "eeeaa"))
