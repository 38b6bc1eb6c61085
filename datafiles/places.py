"""Places of a data file as staff name them: « élément A1, partie 1, contrôle 1 »."""

from collections.abc import Iterable, Iterator
from typing import Any

_ENTRIES = {
    "all": ("condition", ""),
    "any": ("condition", ""),
    "bands": ("bande", ""),
    "champ": ("champ", ""),
    "checks": ("contrôle", ""),
    "columns": ("colonne", "name"),
    "criteria": ("critère", "id"),
    "items": ("élément", "id"),
    "levels": ("niveau", "level"),
    "parts": ("partie", ""),
    "scope": ("question", "field"),
    "sheets": ("feuille", "name"),
    "warnings": ("point à regarder", "id"),
}
"""What the entries of a list are called, and the key that names each."""


def place(path: Iterable[int | str], data: Any) -> str:
    """Where ``path`` leads, in words: keys as they stand, entries of a list by name or number."""
    told: list[str] = []
    keys: list[str] = []
    for step, entry in _walked(path, data):
        if not isinstance(step, int):
            keys.append(str(step))
            continue
        key = keys.pop() if keys and keys[-1] in _ENTRIES else ""
        told += [".".join(keys)] if keys else []
        told.append(_entry(key, step, entry))
        keys = []
    return ", ".join([*told, ".".join(keys)] if keys else told)


def _walked(path: Iterable[int | str], data: Any) -> Iterator[tuple[int | str, Any]]:
    """Each step, as a number only where it counts the entries of a list, with what is there."""
    node = data
    for step in path:
        counted = isinstance(node, list) and isinstance(step, int)
        try:
            node = node[step]
        except (KeyError, IndexError, TypeError):
            node = None
        yield step if counted else str(step), node


def _entry(key: str, at: int, entry: Any) -> str:
    noun, named_by = _ENTRIES.get(key, ("", ""))
    name = entry.get(named_by) if named_by and isinstance(entry, dict) else None
    if isinstance(name, str) and name.strip():
        return f"{noun} {' '.join(name.split())}"
    number = f"n° {at + 1}" if named_by or not noun else str(at + 1)
    return f"{noun} {number}".strip()
