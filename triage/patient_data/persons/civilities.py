"""Names after « M. », « Mme »…, and who bears a title beside a name."""

import re
from collections.abc import Iterator

from triage.patient_data.dictionary.known_words import is_of_a_medicine
from triage.patient_data.persons.kinds import (
    PROFESSIONS,
    bare_word,
    is_clinical,
    is_first_name,
    is_of_another,
    is_strange,
    is_usual,
)
from triage.patient_data.persons.names import AHEAD, WORD
from triage.patient_data.words import USUAL_NAMES, WORDS, any_of, folded, said_in

_FAR = 90
CIVILITY_STEMS = (
    "m.",
    "m ",
    "mr",
    "mme",
    "mde",
    "mlle",
    "melle",
    "monsieur",
    "madame",
    "mademoiselle",
    *("sieur", "dame", "miss", "ms", "mister", "herr", "frau"),
)
"""What a civility is told by."""


def professions_near(text: str, start: int, end: int) -> bool:
    """Whether words of a profession stand beside a name: of who writes, not of a patient."""
    before = _A_STOP.split(text[max(0, start - 40) : start])[-1]
    after = re.split(r"[.;\n](?=\s|$)", text[end : end + AHEAD])[0]
    if firm := _FIRM.match(text, end):
        words = WORD.findall(firm["firm"])
        if any(map(_is_of_a_firm, words)):
            return True
    if (firm := _OF_A_FIRM.match(text, end)) and _is_of_a_firm(firm["firm"]):
        return True
    if text[max(0, start - 3) : start] == "de ":
        before = ""  # « le médecin traitant de M. Roy »
    near = (
        *_since_a_verb(WORD.findall(before)),
        *_until_a_verb(WORD.findall(after)),
    )
    return any(part in PROFESSIONS for one in near for part in bare_word(one).split("'"))


_A_STOP = re.compile(r"(?<![DdPp]r)(?<![Pp]rof)(?<!\bM)[.;\n](?=\s|$)")
_FIRM = re.compile(r" ?\((?P<firm>[^()\n]{2,40})\)")
"""« M. Aubert (Sanofi) »."""
_OF_A_FIRM = re.compile(
    r",? (?:de la|de l'|du|des|de|chez|pour|à la|à l') ?(?P<firm>[A-Z]\w{2,20})"
)
"""« Mme Wagner, de la HAS »."""
_ORGANISATIONS = folded(WORDS.organisations)


def _is_of_a_firm(word: str) -> bool:
    return is_of_a_medicine(word) or bare_word(word) in _ORGANISATIONS or is_of_another((word,))


def civilities_in(text: str) -> Iterator[int]:
    """Where « M. », « Mme »… stand before a capital."""
    for match in _CIVILITY.finditer(text):
        bare = match.group() == "M"
        if not bare or _BEFORE_BARE.search(text, max(0, match.start() - _FAR), match.start()):
            yield match.start()


_BEFORE_BARE = re.compile(r"(?:^|[.,;:(\n] ?|(?<!\w)(?i:de|chez|à|pour|et|que|avec) )$")
"""What stands before « M DUPONT », but not before « taille M STANDARD »."""


_WHOSE_LOWER = re.compile(
    rf"(?<!\w)(?:(?P<short>mme|mr|mlle|melle|mde)\.?|(?P<dotted>(?<!\d )m\.)|monsieur"
    r"|madame|mademoiselle)"
    r"[ \n](?P<name>"
    r"(?:(?:de la|de|du|le|la|el|al|ben|van|von|dos|da|di|der|den|van der|van den"
    r"|des) |d')?"
    rf"(?!{any_of((*WORDS.not_names, *WORDS.after_names, *WORDS.professional))}(?!\w))"
    r"(?:[nmod]')?[^\W\d_][^\W\d_'-]{2,25}(?:['-][^\W\d_]{2,20})?"
    rf"(?: (?!{any_of((*WORDS.after_names, *WORDS.professional))}(?!\w))"
    r"(?:d')?[^\W\d_-]{2,20}(?:-[^\W\d_]{2,20})?){0,3})(?!\w)"
)
"""« mme dupont a chuté »: all in small letters."""


_DOES = re.compile(rf" {any_of(WORDS.after_names)}(?!\w)")
_SMALL = folded(WORDS.particles)
_THEN_TELLS = re.compile(r"[ ,(]{1,3}(?:\d{1,3} ?(?:ans|a|mois)(?!\w)|n[ée]e? |ddn)")

_VERBS = folded((*WORDS.after_names, "par", "voit", "suit", "traite", "hospitalise", "reçoit"))
"""« M. Roy a été adressé par son médecin »: what stands past a verb is not said of him."""


