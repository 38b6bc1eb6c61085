"""Names after « M. », « Mme »…, and who bears a title beside a name."""

import re
from collections.abc import Iterator

from triage.patient_data.dictionary.known_words import is_of_a_medicine
from triage.patient_data.persons.kinds import (
    PROFESSIONS,
    bare_word,
    is_of_another,
)
from triage.patient_data.persons.names import AHEAD, WORD
from triage.patient_data.words import WORDS, folded

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
        *_until_a_verb(WORD.findall(_OF_ANOTHER.split(after)[0])),
    )
    return any(
        part in PROFESSIONS and one not in _SHORTENED
        for one in near
        for part in bare_word(one).split("'")
    )


_OF_ANOTHER = re.compile(
    r"(?<!\w)(?i:mon|ma|mes|son|sa|ses|notre|votre|leurs?|une?|du|au|des|chez|his|her|my|par|j'ai|jai|pour)(?!\w)"
    r"|(?<!\w)(?:le|la) (?=[^\W\d_]+ (?:a|aurait|avait|est|n'a|lui|m'a|me|nous)(?!\w))"
)
"""« …, mon cardiologue m'a mis sous »: whose profession it is stands elsewhere."""
_SHORTENED = frozenset({"pr"})
"""« pour », of who types no capitals."""
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


_VERBS = folded((*WORDS.after_names, "par", "voit", "suit", "traite", "hospitalise", "reçoit"))
"""« M. Roy a été adressé par son médecin »: what stands past a verb is not said of him."""


def _until_a_verb(words: list[str]) -> list[str]:
    place = next((at for at, one in enumerate(words) if bare_word(one) in _VERBS), len(words))
    return words[:place]


def _since_a_verb(words: list[str]) -> list[str]:
    said = _VERBS - {"par"}
    places = [at for at, one in enumerate(words) if bare_word(one) in said]
    return words[places[-1] + 1 :] if places else words


_CIVILITY = re.compile(
    r"(?<![\w.])(?:M\.|M(?= [A-ZÉÈÀ](?:[A-ZÉÈÀ]{3,30}|[a-zà-ÿ]{3,30})(?![\w-]))"
    r"|(?i:Mr|Mme|Mde|Mlle|Melle|Mrs)\.?|(?i:Monsieur|Madame|Mademoiselle)"
    r"|(?:[sS]ieur|[dD]ame|Miss|Ms|Mister|Herr|Frau)(?![^\W\d_])\.?)"
    r"(?=[ \n]{0,2}[^\W\d_])"
)
