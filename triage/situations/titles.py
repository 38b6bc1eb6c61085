"""What a person would call a situation: the substance, then what sets the use apart."""

import re
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from triage.situations.description import Description
from triage.situations.matching import MatchingRules
from triage.situations.words.vocabulary import labels_of
from triage.situations.words.without_salts import Salts, joined

_AGE = re.compile(r"\d+")
_WHOLE = Salts()
_LONGEST = 60
"""Characters of a use in a declarant's own words."""


@dataclass(frozen=True, slots=True)
class Naming:
    """What of a description a title is drawn from, see :class:`Description`; of uses, the known."""

    initial: bool
    medicines: tuple[str, ...]
    facets: Mapping[str, tuple[str, ...]]
    spelt: Mapping[str, str]
    title: str = ""
    use: str = ""


_Named: TypeAlias = Description | Naming


def title_of(reports: Sequence[_Named], matching: MatchingRules) -> str:
    """A title for the reports of a situation, in order of deposit; empty when nothing is known.

    « Sémaglutide : perte de poids (12 à 17 ans) », « Néfopam : voie orale », « Codéine : 2 à 11
    ans ».
    """
    initial = [one for one in reports if one.initial] or [*reports]
    substance = _substance(initial)
    if not substance:
        return next((one.title for one in initial if one.title), "")
    use, route = _use(initial, matching), _route(initial, matching)
    people = _people(initial, matching)
    parts = [part for part in (use, route) if part]
    if not parts:
        parts = _natures(initial, matching) or people
        people = people if parts is not people else []
    tail = f" ({', '.join(people)})" if people else ""
    return f"{substance} : {', '.join(parts)}{tail}" if parts else substance


def _substance(reports: Iterable[_Named]) -> str:
    """The commonest substance, spelt as most reports do."""
    told = [*reports]
    name = _most(one.medicines for one in told)
    if not name:
        return ""
    spellings = Counter(
        spelt for one in told if (spelt := one.spelt.get(name)) and joined(spelt, _WHOLE) == name
    )
    best = max(
        sorted(spellings),
        key=lambda one: (not one.isascii(), not one.isupper(), spellings[one]),
        default=name.replace("+", " + "),
    )
    return best[:1].upper() + (best[1:].lower() if best.isupper() else best[1:])


def _use(reports: Sequence[_Named], matching: MatchingRules) -> str:
    """The use that most name, in the words of the vocabulary, else in a declarant's."""
    fields = [facet.field for facet in matching.situations.facets if facet.kind == "use"]
    found = [one.facets.get(field, ()) for field in fields for one in reports]
    label = _most(map(labels_of, found))
    return label or next((one.use[:_LONGEST] for one in reports if one.use), "")


def _route(reports: Sequence[_Named], matching: MatchingRules) -> str:
    fields = [facet.field for facet in matching.situations.facets if facet.kind == "route"]
    route = _most(one.facets.get(field, ()) for field in fields for one in reports)
    return f"voie {_lower(route)}" if route else ""


def _people(reports: Sequence[_Named], matching: MatchingRules) -> list[str]:
    """Who is treated, where that sets the use apart: not adults, not « adults » beside others."""
    for facet in matching.situations.facets:
        if facet.general:
            options = _common([one.facets.get(facet.field, ()) for one in reports])
            return [_lower(one) for one in options if one not in facet.general]
    return []


def _natures(reports: Sequence[_Named], matching: MatchingRules) -> list[str]:
    """What the use departs in, where no other facet tells more of it."""
    first, *others = matching.situations.facets
    told = {option for one in others for options in one.unless.values() for option in options}
    options = _common([one.facets.get(first.field, ()) for one in reports])
    return [_lower(one) for one in options if one not in told] if told.isdisjoint(options) else []


def _common(answers: Iterable[tuple[str, ...]]) -> list[str]:
    """Options that most of those that answer tick, ages in order."""
    given = [one for one in answers if one]
    counted = Counter(option for options in given for option in options)
    common = [option for option, count in counted.items() if 2 * count > len(given)]
    return sorted(common, key=_by_age)


def _by_age(option: str) -> tuple[int, str]:
    found = _AGE.search(option)
    return int(found.group()) if found else sys.maxsize, option


def _most(found: Iterable[Iterable[str]]) -> str:
    """The commonest of all; the first of those that are as common."""
    counted = Counter(one for each in found for one in each)
    return max(counted, key=lambda one: counted[one]) if counted else ""


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]
