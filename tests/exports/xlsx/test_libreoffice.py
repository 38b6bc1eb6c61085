"""A reader that no one here wrote opens the workbooks, prints them, and saves them unchanged."""

import io
import os
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
