"""What changed between two publications, and the sheet `Changements`. Pure.

What a dossier said before is told only to those who had read it, and only as far as they may read
it now: where the answer is withheld today, or where the rules of what is withheld have changed,
its former value is withheld too. Of a dossier that is gone only the number is told.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from exports.cells import Content, Link
from exports.sheets.columns import Format, SheetSpec
from exports.sheets.tables import CALCULATED, COUNTED, Column, Table
from exports.sheets.to_treat import News
from exports.xlsx.row_writer import cell_value
from french.text import typographic
from store.staff.handed_out import HandedRow, Rows, holds

NEW, CHANGED, GONE = "Nouveau", "Modifié", "Retiré"
WITHHELD = "non repris : les règles de diffusion ont changé"
_BY_PERSON = "où une personne l'a placé"
_BY_BRIDGE = "regroupement proposé par la passerelle d'après ce que disent les dossiers"
ERASED = "effacé depuis : sa durée de conservation était finie"
_COLUMNS: tuple[tuple[str, int, Format, str], ...] = (
    ("Dossier", 11, "lien", "Numéro du dossier."),
    ("Changement", 13, "centre", "Nouveau, Modifié ou Retiré depuis l'édition de comparaison."),
    ("Colonne", 30, "texte", "Colonne de « Dossiers » qui a changé ; d'un nouveau, son titre."),
    ("Avant", 50, "texte", "Ce que disait l'édition de comparaison."),
    ("Après", 50, "texte", "Ce que dit ce classeur."),
)


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One column that changed; blank where all that was before is erased."""

    field: str
    before: str
    after: str

    def in_percent(self) -> "FieldChange":
        """The same with its numbers as the sheet of dossiers shows a percentage."""
        before, after = (
            f"{one}\u00a0%" if one.isdecimal() else one for one in (self.before, self.after)
        )
        return FieldChange(self.field, before, after)


