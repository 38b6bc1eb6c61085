"""Measures of the agency: taken, or required of a company; a company's own are never among them."""

import re
from collections.abc import Iterable, Mapping
from datetime import date

from french.time import calendar_day
from triage.registre.acts import By, Draft, Verb
from triage.registre.drafting import When, draft
from triage.registre.lists import Lists, choice
from triage.registre.refused import Refused
from triage.registre.register import OPEN, Measure, MeasureState, Register, Situation

FIELDS: Mapping[str, str] = {
    "cible": "Cible",
    "séance": "Séance",
    "lien": "Lien",
    "indicateur": "Indicateur attendu",
    "échéance": "Échéance d’évaluation",
}
_NEXT: Mapping[MeasureState, frozenset[MeasureState]] = {
    MeasureState.PROPOSED: frozenset(
        {MeasureState.DECIDED, MeasureState.IN_FORCE, MeasureState.DROPPED}
    ),
    MeasureState.DECIDED: frozenset({MeasureState.IN_FORCE, MeasureState.DROPPED}),
    MeasureState.IN_FORCE: frozenset({MeasureState.ENDED}),
    MeasureState.ENDED: frozenset(),
    MeasureState.DROPPED: frozenset(),
}
_FIRST = (MeasureState.PROPOSED, MeasureState.DECIDED, MeasureState.IN_FORCE)
_DAY = "date de la mesure"
_OURS = re.compile(r"[A-Z]{3}-(\d+)")


def next_number(prefix: str, known: Iterable[str]) -> str:
    """An id that nothing had: ``MES-0001``."""
    numbers = [int(found[1]) for one in known if (found := _OURS.fullmatch(one))]
    return f"{prefix}-{max(numbers, default=0) + 1:04d}"


def find_measure(register: Register, name: str) -> Measure:
    """A measure by its id, whatever its case.

    Raises:
        Refused: There is none.
    """
    found = register.measures.get(name.strip().upper())
    if found is None:
        raise Refused(f"Aucune mesure {name} : voir « unc registre show ».")
    return found


def add(
    one: Situation,
    name: str,
    given: Mapping[str, str],
    *,
    dates: Mapping[MeasureState, date],
    by: By,
    when: When,
    lists: Lists,
) -> list[Draft]:
    """Enter a measure of a validated situation, with the days of the states that it had.

    Args:
        one: The situation.
        name: Its id.
        given: Its ``type``, its ``mode`` (prise or exigée), and what :data:`FIELDS` names.
        dates: First day of each state; none: proposée on the day of effect.
        by: Who enters it.
        when: Day of effect and reason.
        lists: What may be entered.

    Raises:
        Refused: The situation is not validated, a choice is none of the list, or days go back.
    """
    if one.state not in OPEN:
        raise Refused(
            f"{one.id} est dans l'état « {one.state} » : une mesure ne s'enregistre que sur une"
            " situation validée et ouverte."
        )
    steps = dict(dates) or {MeasureState.PROPOSED: when.on}
    ordered = [state for state in _FIRST if state in steps]
    if len(ordered) != len(steps):
        raise Refused("Une mesure nouvelle est proposée, décidée ou mise en œuvre.")
    values = {
        "situation": one.id,
        "type": choice(given.get("type", ""), lists.mesures, "Type de mesure"),
        "mode": choice(given.get("mode", ""), lists.modes, "Prise ou exigée"),
        **{field: text for field, text in _fields(given).items() if text},
    }
    first, *others = ordered
    drafts = [
        draft(
            name,
            Verb.MEASURE,
            by=by,
            when=when,
            new={**values, "état": first},
            on=steps[first],
            why_then=_DAY,
        )
    ]
    for before, state in zip(ordered, others, strict=False):
        if steps[state] < steps[before]:
            raise Refused(
                f"{state.capitalize()} le {steps[state]:%d/%m/%Y}, avant d'être {before} le"
                f" {steps[before]:%d/%m/%Y} : une de ces dates est fausse."
            )
        drafts.append(_moved(name, one.id, (before, state), on=steps[state], by=by, when=when))
    return drafts


def follows(one: Measure) -> list[MeasureState]:
    """States that may follow."""
    return [each for each in MeasureState if each in _NEXT[one.state]]


def move(one: Measure, state: str, *, by: By, when: When) -> list[Draft]:
    """Put a measure in its next state.

    Raises:
        Refused: That state does not follow, or the day is before that of its state.
    """
    new = MeasureState(choice(state, [*MeasureState], "État de la mesure"))
    if new not in _NEXT[one.state]:
        listed = " ou ".join(f"« {each} »" for each in follows(one)) or "plus aucun état"
        raise Refused(f"{one.id} est « {one.state} » : peut suivre {listed}.")
    last = max(one.dates.values())
    if when.on < last:
        raise Refused(f"{one.id} est « {one.state} » depuis le {last:%d/%m/%Y} : pas avant.")
    return [_moved(one.id, one.situation, (one.state, new), on=when.on, by=by, when=when)]


def conclude(one: Measure, conclusion: str, *, by: By, when: When, lists: Lists) -> list[Draft]:
    """What a person concludes of a measure that was in force.

    Raises:
        Refused: It was not.
    """
    if one.state not in {MeasureState.IN_FORCE, MeasureState.ENDED}:
        raise Refused(f"{one.id} est « {one.state} » : il n'y a pas d'effet à conclure.")
    new = {"conclusion": choice(conclusion, lists.conclusions, "Conclusion")}
    former = {"conclusion": one.conclusion}
    verb = Verb.MEASURE_CONCLUDED
    return [draft(one.id, verb, by=by, when=when, former=former, new=new, why_then=_DAY)]


def _fields(given: Mapping[str, str]) -> dict[str, str]:
    values = {name: " ".join(given.get(name, "").split()) for name in FIELDS}
    due = values.get("échéance")
    if due:
        try:
            calendar_day(due)
        except ValueError as error:
            raise Refused(f"{FIELDS['échéance']} : « {due} » n'est pas une date.") from error
    return values


def _moved(
    name: str,
    situation: str | None,
    states: tuple[MeasureState, MeasureState],
    *,
    on: date,
    by: By,
    when: When,
) -> Draft:
    former, new = ({"situation": situation, "état": state} for state in states)
    verb = Verb.MEASURE_STATE
    return draft(name, verb, by=by, when=when, former=former, new=new, on=on, why_then=_DAY)
