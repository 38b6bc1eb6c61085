"""Charts drawn on the server: geometry for inline SVG, no script and no style attribute. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from exports.sheets.figures import Block

_HEIGHT = 180
_STEP = 48
_GAP = 12
_TOP = 22


@dataclass(frozen=True, slots=True)
class BarPart:
    """One series in a bar: where it starts and how long it is, in hundredths of the longest."""

    start: float
    length: float
    series: int
    value: int


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar, with the name and the total of its line."""

    name: str
    total: int
    parts: tuple[BarPart, ...]


@dataclass(frozen=True, slots=True)
class UprightBar:
    """One upright bar in its drawing, in the drawing's own units."""

    x: int
    y: int
    width: int
    height: int
    middle: int
    name: str
    total: int


@dataclass(frozen=True, slots=True)
class Chart:
    """One block of counts, drawn.

    Attributes:
        block: The counts, which a table tells beside the drawing.
        bars: Lying bars; series stand one after the other.
        columns: Upright bars, where the block asks for them.
        width: Width of the drawing of upright bars.
        height: Its height.
    """

    block: Block
    bars: tuple[Bar, ...]
    columns: tuple[UprightBar, ...]
    width: int
    height: int = _HEIGHT

    @property
    def series(self) -> tuple[str, ...]:
        """Names of the series."""
        return self.block.headers[1:]

    def colour(self, series: int) -> str:
        """Colour of a series as the workbook draws it, ``#c9191e``; blank where it names none.

        A priority has its own colour everywhere: in the workbook, in charts, on its tag.
        """
        told = self.block.colours[series : series + 1]
        return f"#{told[0].lower()}" if told else ""


def draw(block: Block) -> Chart:
    """Draw a block of counts."""
    named = [(str(line[0]), [int(value) for value in line[1:]]) for line in block.lines]
    most = max((sum(values) for _, values in named), default=0) or 1
    bars = tuple(_bar(name, values, most=most) for name, values in named)
    upright = block.bars == "col"
    return Chart(
        block=block,
        bars=bars,
        columns=tuple(_column(bar, place, most=most) for place, bar in enumerate(bars))
        if upright
        else (),
        width=max(len(bars), 1) * _STEP if upright else 0,
    )


def _bar(name: str, values: Sequence[int], *, most: int) -> Bar:
    parts, start = [], 0.0
    for series, value in enumerate(values):
        length = 100 * value / most
        if value:
            parts.append(BarPart(round(start, 2), round(length, 2), series, value))
        start += length
    return Bar(name=name, total=sum(values), parts=tuple(parts))


def _column(bar: Bar, place: int, *, most: int) -> UprightBar:
    room = _HEIGHT - _TOP
    height = round(room * bar.total / most)
    return UprightBar(
        x=place * _STEP + _GAP // 2,
        y=_HEIGHT - height,
        width=_STEP - _GAP,
        height=height,
        middle=place * _STEP + _STEP // 2,
        name=bar.name,
        total=bar.total,
    )
