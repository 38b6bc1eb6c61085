"""Texts that were typed elsewhere, made harmless to a terminal."""

import unicodedata

_HARMLESS = frozenset("\n\u200c\u200d")


def printable(text: str) -> str:
    """``text`` without what could command a terminal: control and direction characters shown as �.

    What declarants and instructeurs typed ends up here; line ends and joiners stay. What was typed
    here may be no text at all.
    """
    return "".join(
        "�" if unicodedata.category(char) in {"Cc", "Cf", "Cs"} and char not in _HARMLESS else char
        for char in text
    )
