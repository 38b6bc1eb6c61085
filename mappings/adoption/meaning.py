"""What a mapping says that rules, the policy or a reader of workbooks would notice, in short.

An adoption is of a form and of a mapping: it keeps these, so that a mapping that says otherwise
since is seen, and named. Comments, order, layout, titles and meanings are not of it.
"""

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import fields, is_dataclass
from hashlib import sha256
from typing import Any

from mappings.adoption.absences import every_spec
from mappings.schema.model import FieldSpec, FormMapping

_TOLD = frozenset({"name", "title", "meaning", "fields"})
"""What only tells people what a field is, and the fields of rows, each known by its own path."""
_SHORT = 8


def meanings_of(mapping: FormMapping) -> dict[str, str]:
    """A short digest of what is said of each field, annotation and label, by its path."""
    said: dict[str, Any] = dict(every_spec(mapping))
    said |= {f"labels.{name}": their for name, their in mapping.labels.items()}
    said |= {"medicines": mapping.medicines} if mapping.medicines else {}
    return {path: _digest(_plain(one)) for path, one in said.items()}


def moved_since(adopted: Mapping[str, str], mapping: FormMapping) -> tuple[str, ...]:
    """Paths of which a mapping says otherwise than the one that was adopted; what is new follows.

    Args:
        adopted: What :func:`meanings_of` told of it; nothing where that was not kept.
        mapping: The present one.
    """
    if not adopted:
        return ()
    now = meanings_of(mapping)
    every = dict.fromkeys((*adopted, *now))
    return tuple(path for path in every if adopted.get(path) != now.get(path))


def _digest(said: Any) -> str:
    return sha256(repr(said).encode()).hexdigest()[:_SHORT]


def _plain(said: Any) -> Any:
    """A value in an order of its own; what is not said is left out, so that software may grow."""
    if is_dataclass(said):
        return (type(said).__name__, *_named(said))
    if isinstance(said, Mapping):
        return sorted((str(key), _plain(one)) for key, one in said.items())
    if isinstance(said, AbstractSet):
        return sorted(map(str, said))
    if isinstance(said, tuple):
        return [_plain(one) for one in said]
    return f"{type(said).__name__} {said}"


def _named(said: Any) -> Iterator[tuple[str, Any]]:
    """Each attribute that says something: no, of a constant or of an option, does."""
    told_only = _TOLD | {"written"} if isinstance(said, FieldSpec) else _TOLD
    for one in sorted(fields(said), key=lambda each: each.name):
        value = getattr(said, one.name)
        if one.name not in told_only and (value or one.name in {"means", "value"}):
            yield one.name, _plain(value)
