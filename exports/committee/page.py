"""One A4 page of text: rows of cells, each with the most lines that it may have.

Each text is cut at the lines that it has, so that a page has an upper bound whatever is written on
it (:mod:`exports.committee.layout` chooses limits that hold). A text is measured as wide as the
wider of the two fonts that show it (:data:`REGULAR` in the PDF, Arial in the docx), so that it is
cut alike in both.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from pathlib import Path

from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

WIDTH, HEIGHT = A4
MARGIN = 30.0
"""Of each side, in points."""
BODY = (WIDTH - 2 * MARGIN, HEIGHT - 2 * MARGIN)
"""Width and height of what is inside."""
PAD, SIDE = 2.0, 4.0
"""Height that a row has beyond its lines; space at the left and right of a text."""
REGULAR, BOLD = "DejaVuSansCondensed", "DejaVuSansCondensed-Bold"
_FONTS = Path(__file__).parent / "fonts"
_SEPARATORS = re.compile(r"[ \t\n\r\f\v\x1c-\x1f\x85\u2028\u2029]+")
_NOT_PRINTED = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
_CUT = "…"
_UNNAMED = "intitulés"


@dataclass(frozen=True, slots=True)
class Style:
    """How a text is written: size and leading in points, colour as six hexadecimal digits.

    One that does not grow has its size on every page.
    """

    size: float
    leading: float
    bold: bool = False
    colour: str = "1F1F1F"
    grows: bool = True

    @property
    def font(self) -> str:
        """Its font in the PDF."""
        return BOLD if self.bold else REGULAR

    def scaled(self, scale: float) -> "Style":
        """The same, larger or smaller."""
        if not self.grows:
            return self
        size, leading = round(self.size * scale, 1), round(self.leading * scale, 1)
        return replace(self, size=size, leading=leading)


@dataclass(frozen=True, slots=True)
class FittedText:
    """A text and the most lines that it may have.

    Attributes:
        text: What it says.
        style: How it is written.
        most: Most lines.
        name: What it is, told when it had to be cut.
    """

    text: str
    style: Style
    most: int = 1
    name: str = ""


@dataclass(frozen=True, slots=True)
class PageCell:
    """Texts one under the other.

    Attributes:
        share: Share of the width of the row.
        texts: The texts; a blank one takes no line.
        fill: Colour behind them; blank: none.
        centred: Whether they are centred.
    """

    share: float
    texts: tuple[FittedText, ...]
    fill: str = ""
    centred: bool = False


@dataclass(frozen=True, slots=True)
class PageRow:
    """Cells side by side.

    Attributes:
        cells: The cells; their shares sum up to 1.
        gap: Space above, in points.
        line: Colour of a line under it; blank: none.
    """

    cells: tuple[PageCell, ...]
    gap: float = 5.0
    line: str = ""


@dataclass(frozen=True, slots=True)
class LaidCell:
    """A cell with its lines: where it is, how wide, and each line with its style."""

    left: float
    width: float
    lines: tuple[tuple[str, Style], ...]
    paragraphs: tuple[tuple[str, Style], ...]
    fill: str
    centred: bool


@dataclass(frozen=True, slots=True)
class LaidRow:
    """A row with its height."""

    cells: tuple[LaidCell, ...]
    height: float
    gap: float
    line: str


@dataclass(frozen=True, slots=True)
class FichePage:
    """A page with its rows.

    Attributes:
        rows: Its rows, from the top.
        foot: Its rows at the bottom.
        cut: What had to be cut, by name.
        title: Its title, for who lists files.
    """

    rows: tuple[LaidRow, ...]
    foot: tuple[LaidRow, ...]
    cut: tuple[str, ...]
    title: str

    @property
    def height(self) -> float:
        """Of all its rows, in points."""
        return float(sum(row.gap + row.height for row in (*self.rows, *self.foot)))

    @property
    def holds(self) -> bool:
        """Whether all its rows are on it."""
        return self.height <= float(BODY[1])


def lay(
    rows: Sequence[PageRow], foot: Sequence[PageRow], *, title: str, scale: float = 1.0
) -> FichePage:
    """Lay rows out, all texts larger by a scale; whether they hold is :attr:`Page.holds`."""
    cut: dict[str, None] = {}
    return FichePage(
        rows=tuple(_laid(row, cut, scale) for row in rows),
        foot=tuple(_laid(row, cut, scale) for row in foot),
        cut=tuple(cut),
        title=clean(title),
    )


@lru_cache(maxsize=256)
def clean(text: str) -> str:
    """A text in a line, without what no printer prints nor XML holds."""
    plain = "".join(
        " " if unicodedata.category(one) in _NOT_PRINTED else one
        for one in _SEPARATORS.sub(" ", text)
    )
    return re.sub(r" {2,}", " ", plain).strip(" ")


def _laid(row: PageRow, cut: dict[str, None], scale: float) -> LaidRow:
    left, cells = 0.0, []
    for cell in row.cells:
        width = cell.share * BODY[0]
        lines: list[tuple[str, Style]] = []
        paragraphs: list[tuple[str, Style]] = []
        for text in cell.texts:
            style = text.style.scaled(scale)
            found, whole = wrapped(clean(text.text), style, width - 2 * SIDE, most=text.most)
            if not whole:
                cut[text.name or _UNNAMED] = None
            lines += [(line, style) for line in found]
            paragraphs += [(" ".join(found), style)] if found else []
        cells.append(
            LaidCell(left, width, tuple(lines), tuple(paragraphs), cell.fill, cell.centred)
        )
        left += width
    height = max(sum(style.leading for _, style in one.lines) for one in cells)
    return LaidRow(tuple(cells), height + PAD, row.gap * scale, row.line)


def wrapped(text: str, style: Style, width: float, *, most: int) -> tuple[list[str], bool]:
    """Lines of a text, and whether it is whole; the last one ends with « … » where it is not."""
    lines: list[str] = []
    line, used, space = "", 0.0, _width(" ", style)
    for piece in _pieces(text, style, width):
        wide = _width(piece, style)
        if line and used + space + wide > width:
            lines.append(line)
            line = ""
            if len(lines) == most:
                return [*lines[:-1], _cut(lines[-1], style, width)], False
        used = used + space + wide if line else wide
        line = f"{line} {piece}" if line else piece
    return ([*lines, line] if line else lines), True


def _cut(line: str, style: Style, width: float) -> str:
    while line and _width(f"{line}{_CUT}", style) > width:
        line = line[:-1].rstrip()
    return f"{line}{_CUT}"


def _pieces(text: str, style: Style, width: float) -> Iterator[str]:
    """Words, those that are wider than a line in parts."""
    for word in text.split(" "):
        start, used = 0, 0.0
        for place, letter in enumerate(word):
            wide = _width(letter, style)
            if place > start and used + wide > width:
                yield word[start:place]
                start, used = place, 0.0
            used += wide
        if word[start:]:
            yield word[start:]


def _width(text: str, style: Style) -> float:
    return sum(_letter(one, style.bold) for one in text) * style.size


@lru_cache(maxsize=4096)
def _letter(letter: str, bold: bool) -> float:
    """Width of a letter at one point, in the wider font."""
    fonts()
    name, other = (BOLD, "Helvetica-Bold") if bold else (REGULAR, "Helvetica")
    mine = pdfmetrics.stringWidth(letter, name, 1000)
    try:
        letter.encode("cp1252")
        theirs = pdfmetrics.stringWidth(letter, other, 1000)
    except UnicodeEncodeError:
        theirs = 1.15 * mine
    return float(max(mine, theirs)) / 1000


@cache
def fonts() -> None:
    """Make the fonts known; both are in the wheel, with their licence."""
    for name in (REGULAR, BOLD):
        pdfmetrics.registerFont(TTFont(name, str(_FONTS / f"{name}.ttf")))


def rows_of(*found: PageRow | Iterable[PageRow]) -> tuple[PageRow, ...]:
    """Rows one after the other; those without a text are left out."""
    flat: list[PageRow] = []
    for one in found:
        flat += [one] if isinstance(one, PageRow) else one
    return tuple(row for row in flat if any(text.text for c in row.cells for text in c.texts))
