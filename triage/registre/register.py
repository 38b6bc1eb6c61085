"""What the register says: situations, measures and signals, as acts make them."""

from collections.abc import Container, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Protocol

from triage.registre.acts import Values


class State(StrEnum):
    """State of a situation (GVP IX)."""

    TO_VALIDATE = "À valider"
    ASSESSED = "En évaluation"
    DECIDED = "Mesures décidées"
    FOLLOWED = "Suivi de l’impact"
    CLOSED = "Close"
    DISCARDED = "Écartée"
    MERGED = "Fondue"


OPEN = frozenset({State.ASSESSED, State.DECIDED, State.FOLLOWED})
"""A person validated it, and it is not closed."""


class MeasureState(StrEnum):
    """State of a measure of the agency, dated."""

    PROPOSED = "proposée"
    DECIDED = "décidée"
    IN_FORCE = "mise en œuvre"
    ENDED = "terminée"
    DROPPED = "abandonnée"


_KNOWN_OUTSIDE = frozenset({MeasureState.IN_FORCE, MeasureState.ENDED})


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure of the agency.

    Attributes:
        id: Its id.
        situation: The situation that it is of, after merges.
        fields: What was entered of it: ``type``, ``mode`` (prise, exigée), ``cible``…
        state: Its state.
        dates: First day of each state that it had.
        conclusion: What a person concluded; empty before.
        last: Its last act.
    """

    id: str
    situation: str
    fields: Values
    state: MeasureState
    dates: Mapping[MeasureState, date]
    conclusion: str
    last: int

    def is_public(self, sanctions: Container[str]) -> bool:
        """Whether it is known outside: in force or over, and with a link if it is a sanction.

        Args:
            sanctions: Types of measures that are told once they are published only.
        """
        published = self.fields.get("type") not in sanctions or bool(self.fields.get("lien"))
        return published and self.state in _KNOWN_OUTSIDE


@dataclass(frozen=True, slots=True)
class Signal:
    """A signal of another source than a company.

    Attributes:
        id: Its id.
        fields: What was entered of it.
        situation: The situation that it was placed in, after merges; ``None``: « À rattacher ».
        last: Its last act.
    """

    id: str
    fields: Values
    situation: str | None
    last: int


@dataclass(frozen=True, slots=True)
class QuestionAnswer:
    """What a centre answered to a question.

    Attributes:
        text: Its words.
        on: Day of the answer.
        person: Who entered it.
    """

    text: str
    on: date
    person: str


@dataclass(frozen=True, slots=True)
class Question:
    """A question of the agency to centres.

    Attributes:
        id: Its id.
        situation: The situation that it is about, after merges, or the one where its dossier is;
            ``None``: that dossier is in none.
        dossier: The dossier that it is about; ``None``: it is about the whole situation.
        text: Its words.
        asked_on: Day on which it was asked.
        due_on: Last day to answer.
        centres: Codes of the centres that are asked.
        answers: Answer of each centre that gave one.
        withdrawn: Why it was withdrawn; empty while it stands.
        last: Its last act.
    """

    id: str
    situation: str | None
    dossier: int | None
    text: str
    asked_on: date
    due_on: date
    centres: tuple[str, ...]
    answers: Mapping[str, QuestionAnswer]
    withdrawn: str
    last: int

    def is_late(self, centre: str, on: date) -> bool:
        """Whether a centre has still to answer after the last day."""
        return not self.withdrawn and centre not in self.answers and on > self.due_on


@dataclass(frozen=True, slots=True)
class Situation:
    """A situation.

    Attributes:
        id: Its id, never reused.
        state: Its state.
        since: Day since which it is in this state.
        fields: What people entered: ``titre``, ``usage_autorise``, ``pilote``…
        level: Level of risk with its criteria and justification; empty before a person set one.
        opened_on: Day of its first signal, or of its opening.
        identified_on: Day of the first validation, or the earlier one that a person gave.
        merged_into: The situation that it stands for, when it is Fondue.
        split_from: The one that it was taken out of.
        dossiers: Dossiers, erased ones too.
        confirmed: Those that a person confirmed.
        signals: Signals of other sources.
        measures: Measures of the agency.
        questions: Questions to centres.
        woken: Whether a signal came after it was closed that nobody looked at.
        ended: Conclusion and reason of its closure, or of its being set aside.
        life_on: Day of effect of the last act of its life: none goes before.
        last: Last act about it: what a person read before is older.
    """

    id: str
    state: State
    since: date
    fields: Values
    level: Values
    opened_on: date
    identified_on: date | None
    merged_into: str | None
    split_from: str | None
    dossiers: tuple[int, ...]
    confirmed: tuple[int, ...]
    signals: tuple[str, ...]
    measures: tuple[str, ...]
    questions: tuple[str, ...]
    woken: bool
    ended: Values
    life_on: date
    last: int

    @property
    def title(self) -> str:
        """Its public title; its id before a person gave one."""
        return str(self.fields.get("titre") or self.id)


@dataclass(frozen=True, slots=True)
class Register:
    """All of it.

    Attributes:
        situations: By id.
        measures: By id.
        signals: By id.
        questions: By id.
        frozen: Lists of the years that a person froze, by year.
        last: Last act of all.
    """

    situations: Mapping[str, Situation]
    measures: Mapping[str, Measure]
    signals: Mapping[str, Signal]
    questions: Mapping[str, Question]
    frozen: Mapping[int, Values]
    last: int

    def merged(self) -> dict[str, str | None]:
        """What each situation stands for, where it was merged."""
        return {
            name: resolve_in(self.situations, one.merged_into) if one.merged_into else None
            for name, one in self.situations.items()
        }


class Merged(Protocol):
    """What may stand for another."""

    @property
    def merged_into(self) -> str | None:
        """The other one."""


def resolve_in(situations: Mapping[str, Merged], name: str) -> str:
    """The situation that an id stands for, after merges."""
    seen = {name}
    while (one := situations.get(name)) and one.merged_into and one.merged_into not in seen:
        name = one.merged_into
        seen.add(name)
    return name
