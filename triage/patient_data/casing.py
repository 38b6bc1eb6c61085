"""A text typed without capitals, or all in capitals, with those that it would have.

Names, initials and civilities are told by their capitals: who types none, or only them, is read
as everybody else. A capital takes the place of a letter, so that places are the same.
"""

import re
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
from triage.patient_data.words import WORDS, any_of, folded

_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_SMALL_WORD = re.compile(r"[a-zà-öø-ÿœ]{2}")
_A_LETTER = re.compile(r"[^\W\d_]")
_INITIALS = re.compile(
    r"(?<![^\W_])(?<![^\W_]['’])[a-z](?:(?:\.[ -]?|[-/_·…*])[a-z]){1,3}(?:\.|(?![^\W_]))(?!['’@])"
)
"""« j.d. », « j-p. l. », « r/k »."""
_TELLER = (
    rf"(?:(?P<one>{any_of((*WORDS.patients, *WORDS.children))}|cas|obs)"
    rf"|{any_of((*WORDS.civilities, *WORDS.maiden))}"
    r"|n[ée]e|(?:pr[ée])?noms?|init|inits|initiales?|surname|name)"
)
_AFTER_A_TELLER = re.compile(
    rf"(?<![^\W_]){_TELLER}(?![^\W_])[ .:=n°\d()\"*-]{{1,6}}"
    r"(?P<word>[^\W\d_]+(?:['’-][^\W\d_]+)*)(?!['’@\w])"
)
_BESIDE_AN_AGE = re.compile(
    r"(?<![^\W_'’@.-])(?P<word>[^\W\d_]{2,3}|[^\W\d_] [^\W\d_](?: [^\W\d_])?)"
    r"(?=[ ,;:(/|-]{1,3}(?:[fhm][ ,/-]{1,3}|(?:homme|femme|age|âge|[âa]g[ée]e?)[ ,:(]{1,3}(?:de )?)?"
    r"(?:\d{1,3} ?(?:ans?|a|mois|yo)?(?![\w.,%])|\d{1,2}[/. -]\d{1,2}[/. -]\d{2}|n[ée]e?(?!\w)|ddn))"
)
_THEN_TOLD = re.compile(
    r"(?P<run>[^\W\d_]+(?:['’-][^\W\d_]+)*(?:[ \n][^\W\d_]+(?:['’-][^\W\d_]+)*){1,3})"
    r"(?=[ ,;:(/|\n-]{1,3}(?:\d{1,3} ?(?:ans?|a|mois|yo)(?!\w)|n[ée]e?(?:\(e\))? (?:le|en|[àa]|au) |ddn|dob"
    r"|\d{1,2}[/.-]\d{1,2}[/.-]\d{2}))"
)
_CIVILITY = re.compile(r"(?<![^\W_'’])(?:m(?=\.? [^\W\d_])|mr|mme|mlle|mrs|monsieur|madame)(?![^\W_])")
_SEX = re.compile(
    r"(?<![^\W_'’])[fhm](?=[ ,/-]{1,3}\d{1,3} ?(?:ans?|a)(?!\w))"
    r"|(?<=ans )[fhm](?![\w'’])|(?<=ans, )[fhm](?![\w'’])|(?<=\da )[fhm](?![\w'’])"
)
_NO_NAMES = folded(
    (
        *(*WORDS.small_words, *WORDS.after_names, *WORDS.between, *WORDS.not_after_patient),
        *(*WORDS.patients, *WORDS.children, *WORDS.relatives, *WORDS.civilities),
    )
) | NOT_NAMES | PROFESSIONS
_TELLERS = folded((*WORDS.civilities, *WORDS.patients, *WORDS.children, *WORDS.relatives, "prénom", "nom"))
_PARTICLES = folded(WORDS.particles)
_OF_SPECIES = re.compile(r".{3,26}(?:ae|um|is|us|ii)")
_SHORT = 3


