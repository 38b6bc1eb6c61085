"""All that people can fetch: the current workbooks, the editions, and what came before them."""

from collections.abc import Iterator
from pathlib import Path

from exports.published.current import current
from exports.published.editions import EDITIONS, EditionKind, editions
from exports.published.manifest import ON_REQUEST, PublishedExport
from exports.published.publishing import dated


def published(root: Path, *, demarche: int) -> Iterator[PublishedExport]:
    """Yield the exports of a démarche: the current one, editions by kind, then older layouts."""
    there = current(root, demarche=demarche)
    if there is not None:
        yield there
    for kind in EditionKind:
        yield from editions(root, kind, demarche=demarche)
    yield from dated(root, demarche=demarche)


def latest(root: Path, *, demarche: int) -> PublishedExport | None:
    """The current workbooks; before the first ones, what was published last."""
    return next(published(root, demarche=demarche), None)


def last_sequence(root: Path, *, demarche: int) -> int:
    """Highest place of a publication that is there; 0 without any."""
    return max((one.sequence for one in published(root, demarche=demarche)), default=0)


def sequences(root: Path, *, demarche: int) -> frozenset[int]:
    """Places of all publications whose files are there."""
    return frozenset(
        place
        for one in published(root, demarche=demarche)
        for place in (one.sequence, *(file.get("sequence", 0) for file in one.manifest["files"]))
    )


def stamp(root: Path) -> tuple[int, ...]:
    """Moves whenever something is published or removed."""
    places = (root, *(root / EDITIONS / kind for kind in EditionKind))
    return tuple(place.stat().st_mtime_ns if place.is_dir() else 0 for place in places)


__all__ = ["ON_REQUEST", "last_sequence", "latest", "published", "sequences", "stamp"]
