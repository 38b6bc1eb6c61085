"""What the HTML of some BDPM cells says, as plain text."""

import re
from html import unescape

_ENTITY = re.compile(r"&(#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")
_RAISED = re.compile(r"<(sup|sub)\b[^<>]*>(.*?)</\1\s*>", re.IGNORECASE | re.DOTALL)
_INLINE = re.compile(r"</?(?:i|b|em|strong|u|span|font|a|sup|sub)\b[^<>]*>", re.IGNORECASE)
_TAG = re.compile(r"</?[A-Za-z][^<>]*>")
_LINK = re.compile(r"""href\s*=\s*["']?\s*(https?://[^"'\s>]+)""", re.IGNORECASE)
_SUP = str.maketrans("0123456789+-=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿ")
_SUB = str.maketrans("0123456789+-=()", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎")


def plain(text: str) -> str:
    """``text`` without its HTML: tags left out, entities read whatever their case.

    A name in capitals has its entities in capitals too (``L&RSQUO;ARYLSULFATASE``). What is no
    entity (``P&G``) and no tag (``< 5 mg``) stays as it is.
    """
    if "<" not in text and "&" not in text:
        return text
    bare = _TAG.sub(" ", _INLINE.sub("", _RAISED.sub(_raised, _read(text))))
    return " ".join(bare.split())


def link_in(text: str) -> str:
    """The address of the first link of ``text``; "" without any."""
    found = _LINK.search(text)
    return unescape(found[1]) if found else ""


def _read(text: str) -> str:
    """Entities read once more where they were encoded twice (``&amp;eacute;``)."""
    once = _ENTITY.sub(_letter, text)
    return _ENTITY.sub(_letter, once) if once != text else once


def _letter(found: re.Match[str]) -> str:
    name = found[1]
    for tried in (name, name.capitalize(), name.lower()):
        if (letter := unescape(f"&{tried};")) != f"&{tried};":
            return letter
    return found[0]


def _raised(found: re.Match[str]) -> str:
    """Raised and lowered digits as such: « 10<sup>6</sup> » is no 106."""
    table = _SUP if found[1].lower() == "sup" else _SUB
    inner = _TAG.sub("", found[2]).strip()
    if all(ord(one) in table for one in inner):
        return inner.translate(table)
    return inner if found[1].lower() == "sub" or not inner[:1].isdigit() else f"^{inner}"
