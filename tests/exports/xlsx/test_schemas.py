"""Every part of every workbook is valid: Microsoft's own validator (Open XML SDK) has no error.

`make test-tools` installs it; the SDK holds the schemas of ECMA-376 and of Office.
"""

import io
import json
import os
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import pytest

from exports.published.workbook_set import WorkbookSet
from exports.sheets.centres import parse_centres
from tests.exports.conftest import (
    COLUMNS,
    INJECTIONS,
    POLICY,
    ROOT,
    answered,
    build,
    context,
    entry,
    item,
)
from triage.verdict.model import Verdict

TOOL = ROOT / "node_modules" / "@xarsh" / "ooxml-validator-linux-x64" / "ooxml-validator"
pytestmark = [
    pytest.mark.debian,
    pytest.mark.skipif(
        not TOOL.exists() and os.environ.get("CI") != "true", reason="see make test-tools"
    ),
]
SET = WorkbookSet(
    entries=[
        entry(
            number,
            situation=f"SIT-{number % 3:04}",
            fields={"usage_constate": answered(text), "titre": answered(f"été 😀 {text}")},
            verdict={"items": (item(Verdict.MISSING),), "priority": f"P{number % 4 + 1}"},
        )
        for number, text in enumerate([*INJECTIONS, "", "a" * 40_000], start=1)
    ],
    context=context(),
    columns=COLUMNS,
    policy=POLICY,
    centres=parse_centres(
        (ROOT / "exports" / "unc" / "crpv.csv").read_text("utf-8"), source="crpv.csv"
    ),
)


def errors(content: bytes, folder: Path) -> list[Any]:
    path = folder / "classeur.xlsx"
    path.write_bytes(content)
    done = subprocess.run(  # noqa: S603 (our own file)
        [TOOL, path], capture_output=True, text=True, timeout=60, check=False
    )
    told = json.loads(done.stdout)
    found: list[Any] = told["errors"]
    assert told["ok"] is not bool(found), done.stderr
    return found


@pytest.mark.parametrize("author", ["agence", "reseau", "crpv-lyon"])
def test_no_part_breaks_a_schema(author: str, tmp_path: Path) -> None:
    assert errors(SET.workbook(author), tmp_path) == []


def test_an_empty_workbook_is_valid_too(tmp_path: Path) -> None:
    assert errors(build([]), tmp_path) == []


def test_the_validator_does_see_a_mistake(tmp_path: Path) -> None:
    broken = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(build([entry()]))) as source,
        zipfile.ZipFile(broken, "w") as target,
    ):
        for name in source.namelist():
            part = source.read(name)
            if name == "xl/worksheets/sheet2.xml":
                part = part.replace(b"<sheetData>", b"<sheetDonnees/><sheetData>")
            target.writestr(name, part)
    (found,) = errors(broken.getvalue(), tmp_path)
    assert "sheetDonnees" in found["description"]
