"""What happened around a situation and is no measure: a price, a first generic, a broadcast."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from triage.registre.acts import Act, By, Draft, Verb, as_known
from triage.registre.drafting import When, draft
from triage.registre.refused import needed, without_patients
from triage.registre.register import Situation

_TEXT = "évènement"


@dataclass(frozen=True, slots=True)
class Event:
    """Something that may move reports or sales besides a measure.

    Attributes:
        on: Day of it.
        text: What happened.
    """

    on: date
    text: str


def events(
    acts: Iterable[Act],
    situations: Iterable[str],
    *,
    on: date | None = None,
    known: datetime | None = None,
) -> tuple[Event, ...]:
    """What people said that happened around a situation, by day.

    Args:
        acts: All acts.
        situations: Its id, and those of the situations merged into it.
        on: « État au »; without it, all effects.
        known: « Tel que connu le » (aware); without it, every act.
    """
    names = {*situations}
    mine = (one for one in acts if one.verb is Verb.EVENT and one.object in names)
    return tuple(
        Event(one.effect_on, str(one.new[_TEXT])) for one in as_known(mine, on=on, known=known)
    )


def note_event(one: Situation, text: str, *, by: By, when: When) -> list[Draft]:
    """Note what happened, on the day of effect.

    Raises:
        Refused: The text is missing, or looks like patient data.
    """
    told = without_patients(needed(text, "Évènement"), "Évènement")
    new, why = {_TEXT: told}, "jour de l'évènement"
    return [draft(one.id, Verb.EVENT, by=by, when=when, new=new, why_then=why)]
