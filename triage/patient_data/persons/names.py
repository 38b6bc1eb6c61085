"""Names of people in a plain text: the words just before, or just after, a place of it.

A few words are looked at from each place, so that time grows with the length of the text only.
"""

import re
from dataclasses import dataclass, field

from triage.patient_data.persons.kinds import (
    BORN,
    NOT_NAMES,
    PLACES,
    PROFESSIONS,
    bare_word,
    is_clinical,
    is_first_name,
    is_of_another,
    is_strange,
    is_usual,
    looks_like_a_name,
)
from triage.patient_data.words import (
    FIRST_NAMES,
    USUAL_NAMES,
    WORDS,
    any_of,
    folded,
)

WORD = re.compile(r"[^\W\d_]{1,30}(?:['-][^\W\d_]{1,30}){0,3}")
_FAR = 90
"""Characters before a place in which a name that belongs to it starts."""
AHEAD = 60
_MOST_WORDS, _MOST_BETWEEN = 4, 6
_BETWEEN_WORDS = frozenset(" ,;:()[]-./=|°'\"\n♀♂")
_BORN_AT = re.compile(r"n[ée]e? (?:à|a|au|aux|en) [^\d\n,;]{2,30} le $")
"""« né à Nîmes le » before a day."""
_ASIDE = re.compile(
    r"(?: \([^()\d\n]{2,30}\),? ?"
    rf"|, (?!{any_of((*WORDS.after_names, *WORDS.authors))}(?!\w))"
    r"(?:[a-zà-öø-ÿ][a-zà-öø-ÿ' -]{2,40}|en C[EM][12P12]|en [a-zà-ÿ0-9]{2,12}), )$"
)
"""What stands between a name and an age, apart: « Rasoanaivo (La Réunion), 50 ans »."""
_LONGER = 50
_SENTENCE = re.compile(r"[.;] |\n")
_INSIDE = re.compile(r"[ \n]|-|\. ?|\.-|, (?=[^\W\d_]\.)")
_CIVILITIES = folded(WORDS.civilities)
_PEOPLE = folded((*WORDS.patients, *WORDS.named)) | {"initiales", "initiale"}
_CHILDREN = folded(WORDS.children) | folded(WORDS.named)
_BETWEEN = folded(WORDS.between)
_ABOUT = re.compile(
    rf"(?<!\w){any_of(WORDS.about)}(?: ?:)? (?:(?:de|du|le|la|les|à|par|pour) )?(?:d')?$"
)
_OF_ONE = frozenset({"patient", "patiente", "homme", "femme", "fillette", "garcon"})
_SURNAMES_TOO = frozenset({"petit", "jeune", "le", "la", "homme", "enfant", "garçon", "garcon"})
"""Words between that are surnames too: « Jean Petit, 67 ans »."""
_PARTICLES = folded(WORDS.particles)
_OF_SURNAMES = frozenset(
    {"van", "von", "der", "den", "dos", "da", "di", "ben", "bin", "ibn", "el", "al"}
)
"""Particles that are no French word: they begin a name."""
_OF_SPECIES = re.compile(r".{3,26}(?:ae|um|is|us|ii)")
"""« M. tuberculosis » is no man."""
_AFTER_INITIAL = re.compile(r".?(?<![^\W\d_])[A-ZÉÈ](?:\. ?| )$")
"""An initial just before another: « K.F, 54 ans » is not said to be a woman."""
_OF_A_SURNAME = re.compile(
    r"(?:L[Ee]|L[Aa]|D[Ee]|D[Uu]|D[Ee]s|El|EL|Ben|BEN|Van|VAN|Von|Dos|DOS|Da|DA|Di"
    r"|DI) (?=[A-ZÉÈ][^\W\d_])"
    r"|[a-z]{2,3}-[A-ZÉÈ][a-z]|d'[A-ZÉÈ][a-zé]"
)
"""« née LE ROUX », « Abd el-Kader »."""
_LIKE_MONTHS = frozenset({"Mai", "Mars", "Avril", "Juin"})
_FIRST_GAP = re.compile(r"[ .]?|\. |\.?\n")
_BEGINS = re.compile(r"(?:^|[.;:!?(\[\n*>-] ?|\d\) ?)$")
_PREPOSITION = re.compile(
    r"(?<!\w)(?i:à|a|au|aux|en|par|sous|selon|d'après|sur|dans|de|du|des|vers|pour|avec|hors|versus"
    r"|vs|contre|et|ou|ni|via|chez les?|in|of|by|the|with|for|from) $|['/+]$"
)
_LONGEST, _LONG = 12, 30
_SKIPPED = frozenset({"le", "la", "les", "de", "du", "des", "d", "l", "et"})


