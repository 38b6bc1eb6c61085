"""What the network may read no more of a whole column: to be found in what it was handed before.

A column is known again by its sheet and header, or, where it was renamed since, by its origin as
`Dictionnaire` of the former workbook tells it. With the column of an answer goes what was worked
out of answers.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256

from exports.excel_names import header_name
from exports.readers.policy import Policy, PolicyRules
from exports.sheets.columns import ColumnsFile, SheetKind, SheetSpec
from exports.sheets.tables import CALCULATED, Column, TableMaker, origin_of
from exports.sheets.withheld.cells import CASES_OF_A_SIGNAL, Headers, Place, WithheldCells
from french.text import typographic
from mappings.schema.model import FormMapping

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
        titles: Title of each field.
        cells: What it may not read of single cells and rows.
        mask: What stands in place of a hidden cell.
        version: Of all this: another one is to be followed in what was handed out.
    """

    hidden: frozenset[Place]
    shown: frozenset[Place]
    origins: frozenset[Place]
    of_answers: frozenset[Place]
    kinds: Mapping[str, SheetKind]
    whole: frozenset[str]
    files: Mapping[str, tuple[str, frozenset[str]]]
    titles: Mapping[str, str]
    cells: WithheldCells
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

    def since(self, columns: Headers, *, then: PolicyRules | None) -> "WithheldColumns":
        """The same for a table that was published under other rules.

        An answer that is withheld under a stricter condition, rows of which no state is told: the
        table does not say which ones, so that the whole column goes, or the sheet.
        """
        fields = self.cells.untold(columns, then=then)
        if not fields:
            return self
        names = [one for name in fields for one in self.cells.all_of(name)]
        places = frozenset(place for one in names for place in self.cells.places[one])
        places |= {
            (sheet, one)
            for name in fields
            for sheet in columns
            for one in self.cells.headers(columns, sheet, name)
        }
        origins = {self.cells.origins[one] for one in names if one in self.cells.origins}
        titles = frozenset(self.titles[one] for one in fields)
        return replace(
            self,
            hidden=self.hidden | places,
            shown=self.shown - places,
            origins=self.origins | {(sheet, one) for sheet in columns for one in origins},
            whole=self.whole.union(*(self.cells.sheets.get(one, frozenset()) for one in fields)),
            files={name: (header, of | titles) for name, (header, of) in self.files.items()},
        )

    def cuts(
        self, columns: Headers, found: Iterable[Place], *, counts: bool = False
    ) -> Mapping[str, Cut]:
        """What goes from each sheet of a former workbook.

        Args:
            columns: Its columns.
            found: The hidden ones that it shows.
            counts: Whether it also shows counts that are hidden now.
        """
        found = frozenset(found)
        if not (found or counts):
            return {}
        origins = {(name, header): origin for name, of in columns.items() for header, origin in of}
        answers = counts or any(origins[place] != CALCULATED for place in found)
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
    cells = _cells(sheets, maker, policy=policy, mapping=mapping)
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
        titles={name: typographic(spec.title) for name, spec in mapping.fields.items()},
        cells=cells,
        mask=policy.mask,
    )
    told = (sorted(hidden), sorted(origins), sorted(made.whole), sorted(secret), policy.note)
    return replace(made, version=sha256(repr(told).encode()).hexdigest()[:16])


def _places(columns: Mapping[str, Sequence[Column]]) -> frozenset[Place]:
    return frozenset((sheet, one.name) for sheet, of in columns.items() for one in of)


def _origins(columns: Mapping[str, Sequence[Column]]) -> frozenset[Place]:
    return frozenset(
        (sheet, typographic(one.origin))
        for sheet, of in columns.items()
        for one in of
        if one.origin not in {CALCULATED, "BDPM"}
    )


def _cells(
    sheets: Sequence[SheetSpec], maker: TableMaker, *, policy: Policy, mapping: FormMapping
) -> WithheldCells:
    """Where what the policy names stands, under the headers of today."""
    places: dict[str, set[Place]] = {}
    for sheet in sheets:
        for spec in maker.every(sheet):
            name = f"{sheet.field}.{spec.field}" if sheet.kind == "lignes" else spec.field
            if spec.field or spec.computed == CASES_OF_A_SIGNAL:
                place = sheet.name, spec.name
                places.setdefault(name if spec.field else spec.computed, set()).add(place)
    specs = dict(mapping.fields)
    for name, one in mapping.fields.items():
        specs |= {f"{name}.{part}": inner for part, inner in one.fields.items()}
    told = {name: typographic(origin_of(one)) for name, one in specs.items()}
    rows = [one for one in sheets if one.kind == "lignes"]
    often = Counter(told.values())
    return WithheldCells(
        rules=policy.rules,
        places={name: frozenset(places.get(name, ())) for name in {*specs, *places}},
        origins={name: one for name, one in told.items() if often[one] == 1},
        titles={name: typographic(header_name(spec.title)) for name, spec in specs.items()},
        sheets={
            name: frozenset(one.name for one in rows if one.field == name)
            for name in {one.field for one in rows}
        },
        mask=policy.mask,
    )
