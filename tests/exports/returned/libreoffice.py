"""LibreOffice, told in its own Basic what a person does to workbooks: one process for all."""

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from xml.sax.saxutils import escape

import pytest

_MODULE = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE script:module PUBLIC'
    ' "-//OpenOffice.org//DTD OfficeDocument 1.0//EN" "module.dtd">'
    '<script:module xmlns:script="http://openoffice.org/2000/script" script:name="Module1"'
    ' script:language="StarBasic">{}</script:module>'
)
_TOOLS = """
Function Opened(address)
 Dim a(0) As New com.sun.star.beans.PropertyValue
 a(0).Name = "Hidden"
 a(0).Value = True
 Opened = StarDesktop.loadComponentFromURL(address, "_blank", 0, a())
End Function
Sub Saved(doc, address, filter)
 Dim a(0) As New com.sun.star.beans.PropertyValue
 a(0).Name = "FilterName"
 a(0).Value = filter
 doc.storeToURL(address, a())
 doc.close(True)
End Sub
Sub Sorted(sheet, area, column, ascending)
 Dim f(0) As New com.sun.star.table.TableSortField
 Dim d(1) As New com.sun.star.beans.PropertyValue
 f(0).Field = column
 f(0).IsAscending = ascending
 d(0).Name = "SortFields"
 d(0).Value = f()
 d(1).Name = "ContainsHeader"
 d(1).Value = False
 sheet.getCellRangeByName(area).sort(d())
End Sub
Sub Typed(sheet, reference, text)
 sheet.getCellRangeByName(reference).String = text
End Sub
Sub Shown(doc, sheet, reference, number, code)
 Dim english As New com.sun.star.lang.Locale
 english.Language = "en"
 english.Country = "US"
 sheet.getCellRangeByName(reference).Value = number
 key = doc.NumberFormats.queryKey(code, english, False)
 If key = -1 Then key = doc.NumberFormats.addNew(code, english)
 sheet.getCellRangeByName(reference).NumberFormat = key
End Sub
"""
_STEP = """ doc = Opened("{source}")
 sheet = doc.Sheets.getByName("Dossiers")
{edit}
 Saved(doc, "{target}", "{filter}")
"""
_END = """ Exit Sub
Wrong:
 StarDesktop.terminate()
End Sub
"""
"""What is wrong would open a window that nobody sees: the files that are missing tell it."""
XLSX = "Calc MS Excel 2007 XML"


def soffice() -> str:
    """Where LibreOffice is; where it is not, tests skip, or fail with ``CI=true``."""
    found = shutil.which("soffice")
    if found is None:
        missing = "LibreOffice (soffice) is not installed: the workbooks were NOT opened by it"
        if os.environ.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(missing)
    return found


def saved(
    content: bytes, edits: Mapping[str, str], filters: Mapping[str, str], *, at: Path
) -> dict[str, bytes]:
    """The workbook after each edit, in Basic, as LibreOffice saves it.

    Args:
        content: The workbook.
        edits: By name of file; ``doc`` and ``sheet`` (that of dossiers) are given.
        filters: Format of those that are not saved as .xlsx, whatever their name.
        at: A folder of its own.
    """
    source = at / "remis.xlsx"
    source.write_bytes(content)
    steps = [
        _STEP.format(
            source=source.as_uri(),
            target=f"{at.as_uri()}/{name}",
            edit="\n".join(f" {line}" for line in edit.splitlines()),
            filter=filters.get(name, XLSX),
        )
        for name, edit in edits.items()
    ]
    command = [soffice(), f"-env:UserInstallation=file://{at}/profile", "--headless"]
    _run([*command, "--terminate_after_init"])  # a new profile has an empty module of macros
    code = f"{_TOOLS}\nSub Main\n On Error Goto Wrong\n{''.join(steps)}{_END}"
    module = at / "profile" / "user" / "basic" / "Standard" / "Module1.xba"
    module.write_text(_MODULE.format(escape(code)))
    told = _run([*command, "--norestore", "macro:///Standard.Module1.Main"])
    lost = [name for name in edits if not (at / name).exists()]
    assert not lost, (lost, told)
    return {name: (at / name).read_bytes() for name in edits}


def _run(command: Sequence[str]) -> bytes:
    done = subprocess.run(command, check=True, capture_output=True, timeout=60)  # noqa: S603
    return done.stderr
