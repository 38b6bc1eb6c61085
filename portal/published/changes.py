"""What changed between two published files: row by row, from the very files people fetch.

Nothing else is read, so that it tells nobody more than the files that they may fetch.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import TypeAlias

import openpyxl

from exports.sheets.values import content_text

Row: TypeAlias = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field that changed."""

    field: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class ChangedDossier:
    """One dossier that changed, field by field."""

    number: int
    title: str
    changes: tuple[FieldChange, ...]


@dataclass(frozen=True, slots=True)
class Changes:
    """What changed: dossiers that came, changed and left.

    Attributes:
        new: Number and product of each.
        changed: Those that changed, field by field.
        gone: Only their numbers are told.
    """

    new: tuple[tuple[int, str], ...]
    changed: tuple[ChangedDossier, ...]
    gone: tuple[int, ...]

    @property
    def none(self) -> bool:
        """Whether nothing did."""
        return not (self.new or self.changed or self.gone)


@lru_cache(maxsize=32)
def compare(
    before: Path, after: Path, *, sheet: str, key: str, title: str, masks: tuple[str, ...]
) -> Changes:
    """Compare a sheet of two published workbooks; published files never change.

    Where an answer is withheld now, its former value is withheld too.

    Args:
        before: The earlier file.
        after: The later one.
        sheet: Sheet with one row for each dossier.
        key: Header of the column with its number.
        title: Header of the column that names it for people.
        masks: What stands in place of what is withheld, in whole or in a text; none for readers
            from whom nothing is withheld.
    """
    old, new = (_rows(path, sheet=sheet, key=key) for path in (before, after))
    return Changes(
        new=tuple((n, new[n].get(title, "")) for n in sorted(new.keys() - old.keys())),
        changed=tuple(
            ChangedDossier(number, new[number].get(title, ""), changes)
            for number in sorted(new.keys() & old.keys())
            if (changes := _changes(old[number], new[number], masks=masks))
        ),
        gone=tuple(sorted(old.keys() - new.keys())),
    )


def _changes(old: Row, new: Row, *, masks: Sequence[str]) -> tuple[FieldChange, ...]:
    """Fields that differ; a column that only one of the files has is no change of the dossier."""
    return tuple(
        FieldChange(name, next((mask for mask in masks if mask in value), old[name]), value)
        for name, value in new.items()
        if name in old and old[name] != value
    )


@lru_cache(maxsize=8)
def _rows(path: Path, *, sheet: str, key: str) -> dict[int, dict[str, str]]:
    book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    try:
        if sheet not in book.sheetnames:
            return {}
        lines = book[sheet].iter_rows(values_only=True)
        header = [str(name) for name in next(lines, ())]
        rows = [dict(zip(header, map(_text, line), strict=False)) for line in lines]
    finally:
        book.close()
    return {int(row[key]): row for row in rows if row.get(key, "").isdecimal()}


def _text(value: object) -> str:
    match value:
        case datetime() if (value.hour, value.minute, value.second) == (0, 0, 0):
            return content_text(value.date())
        case datetime():
            return f"{value:%d/%m/%Y %H:%M}"
        case date() | None:
            return content_text(value)
        case _:
            return str(value)
