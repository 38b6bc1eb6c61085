"""Numbers that designate one person in a plain text: social security, hospital record."""

import re
from functools import lru_cache

from stdnum.fr import nir

from triage.patient_data.words import WORDS, any_of, has_figures, tells_of_a_person

Span = tuple[int, int]

_GAP = r"[ ./_|*\n-]{0,3}"
_BEFORE_KEY = r"(?:[ ,;(]{0,2}(?i:(?:et )?(?:la |sa )?cl[ée]f?(?: (?:est|c'est|de))?)[ :=]{0,3})?"
_NIR = re.compile(
    rf"(?<!\d)[1-478](?:{_GAP}\d){{4}}{_GAP}(?:\d{_GAP}\d|2{_GAP}[ABab])(?:{_GAP}\d){{6}}"
    rf"(?P<key>{_BEFORE_KEY}[ (]{{0,2}}(?:{_GAP}\d){{2}})?(?!\d)"
)
_NOT_OF_A_NIR = re.compile(r"(?i:(?:et )?(?:la |sa )?cl[ée]f?(?: (?:est|c'est|de))?)|[^0-9ABab]")
_GROUPS = re.compile(
    r"\d[ ./_|*\n-]{1,3}\d\d[ ./_|*\n-]{1,3}\d\d[ ./_|*\n-]{1,3}\d[\dABab]"
    r"[ ./_|*\n-]{0,3}\d{3}[ ./_|*\n-]{0,3}\d{3}"
)
_SOCIAL = re.compile(rf"(?<!\w){any_of(WORDS.social)}(?!\w)[^\d\n]{{0,25}}\n?$")
_SOCIAL_AFTER = re.compile(rf"[ ,(]{{1,3}}{any_of(WORDS.social)}(?!\w)")
_WITHOUT_KEY, _WITH_KEY = 13, 15
_MONTHS = frozenset({*range(1, 13), *range(20, 43), *range(50, 100)})
"""Months of a NIR: 20 and more where the day of birth is not known (INSEE)."""

CODE_BEFORE = re.compile(
    rf"(?<!\w){any_of(WORDS.codes)}[ :#.]{{0,3}}(?i:n[°o]s?|num[ée]ros?)?[ :#.]{{0,3}}$"
)
"""A word before a number that is a product's, a document's, never a person's."""
_BEFORE = 40

