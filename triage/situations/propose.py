"""Which situation each report is in: proposed by the bridge, decided by people.

What a person decided (on the dossier, or by ``unc situations``) is never undone here; everything
else is proposed anew from the groups, under ids that stay as they are as far as they can.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from triage.situations.description import Description, settled
from triage.situations.grouping import group, signature
from triage.situations.likeness import Likeness
from triage.situations.matching import MatchingRules

_OURS = re.compile(r"SIT-(\d+)")
_TITLED = re.compile(r"(SIT-\d+)\s*[–—:-]\s+.*", re.DOTALL | re.IGNORECASE)


def is_ours(situation: str) -> bool:
    """Whether an id is one that the bridge gives: not a name that a person typed."""
    return _OURS.fullmatch(situation) is not None


def titled(situation: str, title: str) -> str:
    """A situation as annotation 907 shows it: the bridge's id beside what it is about."""
    return f"{situation} — {title}" if title and is_ours(situation) else situation


def named_in(text: str) -> str:
    """The situation that annotation 907 names: the bridge's id without its title, or a name."""
    found = _TITLED.fullmatch(text.strip())
    return found[1] if found else text


def next_id(known: Iterable[str]) -> str:
    """An id that no situation had."""
    numbers = [int(match.group(1)) for one in known if (match := _OURS.fullmatch(one))]
    return f"SIT-{max(numbers, default=0) + 1:04d}"


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a report is.

    Attributes:
        situation: Id of the situation; ``None`` when in none.
        by_person: Whether a person decided so.
    """

    situation: str | None
    by_person: bool = False


@dataclass(frozen=True, slots=True)
class SituationProposal:
    """What is proposed for all reports.

    Attributes:
        placed: Where each report is, by number.
        opened: Ids that are new.
    """

    placed: Mapping[int, Placed]
    opened: tuple[str, ...]


def propose(
    descriptions: Sequence[Description],
    before: Mapping[int, Placed],
    *,
    merged: Mapping[str, str | None],
    matching: MatchingRules,
    anchors: Mapping[str, Sequence[Description]] | None = None,
) -> SituationProposal:
    """Place every report in a situation.

    Args:
        descriptions: Every report, those out of scope too.
        before: Where reports were.
        merged: Every known situation, and the one that it was merged into.
        matching: How reports are matched.
        anchors: Signals of other sources by situation, as they would be described: they attract
            reports as one that a person confirmed does. Their numbers are those of no dossier.
    """
    held = {
        one.number: Placed(name, by_person=True)
        for name, signals in (anchors or {}).items()
        for one in signals
    }
    before = {**before, **held}
    signals = [one for each in (anchors or {}).values() for one in each]
    told = settled([*descriptions, *signals], matching)
    placed = {one.number: _decided(one, before, merged) for one in told}
    placement = _Placement(told, before, placed=placed, merged=merged, matching=matching)
    placement.place_all(group(told, matching))
    named = [one.situation for one in placed.values() if one.by_person and one.situation]
    opened = dict.fromkeys(name for name in (*named, *placement.opened) if name not in merged)
    placed = {number: one for number, one in placed.items() if number not in held}
    return SituationProposal(placed=placed, opened=tuple(opened))


def resolve(situation: str, merged: Mapping[str, str | None]) -> str:
    """The situation that an id stands for, after merges; an id typed by hand is looked up."""
    folded = situation.strip().casefold()
    name = next((one for one in merged if one.casefold() == folded), situation.strip())
    seen = {name}
    while (target := merged.get(name)) and target not in seen:
        seen.add(target)
        name = target
    return name


def no_such(situation: str, *, where: str = "", listed_by: str = "unc situations list") -> str:
    """What to say of an id that is none's."""
    if not situation.strip():
        return f"L'identifiant de la situation est vide : donnez-en un que « {listed_by} » montre."
    return f"Aucune situation {situation.strip()}{where} : voir « {listed_by} »."


