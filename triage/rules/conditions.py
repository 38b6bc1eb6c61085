"""Conditions of a rule-set: plain structured data, so that staff can write them and nothing runs.

A condition on an unanswered field is false. ``supports`` tells which fields made it true; ``truth``
also knows what is not known.
"""

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from datetime import date
from decimal import Decimal
from typing import Annotated, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, model_validator

from mappings.report.model import Answer, Value

Answers: TypeAlias = Mapping[str, Answer]
Options: TypeAlias = Annotated[tuple[str, ...], Field(min_length=1)]


class Condition(BaseModel):
    """One test on a field, or several joined by ``all`` or ``any``."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    field: str = ""
    equals: bool | str | None = None
    is_in: Options | None = Field(default=None, alias="in")
    not_in: Options | None = None
    includes_any: Options | None = None
    includes_other_than: Options | None = None
    only: Options | None = None
    includes_none: Options | None = None
    at_least: Decimal | None = None
    more_than: str | None = None
    all: "tuple[Condition, ...] | None" = None
    any: "tuple[Condition, ...] | None" = None

    @model_validator(mode="after")
    def _one_meaning(self) -> "Condition":
        given = self.model_fields_set - {"field"}
        if len(given) != 1:
            raise ValueError("une condition fait un seul test (equals, in, not_in, …)")
        if bool(self.field) == bool(given & {"all", "any"}):
            raise ValueError("un test nomme son champ (field) ; all et any n'en ont pas")
        return self

    def fields(self) -> Iterator[str]:
        """Every field that the condition reads."""
        if self.field:
            yield self.field
        if self.more_than:
            yield self.more_than
        for part in (*(self.all or ()), *(self.any or ())):
            yield from part.fields()


def holds(condition: Condition | None, answers: Answers) -> bool:
    """Whether the condition is true; no condition is true."""
    if condition is None:
        return True
    if condition.all is not None:
        return all(holds(part, answers) for part in condition.all)
    if condition.any is not None:
        return any(holds(part, answers) for part in condition.any)
    value = answers[condition.field].value
    if value is None:
        return False
    if condition.more_than is not None:
        return _is_more(value, answers[condition.more_than].value)
    return _test(condition, value)


def truth(
    condition: Condition | None, answers: Answers, *, unknown: AbstractSet[str] = frozenset()
) -> bool | None:
    """Whether the condition is true, when some answers are not known; ``None``: nobody can tell."""
    if condition is None:
        return True
    parts = condition.all if condition.all is not None else condition.any
    if parts is None:
        doubtful = condition.field in unknown or condition.more_than in unknown
        return None if doubtful else holds(condition, answers)
    found = [truth(part, answers, unknown=unknown) for part in parts]
    decisive = condition.any is not None  # one that is true decides « any »; one false, « all »
    if decisive in found:
        return decisive
    return None if None in found else not decisive


def supports(condition: Condition, answers: Answers) -> tuple[str, ...]:
    """Fields whose own test is true, in the order of the condition; empty when it is false."""
    if not holds(condition, answers):
        return ()
    if condition.field:
        return tuple(dict.fromkeys(condition.fields()))
    parts = (*(condition.all or ()), *(condition.any or ()))
    found = [field for part in parts for field in supports(part, answers)]
    return tuple(dict.fromkeys(found))


def _test(condition: Condition, value: Value) -> bool:
    if condition.equals is not None:
        return value == condition.equals
    if condition.at_least is not None:
        return (
            isinstance(value, int | Decimal)
            and not isinstance(value, bool)
            and value >= condition.at_least
        )
    options = set(value) if isinstance(value, tuple) else {value}
    if condition.is_in is not None:
        return bool(options & set(condition.is_in))
    if condition.includes_any is not None:
        return bool(options & set(condition.includes_any))
    if condition.includes_none is not None:
        return not options & set(condition.includes_none)
    if condition.only is not None:
        return options <= set(condition.only)
    other_than = condition.not_in if condition.not_in is not None else condition.includes_other_than
    return bool(options - set(other_than or ()))


def _is_more(value: Value, other: Value | None) -> bool:
    """Whether a number is above another one, or a date after another one."""
    match value, other:
        case (bool(), _) | (_, bool()) | (_, None):
            return False
        case (int() | Decimal(), int() | Decimal()):
            return value > other
        case (date(), date()):
            return value > other
        case _:
            return False
