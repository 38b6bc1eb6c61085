"""What a person typed in a cell, from what the file holds of it. Pure."""

import re

from exports.cells import safe_text

_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_LINE_ENDS = re.compile("\r*\n|[\r\x0b\x0c\x85\u2028\u2029]")
"""Of Windows and the Mac of old; of Word, whose line breaks are pasted as vertical tabs."""


def unescaped(text: str) -> str:
    """The characters of a text of the file, which names those that XML cannot hold (``_x000D_``).

    Source: ECMA-376 part 1, 22.9.2.19. A text that has such a sequence itself is written with
    ``_x005F_`` in place of its first character.
    """
    if "_x" not in text:
        return text
    found = _ESCAPE.sub(lambda one: chr(int(one[1], 16)), text)
    return found.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def typed_text(text: str) -> str:
    r"""A text as it is kept: line ends as ``\n``, what a cell cannot hold made safe, no margins."""
    return safe_text(_LINE_ENDS.sub("\n", text)).strip()
