"""A text typed without capitals, or all in capitals, with those that it would have.

Names, initials and civilities are told by their capitals: who types none, or only them, is read
as everybody else. A capital takes the place of its letter, so that places are the same.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from triage.patient_data.dictionary.known_words import is_english, is_unknown
from triage.patient_data.persons.kinds import (
    NOT_NAMES,
    PROFESSIONS,
    bare_word,
    ends_as_an_adjective,
    is_acronym,
    is_clinical,
    is_of_another,
    is_strange,
    is_usual,
    tells_a_medicine,
)
from triage.patient_data.words import WORDS, any_of, folded, said_in, spelled

Word = re.Match[str]

_A_WORD = r"[^\W\d_]{1,25}(?:['’-][^\W\d_]{1,20})?"
_WORD = re.compile(_A_WORD)
_SMALL_WORD = re.compile(r"[a-zà-öø-ÿœ]{2}")
_BEHIND = (
    r"(?=[ ,;:(/|\n-]{1,3}(?:[fhm][ ,/-]{1,3}"
    r"|(?:homme|femme|[âa]ge|[âa]g[ée]e?)[ ,:(]{1,3}(?:de )?)?"
    r"(?:\d{1,3} ?(?:ans?|a|mois|yo)(?!\w)|\d{1,3}(?![\w.,%/]| ?[a-z])"
    r"|n[ée]e?(?:\(e\))?(?!\w)|ddn|dob"
    r"|\d{1,2}[/. -]\d{1,2}[/. -]\d{2}))"
)
"""An age, or a birth, just behind."""
_AN_AGE_BEHIND = re.compile(rf"[^\W\d_]{_BEHIND}")
_BEFORE_AN_AGE = re.compile(rf"(?P<run>{_A_WORD}(?:[ \n]{_A_WORD}){{1,3}}){_BEHIND}")
_SHORT_BEFORE_AN_AGE = re.compile(
    r"(?<![^\W_'’@.-])(?P<word>[^\W\d_]{2,3}|[^\W\d_] [^\W\d_](?: [^\W\d_])?)" + _BEHIND
)
_AFTER_A_TELLER = re.compile(
    rf"(?<![^\W_])(?:(?P<one>{any_of((*WORDS.patients, *WORDS.children))}|cas|obs)"
    rf"|{any_of((*WORDS.civilities, *WORDS.maiden))}"
    r"|n[ée]e|(?:pr[ée])?noms?|inits?|initiales?|surname|name)(?![^\W_])[ .:=n°\d()\"*-]{1,6}"
    r"(?:(?:de la|de|du|le|la|el|al|ben|van|von|dos|da|di|a[iï]t) |d['’]){0,2}"
    rf"(?P<word>{_A_WORD})(?!['’@\w])"
)
_LETTERS = re.compile(
    r"(?<![^\W_])(?<![^\W_]['’])[a-z](?:(?:\.[ -]?|[-/_·…*])[a-z]){1,3}(?:\.|(?![^\W_]))(?!['’@])"
    r"|(?<![\w'’.@/-])[a-z]{1,4}[ -]?\d{4,12}(?!\w)|(?<![\w'’.@/-])[a-z]{2}-\d{3}-[a-z]{2}(?!\w)"
)
"""« j.d. », « r/k », « hx778812 »."""
_INITIAL = re.compile(r"(?<![\w'’@.])[a-z]\. ?(?=(?P<word>[^\W\d_]{3,25}))")
_ONE_LETTER = re.compile(
    r"(?<![^\W_'’])(?:m(?=\.? [^\W\d_])|mr|mme|mlle|mrs|monsieur|madame)(?![^\W_])"
    r"|(?<![^\W_'’])[fhm](?=[ ,/-]{1,3}\d{1,3} ?(?:ans?|a)(?!\w))"
    r"|(?<=ans )[fhm](?![\w'’])|(?<=ans, )[fhm](?![\w'’])|(?<=\da )[fhm](?![\w'’])"
)
_ONE = frozenset(("m", "mr", "mme", "mlle", "mrs", "monsieur", "madame", "f", "h"))
_TELLING = spelled(
    (
        *(*WORDS.patients, *WORDS.children, *WORDS.civilities, *WORDS.maiden, "cas", "obs", "née"),
        *("nom", "noms", "prénom", "prénoms", "init", "inits", "initiale", "initiales"),
        *("surname", "name"),
    )
)
"""What such a teller begins by."""
_THEN_TOLD = re.compile(
    r"[ ,(:;-]{1,3}(?:\d{1,3} ?(?:ans?|a|mois)(?!\w)|n[ée]e?(?!\w)|[âa]g[ée]|\d\d?[/.-]\d)"
)
_NO_NAMES = (
    folded(
        (
            *(*WORDS.small_words, *WORDS.after_names, *WORDS.between, *WORDS.not_after_patient),
            *(*WORDS.patients, *WORDS.children, *WORDS.relatives, *WORDS.civilities),
        )
    )
    | NOT_NAMES
    | PROFESSIONS
)
_TELLERS = folded(
    (*WORDS.civilities, *WORDS.patients, *WORDS.children, *WORDS.relatives, "prénom", "nom")
)
_PARTICLES = folded(WORDS.particles)
_OF_SPECIES = re.compile(r".{3,26}(?:ae|um|is|us|ii)")
_SHORT, _FEWEST = 3, 12


@lru_cache(maxsize=8)
def recased(text: str) -> str | None:
    """The text with such capitals; ``None`` where it has them."""
    shouted = is_shouted(text)
    low = text.lower() if shouted else text
    if len(low) != len(text) or not _SMALL_WORD.search(low):
        return None
    chars = list(low)
    words = [*_WORD.finditer(low)]
    bare, first = text.islower() or shouted, text[1:].islower()
    for place, word in enumerate(words):
        if _may_be_a_name(word.group()) and _is_a_name(low, words, place, bare=bare, first=first):
            _raise(chars, word)
            if bare and is_usual(word.group()) and place + 1 < len(words):
                _raise_surname(chars, low, word, words[place + 1])
    aged = _AN_AGE_BEHIND.search(low) is not None
    for match in _BEFORE_AN_AGE.finditer(low) if aged else ():
        for word in _run(low, match):
            _raise(chars, word)
    for start, capitals in _beside_words(low, aged=aged):
        chars[start : start + len(capitals)] = capitals
    made = "".join(chars)
    return None if made == text or len(made) != len(text) else made


@lru_cache(maxsize=8192)
def _may_be_a_name(word: str) -> bool:
    """Whether a word may be a name somewhere: most are none anywhere."""
    return word[0].islower() and (is_strange(word) or is_usual(word))


@lru_cache(maxsize=8)
def is_shouted(text: str) -> bool:
    """Whether a text is in capitals."""
    letters = list(filter(str.isalpha, text))
    return len(letters) > _FEWEST and sum(map(str.isupper, letters)) * 10 > len(letters) * 7


def _is_a_name(low: str, words: Sequence[Word], place: int, *, bare: bool, first: bool) -> bool:
    """Whether a word can only be a name where it stands, in a text that has few capitals."""
    match = words[place]
    word = match.group()
    if not word[0].islower():
        return False
    if is_strange(word) and not (is_english(word) or _is_a_species(low, match.start(), word)):
        adjective = word.endswith("s") or ends_as_an_adjective(word)
        return bare or (first and not adjective) or _is_of_a_name(low, words, place)
    return is_usual(word) and _is_of_a_name(low, words, place)


def _is_of_a_name(low: str, words: Sequence[Word], place: int) -> bool:
    """Whether a first name is one where it stands: some are words too (« constant »)."""
    match = words[place]
    usual = is_usual(match.group())
    if (usual and is_unknown(match.group())) or _THEN_TOLD.match(low, match.end()):
        return True
    beside = [
        one.group() for one in (*words[max(0, place - 1) : place], *words[place + 1 : place + 2])
    ]
    if not usual:
        beside = [one for one in beside if not (is_strange(one) or one.endswith("s"))]
    return any(is_strange(one) or is_usual(one) or bare_word(one) in _TELLERS for one in beside)


def _raise_surname(chars: list[str], low: str, first: Word, following: Word) -> None:
    """« inès caron »: what stands behind a first name, in a text without capitals."""
    if low[first.end() : following.start()] == " " and not _is_no_name(following.group()):
        _raise(chars, following)


def _run(low: str, match: re.Match[str]) -> Sequence[Word]:
    """Words in a row before an age, of which one is no word: « jl marchandise 76 ans »."""
    words = [*_WORD.finditer(low, match.start("run"), match.end("run"))]
    kept = len(words)
    while kept and not _is_no_name(words[kept - 1].group()):
        kept -= 1
    while kept < len(words) and bare_word(words[kept].group()) in _PARTICLES:
        kept += 1
    run = [one for one in words[kept:] if bare_word(one.group()) not in _PARTICLES]
    return run if len(run) > 1 and any(_is_odd(one.group()) for one in run) else ()


def _is_no_name(word: str) -> bool:
    bare = bare_word(word)
    if bare in _PARTICLES or is_usual(word):
        return False
    return bare in _NO_NAMES or is_clinical(word) or _is_a_thing(word)


def _is_a_thing(word: str) -> bool:
    return is_of_another((word,)) or tells_a_medicine((word,))


def _is_odd(word: str) -> bool:
    """Whether a word is of no dictionary, a first name, or letters for one: « jl »."""
    if len(word) <= _SHORT:
        return not is_acronym(word.upper()) and (len(word) < _SHORT or is_unknown(word))
    return (is_strange(word) and not is_english(word)) or (is_usual(word) and is_unknown(word))


def _beside_words(low: str, *, aged: bool) -> Iterator[tuple[int, str]]:
    """Where capitals stand by what is beside: initials, civilities, a name after « nom »."""
    said = said_in(low)
    tellers = () if said.isdisjoint(_TELLING) else _AFTER_A_TELLER.finditer(low)
    for matches in (tellers, _SHORT_BEFORE_AN_AGE.finditer(low) if aged else ()):
        for match in matches:
            if capitals := _told_capitals(low, match):
                yield match.start("word"), capitals
    for match in _LETTERS.finditer(low):
        yield match.start(), match.group().upper()
    for match in _INITIAL.finditer(low) if "." in low else ():
        if is_strange(match["word"]) or is_usual(match["word"]):
            yield match.start(), match.group()[0].upper()
    for match in () if said.isdisjoint(_ONE) else _ONE_LETTER.finditer(low):
        yield match.start(), match.group()[0].upper()


def _told_capitals(low: str, match: re.Match[str]) -> str:
    """Capitals of a word after « nom », or of letters before an age; none of « sujet sain »."""
    word, start = match["word"], match.start("word")
    letters = word.replace(" ", "")
    if not word.islower() or bare_word(word) in _NO_NAMES or _is_a_thing(word):
        return ""
    if len(letters) <= _SHORT:
        known = is_acronym(letters.upper()) and match.re is _SHORT_BEFORE_AN_AGE
        odd = " " in word or len(word) < _SHORT or is_unknown(word)
        return word.upper() if odd and not known else ""
    of_one = match.re is _AFTER_A_TELLER and match["one"]
    if of_one or is_clinical(word) or _is_a_species(low, start, word):
        return ""
    return word[0].upper()


def _is_a_species(low: str, start: int, word: str) -> bool:
    """« m. avium »."""
    before = low[max(0, start - 3) : start].lower()
    return before == "m. " and _OF_SPECIES.fullmatch(word) is not None


def _raise(chars: list[str], match: Word) -> None:
    """Capitals of a name: « Le-Goff », « D'Aboville »."""
    for part in re.finditer(r"(?<![^\W\d_])[^\W\d_]", match.group()):
        at = match.start() + part.start()
        chars[at] = chars[at].upper()
