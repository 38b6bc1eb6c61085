"""What differs between two rule-sets, place by place."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from triage.rules.model import RuleSet

_NAMES = ("id", "level", "field", "rows", "name", "check")
"""Keys that name an entry of a list, so that its order does not matter."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference.

    Attributes:
        place: Where, as in ``items.D3.penalty``.
        before: Value in the first rule-set; ``None`` when it is new.
        after: Value in the second; ``None`` when it is gone.
    """

    place: str
    before: str | None
    after: str | None


def differences(one: RuleSet, other: RuleSet) -> tuple[Difference, ...]:
    """What differs, in the order of the first rule-set, then what is only in the second."""
    before, after = dict(_leaves("", _plain(one))), dict(_leaves("", _plain(other)))
    places = dict.fromkeys([*before, *after])
    return tuple(
        Difference(place=place, before=before.get(place), after=after.get(place))
        for place in places
        if before.get(place) != after.get(place)
    )


def _plain(rules: RuleSet) -> Any:
    return rules.model_dump(mode="json", by_alias=True, exclude={"digest"}, exclude_defaults=True)


def _leaves(place: str, value: Any) -> Iterator[tuple[str, str]]:
    match value:
        case dict():
            for key, one in value.items():
                yield from _leaves(f"{place}.{key}" if place else str(key), one)
        case list() if any(isinstance(one, dict) for one in value):
            for name, one in _named(value):
                yield from _leaves(f"{place}.{name}", one)
        case list():
            yield place, ", ".join(map(_written, value))
        case _:
            yield place, _written(value)


def _written(value: Any) -> str:
    """A value as the file has it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _named(entries: list[Any]) -> Iterator[tuple[str, Any]]:
    """Entries with a name each; two of one name are told apart by their number."""
    seen: dict[str, int] = {}
    for at, entry in enumerate(entries, start=1):
        name = _name(entry) if isinstance(entry, Mapping) else str(at)
        seen[name] = seen.get(name, 0) + 1
        yield (name if seen[name] == 1 else f"{name}#{seen[name]}"), entry


def _name(entry: Mapping[str, Any]) -> str:
    found = [str(entry[key]) for key in _NAMES if key in entry]
    if not found:
        return next((key for key in ("all", "any") if key in entry), "?")
    return f"{found[0]}/{entry['each']}" if "each" in entry else found[0]


def clashes(name: str, rulesets: Mapping[str, RuleSet]) -> Iterator[tuple[str, str]]:
    """What a rule-set has in common with another: the key of its file, and a French sentence.

    Args:
        name: The rule-set, among them.
        rulesets: All of them, by name of file.
    """
    mine = rulesets[name]
    for other, rules in rulesets.items():
        if other == name:
            continue
        if rules.in_force_from == mine.in_force_from:
            day = f"{mine.in_force_from:%d/%m/%Y}"
            yield "in_force_from", f"{other} a la même date d'effet ({day})"
        if rules.version == mine.version:
            yield "version", f"{other} a la même version ({mine.version})"
