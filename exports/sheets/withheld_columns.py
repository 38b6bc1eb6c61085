"""What the network may read no more of a whole column: to be found in what it was handed before.

A column is known again by its sheet and header, or, where it was renamed since, by its origin as
`Dictionnaire` of the former workbook tells it. With the column of an answer goes what was worked
out of answers.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from exports.readers.policy import Policy
from exports.sheets.columns import ColumnsFile, SheetKind, SheetSpec
from exports.sheets.tables import CALCULATED, Column, TableMaker
from french.text import typographic
from mappings.schema.model import FormMapping

Place = tuple[str, str]
"""Name of a sheet, header of a column (or its origin)."""
Headers = Mapping[str, Sequence[tuple[str, str]]]
"""Columns of the sheets of a former workbook: header and origin of each."""

_OF_ANSWERS = frozenset(
    {"priorite", "motifs_priorite", "alertes", "elements_manquants", "pourquoi_maintenant"}
)
"""Computed columns that tell what an answer was: a priority by its level already."""
_WORKED_OUT: frozenset[SheetKind] = frozenset({"a_traiter", "elements", "changements"})


@dataclass(frozen=True, slots=True)
class Cut:
    """What goes from a sheet.

    Attributes:
        columns: Headers whose cells are masked.
        whole: Whether all of its rows go.
        header: A column that decides which rows go.
        texts: What stands in it in those rows.
    """

    columns: frozenset[str] = frozenset()
    whole: bool = False
    header: str = ""
    texts: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class WithheldColumns:
    """See :func:`withheld_columns`.

    Attributes:
        hidden: Columns that the network may not read.
        shown: Columns that it reads.
        origins: Origins of hidden columns, by sheet, that no shown one has.
        of_answers: Columns that are worked out of answers.
        kinds: What each sheet is.
        whole: Sheets of rows that it may not read at all.
        files: Header of the column of a champ in the sheet of files, and titles of hidden ones.
        states: Where rows leave the agency in a named state: sheet, header, the texts that let out.
        mask: What stands in place of a hidden cell.
    """

    hidden: frozenset[Place]
    shown: frozenset[Place]
    origins: frozenset[Place]
    of_answers: frozenset[Place]
    kinds: Mapping[str, SheetKind]
    whole: frozenset[str]
    files: Mapping[str, tuple[str, frozenset[str]]]
    states: tuple[tuple[str, str, frozenset[str]], ...]
    mask: str
    version: str = field(default="")

    def found(self, columns: Headers) -> frozenset[Place]:
        """Hidden columns that a former workbook shows."""
        return frozenset(
            (sheet, header)
            for sheet, pairs in columns.items()
            for header, origin in pairs
            if self._hides(sheet, header, origin)
        )

    def cuts(self, columns: Headers, found: Iterable[Place]) -> Mapping[str, Cut]:
        """What goes from each sheet of a former workbook, by the hidden columns that it shows."""
        found = frozenset(found)
        if not found:
            return {}
        origins = {(name, header): origin for name, of in columns.items() for header, origin in of}
        answers = any(origins[place] != CALCULATED for place in found)
        return {name: self._cut(name, found, answers=answers) for name in columns}

    def names(self, headers: Iterable[str]) -> frozenset[str]:
        """Which headers of a table without sheets are hidden."""
        anywhere = {header for _, header in self.shown}
        return frozenset({one for _, one in self.hidden} & {*headers}) - anywhere

    def _cut(self, sheet: str, found: frozenset[Place], *, answers: bool) -> Cut:
        kind = self.kinds.get(sheet)
        if kind in _WORKED_OUT or sheet in self.whole:
            return Cut(whole=True)
        mine = {header for name, header in found if name == sheet}
        worked_out = {header for name, header in self.of_answers if name == sheet and answers}
        header, titles = self.files.get(sheet, ("", frozenset()))
        return Cut(frozenset(mine | worked_out), header=header, texts=titles)

    def _hides(self, sheet: str, header: str, origin: str) -> bool:
        if sheet not in self.kinds:
            return bool(self.names([header]))
        if (sheet, header) in self.shown:
            return False
        return (sheet, header) in self.hidden or (sheet, origin) in self.origins


def withheld_columns(
    columns: ColumnsFile, maker: TableMaker, *, policy: Policy, mapping: FormMapping
) -> WithheldColumns:
    """What the network may not read now.

    Args:
        columns: Sheets and columns.
        maker: Makes the tables of the network.
        policy: What leaves the agency.
        mapping: What each column holds.
    """
    sheets = [one for one in columns.sheets if one.columns]
    split = {one.name: maker.split(one) for one in sheets}
    shown = _places({name: of for name, (of, _) in split.items()})
    hidden = _places({name: of for name, (_, of) in split.items()})
    origins = _origins({name: of for name, (_, of) in split.items()}) - _origins(
        {name: of for name, (of, _) in split.items()}
    )
    secret = {name: spec for name, spec in mapping.fields.items() if spec.audience == "agence"}
    made = WithheldColumns(
        hidden=hidden,
        shown=shown,
        origins=origins,
        of_answers=frozenset(
            (one.name, column.name)
            for one in sheets
            for column in one.columns
            if column.computed in _OF_ANSWERS
        ),
        kinds={one.name: one.kind for one in columns.sheets},
        whole=frozenset(one.name for one in sheets if one.kind == "lignes" and one.field in secret),
        files={
            one.name: (column.name, frozenset(typographic(spec.title) for spec in secret.values()))
            for one in sheets
            for column in one.columns
            if one.kind == "fichiers" and column.computed == "champ"
        },
        states=tuple(_states(sheets, policy)),
        mask=policy.mask,
    )
    told = (sorted(hidden), sorted(origins), sorted(made.whole), sorted(secret), made.states)
    return WithheldColumns(
        **{
            name: getattr(made, name)
            for name in WithheldColumns.__dataclass_fields__
            if name != "version"
        },
        version=sha256(repr(told).encode()).hexdigest()[:16],
    )


def _places(columns: Mapping[str, Sequence[Column]]) -> frozenset[Place]:
    return frozenset((sheet, one.name) for sheet, of in columns.items() for one in of)


def _origins(columns: Mapping[str, Sequence[Column]]) -> frozenset[Place]:
    return frozenset(
        (sheet, typographic(one.origin))
        for sheet, of in columns.items()
        for one in of
        if one.origin not in {CALCULATED, "BDPM"}
    )


def _states(
    sheets: Sequence[SheetSpec], policy: Policy
) -> Iterable[tuple[str, str, frozenset[str]]]:
    for rule in policy.rows:
        for sheet in sheets:
            for column in sheet.columns:
                if sheet.field == rule.field and column.field == rule.decided_by:
                    yield sheet.name, column.name, frozenset(rule.shown)
