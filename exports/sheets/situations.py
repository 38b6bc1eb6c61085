"""`Situations`: reports on one use of one substance, counted across companies.

A row is a situation as `unc situations` and annotation 907 have it, so that what a person
confirmed, merged or split is what the workbook shows. Reports that are in none (out of scope, or
not yet placed) are counted by substance and nature of the non-conformity, without an id.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from exports.model import ExportContext
from exports.readers.reading import Reading
from exports.sheets.blocks import natures
from exports.sheets.columns import Figures, SheetSpec
from exports.sheets.situation_columns import COLUMNS, PRINTED, Group
from exports.sheets.tables import Table
from french.text import normalise_label
from mappings.report.model import Answer
from mappings.schema.model import Audience


def situations(
    readings: Sequence[Reading],
    *,
    origins: Figures,
    sheet: SheetSpec,
    audience: Audience,
    context: ExportContext,
) -> Table:
    """Return the table of situations, those with most reports first."""
    groups = (*_placed(readings, origins, context), *_unplaced(readings, origins))
    ordered = sorted(groups, key=lambda one: (not one.situation, -len(one.readings), _name(one)))
    shown = [(column, of) for column, of in COLUMNS if audience in {"agence", column.audience}]
    return Table(
        sheet=sheet.name,
        name=sheet.table,
        columns=tuple(column for column, _ in shown),
        rows=tuple(tuple(of(group) for _, of in shown) for group in ordered),
        printed=PRINTED,
    )


def _name(group: Group) -> tuple[str, ...]:
    return (group.situation, *map(normalise_label, group.substances), *group.natures)


def _placed(
    readings: Sequence[Reading], origins: Figures, context: ExportContext
) -> Iterator[Group]:
    found: dict[str, list[Reading]] = defaultdict(list)
    for reading in readings:
        if reading.entry.situation:
            found[reading.entry.situation].append(reading)
    for situation, members in found.items():
        spelling: dict[str, str] = {}
        for reading in members:
            for key, substance in _substances(reading, origins).items():
                spelling.setdefault(key, substance)
        natured = dict.fromkeys(nature for one in members for nature in natures(one, origins))
        view = context.situations.get(situation)
        names = tuple(spelling.values())
        yield Group(situation, names, tuple(natured), members, origins, view)


def _unplaced(readings: Sequence[Reading], origins: Figures) -> Iterator[Group]:
    groups: dict[tuple[str, str], list[Reading]] = defaultdict(list)
    spelling: dict[str, str] = {}
    for reading in readings:
        if reading.entry.situation:
            continue
        for key, substance in _substances(reading, origins).items():
            spelling.setdefault(key, substance)
            for nature in natures(reading, origins):
                groups[key, nature].append(reading)
    for (key, nature), members in groups.items():
        yield Group("", (spelling[key],), (nature,), members, origins, None)


def _substances(reading: Reading, origins: Figures) -> Mapping[str, str]:
    """How a dossier spells each of its substances, by the substance as it is compared."""
    field, _, name = origins.substance.partition(".")

    def found(one: Reading) -> Mapping[str, str]:
        spelt: dict[str, str] = {}
        for row in one.rows(field):
            shown = one.cell(row, field=field, name=name)
            text = shown.value if isinstance(shown, Answer) else None
            if isinstance(text, str) and (key := normalise_label(text)):
                spelt.setdefault(key, text.strip())
        return spelt

    return reading.once("substances", found)
