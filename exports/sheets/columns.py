"""The sheets and columns of the workbooks: data that staff edit, checked when it is loaded."""

from collections.abc import Iterable
from typing import Annotated, Literal, Self, TypeAlias

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from datafiles.file import DataFile
from datafiles.problems import wrong_at
from exports.excel_names import header_name, sheet_name, table_name
from exports.sheets.computed import COMMENT, JUDGEMENT, OF_DOSSIER, OF_FILE, OF_ITEM
from exports.sheets.registre import KEYS, OF_CONSUMPTION, OF_MEASURE, OF_QUESTION, OF_SIGNAL
from mappings.medicines.columns import BDPM_COLUMNS
from mappings.schema.model import Audience, FieldType

Format: TypeAlias = Literal[
    "texte", "centre", "entier", "numero", "decimal", "pourcent", "date", "moment", "lien"
]
SheetKind: TypeAlias = Literal[
    "a_traiter",
    "synthese",
    "dossiers",
    "lignes",
    "elements",
    "fichiers",
    "situations",
    "signaux",
    "mesures_agence",
    "questions",
    "consommation",
    "changements",
    "dictionnaire",
    "a_propos",
]
FORMAT_OF_TYPE: dict[FieldType, Format] = {
    "date": "date",
    "datetime": "moment",
    "integer": "entier",
    "decimal": "decimal",
    "yes_no": "centre",
    "checkbox": "centre",
}
Reason: TypeAlias = Literal[
    "quarantaine",
    "conflit",
    "a_relancer",
    "a_preciser",
    "a_regarder",
    "hors_champ",
    "a_trier",
    "sans_centre",
    "avis_recu",
    "nouveau",
    "reponse",
    "p1",
    "hausse",
    "avis",
    "complet",
]
"""Why a dossier is to be treated now, see :mod:`exports.sheets.to_treat`."""
Turn: TypeAlias = Literal["lecteur", "declarant", "agence"]
"""Who is to act: those who read the workbook, the declarant, or the agency, if that is not they."""
_OF_ANYONE = frozenset({"nouveau", "reponse", "p1", "hausse", "avis"})
"""Reasons that rest on what the network reads: the others stay at the agency."""
_COMPUTED = {
    "a_traiter": frozenset(OF_DOSSIER),
    "dossiers": frozenset(OF_DOSSIER),
    "lignes": frozenset(OF_DOSSIER) | frozenset(BDPM_COLUMNS),
    "elements": frozenset(OF_DOSSIER) | frozenset(OF_ITEM),
    "fichiers": frozenset(OF_DOSSIER) | frozenset(OF_FILE),
    "signaux": frozenset(OF_SIGNAL),
    "mesures_agence": frozenset(OF_MEASURE),
    "questions": frozenset(OF_QUESTION),
    "consommation": frozenset(OF_CONSUMPTION),
}
OF_REGISTER: frozenset[SheetKind] = frozenset(
    {"signaux", "mesures_agence", "questions", "consommation"}
)
"""Kinds of sheets whose rows are of the register, and not of dossiers."""
AGENCY_ALONE: frozenset[SheetKind] = frozenset({"consommation"})
"""Kinds of sheets that only the agency's workbook has, whatever the policy says."""
_NEEDED: tuple[SheetKind, ...] = ("dossiers", "dictionnaire", "a_propos")
_LIST_LENGTH = 250
_COLUMN = r"^(\w+\.\w+)?$"
"""Column of a repetition, or blank for a form that has none."""


