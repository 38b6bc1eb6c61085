"""Can each condition of a rule-set hold, given what the form lets people answer?

A test can hold when one of its options is offered by a revision of the form; several tests joined
can hold when no single-choice or yes/no field would have to have two values at once.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import product

from mappings.labels import normalise_label
from mappings.mapping import FieldSpec, FormMapping
from mappings.revision import Descriptor, Revision
from triage.conditions import Condition
from triage.ruleset import ContradictionWarning, RowWarning, RuleSet

Path = tuple[int | str, ...]
Options = Mapping[str, frozenset[str]]
"""Options of each field of a list, in all revisions; a field of a row is ``rows.field``."""

_BRANCHES = 256
"""More alternatives than this in one condition are not worth trying."""


def form_options(revisions: Iterable[Revision], mapping: FormMapping) -> Options:
    """What the revisions of a form offer, for each field of the mapping."""
    found: dict[str, frozenset[str]] = {}
    for revision in revisions:
        for name, spec in mapping.fields.items():
            descriptor = _asked(spec, revision.champs)
            if descriptor is None:
                continue
            found[name] = found.get(name, frozenset()) | _options(descriptor)
            for inner, child in spec.fields.items():
                cell = _asked(child, descriptor.children)
                if cell is not None:
                    key = f"{name}.{inner}"
                    found[key] = found.get(key, frozenset()) | _options(cell)
    return found


def unreachable(rules: RuleSet, options: Options) -> Iterator[tuple[Path, str]]:
    """Each place of a rule-set whose condition can never hold, with why, in French."""
    for index, item in enumerate(rules.items):
        place: Path = ("items", index)
        yield from _told((*place, "when"), [item.when], options, rows="")
        for number, part in enumerate(item.parts):
            here = (*place, "parts", number)
            yield from _told((*here, "when"), [item.when, part.when], options, rows="")
            yield from _told((*here, "when_row"), [part.when_row], options, rows=part.rows)
    for index, criterion in enumerate(rules.priority.criteria):
        here = ("priority", "criteria", index, "when")
        yield from _told(here, [criterion.when], options, rows="")
    for index, warning in enumerate(rules.warnings):
        if isinstance(warning, ContradictionWarning):
            yield from _told(("warnings", index, "when"), [warning.when], options, rows="")
        elif isinstance(warning, RowWarning):
            here = ("warnings", index, "when_row")
            yield from _told(here, [warning.when_row], options, rows=warning.rows)
    yield from _shadowed(rules)


def _told(
    path: Path, conditions: Sequence[Condition | None], options: Options, *, rows: str
) -> Iterator[tuple[Path, str]]:
    given = [condition for condition in conditions if condition is not None]
    if conditions[-1] is None:
        return
    for condition in given:
        for field, option in _unknown_options(condition, options, rows):
            yield path, f"« {option} » n'est pas une réponse que le formulaire propose pour {field}"
    if not _can_hold(given, options, rows):
        yield path, "cette condition ne peut jamais être vraie"


def _shadowed(rules: RuleSet) -> Iterator[tuple[Path, str]]:
    levels = rules.priority.levels
    for index, level in enumerate(levels[:-1]):
        if level.always:
            here: Path = ("priority", "levels", index + 1)
            yield here, f"jamais atteint : « {level.level} », avant lui, est sans condition"
            return
        if level.at_least > len(rules.priority.criteria):
            yield ("priority", "levels", index, "at_least"), "il y a moins de critères que cela"
    seen: set[int] = set()
    for index, band in enumerate(rules.bands):
        if band.lowest in seen:
            yield ("bands", index), "une autre bande commence au même score"
        seen.add(band.lowest)


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


def _unknown_options(
    condition: Condition, options: Options, rows: str
) -> Iterator[tuple[str, str]]:
    for part in (*(condition.all or ()), *(condition.any or ())):
        yield from _unknown_options(part, options, rows)
    offered = options.get(_key(condition.field, rows))
    if offered:
        for option in _named(condition):
            if option not in offered:
                yield condition.field, option


def _key(field: str, rows: str) -> str:
    return f"{rows}.{field}" if rows else field


def _can_hold(conditions: Sequence[Condition], options: Options, rows: str) -> bool:
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
    allowed: dict[str, set[str | bool]] = {}
    for test in tests:
        values = _values(test, options.get(_key(test.field, rows)))
        if values is None:
            continue
        if not values:
            return False
        if test.equals is None and test.is_in is None and test.not_in is None:
            continue  # several options may be ticked: two tests never exclude each other here
        allowed[test.field] = allowed.get(test.field, values) & values
        if not allowed[test.field]:
            return False
    return True


def _values(test: Condition, offered: frozenset[str] | None) -> set[str | bool] | None:
    """Answers that make a test true; ``None`` when the form does not limit them."""
    if isinstance(test.equals, bool):
        return {test.equals}
    named = set(_named(test))
    if not named:
        return None
    if test.not_in is not None or test.includes_other_than is not None:
        return set(offered - named) if offered else None
    if test.includes_none is not None:
        return set(offered - named) if offered else None
    return {*(named & offered)} if offered else {*named}


def _asked(spec: FieldSpec, descriptors: Sequence[Descriptor]) -> Descriptor | None:
    by_id = {descriptor.id: descriptor for descriptor in descriptors}
    by_label = {normalise_label(descriptor.label): descriptor for descriptor in descriptors}
    for champ in spec.champs:
        found = by_id.get(champ) or by_label.get(champ)
        if found is not None:
            return found
    return None


def _options(descriptor: Descriptor) -> frozenset[str]:
    """Options that can be answered; DS shows the first list of a pair as ``--title--``."""
    return frozenset(option.removeprefix("--").removesuffix("--") for option in descriptor.options)
