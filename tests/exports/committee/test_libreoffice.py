"""A word processor opens the docx, and prints one page of it."""

import os
import shutil
import subprocess
from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfReader

from exports.committee.docx import as_docx
from exports.committee.layout import page_of
from tests.exports.committee.samples import longest, sample

pytestmark = pytest.mark.debian
_WRITER = Path("/usr/lib/libreoffice/program/libswlo.so")


@pytest.fixture(scope="module")
def soffice() -> str:
    found = shutil.which("soffice")
    if found is None or not _WRITER.exists():
        missing = "LibreOffice Writer is not installed: the docx was NOT opened by it"
        if os.environ.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(missing)
    return found


def test_each_docx_is_printed_on_one_page(soffice: str, tmp_path: Path) -> None:
    made = {
        "agence": sample("agence"),
        "patients": sample("patients"),
        "agence-longue": longest("agence"),
        "patients-longue": longest("patients"),
    }
    for name, fiche in made.items():
        (tmp_path / f"{name}.docx").write_bytes(as_docx(page_of(fiche)))
    files = [str(tmp_path / f"{name}.docx") for name in made]
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    command = [soffice, profile, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path)]
    subprocess.run([*command, *files], check=True, capture_output=True, timeout=120)  # noqa: S603
    for name in made:
        pages = PdfReader(BytesIO((tmp_path / f"{name}.pdf").read_bytes())).pages
        assert len(pages) == 1, name
    told = PdfReader(BytesIO((tmp_path / "agence.pdf").read_bytes())).pages[0].extract_text()
    assert "Néfopam injectable avalé" in told
    assert "Faut-il informer les prescripteurs" in told
