"""The register as it stood on a day, as it was known at a moment: worked out of acts alone."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from triage.registre.acts import (
    Act,
    Values,
    Verb,
    as_known,
    dossier_number,
    situations_of,
)


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
        frozen: Lists of the years that a person froze, by year.
        last: Last act of all.
    """

    situations: Mapping[str, Situation]
    measures: Mapping[str, Measure]
    signals: Mapping[str, Signal]
    frozen: Mapping[int, Values]
    last: int

    def merged(self) -> dict[str, str | None]:
        """What each situation stands for, where it was merged."""
        return {
            name: resolve_in(self.situations, one.merged_into) if one.merged_into else None
            for name, one in self.situations.items()
        }


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


def resolve_in(situations: Mapping[str, "Situation | _Sheet"], name: str) -> str:
    """The situation that an id stands for, after merges."""
    seen = {name}
    while (one := situations.get(name)) and one.merged_into and one.merged_into not in seen:
        name = one.merged_into
        seen.add(name)
    return name


@dataclass
class _Sheet:
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
class _Paper:
    """A measure or a signal while acts are applied to it."""

    fields: dict[str, Any] = field(default_factory=dict)
    situation: str | None = None
    state: MeasureState = MeasureState.PROPOSED
    dates: dict[MeasureState, date] = field(default_factory=dict)
    conclusion: str = ""
    last: int = 0


_LIFE = frozenset(
    {Verb.VALIDATED, Verb.CLOSED, Verb.DISCARDED, Verb.REOPENED, Verb.MERGED, Verb.SPLIT}
    | {Verb.UNDONE}
)


class _Fold:
    """Applies acts in order of effect."""

    def __init__(self) -> None:
        self._sheets: defaultdict[str, _Sheet] = defaultdict(_Sheet)
        self._measures: defaultdict[str, _Paper] = defaultdict(_Paper)
        self._signals: defaultdict[str, _Paper] = defaultdict(_Paper)
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

    def _live(self, act: Act, sheet: _Sheet) -> None:
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

    def _merge(self, act: Act, sheet: _Sheet) -> None:
        sheet.merged_into = act.new["dans"]
        for other in (act.new["dans"], act.former.get("dans")):
            if other:
                self._sheets[other].life_on = max(self._sheets[other].life_on, act.effect_on)

    def _split(self, act: Act, sheet: _Sheet) -> None:
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

    def _state(self, name: str, sheet: _Sheet) -> State:
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
        joined: defaultdict[str, list[Act]] = defaultdict(list)
        for act in self._places.values():
            if name := act.new.get("situation"):
                joined[resolve_in(self._sheets, name)].append(act)
        situations = {
            name: _situation(name, one, joined[name], measures, self._confirmed)
            for name, one in known.items()
        }
        return Register(situations, measures, signals, self._frozen, self._last)


def _situation(
    name: str,
    sheet: _Sheet,
    joined: list[Act],
    measures: Mapping[str, Measure],
    confirmed: set[int],
) -> Situation:
    numbers = sorted(n for act in joined if (n := dossier_number(act.object)) is not None)
    dated = [day for day in (sheet.validated_on, sheet.dated_on) if day]
    opened = sheet.opened_on or date.min
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
        woken=any(_wakes(act, sheet) for act in joined),
        ended=sheet.ended,
        life_on=sheet.life_on,
        last=max([sheet.last, *(act.id for act in joined)]),
    )


def _wakes(joined: Act, sheet: _Sheet) -> bool:
    """Whether who closed the situation cannot have known this signal, and nobody looked since."""
    closing = sheet.closing
    if closing is None or sheet.merged_into:
        return False
    later = joined.effect_on > closing.effect_on or joined.id > closing.id
    looked = any(look.id > joined.id and look.effect_on >= joined.effect_on for look in sheet.looks)
    return later and not looked
