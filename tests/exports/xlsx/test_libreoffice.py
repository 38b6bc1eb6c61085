"""A reader that no one here wrote opens the workbooks, prints them, and saves them unchanged."""

import io
import os
import re
import shutil
import subprocess
from pathlib import Path

import openpyxl
import pytest

from tests.exports.conftest import answered, build, entry, item
from triage.verdict.model import Verdict

pytestmark = pytest.mark.debian
SHEETS = ("Dossiers", "Spécialités", "Complétude", "Mesures", "Pièces jointes", "Dictionnaire")
HOSTILE = ["=1+1", "_x0041_", "été 😀\nligne", '=HYPERLINK("http://x")', "@SUM(1)", "<&>", "  x  "]


@pytest.fixture(scope="module")
def soffice() -> str:
    found = shutil.which("soffice")
    if found is None:
        missing = "LibreOffice (soffice) is not installed: the workbooks were NOT opened by it"
        if os.environ.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(missing)
    return found


@pytest.fixture(scope="module")
def content() -> bytes:
    return build(
        [
            entry(
                number,
                fields={"usage_constate": answered(text), "titre": answered(text)},
                verdict={"items": (item(Verdict.MISSING),)},
            )
            for number, text in enumerate(HOSTILE, start=1)
        ]
    )


def convert(soffice: str, content: bytes, *, to: str, folder: Path) -> Path:
    source = folder / "classeur.xlsx"
    source.write_bytes(content)
    out = folder / "out"
    profile = f"-env:UserInstallation=file://{folder}/profile"
    command = [
        soffice,
        profile,
        "--headless",
        "--convert-to",
        to,
        "--outdir",
        str(out),
        str(source),
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=120)  # noqa: S603
    return out / f"classeur.{to}"


@pytest.mark.filterwarnings("ignore:.* extension is not supported")
def test_libreoffice_saves_the_workbook_again_with_equal_values(
    soffice: str, content: bytes, tmp_path: Path
) -> None:
    again = openpyxl.load_workbook(convert(soffice, content, to="xlsx", folder=tmp_path))
    ours = openpyxl.load_workbook(io.BytesIO(content))
    assert again.sheetnames == ours.sheetnames
    for name in SHEETS:
        left = [tuple(row) for row in ours[name].iter_rows(values_only=True)]
        width = len(left[0])
        right = [tuple(row)[:width] for row in again[name].iter_rows(values_only=True)][: len(left)]
        assert left == right
        assert all(cell.data_type != "f" for row in again[name].iter_rows() for cell in row)


def test_libreoffice_prints_the_workbook(soffice: str, content: bytes, tmp_path: Path) -> None:
    printed = convert(soffice, content, to="pdf", folder=tmp_path)
    assert printed.read_bytes().startswith(b"%PDF")
    assert printed.stat().st_size > 20_000
    pages: dict[str, tuple[str, Picture]] = {}
    for number, picture in enumerate(pictures(printed), start=1):
        text = text_of(printed, number)
        assert f"Page {number} sur " in text
        pages.setdefault(sheet_of(text), (text, picture))
        assert not inked(picture, edge=0.2), f"page {number} goes over its bounds"
    order = ["À traiter", "Synthèse", "Dossiers"]
    assert [name for name in pages if name in order] == order
    for name, last in (("À traiter", "Spécialité"), ("Dossiers", "Date de dépôt")):
        assert "Dossier" in pages[name][0], name
        assert last in pages[name][0], f"{name} is one page wide"
    assert frame_at_the_right(pages["Synthèse"][1]), "the charts are whole, their frames too"
    assert least_points(printed) >= 7, "texts can be read on paper"


Picture = list[bytes]
"""Rows of a page, a byte for each point, 0 for black."""
_DPI = 60


def pictures(printed: Path) -> list[Picture]:
    """Each page as it looks."""
    tool = shutil.which("pdftoppm") or pytest.fail("poppler-utils is not installed")
    into = printed.parent / "page"
    command = [tool, "-gray", "-r", str(_DPI), str(printed), str(into)]
    subprocess.run(command, check=True, timeout=60)  # noqa: S603
    return [picture_of(one.read_bytes()) for one in sorted(printed.parent.glob("page-*.pgm"))]


def picture_of(pgm: bytes) -> Picture:
    _, width, height, _, points = pgm.split(maxsplit=4)
    wide, high = int(width), int(height)
    points = pgm[-wide * high :]
    return [points[row * wide : (row + 1) * wide] for row in range(high)]


def inked(picture: Picture, *, edge: float) -> bool:
    """Whether anything stands at the edge of the paper, so many inches wide."""
    near = int(edge * _DPI)
    across = [*picture[:near], *picture[-near:]]
    along = [row[:near] + row[-near:] for row in picture]
    return min(map(min, (*across, *along))) < 200


def frame_at_the_right(picture: Picture) -> bool:
    """Whether the last thing at the right, headers and footers apart, is a long upright line."""
    body = picture[int(0.75 * _DPI) : -int(0.75 * _DPI)]
    dark = [sum(row[at] < 240 for row in body) for at in range(len(body[0]))]
    last = max(at for at, count in enumerate(dark) if count)
    return max(dark[last - 1 : last + 1]) > len(body) / 3


def least_points(printed: Path) -> float:
    """Size of the smallest letters of all pages, to a third of a point."""
    tool = shutil.which("pdftohtml") or pytest.fail("poppler-utils is not installed")
    command = [tool, "-xml", "-i", "-zoom", "3", "-stdout", str(printed)]
    told = subprocess.run(command, check=True, capture_output=True, timeout=60).stdout  # noqa: S603
    return min(int(size) for size in re.findall(rb'<fontspec [^>]*size="(\d+)"', told)) / 3


def text_of(printed: Path, page: int) -> str:
    tool = shutil.which("pdftotext") or pytest.fail("poppler-utils is not installed")
    command = [tool, "-layout", "-f", str(page), "-l", str(page), str(printed), "-"]
    return subprocess.run(command, check=True, capture_output=True, timeout=60).stdout.decode()  # noqa: S603


def sheet_of(text: str) -> str:
    """The sheet that a page is of, as its footer says."""
    footer = next(line for line in reversed(text.splitlines()) if "Page " in line)
    return re.split(r"\s{3,}", footer.strip())[1]
