"""What a mapping says that rules, the policy or a reader of workbooks would notice, in short.

An adoption is of a form and of a mapping: it keeps these, so that a mapping that says otherwise
since is seen, and named. Comments, order, layout, titles, meanings and units are not of it.
"""

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import fields, is_dataclass
from hashlib import sha256
from typing import Any

from mappings.adoption.absences import every_spec
from mappings.schema.model import FieldSpec, FormMapping
from mappings.schema.sources import Option

_TOLD = frozenset({"name", "title", "meaning", "unit", "fields", "audience"})
"""What only tells people what a field is, the fields of rows, each known by its own path, and who
reads it, which is told apart."""
_NETWORK = " reseau"
_SHORT = 8


def meanings_of(mapping: FormMapping) -> dict[str, str]:
    """A short digest of what is said of each field, annotation and label, by its path."""
    specs = every_spec(mapping)
    said: dict[str, Any] = dict(specs)
    said |= {f"labels.{name}": their for name, their in mapping.labels.items()}
    said |= {"medicines": mapping.medicines} if mapping.medicines else {}
    leaves = {path for path, one in specs.items() if getattr(one, "audience", "") == "reseau"}
    return {
        path: f"{_digest(_plain(one))}{_NETWORK if path in leaves else ''}"
        for path, one in said.items()
    }


def moved_since(adopted: Mapping[str, str], mapping: FormMapping) -> tuple[str, ...]:
    """Paths of which a mapping says otherwise than the one that was adopted; what is new follows.

    What is kept at the agency since is no such thing: it must go from the workbooks at once.

    Args:
        adopted: What :func:`meanings_of` told of it; nothing where that was not kept.
        mapping: The present one.
    """
    if not adopted:
        return ()
    now = meanings_of(mapping)
    every = dict.fromkeys((*adopted, *now))
    return tuple(
        path
        for path in every
        if now.get(path) not in {adopted.get(path), adopted.get(path, "").removesuffix(_NETWORK)}
    )


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
    letter = isinstance(said, FieldSpec | Option)  # of an annotation, whether the bridge writes it
    told_only = _TOLD | {"written"} if letter else _TOLD
    for one in sorted(fields(said), key=lambda each: each.name):
        value = getattr(said, one.name)
        if one.name not in told_only and (value or one.name in {"means", "value"}):
            yield one.name, _plain(value)
