"""How reports are matched, as data: which answers make a situation, which make a duplicate.

See ``triage/unc/rapprochements.yaml``.
"""

from collections.abc import Iterator
from typing import Annotated, TypeAlias

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from datafiles.file import DataFile, DataFileError
from french.text import fold
from mappings.schema.model import FormMapping

Folded: TypeAlias = Annotated[
    frozenset[str], AfterValidator(lambda words: frozenset(fold(word) for word in words))
]
"""Words as they are compared: case and accents apart."""


class _Matching(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Medicines(_Matching):
    """Where the substances are: a repetition, its column of substances and that of CIS codes."""

    rows: str
    substance: str
    cis: str


class Facet(_Matching):
    """An answer that tells situations of one substance apart.

    Attributes:
        field: Field of the report.
        weight: Its share of the likeness, 0 to 1.
        needed: A report without it joins the likeliest situation, and links no two of them.
    """

    field: str
    weight: float = Field(gt=0, le=1)
    needed: bool = False


class SituationMatching(_Matching):
    """What makes two reports one situation."""

    medicines: Medicines
    facets: tuple[Facet, ...] = Field(min_length=1)
    shared_component: float = Field(ge=0, le=1)
    threshold: float = Field(gt=0, le=1)
    annotation: str


class DuplicateField(_Matching):
    """An answer that two copies of a report share.

    Attributes:
        field: Field of the report.
        weight: What its agreement is worth.
        key: Two reports are compared only if they agree on one key at least.
    """

    field: str
    weight: float = Field(gt=0)
    key: bool = False


class DuplicateMatching(_Matching):
    """What makes two reports one report sent twice."""

    company: str
    nature: str
    initial: str
    earlier: str
    threshold: float = Field(gt=0, le=1)
    least_compared: float = Field(ge=0)
    text_ratio: float = Field(gt=0, le=100)
    fields: tuple[DuplicateField, ...] = Field(min_length=1)


class Matching(_Matching):
    """The whole file."""

    version: str
    salts: Folded
    no_names: Folded = frozenset()
    classes: dict[str, Folded] = {}
    situations: SituationMatching
    duplicates: DuplicateMatching
    digest: str = ""


class NoMatching(_Matching):
    """The whole file of a form whose reports are not matched: it says so."""

    version: str
    situations: None
    duplicates: None


def matching_of(text: str, *, source: str, mapping: FormMapping) -> Matching | None:
    """The matching that a file's text states; ``None`` where it says that reports are not matched.

    Raises:
        DataFileError: With each problem, its file and its line.
    """
    file = DataFile(text, source=source)
    if isinstance(file.data, dict) and file.data.get("situations", "") is None:
        file.validate(NoMatching)
        return None
    return parse_matching(text, source=source, mapping=mapping)


def parse_matching(text: str, *, source: str, mapping: FormMapping) -> Matching:
    """The matching that a file's text states, every field being one of the mapping.

    Raises:
        DataFileError: With each problem, its file and its line.
    """
    file = DataFile(text, source=source)
    found = file.validate(Matching)
    problems = [
        file.problem(path, f"le champ « {name} » n'existe pas dans la correspondance")
        for path, name in _fields(found)
        if name not in mapping.fields
    ]
    medicines = found.situations.medicines
    if medicines.rows in mapping.fields:
        problems += [
            file.problem(("situations", "medicines"), f"« {name} » n'est pas une colonne")
            for name in (medicines.substance, medicines.cis)
            if name not in mapping.fields[medicines.rows].fields
        ]
    if problems:
        raise DataFileError(problems)
    return found.model_copy(update={"digest": file.digest})


def _fields(found: Matching) -> Iterator[tuple[tuple[int | str, ...], str]]:
    yield ("situations", "medicines", "rows"), found.situations.medicines.rows
    for index, facet in enumerate(found.situations.facets):
        yield ("situations", "facets", index, "field"), facet.field
    for name in ("company", "nature", "earlier"):
        yield ("duplicates", name), getattr(found.duplicates, name)
    for index, field in enumerate(found.duplicates.fields):
        yield ("duplicates", "fields", index, "field"), field.field
