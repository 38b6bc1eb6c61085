"""Names of people in a plain text: the words just before, or just after, a place of it.

A few words are looked at from each place, so that time grows with the length of the text only.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from french.text import fold
from triage.patient_data.words import AMBIGUOUS_NAMES, FIRST_NAMES, WORDS, any_of, folded

_WORD = re.compile(r"[^\W\d_]{1,30}(?:['-][^\W\d_]{1,30}){0,3}")
_FAR = 90
"""Characters before a place in which a name that belongs to it starts."""
_AHEAD = 60
_MOST_WORDS, _MOST_BETWEEN = 4, 6
_BETWEEN_WORDS = frozenset(" ,;:()-./=|°'\n")
_BORN_AT = re.compile(r"n[ée]e? (?:à|a|au|aux|en) [^\d\n,;]{2,30} le $")
"""« né à Nîmes le » before a day."""
_SENTENCE = re.compile(r"[.;] |\n")
_INSIDE = re.compile(r"[ \n]|-|\. ?|\.-|, (?=[^\W\d_]\.)")
_BORN = folded(("né", "née", "nés", "naissance", "ddn"))
_CIVILITIES = folded(WORDS.civilities)
_PEOPLE = folded((*WORDS.patients, *WORDS.named)) | {"initiales", "initiale"}
_CHILDREN = folded(WORDS.children) | folded(WORDS.named)
_BETWEEN = folded(WORDS.between)
_NOT_NAMES = folded(WORDS.not_names) | _BORN
_PARTICLES = folded(WORDS.particles)
_PROFESSIONS = folded(WORDS.professional)
_EPONYMS = folded(WORDS.eponyms)
_ACRONYMS = frozenset((*WORDS.acronyms_short, *WORDS.acronyms_long, *WORDS.acronyms_often))
_PLACES = folded(WORDS.organisations)
_LONG_PLACES = frozenset(one for one in _PLACES if len(one) > 3)  # noqa: PLR2004
_OF_SPECIES = re.compile(r".{3,26}(?:ae|um|is|us|ii)")
"""« M. tuberculosis » is no man."""
_AFTER_INITIAL = re.compile(r".?(?<![^\W\d_])[A-ZÉÈ](?:\. ?| )$")
"""An initial just before another: « K.F, 54 ans » is not said to be a woman."""
_SKIPPED = frozenset({"le", "la", "les", "de", "du", "des", "d", "l", "et"})
_SHORTEST_ALONE = 4
"""Letters of a first name in capitals that is no acronym."""

_ELIDED = re.compile(r"(?:[ldnsjmtc]|qu)'(?=..)")


@lru_cache(maxsize=8192)
def _fold(word: str) -> str:
    """A word as words are compared: « l'enfant » is « enfant »."""
    return _ELIDED.sub("", fold(word), count=1)


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
    """

    words: list[str] = field(default_factory=list)
    start: int = 0
    end: int = 0
    civility: str = ""
    before: str = ""
    born: bool = False

    @property
    def firsts(self) -> list[str]:
        """Which of its words are first names, folded."""
        return [one for one in map(_fold, self.words) if is_first_name(one)]

    @property
    def is_initials(self) -> bool:
        """Whether it is made of initials only: « J.D. », « JD »."""
        return bool(self.words) and (
            all(len(one) == 1 for one in self.words)
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
    def of_child(self) -> bool:
        """Whether the word before says that a child follows."""
        return self.before in _CHILDREN

    @property
    def of_another(self) -> bool:
        """Whether it is the name of who writes, of a place, a company or a disease."""
        return self.before in _PROFESSIONS or self.before in _PLACES or is_of_another(self.words)


def is_first_name(word: str) -> bool:
    """Whether a folded word, or a part of it, is a first name, even one that is also a word."""
    return any(
        part in FIRST_NAMES or part in AMBIGUOUS_NAMES for part in word.replace("'", "-").split("-")
    )


def is_alone_enough(word: str) -> bool:
    """Whether a first name by itself is a person's: no word, place nor acronym is spelled so."""
    parts = _fold(word).replace("'", "-").split("-")
    if word.isupper() and len(word) < _SHORTEST_ALONE:
        return False
    return any(part in FIRST_NAMES for part in parts)


def is_of_another(words: Iterable[str]) -> bool:
    """Whether words are the name of a company, a place, a disease, a score."""
    parts = (part for one in words for part in (_fold(one), *_fold(one).split("-")))
    known = {*parts}
    return not (_EPONYMS.isdisjoint(known) and _LONG_PLACES.isdisjoint(known))


def is_acronym(letters: str) -> bool:
    """Whether capitals stand for a thing more often than for a person."""
    return letters in _ACRONYMS