@dataclass(slots=True)
class Name:
    """Words that may be somebody's name, beside a place of the text.

    Attributes:
        words: The words, in order.
        start: Where they start, civility included.
        end: Where they end.
        civility: Whether « M. », « Mme »… stands before.
        before: The word before, folded.
        born: Whether a word of birth stands between them and the place.
        begins: Whether it begins the text, a sentence, a line or a part of it.
        after_preposition: Whether « à », « selon »… stands just before.
        about: Whether « décès de », « vu »… stands just before, or « patiente de » behind.
    """

    words: list[str] = field(default_factory=list)
    start: int = 0
    end: int = 0
    civility: str = ""
    before: str = ""
    born: bool = False
    begins: bool = False
    after_preposition: bool = False
    about: bool = False

    @property
    def firsts(self) -> list[str]:
        """Which of its words are first names, folded."""
        return [one for one in map(bare_word, self.words) if is_first_name(one)]

    @property
    def main(self) -> str:
        """Its first word that is no particle."""
        return next((one for one in self.words if bare_word(one) not in _PARTICLES), "")

    @property
    def is_initials(self) -> bool:
        """Whether it is made of initials only: « J.D. », « JD »."""
        return bool(self.words) and (
            all(len(one.replace("-", "")) <= 1 + one.count("-") for one in self.words)
            or (len(self.words) == 1 and len(self.words[0]) <= 3 and self.words[0].isupper())  # noqa: PLR2004
        )

    @property
    def letters(self) -> str:
        """Its letters: initials without dots."""
        return "".join("".join(self.words).split("-")).upper()

    @property
    def of_person(self) -> bool:
        """Whether the word before says that a patient or a child follows."""
        return self.before in _PEOPLE or self.before in _CHILDREN

    @property
    def of_somebody(self) -> bool:
        """Whether what stands before tells that somebody's name follows, or nothing does."""
        return self.begins or self.of_person or self.about

    @property
    def of_child(self) -> bool:
        """Whether the word before says that a child follows."""
        return self.before in _CHILDREN

    @property
    def of_another(self) -> bool:
        """Whether it is the name of who writes, of a place, a company or a disease."""
        first = bare_word(self.words[0]) if self.words else ""
        return (
            self.before in PROFESSIONS
            or self.before in PLACES
            or (first in PLACES and len(first) > 2)  # noqa: PLR2004
            or is_of_another(self.words)
        )


def has_first_name(name: Name) -> bool:
    """Whether it has a first name and a surname."""
    return len(name.words) > 1 and bool(name.firsts)


def name_before(text: str, end: int) -> Name | None:
    """The name that ends just before a place, words as « âgée de » or « né le » apart."""
    at_a_place = _BORN_AT.search(text, max(0, end - _FAR), end)
    end = at_a_place.start() if at_a_place else end
    aside = _ASIDE.search(text, max(0, end - _LONGER), end)
    if aside and not any(map(_tells_who, WORD.findall(aside.group()))):
        end = aside.start()
    words = list(WORD.finditer(text, max(0, end - _FAR), end))
    found, at = Name(born=at_a_place is not None), end
    place = _skip_between(text, words, end, found)
    if place < 0:
        return None
    while place >= 0 and len(found.words) < _MOST_WORDS:
        word = words[place]
        gap = text[word.end() : at]
        if found.words and not (_INSIDE.fullmatch(gap) or _is_turned(word.group(), gap, found)):
            break
        if not _belongs(text, words, place, found):
            break
        found.words.insert(0, word.group())
        found.end = found.end or word.end()
        at, place = word.start(), place - 1
    if place < 0 or bare_word(words[place].group()) not in _CIVILITIES | _PEOPLE:
        _drop_particles(found)
    if not found.words:
        return None
    found.start = at
    return _with_civility(text, words, place, found)


