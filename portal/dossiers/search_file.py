"""A search as a file: the columns of its list, with titles and centres. Pure."""

from collections.abc import Sequence
from datetime import date, datetime

from exports.cells import Content
from exports.sheets.columns import Format
from exports.sheets.tables import Column, Table
from store.staff.lines import DossierLine

_COLUMNS: tuple[tuple[str, Format], ...] = (
    ("Dossier", "numero"),
    ("Statut", "texte"),
    ("Priorité", "texte"),
    ("Complétude", "pourcent"),
    ("Titre de la situation", "texte"),
    ("Spécialité", "texte"),
    ("Substance", "texte"),
    ("Exploitant", "texte"),
    ("Situation", "texte"),
    ("Pourquoi vous l’avez", "texte"),
    ("Centres concernés", "texte"),
    ("Date de dépôt", "date"),
    ("Dernière modification", "moment"),
)


ASKED = "Complétude de ce que demande le formulaire"
"""Its heading where the form does not ask all that a score counts."""


def table_of(lines: Sequence[DossierLine], *, asks_all: bool = True) -> Table:
    """The table; its masks are those of the lines.

    Args:
        lines: What was found.
        asks_all: See :class:`exports.model.ExportContext`.
    """
    columns = tuple(
        Column(
            name=name if asks_all or name != "Complétude" else ASKED,
            width=20,
            format=shape,
            meaning="",
            origin="",
            audience="reseau",
        )
        for name, shape in _COLUMNS
    )
    return Table(
        sheet="Recherche",
        name="tRecherche",
        columns=columns,
        rows=tuple(map(_row, lines)),
        printed=len(columns),
    )


def _row(line: DossierLine) -> tuple[Content, ...]:
    return (
        line.number,
        line.status,
        line.priority,
        line.score,
        line.title,
        line.product,
        line.substance,
        line.company,
        line.situation_text,
        line.ground,
        ", ".join(line.centres.split()),
        date.fromisoformat(line.deposited),
        datetime.fromisoformat(line.modified),
    )