class _ColumnsPart(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ColumnSpec(_ColumnsPart):
    """One column: exactly one of a field, an annotation or a computed name.

    Attributes:
        name: Header that staff read and build on.
        field: Field of the mapping, ``field.subfield`` for a column of a repetition, or the
            ``name`` or ``identifier`` of a company. In a sheet of rows: a field of the row.
        annotation: Annotation privée.
        computed: Name of a function of :mod:`exports.sheets.computed`; in the sheet of medicines,
            also of a fact of BDPM (:mod:`mappings.medicines.facts`).
        width: In characters.
        format: How it is shown; the field's type decides where it is left out.
        audience: ``agence`` keeps a column at the agency. It can only restrict.
        not_for: An audience that has no use for the column; no secret is kept by this.
        meaning: What it says; where it is left out, the mapping's sentence, or that of the first
            column with the same ``computed``.
    """

    name: Annotated[str, AfterValidator(header_name)] = Field(min_length=1)
    field: str = ""
    annotation: str = ""
    computed: str = ""
    width: int = Field(default=18, ge=4, le=120)
    format: Format | None = None
    audience: Literal["agence"] | None = None
    not_for: Audience | None = None
    meaning: str = ""

    @model_validator(mode="after")
    def _one_origin(self) -> Self:
        if sum(bool(one) for one in (self.field, self.annotation, self.computed)) != 1:
            raise ValueError(
                f"la colonne « {self.name} » doit avoir une seule origine : "
                "field, annotation ou computed"
            )
        return self


class Figures(_ColumnsPart):
    """Fields that the figures of `Synthèse` and the rows of `Situations` are drawn from.

    A form that does not ask has them blank: their figures are then left out. The title names a
    dossier on the pages of the portal.
    """

    title: str = ""
    nature: str
    substance: str = Field(pattern=_COLUMN)
    company: str
    awareness: str
    measures: str
    measure_state: str
    taken: tuple[str, ...] = Field(min_length=1)
    cases: str


class Territory(_ColumnsPart):
    """Answers that tell which regional centres a dossier concerns.

    Attributes:
        extent: Field that says how far the use goes.
        everywhere: Its options that concern every centre.
        regions: Column of a repetition that holds régions.
        departments: Column of a repetition that holds départements.
        rapporteur: Annotation privée by which an instructeur names a centre.
        overseas: Codes of départements that no centre need be in charge of, told as such.
        abroad: Codes that stand for other countries.
    """

    extent: str
    everywhere: tuple[str, ...]
    regions: str = Field(pattern=_COLUMN)
    departments: str = Field(pattern=_COLUMN)
    rapporteur: str
    overseas: tuple[str, ...] = ()
    abroad: tuple[str, ...] = ()


def _table(text: str) -> str:
    return table_name(text) if text else ""


class SheetSpec(_ColumnsPart):
    """One sheet.

    Attributes:
        name: Name of its tab, repaired where Excel does not allow it (:mod:`exports.excel_names`).
        kind: What its rows are.
        table: Name of the Excel table, repaired likewise.
        field: The repetition, for ``lignes``.
        printed: How many of the first columns are printed; 0 for all.
        rest: Whether the fields that no column shows follow at the end.
        lines: How many lines a row shows at most, so that a screen holds many; 0 for all.
        empty: What stands over the headers of a table that has no row; blank for nothing.
        columns: Its columns.
        first: Names of the columns that stand first, in order, by audience; the others follow.
        reasons: For ``a_traiter``, in which words each reason is told, the most urgent first, by
            audience; one that is left out brings no dossier.
        turns: Likewise, in which words who is to act is told.
    """

    name: Annotated[str, AfterValidator(sheet_name)] = Field(min_length=1)
    kind: SheetKind
    table: Annotated[str, AfterValidator(_table)] = ""
    field: str = ""
    printed: int = Field(default=0, ge=0)
    rest: bool = False
    lines: int = Field(default=0, ge=0)
    empty: str = ""
    columns: tuple[ColumnSpec, ...] = ()
    first: dict[Audience, tuple[str, ...]] = {}
    reasons: dict[Audience, dict[Reason, str]] = {}
    turns: dict[Audience, dict[Turn, str]] = {}

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        known = _COMPUTED.get(self.kind)
        if known is not None and not (self.columns and self.table):
            raise ValueError(f"la feuille « {self.name} » doit avoir « table » et des colonnes")
        if (self.kind == "lignes") != bool(self.field):
            raise ValueError(f"la feuille « {self.name} » : « field » va avec le genre « lignes »")
        for at, column in enumerate(self.columns):
            if column.computed and column.computed not in (known or ()):
                raise wrong_at(
                    ("columns", at, "computed"),
                    f"« {column.computed} » n'est pas une donnée calculée de ce genre de feuille"
                    f" ({', '.join(sorted(known or ()))})",
                )
        if self.kind in OF_REGISTER and not KEYS & {one.computed for one in self.columns}:
            raise ValueError(f"la feuille « {self.name} » a la colonne de son identifiant")
        twice = _twice([column.name for column in self.columns])
        if twice is not None:
            name = self.columns[twice].name
            raise wrong_at(
                ("columns", twice, "name"), f"deux fois la colonne « {name} » dans {self.name}"
            )
        return self

    @model_validator(mode="after")
    def _for_audiences(self) -> Self:
        for reason in self.reasons.get("reseau", {}):
            if reason not in _OF_ANYONE:
                raise wrong_at(
                    ("reasons", "reseau", reason),
                    f"« {reason} » dit ce qui reste à l'agence ; au réseau :"
                    f" {', '.join(sorted(_OF_ANYONE))}",
                )
        known_names = {column.name for column in self.columns}
        for audience, names in self.first.items():
            for at, name in enumerate(map(header_name, names)):
                if name not in known_names:
                    raise wrong_at(
                        ("first", audience, at),
                        f"« {name} » n'est pas une colonne de la feuille « {self.name} »",
                    )
            if self.kind == "dossiers" and names[:1] != (self.columns[0].name,):
                raise wrong_at(
                    ("first", audience), "la feuille des dossiers commence par leur numéro"
                )
        return self

    def ordered(self, audience: Audience) -> tuple[ColumnSpec, ...]:
        """Its columns in the order of an audience."""
        rank = {header_name(name): at for at, name in enumerate(self.first.get(audience, ()))}
        return tuple(sorted(self.columns, key=lambda one: rank.get(one.name, len(rank))))


class ColumnsFile(_ColumnsPart):
    """The whole file: the sheets in the order of their tabs.

    Attributes:
        version: Version written in the file.
        title: What the workbooks are about, at the head of each page.
        territory: Where to find the centres of a dossier; ``None`` for a form that has no centres.
        figures: Where to find what is counted.
        words: Words of the workbooks that need a sentence, for `Dictionnaire`.
        bands: How levels of completeness are told, where not by their name in the rule-set.
        opinions: Choices of `Avis du centre`.
        sheets: The sheets.
        digest: First digits of the SHA-256 of the file.
    """

    version: str
    title: str = Field(min_length=1)
    territory: Territory | None = None
    figures: Figures
    words: dict[str, str] = {}
    bands: dict[str, str] = {}
    opinions: tuple[str, ...] = Field(min_length=1)
    sheets: tuple[SheetSpec, ...] = Field(min_length=1)
    digest: str = ""

    @model_validator(mode="after")
    def _opinions_fit_a_list(self) -> Self:
        """Excel holds the choices of a list in one text of 255 characters, with commas between."""
        if any(not one.strip() or set(one) & set(',"') for one in self.opinions):
            raise ValueError("un avis de « opinions » est vide, ou contient une virgule")
        if len(",".join(self.opinions)) > _LIST_LENGTH:
            raise ValueError(f"« opinions » dépasse {_LIST_LENGTH} caractères en tout")
        return self

    @property
    def dossiers_sheet(self) -> SheetSpec:
        """The sheet with one row for each dossier."""
        return self.of_kind("dossiers")

    def of_kind(self, kind: SheetKind) -> SheetSpec:
        """The first sheet of a kind."""
        return next(sheet for sheet in self.sheets if sheet.kind == kind)

    @model_validator(mode="after")
    def _whole(self) -> Self:
        """What export, import and comparison rely on."""
        kinds = [sheet.kind for sheet in self.sheets]
        for kind in _NEEDED:
            if kinds.count(kind) != 1:
                raise ValueError(f"il faut une feuille du genre « {kind} », et une seule")
        if "changements" in kinds and kinds.index("changements") < kinds.index("dossiers"):
            raise ValueError("la feuille des changements vient après celle des dossiers")
        computed = [column.computed for column in self.dossiers_sheet.columns]
        if computed[:1] != ["dossier"]:
            raise ValueError("la feuille des dossiers commence par leur numéro (computed: dossier)")
        if not {JUDGEMENT, COMMENT} <= set(computed):
            raise ValueError(
                f"la feuille des dossiers a les colonnes « {JUDGEMENT} » et « {COMMENT} »"
            )
        return self

    @model_validator(mode="after")
    def _distinct_sheets(self) -> Self:
        for key, what in (("name", "feuille"), ("table", "table")):
            names = [getattr(sheet, key) for sheet in self.sheets]
            twice = _twice(names)
            if twice is not None:
                raise wrong_at(
                    ("sheets", twice, key),
                    f"deux fois la {what} « {names[twice]} » dans le classeur",
                )
        return self


def parse_columns(text: str, *, source: str) -> ColumnsFile:
    """Parse and check the columns file.

    Raises:
        DataFileError: With the line and what is wrong.
    """
    file = DataFile(text, source=source)
    found = file.validate(ColumnsFile)
    return found.model_copy(update={"digest": file.digest, "sheets": _explained(found.sheets)})


def _explained(sheets: Iterable[SheetSpec]) -> tuple[SheetSpec, ...]:
    """The sheets, a column without a meaning having that of the first that is worked out alike."""
    first: dict[str, str] = {}

    def explained(column: ColumnSpec) -> ColumnSpec:
        meaning = first.setdefault(column.computed, column.meaning) if column.computed else ""
        return column if column.meaning else column.model_copy(update={"meaning": meaning})

    return tuple(
        one.model_copy(update={"columns": tuple(map(explained, one.columns))}) for one in sheets
    )


def _twice(names: list[str]) -> int | None:
    """Rank of the first name that stands before it already; blanks are not names."""
    seen: set[str] = set()
    for at, name in enumerate(names):
        if name and name.casefold() in seen:
            return at
        seen.add(name.casefold())
    return None
