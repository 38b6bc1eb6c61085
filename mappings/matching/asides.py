"""What a question or its help says beside what it asks: examples, brackets, what is set apart."""

import re
from collections.abc import Callable
from typing import Final

_EXAMPLE: Final = re.compile(
    r"\(?(?:\bpar exemple|\bexemples?|\bex\.|\bp\. ?ex\.?|\be\.g\.).*?(?=[.;!?](?:\s|$)|\n|$)",
    re.IGNORECASE,
)
_APART: Final = re.compile(
    r"[,(] ?(?:à l['’]exclusion|à l['’]exception|hors|sauf|excepté|hormis)\b.*$"
    r"|, [^,;:?]* exclue?s?$",
    re.IGNORECASE,
)
_BRACKETS: Final = re.compile(r"\(([^()]*)\)")


def without_examples(text: str) -> str:
    """A help without its examples."""
    return _EXAMPLE.sub("", text)


def head(label: str, *, tells: Callable[[str], bool]) -> str:
    """A label without what it sets apart at its end, and without brackets.

    « Usage voulu, sauf routine », « Type (code) ».

    Args:
        label: The question.
        tells: Whether what some brackets hold may change what is asked: they stay.
    """

    def kept(bracket: re.Match[str]) -> str:
        return bracket[0] if tells(bracket[1]) else ""

    return _BRACKETS.sub(kept, _APART.sub("", label))
