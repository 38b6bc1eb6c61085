"""Files as other programs save them: read for what they hold, or refused with the remedy."""

import io
import struct
import zipfile
from collections.abc import Callable
from functools import cache

import pytest

from exports.errors import UnreadableWorkbookError
from exports.returned import package
from exports.returned.book import Book
from exports.returned.package import Package
from exports.returned.reader import read_returned
from tests.exports.returned.comparing import LIGHT, comments, edited, handed_out, on_dossiers, said
from tests.exports.returned.packages import Change, cell, every, put, repacked

SHEET, STYLES, BOOK = "xl/worksheets/sheet1.xml", "xl/styles.xml", "xl/workbook.xml"
VU = {101: "vu"}


@cache
def back() -> bytes:
    return edited(on_dossiers(comments(VU)))


def strict(part: bytes) -> bytes:
    """The namespaces of Strict Open XML."""
    for kept, other in (
        (b"http://schemas.openxmlformats.org/spreadsheetml/2006/main", b"spreadsheetml/main"),
        (b"http://schemas.openxmlformats.org/officeDocument/2006", b"officeDocument"),
    ):
        part = part.replace(kept, b"http://purl.oclc.org/ooxml/" + other)
    return part


def all_strict(content: bytes) -> bytes:
    names = zipfile.ZipFile(io.BytesIO(content)).namelist()
    return repacked(content, dict.fromkeys(names, strict))


@pytest.mark.slow
@pytest.mark.parametrize(
    "changes",
    [
        {STYLES: put(b"<fills ", b"<fills><fill/></fills><fills ")},
        {STYLES: put(b"<fill>", b'<fill><extLst><ext uri="{1}"/></extLst>')},
        {BOOK: put(b"<workbookPr", b'<workbookPr codeName="a" inconnu="1"')},
        {BOOK: put(b"<sheets>", b"<fileVersion/><sheets>")},
        {SHEET: put(b"</sheetData>", b'</sheetData><extLst><ext uri="{2}"><x/></ext></extLst>')},
        {SHEET: put(b"<sheetData>", b"<sheetFormatPr defaultRowHeight='x'/><sheetData>")},
    ],
)
def test_what_is_odd_around_the_cells_changes_nothing(changes: dict[str, Change]) -> None:
    assert said(repacked(back(), changes)).written == {101: ("", "vu")}


def test_properties_are_not_read_even_without_a_name() -> None:
    bad = b'<Properties><property pid="2"><lpwstr>x</lpwstr></property><property/></Properties>'
    for content in (b"", b"<", bad):
        odd = repacked(
            back(),
            {"docProps/app.xml": lambda _, content=content: content},  # type: ignore[misc]
            added={"docProps/custom.xml": content},
        )
        assert said(odd).written == {101: ("", "vu")}


def test_strict_open_xml_is_read() -> None:
    found = said(all_strict(back()))
    assert found.written == {101: ("", "vu")}
    assert found.remarks == ()


def test_a_day_of_strict_open_xml_is_read_as_a_day() -> None:
    day = '<c r="L2" t="d"><v>2026-11-28</v></c>'
    moment = '<c r="L3" t="d"><v>2026-11-28T14:05:00</v></c>'
    content = all_strict(repacked(edited(), {SHEET: every(cell("L2", day), cell("L3", moment))}))
    assert said(content).written == {101: ("", "28/11/2026"), 102: ("", "28/11/2026 14:05")}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("xml", "text"),
    [
        (
            '<c r="L2" t="inlineStr"><is><r><t>a</t></r><r><rPr><b/></rPr><t>b</t></r></is></c>',
            "ab",
        ),
        (
            '<c r="L2" t="inlineStr"><is><t>東京</t><rPh sb="0" eb="2"><t>とう</t></rPh></is></c>',
            "東京",
        ),
        ('<c r="L2" t="inlineStr"><is><t>vu_x000D_</t></is></c>', "vu"),
        ('<c r="L2" t="b"><v>1</v></c>', "VRAI"),
        ('<c r="L2" t="b"><f>TRUE()</f></c>', "VRAI"),
        ('<c r="L2" t="n"><v>12</v></c>', "12"),
        ('<c r="L2"><v>1.5</v></c>', "1,5"),
        ('<c r="L2" t="inlineStr"><is/></c>', None),
        ('<c r="L2" t="s"/>', None),
    ],
)
def test_any_way_to_hold_a_cell_is_read(xml: str, text: str | None) -> None:
    found = said(repacked(edited(), {SHEET: cell("L2", xml)}))
    assert found.problems == ()
    assert found.written == ({101: ("", text)} if text else {})


