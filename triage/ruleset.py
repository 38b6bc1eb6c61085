"""A rule-set: requirements, scope, priority and warnings, as data. See ``triage/unc/rules/``."""

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from mappings.data_file import DataFile, DataFileError
from mappings.mapping import FieldSpec, FormMapping
from triage.checks import Check, OtherCheck
from triage.conditions import Condition

_Text = Annotated[str, BeforeValidator(str)]


class _Rule(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Part(_Rule):
    """One thing that an item asks: of a field, or of the rows of a repetition.

    Attributes:
        field: Field that must be answered.
        rows: Repetition; then ``each`` (every row answers) or ``some`` (one row answers them all).
        when: Asked only if this holds on the report.
        when_row: Asked only of the rows where this holds.
        no_rows: Verdict when no row is there or concerned.
        optional: A blank answer is fine; a given one is still checked.
        ticked: A box that must be ticked.
        missing: Reason shown when missing.
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
    missing: str = ""
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


class Priority(_Rule):
    """Criteria and levels; the first level that holds is proposed."""

    criteria: tuple[PriorityCriterion, ...]
    levels: tuple[PriorityLevel, ...]


class WarningRule(_Rule):
    """Something to look at that blocks nothing. ``fields`` is a list or ``all_text``."""

    id: str
    check: Literal["outside", "nir", "phone_in_text", "birth_with_initials"]
    fields: tuple[str, ...] | Literal["all_text"]
    exclude: tuple[str, ...] = ()
    low: Decimal | None = None
    high: Decimal | None = None
    text: str


class RuleSet(_Rule):
    """A whole rule-set."""

    version: str
    in_force_from: date
    source: str
    short_text: int = Field(ge=0)
    empty_phrases: tuple[_Text, ...]
    insufficient: InsufficientTexts
    unreadable: str
    bands: tuple[Band, ...]
    scope: tuple[ScopeRule, ...]
    items: tuple[Item, ...]
    priority: Priority
    warnings: tuple[WarningRule, ...] = ()
    digest: str = ""


def parse_ruleset(text: str, *, source: str, mapping: FormMapping) -> RuleSet:
    """The rule-set that a file's text states, every field it names being one of the mapping.

    Raises:
        DataFileError: With each problem, its file and its line.
    """
    file = DataFile(text, source=source)
    rules = file.validate(RuleSet)
    problems = [
        *(
            file.problem(path, f"le champ « {name} » n'existe pas dans la correspondance")
            for path, name in _named_fields(rules, mapping)
        ),
        *_repeated_ids(file, rules),
    ]
    if problems:
        raise DataFileError(problems)
    return rules.model_copy(update={"digest": file.digest})


def in_force(rulesets: Sequence[RuleSet], day: date) -> RuleSet:
    """The rule-set in force on ``day``: the newest whose date of effect is not later.

    Raises:
        LookupError: None is in force yet.
    """
    started = [rules for rules in rulesets if rules.in_force_from <= day]
    if not started:
        raise LookupError(f"aucun référentiel n'est en vigueur le {day:%d/%m/%Y}")
    return max(started, key=lambda rules: rules.in_force_from)


_Path = tuple[int | str, ...]


def _named_fields(rules: RuleSet, mapping: FormMapping) -> Iterator[tuple[_Path, str]]:
    """Each (place, name) of a field that the mapping does not have."""
    for path, name, known in _field_uses(rules, mapping):
        if name and name not in known:
            yield path, name


_Use = tuple[_Path, str, dict[str, FieldSpec]]


def _field_uses(rules: RuleSet, mapping: FormMapping) -> Iterator[_Use]:
    top = dict(mapping.fields)
    for index, scope in enumerate(rules.scope):
        yield ("scope", index, "field"), scope.field, top
    for index, item in enumerate(rules.items):
        place: _Path = ("items", index)
        yield from _condition_uses(item.when, (*place, "when"), top)
        for number, part in enumerate(item.parts):
            yield from _part_uses(part, (*place, "parts", number), top)
    for index, criterion in enumerate(rules.priority.criteria):
        yield from _condition_uses(criterion.when, ("priority", "criteria", index, "when"), top)
    for index, level in enumerate(rules.priority.levels):
        yield from _condition_uses(level.when, ("priority", "levels", index, "when"), top)
    for index, warning in enumerate(rules.warnings):
        named = () if warning.fields == "all_text" else warning.fields
        for name in (*named, *warning.exclude):
            yield ("warnings", index), name, top


def _part_uses(part: Part, place: _Path, top: dict[str, FieldSpec]) -> Iterator[_Use]:
    yield place, part.subject, top
    yield from _condition_uses(part.when, (*place, "when"), top)
    inner = dict(top[part.rows].fields) if part.rows in top else top
    for name in (part.each, *part.some):
        yield place, name, inner
    yield from _condition_uses(part.when_row, (*place, "when_row"), inner)
    for index, check in enumerate(part.checks):
        if isinstance(check, OtherCheck):
            yield (*place, "checks", index, "other"), check.other, inner if part.rows else top


def _condition_uses(
    condition: Condition | None, place: _Path, known: dict[str, FieldSpec]
) -> Iterator[_Use]:
    for name in condition.fields() if condition else ():
        yield place, name, known


def _repeated_ids(file: DataFile, rules: RuleSet) -> Iterator[str]:
    seen: set[str] = set()
    for index, item in enumerate(rules.items):
        if item.id in seen:
            yield file.problem(("items", index, "id"), f"l'item « {item.id} » est déjà défini")
        seen.add(item.id)
