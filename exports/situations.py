"""`Situations`: reports on the same substance and kind of non-conformity, across companies.

A proposal by name: no one has confirmed that these reports describe one situation.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from exports.cells import Content, paris
from exports.columns import Figures, Format, SheetSpec
from exports.reading import Reading
from exports.tables import CALCULATED, Column, Table
from exports.values import content_text, shown_content
from mappings.labels import normalise_label
from mappings.report import Answer

_COLUMNS: tuple[tuple[str, int, Format, str], ...] = (
    ("Substance", 28, "texte", "Substance, écrite comme dans le premier dossier."),
    ("Nature de la non-conformité", 26, "texte", "Une ligne par nature cochée."),
    ("Signalements", 13, "entier", "Nombre de dossiers."),
    ("Entreprises", 13, "entier", "Nombre d'entreprises différentes."),
    ("Priorité la plus haute", 13, "centre", "De P1 à P4."),
    ("Avec mesure", 13, "entier", "Dossiers qui ont au moins une mesure lisible."),
    ("Premier dépôt", 12, "date", "Jour du premier dépôt."),
    ("Dernier dépôt", 12, "date", "Jour du dernier dépôt."),
    ("Dossiers", 44, "texte", "Numéros des dossiers."),
)


def situations(readings: Sequence[Reading], *, origins: Figures, sheet: SheetSpec) -> Table:
    """Return the table of situations, those with most reports first."""
    groups: dict[tuple[str, str], list[Reading]] = defaultdict(list)
    spelling: dict[str, str] = {}
    for reading in readings:
        for substance in _substances(reading, origins):
            key = normalise_label(substance)
            spelling.setdefault(key, substance)
            for nature in _natures(reading, origins):
                groups[key, nature].append(reading)
    ordered = sorted(groups.items(), key=lambda one: (-len(one[1]), one[0]))
    rows = tuple(
        _row(spelling[key], nature, group, origins=origins) for (key, nature), group in ordered
    )
    columns = tuple(
        Column(
            name=name,
            width=width,
            format=shape,
            meaning=meaning,
            origin=CALCULATED,
            audience="reseau",
        )
        for name, width, shape, meaning in _COLUMNS
    )
    return Table(
        sheet=sheet.name, name=sheet.table, columns=columns, rows=rows, printed=len(columns)
    )


def _row(
    substance: str, nature: str, group: Sequence[Reading], *, origins: Figures
) -> tuple[Content, ...]:
    days = sorted(paris(one.entry.report.deposited_at).date() for one in group)
    shown = (shown_content(one.answer(origins.company), part="identifier") for one in group)
    companies = {content_text(one)[:9] for one in shown if one is not None}
    priorities = [one.entry.assessment.priority for one in group]
    return (
        substance,
        nature,
        len(group),
        len(companies),
        min((one for one in priorities if one), default=None),
        sum(1 for one in group if one.rows(origins.measures)),
        days[0],
        days[-1],
        ", ".join(str(one.number) for one in group),
    )


def _substances(reading: Reading, origins: Figures) -> Iterator[str]:
    field, _, name = origins.substance.partition(".")
    seen = set()
    for row in reading.rows(field):
        shown = reading.cell(row, field=field, name=name)
        text = shown.value if isinstance(shown, Answer) else None
        if isinstance(text, str) and (key := normalise_label(text)) and key not in seen:
            seen.add(key)
            yield text.strip()


def _natures(reading: Reading, origins: Figures) -> Iterator[str]:
    shown = reading.answer(origins.nature)
    value = shown.value if isinstance(shown, Answer) else None
    yield from dict.fromkeys(str(one) for one in value) if isinstance(value, tuple) else ()
