"""Acts before they are entered: who does them, from which day on, and what none of them may be."""

from dataclasses import dataclass, replace
from datetime import date

from triage.registre.acts import By, Draft, Values, Verb
from triage.registre.refused import Refused, needed


@dataclass(frozen=True, slots=True)
class When:
    """When an act holds from, and what is the present day (Paris).

    Attributes:
        on: Day of effect.
        today: The present day.
        reason: Why; needed where the effect is dated back.
    """

    on: date
    today: date
    reason: str = ""


def check_day(day: date, *, by: By, when: When) -> None:
    """Refuse an effect that is still to come, or dated back without a reason, and no name."""
    needed(by.person, "Qui agit (--by)")
    if day > when.today:
        raise Refused(f"Effet le {day:%d/%m/%Y} : ce jour n'est pas encore venu.")
    if day < when.today:
        needed(when.reason, "Motif de la date antérieure")


def draft(
    name: str,
    verb: Verb,
    *,
    by: By,
    when: When,
    former: Values | None = None,
    new: Values | None = None,
    on: date | None = None,
    why_then: str = "",
) -> Draft:
    """An act, checked by :func:`check_day`.

    Args:
        name: Id of what it is about.
        verb: What it does.
        by: Who acts.
        when: From when on.
        former: Values before.
        new: Values from then on.
        on: Its day of effect, where it is another than that of ``when``.
        why_then: What explains a day that is past, where the person says nothing; not kept.

    Raises:
        Refused: Nobody acts, or the day cannot be.
    """
    day = on or when.on
    check_day(day, by=by, when=replace(when, reason=when.reason or why_then))
    return Draft(
        object=name,
        verb=verb,
        effect_on=day,
        person=" ".join(by.person.split()),
        door=by.door,
        former=former or {},
        new=new or {},
        reason=" ".join(when.reason.split()),
    )
