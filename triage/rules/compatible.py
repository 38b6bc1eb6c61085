"""Can conditions hold together, given the options that the form offers?

A test can hold when one of its options is offered by a revision of the form; several tests on one
field when one answer makes them all true.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import product

from triage.rules.conditions import Condition

Options = Mapping[str, frozenset[str]]
"""Options of each field of a list, in all revisions; a field of a row is ``rows.field``."""

_BRANCHES = 256
"""More alternatives than this in one condition are not worth trying."""
_ANY_OTHER = ""
"""Stands for any option that no test names, where what the form offers is not known."""


def unknown_options(condition: Condition, options: Options, rows: str) -> Iterator[tuple[str, str]]:
    """Each option that a condition names and no revision offers, after its field.

    Args:
        condition: The condition.
        options: What the form offers.
        rows: Repetition whose rows the condition is on; empty for the report.
    """
    for part in (*(condition.all or ()), *(condition.any or ())):
        yield from unknown_options(part, options, rows)
    offered = options.get(_key(condition.field, rows))
    if offered:
        for option in _named(condition):
            if option not in offered:
                yield condition.field, option


def can_hold(conditions: Sequence[Condition], options: Options, rows: str) -> bool:
    """Whether conditions on one report, or on one row of ``rows``, can all be true."""
    alternatives = [_alternatives(condition) for condition in conditions]
    count = 1
    for one in alternatives:
        count *= len(one)
    if count > _BRANCHES:
        return True
    return any(
        _compatible([test for tests in chosen for test in tests], options, rows)
        for chosen in product(*alternatives)
    )


def _alternatives(condition: Condition) -> list[list[Condition]]:
    """The condition as alternatives, each a list of tests that must hold together."""
    if condition.any is not None:
        return [one for part in condition.any for one in _alternatives(part)]
    if condition.all is not None:
        joined = product(*(_alternatives(part) for part in condition.all))
        return [[test for tests in chosen for test in tests] for chosen in joined]
    return [[condition]]


def _compatible(tests: Sequence[Condition], options: Options, rows: str) -> bool:
    """Whether tests on one report, or one row, can all be true."""
    by_field: dict[str, list[Condition]] = {}
    for test in tests:
        by_field.setdefault(test.field, []).append(test)
    return all(
        _one_answer(found, options.get(_key(field, rows), frozenset()))
        for field, found in by_field.items()
    )


def _one_answer(tests: Sequence[Condition], offered: frozenset[str]) -> bool:
    """Whether one answer can make all tests on a field true, from what the form offers if known."""
    yes_or_no = {test.equals for test in tests if isinstance(test.equals, bool)}
    if len(yes_or_no) > 1:
        return False
    chosen = [test for test in tests if _named(test)]
    allowed = _allowed(chosen, offered)
    if allowed is None:
        return True
    wanted = [one for one in chosen if one.includes_any or one.includes_other_than]
    return bool(allowed) and all(_is_met(one, allowed) for one in wanted)


def _allowed(tests: Sequence[Condition], offered: frozenset[str]) -> set[str] | None:
    """Options that may be in the answer; ``None`` when nothing limits them."""
    named = {option for test in tests for option in _named(test)}
    if not named:
        return None
    others = set(offered) or {*named, _ANY_OTHER}
    allowed = set(others)
    for test in tests:
        if test.not_in is not None or test.includes_none is not None:
            allowed -= set(_named(test))
        elif test.includes_any is None and test.includes_other_than is None:
            allowed &= set(_named(test))
    return allowed


def _is_met(test: Condition, allowed: set[str]) -> bool:
    """Whether options that may be ticked hold one that a test wants."""
    named = set(_named(test))
    return bool(allowed & named) if test.includes_any is not None else bool(allowed - named)


def _named(condition: Condition) -> tuple[str, ...]:
    """Options that a test names."""
    if isinstance(condition.equals, str):
        return (condition.equals,)
    lists = (
        condition.is_in,
        condition.not_in,
        condition.includes_any,
        condition.includes_other_than,
        condition.includes_none,
        condition.only,
    )
    return next((one for one in lists if one is not None), ())


def _key(field: str, rows: str) -> str:
    return f"{rows}.{field}" if rows else field
