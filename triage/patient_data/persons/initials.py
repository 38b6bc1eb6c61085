"""Initials in a plain text: beside an age, or said to be some."""

import re
from collections.abc import Iterator

from french.text import fold
from triage.patient_data.ages import ages_in
from triage.patient_data.persons.names import Name, name_after, name_before
from triage.patient_data.persons.roles import mentions_a_patient, said_initials_in
from triage.patient_data.words import WORDS, any_of, beginnings, said_in

Span = tuple[int, int]

_SHORT = frozenset((*WORDS.acronyms_short, *map(str.upper, WORDS.grammar)))
_OFTEN = frozenset(WORDS.acronyms_often)
_DOTTED = frozenset(WORDS.acronyms_dotted)
_LONG = frozenset(WORDS.acronyms_long)
_NONE = frozenset({"NC", "NR", "ND", "NA", "XX", "SO", "NSP"})
"""« initiales : NC »: not communicated."""
_ROUTES = frozenset({"IV", "SC", "IM", "PO", "EI", "NC", "UE", "EU", "PV"})
"""Written with dots too, and at the beginning of a text."""
_LATIN = frozenset({"IE", "EG", "CAD", "PEX"})
NAMED_AFTER_AGE = re.compile(
    rf"[ ,:(-]{{1,3}}(?:(?:{any_of(WORDS.named)}|du nom de|initiales?)[ :]{{1,3}})?(?=[^\W\d_])"
)
_SAID = re.compile(
    r"(?<!\w)(?i:initiales?|initials|inits?\.?)(?i: (?:du|de la|sont|patiente?|malade)){0,3}"
    r"(?: \([^()\n]{3,25}\))? ?[:=]{0,2} ?"
    r"(?P<initials>[A-ZÉÈ]\.?[ /-]?[A-ZÉÈ]\.?(?:[ /-]?[A-ZÉÈ]\.?)?)(?![^\W\d_])"
)
"""Initials that are said to be some."""
_LABELLED = re.compile(
    r"(?<!\w)(?:(?i:patiente?|subject|sujet|malade|initiales?|initials)(?:'?s)?"
    r"(?:[^:=\n.;\d]{0,25}[:=]|[^:=\n.;\d]{0,25}? (?i:are|is|sont|est)) ?"
    r"|(?i:pr[ée]nom|nom)(?: ?\((?i:initiales?)\))? ?:? )"
    r"(?P<initials>[A-ZÉÈ](?:[. /-]{0,2}[A-ZÉÈ]){0,3}\.?)(?![^\W_])(?!['’])"
)
"""« Patient (name or initials): NBZ », « Nom (initiales) M. Prénom Z. »."""
_SAID_AFTER = re.compile(
    r"(?<![^\W\d_])(?P<initials>[A-ZÉÈ](?:[. -]{0,2}[A-ZÉÈ]){1,3}\.?(?:-(?:19"
    r"|20)\d\d-[01]\d-[0-3]\d)?)"
    r" ?\((?i:ses |les )?(?i:initiales?)"
)


_WITH_A_YEAR = re.compile(
    rf"(?<!\w)(?:(?i:cas|observation|obs\.?)|{any_of(WORDS.patients)})(?: ?n?°? ?[A-Z\d]{{1,2}})?"
    r" ?[-:,]? ?(?P<initials>[A-ZÉÈ]\. ?-?[A-ZÉÈ]\.?|[A-Z]{2})(?= ?[(,] ?(?:19|20)\d\d ?[),;])"
)
"""« Cas A – P.S. (1948) »."""


def initials_with_age_in(text: str) -> Iterator[Span]:
    """Places of initials beside an age, or said to be some."""
    yield from _said_to_be(text)
    if mentions_a_patient(text):
        yield from said_initials_in(text)
    for start, end in ages_in(text):
        name = name_before(text, start)
        if name is not None and _are_initials(text, name):
            yield name.start, with_dot(text, name.end)
            continue
        after = NAMED_AFTER_AGE.match(text, end)
        name = name_after(text, after.end()) if after else None
        if name is not None and after is not None and _are_initials_after(text, after, name):
            yield name.start, with_dot(text, name.end)


def _said_to_be(text: str) -> Iterator[Span]:
    """Initials that the text calls so, or a case's, with a year."""
    said = said_in(text)
    if not said.isdisjoint(_CASES):
        for match in _WITH_A_YEAR.finditer(text):
            if match["initials"] not in _SHORT | _OFTEN:
                yield match.span("initials")
    if not said.isdisjoint(_LABELS):
        yield from _labelled(text)
    if said.isdisjoint(_CALLED):
        return
    for match in _SAID_AFTER.finditer(text):
        yield match.span("initials")
    for match in _SAID.finditer(text):
        if re.sub(r"[^A-Z]", "", match["initials"]) not in _NONE:
            yield match.span("initials")


def _labelled(text: str) -> Iterator[Span]:
    """Initials after a label; one letter after « Nom » where « Prénom » stands too."""
    both = "nom" in (bare := fold(text)) and "prenom" in bare
    for match in _LABELLED.finditer(text):
        letters = re.sub(r"[^A-ZÉÈ]", "", match["initials"])
        if _OF_A_NAME.match(match.group()):
            if both and len(letters) == 1:
                yield match.span("initials")
        elif len(letters) > 1 and letters not in _NONE | _SHORT | _LONG:
            yield match.span("initials")


_OF_A_NAME = re.compile(r"(?i:pr[ée]nom|nom)")
_CASES = frozenset({"cas", "observation", "obs"}) | beginnings(WORDS.patients)
_LABELS = frozenset(
    ("patient", "patiente", "subject", "sujet", "malade", "nom", "prénom", "prenom")
) | {"initiales", "initiale", "initials"}
_CALLED = frozenset({"initiales", "initiale", "initials", "init", "inits"})


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
    most = 4 if name.begins and letters not in _LONG else 3
    if len(letters) > most and not name.of_person:
        return False  # « T.D.A.H. »
    known = letters in _SHORT or letters in _LONG
    if dotted and len(letters) == 2:  # noqa: PLR2004
        apart = name.begins or " " in text[name.start : name.end]
        return name.of_person or letters not in (_ROUTES if apart else _DOTTED)
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
_STARTS = re.compile(
    r"(?:^|[.;:\n-] ?|(?i:cas|obs|observation|patiente?)[. ]{0,2}(?:n° ?)?\d{0,2}[ :]{0,3})$"
)
"""Where a case begins: three letters there, before « femme de 63 ans », are a person's."""


def _is_dotted(text: str, name: Name) -> bool:
    return "." in text[name.start : name.end] or "-" in text[name.start : name.end]


def with_dot(text: str, end: int) -> int:
    """The end of initials, with the dot of the last one."""
    return end + (text[end : end + 1] == "." and text[end - 2 : end - 1] in ". -")
