"""What a person reads in a cell that holds a number: its number format, in French. Pure.

Days and hours are written one way, as 28/11/2026 and 14:05, whatever order the format has: read in
another workbook, 11/03 must not become the third of November. Of what a format hides, the number
itself is told. Source: ECMA-376 part 1, 18.8.30 and 18.8.31.
"""

import re
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction
from typing import Final

from exports.returned.format_parts import LITERAL, FormatPart, Section, general, literal, sections
from exports.returned.moments import clock_text

THIN: Final = "\u202f"
"""Between thousands, as French spreadsheets write them."""
GENERAL: Final = "General"
_EURO = '#,##0{}\\ "€"'
BUILT_IN: Final[dict[int, str]] = {
    1: "0",
    2: "0.00",
    3: "#,##0",
    4: "#,##0.00",
    **dict.fromkeys((5, 6), _EURO.format("")),
    **dict.fromkeys((7, 8), _EURO.format(".00")),
    9: "0%",
    10: "0.00%",
    11: "0.00E+00",
    12: "# ?/?",
    13: "# ??/??",
    14: "dd/mm/yyyy",
    15: "d-mmm-yy",
    16: "d-mmm",
    17: "mmm-yy",
    **dict.fromkeys((18, 20), "h:mm"),
    **dict.fromkeys((19, 21), "h:mm:ss"),
    22: "dd/mm/yyyy hh:mm",
    **dict.fromkeys((*range(27, 37), *range(50, 59)), "dd/mm/yyyy"),
    **dict.fromkeys((37, 38), "#,##0"),
    **dict.fromkeys((39, 40), "#,##0.00"),
    41: "#,##0",
    42: _EURO.format(""),
    43: "#,##0.00",
    44: _EURO.format(".00"),
    45: "mm:ss",
    46: "[h]:mm:ss",
    47: "mm:ss.0",
    48: "##0.0E+0",
    49: "@",
}
"""Formats that a file names by number alone, as a French Excel shows them."""

_CONDITION: Final = re.compile(r"(<=|>=|<>|<|>|=)\s*(-?[\d.]+)")
_NAMED = 3


def shown(value: Decimal, code: str, *, since_1904: bool = False) -> str:
    """Return what a cell of this format shows of a number."""
    section, bare = _section_of(value, sections(code))
    if any(one.kind in {"clock", "elapsed"} for one in section):
        text = clock_text(value, section, since_1904=since_1904)
    elif any(one.kind == "general" for one in section):
        text = _filled(section, general(bare))
    elif any(one.kind == "text" for one in section):
        text = general(value)
    else:
        text = _number(bare, section)
    return " ".join(text.split(" ")).strip() or general(value)


def shown_text(text: str, code: str) -> str:
    """Return what a cell of this format shows of a text: what stands around it is read too."""
    parts = sections(code)
    last = parts[-1]
    if len(parts) in {1, 4} and any(one.kind == "text" for one in last) and len(last) > 1:
        return "".join(text if one.kind == "text" else literal(one) for one in last).strip()
    return text


def is_moment(code: str) -> bool:
    """Whether a number of this format is a day or an hour."""
    return any(one.kind in {"clock", "elapsed"} for one in sections(code)[0])


def _section_of(value: Decimal, parts: Sequence[Section]) -> tuple[Section, Decimal]:
    """The part that shows a number, and the number without the sign that the part writes."""
    numbers = parts[:_NAMED]
    asked = [_condition(one) for one in numbers]
    if any(asked):
        for part, test in zip(numbers, asked, strict=True):
            if test is None or _holds(value, *test):
                return part, value
        return numbers[-1], value
    if value < 0 and len(numbers) > 1:
        return numbers[1], -value
    if value == 0 and len(numbers) >= _NAMED:
        return numbers[2], value
    return numbers[0], value


def _condition(part: Section) -> tuple[str, Decimal] | None:
    for one in part:
        found = _CONDITION.fullmatch(one.text) if one.kind == "bracket" else None
        if found:
            return found[1], Decimal(found[2])
    return None


def _holds(value: Decimal, sign: str, than: Decimal) -> bool:
    tests = {"<": value < than, ">": value > than, "=": value == than}
    return any(tests.get(one, False) for one in sign)


def _filled(section: Section, text: str) -> str:
    return "".join(text if one.kind == "general" else literal(one) for one in section)


def _number(value: Decimal, section: Section) -> str:
    places = [at for at, one in enumerate(section) if one.kind == "digit"]
    if not places:
        return "".join(map(literal, section)) or general(value)
    signs = [one.text for one in section if one.kind == "sign"]
    value = value.scaleb(2 * signs.count("%"))
    if any(one.kind == "power" for one in section):
        return _scientific(value, section)
    if "/" in signs:
        return _fraction(value, section)
    for one in section[places[-1] + 1 :]:
        if one == FormatPart("sign", ","):
            value = value.scaleb(-3)
        elif one.kind not in LITERAL:
            break
    return _decimal(value, section)


