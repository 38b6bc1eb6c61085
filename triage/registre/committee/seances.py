"""The committee: its séances, what is on their agenda, and the advice that it gives.

The committee advises, the agency decides: an advice changes no situation. It may come with a
measure, *proposée*; an evaluator does the rest.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from french.time import calendar_day
from triage.registre import measures
from triage.registre.acts import Act, By, Draft, Verb, as_known
from triage.registre.drafting import When, draft
from triage.registre.lists import Lists
from triage.registre.measures import next_number
from triage.registre.refused import Refused, needed, without_patients
from triage.registre.register import Register, Situation, State

ADVICE: Mapping[str, str] = {
    "texte": "Avis",
    "suite": "Suite",
    "qui": "Qui",
    "échéance": "Échéance",
}
"""What is entered of an advice, with its French name."""


class MeetingState(StrEnum):
    """State of a séance."""

    PREPARED = "préparée"
    HELD = "tenue"
    VALIDATED = "compte rendu validé"


@dataclass(frozen=True, slots=True)
class AgendaItem:
    """A situation on the agenda.

    Attributes:
        situation: Its id, as it was put there.
        question: What the committee is asked.
        rapporteur: Who reports on it.
    """

    situation: str
    question: str
    rapporteur: str


@dataclass(frozen=True, slots=True)
class Advice:
    """What the committee advised on a situation.

    Attributes:
        situation: Its id, as it was on the agenda.
        fields: What :data:`ADVICE` names.
        measure: The measure that was proposed with it; empty without.
        entered_on: Day of effect.
    """

    situation: str
    fields: Mapping[str, str]
    measure: str
    entered_on: date


@dataclass(frozen=True, slots=True)
class Meeting:
    """A séance.

    Attributes:
        id: Its id.
        on: Its day.
        state: Its state.
        since: Day since which it is in this state.
        items: Its agenda, in order.
        advice: The last advice on each of them.
        acted_on: Day of effect of its last act: none goes before.
        last: Its last act.
    """

    id: str
    on: date
    state: MeetingState
    since: date
    items: tuple[AgendaItem, ...]
    advice: Mapping[str, Advice]
    acted_on: date
    last: int


def meetings(
    acts: Iterable[Act], *, on: date | None = None, known: datetime | None = None
) -> dict[str, Meeting]:
    """Every séance, by id.

    Args:
        acts: All acts.
        on: « État au »; without it, all effects.
        known: « Tel que connu le » (aware); without it, every act.
    """
    papers: dict[str, _MeetingInFolding] = {}
    for act in as_known(acts, on=on, known=known):
        if act.verb is Verb.MEETING and act.object not in papers:
            papers[act.object] = _MeetingInFolding(
                date.fromisoformat(act.new["date"]), act.effect_on
            )
        if act.object in papers and act.verb in {Verb.MEETING, Verb.AGENDA, Verb.ADVICE}:
            papers[act.object].apply(act)
    return {name: one.meeting(name) for name, one in sorted(papers.items())}


@dataclass
class _MeetingInFolding:
    """A séance while acts are applied to it."""

    on: date
    since: date
    state: MeetingState = MeetingState.PREPARED
    items: dict[str, AgendaItem] = field(default_factory=dict)
    advice: dict[str, Advice] = field(default_factory=dict)
    acted_on: date = date.min
    last: int = 0

    def apply(self, act: Act) -> None:
        self.last, self.acted_on = max(self.last, act.id), max(self.acted_on, act.effect_on)
        new: Mapping[str, Any] = act.new
        name = str(new.get("situation", ""))
        match act.verb:
            case Verb.AGENDA if new.get("retirée"):
                self.items.pop(name, None)
            case Verb.AGENDA:
                self.items[name] = AgendaItem(name, new["question"], new["rapporteur"])
            case Verb.ADVICE:
                told = {one: str(new.get(one, "")) for one in ADVICE}
                self.advice[name] = Advice(name, told, new.get("mesure", ""), act.effect_on)
            case _:
                self.on = date.fromisoformat(new.get("date") or self.on.isoformat())
                state = MeetingState(new.get("état", self.state))
                if state is not self.state:
                    self.state, self.since = state, act.effect_on

    def meeting(self, name: str) -> Meeting:
        return Meeting(
            id=name,
            on=self.on,
            state=self.state,
            since=self.since,
            items=tuple(self.items.values()),
            advice=dict(self.advice),
            acted_on=self.acted_on,
            last=self.last,
        )


def find_meeting(known: Mapping[str, Meeting], name: str) -> Meeting:
    """A séance by its id, whatever its case.

    Raises:
        Refused: There is none.
    """
    found = known.get(name.strip().upper())
    if found is None:
        raise Refused(f"Aucune séance {name} : voir « unc registre meeting list ».")
    return found


def plan(known: Mapping[str, Meeting], day: date, *, by: By, when: When) -> list[Draft]:
    """Prepare a séance.

    Raises:
        Refused: There is one on that day.
    """
    for one in known.values():
        if one.on == day:
            raise Refused(f"{one.id} est déjà la séance du {day:%d/%m/%Y}.")
    name = next_number("SEA", known)
    new = {"date": day.isoformat(), "état": MeetingState.PREPARED.value}
    return [draft(name, Verb.MEETING, by=by, when=when, new=new)]


def postpone(one: Meeting, day: date, *, by: By, when: When) -> list[Draft]:
    """Give a séance that is being prepared another day; no act where it has it."""
    _require(one, MeetingState.PREPARED, "Changer la date")
    if day == one.on:
        return []
    former, new = {"date": one.on.isoformat()}, {"date": day.isoformat()}
    return [_drawn(one, Verb.MEETING, former, new, by=by, when=when)]


def put_on_agenda(
    one: Meeting, situation: Situation, question: str, rapporteur: str, *, by: By, when: When
) -> list[Draft]:
    """Put a situation on the agenda, or change its question; no act where nothing differs.

    Raises:
        Refused: The séance was held, the situation is merged or set aside, a text is missing, or it
            looks like patient data.
    """
    _require(one, MeetingState.PREPARED, "Ordre du jour")
    if situation.state in {State.MERGED, State.DISCARDED}:
        raise Refused(
            f"{situation.id} est dans l'état « {situation.state} » : elle ne s'inscrit pas à"
            " l'ordre du jour."
        )
    item = AgendaItem(
        situation.id,
        without_patients(needed(question, "Question"), "Question"),
        without_patients(needed(rapporteur, "Rapporteur"), "Rapporteur", of_colleague=True),
    )
    former = next((each for each in one.items if each.situation == situation.id), None)
    if former == item:
        return []
    before = _plain(former) if former else {}
    return [_drawn(one, Verb.AGENDA, before, _plain(item), by=by, when=when)]


def take_off_agenda(one: Meeting, name: str, *, by: By, when: When) -> list[Draft]:
    """Take a situation off the agenda.

    Raises:
        Refused: It is not there, or the séance was held.
    """
    _require(one, MeetingState.PREPARED, "Ordre du jour")
    item = _item(one, name)
    new = {"situation": item.situation, "retirée": True}
    return [_drawn(one, Verb.AGENDA, _plain(item), new, by=by, when=when)]


def hold(one: Meeting, *, by: By, when: When) -> list[Draft]:
    """Say that a séance was held.

    Raises:
        Refused: It is still to come, or nothing is on its agenda.
    """
    _require(one, MeetingState.PREPARED, "Tenue")
    if one.on > when.today:
        raise Refused(f"{one.id} est prévue le {one.on:%d/%m/%Y} : elle n'a pas encore eu lieu.")
    if not one.items:
        raise Refused(f"{one.id} : aucune situation à l'ordre du jour.")
    return [_move(one, MeetingState.HELD, by=by, when=when)]


def validate_minutes(one: Meeting, *, by: By, when: When) -> list[Draft]:
    """Say that the minutes are validated: every situation of the agenda has its advice.

    Raises:
        Refused: One has none; they are named.
    """
    _require(one, MeetingState.HELD, "Valider le compte rendu")
    missing = [item.situation for item in one.items if item.situation not in one.advice]
    if missing:
        raise Refused(f"{one.id} : aucun avis n'est saisi pour {', '.join(missing)}.")
    return [_move(one, MeetingState.VALIDATED, by=by, when=when)]


def advise(
    register: Register,
    one: Meeting,
    name: str,
    given: Mapping[str, str],
    measure: Mapping[str, str] | None,
    *,
    by: By,
    when: When,
    lists: Lists,
) -> list[Draft]:
    """Enter the advice on a situation, with the measure that it proposes, if any.

    Args:
        register: The register.
        one: The séance.
        name: The situation, as it is on the agenda.
        given: What :data:`ADVICE` names.
        measure: What is told of a measure (:func:`triage.registre.measures.add`); ``None``: none.
        by: Who enters it.
        when: Day of effect and reason.
        lists: What may be entered.

    Raises:
        Refused: The séance was not held, the situation is not on its agenda, a text is missing, or
            the measure cannot be.
    """
    _require(one, MeetingState.HELD, "Avis")
    item = _item(one, name)
    told = _advice(given)
    drafts: list[Draft] = []
    if measure is not None:
        known = register.situations.get(item.situation)
        if known is None:
            raise Refused(f"{item.situation} n'est plus au registre ce jour-là.")
        target = register.situations[register.merged()[known.id] or known.id]
        told["mesure"] = next_number("MES", register.measures)
        proposed = {**measure, "séance": one.id}
        drafts = measures.add(
            target, told["mesure"], proposed, dates={}, by=by, when=when, lists=lists
        )
    before = one.advice.get(item.situation)
    former = {**before.fields, "mesure": before.measure} if before else {}
    new = {"situation": item.situation, **told}
    return [_drawn(one, Verb.ADVICE, former, new, by=by, when=when), *drafts]


def _advice(given: Mapping[str, str]) -> dict[str, str]:
    told = {
        name: _told(" ".join(given.get(name, "").split()), name, title)
        for name, title in ADVICE.items()
    }
    needed(told["texte"], ADVICE["texte"])
    if due := told["échéance"]:
        try:
            calendar_day(due)
        except ValueError as error:
            raise Refused(f"{ADVICE['échéance']} : « {due} » n'est pas une date.") from error
    return {name: text for name, text in told.items() if text}


def _item(one: Meeting, name: str) -> AgendaItem:
    folded = name.strip().casefold()
    for item in one.items:
        if item.situation.casefold() == folded:
            return item
    raise Refused(f"{name} n'est pas à l'ordre du jour de {one.id}.")


def _plain(item: AgendaItem) -> dict[str, str]:
    return {
        "situation": item.situation,
        "question": item.question,
        "rapporteur": item.rapporteur,
    }


def _require(one: Meeting, state: MeetingState, act: str) -> None:
    if one.state is not state:
        raise Refused(f"{one.id} est « {one.state} » : « {act} » demande « {state} ».")


def _move(one: Meeting, state: MeetingState, *, by: By, when: When) -> Draft:
    former, new = {"état": one.state.value}, {"état": state.value}
    return _drawn(one, Verb.MEETING, former, new, by=by, when=when)


def _drawn(
    one: Meeting,
    verb: Verb,
    former: Mapping[str, Any],
    new: Mapping[str, Any],
    *,
    by: By,
    when: When,
) -> Draft:
    if when.on < one.acted_on:
        raise Refused(
            f"{one.id} : un acte a effet le {one.acted_on:%d/%m/%Y}, celui-ci ne peut être daté"
            " d'avant."
        )
    return draft(one.id, verb, by=by, when=when, former=former, new=new)


def _told(text: str, name: str, title: str) -> str:
    """A text of an advice; who sees to it is a colleague, whose name is what is asked."""
    return without_patients(text, title, of_colleague=name == "qui")