@dataclass(frozen=True, slots=True)
class Changes:
    """What changed: dossiers that came, changed and left.

    Attributes:
        new: Each that came, as it reads now.
        changed: What changed in each, and how it reads now.
        gone: Only their numbers are told.
    """

    new: tuple[HandedRow, ...]
    changed: tuple[tuple[HandedRow, tuple[FieldChange, ...]], ...]
    gone: tuple[int, ...]

    @property
    def none(self) -> bool:
        """Whether nothing did."""
        return not (self.new or self.changed or self.gone)

    @property
    def counted(self) -> str:
        """How many, in French."""
        if self.none:
            return "aucun changement"
        new, changed, gone = len(self.new), len(self.changed), len(self.gone)
        return ", ".join(
            (
                f"{new} nouveau{'x' if new > 1 else ''}",
                f"{changed} modifié{'s' if changed > 1 else ''}",
                f"{gone} retiré{'s' if gone > 1 else ''}",
            )
        )


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a workbook says of its changes.

    Attributes:
        sentence: First line of the sheet.
        compared: What it is compared with, for `À propos`.
        changes: Its rows; ``None`` where there is nothing to compare with.
        first: Whether that is because no edition came before.
    """

    sentence: str
    compared: str
    changes: Changes | None = None
    first: bool = False

    def news(self, sheet: SheetSpec) -> News:
        """What is new to its readers.

        Args:
            sheet: The sheet of the dossiers, whose columns tell what moved.
        """
        if self.changes is None:
            return News(new=None if self.first else ())
        names = {column.computed: column.name for column in sheet.columns if column.computed}

        def moved(computed: str) -> frozenset[int]:
            return frozenset(
                row.number
                for row, fields in self.changes.changed  # type: ignore[union-attr]
                if any(one.field == names.get(computed) for one in fields)
            )

        return News(
            new=frozenset(row.number for row in self.changes.new),
            answered=moved("modification"),
            opinions=moved("avis_recus"),
        )


def since(told: str, changes: Changes) -> Comparison:
    """The comparison with an edition, as people name it."""
    return Comparison(f"Depuis l’{told}{COUNTED}{changes.counted}", f"l’{told}", changes)


def first_edition(why: str) -> Comparison:
    """The comparison with none."""
    sentence = f"Première édition\u00a0: {why}, rien à comparer"
    return Comparison(sentence, f"rien\u00a0: {why}", first=True)


def shares_of(sheet: SheetSpec) -> frozenset[str]:
    """Headers of the columns that hold a percentage."""
    return frozenset(one.name for one in sheet.columns if one.format == "pourcent")


def changes_of(
    author: str,
    old: Rows,
    new: Rows,
    *,
    masks: Sequence[str],
    retold: bool,
    shares: Collection[str] = (),
) -> Changes:
    """Compare what the readers of a workbook read before and now.

    Args:
        author: Whose workbook it is.
        old: Rows of its audience before, those that are the same now left out or not.
        new: Rows of its audience now, likewise.
        masks: What stands in place of what is withheld, in whole or in a text.
        retold: Whether former values may be shown.
        shares: Headers of the columns of percentages; their rows keep the bare number.
    """
    mine = {n: one for n, one in new.items() if holds(author, one.centres)}
    before = {n: one for n, one in old.items() if holds(author, one.centres)}
    both = sorted(mine.keys() & before.keys())
    found = [
        (
            mine[n],
            tuple(
                one.in_percent() if one.field in shares else one
                for one in _fields(before[n], mine[n], masks=masks, retold=retold)
            ),
        )
        for n in both
    ]
    return Changes(
        new=tuple(mine[n] for n in sorted(mine.keys() - before.keys())),
        changed=tuple((row, fields) for row, fields in found if fields),
        gone=tuple(sorted(before.keys() - mine.keys())),
    )


def _fields(
    old: HandedRow, new: HandedRow, *, masks: Sequence[str], retold: bool
) -> Iterator[FieldChange]:
    """Columns that differ; one that only one of them has is no change of the dossier."""
    was = old.by_header
    if not was and old.columns:
        yield FieldChange("", ERASED, "")
        return
    for name, text in new.by_header.items():
        if name not in was or typographic(was[name]) == typographic(text):
            continue  # spaces and apostrophes as they are printed change nothing
        mask = next((mask for mask in masks if mask in text), "")
        yield FieldChange(name, mask or (was[name] if retold else WITHHELD), text)


def handed_row(
    columns: Sequence[Column], cells: Sequence[Content], *, centres: Collection[str]
) -> HandedRow:
    """A row of `Dossiers` as it is kept: what people read, but what evaluators wrote there."""
    kept = [
        (column.name, _read(column, content))
        for column, content in zip(columns, cells, strict=True)
        if not column.filled
    ]
    names, texts = zip(*kept, strict=True)
    return HandedRow(number_of(cells), tuple(sorted(centres)), names, texts)


def number_of(cells: Sequence[Content]) -> int:
    """Number of the dossier of a row of `Dossiers`: its first cell, as staff build on it."""
    first = cells[0]
    return int(str(first.value if isinstance(first, Link) else first))


@dataclass(frozen=True, slots=True)
class Named:
    """Situations as the workbook names them, for those whose dossiers moved.

    Attributes:
        header: Header of the column of situations in the sheet of dossiers.
        what: Header of the column of titles there, which says what a new dossier is about.
        titles: Title of each, by id.
        confirmed: Those in which a person placed every dossier.
    """

    header: str = ""
    what: str = ""
    titles: Mapping[str, str] = field(default_factory=dict)
    confirmed: Collection[str] = ()

    def told(self, one: FieldChange) -> FieldChange:
        """A change with the titles, and who grouped the dossier so."""
        if not self.header or one.field != self.header:
            return one
        after = self._titled(one.after)
        if after != one.after:
            after += f", {_BY_PERSON if one.after in self.confirmed else _BY_BRIDGE}"
        return FieldChange(one.field, self._titled(one.before), typographic(after))

    def about(self, row: HandedRow) -> tuple[Content, Content, Content]:
        """Column, before and after of a dossier that is new: its title; blank where it has none."""
        title = row.by_header.get(self.what, "")
        return (self.what, None, title) if title else (None, None, None)

    def _titled(self, name: str) -> str:
        title = self.titles.get(name)
        return typographic(f"{name} « {title} »") if title else name


def changes_table(
    comparison: Comparison, *, sheet: SheetSpec, firsts: Sequence[Content], named: Named
) -> Table:
    """The sheet.

    Args:
        comparison: What is told.
        sheet: Its name and table.
        firsts: First cell of each dossier of the workbook.
        named: Its situations.
    """
    found = comparison.changes or Changes((), (), ())
    told = {row.number for row in (*found.new, *(row for row, _ in found.changed))}
    links = {number_of([cell]): cell for cell in (firsts if told else ())}
    rows: list[tuple[int, tuple[Content, ...]]] = [
        *((row.number, (links[row.number], NEW, *named.about(row))) for row in found.new),
        *((number, (number, GONE, None, None, None)) for number in found.gone),
        *(
            (
                row.number,
                (links[row.number], CHANGED, one.field or None, one.before, one.after),
            )
            for row, fields in found.changed
            for one in map(named.told, fields)
        ),
    ]
    leads = any(isinstance(cell, Link) for cell in firsts[:1])  # all of them, else nowhere
    columns = tuple(
        Column(
            name=name,
            width=width,
            format=shape if leads or shape != "lien" else "numero",
            meaning=meaning,
            origin=CALCULATED,
            audience="reseau",
        )
        for name, width, shape, meaning in _COLUMNS
    )
    return Table(
        sheet=sheet.name,
        name=sheet.table,
        columns=columns,
        rows=tuple(cells for _, cells in sorted(rows, key=lambda one: one[0])),
        printed=len(columns),
        above=comparison.sentence,
    )


def _read(column: Column, content: Content) -> str:
    """What a person reads in a cell."""
    match cell_value(column, content):
        case None:
            return ""
        case datetime() as moment:
            return f"{moment:%d/%m/%Y %H:%M}"
        case date() as day:
            return f"{day:%d/%m/%Y}"
        case Decimal() as number:
            return f"{number.normalize():f}".replace(".", ",")
        case value:
            return str(value)