@pytest.mark.slow
@pytest.mark.parametrize(
    "xml",
    [
        '<c r="L2" t="str"><f>A1&amp;"x"</f><v>cachée</v></c>',
        '<c r="L2" t="e"><v>#N/A</v></c>',
        '<c r="L2"><f t="shared" si="0"/><v>3</v></c>',
        '<c r="L2" t="str"><f t="array" ref="L2:L3">A1:A2</f><v/></c>',
    ],
)
def test_a_formula_is_refused_with_its_cell_whatever_it_gave(xml: str) -> None:
    (problem,) = said(repacked(edited(), {SHEET: cell("L2", xml)})).problems
    assert problem.startswith("Dossiers!L2 : formule ou erreur de calcul")


def test_rows_and_cells_without_references_are_counted() -> None:
    bare = zipfile.ZipFile(io.BytesIO(handed_out())).read(SHEET)
    head, rest = bare.split(b"<sheetData>")
    for reference in (b'<row r="', b'<c r="'):
        pieces = rest.split(reference)
        rest = pieces[0] + b"".join(
            reference[:-4] + b" " + one.split(b'"', 1)[1] for one in pieces[1:]
        )
    found = said(repacked(handed_out(), {SHEET: lambda _: head + b"<sheetData>" + rest}))
    assert (found.written, found.problems) == ({}, ())


def test_numbers_whose_format_is_lost_are_refused_and_not_guessed() -> None:
    content = repacked(edited(), {SHEET: cell("L2", '<c r="L2" s="2"><v>0.5</v></c>')})
    assert said(content).problems == ()
    for changes in ({STYLES: lambda _: b"<styleSheet><fonts"}, {STYLES: lambda _: b""}):
        (problem,) = said(repacked(content, changes)).problems
        assert problem.startswith("Dossiers!L2 : on ne sait plus comment ce nombre s'affiche")


def test_a_text_that_is_not_in_the_file_is_told_with_its_cell() -> None:
    content = repacked(edited(), {SHEET: cell("L2", '<c r="L2" t="s"><v>99999</v></c>')})
    with pytest.raises(UnreadableWorkbookError, match=r"Dossiers!L2 : .*Enregistrer sous"):
        said(content)


def flagged(content: bytes, *, method: int | None = None, encrypted: bool = False) -> bytes:
    """The package with all its parts said to be packed otherwise."""
    changed = bytearray(content)
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = changed.find(mark)
        while place >= 0:
            if method is not None:
                struct.pack_into("<H", changed, place + at + 2, method)
            if encrypted:
                struct.pack_into("<H", changed, place + at, 1)
            place = changed.find(mark, place + 4)
    return bytes(changed)


def damaged(content: bytes) -> bytes:
    """Deflated data with some bytes lost in the sheet of dossiers."""
    info = zipfile.ZipFile(io.BytesIO(content)).getinfo(SHEET)
    start = info.header_offset + 30 + len(SHEET) + 20
    return content[:start] + b"\xff" * 40 + content[start + 40 :]


def zipped(**parts: bytes) -> bytes:
    saved = io.BytesIO()
    with zipfile.ZipFile(saved, "w") as archive:
        for name, part in parts.items():
            archive.writestr(name.replace("__", "/"), part)
    return saved.getvalue()


