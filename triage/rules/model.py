"""A rule-set: requirements, scope, priority and warnings, as data. See ``triage/unc/rules/``."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Annotated, Literal, TypeAlias

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    field_validator,
    model_validator,
)

from mappings.report.model import Answer
from triage.rules.checks import Check, OtherCheck
from triage.rules.conditions import Condition

_Text = Annotated[str, BeforeValidator(str)]


def _showing_only(text: str, *names: str) -> str:
    """A text that shows these values and nothing else in braces.

    Raises:
        ValueError: It shows something else.
    """
    try:
        text.format(**dict.fromkeys(names, 0))
    except (KeyError, IndexError, ValueError):
        shown = " et ".join(f"{{{name}}}" for name in names)
        peut = "peuvent" if len(names) > 1 else "peut"
        raise ValueError(f"seul {shown} {peut} être entre accolades") from None
    return text


class _Rule(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Part(_Rule):
    """One thing that an item asks: of a field, or of the rows of a repetition.

    Attributes:
        field: Field that must be answered.
        rows: Repetition; then ``each`` (every row answers) or ``some`` (one row answers them all).
        when: Asked only if this holds on the report.
        when_row: Asked only of the rows where this holds; of the others, with ``each``, an answer
            that is given is still checked.
        no_rows: Verdict when no row is there or concerned.
        optional: A blank answer is fine; a given one is still checked.
        ticked: A box that must be ticked.
        name: What it asks, said before a reason that does not name it, where an item has several.
        says_nothing: Phrases that say nothing of this answer, beside those of the rule-set.
        none_said: Phrases that say that there is none, where the answer may be blank.
        expected: What is expected of this answer, where the item asks several; the item's else.
        missing: Reason shown when missing.
        infected: Reason shown when every file is infected, which counts as missing; empty where an
            infected file counts as one.
        checks: Checks in order; the first that fails gives the reason.
    """

    field: str = ""
    rows: str = ""
    each: str = ""
    some: tuple[str, ...] = ()
    when: Condition | None = None
    when_row: Condition | None = None
    no_rows: Literal["missing", "not_applicable"] = "missing"
    optional: bool = False
    ticked: bool = False
    name: str = ""
    says_nothing: tuple[_Text, ...] = ()
    none_said: tuple[_Text, ...] = ()
    expected: str = ""
    missing: str = ""
    infected: str = ""
    checks: tuple[Check, ...] = ()

    @model_validator(mode="after")
    def _one_subject(self) -> "Part":
        if bool(self.field) == bool(self.rows):
            raise ValueError("une partie porte sur « field » ou sur « rows », l'un des deux")
        if self.rows and bool(self.each) == bool(self.some):
            raise ValueError("avec « rows », donner « each » ou « some », l'un des deux")
        if not self.missing and not self.optional:
            raise ValueError("il manque « missing » : ce qui est dit quand la réponse manque")
        return self

    @property
    def subject(self) -> str:
        """The field of the report that the part is about."""
        return self.field or self.rows

    @cached_property
    def paths(self) -> tuple[str, ...]:
        """The fields that it asks for: its subject, then the cells of rows as ``rows.field``."""
        cells = (f"{self.rows}.{name}" for name in (self.each, *self.some) if name)
        return (self.subject, *cells)


class Item(_Rule):
    """One requirement of the guide."""

    id: str
    name: str
    section: _Text
    expected: str
    penalty: Decimal = Field(ge=0, le=1)
    mandatory: bool = True
    when: Condition | None = None
    parts: tuple[Part, ...] = Field(min_length=1)

    @cached_property
    def fields_read(self) -> tuple[str, ...]:
        """Fields that a verdict is drawn from: their audience is the audience of its reason."""
        found = list(self.when.fields()) if self.when else []
        for part in self.parts:
            found += [*(part.when.fields() if part.when else ()), part.subject]
            if part.field:
                found += [check.other for check in part.checks if isinstance(check, OtherCheck)]
        return tuple(dict.fromkeys(found))


class ScopeRule(_Rule):
    """A scope question: the answer ``out`` puts the report out of scope."""

    field: str
    out: bool
    option: str
    text: str


class Band(_Rule):
    """Name of the scores from ``from`` up."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)
    lowest: int = Field(alias="from", ge=0, le=100)
    name: str


