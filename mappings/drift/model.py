"""What an observed drift between the form and the mapping is, and how it is told."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

ACCEPT = "relire, puis `unc mapping accept`"
"""The remedy of a change that a person finds right."""
SIGNED = '--reason "La raison" --by "Prénom Nom"'
"""What goes with what a person says of a question, in a command as it is printed."""


class Severity(StrEnum):
    """What a drift does to the work, worst first."""

    BLOCKING = "bloquant"
    """Verdicts would be wrong: nothing leaves the agency until a person has looked."""
    REVIEW = "à revoir"
    INFORMATION = "information"


class Kind(StrEnum):
    """What happened to the form."""

    MISSING = "absent"
    NEW = "nouveau"
    RENAMED = "renommé"
    EXPLAINED = "expliqué autrement"
    MOVED = "sous un autre titre"
    INTRODUCED = "sous une autre explication"
    """Other words stand between it and its heading."""
    CONDITION = "posé à une autre condition"
    EARLIER = "posé autrement dans une révision d'avant"
    RETYPED = "changé de type"
    OPTIONS = "options changées"
    REQUIRED = "obligation changée"
    AMBIGUOUS = "libellé en double"
    REPLACED = "a pris le libellé d'un autre champ"
    UNMAPPED = "sans correspondance"
    UNWRITABLE = "sans option pour"
    """An annotation in which DS would refuse some of what the bridge writes."""
    NOT_ADOPTED = "pas adopté"
    """Nobody said yet that the mapping reads this form as it should."""
    TO_REVIEW = "à relire"
    """It was adopted, and something changed since by which verdicts may be wrong."""


@dataclass(frozen=True, slots=True)
class Needs:
    """What the rules read: tells a drift that spoils verdicts from one that does not.

    Attributes:
        scope: Fields without which no verdict is possible.
        read: Fields that a mandatory item, a condition or a criterion reads (``rows.field``).
        options: Options that the rules name, by field.
        written: Options that the bridge writes, by annotation (``annotations.name``).
        decide: Annotations by which a person decides what leaves, or what the bridge does.
        leave: Fields and annotations that decide what leaves the agency.
    """

    scope: frozenset[str] = frozenset()
    read: frozenset[str] = frozenset()
    options: Mapping[str, frozenset[str]] = field(default_factory=dict)
    written: Mapping[str, frozenset[str]] = field(default_factory=dict)
    decide: frozenset[str] = frozenset()
    leave: frozenset[str] = frozenset()

    def rest_on(self, path: str) -> bool:
        """Whether a verdict is wrong where a field is."""
        return path in self.scope or path in self.read

    def acted_on(self, path: str) -> bool:
        """Whether a verdict rests on it, or on what stands in its rows, or what leaves, or is done.

        Asked otherwise, it misleads.
        """
        every = (self.scope, self.read, self.decide, self.leave)
        rows = f"{path}."
        return any(path in some or any(one.startswith(rows) for one in some) for some in every)


@dataclass(frozen=True, slots=True)
class Drift:
    """One difference between the form and what the mapping was made for.

    Attributes:
        severity: What it does to the work.
        kind: What happened.
        champ: Stable id, or the candidate of the mapping that nothing answers to.
        label: Label of the champ now, or of the field when the champ is gone.
        field: Field of the mapping (``rows.field`` in rows), or "" for a new champ.
        before: What was reviewed.
        after: What the form has now.
        revisions: Numbers of the revisions where it is seen.
        remedy: What a person does about it, in French.
        lost: Whether the field has no champ any more in that revision.
        words: Names all the words of a question of before (:meth:`ChampWording.digest`).
        unsaid: Options of before of which nobody said what they mean.
        other_sense: Whether a person adopted the words of before as asking the contrary of what is
            read now, or now the contrary.
    """

    severity: Severity
    kind: Kind
    champ: str
    label: str
    field: str
    before: str
    after: str
    revisions: tuple[str, ...]
    remedy: str
    lost: bool = False
    words: str = ""
    unsaid: tuple[str, ...] = ()
    other_sense: bool = False

    @property
    def blocks(self) -> bool:
        """Whether nothing is written on DS nor handed out until a person looked at it."""
        return self.severity is Severity.BLOCKING

    @property
    def against_adoption(self) -> bool:
        """Whether nobody may adopt a form that shows it."""
        return self.kind is Kind.UNWRITABLE or (self.blocks and not self.of_the_form)

    @property
    def around_several(self) -> bool:
        """Whether it is of what stands above several questions, and reviewed by one act."""
        return self.kind in {Kind.MOVED, Kind.INTRODUCED} and not self.field

    @property
    def of_the_form(self) -> bool:
        """Whether it is none of one champ: what keeps the form as a whole inside the agency."""
        return self.kind in {Kind.NOT_ADOPTED, Kind.TO_REVIEW}

    @property
    def sentence(self) -> str:
        """The drift in one French sentence."""
        if self.of_the_form:
            return f"formulaire {self.kind.value} : {self.after}"
        change = self.change
        named = f" ({self.field})" if self.field else ""
        return f"champ {self.champ} « {self.label} »{named} {self.kind.value}{change}"

    @property
    def advice(self) -> str:
        """The severity, the drift and what to do, on one line."""
        return f"{self.severity.value} : {self.sentence} — {self.remedy}"

    @property
    def change(self) -> str:
        """What was reviewed beside what the form has now, after « : »; "" where neither is told."""
        if self.kind is Kind.NEW:
            return f" ({self.after})"
        if self.kind is Kind.UNWRITABLE:
            return f" « {self.before} »"
        if self.kind is Kind.OPTIONS:
            counted = ((self.before, "en moins"), (self.after, "en plus"))
            return " : " + ", ".join(f"« {what} » {how}" for what, how in counted if what)
        return f" : « {self.before} » → « {self.after} »" if self.before or self.after else ""


def blocks(drifts: Iterable[Drift]) -> bool:
    """Whether verdicts can be wrong: then nothing is written to DS, and nothing handed out."""
    return any(one.blocks for one in drifts)


COLUMNS: tuple[str, ...] = (
    "Gravité",
    "Écart",
    "Champ",
    "Libellé",
    "Donnée",
    "Avant",
    "Maintenant",
    "Révisions",
    "Que faire",
)
"""Headings of :func:`table`."""


def table(drifts: Iterable[Drift]) -> list[tuple[str, ...]]:
    """Drifts as rows of text under :data:`COLUMNS`: for a sheet, an artifact or the terminal."""
    return [
        (
            one.severity.value,
            one.kind.value,
            one.champ,
            one.label,
            one.field,
            one.before,
            one.after,
            ", ".join(one.revisions),
            one.remedy,
        )
        for one in drifts
    ]


def counts(drifts: Iterable[Drift]) -> dict[str, int]:
    """How many drifts there are of each severity, all three named; what they do apart."""
    found = {severity.value: 0 for severity in Severity}
    for one in drifts:
        found[one.severity.value] += not one.of_the_form
    return found