_THEN_FIRST = re.compile(r", (?P<first>[A-ZÉÈ][a-zà-öø-ÿ-]{2,20})(?= ?[\n,;.()|/-]|$| n[ée]e?\b)")


def _with_first_name(text: str, found: Name) -> None:
    """« Mr LE TALLEC, Erwan »: a surname in capitals, a comma, a first name."""
    following = _THEN_FIRST.match(text, found.end) if found.words else None
    if following and found.words[-1].isupper() and is_usual(following["first"]):
        found.words.append(following["first"])
        found.end = following.end()


def _tells_who(word: str) -> bool:
    bare = bare_word(word)
    capital = word[0].isupper()
    return bare in PROFESSIONS or (
        capital and (is_strange(word) or word.isupper() or is_first_name(bare))
    )


def name_after(text: str, start: int) -> Name | None:
    """The name that starts at a place, its civility first."""
    found, at = Name(start=start), start
    for word in WORD.finditer(text, start, start + AHEAD):
        gap, folded_word = text[at : word.start()], bare_word(word.group())
        if not found.words and not found.civility and folded_word in _CIVILITIES:
            if gap:
                return None
            found.civility, at = word.group(), word.end()
            continue
        allowed = _FIRST_GAP.fullmatch(gap) if not found.words else _INSIDE.fullmatch(gap)
        if not allowed or len(found.words) == _MOST_WORDS:
            break
        if not (
            looks_like_a_name(word.group())
            or _is_lower_part(word.group(), found)
            or _ends_a_lower_name(text, word, found)
            or _OF_A_SURNAME.match(text, word.start())
            or (found.words and word.group() in _LIKE_MONTHS)
        ):
            break
        found.words.append(word.group())
        found.end = at = word.end()
    _with_first_name(text, found)
    while found.words and found.words[-1].islower() and bare_word(found.words[-1]) in _PARTICLES:
        found.end -= len(found.words.pop()) + 1
    return found if found.words else None


def _is_turned(word: str, gap: str, found: Name) -> bool:
    """« MARCHAND, Luc »: a surname, a comma, a first name."""
    first = len(found.words) == 1 and bare_word(found.words[0]) in FIRST_NAMES
    return first and gap in {", ", "/"} and len(word) > 3 and looks_like_a_name(word)  # noqa: PLR2004


def _is_lower_part(word: str, found: Name) -> bool:
    """A particle, or a first name without its capital."""
    folded_word = bare_word(word)
    if folded_word in _PARTICLES:
        return bool(found.words or found.civility)
    return (
        folded_word in USUAL_NAMES
        or folded_word.partition("-")[0] in USUAL_NAMES
        or (
            bool(found.words)
            and bare_word(found.words[0]).partition("-")[0] in USUAL_NAMES
            and is_strange(word)
        )
    )


def _ends_a_lower_name(text: str, word: re.Match[str], found: Name) -> bool:
    """« le patient, michel garrigue, »: a word behind a first name, both in small letters."""
    if len(found.words) != 1 or not found.words[0].islower() or len(word.group()) < _FEWEST:
        return False
    bare = bare_word(word.group())
    plain = bare not in NOT_NAMES | PROFESSIONS | _BETWEEN and not is_clinical(word.group())
    return (
        plain and is_usual(found.words[0]) and text[word.end() : word.end() + 1] in (",", ")", "")
    )


_FEWEST = 4


def _skip_between(text: str, words: list[re.Match[str]], end: int, found: Name) -> int:
    """Rank of the last word that is not one of « âgée de »; -1 without any."""
    at, skipped = end, 0
    for place in range(len(words) - 1, -1, -1):
        word = words[place]
        if not _BETWEEN_WORDS.issuperset(text[word.end() : at]):
            return -1
        folded_word = bare_word(word.group())
        letter = len(folded_word) == 1 and (
            text[word.end() : word.end() + 1] == "."
            or (
                word.group().isupper()
                and _AFTER_INITIAL.match(text, max(0, word.start() - 3), word.start())
            )
        )
        surname = (
            folded_word in _SURNAMES_TOO
            and word.group()[0].isupper()
            and place > 0
            and text[words[place - 1].end() : word.start()] == " "
            and is_first_name(bare_word(words[place - 1].group()))
        )
        if folded_word not in _BETWEEN or letter or surname or skipped == _MOST_BETWEEN:
            return place
        found.born = found.born or folded_word in BORN
        found.about = found.about or folded_word in _OF_ONE
        at, skipped = word.start(), skipped + 1
    return -1


