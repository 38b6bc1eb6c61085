"""A template that is made once gives, in each workbook, the bytes that openpyxl writes for it."""

import io
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial

import pytest
from openpyxl import Workbook

from exports.cells import Content
from exports.sheets.tables import Column, Table
from exports.xlsx.package import document_properties, pack
from exports.xlsx.print_setup import Margins, around_xml, set_up_page
from exports.xlsx.sheet_layout import lay_out_sheet
from exports.xlsx.sheet_template import sheet_template
from exports.xlsx.styles import register
from exports.xlsx.template_parts import add_sheet

_COLUMN = partial(Column, width=14, meaning="", origin="", audience="reseau")
PLAIN = (_COLUMN(name="Dossier", format="lien"), _COLUMN(name="Éléments manquants", format="texte"))
COLOURED = (
    _COLUMN(name="Statut", format="centre"),
    _COLUMN(name="Score", format="pourcent"),
    _COLUMN(name="Priorité", format="centre"),
    _COLUMN(name="Avis", format="texte", filled=True, choices=("favorable", "réservé")),
    _COLUMN(name="Commentaire", format="texte", filled=True),
)
MARGINS = Margins(title="CRPV « R & D » — été", dated="au 1er août", audience="réseau <des CRPV>")
Fill = Callable[[Workbook, Table], None]


def rows(columns: tuple[Column, ...], count: int) -> list[tuple[Content, ...]]:
    return [tuple("P1" for _ in columns)] * count


def tables(count: int, above: str) -> list[Table]:
    told = {"printed": 2, "above": above}
    return [
        Table(sheet="Été l’an", name="tA", columns=PLAIN, rows=rows(PLAIN, count), **told),  # type: ignore[arg-type]
        Table(sheet="À traiter", name="tB", columns=COLOURED, rows=rows(COLOURED, count), **told),  # type: ignore[arg-type]
        Table(sheet="C", name="tC", columns=COLOURED, rows=(), printed=5),
    ]


def parts(of: list[Table], *, known: bool) -> dict[str, bytes]:
    workbook, into = Workbook(), io.BytesIO()
    styles, templates = register(workbook), {}
    workbook.remove(workbook.worksheets[0])
    for one in of:
        if known:
            templates[one.sheet] = sheet_template(one, mask="réservé")
            templates[one.sheet].register(workbook)
            add_sheet(workbook, one)
        else:
            sheet = workbook.create_sheet(one.sheet)
            set_up_page(sheet, MARGINS)
            lay_out_sheet(sheet, one, mask="réservé")
    made = datetime(2026, 1, 1, tzinfo=UTC)
    pack(
        workbook,
        {one.sheet: one for one in of},
        styles=styles,
        properties=document_properties(title="t", subject="s", software="l", made=made),
        templates=templates,
        around=around_xml(MARGINS),
        into=into,
    )
    with zipfile.ZipFile(into) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.mark.slow
@pytest.mark.parametrize("count", [0, 1, 300])
@pytest.mark.parametrize(
    "above", ["", "À traiter : 12 dossiers, « R&D » < 3", "=1+1", " a_x0041_b\r"]
)
def test_a_known_shell_is_openpyxls_own(count: int, above: str) -> None:
    of = tables(count, above)
    assert list(parts(of, known=True).items()) == list(parts(of, known=False).items())
    again = tables(count + 1, above)[::-1]
    assert parts(again, known=True) == parts(again, known=False)
