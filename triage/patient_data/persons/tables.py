"""Names in the cells of a form, or of a table, that was pasted into a text."""

import re
from collections.abc import Iterator

from french.text import fold
from triage.patient_data.persons.kinds import (
    is_clinical,
    is_first_name,
    is_of_another,
    looks_like_a_name,
)
from triage.patient_data.persons.records import records_in

Span = tuple[int, int]

_NEAR = 60
_CELL = re.compile(
    r"(?:(?<!\w)|(?P<line>(?<=\n)|^))"
    r"(?P<label>(?i:pr[ée]noms?|nom(?: de famille| de naissance| d'usage| et pr[ée]noms?)?)"
    r"(?i:(?: d[ue] (?:la )?patiente?)?)) ?(?:[:=|;\t-]|->|(?(line)\n|(?!)))[ \n]?"
    r"(?P<value>[^\W\d_][^\W\d_'-]{0,25}(?:[ '-]{1,2}[^\W\d_]{2,25}){0,3}?)"
    r"(?= ?(?:$|[\n,;.|()/-]| (?i:pr[ée]noms?|n[ée]e?|ddn|[âa]ge|date|sexe|nom|ipp"
    r"|t[ée]l)(?!\w)| \d))"
)
"""A cell of a form in a line: « nom: galland prenom: christophe », « Nom - Barthélemy - Âge »."""
_BARE_CELLS = re.compile(
    r"(?<!\w)(?i:pr[ée]nom) (?P<first>[^\W\d_]{2,20}) (?i:nom) (?P<last>[^\W\d_]{2,25})(?!\w)"
)
_IDENTITY_NEAR = re.compile(
    r"(?<!\w)(?i:pr[ée]noms?|[âa]ge|ddn|n[ée]e?|naissance|sexe|patiente?)(?!\w)"
)
_SPEAKS = frozenset(
    {"inconnu", "inconnue", "nc", "nr", "nd", "non", "anonyme", "anonymise", "masque"}
)


def cells_in(text: str) -> Iterator[Span]:
    """Names beside « nom » or « prénom » in a line, with a capital or not."""
    low = text.lower()
    if "nom" not in low:
        return
    for match in _BARE_CELLS.finditer(text):
        if is_first_name(fold(match["first"])):
            yield match.span("first")
            yield match.span("last")
    for match in _CELL.finditer(text):
        value = match["value"]
        words = fold(value).replace("-", " ").split()
        near = (
            text[max(0, match.start() - _NEAR) : match.start()]
            + text[match.end("value") : match.end() + _NEAR]
        )
        first = fold(match["label"]).startswith("prenom") or _IDENTITY_NEAR.search(near)
        if first and not _SPEAKS & {*words} and not any(map(_is_no_name, words)):
            yield match.span("value")


def _is_no_name(word: str) -> bool:
    return is_of_another((word,)) or (not looks_like_a_name(word.capitalize())) or is_clinical(word)


_PERSONAL = re.compile(
    r"[ \"]{0,3}(?i:(?:nom|pr[ée]nom|nom et pr[ée]nom|nom pr[ée]nom|initiales|ddn|dob"
    r"|date (?:de )?naiss(?:ance|\.)?"
    r"|n[ée]e? le|ipp|nip|nir|nda|n° s[ée]cu|t[ée]l|t[ée]l[ée]phone|adresse|e-?mail|courriel"
    r"|mobile|portable"
    r"|patiente?|surname|first ?name|last ?name|name|birth ?date|phone)"
    r"(?: (?:de famille|d'usage|de naissance|usuel|complet|(?:du |de la )?patiente?))?)[ \":]{0,3}"
)
_OF_A_THING = frozenset({"nom", "name", "adresse"})
"""Titles that a product has too."""
_A_COUNT = re.compile(r"\W{0,3}\d{0,3}\W{0,3}")
_SEPARATORS = ";|,\t"
_FEWEST_COLUMNS = 2


def tabbed_in(typed: str) -> Iterator[Span]:
    """Names in rows and columns that tabulations make, in a text as it was typed."""
    yield from cells_in(typed)
    yield from columns_in(typed)
    yield from records_in(typed)


def columns_in(text: str) -> Iterator[Span]:
    """Cells under « Nom;Prénom;DDN », as a table is pasted."""
    sign, titles, personal, start = "", 0, frozenset[int](), 0
    for line in text.split("\n"):
        cells = line.split(sign) if titles else [line]
        if cells and _PERSONAL.fullmatch(cells[0]):
            titles = 0
        if titles and len(cells) >= _FEWEST_COLUMNS and abs(len(cells) - titles) <= 1:
            at = start
            for place, cell in enumerate(cells):
                if place in personal and not _A_COUNT.fullmatch(cell):
                    yield at + len(cell) - len(cell.lstrip()), at + len(cell.rstrip())
                at += len(cell) + 1
        else:
            sign = max(_SEPARATORS, key=line.count)
            heads = line.split(sign)
            personal = frozenset(at for at, one in enumerate(heads) if _PERSONAL.fullmatch(one))
            alone = len(personal) == 1 and fold(heads[min(personal)]).strip(' "') in _OF_A_THING
            enough = len(personal) >= (_FEWEST_COLUMNS if sign == "," or alone else 1)
            titles = len(heads) if enough and len(heads) >= _FEWEST_COLUMNS else 0
        start += len(line) + 1