def _belongs(text: str, words: list[re.Match[str]], place: int, found: Name) -> bool:
    """Whether a word is a part of the name that ends with those found."""
    word = words[place].group()
    folded_word = bare_word(word)
    if folded_word in _CIVILITIES and (
        len(word) > 1 or text[words[place].end() : words[place].end() + 2] == ". "
    ):
        # « M. » is a civility before a name, an initial before another: « M. L. »
        following = found.words[0] if found.words else ""
        return word.isupper() and len(following) == 1
    if word == "M" and found.words and len(found.words[0]) > 1:
        return False  # « M Dupont », without its dot
    if folded_word in _PEOPLE and not word.isupper():
        return False
    if looks_like_a_name(word) or (found.words and folded_word in _PARTICLES):
        return True
    if word in _LIKE_MONTHS and place and looks_like_a_name(words[place - 1].group()):
        return True  # « Trần Thị Mai »
    if found.words and _OF_A_SURNAME.match(text, words[place].start()):
        return True
    if len(word) == 1:
        return text[words[place].end()] in ".-"
    if folded_word in NOT_NAMES:
        return False
    if all(part in USUAL_NAMES for part in folded_word.split("-")):
        return True
    return _is_lower_surname(text, words, place, found)


def _is_lower_surname(text: str, words: list[re.Match[str]], place: int, found: Name) -> bool:
    """A word without a capital between a civility, or the start of a line, and a first name."""
    word = words[place].group()
    previous = words[place - 1] if place else None
    gap = text[previous.end() : words[place].start()] if previous else ""
    if previous and bare_word(previous.group()) in _CIVILITIES and gap in {" ", ". "}:
        species = previous.group() == "M" and _OF_SPECIES.fullmatch(word)
        return not species
    if previous and gap == " " and bare_word(previous.group()) in _PEOPLE and is_strange(word):
        return True
    starts = previous is None or not gap.isspace() or is_strange(word)
    if found.words:
        return starts and is_first_name(bare_word(found.words[-1]))
    # « m. dupont jean » : the first name was not met yet
    return bool(previous and gap == " " and bare_word(previous.group()) in FIRST_NAMES)


def _drop_particles(found: Name) -> None:
    """A particle is no start of a name without a civility: « chez la petite Emma »."""
    while (
        found.words
        and found.words[0].islower()
        and bare_word(found.words[0]) in _PARTICLES - _OF_SURNAMES
    ):
        found.words.pop(0)


def _with_civility(text: str, words: list[re.Match[str]], place: int, found: Name) -> Name:
    """What stands before the name."""
    # Particles that were dropped stand between: the name starts at its first word.
    found.start = text.index(found.words[0], found.start)
    before = [one for one in words[: place + 1] if one.end() <= found.start]
    found.begins = _BEGINS.search(text, max(0, found.start - 4), found.start) is not None
    start = found.start
    found.about = found.about or _ABOUT.search(text, max(0, start - _LONG), start) is not None
    found.after_preposition = not found.about and (
        _PREPOSITION.search(text, max(0, start - _LONGEST), start) is not None
    )
    if not before:
        return found
    last = before[-1]
    gap = text[last.end() : found.start]
    if bare_word(last.group()) in _CIVILITIES and gap in {" ", ". ", ".", "\n", ".\n"}:
        found.civility, found.start = last.group(), last.start()
        before.pop()
    while before and before[-1].group() in _SKIPPED:
        before.pop()
    if before and _BETWEEN_WORDS.issuperset(gap := text[before[-1].end() : found.start]):
        found.before = "" if _SENTENCE.search(gap) else bare_word(before[-1].group())
    return found
