"""One A4 page, whatever is written on it, as PDF and as docx, with the same words."""

import re
from dataclasses import replace
from io import BytesIO

import pytest
from docx import Document
from docx.enum.table import WD_ROW_HEIGHT_RULE
from docx.shared import Pt
from hypothesis import HealthCheck, given, settings
from pypdf import PdfReader

from exports.committee.docx import as_docx
from exports.committee.layout import page_of
from exports.committee.page import BODY, HEIGHT, WIDTH, Style, clean, wrapped
from exports.committee.pdf import as_pdf
from tests.exports.committee.samples import fiches, longest, sample
from triage.registre.committee.fiche import Fiche, MeasureLine, Reader

READERS: tuple[Reader, ...] = ("agence", "patients")


def words_of_pdf(content: bytes) -> str:
    return " ".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages)


def words_of_docx(content: bytes) -> str:
    document = Document(BytesIO(content))
    cells = [cell.text for one in document.tables for row in one.rows for cell in row.cells]
    return " ".join(cells)


def plain(text: str) -> str:
    return re.sub(r"[\s\u00a0\u202f]+", " ", text)


def height_of_docx(content: bytes) -> float:
    """Points that a word processor must give it: exact rows, and exact lines between them."""
    document = Document(BytesIO(content))
    section = document.sections[0]
    assert section.page_height is not None
    total = 0.0
    for table in document.tables:
        for row in table.rows:
            assert row.height_rule == WD_ROW_HEIGHT_RULE.EXACTLY
            assert row.height is not None
            total += row.height.pt
    for paragraph in document.paragraphs:
        spacing = paragraph.paragraph_format.line_spacing
        assert isinstance(spacing, Pt) or hasattr(spacing, "pt")
        total += spacing.pt
    return total


def room_in_docx(content: bytes) -> float:
    section = Document(BytesIO(content)).sections[0]
    assert section.page_height
    assert section.top_margin
    assert section.bottom_margin
    return float(section.page_height.pt - section.top_margin.pt - section.bottom_margin.pt)


@pytest.mark.slow
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(fiches())
def test_any_fiche_is_one_page(fiche: Fiche) -> None:
    page = page_of(fiche)
    assert page.height <= BODY[1]
    assert len(PdfReader(BytesIO(as_pdf(page))).pages) == 1
    made = as_docx(page)
    assert height_of_docx(made) <= room_in_docx(made)


@pytest.mark.slow
@pytest.mark.parametrize("reader", READERS)
def test_the_longest_fiche_is_one_page_and_says_what_was_cut(reader: Reader) -> None:
    page = page_of(longest(reader))
    assert page.holds
    assert {"question", "usage autorisé", "résumé en langage clair", "mesures"} <= {*page.cut}
    (only,) = PdfReader(BytesIO(as_pdf(page))).pages
    assert (float(only.mediabox.width), float(only.mediabox.height)) == pytest.approx(
        (WIDTH, HEIGHT)
    )
    made = as_docx(page)
    assert height_of_docx(made) <= room_in_docx(made)
    assert "autres mesures, au registre" in plain(words_of_pdf(as_pdf(page)))


@pytest.mark.parametrize("reader", READERS)
def test_both_files_say_every_word_of_a_fiche_that_holds(reader: Reader) -> None:
    fiche = sample(reader)
    page = page_of(fiche)
    assert page.cut == ()
    for told in (plain(words_of_pdf(as_pdf(page))), plain(words_of_docx(as_docx(page)))):
        for text in (
            *(fiche.title, fiche.question, fiche.authorised, fiche.observed, fiche.summary),
            *(value for _, value in (*fiche.head, *fiche.figures)),
            *(fiche.state_on, fiche.versions, *fiche.cautions),
        ):
            assert plain(text) in told


def test_no_measure_is_said() -> None:
    page = page_of(replace(sample(), measures=()))
    assert "Aucune mesure de l’agence." in words_of_pdf(as_pdf(page))


def test_the_same_fiche_gives_the_same_bytes() -> None:
    one, other = page_of(sample()), page_of(sample())
    assert as_pdf(one) == as_pdf(other)
    assert as_docx(one) == as_docx(other)


def test_fonts_are_in_the_file_with_what_french_is_printed_with() -> None:
    letters = "« œuvre », l’Élévation – ≥ 2 µg, β, ç…\u202f; \u00a0!"
    made = as_pdf(page_of(replace(sample(), question=letters)))
    assert plain(letters) in plain(words_of_pdf(made))
    resources = PdfReader(BytesIO(made)).pages[0]["/Resources"]["/Font"]  # type: ignore[index]
    described = [
        font["/FontDescriptor"]
        for one in resources.values()
        if "/FontDescriptor" in (font := one.get_object())
    ]
    assert {"/FontFile2"} <= {key for one in described for key in one.get_object()}
    assert all("DejaVuSansCondensed" in str(one["/FontName"]) for one in described)


def test_what_no_file_can_hold_is_a_space() -> None:
    text = "avant\x00\x0b\u202eaprès\ud800\ufffe fin"
    assert clean(text) == "avant après fin"
    assert "avant après fin" in words_of_docx(as_docx(page_of(replace(sample(), question=text))))


def test_lines_hold_and_keep_every_word() -> None:
    style = Style(8.5, 10.6)
    text = "Un deux trois " * 20 + "anticonstitutionnellement" * 12
    lines, whole = wrapped(text.strip(), style, 200, most=99)
    assert whole
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    lines, whole = wrapped(text, style, 200, most=2)
    assert (whole, len(lines), lines[-1][-1]) == (False, 2, "…")
    assert wrapped("", style, 200, most=2) == ([], True)


def test_more_measures_than_rows_are_counted() -> None:
    many = (MeasureLine("MES-0001, PGR", "proposée", ""),) * 12
    told = words_of_pdf(as_pdf(page_of(replace(sample(), measures=many))))
    shown = told.count("MES-0001")
    assert f"et {12 - shown} autres mesures, au registre" in plain(told)
