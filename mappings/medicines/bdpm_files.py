"""The official BDPM files, as they really are: tab-separated, without a header, uneven.

What each column must look like: a row that does not fit is set aside with its reason, for a shifted
one would tell something else of a medicine.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from french.text import agreed, fold
from mappings.medicines.bdpm_lines import damaged, lines_of


@dataclass(frozen=True, slots=True)
class Shape:
    """What a cell looks like: its test, and its name in French (« une date jj/mm/aaaa »)."""

    fits: Callable[[str], object]
    named: str
    blank: bool = False

    def or_blank(self) -> "Shape":
        """The same, when the cell may also be blank."""
        return Shape(self.fits, self.named, blank=True)


@dataclass(frozen=True, slots=True, eq=False)
class FileSpec:
    """One official file.

    Attributes:
        name: File name.
        columns: Columns of a row.
        shapes: What cells must look like, by column (from 0).
        missing: How many of the last columns a row may lack.
        text_last: Whether the last column is a text that may hold tabs and line ends.
        may_lose: Share of its rows that it may lose from one version to the next.
        moves: Column of the dates that only go forward from version to version, if one does.
        usual: Column of which most cells are one of a few values, and these values.
        of_listed: Whether its rows are about the specialities of ``CIS_bdpm.txt`` (the HAS keeps
            opinions on others, shortages too).
    """

    name: str
    columns: int
    shapes: dict[int, Shape]
    missing: int = 0
    text_last: bool = False
    may_lose: float = 0.1
    moves: int | None = None
    usual: tuple[int, tuple[str, ...]] | None = None
    of_listed: bool = True


def is_cis(text: str) -> bool:
    """Whether ``text`` has the shape of a CIS code: 8 digits."""
    return len(text) == 8 and text.isascii() and text.isdigit()  # noqa: PLR2004 (the code's length)


def day(text: str) -> date | None:
    """A date dd/mm/yyyy; ``None`` when it is blank or no date."""
    return _date(_DAY.fullmatch(text))


def compact_day(text: str) -> date | None:
    """A date yyyymmdd; ``None`` when it is blank or no date."""
    return _date(_COMPACT.fullmatch(text))


_DAY = re.compile(r"(?P<d>[0-9]{2})/(?P<m>[0-9]{2})/(?P<y>[0-9]{4})")
_COMPACT = re.compile(r"(?P<y>[0-9]{4})(?P<m>[0-9]{2})(?P<d>[0-9]{2})")


def _date(found: re.Match[str] | None) -> date | None:
    try:
        return date(int(found["y"]), int(found["m"]), int(found["d"])) if found else None
    except ValueError:
        return None


def _among(*known: str) -> Callable[[str], bool]:
    folded = frozenset(map(fold, known))
    return lambda text: text in known or fold(text) in folded


def _pattern(regex: str) -> Callable[[str], object]:
    return re.compile(regex).fullmatch


_CIS = Shape(is_cis, "un code CIS (8 chiffres)")
_CIP7 = Shape(_pattern("[0-9]{7}"), "un code CIP7 (7 chiffres)")
_CIP13 = Shape(_pattern("[0-9]{13}"), "un code CIP13 (13 chiffres)")
_TEXT = Shape(bool, "un texte")
_DATE = Shape(day, "une date jj/mm/aaaa")
_COMPACT_DATE = Shape(compact_day, "une date aaaammjj")
_YES_NO = Shape(_among("oui", "non"), "« Oui » ou « Non »")
_LINK = Shape(re.compile(r"https?://\S+").match, "une adresse http")
_NUMBER = Shape(_pattern("[0-9]{1,6}"), "un numéro")
_CT = Shape(_pattern(r"[A-Za-z]{1,5}-?[0-9]{1,8}"), "un code de dossier de la HAS (CT-…)")
_GRADES = ("I", "II", "III", "IV", "V")
_LEVELS = ("Important", "Modéré", "Faible", "Insuffisant")

SPECIALITIES = FileSpec(
    "CIS_bdpm.txt",
    columns=12,
    shapes={
        0: _CIS,
        1: _TEXT,
        4: Shape(
            _among(*(f"Autorisation {one}" for one in (
                "active", "suspendue", "abrogée", "archivée", "retirée",
            ))),
            "un statut d'autorisation",
        ),
        6: Shape(_among("Commercialisée", "Non commercialisée"), "un état de commercialisation"),
        7: _DATE.or_blank(),
        9: Shape(_pattern(r"[A-Za-z]{2}/.*"), "un numéro d'autorisation européenne", blank=True),
        11: _YES_NO,
    },
)  # fmt: skip
PRESENTATIONS = FileSpec(
    "CIS_CIP_bdpm.txt",
    columns=13,
    shapes={
        0: _CIS,
        1: _CIP7.or_blank(),
        3: Shape(
            _among("Présentation active", "Présentation abrogée"), "un statut de présentation"
        ),
        5: _DATE.or_blank(),
        6: _CIP13,
        7: Shape(_among("oui", "non", "inconnu"), "« oui » ou « non »", blank=True),
    },
)
COMPOSITIONS = FileSpec(
    "CIS_COMPO_bdpm.txt",
    columns=8,
    shapes={
        0: _CIS,
        2: _NUMBER.or_blank(),
        3: _TEXT,
        6: Shape(_among("SA", "FT"), "« SA » ou « FT »"),
        7: _NUMBER.or_blank(),
    },
)
CONDITIONS = FileSpec("CIS_CPD_bdpm.txt", columns=2, shapes={0: _CIS, 1: _TEXT})
SHORTAGES = FileSpec(
    "CIS_CIP_Dispo_Spec.txt",
    columns=8,
    shapes={
        0: _CIS,
        1: _CIP13.or_blank(),
        2: Shape(_pattern("[1-4]"), "un code de disponibilité (1 à 4)"),
        3: _TEXT,
        4: _DATE.or_blank(),
        5: _DATE.or_blank(),
        6: _DATE.or_blank(),
        7: _LINK.or_blank(),
    },
    may_lose=0.4,
    moves=5,
    of_listed=False,
)
MITM = FileSpec(
    "CIS_MITM.txt",
    columns=4,
    shapes={
        0: _CIS,
        1: Shape(_pattern(r"[A-Z]([0-9]{2}([A-Z]([A-Z]([0-9]{2})?)?)?)?"), "un code ATC", True),
        2: _TEXT,
        3: _LINK.or_blank(),
    },
)
SMR = FileSpec(
    "CIS_HAS_SMR_bdpm.txt",
    columns=6,
    shapes={
        0: _CIS,
        1: _CT,
        3: _COMPACT_DATE.or_blank(),
        4: Shape(lambda text: text not in _GRADES, "un niveau de SMR", blank=True),
    },
    usual=(4, _LEVELS),
    missing=1,
    text_last=True,
    of_listed=False,
)
ASMR = FileSpec(
    "CIS_HAS_ASMR_bdpm.txt",
    columns=6,
    shapes={
        0: _CIS,
        1: _CT,
        3: _COMPACT_DATE.or_blank(),
        4: Shape(lambda text: text not in _LEVELS, "un niveau d'ASMR", blank=True),
    },
    usual=(4, _GRADES),
    missing=1,
    text_last=True,
    of_listed=False,
)
HAS_LINKS = FileSpec(
    "HAS_LiensPageCT_bdpm.txt", columns=2, shapes={0: _CT, 1: _LINK}, of_listed=False
)
INFORMATION = FileSpec(
    "CIS_InfoImportantes.txt",
    columns=4,
    shapes={0: _CIS, 1: _DATE, 2: _DATE.or_blank(), 3: _TEXT},
    text_last=True,
    may_lose=0.4,
    moves=1,
    of_listed=False,
)
FILES = (SPECIALITIES, PRESENTATIONS, COMPOSITIONS, CONDITIONS, SHORTAGES, MITM)
"""The files of every download; only the first is indispensable."""
MORE_FILES = (SMR, ASMR, HAS_LINKS, INFORMATION)
"""Opinions of the HAS and safety information, downloaded apart."""
ALL_FILES = FILES + MORE_FILES
_SHOWN = 40
_BEGINS = re.compile(r"\s*(?:[0-9]{1,12}|CT-?[0-9]+)\t")


def each_row(content: bytes, spec: FileSpec) -> Iterator[tuple[int, list[str] | str]]:
    """Lines that are not blank, by number, as rows of ``spec.columns`` cells.

    A line that does not fit its columns is a sentence in place of the row: what is wrong, in
    French.
    """
    for number, text in _joined(content) if spec.text_last else lines_of(content):
        cells = _cells(text, spec)
        yield number, damaged(text) or _fault(cells, spec) or _filled(cells, spec)


def rows_of(content: bytes, spec: FileSpec) -> Iterator[list[str] | None]:
    """The rows of a file; ``None`` for each line that is set aside."""
    for _, row in each_row(content, spec):
        yield row if isinstance(row, list) else None


def _joined(content: bytes) -> Iterator[tuple[int, str]]:
    """Lines, each with those that go on with its text: they begin with no code."""
    begun: tuple[int, str] | None = None
    for number, text in lines_of(content):
        if begun and "\t" not in text and not _BEGINS.match(text):
            begun = (begun[0], f"{begun[1]} {text.strip()}")
            continue
        if begun:
            yield begun
        begun = (number, text)
    if begun:
        yield begun


def _cells(text: str, spec: FileSpec) -> list[str]:
    """The cells of a line, without the blank ones that some files have after the last column."""
    if spec.text_last:
        *first, last = text.split("\t", spec.columns - 1)
        return [*(cell.strip() for cell in first), " ".join(last.split())]
    cells = [cell.strip() for cell in text.split("\t")]
    while len(cells) > spec.columns and not cells[-1]:
        cells.pop()
    return cells


def _filled(cells: list[str], spec: FileSpec) -> list[str]:
    return cells + [""] * (spec.columns - len(cells))


def _fault(cells: list[str], spec: FileSpec) -> str | None:
    if not spec.columns - spec.missing <= len(cells) <= spec.columns:
        return f"{agreed(len(cells), 'colonne')} au lieu de {spec.columns}"
    for column, shape in spec.shapes.items():
        cell = cells[column] if column < len(cells) else ""
        if not (shape.fits(cell) if cell else shape.blank):
            shown = cell if len(cell) <= _SHOWN else f"{cell[:_SHOWN]}…"
            found = f"« {shown} » n'est pas" if cell else "une case vide n'est pas"
            return f"colonne {column + 1}, {found} {shape.named}"
    return None