@lru_cache(maxsize=8)
def recased(text: str) -> str | None:
    """The text with such capitals; ``None`` where it was typed with some."""
    low = text
    letters = _A_LETTER.findall(text)
    shouted = sum(map(str.isupper, letters)) * 10 > len(letters) * 7
    if shouted:
        low = text.lower()
    if len(low) != len(text) or not _SMALL_WORD.search(low):
        return None
    chars = list(low)
    words = [*_WORD.finditer(low)]
    bare, first = shouted or text.islower(), text[1:].islower()
    for place, match in enumerate(words):
        word = match.group()
        odd = is_strange(word) and not is_english(word) and not _is_a_species(low, match)
        if odd and (bare or (first and not _is_an_adjective(word)) or _is_of_a_name(low, words, place)):
            _raise(chars, match)
        elif is_usual(match.group()) and _is_of_a_name(low, words, place):
            _raise(chars, match)
    for match in _THEN_TOLD.finditer(low):
        _raise_before(chars, low, match)
    for pattern in (_AFTER_A_TELLER, _BESIDE_AN_AGE):
        for match in pattern.finditer(low):
            word = match["word"]
            bare = bare_word(word)
            if not word.islower() or bare in _NO_NAMES or is_of_another((word,)) or tells_a_medicine((word,)):
                continue
            if _is_a_species(low, match):
                continue
            letters = word.replace(" ", "")
            short = len(letters) <= _SHORT
            if short and len(letters) == _SHORT and not (" " in word or is_unknown(word)):
                continue
            if match.groupdict().get("one") and not short:
                continue  # « sujet sain »
            if short and not is_acronym(letters.upper()):
                chars[match.start("word") : match.end("word")] = word.upper()
            elif not short and not is_clinical(word):
                chars[match.start("word")] = word[0].upper()
    for pattern in (_INITIALS, _CIVILITY, _SEX):
        for match in pattern.finditer(low):
            if pattern is _INITIALS:
                chars[match.start() : match.end()] = match.group().upper()
            else:
                chars[match.start()] = low[match.start()].upper()
    made = "".join(chars)
    return None if made == text or len(made) != len(text) else made


_THEN_AGED = re.compile(r"[ ,(:;-]{1,3}(?:\d{1,3} ?(?:ans?|a|mois)(?!\w)|n[ée]e?(?!\w)|[âa]g[ée]|\d\d?[/.-]\d)")


def _is_of_a_name(low: str, words: list[re.Match[str]], place: int) -> bool:
    """Whether a first name is one where it stands: some are words too (« constant »)."""
    match = words[place]
    if (is_usual(match.group()) and is_unknown(match.group())) or _THEN_AGED.match(low, match.end()):
        return True
    beside = [one.group() for one in (*words[max(0, place - 1) : place], *words[place + 1 : place + 2])]
    if is_strange(match.group()):
        beside = [one for one in beside if not (is_strange(one) or one.endswith("s"))]
    return any(is_strange(one) or is_usual(one) or bare_word(one) in _TELLERS for one in beside)


def _is_an_adjective(word: str) -> bool:
    return word.endswith("s") or ends_as_an_adjective(word)


def _is_a_species(low: str, match: re.Match[str]) -> bool:
    """« m. avium »."""
    word = match.groupdict().get("word") or match.group()
    start = match.end() - len(word) if "word" in match.groupdict() else match.start()
    before = low[max(0, start - 3) : start].lower()
    return before == "m. " and _OF_SPECIES.fullmatch(word) is not None


def _raise_before(chars: list[str], low: str, match: re.Match[str]) -> None:
    """Words in a row before an age or a birth, of which one is no word: « jl marchandise 76 ans »."""
    words = [*_WORD.finditer(low, match.start("run"), match.end("run"))]
    kept = len(words)
    while kept and not _is_no_name(words[kept - 1].group()):
        kept -= 1
    run = words[kept:]
    while run and bare_word(run[0].group()) in _PARTICLES:
        run = run[1:]
    if len(run) > 1 and any(map(_is_odd, (one.group() for one in run))):
        for one in run:
            if bare_word(one.group()) not in _PARTICLES:
                _raise(chars, one)


def _is_no_name(word: str) -> bool:
    bare = bare_word(word)
    if bare in _PARTICLES or is_usual(word):
        return False
    return bare in _NO_NAMES or is_clinical(word) or is_of_another((word,)) or tells_a_medicine((word,))


def _is_odd(word: str) -> bool:
    """Whether a word is of no dictionary, a first name, or letters for one: « jl »."""
    if len(word) <= _SHORT:
        return bare_word(word) not in _PARTICLES and not is_acronym(word.upper()) and (len(word) < _SHORT or is_unknown(word))
    return (is_strange(word) and not is_english(word)) or (is_usual(word) and is_unknown(word))


def _raise(chars: list[str], match: re.Match[str]) -> None:
    """Capitals of a name: « Le-Goff », « D'Aboville »."""
    for part in re.finditer(r"(?<![^\W\d_])[^\W\d_]", match.group()):
        at = match.start() + part.start()
        chars[at] = chars[at].upper()