def _decimal(value: Decimal, section: Section) -> str:
    """Digits put where the format has room for them, from the point outwards."""
    point = next(
        (at for at, one in enumerate(section) if one == FormatPart("sign", ".")), len(section)
    )
    whole = [at for at, one in enumerate(section[:point]) if one.kind == "digit"]
    after = [one.text for one in section[point:] if one.kind == "digit"]
    rounded = abs(_rounded(value, len(after)))
    digits, _, rest = f"{rounded:f}".partition(".")
    digits = digits.lstrip("0")
    inside = section[whole[0] : whole[-1]] if whole else ()
    placed = _placed(
        digits, [section[at].text for at in whole], by_3=FormatPart("sign", ",") in inside
    )
    decimals = rest
    while decimals.endswith("0") and after[len(decimals) - 1] != "0":
        decimals = decimals[:-1]
    told: list[str] = ["-"] if value < 0 and rounded else []
    seen = 0
    for at, one in enumerate(section):
        if one.kind == "digit":
            if at < point:
                told.append(placed[whole.index(at)])
            elif seen < len(decimals):
                told.append(decimals[seen])
                seen += 1
        elif one.kind == "sign" and one.text == ".":
            told.append("".join(placed) if not whole else "")
            told.append("," if decimals else "")
        else:
            told.append("%" if one == FormatPart("sign", "%") else literal(one))
    return "".join(told)


def _placed(digits: str, rooms: Sequence[str], *, by_3: bool) -> list[str]:
    """The digits of each room before the point: the first takes all that are too many."""
    if not rooms:
        return [digits]
    padded = digits.rjust(len(rooms), " ")
    extra = len(padded) - len(rooms)
    each = [padded[: extra + 1], *padded[extra + 1 :]]
    each = [
        one if one.strip() else ("0" if room == "0" else "")
        for one, room in zip(each, rooms, strict=True)
    ]
    for at in range(len(each) - 1):  # a zero that the format wants wants those after it
        if each[at] and not each[at + 1]:
            each[at + 1] = "0"
    if by_3:
        left = sum(map(len, each))
        for at, one in enumerate(each):
            spaced = ""
            for digit in one:
                spaced += digit
                left -= 1
                spaced += THIN if left and left % 3 == 0 else ""
            each[at] = spaced
    return each


def _scientific(value: Decimal, section: Section) -> str:
    power = next(at for at, one in enumerate(section) if one.kind == "power")
    before, after = section[:power], section[power + 1 :]
    point = next(
        (at for at, one in enumerate(before) if one == FormatPart("sign", ".")), len(before)
    )
    wide = max(1, sum(one.kind == "digit" for one in before[:point]))
    decimals = sum(one.kind == "digit" for one in before[point:])
    exponent = value.adjusted() // wide * wide if value else 0
    if abs(_rounded(value.scaleb(-exponent), decimals)) >= 10**wide:
        exponent += wide
    room = sum(one.kind == "digit" for one in after)
    sign = "-" if exponent < 0 else "+" if section[power].text.endswith("+") else ""
    rest = "".join(map(literal, after))
    return (
        f"{_decimal(value.scaleb(-exponent), before)}E{sign}{str(abs(exponent)).zfill(room)}{rest}"
    )


def _fraction(value: Decimal, section: Section) -> str:
    """« 1 1/2 »: the nearest of as many digits as the format has, or of the divisor that it names.

    A divisor that is named (« # ?/8 ») is one of digits that are no rooms.
    """
    bar = next(at for at, one in enumerate(section) if one == FormatPart("sign", "/"))
    below = "".join(one.text for one in section[bar + 1 :] if one.kind in {"digit", "other"})
    number = Fraction(abs(value))
    named = re.match(r"\s*(\d+)", below)
    if named and int(named[1]):
        by = int(named[1])
        nearest = Fraction(round(number * by), by)
        over = round(number * by)
    else:
        by = 0
        nearest = number.limit_denominator(10 ** min(max(1, len(below.strip())), 5) - 1)
        over = nearest.numerator
    apart = [at for at, one in enumerate(section[:bar]) if one.kind == "digit"]
    mixed = (
        any(section[at].kind != "digit" for at in range(apart[0], apart[-1])) if apart else False
    )
    divisor = by or nearest.denominator
    whole, left = divmod(over, divisor) if mixed else (0, over)
    told = [str(whole)] if whole or (mixed and not left) else []
    if left or not mixed:
        told.append(f"{left}/{divisor}")
    return ("-" if value < 0 and nearest else "") + " ".join(told)


def _rounded(value: Decimal, decimals: int) -> Decimal:
    with localcontext() as context:
        context.prec = 400
        return value.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
