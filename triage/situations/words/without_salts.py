"""Substances as they are compared: international names without salts, hydrates or spelling."""

import re
from dataclasses import dataclass
from functools import lru_cache

from french.text import fold

_SEPARATORS = re.compile(r"\s*(?:,|;|/|\+|&|\bet\b|\bassocie a\b)\s*")
_NOT_LETTERS = re.compile(r"[^a-z0-9 ]+")
_ELIDED = re.compile(r"\b[dl]'")
_LINKS = frozenset({"de", "du", "des", "la", "le", "sous", "forme"})
_WATER = re.compile(
    r"(?:mono|hemi|sesqui|di|tri|tetra|penta|hexa|hepta|octa|deca|dodeca)?hydratee?s?|anhydres?"
)
_SOUNDS = (
    ("deoxy", "desoxy"), ("sulph", "sulf"), ("ph", "f"), ("th", "t"), ("rh", "r"), ("y", "i"),
    ("oe", "e"), ("ae", "e"), ("k", "c"), ("z", "s"),
)  # fmt: skip
_TWICE = re.compile(r"([a-z])\1")
_TIMES = re.compile(r"^(?:mono|hemi|sesqui|di|tri|hydrogeno)(?=[a-z]{5})")


@dataclass(frozen=True, eq=False)
class Salts:
    """How salts are named, folded; compared by identity.

    Attributes:
        words: Words that name a salt or a form.
        acids: Acids whose salts are named by an « -ate » of their own: ``valproique``.
    """

    words: frozenset[str] = frozenset()
    acids: frozenset[str] = frozenset()


@lru_cache(maxsize=8192)
def substances(text: str, salts: Salts) -> tuple[str, ...]:
    """The substances that a text names, each in normal form, in order.

    The words of a name are sorted: Open Medic writes « VALPROIQUE ACIDE », and companies « acide
    valproïque ».

    Args:
        text: As typed, for instance ``« Chlorhydrate de Néfopam »`` or ``lopinavir/ritonavir``.
        salts: How salts are named. Their words are left out, unless the name is made of them:
            « chlorure de sodium » and « chlorure de potassium » are two substances.
    """
    found = (_bare(part, salts) for part in _SEPARATORS.split(fold(text)))
    return tuple(sorted({one for one in found if one}))


def joined(text: str, salts: Salts) -> str:
    """The substances of one medicine as they are compared: ``lopinavir+ritonavir``."""
    return "+".join(substances(text, salts))


def _bare(text: str, salts: Salts) -> str:
    words = _NOT_LETTERS.sub(" ", _ELIDED.sub(" ", text)).split()
    named = [word for word in words if word not in _LINKS]
    dry = [word for word in named if not _WATER.fullmatch(word)]
    dry = _as_french_acid(dry)
    kept = [word for word in dry if not _is_salt(word, salts)] or dry or named
    if kept == ["acide"]:
        return ""
    return " ".join(sorted({part for word in kept for part in _as_acid(word, salts)}, key=_place))


def _as_french_acid(words: list[str]) -> list[str]:
    """« ac. », « acid » and « -ic » as French has them: « acide …ique »."""
    if {"ac", "acid", "acide"}.isdisjoint(words):
        return words
    french = ["acide" if word in {"ac", "acid"} else word for word in words]
    return [f"{word.removesuffix('ic')}ique" if word.endswith("ic") else word for word in french]


def sound(name: str) -> str:
    """A name as languages share it: no final « e », one letter for « ph », « th », « y »."""
    for written, said in _SOUNDS:
        name = name.replace(written, said)
    return _TWICE.sub(r"\1", " ".join(word.removesuffix("e") for word in name.split()))


def _as_acid(word: str, salts: Salts) -> tuple[str, ...]:
    """The acid of a salt that is named by it: « valproate » is « acide valproïque »."""
    acid = word.removesuffix("ate") + "ique"
    return ("acide", acid) if word.endswith("ate") and acid in salts.acids else (word,)


def _is_salt(word: str, salts: Salts) -> bool:
    """Whether a word names a salt, once or several times: « dichlorhydrate »."""
    return word in salts.words or _TIMES.sub("", word) in salts.words


def _place(word: str) -> tuple[bool, bool, str]:
    """Where a word stands in a name that people can still read: acide …, vitamine d."""
    return word != "acide", len(word) == 1, word