def _until_a_verb(words: list[str]) -> list[str]:
    place = next((at for at, one in enumerate(words) if bare_word(one) in _VERBS), len(words))
    return words[:place]


def _since_a_verb(words: list[str]) -> list[str]:
    said = _VERBS - {"par"}
    places = [at for at, one in enumerate(words) if bare_word(one) in said]
    return words[places[-1] + 1 :] if places else words


def lower_names_in(text: str) -> Iterator[tuple[int, int]]:
    """Places of names in small letters after a civility in small letters."""
    for match in _WHOSE_LOWER.finditer(text):
        if not match["name"].islower():
            continue
        name = _of_a_name(match["name"])
        end = match.start("name") + len(name)
        known = (
            match["short"]
            or _DOES.match(text, end)
            or _THEN_TELLS.match(text, end)
            or is_strange(name.rsplit(" ", 1)[-1])
        )
        if match["dotted"] and not is_strange(name.rsplit(" ", 1)[-1]):
            continue
        if known and not PROFESSIONS & {*map(bare_word, name.split())}:
            yield match.start(), end


_LOWER_BORN = re.compile(
    r"(?:^|[\n.;:(*-] ?|(?<!\w)(?i:patiente?|pte?|malade|enfant|b[ée]b[ée]) )"
    r"(?!(?:patiente?|pte?|malade|enfant|b[ée]b[ée]) )"
    r"(?P<name>(?:(?:de|du|le|la|el|al|ben|van|da|di|dos) )?[a-zà-öø-ÿ][a-zà-öø-ÿ'-]{1,25}"
    r"(?: [a-zà-öø-ÿ'-]{2,25}){0,3}),? "
    r"(?=\(?(?:n[ée]e?(?:\(e\))? (?:le|en|à|au|un) ?|ddn\b|date de naissance|d\. ?naiss))"
)
"""« patiente cunin mathilde née le »: all in small letters, before a birth."""
_LOWER_AGED = re.compile(
    r"(?:^|[\n] ?|(?<!\w)(?i:patiente?|pte?|malade) )"
    r"(?!(?:patiente?|pte?|malade) )"
    r"(?P<name>[a-zà-öø-ÿ][a-zà-öø-ÿ'-]{2,25} (?:(?:de|du|le|la|el|al|ben|van|da|di) )?"
    r"[a-zà-öø-ÿ'-]{2,25}),? \(?(?=\d{1,3} ?(?:ans|a)(?![^\W\d_]))"
)
"""« nathalie perrot, 41 ans »."""
_NO_PART = (
    folded(
        (
            *(*WORDS.not_names, *WORDS.after_names, *WORDS.professional, *WORDS.between),
            *(*WORDS.patients, *WORDS.relatives, *WORDS.not_after_patient),
        )
    )
    - _SMALL
    - {"petit", "petite", "jeune"}
)


_BORN = frozenset({"né", "née", "ne", "nee", "ddn", "naissance", "naiss"})


def lower_births_in(text: str) -> Iterator[tuple[int, int]]:
    """Places of names in small letters before a birth; before an age, with a first name."""
    said = said_in(text)
    patterns = [] if said.isdisjoint(_BORN) else [_LOWER_BORN]
    patterns += [] if said.isdisjoint(USUAL_NAMES) else [_LOWER_AGED]
    for pattern in patterns:
        for match in pattern.finditer(text):
            words = match["name"].split()
            if any(bare_word(one) in _NO_PART or is_clinical(one) for one in words):
                continue
            told = pattern is _LOWER_BORN and any(
                is_strange(one) or is_first_name(bare_word(one)) for one in words
            )
            if told or is_usual(words[0]) or is_usual(words[-1]):
                yield match.span("name")


def _of_a_name(said: str) -> str:
    """The words that are of a name, of those in small letters that follow a civility."""
    words = said.split()
    kept = 1 + (words[0] in _SMALL and len(words) > 1)
    while kept < len(words):
        word, last = words[kept], words[kept - 1]
        first, behind = is_first_name(bare_word(word)), is_first_name(bare_word(last))
        known = is_strange(word) or first or (behind and word not in _SMALL)
        if known:
            kept += 1
        elif word in _SMALL and kept + 1 < len(words) and is_strange(words[kept + 1]):
            kept += 2
        else:
            break
    return " ".join(words[:kept])


_CIVILITY = re.compile(
    r"(?<![\w.])(?:M\.|M(?= [A-ZÉÈÀ]{4,30}(?![\w-]))"
    r"|(?i:Mr|Mme|Mde|Mlle|Melle|Mrs)\.?|(?i:Monsieur|Madame|Mademoiselle)"
    r"|(?:[sS]ieur|[dD]ame|Miss|Ms|Mister|Herr|Frau)(?![^\W\d_])\.?)"
    r"(?=[ \n]{0,2}[^\W\d_])"
)
