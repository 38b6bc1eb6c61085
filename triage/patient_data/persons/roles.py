"""Names that a text says to be a patient's, a child's, a relative's: by the words just before."""

import re
from bisect import bisect_right
from collections.abc import Iterator
from functools import lru_cache

from french.text import fold
from triage.patient_data.births import days_in
from triage.patient_data.persons.kinds import (
    ends_as_an_adjective,
    is_acronym,
    is_alone_enough,
    is_clinical,
    is_first_name,
    is_of_another,
    is_strange,
    is_usual,
    looks_like_a_name,
    tells_a_medicine,
)
from triage.patient_data.persons.names import Name, has_first_name, name_after, name_before
from triage.patient_data.persons.tables import cells_in, columns_in
from triage.patient_data.words import WORDS, any_of, beginnings, said_in

Span = tuple[int, int]

_E = r"(?:\(e\)|[.·]e)?"
_PATIENT = re.compile(
    rf"(?<!\w)(?:(?P<patient>{any_of(WORDS.patients)})|(?P<child>{any_of(WORDS.children)})){_E}"
    r"(?!\w)(?:(?: (?i:suivie?|concern[ée]e?|trait[ée]e?|hospitalis[ée]e?|vue?))(?= ?:))?"
    r"(?P<sign>[ :=,(«-]{1,3})(?:X\. ?|(?i:nom) ?:? ?)?(?=[^\W\d_])"
)
_NAMED = re.compile(
    rf"(?<!\w)(?:(?P<person>(?i:pr[ée]nomm[ée]e?|(?:le|la|une?|du) (?:d[ée])?nomm[ée]e?))"
    rf"|{any_of(WORDS.named)}"
    r"|(?i:(?:son|mon|leur) (?:pr[ée])?nom(?: est| :)?|s'appelle|se nomme"
    r"|se présente comme|dit s'appeler|se dit|du nom de))"
    r"(?!\w)[ :(«]{1,3}(?=[^\W\d_])"
)
_PERSON_NEAR = re.compile(
    rf"(?<!\w)(?:{any_of((*WORDS.patients, *WORDS.children, *WORDS.relatives))}"
    r"|(?i:homme|femme|ans|mois|il|elle))(?!\w)[^.;\n]{0,40}$"
)
_OF_WHOM = r"(?: (?:du |de la |de l'|d'une? )?(?:patiente?|malade|enfant|assur[ée]e?|usager)"
_LABEL = re.compile(
    r"(?<!\w)(?:(?P<first>(?i:pr[ée]noms?"
    rf"(?: et nom)?{_OF_WHOM})?|(?:sur|fore)name|(?:last|family|first|given|full|maiden) name"
    r"|(?:patient|subject|consumer|caller)(?:'?s)? (?:full )?name))"
    rf"|(?P<patient>(?i:nom(?: complet)?(?:(?: et |, ?| ?/ ?| )pr[ée]noms?)?{_OF_WHOM})"
    rf"|[il]dentit[ée]{_OF_WHOM})?|nom(?: et |, ?| ?/ ?)pr[ée]noms?"
    r"|nom (?:de naissance|de jeune fille|d'usage|de famille|patronymique|marital)))"
    rf"|(?P<civil>(?i:M\.? ?/ ?Mme|Mme ?/ ?M\.?(?: ?/ ?Mlle)?))"
    rf"|(?P<last>(?i:nom(?: usuel)?))){_E}(?: ?\([^()\n]{{1,25}}\))?"
    rf"(?: ?[:=] ?(?=[^\W\d_])|\] ?(?=[A-ZÉÈ])| (?=[A-ZÉÈ]{{3,30}}(?!\w))"
    r"|(?:(?<=nt)|(?<=te)|(?<=om)) est (?=[A-ZÉÈ])|(?<=r[ée]nom) (?=[A-ZÉÈ][^\W\d_])"
    r"|(?:(?<=fille)|(?<=aissance)|(?<=marital)) (?=[A-ZÉÈ])"
    r"|(?<=patient) (?=[A-ZÉÈ])|(?<=patiente) (?=[A-ZÉÈ])"
    r"| (?=[A-ZÉÈ][^\W\d_]{1,25}(?:[ -][^\W\d_]{2,25})?,? (?i:pr[ée]nom)))"
)
_MORE_FIRSTS = re.compile(r",? (?P<name>[A-ZÉÈ][^\W\d_]{1,20}(?:-[A-ZÉÈ][^\W\d_]{1,20})?)(?!\w)")
_FIRST_NEAR = re.compile(r"(?i:pr[ée]nom)")
_MAIDEN = re.compile(rf"(?<!\w){any_of(WORDS.maiden)}(?!\w)\.? (?=[A-ZÉÈ])")
_RELATIVE = re.compile(
    rf"(?<!\w)(?:(?P<whose>(?i:son|sa|ses|leurs?|mon|ma|notre|votre|nos)) "
    r"|(?i:(?:une?|de|du|la|le|les|des) |(?:l|d)')"
    r"|(?P<label>(?<![^\W\d_] )|(?=(?i:maman|papa|mamie|papi))))"
    rf"{any_of(WORDS.relatives)}(?!\w)(?: (?i:a[îi]n[ée]e?|cadet|cadette|unique|seul[ée]?))?"
    r"(?: (?:du |de la )(?i:patiente?|malade))?"
    r"(?P<sign>[ ,(:]{1,3})(?=[A-ZÉÈ])"
)
_RELATIVES, _MAIDENS = beginnings(WORDS.relatives), beginnings(WORDS.maiden)
_FAMILIES = frozenset(
    ("famille", "couple", "consorts", "époux", "epoux", "frères", "freres", "sœurs", "soeurs")
)
_OF_A_FAMILY = re.compile(
    r"(?<![^\W\d_])(?P<name>[A-ZÉÈ][^\W\d_]{2,20}(?:-[A-ZÉÈ][^\W\d_]{2,20})?)"
    rf"(?=,? (?i:l[ae] |son |sa |l')?{any_of(WORDS.relatives)} (?i:d[ue] |de la |de l'))"
    r"|(?<=dont )(?P<among>[A-ZÉÈ][^\W\d_]{2,20})(?!\w)"
)
"""« Josiane, la femme du patient », « deux enfants dont Corinne »."""
_FAMILY = re.compile(
    r"(?<!\w)(?i:famille|couple|consorts|[ée]poux|fr[èe]res|s(?:œ|oe)urs) (?=[A-ZÉÈ])"
)
_OF_SPECIES = re.compile(r".{3,26}(?:ae|um|is|us|ii)")
_KIN_OF = re.compile(
    rf"(?<!\w){any_of(WORDS.relatives)} (?:de |d')(?:la petite |[Bb]ébé )?"
    r"(?P<name>[A-ZÉÈ][^\W\d_]{1,20}(?:-[A-ZÉÈ][^\W\d_]{1,20})?)(?![\w-])"
)
"""« la maman de Noa »."""
_LOWER_KIN = re.compile(
    rf"(?<!\w)(?i:son|sa|mon|ma|notre|votre|leur|ton|ta) (?:petite? )?{any_of(WORDS.relatives)},? "
    r"(?P<name>[a-zà-öø-ÿ]{3,15}(?:-[a-zà-öø-ÿ]{3,15})?)(?![\w-])"
)
"""« ma voisine ginette »."""
_CALLED = re.compile(r"(?i:maman|papa|mamie|papi)\b")
_AND_ANOTHER = re.compile(r" (?:et|&|ou) (?=[A-ZÉÈ])")
_OF_A_COMPANY = re.compile(rf"(?<!\w){any_of(WORDS.organisations)}(?!\w)[^.\n]{{0,20}}$")
_AS_A_NAME = re.compile(
    r" [A-ZÉÈ](?:\.|(?![\w'-]))|, ?\d| ?[(),.;:»/]|\n|$| (?:s'|n')"
    rf"|,? {any_of(WORDS.after_names)}(?!\w)"
)
"""What follows a surname."""
_DOES = re.compile(rf" {any_of(WORDS.after_names)}(?!\w)")
_INITIALS = re.compile(
    r"(?P<dotted>[A-ZÉÈ]\. ?-?[A-ZÉÈ](?:\.|(?!\w))(?: ?-?[A-ZÉÈ]\.)?)(?![^\W\d_])"
    r"|(?P<single>[A-ZÉÈ]\.)(?= ?[,(]| [a-zéà(]|$)|(?P<bare>[A-Z]{2})(?!\w)(?=[ ,:]{1,2})"
)
_THEN_BORN = re.compile(
    r"\.? ?-?[A-Z]?\.?[ ,(:;/-]{0,4}(?:(?i:n[ée]e?\b|ddn|naissance)|\d{1,2}[/.-]\d)"
)
_AFTER_INITIALS = re.compile(
    rf",? (?:{any_of(WORDS.after_names)})(?!\w)| ?[:;]|,? \(?\d{{1,3}} ?(?:ans|a)\b"
)
_SURNAME, _BESIDE, _NEAR, _TITLE = 4, 6, 60, 3