_VALUE = r"(?:[A-Z]{1,4}[ ./-]?){0,2}\d(?:[ ./_-]?\d){3,14}(?:[ -]?[A-Z])?(?!\w)"
_ITS_SIGN = (
    r"(?:[ :=#./()\n-]|n°|est |(?i:étant |comme |le |is |ipp|nip|num[ée]ro"
    r"|(?:du |de la )?patiente?)){0,5}?"
)
_OF_THE_PATIENT = r"(?: ?\(?(?i:(?:du |de la |de l')?(?:patiente?|malade|assur[ée]e?))\)?)"
_NUMBERED = (
    r"(?i:n°|no|nr|num[ée]ros?|num\.?|code|id(?:entifiant)?|r[ée]f(?:[ée]rence)?\.?|contrat)"
    r"(?: (?:permanent )?(?i:d[eu]|de la|de l'|des)| d'?)? ?(?i:(?:carte )?(?:d[eu] |d')?)"
)
_HOSPITAL = re.compile(
    rf"(?<!\w)(?:(?P<label>{any_of(WORDS.hospital)}{_OF_THE_PATIENT}?)(?![^\W\d_])"
    r"|IPP(?=[A-Z]?\d{6})"
    rf"|{_NUMBERED}(?:{any_of((*WORDS.hospital_numbered, *WORDS.hospital))})(?: hospitalier)?"
    rf"{_OF_THE_PATIENT}?"
    r"(?![^\W\d_])"
    rf"|(?i:dossier|code) ?(?:n°|(?i:num[ée]ro))?{_OF_THE_PATIENT}"
    r"|(?i:dossier)(?: n°)?(?= [A-Z]{1,4}-?\d{6})"
    r"|(?P<known>(?i:patiente?|malade|enfant)) [^.;:\n\d]{0,30}?(?:n°|(?i:num[ée]ro|ipp|matricule))"
    rf"|(?P<kept>(?i:patiente?)) (?=n°|(?i:num[ée]ro)"
    rf"|\d{{7,12}}(?!\w))){_ITS_SIGN}(?P<value>{_VALUE})"
    rf"|(?:n°|(?i:num[ée]ro|identifiant|[ée]tiquette|dossier)) ?[:=]? ?(?P<of>{_VALUE})"
    r"(?= \(?(?:(?i:du|de la|d'une?) )?(?i:patiente?|malade|ipp|nip)\b)"
)
_NEAR = re.compile(
    r"(?<!\w)(?i:pat[il]ente?|malade|subject|sujet|chart|medical"
    r"|record|identifiant|[ée]tiquet[^\W\d_]{1,3}|s[ée]jour|admission|venue"
    r"|passage|registre|id hosp|dossier (?:h[ôo]pital|hospitalier|m[ée]dical|clinique|patiente?)"
    r"|matricule|ipp|nip|mrn|usager|assur[ée]e?)(?:'s)?(?![^\W\d_])"
    r"(?P<between>[^\n;\d]{0,30}?(?:n°|(?i:\bno\.?|\bn\.|number|num[ée]ro|identifiant|\bid\b|code"
    r"|permanent|ipp|mrn)|[:=#(])?[ :.=#(/-]{0,3})"
    r"(?P<value>(?:(?:[A-Z]{1,4}|(?<![^\W\d_])[a-z])[ ./-]?){0,2}\d(?:[ ./_-]{0,2}\d){4,14}"
    r"(?:[ ./-]?[A-Z])?)"
    r"(?![\w%]|[.,]\d)"
)
"""Near a word for a patient, a stay, a record: a number that nothing says to be a thing's."""
_CODES = any_of((*WORDS.codes, "nct", "ct", "ema", "eu", "amm", "imputation", "version"))
_A_CODE = re.compile(rf"(?<!\w){_CODES}(?!\w)")
_AMOUNT = re.compile(r"\d{1,3}(?:[ .]\d{3}){1,6}")
_OF_A_THING = re.compile(
    rf"(?<!\w){_CODES}(?!\w)|(?i:\b(?:numbers|dose|soit|re[çc]u|re[çc]oit|prend|depuis|environ"
    r"|total|nombre|le|du|au|en|sous|de)\b) ?$"
)
_IDENTITY = re.compile(
    rf"(?<!\w)(?:(?:{any_of(WORDS.identity)})(?![^\W\d_])"
    r"[ :=.]{0,3}(?:n°|(?i:num[ée]ro))?[ :]{0,3}"
    r"(?P<value>(?=[A-Z\d -]*\d{3})[A-Z\d](?:[ -]?[A-Z\d]){5,17})(?!\w)"
    r"|(?i:plaque|immatricul[^\W\d_]{1,6}|v[ée]hicule|voiture|moto)[^\d\n.;]{0,25}?[ :]"
    r"(?P<plate>[A-Z]{2}[ -]?\d{3}[ -]?[A-Z]{2}|\d{1,4} ?[A-Z]{2,3} ?\d{2})(?!\w))"
)
"""Papers of identity, insurance, bank accounts, cars."""
_IBAN = re.compile(r"(?<!\w)FR\d\d(?: ?[\dA-Z]{4}){5} ?[\dA-Z]{3}(?!\w)")
_BESIDE = re.compile(
    r"(?<!\d)[0-3]?\d[/.-][01]?\d[/.-](?:19"
    r"|20)\d\d(?: ?\| ?[FHM])? ?[|;,] ?(?P<value>\d{8,12})(?![\w/.-])"
)
"""A number beside a day in a row: « 10/05/1986 | 9056297478 »."""
_ROOM = re.compile(
    r"(?<!\w)(?:(?i:chambre|ch\.) ?(?:n° ?)?\d{1,4}(?! ?(?:h|heures|°|degrés)(?!\w))(?!\w)"
    r"(?:,? (?i:lit) (?:n° ?)?\d{1,2}(?!\w))?|(?i:lit) (?:n° ?)?\d{1,3}(?:-[A-Z])?(?!\w))"
)
_STORED = re.compile(
    r"(?<!\w)(?i:chariot|armoire|stock|r[ée]serve|rang[ée]e?s?|ampoules|uf|hdj"
    r"|h[ôo]pital de jour)(?!\w)"
)
"""A room that is told of for what is kept, or done, there."""
_LONG_NUMBER = re.compile(r"\d(?:[ ./_-]?\d){3}")
_UNIT = re.compile(rf" ?(?:{any_of(WORDS.units)})(?!\w)")
_ANOTHER = re.compile(r" ?[/;|,] ?(?:(?i:nda|iep|ipp|nip)[ :]{0,3})?(?P<value>\d{6,12})(?!\w)")
"""« IPP/NDA : 7700912 / 26044731 »."""
_A_DATE = re.compile(r"(?:19|20)\d\d ?- ?(?:19|20)\d\d|[0-3]?\d[/.-][01]?\d[/.-](?:19|20)?\d\d")
_FEWEST = {"matricule": 7, "nda": 7, "nip": 6, "n.i.p.": 6, "iep": 6, "ins": 6}
_FEWEST_DIGITS = 5