_ADJECTIVE = re.compile(
    r".{1,30}(?:iqu[e]s?|ienn?e?s?|eux|euses?|antes?|ement|ises?|isees?|genes?|pathes?|oides?"
    r"|ifs?|ives?|ables?|ibles?|osee?s?|oses?|ites?|ismes?|emies?|uries?|algies?|pathies?|tions?"
    r"|plegies?|phrenies?|epsies?|omes?|rragies?|plasies?|tensions?|lytiques?)"
)
"""Ends of folded words that tell which patient, not who."""
_NOT_AFTER = folded(WORDS.not_after_patient)


def is_clinical(word: str) -> bool:
    """Whether a word tells what a patient has, rather than who it is."""
    folded_word = _fold(word)
    if folded_word in FIRST_NAMES:
        return False
    return folded_word in _NOT_AFTER or _ADJECTIVE.fullmatch(folded_word) is not None


def has_first_name(name: Name) -> bool:
    """Whether it has a first name and a surname."""
    return len(name.words) > 1 and bool(name.firsts)


def looks_like_a_name(word: str) -> bool:
    """Whether a word has a capital and is no word that often has one."""
    return word[0].isupper() and _fold(word) not in _NOT_NAMES


def name_before(text: str, end: int) -> Name | None:
    """The name that ends just before a place, words as « âgée de » or « né le » apart."""
    at_a_place = _BORN_AT.search(text, max(0, end - _FAR), end)
    end = at_a_place.start() if at_a_place else end
    words = list(_WORD.finditer(text, max(0, end - _FAR), end))
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
    _drop_particles(found)
    if not found.words:
        return None
    found.start = at
    return _with_civility(text, words, place, found)


def name_after(text: str, start: int) -> Name | None:
    """The name that starts at a place, its civility first."""
    found, at = Name(start=start), start
    for word in _WORD.finditer(text, start, start + _AHEAD):
        gap, folded_word = text[at : word.start()], _fold(word.group())
        if not found.words and not found.civility and folded_word in _CIVILITIES:
            if gap:
                return None
            found.civility, at = word.group(), word.end()
            continue
        allowed = gap in {"", " ", ". ", ".", "\n"} if not found.words else _INSIDE.fullmatch(gap)
        if not allowed or len(found.words) == _MOST_WORDS:
            break
        if not (looks_like_a_name(word.group()) or _is_lower_part(word.group(), found)):
            break
        found.words.append(word.group())
        found.end = at = word.end()
    while found.words and found.words[-1].islower() and _fold(found.words[-1]) in _PARTICLES:
        found.end -= len(found.words.pop()) + 1
    return found if found.words else None


def _is_turned(word: str, gap: str, found: Name) -> bool:
    """« MARCHAND, Luc »: a surname, a comma, a first name."""
    first = len(found.words) == 1 and _fold(found.words[0]) in FIRST_NAMES
    return first and gap in {", ", "/"} and len(word) > 3 and looks_like_a_name(word)  # noqa: PLR2004


def _is_lower_part(word: str, found: Name) -> bool:
    """A particle, or a first name without its capital."""
    folded_word = _fold(word)
    if folded_word in _PARTICLES:
        return bool(found.words or found.civility)
    return folded_word in FIRST_NAMES


def _skip_between(text: str, words: list[re.Match[str]], end: int, found: Name) -> int:
    """Rank of the last word that is not one of « âgée de »; -1 without any."""
    at, skipped = end, 0
    for place in range(len(words) - 1, -1, -1):
        word = words[place]
        if not _BETWEEN_WORDS.issuperset(text[word.end() : at]):
            return -1
        folded_word = _fold(word.group())
        letter = len(folded_word) == 1 and (
            text[word.end() : word.end() + 1] == "."
            or (
                word.group().isupper()
                and _AFTER_INITIAL.match(text, max(0, word.start() - 3), word.start())
            )
        )
        if folded_word not in _BETWEEN or letter or skipped == _MOST_BETWEEN:
            return place
        found.born = found.born or folded_word in _BORN
        at, skipped = word.start(), skipped + 1
    return -1


def _belongs(text: str, words: list[re.Match[str]], place: int, found: Name) -> bool:
    """Whether a word is a part of the name that ends with those found."""
    word = words[place].group()
    folded_word = _fold(word)
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
    if len(word) == 1:
        return text[words[place].end()] in ".-"
    if folded_word in _NOT_NAMES:
        return False
    if all(part in FIRST_NAMES for part in folded_word.split("-")):
        return True
    return _is_lower_surname(text, words, place, found)


def _is_lower_surname(text: str, words: list[re.Match[str]], place: int, found: Name) -> bool:
    """A word without a capital between a civility, or the start of a line, and a first name."""
    word = words[place].group()
    previous = words[place - 1] if place else None
    gap = text[previous.end() : words[place].start()] if previous else ""
    if previous and _fold(previous.group()) in _CIVILITIES and gap in {" ", ". "}:
        species = previous.group() == "M" and _OF_SPECIES.fullmatch(word)
        return not species
    starts = previous is None or not gap.isspace()
    if found.words:
        return starts and is_first_name(_fold(found.words[-1]))
    # « m. dupont jean » : the first name was not met yet
    return bool(previous and gap == " " and _fold(previous.group()) in FIRST_NAMES)


