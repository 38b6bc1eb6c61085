"""What a rule-set reads of a report, so that drift knows what spoils a verdict."""

from collections.abc import Iterator

from mappings.drift.model import Needs
from triage.rules.conditions import Condition
from triage.rules.model import Item, RuleSet
from triage.rules.public_facts import PUBLIC_FACTS


def needs_of(rules: RuleSet) -> Needs:
    """Fields of the scope, fields that must be answered or are compared, and options named."""
    conditions = list(_conditions(rules))
    read = {path for path, _ in conditions}
    for item in rules.items:
        if item.mandatory:
            read |= {path for part in item.parts for path in part.paths}
    options: dict[str, frozenset[str]] = {}
    for path, named in conditions:
        options[path] = options.get(path, frozenset()) | named
    return Needs(
        scope=frozenset(scope.field for scope in rules.scope),
        read=frozenset(read),
        options={path: named for path, named in options.items() if named},
    )


def _conditions(rules: RuleSet) -> Iterator[tuple[str, frozenset[str]]]:
    """Each field that a condition reads, with the options that it names."""
    for item in rules.items:
        yield from _of_item(item)
    weighing = (
        *(one.when for one in rules.priority.criteria),
        *(one.when for one in rules.priority.levels),
    )
    for condition in weighing:
        yield from (one for one in _named(condition) if one[0] not in PUBLIC_FACTS)


def _of_item(item: Item) -> Iterator[tuple[str, frozenset[str]]]:
    yield from _named(item.when)
    for part in item.parts:
        yield from _named(part.when)
        yield from _named(part.when_row, rows=f"{part.rows}.")


def _named(condition: Condition | None, *, rows: str = "") -> Iterator[tuple[str, frozenset[str]]]:
    if condition is None:
        return
    if condition.field:
        yield f"{rows}{condition.field}", frozenset(_options(condition))
    for inner in (*(condition.all or ()), *(condition.any or ())):
        yield from _named(inner, rows=rows)


def _options(condition: Condition) -> Iterator[str]:
    """The texts that a test compares with: options, whichever test it is."""
    for test in condition.model_fields_set - {"field", "more_than"}:
        match getattr(condition, test):
            case str() as option:
                yield option
            case tuple() as options:
                yield from options
            case _:
                continue
