"""The one declared confidentiality policy: what leaves the agency, and under which condition."""

from pydantic import BaseModel, ConfigDict, Field

from datafiles.file import DataFile
from french.text import typographic
from mappings.schema.model import FormMapping


class _PolicyPart(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Withheld(_PolicyPart):
    """Fields withheld for a dossier, as another field of it decides.

    Attributes:
        fields: What is withheld.
        decided_by: Field that decides. Where the form did not ask it, or the answer cannot be
            read, the fields are withheld.
        options: Options that withhold when ticked.
    """

    fields: tuple[str, ...] = Field(min_length=1)
    decided_by: str
    options: tuple[str, ...] = Field(min_length=1)


class WithheldRows(_PolicyPart):
    """Rows of a repetition that only leave the agency in a named state.

    Attributes:
        field: The repetition.
        decided_by: Field of its rows that decides.
        shown: Options that let a row out; any other answer keeps it.
    """

    field: str
    decided_by: str
    shown: tuple[str, ...] = Field(min_length=1)


class SmallCounts(_PolicyPart):
    """Counts of cases that could point at a person: from 1 to below ``below`` they are hidden.

    Attributes:
        fields: The counts.
        below: The first count that is shown.
        told_by: Fields that would give the counts away, as a list of the cases: withheld wherever
            one of the counts is hidden.
    """

    fields: tuple[str, ...]
    below: int = Field(default=11, ge=2)
    told_by: tuple[str, ...] = ()


class Policy(_PolicyPart):
    """What may leave the agency. Audiences of whole fields are in the mapping.

    Attributes:
        version: Version written in the file.
        mask: What stands in place of what is withheld.
        patient_mask: What stands in a text in place of likely patient data.
        withheld: Fields under a condition.
        rows: Rows under a condition.
        small_counts: Counts shown as « < 11 ».
        agency_only_statuses: Triage statuses that never leave the agency.
        consent: Annotation by which an instructeur lets a dossier out, or not; blank for none.
        annotations: Annotations privées that the network may read.
        computed: Columns that are worked out and that the network may read; the number of the
            dossier and what readers write themselves are theirs anyway.
        digest: First digits of the SHA-256 of the file.
    """

    version: str
    mask: str = Field(min_length=1)
    patient_mask: str = Field(min_length=1)
    withheld: tuple[Withheld, ...] = ()
    rows: tuple[WithheldRows, ...] = ()
    small_counts: SmallCounts
    agency_only_statuses: frozenset[str]
    consent: str
    annotations: frozenset[str] = frozenset()
    computed: frozenset[str] = frozenset()
    digest: str = ""


def parse_policy(text: str, *, source: str) -> Policy:
    """Parse and check the policy file.

    Raises:
        DataFileError: With the line and what is wrong.
    """
    file = DataFile(text, source=source)
    policy = file.validate(Policy)
    masks = {name: typographic(getattr(policy, name)) for name in ("mask", "patient_mask")}
    return policy.model_copy(update={"digest": file.digest, **masks})


def condition_of(policy: Policy, field: str, mapping: FormMapping) -> str:
    """Say under which condition a field leaves the agency, in French; blank without any."""
    told = [
        f"selon « {mapping.fields[rule.decided_by].title} »"
        for rule in policy.withheld
        if field in rule.fields
    ]
    told += [
        f"lignes à l'état {', '.join(rule.shown)}" for rule in policy.rows if field == rule.field
    ]
    counts = policy.small_counts
    if field in counts.fields:
        told.append(f"« < {counts.below} » de 1 à {counts.below - 1}")
    if field in counts.told_by:
        told.append(f"sauf où un nombre de cas est sous {counts.below}")
    return ", ".join(told)
