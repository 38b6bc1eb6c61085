"""Defects and borders, from the data file, planted so that none touches another."""

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from typing import Any

from sandbox.generator.data import phrases, read
from sandbox.generator.draft import DraftDossier
from sandbox.generator.files import attachment

BLOCKING = {"missing", "invalid"}
GHOST_SHIFT = 5_000_000
RENAMED = {"if": "needs", "set": "edits"}


@dataclass(frozen=True, slots=True)
class PlantedDefect:
    """One edit of the answers, and the verdicts that follow from it."""

    name: str
    verdicts: Mapping[str, str]
    needs: Mapping[Any, Any] = field(default_factory=dict)
    revision: int | None = None
    rows: int | None = None
    group: str | None = None
    edits: Mapping[int, Any] = field(default_factory=dict)
    row: Mapping[int, Mapping[int, Any]] = field(default_factory=dict)
    drop: tuple[int, ...] = ()

    @property
    def blocks(self) -> bool:
        """Whether a report with this defect is not complete."""
        return bool(BLOCKING & set(self.verdicts.values()))

    @property
    def places(self) -> set[int | str]:
        """What two defects of one dossier may not share."""
        cells = {child for row in self.row.values() for child in row}
        group = {f"group {self.group}"} if self.group else set()
        return {*self.edits, *cells, *self.drop, *self.verdicts, *group}

    def fits(self, draft: DraftDossier) -> bool:
        """Say whether the defect can be planted here, with its verdicts as announced."""
        if self.revision not in (None, draft.plan.revision):
            return False
        if self.rows not in (None, len(draft.answers[15])) or self.places & draft.touched:
            return False
        return all(holds(draft, where, wanted) for where, wanted in self.needs.items())

    def plant(self, draft: DraftDossier) -> None:
        """Edit the answers and note the verdicts."""
        for champ in self.drop:
            draft.answers.pop(champ, None)
        for champ, value in self.edits.items():
            draft.answers[champ] = resolve(draft, champ, value)
        for champ, cells in self.row.items():
            new = {child: resolve(draft, child, value) for child, value in cells.items()}
            draft.answers[champ][0] = draft.answers[champ][0] | new
        draft.items.update(self.verdicts)
        draft.touched |= self.places
        draft.planted.append(self.name)


@cache
def catalogue() -> dict[str, PlantedDefect]:
    """Read every defect and border by name."""
    found = {}
    for raw in read("defects"):
        named = {RENAMED.get(key, key): value for key, value in raw.items()}
        defect = PlantedDefect(**{**named, "drop": tuple(named.get("drop", ()))})
        found[defect.name] = defect
    return found


def holds(draft: DraftDossier, where: int | str, wanted: str) -> bool:
    """Say whether an item has this verdict so far, or a champ this answer."""
    if isinstance(where, str):
        return draft.items[where] == wanted
    answer = draft.answers.get(where)
    return wanted in answer if isinstance(answer, list) else answer == wanted


def resolve(draft: DraftDossier, champ: int, value: Any) -> Any:
    """Turn a value of the data file into an answer; one with a ``$`` depends on the dossier."""
    if not isinstance(value, Mapping):
        return [dict(one) for one in value] if is_rows(value) else value
    name, argument = next(iter(value.items()))
    return RESOLVERS[name](draft, champ, argument)


def day(draft: DraftDossier, _champ: int, shift: int) -> str:
    """Give the day so many days after the deposit."""
    return (draft.plan.day + timedelta(days=shift)).isoformat()


def scanned(_draft: DraftDossier, champ: int, scans: Sequence[str]) -> list[dict[str, Any]]:
    """Give a file for each verdict of the antivirus."""
    return [
        attachment(f"Document {champ}-{at}.pdf", [f"Document {champ}"], scan=scan)
        for at, scan in enumerate(scans, start=1)
    ]


RESOLVERS: Mapping[str, Callable[[DraftDossier, int, Any], Any]] = {
    "$phrase": lambda draft, _champ, _: draft.pick(phrases("empty")),
    "$short": lambda draft, _champ, _: draft.pick(phrases("short")),
    "$text": lambda draft, _champ, name: draft.pick(phrases(name)),
    "$copy": lambda draft, _champ, other: draft.answers[other],
    "$number": lambda draft, _, who: draft.plan.number + (GHOST_SHIFT if who == "ghost" else 0),
    "$siret": lambda draft, _champ, _: wrong_siret(draft.siret),
    "$deposit": day,
    "$files": scanned,
}


def is_rows(value: Any) -> bool:
    """Say whether a value is the rows of a repetition."""
    return isinstance(value, list) and all(isinstance(one, Mapping) for one in value)


def wrong_siret(siret: str) -> str:
    """Change the key of a SIRET."""
    return siret[:-1] + str((int(siret[-1]) + 1) % 10)


class DefectQueue:
    """Names served in turn: the first that fits leaves for the end, those that do not fit wait."""

    def __init__(self, names: list[str]) -> None:
        self._names = deque(names)

    def plant(self, draft: DraftDossier, most: int) -> int:
        """Plant up to ``most`` of the next ones that fit; give how many were."""
        done = 0
        for name in list(self._names):
            if done == most:
                break
            defect = catalogue()[name]
            if defect.fits(draft):
                defect.plant(draft)
                self._names.remove(name)
                self._names.append(name)
                done += 1
        return done