@lru_cache(maxsize=8)
def nirs_in(text: str) -> tuple[Span, ...]:
    """Social security numbers: the key right (python-stdnum), or written or said as one."""
    if not has_figures(text):
        return ()
    return tuple(match.span() for match in _NIR.finditer(text) if _is_nir(text, match))


def _is_nir(text: str, match: re.Match[str]) -> bool:
    number = _NOT_OF_A_NIR.sub("", match.group()).upper()
    whole = len(number) == _WITH_KEY
    if whole and nir.is_valid(number):
        return True
    if not whole and len(number) != _WITHOUT_KEY:
        return False
    before = max(0, match.start() - _BEFORE)
    after = _SOCIAL_AFTER.match(text, match.end())
    if after or _SOCIAL.search(text, before, match.start()):
        return True
    if CODE_BEFORE.search(text, before, match.start()) or int(number[3:5]) not in _MONTHS:
        return False
    if _SPELLED.fullmatch(match.group()) and not _goes_on(text, *match.span()):
        return True
    typed = match.group()[: match.start("key") - match.start()] if match["key"] else match.group()
    if _GROUPS.fullmatch(typed):
        return True
    plausible = number[0] in "12" and 1 <= int(number[3:5]) <= 12  # noqa: PLR2004
    in_one = typed.isalnum() or not (_THOUSANDS.fullmatch(typed) or _goes_on(text, *match.span()))
    return plausible and in_one and number[5:7] != "00"


@lru_cache(maxsize=8)
def hospital_numbers_in(text: str) -> tuple[Span, ...]:
    """Numbers of a patient's record, by what stands beside (IPP, « dossier n° »); a room."""
    if not has_figures(text):
        return ()
    found = []
    if _LONG_NUMBER.search(text):
        for match in _HOSPITAL.finditer(text):
            if _is_of_a_record(text, match):
                start, end = match.span("of" if match["of"] else "value")
                found.append((start, end))
                if another := _ANOTHER.match(text, end) if match["label"] else None:
                    found.append(another.span("value"))
        found += [
            match.span("value") for match in _NEAR.finditer(text) if _is_of_a_person(text, match)
        ]
    found += [match.span("value") for match in _BESIDE.finditer(text)]
    if found or not _STORED.search(text) or tells_of_a_person(text):
        found += [one.span() for one in _ROOM.finditer(text) if not _UNIT.match(text, one.end())]
    found += [
        match.span("value" if match["value"] else "plate") for match in _IDENTITY.finditer(text)
    ]
    found += [match.span() for match in _IBAN.finditer(text)]
    return tuple(sorted(found))


_THOUSANDS = re.compile(
    r"\d{1,3}(?:[ .]\d{3}){1,6}|.{1,60}/.{1,60}|(?:\d{1,4}[ .-]{1,3}){8,20}\d{1,4}"
)
"""An amount, or a row of small numbers."""
_SPELLED = re.compile(r"[12](?: [\dABab]){12,14}")
"""« 2 8 5 0 3… », as forms with a box for each digit are pasted."""


def _goes_on(text: str, start: int, end: int) -> bool:
    """Whether these digits are a part of a longer row."""
    return _DIGIT_BEFORE.match(text, max(0, start - 2), start) is not None or (
        text[end : end + 1] == " " and text[end + 1 : end + 2].isdigit()
    )


_DIGIT_BEFORE = re.compile(r"\d ")


def _is_of_a_person(text: str, match: re.Match[str]) -> bool:
    value, between = match["value"], match["between"]
    if _OF_A_THING.search(between) or _A_CODE.search(
        text, max(0, match.start() - 12), match.start()
    ):
        return False
    if _AMOUNT.fullmatch(value) or _UNIT.match(text, match.end()) or _A_DATE.search(value):
        return False
    if re.match(r"(?:NCT|EU|EMEA|CT|AMM|PMID|[A-Z]{2}/)", value):
        return False
    return re.match(r" ?/|,\d", text[match.end() : match.end() + 3]) is None


def _is_of_a_record(text: str, match: re.Match[str]) -> bool:
    value = match["of"] or match["value"]
    fewest = _FEWEST.get((match["label"] or "").casefold(), _FEWEST_DIGITS)
    if "patient" in match.group().casefold() and not (match["kept"] or match["known"]):
        fewest = min(fewest, 4)
    if sum(map(str.isdigit, value)) < fewest or _A_DATE.fullmatch(value):
        return False
    return not _UNIT.match(text, match.end())
