"""The past stays: what was the state on a day, as known on another, no later act changes."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import date, timedelta

from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.triage.registre.in_memory import ANNE, JUSTIFIED, RegisterInMemory, lists, shown
from triage.registre import lifecycle, measures, questions, signals
from triage.registre.acts import Draft, dossier_object
from triage.registre.drafting import When
from triage.registre.lifecycle import LevelGiven
from triage.registre.measures import next_number
from triage.registre.refused import Refused
from triage.registre.register import Situation
from triage.registre.sentences import changes_told
from triage.registre.state_from_acts import read

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
    memory = RegisterInMemory()
    name = memory.opened(1, on="01/06")
    memory.validated(name, on="02/06", pilote="Anne Durand")
    memory.enter([replace(memory.acts[-1], former={"situation": name}, new={"situation": name})])
    told = [changes_told(one) for one in memory.acts[-3:]]
    assert "Titre public : – → Néfopam injectable avalé" in told[0]
    assert "Usage autorisé : – → Voie injectable" in told[0]
    assert "usage_" not in told[0]
    assert told[2] == ""
    day = replace(memory.acts[-1], former={"reçu_le": ""}, new={"reçu_le": "2026-06-03"})
    assert changes_told(day) == "reçu le : – → 03/06/2026"
    number = replace(memory.acts[-1], former={"de": ""}, new={"de": "24000101"})
    assert changes_told(number) == "de : – → 24000101"


def act(memory: RegisterInMemory, step: tuple[str, str, str, int, int]) -> None:
    """Do it, dated back by some days; what cannot be is refused and leaves nothing."""
    what, name, other, back, more = step
    on = max(memory.today - timedelta(days=back), START)
    if name not in (register := memory.read()).situations:
        memory.opened(len(memory.acts) + 1, len(memory.acts) + 2, on=on)
        return
    one, when = register.situations[name], memory.when(on)
    simple: dict[str, Callable[[str, date], None]] = {
        "validate": memory.validated,
        "close": memory.closed,
        "discard": memory.discarded,
    }
    simple |= {"reopen": memory.reopened, "undo": memory.undone}
    match what:
        case _ if what in simple:
            simple[what](name, on)
        case "merge" if other in register.situations:
            memory.merged(name, other, on)
        case "split":
            memory.enter(
                lifecycle.split(one, f"N-{len(memory.acts)}", one.dossiers[:1], by=ANNE, when=when)
            )
        case "measure":
            memory.measured(name, **{("proposed", "decided", "in_force")[more]: on})
        case "move" if one.measures:
            measure = register.measures[one.measures[-1]]
            state = ("décidée", "mise en œuvre", "abandonnée")[more]
            memory.enter(measures.move(measure, state, by=ANNE, when=when))
        case "again" if one.dossiers:  # erased, then shown again by DS, elsewhere
            memory.joined(other, one.dossiers[0], on=on)
        case _ if what in _OTHERS:
            _OTHERS[what](memory, what, one, when, more)
        case _:
            memory.joined(name, len(memory.acts) + 1, on=on)


def _of_situation(
    memory: RegisterInMemory, what: str, one: Situation, when: When, more: int
) -> None:
    memory.enter(_drawn(what, one, when, more))


def _drawn(what: str, one: Situation, when: When, more: int) -> list[Draft]:
    by = ANNE
    match what:
        case "look":
            return lifecycle.look(one, by=by, when=when)
        case "edit":
            return lifecycle.change(one, {"pilote": f"P{more}"}, by=by, when=when, lists=lists())
        case "level":
            given = LevelGiven(lists().niveaux[more], JUSTIFIED)
            return lifecycle.set_level(one, given, by=by, when=when, lists=lists())
        case "identify":
            return lifecycle.identify(one, when.on, by=by, when=when)
        case _:
            return lifecycle.confirm(one, one.dossiers[:1], by=by, when=when)


def _question(memory: RegisterInMemory, what: str, one: Situation, when: When, more: int) -> None:
    due = when.on + timedelta(days=more)
    if what == "ask" or not one.questions:
        about = one.id if more or not one.dossiers else dossier_object(one.dossiers[0])
        memory.asked(about, "lyon", "lille", on=when.on, due=due)
    elif what == "answer":
        memory.answered(one.questions[-1], ("lyon", "lille", "nice")[more], f"R{due}", on=when.on)
    else:
        question = memory.read().questions[one.questions[-1]]
        memory.enter(questions.withdraw(question, by=ANNE, when=when))


def _signal(memory: RegisterInMemory, what: str, one: Situation, when: When, _: int) -> None:
    register, place = memory.read(), signals.place_signal
    if what == "place" and register.signals:
        found = [*register.signals.values()][-1]
        drafts = place(found.id, found.situation, one, by=ANNE, when=when, on=when.on)
    else:
        name = next_number("SIG", register.signals)
        given = {"type": "CRPV", "organisme": "CRPV", "substance": "x", "résumé": "y"}
        drafts = signals.enter(name, given, by=ANNE, when=when, lists=lists())
    memory.enter(drafts)


_OTHERS: dict[str, Callable[[RegisterInMemory, str, Situation, When, int], None]] = {
    **dict.fromkeys(("look", "edit", "level", "identify", "confirm"), _of_situation),
    **dict.fromkeys(("ask", "answer", "recall"), _question),
    **dict.fromkeys(("signal", "place"), _signal),
}


@settings(max_examples=40, deadline=None)
@given(st.lists(STEPS, max_size=24), st.integers(0, 24), st.integers(0, 24))
def test_later_acts_change_no_past_state(
    steps: list[tuple[str, str, str, int, int]], on: int, until: int
) -> None:
    memory, day = RegisterInMemory(today=START), START + timedelta(days=on)
    seen = moment = figure = None
    for number, step in enumerate(steps):
        memory.today = START + timedelta(days=number)
        with suppress(Refused):
            act(memory, step)
        if number == min(until, len(steps) - 1) and memory.acts:
            moment = memory.acts[-1].entered_at
            seen = shown(read(memory.acts, on=day, known=moment))
            figure = memory.figure(2026, known=memory.today)
            known = memory.today
    if moment is None:
        return
    assert shown(read(memory.acts, on=day, known=moment)) == seen
    assert memory.figure(2026, known=known) == figure


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
    memory = RegisterInMemory(today=START)
    for number, step in enumerate(steps):
        memory.today = START + timedelta(days=number)
        with suppress(Refused):
            act(memory, step)
    for day in range(len(steps)):
        register = memory.read(on=START + timedelta(days=day))
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
    memory = RegisterInMemory(today=START)
    a, b = memory.opened(1, 2, on=START), memory.opened(3, on=START)
    for number, step in enumerate(steps):
        memory.today = START + timedelta(days=number)
        with suppress(Refused):
            act(memory, step)
    before = memory.read()
    with suppress(Refused):
        memory.merged(b, a, memory.today)
        memory.undone(b, memory.today)
        after = memory.read()
        for name in (a, b):
            one, same = before.situations[name], after.situations[name]
            for what in ("state", "dossiers", "measures", "fields", "woken", "identified_on"):
                assert getattr(one, what) == getattr(same, what), (name, what)
