"""Clusters that are looked up are those that comparing each signature with each would make."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from settings import Settings
from steps.wiring.form import load_form
from triage.situations import clusters as clustering
from triage.situations.clusters import Cluster, Clusters, Said
from triage.situations.likeness import Likeness, Signature
from triage.situations.matching import MatchingRules

_KEPT: Any = Settings.model_construct()
_READ = load_form(mapping=_KEPT.mapping, rules=_KEPT.rules).matching
assert _READ is not None
MATCHING: MatchingRules = _READ
_SAID = sorted(MATCHING.vocabulary.uses)[:8]
_WORDS = ("douleur", "chronique", "zorglub", "enfant", "greffe", "zorglubs")
READINGS = st.one_of(
    st.just(()),
    st.lists(st.sampled_from([*_SAID, *_WORDS]), min_size=1, max_size=3).map(
        lambda words: MATCHING.vocabulary.uses_of(" ".join(words))
    ),
)


def answers(facet: Any) -> st.SearchStrategy[tuple[str, ...]]:
    """None, one or two options, those that cover others and those that are vague among them."""
    general = {one for covering, under in facet.general.items() for one in (covering, *under)}
    options = [*sorted(general)[:4], *sorted(facet.vague), "Orale", "Population"]
    return st.lists(st.sampled_from(options), max_size=2, unique=True).map(tuple)


FACETS = MATCHING.situations.facets
OTHERS = st.tuples(
    *(st.tuples(st.just(one.field), answers(one)) for one in FACETS if one.kind != "use")
)
SIGNATURES = st.builds(
    Signature,
    st.sampled_from([("nefopam",), ("nefopam", "tramadol"), ("tramadol",)]),
    OTHERS,
    st.tuples(*(READINGS for one in FACETS if one.kind == "use")),
    st.sampled_from([frozenset[str](), frozenset({"opioides"})]),
)


def by_each(signatures: list[Signature]) -> list[list[Signature]]:
    """The same rule without any look-up: each signature is compared with every cluster of its keys.

    Of two that are as likely, the one that shares the first key comes first.
    """
    likeness, found = Likeness(MATCHING), list[Cluster]()
    for one in signatures:
        short = likeness.shortened(one)
        said = Said(one, short, likeness.is_known(one), still_known=likeness.is_known(short))
        near = (each for key in one.keys for each in found if key in each.members[0].whole.keys)
        scored = [(each.joins(said, likeness), each) for each in {id(x): x for x in near}.values()]
        best = max((score for score, _ in scored), default=0.0)
        likeliest = [each for score, each in scored if score == best]
        if best > 0 and (len(likeliest) == 1 or len(one.medicines) > 1):
            cluster = likeliest[0]
        else:
            cluster = Cluster(len(found))
            found.append(cluster)
        cluster.take(said)
    return [[one.whole for one in each.members] for each in found]


def by_look_up(signatures: list[Signature]) -> list[list[Signature]]:
    clusters = Clusters(MATCHING)
    for one in signatures:
        clusters.add(one)
    return [[one.whole for one in each.members] for each in clusters.found]


@given(st.lists(SIGNATURES, min_size=2, max_size=25, unique=True))
@settings(max_examples=40, deadline=None)
def test_a_look_up_changes_no_cluster(signatures: list[Signature]) -> None:
    assert by_look_up(signatures) == by_each(signatures)


def comparisons(count: int, patch: pytest.MonkeyPatch) -> int:
    """Likenesses asked to place so many reports on one use, none in the words of another."""
    asked, likeness = list[int](), Likeness.__call__

    def counted(self: Likeness, one: Signature, other: Signature) -> float:
        asked.append(1)
        return likeness(self, one, other)

    others = tuple((one.field, ()) for one in FACETS if one.kind != "use")
    answered = MATCHING.vocabulary.uses_of("perte de poids")
    titled = tuple(f"~{label}" for label in answered if not label.startswith("="))
    with patch.context() as inside:
        inside.setattr(Likeness, "__call__", counted)
        clusters = Clusters(MATCHING)
        for at in range(count):
            uses = (*(answered if at % 2 else titled), f"~=mot{at}")
            clusters.add(Signature(("semaglutide",), others, (uses,), frozenset()))
    assert max(len(each.members) for each in clusters.found) > count / 4
    return len(asked)


def test_a_situation_twice_as_large_takes_twice_the_comparisons(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(clustering, "_MOST_COMPARED", 10)
    few, many = comparisons(60, monkeypatch), comparisons(240, monkeypatch)
    assert many / few < 5.5, "not sixteen times for four times as many"
