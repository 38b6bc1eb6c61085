"""Which label of a démarche is which of ours: the same name, or a wording of it."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from french.text import bare_label, normalise_label
from mappings.dossier.revision import Descriptor
from mappings.matching.lexicon import Lexicon, no_lexicon
from mappings.matching.match import Confidence, Match, Matching
from mappings.matching.offered import Offered
from mappings.matching.wanted import LABELS, Wanted
from mappings.matching.words import NEGATED, Meanings

_WORTH = 0.4
"""Share of its words that are those of a wording, from which a label is proposed to a person."""
_PLAIN = no_lexicon().words
"""Words as they are: « complet », which tells no question apart, is all that a label says."""
_TO_DO = re.compile(r"\ba \w+(?:er|ir|re)\b")
"""What is still to be done is not done: « À compléter » is not « Complet »."""
_WORDED = 0.9
"""What a wording of a label, word for word, is worth."""


def wanted_labels(names: Iterable[str], lexicon: Lexicon) -> tuple[Wanted, ...]:
    """Our labels, each to be found among those of a démarche."""
    return tuple(
        Wanted(
            path=f"{LABELS}.{name}",
            type="text",
            title=f"Label « {name} »",
            labels=frozenset({name}),
            phrases=(),
            inverse=(),
            vocabulary=frozenset(),
            wording=lexicon.of(f"{LABELS}.{name}"),
            written=True,
        )
        for name in names
    )


def match_labels(wanted: Sequence[Wanted], there: Iterable[str]) -> Matching:
    """The label of a démarche for each of ours: sure where the names are the same when folded."""
    offers = tuple(
        Offered(Descriptor(id=one, api_id="", label=one, type="label", required=False), place=at)
        for at, one in enumerate(there)
    )
    sure = {one.path: offer for one in wanted for offer in _same(one, offers)}
    taken = {offer.label for offer in sure.values()}
    matches, likeliest = {}, {}
    for one in wanted:
        if one.path in sure:
            found = [Match(one.path, sure[one.path], Confidence.SURE, 1.0)]
            matches[one.path] = found[0]
        else:
            free = [offer for offer in offers if offer.label not in taken]
            scored = [(_likeness(one, offer.label), offer) for offer in free]
            found = [
                Match(one.path, offer, Confidence.TO_CHECK, score)
                for score, offer in sorted(scored, key=lambda pair: -pair[0])
                if score >= _WORTH
            ]
        likeliest[one.path] = tuple(found)
    return Matching(matches, likeliest, labels=offers)


def with_labels(form: Matching, labels: Matching) -> Matching:
    """What was found of a form, with what was found of the labels of its démarche."""
    return replace(
        form,
        matches={**form.matches, **labels.matches},
        likeliest={**form.likeliest, **labels.likeliest},
        labels=labels.labels,
    )


def _same(one: Wanted, offers: Sequence[Offered]) -> Iterator[Offered]:
    """The one label of that name; of several alike when folded, the one to the letter, if any."""
    (name,) = one.labels
    alike = [o for o in offers if normalise_label(o.label) == normalise_label(name)]
    yield from [o for o in alike if len(alike) == 1 or o.label == name]


def _likeness(one: Wanted, label: str) -> float:
    """How far a label says what one of ours says, 0 to 1; what denies it never does."""
    (name,) = one.labels
    ways = [bare_label(way) for way in (name, *one.wording.phrases)]
    if bare_label(label) in ways:
        return _WORDED
    said, to_do = _PLAIN.meanings(bare_label(label)), bool(_TO_DO.search(bare_label(label)))
    told = (_whole(_PLAIN.meanings(way), said) for way in ways if bool(_TO_DO.search(way)) is to_do)
    return max(told, default=0.0)


def _whole(way: Meanings, said: Meanings) -> float:
    """How little a label says beside a wording that stands whole in it."""
    if not way or not way <= said or (NEGATED in said) is not (NEGATED in way):
        return 0.0
    return 2 * len(way) / (len(said) + len(way)) * _WORDED
