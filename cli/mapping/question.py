"""A question of `unc mapping adapt` as it stands on the screen."""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final

from mappings.adoption.session import ChoiceQuestion
from mappings.matching.match import Match
from mappings.schema.names import FIELD_NAMES, champ_type

_OPTIONS: Final = 8
"""Options that are shown of a list; the others are counted."""


def question_lines(choice: ChoiceQuestion, shown: int) -> Iterator[str]:
    """A question, then what is proposed for it.

    Args:
        choice: The question.
        shown: How many champs are proposed.
    """
    needed = "lue par le référentiel" if choice.wanted.read else "facultative"
    yield ""
    if choice.option:
        yield f"{choice.wanted.title} : quelle option veut dire « {choice.option} » ?"
        yield from (f"  {at}. {one}" for at, one in enumerate(choice.options, 1))
        return
    kind = FIELD_NAMES[choice.wanted.type]
    yield f"{choice.wanted.title} [{choice.path}] — {kind}, {needed}"
    if not choice.champs:
        yield "  aucune question ressemblante"
    for at, one in enumerate(islice(choice.champs, shown), 1):
        yield from _proposal(at, one)


def _proposal(at: int, match: Match) -> Iterator[str]:
    offered = match.offered
    descriptor = offered.descriptor
    several = f" ({len(offered.champs)} champs)" if len(offered.champs) > 1 else ""
    marks = "".join(f" — {one}" for one in match.marks)
    yield f"  {at}. « {offered.label} »{several}{marks}"
    parts = [offered.section, champ_type(descriptor.type), _options(descriptor.options)]
    yield f"     {' · '.join(part for part in parts if part)}"
    if match.help:
        yield f"     aide : {match.help}"
    if offered.samples:
        yield f"     réponses : {' | '.join(one[:60] for one in offered.samples[:2])}"


def _options(options: Sequence[str]) -> str:
    more = len(options) - _OPTIONS
    return " ; ".join(options[:_OPTIONS]) + (f" ; … ({more} de plus)" if more > 0 else "")
