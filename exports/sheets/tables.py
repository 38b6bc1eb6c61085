"""Tables of a workbook: which columns an audience sees, and what stands in each cell."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Protocol

from exports.cells import Content
from exports.errors import MappingMismatchError
from exports.excel_names import header_name
from exports.later_dossier import read_ahead
from exports.model import ExportContext
from exports.readers.policy import Policy, condition_of
from exports.readers.reading import Reading, RowsBasis, attachments
from exports.readers.registre import RegisterReading
from exports.rows_put_aside import Row, RowsPutAside, in_turn
from exports.sheets.columns import FORMAT_OF_TYPE, ColumnSpec, Format, SheetSpec
from exports.sheets.computed import (
    COMMENT,
    JUDGEMENT,
    OF_DOSSIER,
    OF_FILE,
    OF_ITEM,
    items_of,
)
from exports.sheets.registre import ANSWER, KEYS, OF_CONSUMPTION, OF_MEASURE, OF_QUESTION, OF_SIGNAL
from exports.sheets.values import column_text, rows_text, shown_content, value_content
from french.text import typographic
from mappings.dossier.model import Attachment, Unlisted
from mappings.medicines.columns import BDPM_COLUMNS
from mappings.report.model import Answer
from mappings.schema import sentences
from mappings.schema.model import Audience, FieldSpec
from triage.rules.sentences import PRIORITY
from triage.verdict.model import Verdict

_FILLED = frozenset({JUDGEMENT, COMMENT})
_THEIRS = _FILLED | KEYS | {"dossier"}
"""What every reader has: the number of a dossier or the id of a row, and what they write."""
CALCULATED = "calculée par la passerelle"
"""Origin of a column that no champ gives, in `Dictionnaire`."""
COUNTED = "\u00a0: "
"""What stands, in a sentence over the headers, between what it is about and what it counts there:
once rows are taken out, only what is before stays true (:mod:`exports.xlsx.without_rows`)."""
_MOST_ALIKE = 100
"""Columns of one title, which are counted: « Nom », « Nom (2) »."""
_AT_ONCE = 50
"""Dossiers that are read whole at once, to make their rows."""
_WORTH_A_ROW = frozenset({Verdict.MISSING, Verdict.INVALID, Verdict.INSUFFICIENT})


@dataclass(frozen=True, slots=True)
class Column:
    """One column as shown: header, width, format, and what `Dictionnaire` says of it.

    ``note`` is shown by its header when it is chosen.
    ``filled`` columns are for evaluators to write in, from ``choices`` where there are any.
    ``condition`` says what of it leaves the agency, where not all of it does.
    """

    name: str
    width: int
    format: Format
    meaning: str
    origin: str
    audience: Audience
    condition: str = ""
    filled: bool = False
    choices: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """One sheet that is a table, ready to be written.

    Attributes:
        sheet: Name of the tab.
        name: Name of the Excel table.
        columns: In order.
        rows: Cells of each row, as many as columns, unless it was put aside.
        printed: How many of the first columns are printed.
        above: A sentence over the headers, where there is one.
        lines: How many lines a row shows at most; 0 where printed columns are shown whole.
    """

    sheet: str
    name: str
    columns: tuple[Column, ...]
    rows: Sequence[Row]
    printed: int
    above: str = ""
    lines: int = 0

    @property
    def header_row(self) -> int:
        """Row of the headers, the first unless a sentence stands over them."""
        return 2 if self.above else 1


class PutsRowsAside(Protocol):
    """Where the rows of an audience are put."""

    def keep(self, table: Table, rows: Sequence[Row]) -> Sequence[Row]:
        """Put rows of a table aside; those that cannot be written stay as they are."""

    def together(self, sheet: str, parts: Sequence[RowsPutAside]) -> Sequence[RowsPutAside]:
        """Put rows of a sheet again, one after the other, for many workbooks."""


@dataclass(frozen=True, slots=True)
class TableMaker:
    """Makes the tables of workbooks for one audience; the rows of a dossier are made once.

    Attributes:
        context: Circumstances of the export.
        policy: What leaves the agency.
        audience: Who reads.
        choices: Opinions that evaluators choose from.
        apart: Puts rows of a table aside; ``None`` holds the cells of all.
        made: Rows of dossiers that are made already, by name of sheet.
        new: Dossiers of which rows were made here.
        used: Those of the rows that wait for somebody that were asked for.
    """

    context: ExportContext
    policy: Policy
    audience: Audience
    choices: tuple[str, ...] = ()
    apart: PutsRowsAside | None = None
    made: dict[str, dict[RowsBasis, Sequence[Row]]] = field(default_factory=dict)
    new: set[int] = field(default_factory=set)
    used: set[RowsBasis] = field(default_factory=set)
    _blank: dict[str, Table] = field(default_factory=dict)
    _specs: dict[str, list[ColumnSpec]] = field(default_factory=dict)

    def make(
        self,
        sheet: SheetSpec,
        readings: Iterable[Reading],
        *,
        then: Sequence[Sequence[Row]] = (),
    ) -> Table:
        """Make the table of a sheet.

        Args:
            sheet: The sheet.
            readings: Its dossiers.
            then: Rows that follow theirs.

        Raises:
            MappingMismatchError: A column names what the mapping does not have.
        """
        parts = (*self.rows_of(sheet, readings), *then)
        return self._table(sheet, self._shown(sheet), in_turn(parts))

    def rows_of(self, sheet: SheetSpec, readings: Iterable[Reading]) -> list[Sequence[Row]]:
        """The rows of each dossier in a sheet."""
        specs, made = self._shown(sheet), self.made.setdefault(sheet.name, {})
        keyed = [(one.rows_basis, one) for one in readings]
        self.used.update(key for key, _ in keyed if key.due)
        new = iter([one for key, one in keyed if key not in made])
        while some := [*islice(new, _AT_ONCE)]:
            read_ahead(one.entry for one in some)
            for one in some:
                self._fresh(one, sheet, specs)
        return [made[key] for key, _ in keyed]

    def together(self, sheet: SheetSpec, readings: Sequence[Reading]) -> Sequence[Sequence[Row]]:
        """The rows of each dossier, put one after the other where they are put aside."""
        parts = self.rows_of(sheet, readings)
        aside = [one for one in parts if isinstance(one, RowsPutAside)]
        if self.apart is None or not aside:
            return parts
        moved = iter(self.apart.together(sheet.name, aside))
        return [next(moved) if isinstance(one, RowsPutAside) else one for one in parts]

    def told(self, sheet: SheetSpec, readings: Iterable[Reading]) -> Iterator[tuple[Table, Row]]:
        """Yield the cells of each row of a sheet; they are kept as :meth:`make` will want them.

        With each comes the sheet without its rows.
        """
        specs = self._shown(sheet)
        blank = self._table(sheet, specs, ())
        made = self.made.setdefault(sheet.name, {})
        for one in readings:
            held = made.get(one.rows_basis) if self.apart is None else None
            for row in self._fresh(one, sheet, specs) if held is None else held:
                yield blank, row

    def of_register(self, sheet: SheetSpec, read: RegisterReading) -> Table:
        """Make the table of a sheet of the register, as this reader may read it."""
        specs = self._shown(sheet)
        return self._table(sheet, specs, tuple(_of_register(sheet, specs, read)))

    def _shown(self, sheet: SheetSpec) -> list[ColumnSpec]:
        if sheet.name not in self._specs:
            shown = [one for one in self._all_columns(sheet) if self._audience(sheet, one)]
            self._specs[sheet.name] = shown
        return self._specs[sheet.name]

    def _table(self, sheet: SheetSpec, specs: Sequence[ColumnSpec], rows: Sequence[Row]) -> Table:
        return Table(
            sheet=sheet.name,
            name=sheet.table,
            columns=tuple(self._column(sheet, spec) for spec in specs),
            rows=rows,
            printed=min(sheet.printed or len(specs), len(specs)),
            above="" if rows else typographic(sheet.empty),
            lines=sheet.lines,
        )

    def every(self, sheet: SheetSpec) -> tuple[ColumnSpec, ...]:
        """Every column of a sheet, also those that its audience does not read."""
        return tuple(self._all_columns(sheet))

    def split(self, sheet: SheetSpec) -> tuple[tuple[Column, ...], tuple[Column, ...]]:
        """Columns of a sheet that its audience reads, and those that are withheld from it.

        Raises:
            MappingMismatchError: A column names what the mapping does not have.
        """
        known = [(one, self._audience(sheet, one)) for one in self._all_columns(sheet)]
        read = tuple(self._column(sheet, one) for one, to in known if to)
        secret = (one for one, to in known if to is None and self._own(sheet, one) == "agence")
        return read, tuple(self._column(sheet, one) for one in secret)

    def _fresh(
        self, reading: Reading, sheet: SheetSpec, specs: Sequence[ColumnSpec]
    ) -> Sequence[Row]:
        """The rows of a dossier with their cells, once they are kept."""
        rows: Sequence[Row] = tuple(_ROWS[sheet.kind](reading, sheet, specs))
        kept = rows
        if self.apart is not None:
            if sheet.name not in self._blank:
                self._blank[sheet.name] = self._table(sheet, specs, ())
            kept = self.apart.keep(self._blank[sheet.name], rows)
        self.made[sheet.name][reading.rows_basis] = kept
        self.new.add(reading.number)
        reading.forget_answers()
        return rows

    def _all_columns(self, sheet: SheetSpec) -> list[ColumnSpec]:
        columns = list(sheet.ordered(self.audience))
        if sheet.rest:
            shown = {column.field.split(".")[0] for column in columns}
            names = {column.name.casefold() for column in columns}
            for name, spec in self.context.mapping.fields.items():
                if name not in shown:
                    title = header_name(spec.title)
                    counted = (header_name(f"{title} ({at})") for at in range(2, _MOST_ALIKE))
                    titles = (title, *counted, name)
                    title = next(one for one in titles if one.casefold() not in names)
                    names.add(title.casefold())
                    columns.append(ColumnSpec(name=title, field=name, width=_width(spec)))
        return columns

    def _audience(self, sheet: SheetSpec, column: ColumnSpec) -> Audience | None:
        """Audience of a column, ``None`` when this workbook does not show it."""
        if column.not_for == self.audience:
            return None
        own = self._own(sheet, column)
        return None if self.audience == "reseau" and own == "agence" else own

    def _own(self, sheet: SheetSpec, column: ColumnSpec) -> Audience:
        """Who may read a column, whoever this workbook is for."""
        if (
            column.audience == "agence"
            or (column.annotation and column.annotation not in self.policy.annotations)
            or (column.computed and column.computed not in self.policy.computed | _THEIRS)
            or (column.field and "agence" in {spec.audience for spec in self._path(sheet, column)})
            or (column.computed in BDPM_COLUMNS and self._medicines_secret(sheet, column))
        ):
            return "agence"
        return "reseau"

    def _medicines_secret(self, sheet: SheetSpec, column: ColumnSpec) -> bool:
        """Whether BDPM is asked with an answer that stays at the agency: what it says follows."""
        where = self.context.mapping.medicines
        if where is None or where.rows != sheet.field:
            raise MappingMismatchError(
                f"La colonne « {column.name} » de la feuille « {sheet.name} » vient de la BDPM, et "
                "la correspondance du formulaire ne dit pas que ces lignes sont des médicaments : "
                "corrigez columns.yaml (UNC_COLUMNS)."
            )
        fields = self.context.mapping.fields[where.rows].fields
        asked = (where.cis, where.cip, where.name, where.substance)
        return any(name in fields and fields[name].audience == "agence" for name in asked)

    def _path(self, sheet: SheetSpec, column: ColumnSpec) -> list[FieldSpec]:
        """Field of a column, with the repetition that holds it."""
        first, _, part = column.field.partition(".")
        path = [sheet.field, first] if sheet.kind == "lignes" else [first]
        fields = self.context.mapping.fields
        specs: list[FieldSpec] = []
        try:
            for name in path:
                specs.append(fields[name])
                fields = specs[-1].fields
            if part and specs[-1].type != "company":
                specs.append(fields[part])
        except KeyError as error:
            raise MappingMismatchError(
                f"La colonne « {column.name} » de la feuille « {sheet.name} » nomme la donnée "
                f"{error.args[0]}, que la correspondance du formulaire n'a pas : corrigez "
                "columns.yaml (UNC_COLUMNS)."
            ) from error
        return specs

    def _column(self, sheet: SheetSpec, column: ColumnSpec) -> Column:
        shape: Format = "texte"
        if column.format == "lien" and self.audience == "reseau" and not self.context.portal:
            column = column.model_copy(update={"format": "numero"})  # it leads nowhere
        meaning, origin = "", CALCULATED
        if column.computed in BDPM_COLUMNS:
            meaning, origin = BDPM_COLUMNS[column.computed], "BDPM"
        if column.field:
            spec = self._path(sheet, column)[-1]
            shape = FORMAT_OF_TYPE.get(spec.type, "texte")
            meaning, origin = spec.meaning, origin_of(spec)
        elif column.annotation:
            annotation = self.context.mapping.annotations.get(column.annotation)
            if annotation is None:
                raise MappingMismatchError(
                    f"La colonne « {column.name} » nomme l'annotation {column.annotation}, que la "
                    "correspondance n'a pas : corrigez columns.yaml (UNC_COLUMNS)."
                )
            meaning, origin = annotation.title, "annotation " + " ou ".join(annotation.champs)
        return Column(
            name=column.name,
            width=column.width,
            format=column.format or shape,
            meaning=column.meaning or meaning,
            origin=origin,
            audience=self._audience(sheet, column) or "agence",
            condition=condition_of(
                self.policy,
                sheet.field or column.field.partition(".")[0],
                self.context.mapping,
            ),
            filled=column.computed in _FILLED
            or (column.computed == ANSWER and self.audience == "reseau"),
            choices=self.choices if column.computed == JUDGEMENT else (),
            note=self._levels if column.computed == "priorite" else "",
        )

    @property
    def _levels(self) -> str:
        """What each level of priority wants, a line each, by the latest rules."""
        told: dict[str, str] = {}
        for one in self.context.terms:
            if one.subject == PRIORITY:
                told.setdefault(one.name, f"{one.name} : {one.meaning}")
        return typographic("\n".join(told.values()))


def origin_of(spec: FieldSpec) -> str:
    """What `Dictionnaire` says of where a field comes from."""
    return ("champ " if spec.champs else "") + sentences.origin(spec)


def _width(spec: FieldSpec) -> int:
    return 14 if spec.type in FORMAT_OF_TYPE else 40


def _dossier_cell(reading: Reading, column: ColumnSpec) -> Content:
    if column.computed:
        return OF_DOSSIER[column.computed](reading)
    if column.annotation:
        return shown_content(reading.annotation(column.annotation))
    field, _, part = column.field.partition(".")
    if reading.context.mapping.fields[field].type == "rows":
        shown = reading.answer(field)
        if not isinstance(shown, Answer) or shown.problem:
            return shown_content(shown)
        return column_text(reading, field=field, name=part) if part else rows_text(reading, field)
    return shown_content(reading.answer(field), part=part)


Cells = Iterator[tuple[Content, ...]]


def _dossiers(reading: Reading, _: SheetSpec, columns: Sequence[ColumnSpec]) -> Cells:
    """One row."""
    yield tuple(_dossier_cell(reading, column) for column in columns)


def _lines(reading: Reading, sheet: SheetSpec, columns: Sequence[ColumnSpec]) -> Cells:
    rows = zip(reading.rows(sheet.field), reading.medicines(sheet.field), strict=True)
    for row, medicine in rows:
        yield tuple(
            shown_content(reading.cell(row, field=sheet.field, name=column.field))
            if column.field
            else medicine.get(column.computed) or None
            if column.computed in BDPM_COLUMNS
            else _dossier_cell(reading, column)
            for column in columns
        )


def _items(reading: Reading, _: SheetSpec, columns: Sequence[ColumnSpec]) -> Cells:
    for item in items_of(reading):
        if item.verdict in _WORTH_A_ROW:
            yield tuple(
                OF_ITEM[column.computed](reading, item)
                if column.computed in OF_ITEM
                else _dossier_cell(reading, column)
                for column in columns
            )


def _files(reading: Reading, _: SheetSpec, columns: Sequence[ColumnSpec]) -> Cells:
    for name, spec in reading.context.mapping.fields.items():
        if spec.type != "files" or not isinstance(shown := reading.answer(name), Answer):
            continue
        files = (shown.value,) if isinstance(shown.value, Unlisted) else attachments(shown.value)
        for file in files:
            yield tuple(
                _file_cell(column.computed, reading, spec=spec, file=file)
                if column.computed in OF_FILE
                else _dossier_cell(reading, column)
                for column in columns
            )


def _file_cell(
    name: str, reading: Reading, *, spec: FieldSpec, file: Attachment | Unlisted
) -> Content:
    """What is known of a file; of one that DS does not list, that it was given."""
    if isinstance(file, Attachment):
        return OF_FILE[name](reading, spec, file)
    return {"champ": spec.title, "fichier": value_content(file)}.get(name)


def _of_register(sheet: SheetSpec, columns: Sequence[ColumnSpec], read: RegisterReading) -> Cells:
    """Rows of a sheet of the register: what an audience may read of it."""
    names = [one.computed for one in columns]
    match sheet.kind:
        case "signaux":
            for signal in read.signals:
                yield tuple(OF_SIGNAL[name](read, signal) for name in names)
        case "mesures_agence":
            for measure in read.measures:
                yield tuple(OF_MEASURE[name](read, measure) for name in names)
        case "consommation":
            for name, row in read.consumed:
                yield tuple(OF_CONSUMPTION[one](read, (name, row)) for one in names)
        case _:
            for asked in read.asked:
                yield tuple(OF_QUESTION[name](read, asked) for name in names)


RowsOf = Callable[[Reading, SheetSpec, Sequence[ColumnSpec]], Cells]
_ROWS: dict[str, RowsOf] = {
    "a_traiter": _dossiers,
    "dossiers": _dossiers,
    "lignes": _lines,
    "elements": _items,
    "fichiers": _files,
}