class InsufficientTexts(_Rule):
    """Reasons of an insufficient text: too short (``{limit}``) or without content."""

    short: str
    empty: str

    @field_validator("short")
    @classmethod
    def _only_limit(cls, text: str) -> str:
        """The text shows ``{limit}`` and nothing else in braces."""
        return _showing_only(text, "limit")


class PriorityCriterion(_Rule):
    """A criterion of priority."""

    id: str
    name: str
    when: Condition


class PriorityLevel(_Rule):
    """A level: all of what it states must hold."""

    level: str
    when: Condition | None = None
    one_of: tuple[str, ...] = ()
    at_least: int = 0

    @property
    def always(self) -> bool:
        """Whether it holds for every report."""
        return self.when is None and not self.one_of and self.at_least <= 0

    def fits(self, criteria: AbstractSet[str]) -> bool:
        """Whether the criteria that hold are those that it wants, ``when`` apart."""
        wanted = not self.one_of or not criteria.isdisjoint(self.one_of)
        return wanted and len(criteria) >= self.at_least


class UnknownFact(_Rule):
    """When the answer to ``field`` is not known, though it may be given: never taken for a no.

    Attributes:
        field: The field.
        when: It is unknown when this holds.
        questions: It is unknown when one of these is unreadable: they lead to it.
        text: Why, in French.
    """

    field: str
    when: Condition | None = None
    questions: tuple[str, ...] = ()
    text: str


class Priority(_Rule):
    """Criteria and levels; the first level that holds, or that could be true, is proposed.

    Attributes:
        criteria: The criteria.
        levels: From the highest; one level may stand several times.
        unknown: What is not known; what cannot be read is not either. Without this key, it counts
            as a no; what the bridge itself does not read never does.
    """

    criteria: tuple[PriorityCriterion, ...]
    levels: tuple[PriorityLevel, ...]
    unknown: tuple[UnknownFact, ...] | None = None

    @cached_property
    def asked(self) -> tuple[str, ...]:
        """Fields that the levels and criteria ask."""
        criteria = (one.when for one in self.criteria)
        levels = (one.when for one in self.levels if one.when)
        return tuple(dict.fromkeys(name for one in (*criteria, *levels) for name in one.fields()))

    @cached_property
    def fields_read(self) -> tuple[str, ...]:
        """Those fields, and those that say what of them is not known."""
        read = dict.fromkeys(self.asked)
        for fact in self.unknown or ():
            read |= dict.fromkeys((*fact.questions, *(fact.when.fields() if fact.when else ())))
        return tuple(read)


class OutsideWarning(_Rule):
    """A number outside of what is plausible; ``excluded``: it then counts in no criterion."""

    id: str
    check: Literal["outside"]
    fields: tuple[str, ...]
    excluded: bool = False
    low: Decimal | None = None
    high: Decimal | None = None
    text: str

    @model_validator(mode="after")
    def _a_range(self) -> "OutsideWarning":
        if self.low is None and self.high is None:
            raise ValueError("donner « low », « high » ou les deux")
        if self.low is not None and self.high is not None and self.low > self.high:
            raise ValueError(f"« low » ({self.low}) est supérieur à « high » ({self.high})")
        return self

    def is_raised(self, answer: Answer) -> bool:
        """Whether an answer is a number outside of what is plausible."""
        value = answer.value
        if isinstance(value, bool) or not isinstance(value, int | Decimal):
            return False
        below = self.low is not None and value < self.low
        return below or (self.high is not None and value > self.high)


class TooEarlyWarning(_Rule):
    """A date before what is plausible."""

    id: str
    check: Literal["too_early"]
    fields: tuple[str, ...]
    earliest: date
    text: str


class RowWarning(_Rule):
    """A cell of a repetition's rows, of those where ``when_row`` holds, that fails a check."""

    id: str
    check: Literal["row"]
    rows: str
    each: str
    when_row: Condition | None = None
    test: Check
    text: str


