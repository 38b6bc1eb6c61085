"""Clusters of signatures that all agree, found without comparing each signature with each other.

A cluster that one may join has a first member that is alike: candidates are looked up by what that
first member says (the labels or the words of its use, its other answers), then compared in full.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from triage.situations.likeness import Likeness, Signature, Told
from triage.situations.matching import Matching
from triage.situations.vocabulary import Vocabulary

_ANY = ""
"""Key of first members that name no use."""


@dataclass
class Cluster:
    """Signatures that are all alike, and how many say the same.

    Attributes:
        place: Its place among the clusters.
        members: Its signatures, the first one first.
        kinds: How many members say the same, by a member that says so in the fewest words: of a use
            that is known, only the labels count beside another that is.
    """

    place: int
    members: list[Signature] = field(default_factory=list)
    kinds: Counter[Signature] = field(default_factory=Counter)

    def joins(self, one: Signature, likeness: Likeness) -> float:
        """Mean likeness with the members; 0 when it is not alike with each."""
        total, known, short = 0.0, likeness.is_known(one), likeness.shortened(one)
        told = self.kinds.items() if known else ((member, 1) for member in self.members)
        for other, count in told:
            found = likeness(short if known and likeness.is_known(other) else one, other)
            if not found:
                return 0.0
            total += found * count
        return total / len(self.members)


class Clusters:
    """Clusters in the making, and where each may be found."""

    def __init__(self, matching: Matching) -> None:
        self._likeness = Likeness(matching)
        self._vocabulary = matching.vocabulary
        self.found: list[Cluster] = []
        self._alone: dict[int, int] = {}
        self._kinds: dict[object, int] = {}
        self._by_word: dict[tuple[str, str], list[Cluster]] = defaultdict(list)
        self._by_others: dict[str, dict[Told, list[Cluster]]] = defaultdict(
            lambda: defaultdict(list)
        )

    def add(self, one: Signature) -> Cluster:
        """Put a signature where it belongs: in the likeliest cluster, else in one of its own.

        One that would as well join several uses of its substance stays apart: nothing says which.
        """
        scored = [*self._scored(one)]
        best = max((score for score, _ in scored), default=0.0)
        likeliest = [each for score, each in scored if score == best]
        if best > 0 and (len(likeliest) == 1 or len(one.medicines) > 1):
            cluster = likeliest[0]
        else:
            cluster = Cluster(len(self.found))
            self.found.append(cluster)
            beside = (one.medicines, one.classes, one.others, tuple(map(bool, one.uses)))
            self._alone[cluster.place] = self._kinds.setdefault(beside, len(self._kinds))
            for key in one.keys:
                self._by_others[key][one.others].append(cluster)
                for word in {*self._said(one)}:
                    self._by_word[key, word].append(cluster)
        cluster.members.append(one)
        cluster.kinds[self._likeness.shortened(one)] += 1
        return cluster

    def _scored(self, one: Signature) -> Iterator[tuple[float, Cluster]]:
        """Likeness with each cluster; one that names no use sees none in theirs."""
        if any(one.uses):
            yield from ((each.joins(one, self._likeness), each) for each in self._near(one))
            return
        seen: dict[int, float] = {}
        for each in self._near(one):
            kind = self._alone[each.place]
            if len(each.members) > 1:
                yield each.joins(one, self._likeness), each
            else:
                if kind not in seen:
                    seen[kind] = each.joins(one, self._likeness)
                yield seen[kind], each

    def _near(self, one: Signature) -> list[Cluster]:
        """The clusters whose first member may be alike, those of the first key first."""
        wanted, near = self._asked(one), dict[int, None]()
        for key in one.keys:
            if wanted is None:
                places = {
                    cluster.place
                    for others, found in self._by_others[key].items()
                    if self._likeness.may_agree(one.others, others)
                    for cluster in found
                }
            else:
                places = {
                    cluster.place
                    for word in wanted
                    for cluster in self._by_word.get((key, word), ())
                    if self._likeness.may_agree(one.others, cluster.members[0].others)
                }
            near |= dict.fromkeys(sorted(places))
        return [self.found[place] for place in near]

    def _answers(self, one: Signature) -> bool:
        """Whether it names each use itself: what a title says separates nothing."""
        return all(self._vocabulary.parsed(reading).answered for reading in one.uses)

    def _said(self, one: Signature) -> Iterator[str]:
        """What a first member is found by."""
        if not self._answers(one):
            yield _ANY
        for reading in one.uses:
            known = bool(self._vocabulary.parsed(reading).labels)
            yield from _keys(reading, self._vocabulary, words="known" if known else "unknown")

    def _asked(self, one: Signature) -> set[str] | None:
        """What a first member that may be alike is found by; ``None`` for whatever it says."""
        if not self._answers(one):
            return None
        wanted = {_ANY}
        for reading in one.uses:
            known = bool(self._vocabulary.parsed(reading).labels)
            wanted.update(_keys(reading, self._vocabulary, words="unknown"))
            if not known:
                wanted.update(_keys(reading, self._vocabulary, words="known"))
        return wanted


def _keys(reading: tuple[str, ...], vocabulary: Vocabulary, *, words: str) -> Iterator[str]:
    """Labels of a reading with all that they hold, and its words with a letter less."""
    parsed = vocabulary.parsed(reading)
    for label in {*parsed.labels, *parsed.beside}:
        yield label
        yield from vocabulary.narrower(label)
    for word in parsed.words | parsed.beside_words:
        yield f"{words}:{word}"
        for at in range(1, len(word)):
            yield f"{words}:{word[:at]}{word[at + 1 :]}"