_STEMS = {
    *(one[:4].lower() for one in (*WORDS.patients, *WORDS.children, *WORDS.named)),
    *(one[:4].lower() for one in (*WORDS.maiden, *WORDS.relatives)),
    *(
        "nom",
        "identit",
        "s'appel",
        "mme",
        "présente comme",
        "se dit",
        "dont ",
    ),
}
_PATIENT_STEMS = (
    *("pati", "enfa", "nom", "famil", "couple", "consort", "frère", "sœurs"),
    *sorted(one for one in _STEMS if not any(other in one for other in _STEMS - {one})),
)
"""What the name of a patient, or of a relative, is told by."""


@lru_cache(maxsize=8)
def mentions_a_patient(text: str) -> bool:
    """Whether a text may say a patient, or a relative, by some of these words."""
    return any(map(text.lower().__contains__, _PATIENT_STEMS))


def said_names_in(text: str) -> Iterator[Span]:
    """Places of the names that the text says to be somebody's."""
    yield from _of_patients(text)
    yield from _of_named(text)
    yield from _of_labels(text)
    yield from cells_in(text)
    yield from columns_in(text)
    yield from _of_families(text)


def _of_patients(text: str) -> Iterator[Span]:
    for match in _PATIENT.finditer(text):
        if match["patient"] == "PT" or _INITIALS.match(text, match.end()):
            continue
        name = name_after(text, match.end())
        if name is None or name.civility or name.is_initials:
            continue
        if _says_who(text, match, name):
            yield from _with_another(text, name)


