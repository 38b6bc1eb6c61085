"""How reports are matched, as data: which answers make a situation, which make a duplicate.

See ``triage/unc/rapprochements.yaml``, and beside it ``vocabulaire.yaml`` (words of uses) and
``substances.csv`` (other names of substances).
"""

from collections.abc import Iterator, Mapping
from functools import cached_property
from hashlib import sha256
from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from datafiles.file import DataFile, DataFileError
from french.text import fold
from mappings.schema.model import FormMapping
from triage.situations.words.without_salts import Salts, joined

if TYPE_CHECKING:
    from triage.situations.words.other_names import SubstanceNames
    from triage.situations.words.vocabulary import Vocabulary

Folded: TypeAlias = Annotated[
    frozenset[str], AfterValidator(lambda words: frozenset(fold(word) for word in words))
]
"""Words as they are compared: case and accents apart."""


class _Matching(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Medicines(_Matching):
    """Where the substances are: a repetition, its columns of substances, codes and names.

    A form without a column of names leaves ``name`` empty.
    """

    rows: str
    substance: str
    cis: str
    name: str = ""


class Facet(_Matching):
    """An answer that tells situations of one substance apart.

    Attributes:
        field: Field of the report.
        weight: What its agreement is worth where several situations would do, 0 to 1.
        kind: How it is read: options as they are, the words of a use, or a route.
        asked_by: Option of another facet without which the form does not ask it.
        vague: Options that say nothing: « Autre ».
        general: Option that covers others: « Adulte » covers « 65 ans et plus ».
        unless: Facets, with the options that say that this one is the matter: nothing is then
            covered.
    """

    field: str
    weight: float = Field(gt=0, le=1)
    kind: Literal["options", "use", "route"] = "options"
    asked_by: Mapping[str, str] = {}
    vague: frozenset[str] = frozenset()
    general: Mapping[str, frozenset[str]] = {}
    unless: Mapping[str, frozenset[str]] = {}


class FollowedClass(_Matching):
    """Substances that the agency follows together, and the answers of the use that it follows."""

    substances: Folded
    only: Mapping[str, frozenset[str]] = {}


Followed: TypeAlias = Annotated[
    FollowedClass,
    BeforeValidator(lambda found: {"substances": found} if isinstance(found, list) else found),
]


class SituationMatching(_Matching):
    """What makes two reports one situation."""

    medicines: Medicines
    facets: tuple[Facet, ...] = Field(min_length=1)
    told_in: tuple[str, ...] = ()
    annotation: str


class DuplicateField(_Matching):
    """An answer that two copies of a report share.

    Attributes:
        field: Field of the report.
        weight: What its agreement is worth.
        kind: How two answers are compared (:mod:`triage.situations.evidence`).
    """

    field: str
    weight: float = Field(gt=0)
    kind: Literal["date", "reference", "cases", "publication", "text", "same"] = "same"


class CommonWords(_Matching):
    """Share of words that the texts of two copies have in common where no identifier is shared.

    Attributes:
        unsure: Where the uses are told otherwise, or by one only.
        differ: Where the uses that were told seem to differ.
    """

    unsure: float = Field(default=0.2, ge=0, le=1)
    differ: float = Field(default=0.5, ge=0, le=1)


class DuplicateMatching(_Matching):
    """What makes two reports one report sent twice."""

    company: str
    nature: str
    initial: str
    earlier: str
    threshold: float = Field(gt=0, le=1)
    least_compared: float = Field(ge=0)
    common_words: CommonWords = CommonWords()
    days_apart: int = Field(default=3, ge=0)
    facet_weight: float = Field(default=2, gt=0)
    fields: tuple[DuplicateField, ...] = Field(min_length=1)


class MatchingRules(_Matching):
    """The whole file, with the vocabulary and the names beside it, read when first asked for.

    ``says_nothing`` holds the phrases that say nothing of a substance, a use, a title or a
    reference: those of the newest rule-set.
    """

    version: str
    salt_words: Folded = Field(alias="salts")
    acids: Folded = frozenset()
    companions: Folded = frozenset()
    classes: Mapping[str, Followed] = {}
    situations: SituationMatching
    duplicates: DuplicateMatching
    vocabulary_text: str = ""
    names_text: str = ""
    says_nothing: tuple[str, ...] = ()
    digest: str = ""

    @cached_property
    def salts(self) -> Salts:
        """How salts are named."""
        return Salts(self.salt_words, self.acids)

    @cached_property
    def vocabulary(self) -> "Vocabulary":
        """Words of uses."""
        from triage.situations.words.vocabulary import Vocabulary, parse_vocabulary

        text = self.vocabulary_text
        return parse_vocabulary(text, source="vocabulaire.yaml") if text else Vocabulary()

    @cached_property
    def names(self) -> "SubstanceNames":
        """Other names of substances."""
        from triage.situations.words.other_names import SubstanceNames, read_names

        text = self.names_text
        if not text:
            return SubstanceNames()
        return read_names(text, salts=self.salts, source="substances.csv")

    def read_words(self) -> None:
        """Read vocabulary and names now.

        Raises:
            DataFileError: One of them is wrong, with each problem, its file and its line.
        """
        _ = self.vocabulary, self.names

    @cached_property
    def followed(self) -> Mapping[str, frozenset[str]]:
        """Substances of each class, in normal form."""
        return {
            name: frozenset(joined(one, self.salts) for one in followed.substances)
            for name, followed in self.classes.items()
        }


class NoMatching(_Matching):
    """The whole file of a form whose reports are not matched: it says so."""

    version: str
    situations: None
    duplicates: None


def matching_of(
    text: str,
    *,
    source: str,
    mapping: FormMapping,
    says_nothing: tuple[str, ...] = (),
    vocabulary: str = "",
    names: str = "",
) -> MatchingRules | None:
    """The matching that a file's text states; ``None`` where it says that reports are not matched.

    Arguments are those of :func:`parse_matching`.

    Raises:
        DataFileError: With each problem, its file and its line.
    """
    file = DataFile(text, source=source)
    if isinstance(file.data, dict) and file.data.get("situations", "") is None:
        file.validate(NoMatching)
        return None
    return parse_matching(
        text,
        source=source,
        mapping=mapping,
        says_nothing=says_nothing,
        vocabulary=vocabulary,
        names=names,
    )


def parse_matching(
    text: str,
    *,
    source: str,
    mapping: FormMapping,
    says_nothing: tuple[str, ...] = (),
    vocabulary: str = "",
    names: str = "",
) -> MatchingRules:
    """The matching that a file's text states, every field being one of the mapping.

    The vocabulary and the names are read, and told wrong, when they are first asked for.

    Args:
        text: Text of ``rapprochements.yaml``.
        source: Its name in messages.
        mapping: Fields that it may name.
        says_nothing: Phrases that say nothing.
        vocabulary: Text of ``vocabulaire.yaml``; nothing when there is none.
        names: Text of ``substances.csv``, likewise.

    Raises:
        DataFileError: With each problem, its file and its line.
    """
    file = DataFile(text, source=source)
    found = file.validate(MatchingRules)
    problems = [
        file.problem(path, f"le champ « {name} » n'existe pas dans la correspondance")
        for path, name in _fields(found)
        if name not in mapping.fields
    ]
    medicines = found.situations.medicines
    if medicines.rows in mapping.fields:
        problems += [
            file.problem(("situations", "medicines"), f"« {name} » n'est pas une colonne")
            for name in (medicines.substance, medicines.cis, medicines.name)
            if name and name not in mapping.fields[medicines.rows].fields
        ]
    if problems:
        raise DataFileError(problems)
    read = "\0".join((text, vocabulary, names, *says_nothing))
    digest = sha256(read.encode()).hexdigest()[:12]
    given = {"vocabulary_text": vocabulary, "names_text": names, "says_nothing": says_nothing}
    return found.model_copy(update={"digest": digest, **given})


def salts_of(text: str, *, source: str) -> Salts:
    """How salts are named by ``rapprochements.yaml``, read alone.

    Raises:
        DataFileError: With each problem, its file and its line.
    """
    return DataFile(text, source=source).validate(MatchingRules).salts


def _fields(found: MatchingRules) -> Iterator[tuple[tuple[int | str, ...], str]]:
    yield ("situations", "medicines", "rows"), found.situations.medicines.rows
    for index, facet in enumerate(found.situations.facets):
        yield ("situations", "facets", index, "field"), facet.field
        for name in (*facet.asked_by, *facet.unless):
            yield ("situations", "facets", index), name
    for index, name in enumerate(found.situations.told_in):
        yield ("situations", "told_in", index), name
    for name in ("company", "nature", "earlier"):
        yield ("duplicates", name), getattr(found.duplicates, name)
    for index, field in enumerate(found.duplicates.fields):
        yield ("duplicates", "fields", index, "field"), field.field