def _drop_particles(found: Name) -> None:
    """A particle is no start of a name without a civility: « chez la petite Emma »."""
    while found.words and _fold(found.words[0]) in _PARTICLES and found.words[0].islower():
        found.words.pop(0)


def _with_civility(text: str, words: list[re.Match[str]], place: int, found: Name) -> Name:
    """What stands before the name."""
    # Particles that were dropped stand between: the name starts at its first word.
    found.start = text.index(found.words[0], found.start)
    before = [one for one in words[: place + 1] if one.end() <= found.start]
    if not before:
        return found
    last = before[-1]
    gap = text[last.end() : found.start]
    if _fold(last.group()) in _CIVILITIES and gap in {" ", ". ", ".", "\n", ".\n"}:
        found.civility, found.start = last.group(), last.start()
        before.pop()
    while before and before[-1].group() in _SKIPPED:
        before.pop()
    if before and _BETWEEN_WORDS.issuperset(gap := text[before[-1].end() : found.start]):
        found.before = "" if _SENTENCE.search(gap) else _fold(before[-1].group())
    return found


def professions_near(text: str, start: int, end: int) -> bool:
    """Whether words of a profession stand beside a name: of who writes, not of a patient."""
    before = re.split(r"[.;\n](?=\s|$)", text[max(0, start - 40) : start])[-1]
    after = re.split(r"[.;\n](?=\s|$)", text[end : end + _AHEAD])[0]
    near = (
        *_since_a_verb(_WORD.findall(before)),
        *_until_a_verb(_WORD.findall(after)),
    )
    return any(part in _PROFESSIONS for one in near for part in _fold(one).split("'"))


def civilities_in(text: str) -> Iterator[int]:
    """Where « M. », « Mme »… stand before a capital."""
    for match in _CIVILITY.finditer(text):
        bare = match.group() == "M"
        if not bare or _BEFORE_BARE.search(text, max(0, match.start() - _FAR), match.start()):
            yield match.start()


_BEFORE_BARE = re.compile(r"(?:^|[.,;:(\n] ?|(?<!\w)(?i:de|chez|à|pour|et|que|avec) )$")
"""What stands before « M DUPONT », but not before « taille M STANDARD »."""


_WHOSE_LOWER = re.compile(
    rf"(?<!\w)(?:(?P<short>mme|mr|mlle|melle|mde)\.?|monsieur|madame|mademoiselle)"
    r"[ \n](?P<name>"
    rf"(?!{any_of((*WORDS.not_names, *WORDS.after_names, *WORDS.professional))}(?!\w))"
    r"(?:(?:de|du|le|la|el|ben|van|von) )?[^\W\d_][^\W\d_'-]{2,25}(?:['-][^\W\d_]{2,20})?"
    r"(?: [^\W\d_-]{2,20}(?:-[^\W\d_]{2,20})?(?=,| \(|\.|$| "
    rf"{any_of(WORDS.after_names)}(?!\w)))?)(?!\w)"
    rf"(?P<after> {any_of(WORDS.after_names)}(?!\w))?"
)
"""« mme dupont a chuté »: all in small letters."""


_VERBS = folded((*WORDS.after_names, "par", "voit", "suit", "traite", "hospitalise", "reçoit"))
"""« M. Roy a été adressé par son médecin »: what stands past a verb is not said of him."""


def _until_a_verb(words: list[str]) -> list[str]:
    place = next((at for at, one in enumerate(words) if _fold(one) in _VERBS), len(words))
    return words[:place]


def _since_a_verb(words: list[str]) -> list[str]:
    said = _VERBS - {"par"}
    places = [at for at, one in enumerate(words) if _fold(one) in said]
    return words[places[-1] + 1 :] if places else words


def lower_names_in(text: str) -> Iterator[tuple[int, int]]:
    """Places of names in small letters after a civility in small letters."""
    for match in _WHOSE_LOWER.finditer(text):
        known = match["short"] or match["after"]
        if (
            known
            and match["name"].islower()
            and not _PROFESSIONS & {*map(_fold, match["name"].split())}
        ):
            yield match.start(), match.end("name")


_CIVILITY = re.compile(
    r"(?<![\w.])(?:M\.|M(?= [A-ZÉÈÀ]{4,30}(?![\w-]))"
    r"|(?i:Mr|Mme|Mde|Mlle|Melle|Mrs)\.?|(?i:Monsieur|Madame|Mademoiselle))"
    r"(?=[ \n]{0,2}[^\W\d_])"
)