def said_initials_in(text: str) -> Iterator[Span]:
    """Places of initials just after « patient »; those with a birth are looked for elsewhere."""
    for match in _PATIENT.finditer(text):
        initials = _INITIALS.match(text, match.end())
        if match["patient"] == "PT" or initials is None or _THEN_BORN.match(text, initials.end()):
            continue
        if _are_of_a_patient(text, match, initials):
            yield initials.span()


def _are_of_a_patient(text: str, match: re.Match[str], initials: re.Match[str]) -> bool:
    """Whether initials after « patient » are somebody's; two letters alone only where all shows."""
    letters = re.sub(r"[^A-ZÉÈ]", "", initials.group())
    dotted = initials["dotted"] and len(letters) == 2  # noqa: PLR2004
    if (is_acronym(letters) and not dotted) or (len(letters) == 1 and match["child"]):
        return False
    if initials["bare"]:
        return bool(_AFTER_INITIALS.match(text, initials.end()))
    return True


def _says_who(text: str, match: re.Match[str], name: Name) -> bool:
    """Whether what follows « patient » is a name, and not what ails him."""
    word = name.words[0]
    if is_of_another(name.words) or tells_a_medicine(name.words):
        return False
    if has_first_name(name) or is_alone_enough(word):
        return True
    if _AN_INITIAL.match(text, name.start):
        if match["child"]:
            return any(map(is_strange, name.words)) or name.words[-1].isupper()
        return looks_like_a_name(name.words[-1]) and not any(map(is_clinical, name.words))
    sign = match["sign"].strip()
    if match["child"] and not (sign in {":", "="} or len(name.words) > 1):
        before = text[max(0, match.start() - 8) : match.start()]
        whose = re.search(r"(?i:\b(?:le|la|l'|du|mon|ma|notre|son|sa|cette?)) ?$", before)
        if not (whose or is_strange(word)):
            return False
    if sign == "(" and len(name.words) == 1 and not is_strange(word):
        return False  # « 1 patient (Psoriasis) »
    return _is_surname(text, name, labelled=sign in {":", "="}, shouted=match.group().isupper())


_AN_INITIAL = re.compile(r"(?:[A-ZÉÈ]|Ph|Ch|Th)\.(?: ?-?[A-Z]\.)? ?[A-ZÉÈ][^\W\d_]{2}")
"""« Patient J. PETIT »."""


def _is_surname(text: str, name: Name, *, labelled: bool, shouted: bool = False) -> bool:
    """Whether a word with a capital, or in capitals, is a surname by its end and what follows."""
    word = name.words[0]
    bare = fold(word)
    if is_acronym(word) or not looks_like_a_name(word) or is_clinical(word):
        return False
    if word.isupper() and shouted and labelled:
        return len(word) >= _SURNAME and (is_strange(word) or not ends_as_an_adjective(word))
    if word.isupper() and not labelled and len(word) <= _SURNAME:
        return not shouted and bool(_DOES.match(text, name.end))
    if word.isupper() and (shouted or len(word) < _SURNAME):
        return False
    if len(word) < _TITLE or (word.endswith(("é", "ée", "és", "ées", "ant")) and not labelled):
        return False
    follows = bool(_AS_A_NAME.match(text, name.end)) or len(name.words) > 1
    if ends_as_an_adjective(word) and not labelled:
        return follows and not (word.isupper() and bare.endswith(("ant", "eur", "us", "ent")))
    return labelled or follows


