"""`Dictionnaire`: what each column of the other sheets means, where it is from, who reads it."""

from collections.abc import Sequence

from exports.figures import Figure
from exports.tables import Column, Table

_HEADERS = (
    ("Feuille", 16),
    ("Colonne", 30),
    ("Sens", 70),
    ("Origine", 26),
    ("Diffusion", 20),
)
_OWN = "ceux qui le remplissent, et l'agence"
_FIGURES, _ORIGIN = "Synthèse", "calculée par la passerelle"
_AUDIENCES = {"agence": "agence seulement", "reseau": "agence et réseau"}


def dictionary(
    tables: Sequence[Table], figures: Sequence[Figure], *, sheet: str, name: str
) -> Table:
    """Return the table that explains the figures and the columns of the other sheets."""
    explained = tuple(
        (_FIGURES, figure.name, figure.meaning, _ORIGIN, _AUDIENCES["reseau"]) for figure in figures
    )
    rows = explained + tuple(
        (table.sheet, column.name, column.meaning, column.origin, _whom(column))
        for table in tables
        for column in table.columns
    )
    columns = tuple(
        Column(name=header, width=width, format="texte", meaning="", origin="", audience="reseau")
        for header, width in _HEADERS
    )
    return Table(sheet=sheet, name=name, columns=columns, rows=rows, printed=len(columns))


def _whom(column: Column) -> str:
    return _OWN if column.filled else _AUDIENCES[column.audience]
