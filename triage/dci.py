"""Substances as they are compared: international names without salts, hydrates or spelling."""

import re
from functools import lru_cache

from mappings.labels import fold

_SEPARATORS = re.compile(r"\s*(?:,|;|/|\+|&|\bet\b|\bassocie a\b)\s*")
_NOT_LETTERS = re.compile(r"[^a-z0-9 ]+")


@lru_cache(maxsize=8192)
def substances(text: str, salts: frozenset[str] = frozenset()) -> tuple[str, ...]:
    """The substances that a text names, each in normal form, in order.

    Args:
        text: As typed, for instance ``« Chlorhydrate de Néfopam »`` or ``lopinavir/ritonavir``.
        salts: Folded words that name a salt or a form, and are not the substance.
    """
    found = (_bare(part, salts) for part in _SEPARATORS.split(fold(text)))
    return tuple(sorted({one for one in found if one}))


def _bare(text: str, salts: frozenset[str]) -> str:
    words = _NOT_LETTERS.sub(" ", text.replace("d'", "de ")).split()
    kept = [word for word in words if word not in salts]
    while kept and kept[0] in _LINKS:
        kept.pop(0)
    while kept and kept[-1] in _LINKS:
        kept.pop()
    return " ".join(kept)


_LINKS = frozenset({"de", "du", "d", "la", "le", "l", "sous", "forme"})
