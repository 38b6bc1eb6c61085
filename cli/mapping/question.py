"""A question of `unc mapping adapt` as it stands on the screen."""

from collections.abc import Iterator, Sequence
from itertools import islice

from mappings.adoption.choice import UNREAD, ChoiceQuestion
from mappings.matching.match import Match
from mappings.matching.offered import Offered


def question_lines(choice: ChoiceQuestion, shown: int) -> Iterator[str]:
    """A question, then what is proposed for it.

    Args:
        choice: The question.
        shown: How many champs are proposed.
    """
    needed = "lue par le référentiel" if choice.wanted.read else "facultative"
    yield ""
    if choice.option:
        yield f"{choice.wanted.title} : {choice.asked}"
        yield from (f"  {at}. {one}" for at, one in enumerate(choice.options, 1))
        return
    yield f"{choice.wanted.title} [{choice.path}] — {choice.kind}, {needed}"
    yield from (f"  depuis la relecture, {one}" for one in choice.changed)
    if choice.unsaid_sense:
        yield f"  {choice.unsaid_sense}"
    if not choice.champs:
        yield f"  {choice.nothing_near}"
    for at, one in enumerate(islice(choice.champs, shown), 1):
        yield from _proposal(at, one)


def found_lines(choice: ChoiceQuestion, found: Sequence[Match | Offered]) -> Iterator[str]:
    """What a person looked for, numbered as proposals are."""
    yield ""
    yield f"{choice.wanted.title} [{choice.path}] — un numéro, ou Entrée pour revenir"
    for at, one in enumerate(found, 1):
        yield from _proposal(at, one)


def _proposal(at: int, proposed: Match | Offered) -> Iterator[str]:
    match = proposed if isinstance(proposed, Match) else None
    offered = proposed.offered if isinstance(proposed, Match) else proposed
    several = f" ({len(offered.champs)} champs)" if len(offered.champs) > 1 else ""
    marks = "".join(f" — {one}" for one in (match.marks if match else (UNREAD,)))
    yield f"  {at}. « {offered.label} »{several}{marks}"
    yield f"     {offered.asked_as}"
    if match and match.help:
        yield f"     aide : {match.help}"
    if offered.answers:
        yield f"     réponses : {offered.answers}"