class OnlyWarning(_Rule):
    """Rows that all say ``only``, by name or by code, where ``when`` holds on the report."""

    id: str
    check: Literal["rows_only"]
    rows: str
    each: str
    only: tuple[_Text, ...] = Field(min_length=1)
    when: Condition | None = None
    text: str


class ContradictionWarning(_Rule):
    """Answers that cannot all be right: ``when`` holds."""

    id: str
    check: Literal["contradiction"]
    when: Condition
    text: str


class EarlierWarning(_Rule):
    """A complement or a closure of a dossier that has not the same company, or substance."""

    id: str
    check: Literal["earlier_differs"]
    by: Literal["company", "substance"]
    fields: tuple[str, ...] = Field(min_length=1)
    text: str


class PatientDataWarning(_Rule):
    """What looks like a patient's data in any free text but those of ``exclude``."""

    id: str
    check: Literal[
        "nir",
        "phone_in_text",
        "birth_with_initials",
        "initials_with_age",
        "name",
        "hospital_number",
        "email",
        "birth",
        "address",
    ]
    exclude: tuple[str, ...] = ()
    text: str


WarningRule: TypeAlias = Annotated[
    OutsideWarning
    | TooEarlyWarning
    | RowWarning
    | OnlyWarning
    | ContradictionWarning
    | EarlierWarning
    | PatientDataWarning,
    Field(discriminator="check"),
]


class RuleSet(_Rule):
    """A whole rule-set.

    A key with a default is one that older texts, which are kept, do not have.

    Attributes:
        empty_phrases: A free text that is one of them is insufficient.
        says_nothing: A free text that is made of them is missing: case, accents, repeats and
            punctuation apart.
        narratives: Fields that are insufficient under ``short_text`` characters; every long text
            where this is not said.
        empty_rows: Whether a wholly empty row beside a filled one counts as a row.
        in_row: How a reason is told of one of several rows (``{row}``, ``{reason}``).
        row_names: What people call a row of a repetition (``Spécialité``), by the repetition.
        unanswered: What is said of a scope question without an answer.
        unasked: What is said of an item that the form does not ask while no person said so; without
            it, that the answer is missing.
        absent: What is said of a scope question that a person said that the form does not ask.
    """

    version: str
    in_force_from: date
    source: str
    short_text: int = Field(ge=0)
    empty_phrases: tuple[_Text, ...]
    says_nothing: tuple[_Text, ...] = ()
    narratives: tuple[str, ...] | None = None
    empty_rows: Literal["counted", "ignored"] = "counted"
    in_row: str = "{reason}"
    row_names: dict[str, str] = {}
    insufficient: InsufficientTexts
    unreadable: str
    unanswered: str = "question sans réponse"
    unasked: str = ""
    absent: str = "ce formulaire ne la demande pas : une personne en décide"
    bands: tuple[Band, ...]
    scope: tuple[ScopeRule, ...]
    items: tuple[Item, ...]
    priority: Priority
    warnings: tuple[WarningRule, ...] = ()
    digest: str = ""

    @property
    def phrases(self) -> tuple[str, ...]:
        """Every phrase that says nothing, or too little, of some answer."""
        parts = (part for item in self.items for part in item.parts)
        said = (phrase for part in parts for phrase in part.says_nothing)
        return tuple(dict.fromkeys((*self.says_nothing, *self.empty_phrases, *said)))

    @field_validator("in_row")
    @classmethod
    def _row_and_reason(cls, text: str) -> str:
        return _showing_only(text, "row", "reason")


def in_force(rulesets: Sequence[RuleSet], day: date) -> RuleSet:
    """The rule-set in force on ``day``: the newest whose date of effect is not later.

    What was deposited before the first one is judged by the first: one old dossier does not stop
    a run.
    """
    started = [rules for rules in rulesets if rules.in_force_from <= day]
    if not started:
        return min(rulesets, key=lambda rules: rules.in_force_from)
    return max(started, key=lambda rules: rules.in_force_from)
