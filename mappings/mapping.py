"""The mapping of one form: which fields a report has, what they mean, which champ gives them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

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
    "region",
    "departement",
    "files",
    "rows",
]
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
    """

    name: str
    type: FieldType
    title: str
    meaning: str
    unit: str
    audience: Audience
    champs: tuple[str, ...]
    fields: Mapping[str, "FieldSpec"]


@dataclass(frozen=True, slots=True)
class AnnotationSpec:
    """One annotation privée that the bridge writes, or only reads (``written`` false)."""

    name: str
    type: FieldType
    title: str
    written: bool
    champs: tuple[str, ...]


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
    """

    form: str
    version: str
    digest: str
    title: str
    fields: Mapping[str, FieldSpec]
    annotations: Mapping[str, AnnotationSpec]
