"""What waits for a person: dossiers with why now, as in `À traiter`, and what they saw. Pure."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import NamedTuple

from exports.sheets.columns import Reason
from exports.sheets.to_treat import Circumstances, WaitingFacts, why_now
from mappings.schema.model import Audience
from store.staff.lines import WaitingLine

_MARK = 12


class Due(NamedTuple):
    """A dossier that waits.

    Attributes:
        modified: Moment of its last change, see :attr:`store.staff.lines.DossierLine.modified`.
        number: The dossier.
        why: Why now, the most urgent first.
        seen: Whether the person saw it so already.
    """

    modified: str
    number: int
    why: tuple[Reason, ...]
    seen: bool

    @property
    def mark(self) -> str:
        """What the person sees of it: another one, once it changed or waits for more."""
        return mark_of(self.modified, self.why)


@dataclass(frozen=True, slots=True)
class Whose:
    """Whose first page it is.

    Attributes:
        account: Address of the person.
        author: Whose workbook is theirs.
        audience: As whom they read.
        centre: Code of their centre, or blank.
    """

    account: str
    author: str
    audience: Audience
    centre: str


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads the first page.

    Attributes:
        centre: Code of their centre, or blank.
        words: Why a dossier may wait for them, in which words, in order.
        judged: Dossiers on which those of their workbook gave their opinion.
        seen: What they saw of each dossier last.
    """

    centre: str
    words: Mapping[Reason, str]
    judged: Collection[int]
    seen: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class Queue:
    """All dossiers that wait for somebody, the latest change first.

    Attributes:
        due: The dossiers.
        counts: How many wait for each reason, in order; one may wait for several.
        unseen: How many the person has not seen as they are.
    """

    due: tuple[Due, ...]
    counts: Mapping[Reason, int]
    unseen: int


def queue_of(lines: Iterable[WaitingLine], reader: Reader, around: Circumstances) -> Queue:
    """What waits for a reader now."""
    due, known = [], dict[str, tuple[Reason, ...]]()
    centre = f" {reader.centre} "
    for number, waits, situation, own, modified in lines:
        could = known.get(waits)
        if could is None:
            could = known[waits] = tuple(name for name in reader.words if f" {name} " in waits)
        judged = number in reader.judged
        why = why_now(WaitingFacts(number, could, situation, centre in own, judged), around)
        if why:
            seen = number in reader.seen and reader.seen[number] == mark_of(modified, why)
            due.append(Due(modified, number, why, seen))
    due.sort(reverse=True)
    counts: Counter[Reason] = Counter()
    for reasons, count in Counter(one.why for one in due).items():
        counts.update(dict.fromkeys(reasons, count))
    return Queue(
        due=tuple(due),
        counts={name: counts[name] for name in reader.words if counts[name]},
        unseen=sum(not one.seen for one in due),
    )


def mark_of(modified: str, why: Iterable[str]) -> str:
    """What a person sees of a dossier that waits."""
    return sha256(" ".join((modified, *sorted(why))).encode()).hexdigest()[:_MARK]
