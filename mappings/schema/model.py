"""The mapping of one form: which fields a report has, what they mean, which champ gives them."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias, get_args

from french.text import normalise_label
from mappings.schema.sources import FactName, OfDossier, Option, Source

FieldType: TypeAlias = Literal[
    "text",
    "yes_no",
    "checkbox",
    "integer",
    "decimal",
    "date",
    "datetime",
    "choice",
    "choices",
    "company",
    "address",
    "commune",
    "departement",
    "epci",
    "pays",
    "region",
    "files",
    "rows",
]
"""How a champ's value is converted; one converter for each (:mod:`mappings.report.convert`)."""
FIELD_TYPES: tuple[FieldType, ...] = get_args(FieldType)
"""Every type that a field can have."""
Audience: TypeAlias = Literal["agence", "reseau"]
"""Who may read a field: only the agency, or the network of centres too."""


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """One field of the internal schema.

    Attributes:
        name: Name in rules and columns.
        type: Type of the value (see :data:`FieldType`).
        title: What staff read.
        meaning: What the field means, one sentence in French.
        unit: Unit of a number, or an empty string.
        audience: Who may read it.
        champs: Candidates in order: stable ids or normalised labels.
        fields: Fields of each row, for ``rows``.
        only_in: Candidates that hold in some revisions only, with the numbers of those.
        written: Labels of champs that it names, as the file writes them.
        source: Where the value comes from when no candidate is shown; ``None`` for nowhere else.
        options: What options of the form mean, by the option as it is looked up
            (:func:`french.text.normalise_label`); one that is not named means itself.
        inverted: Whether the form asks the contrary: its yes is our no.
        shared: Whether another field may take the same champ.
    """

    name: str
    type: FieldType
    title: str
    meaning: str
    unit: str
    audience: Audience
    champs: tuple[str, ...]
    fields: Mapping[str, "FieldSpec"]
    only_in: Mapping[str, frozenset[str]] = field(default_factory=dict)
    written: Mapping[str, str] = field(default_factory=dict)
    source: Source | None = None
    options: Mapping[str, Option] = field(default_factory=dict)
    inverted: bool = False
    shared: bool = False

    def candidates(self, revision: str) -> tuple[str, ...]:
        """The candidates that hold in a revision, given by its number."""
        if not self.only_in:
            return self.champs
        return tuple(
            one for one in self.champs if one not in self.only_in or revision in self.only_in[one]
        )


MANUAL: Final = "traitement_manuel"
"""Annotation by which an instructeur switches the bridge off for one dossier."""


@dataclass(frozen=True, slots=True)
class AnnotationSpec:
    """One annotation privée that the bridge writes, or only reads (``written`` false).

    ``options`` and ``inverted``: as those of a field; what the bridge writes is then the option
    that means it, or the contrary.
    """

    name: str
    type: FieldType
    title: str
    written: bool
    champs: tuple[str, ...]
    source: None = None
    unit: str = ""
    options: Mapping[str, Option] = field(default_factory=dict)
    inverted: bool = False

    def candidates(self, _revision: str) -> tuple[str, ...]:
        """The candidates: those of an annotation hold in every revision."""
        return self.champs


@dataclass(frozen=True, slots=True)
class MedicineRows:
    """Where a report names medicines: a repetition, and the fields of its rows ("" if none).

    Attributes:
        rows: Field of type ``rows``.
        cis: Field with the CIS code.
        cip: Field with a CIP7 or CIP13 code.
        name: Field with the name of the speciality.
        substance: Field with the substance.
        company: Field of the report, of type ``company``, that declares them.
    """

    rows: str
    cis: str = ""
    cip: str = ""
    name: str = ""
    substance: str = ""
    company: str = ""


@dataclass(frozen=True, slots=True)
class FormMapping:
    """The whole mapping of a form.

    Attributes:
        form: Short name of the form (``unc``).
        version: Version written in the file.
        digest: First 12 hexadecimal digits of the SHA-256 of the file's text.
        title: Title of the form, in French.
        fields: Fields by name, in the file's order.
        annotations: Annotations by name.
        labels: Name in the démarche of each label of ours that the file names; "" where the
            démarche has none. One that is not named has its own name there.
        medicines: Where medicines are named, to join them with BDPM; ``None`` if nowhere.
    """

    form: str
    version: str
    digest: str
    title: str
    fields: Mapping[str, FieldSpec]
    annotations: Mapping[str, AnnotationSpec]
    medicines: MedicineRows | None = None
    labels: Mapping[str, str] = field(default_factory=dict)

    def labels_in(self, names: Iterable[str], there: Collection[str] | None) -> dict[str, str]:
        """Those of our labels that a démarche has, each with its name there.

        Args:
            names: Our labels.
            there: Labels that there are; ``None`` where nobody knows: all that are wanted.
        """
        known = {normalise_label(one): one for one in sorted(there or ())}
        known |= {one: one for one in there or ()}
        wanted = ((name, self.labels.get(name, name)) for name in names)
        if there is None:
            return {name: their for name, their in wanted if their}
        found = ((name, known.get(their) or known.get(normalise_label(their)))
                 for name, their in wanted)  # fmt: skip
        return {name: their for name, their in found if their}

    def labels_missing(self, names: Iterable[str], there: Collection[str]) -> dict[str, str]:
        """Those that a démarche should have and has not, each with the name that is looked for."""
        names = tuple(names)
        found = self.labels_in(names, there)
        wanted = ((name, self.labels.get(name, name)) for name in names)
        return {name: their for name, their in wanted if their and name not in found}

    @property
    def agency_only(self) -> frozenset[str]:
        """Fields that never leave the agency."""
        return frozenset(name for name, spec in self.fields.items() if spec.audience == "agence")

    @property
    def facts(self) -> tuple[FactName, ...]:
        """Facts of the dossier, beside its champs, that fields are read from."""
        inner = (child for spec in self.fields.values() for child in spec.fields.values())
        specs = (*self.fields.values(), *inner)
        names = {spec.source.name for spec in specs if isinstance(spec.source, OfDossier)}
        return tuple(sorted(names))
