"""A value is believed when DS says it twice: typed, and as text in ``stringValue``.

When a question changes type, DS serves the old text through the new type: « environ 350 » becomes
0 and « 1 200 » becomes 1, while ``stringValue`` keeps the text. How DS writes what it means depends
on the type, the version and the language, so any way of writing the same value is taken for it.
"""

import re
from decimal import Decimal
from typing import Final, assert_never

from french.text import fold
from mappings.dossier.dates_said import says_day, says_moment
from mappings.dossier.model import (
    ChampValue,
    Choice,
    Choices,
    Company,
    Day,
    Files,
    Moment,
    Number,
    Place,
    Rows,
    Text,
    Unlisted,
    Unreadable,
    YesNo,
)
from mappings.dossier.numbers_in_text import AMBIGUOUS, NUMBER, number_of

_YES: Final = frozenset({"true", "oui", "yes", "on", "1", "vrai"})
_NO: Final = frozenset({"false", "non", "no", "off", "0", "faux"})
_ONLY_THIS = re.compile(r"[\W_]+")
_TITLES: Final = {"M": ("m", "monsieur", "mr"), "Mme": ("mme", "madame", "mrs", "ms")}
_EXPONENT = re.compile(r"[+-]?\d+(?:\.\d+)?[eE][+-]?\d+", re.ASCII)
_TINY: Final = Decimal("1e-4")
_HUGE: Final = Decimal("1e16")


def says(text: str, value: ChampValue | None) -> bool:  # noqa: C901 (one case a member)
    """Whether what DS shows of a champ, ``text``, is a way to write the value that it types.

    A blank text contradicts nothing: DS says nothing a second time.
    """
    match value:
        case YesNo():
            said = _YES if value.yes else _NO
            return text in said or fold(text) in said
        case Number():
            return _says_number(text, value.number)
        case Day():
            return says_day(text, value.day)
        case Moment():
            return says_moment(text, value.moment)
        case Choice():
            shown = fold(text)
            return shown == fold(value.option) or shown.strip(" .") in _TITLES.get(value.option, ())
        case Choices():
            return _says_options(text, value.options)
        case Place():
            if value.name in text:
                return bool(value.name)
            around = (one for key, one in value.parts if key in {"postalCode", "cityName"})
            return any(_names(text, one) for one in (value.name, value.code, *around))
        case Company():
            named = (value.identifier, value.name or "")
            return text in named or any(_names(text, one) for one in named)
        case None:
            return fold(text) in _NO  # a yes/no question without an answer, on some instances
        case Text() | Files() | Unlisted() | Rows() | Unreadable():
            return True
        case unknown:
            assert_never(unknown)


def _says_number(text: str, number: int | Decimal) -> bool:
    if text == str(number):
        return True
    if _EXPONENT.fullmatch(text):  # programs write so what is huge or tiny; people, anything else
        return not _TINY <= abs(Decimal(number)) < _HUGE and float(text) == float(number)
    plain = text.strip()
    if not NUMBER.fullmatch(" ".join(plain.split())):
        return False
    # « 1.000 » typed as text is a thousand or one: DS keeps the one. A decimal has a dot on DS.
    if AMBIGUOUS.fullmatch(plain) and (isinstance(number, int) or "," in plain):
        return False
    said = number_of(plain)
    return said == number or (isinstance(number, Decimal) and float(said) == float(number))


def _says_options(text: str, options: tuple[str, ...]) -> bool:
    joined = (", ".join(options), " / ".join(options))
    if text in joined or fold(text) in map(fold, joined):
        return True
    return _bare(text) == _bare(joined[0])


def _names(text: str, name: str) -> bool:
    """Whether one of them holds the other, signs, spaces and accents apart."""
    shown, named = _bare(text), _bare(name)
    return bool(shown and named) and (named in shown or shown in named)


def _bare(text: str) -> str:
    folded = fold(text)
    return _ONLY_THIS.sub("", folded) or folded
