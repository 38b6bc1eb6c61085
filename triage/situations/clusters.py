"""Clusters of signatures that all agree, found without comparing each signature with each other.

A cluster that one may join has members that are all alike: candidates are looked up by what the
first of them that names a use says of it (its labels, its words) and by the other answers of each,
then compared in full.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache, reduce
from itertools import islice
from operator import or_

from triage.situations.facets import COVERED
from triage.situations.likeness import Likeness, Signature, Told
from triage.situations.matching import MatchingRules

_ANY = ""
"""Key of clusters of which no member names its use."""
_MOST_COMPARED = 300
"""Members of a cluster that another is compared with: those who say most, who came first. Where so
many are alike the others tell no more, and the time would grow with their square."""
_ROUNDING = 1e-9
"""Sums of the same weights may differ by that much."""


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
        """Mean likeness with the members that are compared; 0 when it is not alike with each."""
        total, compared = 0.0, 0
        if one.known:
            for other, count in islice(self.kinds.values(), _MOST_COMPARED):
                found = likeness(one.short if other.still_known else one.whole, other.short)
                if not found:
                    return 0.0
                total += found * count
                compared += count
        else:
            for other in self.members[:_MOST_COMPARED]:
                found = likeness(one.whole, other.whole)
                if not found:
                    return 0.0
                total += found
                compared += 1
        return total / compared

    def take(self, one: Said) -> None:
        """Count one more member."""
        self.members.append(one)
        _, count = self.kinds.get(one.short, (one, 0))
        self.kinds[one.short] = (one, count + 1)


class Clusters:
    """Clusters in the making, and where each may be found."""

    def __init__(self, matching: MatchingRules) -> None:
        self._likeness = Likeness(matching)
        self._vocabulary = matching.vocabulary
        self.found: list[Cluster] = []
        self._bits: list[int] = []
        """Of each, a number with a bit for each of its signatures, see :class:`ApartIndex`."""
        self._of: list[Cluster] = []
        self._alone: dict[int, int] = {}
        self._kinds: dict[object, int] = {}
        self._by_key: dict[str, set[int]] = defaultdict(set)
        self._by_word: dict[str, dict[str, int | set[int]]] = defaultdict(dict)
        self._by_any: dict[str, set[int]] = defaultdict(set)
        self._apart_index = ApartIndex(matching)
        self._spelt = lru_cache(maxsize=65_536)(_spelt)  # of one grouping: a Kio each

    def add(self, one: Signature) -> Cluster:
        """Put a signature where it belongs: in the likeliest cluster, else in one of its own.

        One that would as well join several uses of its substance stays apart: nothing says which.
        """
        likeness = self._likeness
        short = likeness.shortened(one)
        known = likeness.is_known(one)
        still_known = known if short is one else likeness.is_known(short)
        said = Said(one, short, known, still_known)
        scored = [*self._scored(said)]
        best = max((score for score, _ in scored), default=0.0)
        likeliest = [each for score, each in scored if score == best]
        if best > 0 and (len(likeliest) == 1 or len(one.medicines) > 1):
            cluster = likeliest[0]
        else:
            cluster = Cluster(len(self.found))
            self.found.append(cluster)
            self._bits.append(0)
            beside = (one.medicines, one.classes, one.others, tuple(map(bool, one.uses)))
            self._alone[cluster.place] = self._kinds.setdefault(beside, len(self._kinds))
            for key in one.keys:
                self._by_key[key].add(cluster.place)
            self._enter(cluster, one, one.keys)
        if cluster.members and self._answers(one):
            first = cluster.members[0].whole
            if cluster.place in self._by_any[first.keys[0]]:
                for key in first.keys:
                    self._by_any[key].remove(cluster.place)
                self._enter(cluster, one, first.keys)
        cluster.take(said)
        self._bits[cluster.place] |= self._apart_index.add(one.others)
        self._of.append(cluster)
        return cluster

    def _enter(self, cluster: Cluster, one: Signature, keys: Iterable[str]) -> None:
        """Let a cluster be found by what one of its members says.

        Most words are said of one cluster: a set for each would cost more than all the rest.
        """
        words, place = {*self._said(one)}, cluster.place
        some = _ANY in words
        words.discard(_ANY)
        for key in keys:
            if some:
                self._by_any[key].add(place)
            there = self._by_word[key]
            for word in words:
                known = there.setdefault(word, place)
                if isinstance(known, set):
                    known.add(place)
                elif known != place:
                    there[word] = {known, place}

    def _scored(self, one: Said) -> Iterable[tuple[float, Cluster]]:
        """Likeness with each cluster that may be the likeliest, in the order of :meth:`_near`."""
        near, likeness = self._near(one.whole), self._likeness
        if any(one.whole.uses):
            return ((each.joins(one, likeness), each) for each in near)
        scores = self._likeliest(one, near)
        return ((scores[each.place], each) for each in near if each.place in scores)

    def _likeliest(self, one: Said, among: Iterable[Cluster]) -> dict[int, float]:
        """Likeness of one that names no use with the clusters that may be the likeliest, by place.

        Most clusters of its substance may be alike: they are looked at by what their likeness can
        be at most. It sees no use in theirs, so that what else they say tells all; those of one
        signature that say the same are as likely.
        """
        found: dict[int, float] = {}
        seen: dict[int, float] = {}
        best = 0.0
        bits = reduce(or_, (self._bits[each.place] for each in among), 0)
        for most, likely in self._apart_index.likely(one.whole.others, bits, self._likeness):
            if not most or most < best - _ROUNDING:
                break
            for number in _bits(likely):
                each = self._of[number]
                kind = self._alone[each.place] if len(each.members) == 1 else ~each.place
                if kind not in seen:
                    seen[kind] = each.joins(one, self._likeness)
                    best = max(best, seen[kind])
                found[each.place] = seen[kind]
        return found

    def _near(self, one: Signature) -> list[Cluster]:
        """The clusters whose members may be alike, those of the first key first."""
        wanted, near = self._asked(one), dict[int, None]()
        apart = self._apart_index.apart(one.others, named=any(one.uses))
        for key in one.keys:
            if wanted is None:
                places = self._by_key.get(key, set())
            else:
                places = {*self._by_any.get(key, ())}
                there = self._by_word.get(key, {})
                for word in wanted & there.keys():
                    known = there[word]
                    places |= known if isinstance(known, set) else {known}
            bits = self._bits
            likely = [place for place in places if not bits[place] & apart]
            near |= dict.fromkeys(sorted(likely))
        return [self.found[place] for place in near]

    def _answers(self, one: Signature) -> bool:
        """Whether it names each use itself: what a title says separates nothing."""
        return all(self._vocabulary.parsed(reading).answered for reading in one.uses)

    def _said(self, one: Signature) -> Iterator[str]:
        """What a cluster is found by, of a member."""
        if not self._answers(one):
            yield _ANY
        for reading in one.uses:
            known = bool(self._vocabulary.parsed(reading).labels)
            yield from self._keys(reading, words="known" if known else "unknown")

    def _asked(self, one: Signature) -> set[str] | None:
        """What a member that may be alike is found by; ``None`` for whatever it says."""
        if not self._answers(one):
            return None
        wanted = set[str]()
        for reading in one.uses:
            known = bool(self._vocabulary.parsed(reading).labels)
            wanted.update(self._keys(reading, words="unknown"))
            if not known:
                wanted.update(self._keys(reading, words="known"))
        return wanted

    def _keys(self, reading: tuple[str, ...], *, words: str) -> Iterator[str]:
        """Labels of a reading with all that they hold, and its words with a letter less."""
        vocabulary = self._vocabulary
        parsed = vocabulary.parsed(reading)
        for label in {*parsed.labels, *parsed.beside}:
            yield label
            yield from vocabulary.narrower(label)
        for word in parsed.words | parsed.beside_words:
            yield from self._spelt(words, word)


class ApartIndex:
    """Which signatures the facets that are no use surely set apart from another.

    A set of signatures is a number with a bit for each, in the order in which they came: a question
    to all of them is a few operations on such numbers. « Apart » is sure, the rest is not.
    """

    def __init__(self, matching: MatchingRules) -> None:
        facets = [one for one in matching.situations.facets if one.kind != "use"]
        self._vague = {one.field: one.vague for one in facets}
        self._general = frozenset(one.field for one in facets if one.general)
        self._routes = frozenset(one.field for one in facets if one.kind == "route")
        self._open: dict[str, int] = dict.fromkeys(self._vague, 0)
        self._with: dict[tuple[str, str], int] = defaultdict(int)
        self._alike: dict[Told, int] = defaultdict(int)
        self._answering: dict[str, dict[tuple[str, ...], int]] = {one: {} for one in self._vague}
        self._weights = {one.field: one.weight for one in facets}
        self._count = 0

    def add(self, told: Told) -> int:
        """Count one more signature, which says this; the bit of it."""
        bit = 1 << self._count
        self._count += 1
        self._alike[told] |= bit
        for name, options in told:
            answering = self._answering[name]
            answering[options] = answering.get(options, 0) | bit
            if not options or self._is_vague(name, options):
                self._open[name] |= bit
            for option in options:
                self._with[name, option] |= bit
        return bit

    def apart(self, told: Told, *, named: bool) -> int:
        """The signatures that an answer excludes; never those that answer the same.

        Args:
            told: What is said.
            named: Whether a use is named with it: where none is, some answer must be common, and
                a general one (adults) covers another only beside a route that agrees.
        """
        everyone = (1 << self._count) - 1
        general, common, covered = [], 0, 0
        for name, options in told:
            shared = 0
            for option in options:
                shared |= self._with.get((name, option), 0)
            common |= shared
            if name in self._routes:
                covered |= shared
            if options and not self._is_vague(name, options):
                if name in self._general:
                    general.append(self._open[name] | shared)
                else:
                    everyone &= self._open[name] | shared
        if not named:
            everyone &= common
            for shared in general:
                everyone &= covered | shared
        return ((1 << self._count) - 1) & ~(everyone | self._alike.get(told, 0))

    def likely(self, told: Told, among: int, likeness: Likeness) -> list[tuple[float, int]]:
        """Signatures by how much they can be alike at most, the most first.

        Args:
            told: What is said, by one that names no use.
            among: The signatures asked about.
            likeness: Tells how two answers agree.
        """
        found = {0.0: among}
        for name, options in told:
            shares: dict[float, int] = defaultdict(int)
            for theirs, bits in self._answering[name].items():
                share = likeness.agreement_of(name, options, theirs)
                if share != 0:
                    shares[share or 0.0] |= bits
                elif name in self._general:
                    shares[COVERED] |= bits
            sums: dict[float, int] = defaultdict(int)
            for total, here in found.items():
                for share, bits in shares.items():
                    if both := here & bits:
                        sums[total + self._weights[name] * share] |= both
            found = sums
        return sorted(found.items(), reverse=True)

    def _is_vague(self, name: str, options: tuple[str, ...]) -> bool:
        return not self._vague[name].isdisjoint(options)


def _bits(number: int) -> Iterator[int]:
    """Places of the bits of a number, the lowest first."""
    while number:
        lowest = number & -number
        yield lowest.bit_length() - 1
        number ^= lowest


def _spelt(kind: str, word: str) -> tuple[str, ...]:
    told = f"{kind}:{word}"
    return (told, *[told[:at] + told[at + 1 :] for at in range(len(kind) + 2, len(told))])
