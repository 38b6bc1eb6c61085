"""Clusters of signatures that all agree, found without comparing each signature with each other.

A cluster that one may join has a first member that is alike: candidates are looked up by what that
first member says (the labels or the words of its use, its other answers), then compared in full.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from triage.situations.likeness import Likeness, Signature, Told
from triage.situations.matching import Matching
from triage.situations.words.vocabulary import Vocabulary

_ANY = ""
"""Key of first members that name no use."""


@dataclass(frozen=True, slots=True)
class Said:
    """A signature, and what is asked of it again and again.

    Attributes:
        whole: The signature.
        short: The same without the words of the uses that are known.
        known: Whether each use that it names is known.
        still_known: Whether the short one tells so too.
    """

    whole: Signature
    short: Signature
    known: bool
    still_known: bool


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
    members: list[Said] = field(default_factory=list)
    kinds: dict[Signature, tuple[Said, int]] = field(default_factory=dict)

    def joins(self, one: Said, likeness: Likeness) -> float:
        """Mean likeness with the members; 0 when it is not alike with each."""
        total = 0.0
        if one.known:
            for other, count in self.kinds.values():
                found = likeness(one.short if other.still_known else one.whole, other.short)
                if not found:
                    return 0.0
                total += found * count
        else:
            for other in self.members:
                found = likeness(one.whole, other.whole)
                if not found:
                    return 0.0
                total += found
        return total / len(self.members)

    def take(self, one: Said) -> None:
        """Count one more member."""
        self.members.append(one)
        _, count = self.kinds.get(one.short, (one, 0))
        self.kinds[one.short] = (one, count + 1)


class Clusters:
    """Clusters in the making, and where each may be found."""

    def __init__(self, matching: Matching) -> None:
        self._likeness = Likeness(matching)
        self._vocabulary = matching.vocabulary
        self.found: list[Cluster] = []
        self._alone: dict[int, int] = {}
        self._kinds: dict[object, int] = {}
        self._by_key: dict[str, list[Cluster]] = defaultdict(list)
        self._by_word: dict[tuple[str, str], list[Cluster]] = defaultdict(list)
        self._rooms = Rooms(matching)

    def add(self, one: Signature) -> Cluster:
        """Put a signature where it belongs: in the likeliest cluster, else in one of its own.

        One that would as well join several uses of its substance stays apart: nothing says which.
        """
        likeness = self._likeness
        short = likeness.shortened(one)
        said = Said(one, short, likeness.is_known(one), still_known=likeness.is_known(short))
        scored = [*self._scored(said)]
        best = max((score for score, _ in scored), default=0.0)
        likeliest = [each for score, each in scored if score == best]
        if best > 0 and (len(likeliest) == 1 or len(one.medicines) > 1):
            cluster = likeliest[0]
        else:
            cluster = Cluster(len(self.found))
            self.found.append(cluster)
            beside = (one.medicines, one.classes, one.others, tuple(map(bool, one.uses)))
            self._alone[cluster.place] = self._kinds.setdefault(beside, len(self._kinds))
            self._rooms.add(one.others)
            for key in one.keys:
                self._by_key[key].append(cluster)
                for word in {*self._said(one)}:
                    self._by_word[key, word].append(cluster)
        cluster.take(said)
        return cluster

    def _scored(self, one: Said) -> Iterator[tuple[float, Cluster]]:
        """Likeness with each cluster; one that names no use sees none in theirs."""
        near = self._near(one.whole)
        if any(one.whole.uses):
            yield from ((each.joins(one, self._likeness), each) for each in near)
            return
        seen: dict[int, float] = {}
        for each in near:
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
        room = self._rooms.beside(one.others)
        for key in one.keys:
            if wanted is None:
                found: Iterable[Cluster] = self._by_key.get(key, ())
            else:
                found = (one for word in wanted for one in self._by_word.get((key, word), ()))
            near |= dict.fromkeys(sorted({each.place for each in found if room >> each.place & 1}))
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


class Rooms:
    """Which clusters the facets that are no use leave room beside, by their first member.

    A set of clusters is a number with a bit for each, by its place: a question to all of them is a
    few operations on such numbers. « No » is sure, « yes » is not.
    """

    def __init__(self, matching: Matching) -> None:
        facets = matching.situations.facets
        self._vague = {one.field: one.vague for one in facets if not one.general}
        self._open: dict[str, int] = dict.fromkeys(self._vague, 0)
        self._with: dict[tuple[str, str], int] = defaultdict(int)
        self._alike: dict[Told, int] = defaultdict(int)
        self._count = 0

    def add(self, told: Told) -> None:
        """Count one more cluster, whose first member says this."""
        bit = 1 << self._count
        self._count += 1
        self._alike[told] |= bit
        for name, options in self._strict(told):
            if not options:
                self._open[name] |= bit
            for option in options:
                self._with[name, option] |= bit

    def beside(self, told: Told) -> int:
        """The clusters that leave room: the same answers, or none that excludes another."""
        room = (1 << self._count) - 1
        for name, options in self._strict(told):
            if options:
                here = self._open[name]
                for option in options:
                    here |= self._with.get((name, option), 0)
                room &= here
        return room | self._alike.get(told, 0)

    def _strict(self, told: Told) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Options of the facets of which none covers another; none where one is vague."""
        for name, options in told:
            if name in self._vague:
                yield name, () if self._vague[name].intersection(options) else options


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
