"""`Dictionnaire`: what each column of the other sheets means, where it is from, who reads it."""

from collections.abc import Sequence

from exports.tables import Column, Table

_HEADERS = (
    ("Feuille", 16),
    ("Colonne", 30),
    ("Sens", 70),
    ("Origine", 26),
    ("Diffusion", 20),
)
_AUDIENCES = {"agence": "agence seulement", "reseau": "agence et réseau"}


def dictionary(tables: Sequence[Table], *, sheet: str, name: str) -> Table:
    """Return the table that explains the columns of the others."""
    rows = tuple(
        (table.sheet, column.name, column.meaning, column.origin, _AUDIENCES[column.audience])
        for table in tables
        for column in table.columns
    )
    columns = tuple(
        Column(name=header, width=width, format="texte", meaning="", origin="", audience="reseau")
        for header, width in _HEADERS
    )
    return Table(sheet=sheet, name=name, columns=columns, rows=rows, printed=len(columns))