def _decided(
    one: Description, before: Mapping[int, Placed], merged: Mapping[str, str | None]
) -> Placed:
    """What a person decided of a report, on the dossier or earlier; else nothing yet."""
    if one.confirmed:
        return Placed(resolve(named_in(one.confirmed), merged), by_person=True)
    was = before.get(one.number)
    if was is not None and was.by_person and was.situation:
        return Placed(resolve(was.situation, merged), by_person=True)
    return Placed(None)


class _Placement:
    """Places the reports of each group; each id is kept by one group."""

    def __init__(
        self,
        descriptions: Sequence[Description],
        before: Mapping[int, Placed],
        *,
        placed: dict[int, Placed],
        merged: Mapping[str, str | None],
        matching: MatchingRules,
    ) -> None:
        self._by_number = {one.number: one for one in descriptions}
        self._placed = placed
        self._matching, self._likeness = matching, Likeness(matching)
        self._was = {
            number: resolve(was.situation, merged)
            for number, was in before.items()
            if was.situation and number in self._by_number
        }
        self._known = {*merged, *(one.situation for one in placed.values() if one.situation)}
        self.opened: list[str] = []

    def place_all(self, groups: Sequence[Sequence[int]]) -> None:
        """Place every report that no person placed, group by group."""
        homes = self._homes(groups)
        for at, members in enumerate(groups):
            here = [name for name, home in homes.items() if home == at]
            self._place(members, here)

    def _homes(self, groups: Sequence[Sequence[int]]) -> dict[str, int]:
        """The one group that each id stays with: where most of its reports are."""
        counts: dict[str, Counter[int]] = defaultdict(Counter)
        proposed: dict[str, Counter[int]] = defaultdict(Counter)
        for at, members in enumerate(groups):
            for number in members:
                here = self._placed[number]
                name = here.situation or self._was.get(number)
                if name:
                    counts[name][at] += 1
                    proposed[name][at] += not here.by_person
        return {
            name: max(sorted(found), key=lambda at: (found[at], proposed[name][at]))
            for name, found in counts.items()
        }

    def _place(self, members: Sequence[int], here: Sequence[str]) -> None:
        """Place the free reports of a group among the ids that stay with it.

        Ids that a person decided stay side by side; of the others the one with most reports stays.
        """
        free = [number for number in members if not self._placed[number].by_person]
        if not free:
            return
        choices: dict[str, list[int]] = {name: [] for name in here}
        for number in members:
            name = self._placed[number].situation
            if name in choices:
                choices[name].append(number)
        decided = {name: numbers for name, numbers in choices.items() if numbers}
        had = Counter(was for number in free if (was := self._was.get(number)) in choices)
        kept = [name for name, _ in sorted(had.items(), key=lambda one: (-one[1], str(one[0])))]
        main = next((name for name in kept if name and name not in decided), None)
        if main is not None:
            decided[main] = [number for number in free if self._was.get(number) == main]
        for number in free:
            self._placed[number] = Placed(self._choose(number, decided))

    def _choose(self, number: int, decided: dict[str, list[int]]) -> str:
        """Its own id before, when it stays; else the likeliest, or a new one."""
        if not decided:
            name = next_id(self._known)
            self._known.add(name)
            self.opened.append(name)
            decided[name] = [number]
            return name
        was = self._was.get(number)
        if was is not None and was in decided:
            return was
        if len(decided) == 1:
            return next(iter(decided))
        mine = signature(self._by_number[number], self._matching)

        def closeness(name: str) -> tuple[float, int]:
            others = {signature(self._by_number[one], self._matching) for one in decided[name]}
            best = max(self._likeness(mine, other) for other in others)
            return best, len(decided[name])

        return max(sorted(decided), key=closeness)


def members_of(placed: Mapping[int, Placed]) -> Mapping[str, tuple[int, ...]]:
    """Reports of each situation, by id."""
    found: dict[str, list[int]] = defaultdict(list)
    for number, one in sorted(placed.items()):
        if one.situation:
            found[one.situation].append(number)
    return {name: tuple(numbers) for name, numbers in sorted(found.items())}


def changed(before: Mapping[int, Placed], after: Mapping[int, Placed]) -> Iterator[int]:
    """Reports whose place is another than before."""
    return (number for number, one in after.items() if before.get(number) != one)