def _of_named(text: str) -> Iterator[Span]:
    for match in _NAMED.finditer(text):
        name = name_after(text, match.end())
        if name is None or name.civility or name.is_initials or is_of_another(name.words):
            continue
        near = max(0, match.start() - _NEAR)
        if match["person"] or _PERSON_NEAR.search(text, near, match.start()):
            yield from _with_another(text, name)


def _of_labels(text: str) -> Iterator[Span]:
    for match in _LABEL.finditer(text):
        name = name_after(text, match.end())
        if name is None or not looks_like_a_name(name.words[-1]):
            continue
        near = text[max(0, match.start() - _NEAR) : match.end() + _NEAR]
        alone = is_strange(name.words[0]) or has_first_name(name)
        if tells_a_medicine(name.words) or is_of_another(name.words):
            alone = False
        if match["first"]:
            for more in _MORE_FIRSTS.finditer(text, name.end, name.end + _NEAR):
                if more.start() != name.end or not is_alone_enough(more["name"]):
                    break
                yield more.span("name")
                name.end = more.end()
        if match["last"] is None or _FIRST_NEAR.search(near) or alone:
            yield name.start, name.end


def _of_families(text: str) -> Iterator[Span]:
    """A maiden name, that of a husband, and the name of a relative."""
    said = said_in(text)
    if not said.isdisjoint(_MAIDENS):
        yield from _of_maidens(text)
    if not said.isdisjoint(_FAMILIES):
        yield from _of_surnames(text)
    relatives = not said.isdisjoint(_RELATIVES)
    if relatives:
        yield from _of_kin(text)
    for match in _OF_A_FAMILY.finditer(text) if relatives or "dont" in said else ():
        if is_alone_enough(match.group()) or (match["name"] and is_strange(match["name"])):
            yield match.span()
    for match in _RELATIVE.finditer(text) if relatives else ():
        name = name_after(text, match.end())
        if name is not None and not name.civility and _is_of_a_relative(text, match, name):
            yield from _with_another(text, name)


def _of_kin(text: str) -> Iterator[Span]:
    for match in _KIN_OF.finditer(text):
        if is_first_name(fold(match["name"])) or is_strange(match["name"]):
            yield match.span("name")
    for match in _LOWER_KIN.finditer(text):
        if is_usual(match["name"]):
            yield match.span("name")


def _of_maidens(text: str) -> Iterator[Span]:
    for match in _MAIDEN.finditer(text):
        name = name_after(text, match.end())
        if name is None or name.is_initials or not looks_like_a_name(name.words[-1]):
            continue
        near = max(0, match.start() - _NEAR)
        if not (name.words[0].endswith("ment") or _OF_A_COMPANY.search(text, near, match.start())):
            before = name_before(text, match.start())
            days = _days_beside(text, name.end)
            whole = before is not None and (
                before.civility or before.words[-1].isupper() or days or has_first_name(before)
            )
            yield before.start if before and whole else name.start, next(iter(days), name.end)


def _days_beside(text: str, place: int) -> list[int]:
    """Where the days end that start just behind a place."""
    days = days_in(text)
    first = bisect_right(days, (place, len(text)))
    return [end for day, end in days[first : first + 1] if day - place < _BESIDE]


def _of_surnames(text: str) -> Iterator[Span]:
    """« la famille Kervella »."""
    for match in _FAMILY.finditer(text):
        name = name_after(text, match.end())
        if name is not None and (has_first_name(name) or is_strange(name.words[0])):
            species = _OF_SPECIES.fullmatch(name.words[0])
            if not (species or is_of_another(name.words) or tells_a_medicine(name.words)):
                yield name.start, name.end


def _is_of_a_relative(text: str, match: re.Match[str], name: Name) -> bool:
    word = name.words[0]
    if is_of_another(name.words) or name.is_initials:
        return False
    if has_first_name(name):
        return True
    labelled = ":" in match["sign"]
    if match["label"] is not None and not labelled and not _CALLED.match(match.group()):
        return False
    if is_alone_enough(word) and len(name.words) == 1:
        return True
    if match["whose"] is not None and (name.firsts or is_strange(word)):
        return True
    several = len(name.words) > 1 and not any(map(is_clinical, name.words))
    if several and (labelled or match["whose"]):
        return True
    return match["whose"] is not None and _is_surname(text, name, labelled=False)


def _with_another(text: str, name: Name) -> Iterator[Span]:
    """The name, and one more after « et »: « ses parents, Pierre et Anne Dubois »."""
    yield name.start, name.end
    if following := _AND_ANOTHER.match(text, name.end):
        other = name_after(text, following.end())
        if other is not None and (has_first_name(other) or is_alone_enough(other.words[0])):
            yield name.end, other.end
