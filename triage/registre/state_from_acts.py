"""The register as it stood on a day, as it was known at a moment: worked out of acts alone."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from triage.registre.acts import (
    Act,
    Values,
    Verb,
    as_known,
    dossier_number,
    dossier_object,
    situations_of,
)
from triage.registre.lifecycle import wakes
from triage.registre.register import (
    Measure,
    MeasureState,
    Question,
    QuestionAnswer,
    Register,
    Signal,
    Situation,
    State,
    resolve_in,
)


def read(acts: Iterable[Act], *, on: date | None = None, known: datetime | None = None) -> Register:
    """« État au … tel que connu le … ».

    Args:
        acts: All acts of a démarche.
        on: The day; without it, all effects.
        known: The moment (aware) by which acts were entered; without it, all.
    """
    folded = _Fold()
    for act in as_known(acts, on=on, known=known):
        folded.apply(act)
    return folded.register()


@dataclass
class _SituationInFolding:
    """A situation while acts are applied to it."""

    opened_on: date | None = None
    stage: State = State.TO_VALIDATE
    fields: dict[str, Any] = field(default_factory=dict)
    level: Values = field(default_factory=dict)
    validated_on: date | None = None
    dated_on: date | None = None
    merged_into: str | None = None
    split_from: str | None = None
    ended: Values = field(default_factory=dict)
    closing: Act | None = None
    looks: list[Act] = field(default_factory=list)
    state: State = State.TO_VALIDATE
    since: date = date.min
    life_on: date = date.min
    last: int = 0


@dataclass
class _ObjectInFolding:
    """A measure or a signal while acts are applied to it."""

    fields: dict[str, Any] = field(default_factory=dict)
    situation: str | None = None
    state: MeasureState = MeasureState.PROPOSED
    dates: dict[MeasureState, date] = field(default_factory=dict)
    conclusion: str = ""
    last: int = 0


@dataclass
class _QuestionInFolding:
    """A question while acts are applied to it."""

    asked: Act | None = None
    answers: dict[str, QuestionAnswer] = field(default_factory=dict)
    withdrawn: str = ""
    last: int = 0


_LIFE = frozenset(
    {Verb.VALIDATED, Verb.CLOSED, Verb.DISCARDED, Verb.REOPENED, Verb.MERGED, Verb.SPLIT}
    | {Verb.UNDONE}
)


class _Fold:
    """Applies acts in order of effect."""

    def __init__(self) -> None:
        self._sheets: defaultdict[str, _SituationInFolding] = defaultdict(_SituationInFolding)
        self._measures: defaultdict[str, _ObjectInFolding] = defaultdict(_ObjectInFolding)
        self._signals: defaultdict[str, _ObjectInFolding] = defaultdict(_ObjectInFolding)
        self._questions: defaultdict[str, _QuestionInFolding] = defaultdict(_QuestionInFolding)
        self._places: dict[str, Act] = {}
        self._confirmed: set[int] = set()
        self._frozen: dict[int, Values] = {}
        self._last = 0

    def apply(self, act: Act) -> None:
        """Apply an act, then see which states it changed."""
        self._last = max(self._last, act.id)
        match act.verb:
            case Verb.MEASURE | Verb.MEASURE_STATE | Verb.MEASURE_CONCLUDED:
                self._measure(act)
            case Verb.SIGNAL:
                paper = self._signals[act.object]
                paper.fields |= act.new
                paper.last = max(paper.last, act.id)
            case Verb.PLACED:
                self._place(act)
            case Verb.QUESTION | Verb.ANSWERED | Verb.QUESTION_WITHDRAWN:
                self._ask(act)
            case Verb.FROZEN:
                self._frozen.setdefault(int(act.object.rsplit(" ", 1)[-1]), act.new)
            case _:
                self._situation(act)
        self._settle(act)

    def _place(self, act: Act) -> None:
        self._places[act.object] = act
        number, name = dossier_number(act.object), act.new.get("situation")
        if number is None:
            paper = self._signals[act.object]
            paper.situation, paper.last = name, max(paper.last, act.id)
        elif name and act.new.get("confirmé"):
            self._confirmed.add(number)
        else:
            self._confirmed.discard(number)
        if name:
            sheet = self._sheets[name]
            sheet.opened_on = min(sheet.opened_on or act.effect_on, act.effect_on)

    def _ask(self, act: Act) -> None:
        asking = self._questions[act.object]
        asking.last = max(asking.last, act.id)
        match act.verb:
            case Verb.QUESTION:
                asking.asked = act
            case Verb.ANSWERED if act.new["texte"]:
                answer = QuestionAnswer(act.new["texte"], act.effect_on, act.person)
                asking.answers[act.new["centre"]] = answer
            case Verb.ANSWERED:
                asking.answers.pop(act.new["centre"], None)
            case _:
                asking.withdrawn = act.reason

    def _measure(self, act: Act) -> None:
        paper = self._measures[act.object]
        paper.last = max(paper.last, act.id)
        values = dict(act.new)
        if "situation" in values:
            paper.situation = values.pop("situation")
        if "état" in values:
            paper.state = MeasureState(values.pop("état"))
            paper.dates.setdefault(paper.state, act.effect_on)
        if act.verb is Verb.MEASURE_CONCLUDED:
            paper.conclusion = values.pop("conclusion", "")
        paper.fields |= values

    def _situation(self, act: Act) -> None:
        sheet = self._sheets[act.object]
        if act.verb in _LIFE:
            sheet.life_on = max(sheet.life_on, act.effect_on)
            self._live(act, sheet)
            return
        match act.verb:
            case Verb.OPENED:
                sheet.opened_on = min(sheet.opened_on or act.effect_on, act.effect_on)
            case Verb.CHANGED:
                sheet.fields |= act.new
            case Verb.CONFIRMED:
                self._confirmed.update(act.new["dossiers"])
            case Verb.LEVEL:
                sheet.level = act.new
            case Verb.SEEN:
                sheet.looks.append(act)
            case Verb.IDENTIFIED:
                sheet.dated_on = date.fromisoformat(act.new["identifiée_le"])

    def _live(self, act: Act, sheet: _SituationInFolding) -> None:
        """Apply an act of the life of a situation."""
        match act.verb:
            case Verb.VALIDATED:
                sheet.stage = State.ASSESSED
                sheet.validated_on = sheet.validated_on or act.effect_on
                sheet.fields |= act.new
                self._confirmed.update(sheet.fields.pop("dossiers", ()))
            case Verb.CLOSED | Verb.DISCARDED:
                closed = act.verb is Verb.CLOSED
                sheet.stage = State.CLOSED if closed else State.DISCARDED
                sheet.closing = act if closed else None
                sheet.ended, sheet.looks = {**act.new, "motif": act.reason}, []
            case Verb.REOPENED:
                validated = sheet.validated_on is not None
                sheet.stage = State.ASSESSED if validated else State.TO_VALIDATE
                sheet.closing, sheet.ended = None, {}
            case Verb.SPLIT:
                self._split(act, sheet)
            case _:
                self._merge(act, sheet)

    def _merge(self, act: Act, sheet: _SituationInFolding) -> None:
        sheet.merged_into = act.new["dans"]
        for other in (act.new["dans"], act.former.get("dans")):
            if other:
                self._sheets[other].life_on = max(self._sheets[other].life_on, act.effect_on)

    def _split(self, act: Act, sheet: _SituationInFolding) -> None:
        source = act.new["de"]
        sheet.opened_on = min(sheet.opened_on or act.effect_on, act.effect_on)
        sheet.split_from = source
        self._confirmed.update(act.new["dossiers"])
        self._sheets[source].life_on = max(self._sheets[source].life_on, act.effect_on)

    def _settle(self, act: Act) -> None:
        """Note the day on which states changed; an act is about situations on both sides."""
        touched = [name for name in situations_of(act) if name in self._sheets]
        if act.object in self._measures and (name := self._measures[act.object].situation):
            touched.append(name)
        if act.object in self._signals and (name := self._signals[act.object].situation):
            touched.append(name)
        for name in {*touched, *(resolve_in(self._sheets, one) for one in touched)}:
            sheet = self._sheets[name]
            sheet.last = max(sheet.last, act.id)
            state = self._state(name, sheet)
            if sheet.since == date.min or state is not sheet.state:
                sheet.state, sheet.since = state, act.effect_on

    def _state(self, name: str, sheet: _SituationInFolding) -> State:
        if sheet.merged_into:
            return State.MERGED
        if sheet.stage is not State.ASSESSED:
            return sheet.stage
        here = {
            one.state
            for one in self._measures.values()
            if one.situation and resolve_in(self._sheets, one.situation) == name
        }
        if here & {MeasureState.IN_FORCE, MeasureState.ENDED}:
            return State.FOLLOWED
        return State.DECIDED if MeasureState.DECIDED in here else State.ASSESSED

    def register(self) -> Register:
        """What all of them make."""
        known = {name: one for name, one in sorted(self._sheets.items()) if one.opened_on}
        measures = {
            name: Measure(
                id=name,
                situation=resolve_in(self._sheets, one.situation),
                fields=one.fields,
                state=one.state,
                dates=one.dates,
                conclusion=one.conclusion,
                last=one.last,
            )
            for name, one in sorted(self._measures.items())
            if one.situation
        }
        signals = {
            name: Signal(
                id=name,
                fields=one.fields,
                situation=resolve_in(self._sheets, one.situation) if one.situation else None,
                last=one.last,
            )
            for name, one in sorted(self._signals.items())
            if one.fields
        }
        questions = {
            name: self._question(name, one.asked, one)
            for name, one in sorted(self._questions.items())
            if one.asked
        }
        joined: defaultdict[str, list[Act]] = defaultdict(list)
        for act in self._places.values():
            if name := act.new.get("situation"):
                joined[resolve_in(self._sheets, name)].append(act)
        situations = {
            name: _situation(
                name, one, joined[name], measures, self._confirmed, questions=questions
            )
            for name, one in known.items()
        }
        return Register(situations, measures, signals, questions, self._frozen, self._last)

    def _question(self, name: str, asked: Act, one: _QuestionInFolding) -> Question:
        dossier, about = asked.new.get("dossier"), asked.new.get("situation")
        if dossier is not None:
            placed = self._places.get(dossier_object(dossier))
            about = placed.new.get("situation") if placed else None
        return Question(
            id=name,
            situation=resolve_in(self._sheets, about) if about else None,
            dossier=dossier,
            text=asked.new["texte"],
            asked_on=asked.effect_on,
            due_on=date.fromisoformat(asked.new["échéance"]),
            centres=tuple(asked.new["centres"]),
            answers=one.answers,
            withdrawn=one.withdrawn,
            last=one.last,
        )


def _situation(
    name: str,
    sheet: _SituationInFolding,
    joined: list[Act],
    measures: Mapping[str, Measure],
    confirmed: set[int],
    *,
    questions: Mapping[str, Question],
) -> Situation:
    numbers = sorted(n for act in joined if (n := dossier_number(act.object)) is not None)
    dated = [day for day in (sheet.validated_on, sheet.dated_on) if day]
    opened = sheet.opened_on or date.min
    closing = None if sheet.merged_into else sheet.closing
    return Situation(
        id=name,
        state=sheet.state,
        since=sheet.since,
        fields=sheet.fields,
        level=sheet.level,
        opened_on=opened,
        identified_on=min(dated, default=None),
        merged_into=sheet.merged_into,
        split_from=sheet.split_from,
        dossiers=tuple(numbers),
        confirmed=tuple(number for number in numbers if number in confirmed),
        signals=tuple(sorted(a.object for a in joined if dossier_number(a.object) is None)),
        measures=tuple(one.id for one in measures.values() if one.situation == name),
        questions=tuple(one.id for one in questions.values() if one.situation == name),
        woken=closing is not None and any(wakes(one, closing, looks=sheet.looks) for one in joined),
        ended=sheet.ended,
        life_on=sheet.life_on,
        last=max([sheet.last, *(act.id for act in joined)]),
    )
