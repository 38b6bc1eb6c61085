"""Editions: what was handed out at a date that people name, always published, kept by kind."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from exports.cells import paris
from exports.excel_names import file_code
from exports.published.checking import ExportFile, none_left
from exports.published.folders import (
    alone,
    beside,
    discard,
    disk_told,
    flush,
    sweep,
)
from exports.published.manifest import (
    ExportFacts,
    PublishedExport,
    exported,
    own_place,
    read_manifest,
    sequence_of,
)
from exports.published.publishing import Carried, appeared, fill
from french.time import day_in_words

EDITIONS = "editions"


class EditionKind(StrEnum):
    """Kinds of editions; each is compared with the one before it of its kind."""

    WEEKLY = "hebdomadaire"
    MONTHLY = "mensuelle"
    BY_HAND = "a-la-main"


@dataclass(frozen=True, slots=True)
class Edition:
    """Which edition it is.

    Attributes:
        kind: Its kind.
        name: ``2026-S48`` (ISO week), ``2026-11``, or a running number.
        at: When it appears (aware).
        title: What a person called it, by hand.
    """

    kind: EditionKind
    name: str
    at: datetime
    title: str = ""

    @property
    def folder(self) -> str:
        """Name of its folder."""
        code = file_code(self.title)
        return f"{self.name}-{code}" if code else self.name

    @property
    def told(self) -> str:
        """How people name it: ``édition 2026-S48 du lundi 23 novembre 2026``."""
        which = f"n°\u00a0{self.name} «\u00a0{self.title}\u00a0»" if self.title else self.name
        return f"édition {which} du {day_in_words(paris(self.at).date())}"


def edition_of(
    root: Path, kind: EditionKind, *, demarche: int, at: datetime, title: str = ""
) -> Edition:
    """The edition of a kind that appears at a moment: that of its week or month, or the next.

    Args:
        root: Folder of the exports.
        kind: Its kind.
        demarche: Number of the démarche.
        at: The moment (aware).
        title: What a person calls it, by hand.
    """
    day = paris(at).date()
    match kind:
        case EditionKind.WEEKLY:
            year, week, _ = day.isocalendar()
            name = f"{year}-S{week:02}"
        case EditionKind.MONTHLY:
            name = f"{day:%Y-%m}"
        case EditionKind.BY_HAND:
            known = editions(root, kind, demarche=demarche)
            taken = (int(one.manifest["name"]) for one in known)
            name = str(1 + max(taken, default=0))
    return Edition(kind, name, at, title if kind is EditionKind.BY_HAND else "")


def told_of(export: PublishedExport) -> str:
    """How people name a published edition."""
    told = export.manifest
    kind, title = EditionKind(export.kind), str(told.get("title", ""))
    return Edition(kind, str(told["name"]), export.published_at, title).told


def editions(root: Path, kind: EditionKind, *, demarche: int) -> tuple[PublishedExport, ...]:
    """The editions of a kind, newest first: those published last, whatever the clock said."""
    place = root / EDITIONS / kind
    found = [
        one
        for folder in (place.iterdir() if place.is_dir() else ())
        if not folder.name.startswith(".") and (one := exported(folder, demarche=demarche))
    ]
    return tuple(sorted(found, key=lambda one: one.sequence, reverse=True))


def there_is(root: Path, edition: Edition, *, demarche: int) -> PublishedExport | None:
    """The edition, where it is published already."""
    found = editions(root, edition.kind, demarche=demarche)
    return next((one for one in found if one.manifest.get("name") == edition.name), None)


def put_edition(
    root: Path,
    edition: Edition,
    files: Mapping[str, ExportFile] | Mapping[str, Carried],
    *,
    facts: ExportFacts,
    sequence: int,
) -> PublishedExport:
    """Publish an edition in one step. The caller holds the folder of the exports.

    Raises:
        WorkbookCheckError: There is no file at all.
    """
    if not files:
        raise none_left()
    place = root / EDITIONS / edition.kind
    with beside(place) as made:
        content = fill(made, files, facts=facts, at=edition.at, sequence=sequence)
        folder = own_place(place / edition.folder, demarche=facts.demarche)
        made.rename(folder)
    flush(place)
    folder = folder.absolute()
    return PublishedExport(folder, tuple(folder / name for name in files), content)


def sweep_editions(root: Path) -> None:
    """Remove what a killed publisher left unfinished. The caller holds the folder."""
    for kind in EditionKind:
        sweep(root / EDITIONS / kind)


def remove_old_editions(
    root: Path, *, before: Mapping[EditionKind, datetime], at: datetime
) -> tuple[Path, ...]:
    """Remove the editions published before a moment; the newest of each kind always stays.

    Args:
        root: Folder of the exports.
        before: The moment, by kind.
        at: Now: what is dated later was dated by a clock that was ahead.
    """
    with disk_told(root), alone(root):
        removed = old_editions(root, before=before, at=at)
        for folder in removed:
            discard(folder)
    return removed


def old_editions(
    root: Path, *, before: Mapping[EditionKind, datetime], at: datetime
) -> tuple[Path, ...]:
    """What :func:`remove_old_editions` removes."""
    return tuple(
        folder
        for kind, moment in before.items()
        for known in _by_demarche(root / EDITIONS / kind)
        for folder, when in appeared(known, now=at)[1:]
        if when < moment
    )


def _by_demarche(place: Path) -> Iterator[list[tuple[Path, Mapping[str, object]]]]:
    """Editions with their manifests, newest first, one démarche after the other."""
    found: dict[object, list[tuple[Path, Mapping[str, object]]]] = {}
    for folder in place.iterdir() if place.is_dir() else ():
        content = read_manifest(folder)
        if content is not None and not folder.name.startswith("."):
            found.setdefault(content.get("demarche"), []).append((folder, content))
    for known in found.values():
        yield sorted(known, key=lambda one: sequence_of(one[1]), reverse=True)
