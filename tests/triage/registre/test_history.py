"""The past stays: what was the state on a day, as known on another, no later act changes."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import date, timedelta

from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.triage.registre.desk import ANNE, JUSTIFIED, Desk, lists, shown
from triage.registre import life, measures, questions, signals
from triage.registre.acts import Draft, dossier_object
from triage.registre.folding import read
from triage.registre.life import LevelGiven, When
from triage.registre.measures import next_number
from triage.registre.refused import Refused
from triage.registre.register import Situation
from triage.registre.told import changes_told

START = date(2026, 1, 1)
_NAMES = [f"SIT-{number:04d}" for number in range(1, 5)]
ACTS = ("validate", "close", "discard", "reopen", "merge", "split", "undo", "measure", "move")
MORE = ("join", "again", "look", "edit", "level", "identify", "confirm", "ask", "answer", "recall")
STEPS = st.tuples(
    st.sampled_from((*ACTS, *MORE, "signal", "place")),
    st.sampled_from(_NAMES),
    st.sampled_from(_NAMES),
    st.integers(0, 5),
    st.integers(0, 2),
)


def test_an_act_is_told_by_the_names_of_its_form_and_says_what_changed_alone() -> None:
    desk = Desk()
    name = desk.opened(1, on="01/06")
    desk.validated(name, on="02/06", pilote="Anne Durand")
    one = desk.of(name)
    desk.enter([replace(desk.acts[-1], former={"situation": name}, new={"situation": name})])
    told = [changes_told(one) for one in desk.acts[-3:]]
    assert one.fields["usage_autorise"] == "Voie injectable"
    assert "Titre public : – → Néfopam injectable avalé" in told[0]
    assert "Usage autorisé : – → Voie injectable" in told[0]
    assert "usage_" not in told[0]
    assert told[2] == ""
    day = replace(desk.acts[-1], former={"reçu_le": ""}, new={"reçu_le": "2026-06-03"})
    assert changes_told(day) == "reçu le : – → 03/06/2026"


def act(desk: Desk, step: tuple[str, str, str, int, int]) -> None:
    """Do it, dated back by some days; what cannot be is refused and leaves nothing."""
    what, name, other, back, more = step
    on = max(desk.today - timedelta(days=back), START)
    if name not in (register := desk.read()).situations:
        desk.opened(len(desk.acts) + 1, len(desk.acts) + 2, on=on)
        return
    one, when = register.situations[name], desk.when(on)
    simple: dict[str, Callable[[str, date], None]] = {
        "validate": desk.validated,
        "close": desk.closed,
        "discard": desk.discarded,
    }
    simple |= {"reopen": desk.reopened, "undo": desk.undone}
    match what:
        case _ if what in simple:
            simple[what](name, on)
        case "merge" if other in register.situations:
            desk.merged(name, other, on)
        case "split":
            desk.enter(life.split(one, f"N-{len(desk.acts)}", one.dossiers[:1], by=ANNE, when=when))
        case "measure":
            desk.measured(name, **{("proposed", "decided", "in_force")[more]: on})
        case "move" if one.measures:
            measure = register.measures[one.measures[-1]]
            state = ("décidée", "mise en œuvre", "abandonnée")[more]
            desk.enter(measures.move(measure, state, by=ANNE, when=when))
        case "again" if one.dossiers:  # erased, then shown again by DS, elsewhere
            desk.joined(other, one.dossiers[0], on=on)
        case _ if what in _OTHERS:
            _OTHERS[what](desk, what, one, when, more)
        case _:
            desk.joined(name, len(desk.acts) + 1, on=on)


def _of_situation(desk: Desk, what: str, one: Situation, when: When, more: int) -> None:
    desk.enter(_drawn(what, one, when, more))


def _drawn(what: str, one: Situation, when: When, more: int) -> list[Draft]:
    by = ANNE
    match what:
        case "look":
            return life.look(one, by=by, when=when)
        case "edit":
            return life.change(one, {"pilote": f"P{more}"}, by=by, when=when, lists=lists())
        case "level":
            given = LevelGiven(lists().niveaux[more], JUSTIFIED)
            return life.set_level(one, given, by=by, when=when, lists=lists())
        case "identify":
            return life.identify(one, when.on, by=by, when=when)
        case _:
            return life.confirm(one, one.dossiers[:1], by=by, when=when)


def _question(desk: Desk, what: str, one: Situation, when: When, more: int) -> None:
    due = when.on + timedelta(days=more)
    if what == "ask" or not one.questions:
        about = one.id if more or not one.dossiers else dossier_object(one.dossiers[0])
        desk.asked(about, "lyon", "lille", on=when.on, due=due)
    elif what == "answer":
        desk.answered(one.questions[-1], ("lyon", "lille", "nice")[more], f"R{due}", on=when.on)
    else:
        question = desk.read().questions[one.questions[-1]]
        desk.enter(questions.withdraw(question, by=ANNE, when=when))


def _signal(desk: Desk, what: str, one: Situation, when: When, _: int) -> None:
    register, place = desk.read(), signals.place_signal
    if what == "place" and register.signals:
        found = [*register.signals.values()][-1]
        drafts = place(found.id, found.situation, one, by=ANNE, when=when, on=when.on)
    else:
        name = next_number("SIG", register.signals)
        given = {"type": "CRPV", "organisme": "CRPV", "substance": "x", "résumé": "y"}
        drafts = signals.enter(name, given, by=ANNE, when=when, lists=lists())
    desk.enter(drafts)


_OTHERS: dict[str, Callable[[Desk, str, Situation, When, int], None]] = {
    **dict.fromkeys(("look", "edit", "level", "identify", "confirm"), _of_situation),
    **dict.fromkeys(("ask", "answer", "recall"), _question),
    **dict.fromkeys(("signal", "place"), _signal),
}


@settings(max_examples=40, deadline=None)
@given(st.lists(STEPS, max_size=24), st.integers(0, 24), st.integers(0, 24))
def test_later_acts_change_no_past_state(
    steps: list[tuple[str, str, str, int, int]], on: int, until: int
) -> None:
    desk, day = Desk(today=START), START + timedelta(days=on)
    seen = moment = figure = None
    for number, step in enumerate(steps):
        desk.today = START + timedelta(days=number)
        with suppress(Refused):
            act(desk, step)
        if number == min(until, len(steps) - 1) and desk.acts:
            moment = desk.acts[-1].entered_at
            seen = shown(read(desk.acts, on=day, known=moment))
            figure = desk.figure(2026, known=desk.today)
            known = desk.today
    if moment is None:
        return
    assert shown(read(desk.acts, on=day, known=moment)) == seen
    assert desk.figure(2026, known=known) == figure


@example(  # merged, dated back to before the other was there
    steps=[
        ("validate", "SIT-0001", "SIT-0001", 0, 0),
        ("validate", "SIT-0002", "SIT-0001", 0, 0),
        ("merge", "SIT-0001", "SIT-0002", 2, 0),
    ]
)
@settings(max_examples=40, deadline=None)
@given(st.lists(STEPS, max_size=24))
def test_every_dossier_is_in_one_situation_and_no_merge_goes_round(
    steps: list[tuple[str, str, str, int, int]],
) -> None:
    desk = Desk(today=START)
    for number, step in enumerate(steps):
        desk.today = START + timedelta(days=number)
        with suppress(Refused):
            act(desk, step)
    for day in range(len(steps)):
        register = desk.read(on=START + timedelta(days=day))
        placed = [n for one in register.situations.values() for n in one.dossiers]
        assert len(placed) == len(set(placed))
        for name, target in register.merged().items():
            assert target != name
            assert target is None or register.situations[target].merged_into is None
        assert not any(
            one.dossiers or one.measures for one in register.situations.values() if one.merged_into
        )


@settings(max_examples=20, deadline=None)
@given(st.lists(STEPS, min_size=4, max_size=16))
def test_a_merge_that_is_undone_leaves_both_as_they_were(
    steps: list[tuple[str, str, str, int, int]],
) -> None:
    desk = Desk(today=START)
    a, b = desk.opened(1, 2, on=START), desk.opened(3, on=START)
    for number, step in enumerate(steps):
        desk.today = START + timedelta(days=number)
        with suppress(Refused):
            act(desk, step)
    before = desk.read()
    with suppress(Refused):
        desk.merged(b, a, desk.today)
        desk.undone(b, desk.today)
        after = desk.read()
        for name in (a, b):
            one, same = before.situations[name], after.situations[name]
            for what in ("state", "dossiers", "measures", "fields", "woken", "identified_on"):
                assert getattr(one, what) == getattr(same, what), (name, what)
