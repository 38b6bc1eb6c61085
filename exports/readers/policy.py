"""The one declared confidentiality policy: what leaves the agency, and under which condition."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from datafiles.file import DataFile
from french.text import typographic
from mappings.report.model import Answer
from mappings.schema.model import FormMapping


@dataclass(frozen=True, slots=True)
class Mask:
    """What stands in place of an answer that this audience may not read."""

    text: str


Shown: TypeAlias = Answer | Mask
"""What an audience reads of an answer."""


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

    def within(self, former: "Withheld") -> bool:
        """Whether a former rule withheld as much."""
        return (
            self.decided_by == former.decided_by
            and {*self.fields} <= {*former.fields}
            and {*self.options} <= {*former.options}
        )


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

    def within(self, former: "WithheldRows") -> bool:
        """Whether a former rule withheld as much."""
        same = (self.field, self.decided_by) == (former.field, former.decided_by)
        return same and {*former.shown} <= {*self.shown}


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

    def within(self, former: "SmallCounts") -> bool:
        """Whether a former rule withheld as much."""
        return (
            self.below <= former.below
            and {*self.fields} <= {*former.fields}
            and {*self.told_by} <= {*former.told_by}
            and not (self.told_by and {*self.fields} != {*former.fields})
        )


class PolicyRules(_PolicyPart):
    """What a policy says of single cells and rows: noted beside what was published under it.

    Attributes:
        withheld: Fields under a condition.
        rows: Rows under a condition.
        small_counts: Counts shown as « < 11 ».
    """

    withheld: tuple[Withheld, ...] = ()
    rows: tuple[WithheldRows, ...] = ()
    small_counts: SmallCounts

    @classmethod
    def noted(cls, told: object) -> Self | None:
        """The rules as a manifest notes them; ``None`` where it does not."""
        try:
            return cls.model_validate(told)
        except ValidationError:
            return None

    def hides_more_counts(self, then: "PolicyRules | None") -> bool:
        """Whether counts are hidden, or what tells them, that former rules let out."""
        return then is not None and not self.small_counts.within(then.small_counts)

    def new_rows(self, then: "PolicyRules | None") -> Sequence[WithheldRows]:
        """Rules that keep back rows which former rules let out."""
        return [
            one for one in self.rows if then and not any(one.within(former) for former in then.rows)
        ]

    def new_withheld(self, then: "PolicyRules | None") -> Sequence[Withheld]:
        """Rules that withhold answers which former rules let out."""
        return [
            one
            for one in self.withheld
            if then and not any(one.within(former) for former in then.withheld)
        ]

    def followed(self, then: "PolicyRules | None") -> "PolicyRules | None":
        """What a set is under once it was made again: of both, the rules that let out less."""
        if then is None:
            return None
        return PolicyRules(
            withheld=self.withheld if self.new_withheld(then) else then.withheld,
            rows=self.rows if self.new_rows(then) else then.rows,
            small_counts=self.small_counts if self.hides_more_counts(then) else then.small_counts,
        )


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

    @property
    def rules(self) -> PolicyRules:
        """What it says of single cells and rows."""
        return PolicyRules(withheld=self.withheld, rows=self.rows, small_counts=self.small_counts)

    @property
    def note(self) -> Mapping[str, Any]:
        """Those rules, as a manifest notes them."""
        return self.rules.model_dump(mode="json")


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