OLE = bytes.fromhex("D0CF11E0A1B11AE1") + b"\0" * 504
ODS = b"application/vnd.oasis.opendocument.spreadsheet"


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda: b"", "Le fichier est vide"),
        (lambda: b"\0" * 4096, "Le fichier est vide"),
        (lambda: OLE + "EncryptedPackage".encode("utf-16-le"), "protégé par un mot de passe"),
        (lambda: flagged(back(), encrypted=True), "protégé par un mot de passe"),
        (lambda: OLE + "Workbook".encode("utf-16-le"), "ancien format"),
        (lambda: zipped(mimetype=ODS), "OpenDocument"),
        (lambda: zipped(xl__workbook=b"", **{"xl__workbook.bin": b""}), "xlsb"),
        (lambda: zipped(**{"word__document.xml": b"<a/>"}), "Word"),
        (lambda: zipped(rien=b"x"), "incomplet ou abîmé"),
        (lambda: b"\xef\xbb\xbf\n<html><table>", "page web"),
        (lambda: b"%PDF-1.7", "PDF"),
        (lambda: b"Dossier;Avis\n1;vu\n", "pas un classeur Excel"),
        (lambda: flagged(back(), method=9), "compressé d'une façon"),
        (lambda: damaged(back()), "incomplet ou abîmé"),
        (lambda: back()[:9000], "incomplet ou abîmé"),
        (lambda: repacked(back(), {BOOK: lambda part: part[:200]}), "incomplet ou abîmé"),
        (lambda: repacked(back(), {SHEET: put(b"<sheetData>", b"<sheetDat>")}), "incomplet"),
        (
            lambda: repacked(back(), {SHEET: lambda _: b'<?xml version="1.0" encoding="x"?>'}),
            "abîm",
        ),
        (lambda: repacked(back(), {SHEET: put(b'<row r="2"', b'<row r="deux"')}), "incomplet"),
    ],
)
def test_what_cannot_be_read_is_told_with_the_remedy(make: Callable[[], bytes], told: str) -> None:
    with pytest.raises(UnreadableWorkbookError, match=told) as caught:
        read_returned(make(), LIGHT)
    assert "xlsx" in str(caught.value) or "classeur" in str(caught.value)


def test_a_package_that_unpacks_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(package, "MOST_BYTES", 100_000)
    bomb = repacked(back(), {SHEET: put(b"<sheetData>", b"<sheetData>" + b" " * 200_000)})
    with pytest.raises(UnreadableWorkbookError, match="trop grand"):
        read_returned(bomb, LIGHT)


@pytest.mark.parametrize(
    ("limit", "many"),
    [
        ("MOST_AT_ONCE", b"<row>" + b"<c/>" * 50_000 + b"</row>"),
        ("MOST_AT_ONCE", b'<row><c t="str"><v>' + b"a" * 200_000 + b"</v></c></row>"),
        ("MOST_ELEMENTS", b"<x/>" * 50_000),
        ("MOST_ELEMENTS", b"<row/>" * 50_000),
    ],
    ids=["cells", "text", "unknown", "rows"],
)
def test_what_a_small_file_makes_many_of_is_not_held(
    monkeypatch: pytest.MonkeyPatch, limit: str, many: bytes
) -> None:
    monkeypatch.setattr(package, limit, {"MOST_AT_ONCE": 150_000, "MOST_ELEMENTS": 40_000}[limit])
    bomb = repacked(back(), {SHEET: put(b"<sheetData>", b"<sheetData>" + many)})
    assert len(bomb) < len(back()) + 5_000
    with pytest.raises(UnreadableWorkbookError, match="trop grand"):
        read_returned(bomb, LIGHT)


def test_what_stands_before_the_first_element_is_not_held() -> None:
    long = b"<!--" + b"a" * 2**20 + b"--><workbook"
    bomb = repacked(back(), {BOOK: put(b"<workbook", long)})
    with pytest.raises(UnreadableWorkbookError, match="trop grand"):
        read_returned(bomb, LIGHT)


def test_deep_elements_are_no_trouble() -> None:
    deep = b"<is>" + b"<r>" * 20_000 + b"</r>" * 20_000 + b"</is>"
    content = repacked(
        edited(), {SHEET: cell("L2", f'<c r="L2" t="inlineStr">{deep.decode()}</c>')}
    )
    with pytest.raises(UnreadableWorkbookError, match="abîmé"):
        read_returned(content, LIGHT)


def test_zip64_and_names_in_other_cases_are_read() -> None:
    saved = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(back())) as source,
        zipfile.ZipFile(saved, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for name in source.namelist():
            with target.open(name.replace("xl/", "XL\\"), "w", force_zip64=True) as part:
                part.write(source.read(name))
    assert said(saved.getvalue()).written == {101: ("", "vu")}


def test_days_of_a_workbook_that_counts_from_1904_are_its_own() -> None:
    since = put(b"<workbookPr", b'<workbookPr date1904="1"')
    styled = repacked(edited(), {SHEET: cell("L2", '<c r="L2" s="99"><v>44892</v></c>')})
    day = put(b"</cellXfs>", b'<xf numFmtId="14"/>' * 99 + b"</cellXfs>")
    content = repacked(styled, {BOOK: since, STYLES: day})
    assert said(content).written[101] == ("", "28/11/2026")


def test_sheets_are_found_by_their_relations_and_not_by_their_rank() -> None:
    book = Book(Package(back()))
    assert list(book.parts) == ["Dossiers", "Mesures", "Dictionnaire", "À propos"]
    assert book.parts["Dossiers"] == SHEET
