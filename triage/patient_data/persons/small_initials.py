"""Initials in small letters, of who types without capitals: « mme p l s 33 ans », « tb 28 ans »."""

import re
from collections.abc import Iterator

from triage.patient_data.births import days_in
from triage.patient_data.dictionary.known_words import is_unknown
from triage.patient_data.persons.kinds import is_acronym
from triage.patient_data.words import WORDS, any_of, folded, said_in

Span = tuple[int, int]

_ONE = r"(?P<initials>[a-z](?:(?:\. ?| |-)?[a-z]){1,2}\.?)(?![\w'’.-]?[^\W\d_])"
_AGED = (
    r"(?:,? ?\(?(?:\d{1,3} ?(?:ans?|a|mois|yo)(?!\w)|n[ée]e?(?!\w)|ddn|dn |[âa]g[ée]e?(?!\w)"
    r"|(?P<day>[0-3]?\d[/.-][01]?\d[/.-](?:19|20)?\d\d))"
    r"|,? (?:[hf]|homme|femme),? \d{1,3} ?(?:ans|a)(?!\w))"
)
_OF_SOMEBODY = re.compile(
    r"(?<![\w'’.-])(?:mr|mme|mlle|m|inits?|initiales?|jf|jh|dame|monsieur|madame"
    rf"|{any_of((*WORDS.patients, *WORDS.children))})[.:]{{0,2}} {_ONE}(?={_AGED})"
)
_AT_THE_START = re.compile(rf"(?:^|[.;:\n] ?){_ONE}(?={_AGED})")
_BEHIND_AN_AGE = re.compile(
    r"(?<!\d)\d{1,3} ?(?:ans|a),? (?P<initials>[a-z](?:\. ?|-)?[a-z]\.?)"
    rf"(?= {any_of(WORDS.after_names)}(?!\w))"
)
_SAID = re.compile(rf"(?<!\w)(?:inits?|initiales?)[.:]? {_ONE}")
_AGE = re.compile(r"\d ?(?:an|a\b|mois|yo)")
_BORN = frozenset(
    ("né", "née", "ne", "nee", "ddn", "dn", "age", "âge", "agé", "agée", "âgé", "âgée")
)
_WORDS = folded((*WORDS.small_words, *WORDS.civilities, *WORDS.patients, *WORDS.not_names))


_LATIN = frozenset({"ie", "eg", "pex", "cad"})


def small_initials_in(text: str) -> Iterator[Span]:
    """Places of initials in small letters beside an age, a birth or a word for a patient."""
    patterns = [_SAID] if "init" in text else []
    if _AGE.search(text) or days_in(text) or not said_in(text).isdisjoint(_BORN):
        patterns += [_OF_SOMEBODY, _AT_THE_START, _BEHIND_AN_AGE]
    for pattern in patterns:
        for match in pattern.finditer(text):
            if _are_initials(match["initials"]):
                day = match.groupdict().get("day")
                yield match.start("initials"), match.end("day" if day else "initials")


def _are_initials(typed: str) -> bool:
    """Whether letters are no word, and stand for nothing."""
    letters = re.sub(r"[^a-z]", "", typed)
    if len(letters) != len(typed.rstrip(".")):
        return typed[:2] not in {"l ", "d ", "j ", "y ", "a ", "c "} and letters not in _LATIN
    if letters in _WORDS or is_acronym(letters.upper()):
        return False
    return len(letters) == 2 or is_unknown(letters)  # noqa: PLR2004
