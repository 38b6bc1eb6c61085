"""Acts: what was done, by whom, from which day on, and when it was entered.

Nothing of the register is kept but acts, and no act is ever changed: every current value, and every
value of a past day as it was known on another, is worked out of them
(:mod:`triage.registre.state_from_acts`).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any, TypeAlias

from french.time import PARIS

Values: TypeAlias = Mapping[str, Any]
"""What JSON holds, by name; a day is written ``2026-12-31``."""


class Verb(StrEnum):
    """What an act does to its object."""

    OPENED = "ouverture"
    PLACED = "rattachement"
    CONFIRMED = "confirmation"
    VALIDATED = "validation"
    CHANGED = "modification"
    LEVEL = "niveau"
    CLOSED = "clôture"
    DISCARDED = "mise à l’écart"
    REOPENED = "réouverture"
    MERGED = "fusion"
    SPLIT = "scission"
    UNDONE = "annulation"
    SEEN = "vu, sans suite"
    IDENTIFIED = "date d’identification"
    MEASURE = "mesure"
    MEASURE_STATE = "état de la mesure"
    MEASURE_CONCLUDED = "conclusion de la mesure"
    SIGNAL = "signal"
    QUESTION = "question"
    ANSWERED = "réponse"
    QUESTION_WITHDRAWN = "question retirée"
    FROZEN = "arrêté annuel"
    COPY = "doublon"
    EVENT = "évènement"
    MEETING = "séance"
    AGENDA = "ordre du jour"
    ADVICE = "avis"


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """An act before it is entered.

    Attributes:
        object: Id of what it is about: a situation, a signal (``SIG-0001``), a measure
            (``MES-0001``), a question (``QUE-0001``), a séance (``SEA-0001``),
            ``dossier 24000142``, ``année 2017``.
        verb: What it does.
        effect_on: Day (Paris) from which it holds.
        person: Who did it.
        door: Where: ``commande``, ``portail``, ``annotation``, ``classeur`` (a centre's, that came
            back), ``passerelle`` (no person), ``reprise``.
        former: Values before, those that it changes.
        new: Values from then on.
        reason: Why, as the person said it.
    """

    object: str
    verb: Verb
    effect_on: date
    person: str
    door: str
    former: Values = field(default_factory=dict)
    new: Values = field(default_factory=dict)
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Act(Draft):
    """An act that was entered.

    Attributes:
        id: Its rank among all acts: later ones have larger ids.
        entered_at: When it was entered (aware); a later act never has an earlier moment.
    """

    id: int
    entered_at: datetime


@dataclass(frozen=True, slots=True)
class By:
    """Who acts, by which door."""

    person: str
    door: str


BRIDGE = By("passerelle", "passerelle")
"""The bridge itself, which only proposes."""

_LINKS = ("situation", "dans", "de")
_DOSSIER = "dossier "


def dossier_object(number: int) -> str:
    """A dossier, as acts name it: its number and nothing that it declares."""
    return f"{_DOSSIER}{number}"


def dossier_number(subject: str) -> int | None:
    """The dossier that an object is; ``None`` for another object."""
    given = subject.removeprefix(_DOSSIER)
    return int(given) if given != subject and given.isdigit() else None


def end_of(day: date) -> datetime:
    """Last moment of a day in Paris: « tel que connu le » counts what was entered on that day."""
    after = datetime.combine(day + timedelta(days=1), time(), tzinfo=PARIS)
    return after - timedelta(microseconds=1)


def as_known(acts: Iterable[Act], *, on: date | None, known: datetime | None) -> list[Act]:
    """Acts in force on a day that had been entered by a moment, in order of effect.

    Args:
        acts: All acts.
        on: The day; without it every effect.
        known: The moment (aware); without it every act.
    """
    found = [
        one
        for one in acts
        if (on is None or one.effect_on <= on) and (known is None or one.entered_at <= known)
    ]
    return sorted(found, key=lambda one: (one.effect_on, one.id))


def situations_of(act: Draft) -> Iterator[str]:
    """Situations that an act is about, on both sides of a merge, a split or a move."""
    seen = {"": None}
    named = [values.get(link) for values in (act.former, act.new) for link in _LINKS]
    for name in (act.object, *named):
        if isinstance(name, str) and name not in seen:
            seen[name] = None
            yield name


def history(acts: Sequence[Act], situation: str) -> tuple[Act, ...]:
    """Every act about a situation, its measures, signals and questions, in order of entry."""
    beside = {
        one.object
        for one in acts
        if one.verb in {Verb.MEASURE, Verb.PLACED, Verb.QUESTION}
        and situation in situations_of(one)
        and dossier_number(one.object) is None
    }
    return tuple(
        one
        for one in sorted(acts, key=lambda one: one.id)
        if one.object in beside or situation in situations_of(one)
    )
