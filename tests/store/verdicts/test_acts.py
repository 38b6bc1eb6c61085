"""Acts are added and never changed, whatever the clock does and whichever dossier is erased."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime

import pytest
from alembic import command
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from store.database import schema
from store.database.engine import EachItsOwn, make_engine
from store.database.errors import StoreError
from store.dossiers.absences import Deletion
from store.dossiers.pages import DossierRow
from store.repository import Store, open_store
from triage.registre.acts import Draft, Verb
from triage.registre.register import State
from triage.registre.state_from_acts import read

OPENED = Draft(
    object="SIT-0001",
    verb=Verb.OPENED,
    effect_on=date(2026, 1, 5),
    person="Zoé",
    door="commande",
    former={"état": None},
    new={"texte": "é\0\ud800", "dossiers": [2**40]},
    reason="Parce que",
)


def test_an_act_comes_back_as_it_was_entered(store: Store, day: Callable[[int], datetime]) -> None:
    store.acts.enter(7, [OPENED, OPENED], at=day(0))
    store.acts.enter(8, [OPENED], at=day(0))
    one, other = store.acts.list(7)
    values = {name: getattr(one, name) for name in Draft.__dataclass_fields__}
    assert Draft(**values) == OPENED
    assert one.id < other.id
    assert one.entered_at == other.entered_at == day(0)
    assert store.acts.named(7, ["SIT-0001", "SIT-0002"]) == {"SIT-0001"}
    assert store.acts.has(7, Verb.OPENED)
    assert not store.acts.has(7, Verb.CLOSED)
    store.acts.enter(7, [replace(OPENED, verb=Verb.CLOSED)], at=day(1))
    assert store.acts.list(7, verb=Verb.OPENED) == (one, other)
    assert [act.verb for act in store.acts.list(7, verb=Verb.CLOSED)] == [Verb.CLOSED]


def test_acts_that_are_known_are_not_read_again_and_a_late_one_is_not_missed(
    store: Store, day: Callable[[int], datetime]
) -> None:
    store.acts.enter(7, [OPENED], at=day(0))
    known = store.acts.all_from(7, ())
    store.acts.enter(8, [OPENED], at=day(1))
    store.acts.enter(7, [OPENED, OPENED], at=day(1))
    found = store.acts.all_from(7, known)
    assert found == store.acts.list(7)
    assert found[0] is known[0]
    late = found[1:]  # as where the first was kept after the others
    assert store.acts.all_from(7, late) == found
    assert store.acts.all_from(9, ()) == ()


def test_a_clock_that_goes_back_makes_no_act_earlier(
    store: Store, day: Callable[[int], datetime]
) -> None:
    for moment in (day(3), day(1), day(3)):
        store.acts.enter(7, [OPENED], at=moment)
    moments = [one.entered_at for one in store.acts.list(7)]
    assert moments == sorted(set(moments))


@pytest.mark.parametrize("change", ["UPDATE acts SET person = 'x'", "DELETE FROM acts"])
def test_the_database_refuses_to_change_an_act(
    store: Store, day: Callable[[int], datetime], change: str
) -> None:
    store.acts.enter(7, [OPENED], at=day(0))
    with pytest.raises((StoreError, DBAPIError)), store._scope.write() as connection:
        connection.execute(text(change))
    assert len(store.acts.list(7)) == 1


def test_a_purge_leaves_acts(
    store: Store, row: Callable[..., DossierRow], day: Callable[[int], datetime]
) -> None:
    store.dossiers.save_page(7, [row(1)], watermark=None, seen_at=day(0))
    store.acts.enter(7, [OPENED], at=day(0))
    store.absences.purge(7, [Deletion(1, day(1), "purge")], at=day(1))
    assert len(store.acts.list(7)) == 1


def test_what_was_decided_before_the_register_becomes_acts(
    blank_url: str, row: Callable[..., DossierRow], day: Callable[[int], datetime]
) -> None:
    engine = make_engine(blank_url)
    with EachItsOwn(engine).write() as connection:
        command.upgrade(schema.migrations(connection), "0012")
    with open_store(blank_url) as store:
        rows = [row(number) for number in (1, 2, 3, 4)]
        store.dossiers.save_page(7, rows, watermark=None, seen_at=day(0))
    at = {"d0": day(0).replace(tzinfo=None), "d9": day(9).replace(tzinfo=None)}
    with EachItsOwn(engine).write() as connection:
        connection.execute(
            text(
                "INSERT INTO situations (demarche, situation, opened_at, merged_into) VALUES"
                " (7, 'SIT-0001', :d0, NULL), (7, 'SIT-0002', :d0, 'SIT-0001'),"
                " (7, 'SIT-0003', :d9, NULL), (7, 'Affaire X', :d9, NULL)"
            ),
            at,
        )
        connection.execute(
            text(
                "INSERT INTO situation_reports"
                " (demarche, number, basis, situation, decided_by, since, description) VALUES"
                " (7, 1, 'b', 'SIT-0001', 'command', :d9, '{}'),"
                " (7, 2, 'b', 'SIT-0001', 'bridge', :d0, '{}'),"
                " (7, 3, 'b', 'Affaire X', 'annotation', :d9, '{}'),"
                " (7, 4, 'b', 'SIT-0003', 'command', :d9, '{}')"
            ),
            at,
        )
    engine.dispose()
    with open_store(blank_url) as store:
        store.upgrade()
        acts = store.acts.list(7)
        drawn = store.situations.declared(7, numbers=[1, 2, 3, 4])
    assert {n: one.declared for n, one in drawn.items()} == dict.fromkeys((1, 2, 3, 4))
    assert [one.entered_at for one in acts] == sorted(one.entered_at for one in acts)
    register = read(acts)
    merged = register.situations["SIT-0002"]
    assert (merged.state, merged.merged_into) == (State.MERGED, "SIT-0001")
    kept = register.situations["SIT-0001"]
    assert (kept.dossiers, kept.confirmed) == ((1, 2), (1,))
    assert register.situations["Affaire X"].confirmed == (3,)
    split = register.situations["SIT-0003"]  # taken out of another: from which one was not kept
    assert (split.state, split.confirmed, split.split_from) == (State.TO_VALIDATE, (4,), None)
    assert "SIT-0002" in read(acts, known=day(8)).situations
    assert read(acts, known=day(8)).situations["SIT-0001"].dossiers == (2,)
    assert {one.person for one in acts} == {
        "passerelle",
        "personne non nommée",
        "instructeur (annotation « Situation »)",
    }
    assert "un jour qui n’a pas été gardé" in acts[-1].reason
