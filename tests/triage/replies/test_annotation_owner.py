"""What DS shows is known for ours when memory is lost, and a person's is never taken for it."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from msgspec import structs

from mappings.dossier.model import Dossier, Unreadable
from mappings.schema.model import MANUAL
from tests.triage.replying import (
    DEPOSIT,
    assessment,
    dossier,
    due,
    judged,
    labelled,
    ours,
    reply_rules,
    written,
)
from triage.replies.decision import decide, held_by_person, taken_over
from triage.replies.inputs import Memory
from triage.replies.plan import Plan
from triage.replies.recollection import unreadable
from triage.verdict.model import Status

CHECKED = "2026-03-09T12:00+00:00"
OURS = {
    901: "À préciser",
    903: 12,
    904: "But médical",
    908: "2026.1",
    909: CHECKED,
}
AT = DEPOSIT + timedelta(minutes=5)
BEFORE, AFTER = AT - timedelta(hours=1), AT + timedelta(hours=1)


def dated(by_hand: datetime | None, values: dict[int, Any] = OURS, **dates: datetime) -> Dossier:
    """A dossier whose annotations were written at ``AT``, but those that are dated (``a901=…``)."""
    shown = dossier(values)
    annotations = tuple(
        structs.replace(one, updated_at=dates.get(f"a{one.id}", AT) if one.value else BEFORE)
        for one in shown.annotations
    )
    return replace(shown, annotations=annotations, annotations_by_hand_at=by_hand)


def due_to(shown: Dossier, memory: Memory | None = None, **changes: Any) -> Plan:
    return due(judged(replace(shown, **changes)), memory)


@pytest.mark.parametrize("by_hand", [None, BEFORE], ids=["never", "before"])
def test_what_no_hand_wrote_since_is_ours(by_hand: datetime | None) -> None:
    made = due_to(dated(by_hand))
    assert made.conflicts == ()
    assert written(made)["statut"] == "Complet"
    assert made.ours["statut"] == "À préciser"


def test_labels_that_go_with_the_status_are_ours_again() -> None:
    made = due_to(dated(BEFORE), labels=frozenset({"À examiner", "À signer"}))
    assert made.our_labels == {"À examiner"}
    assert labelled(made) == {"Complet": True, "À examiner": False}


def test_a_hand_elsewhere_on_the_dossier_makes_nothing_of_ours_a_persons() -> None:
    values = {**OURS, 922: "CRPV de Nice"}
    made = due_to(dated(AFTER, values, a922=AFTER))
    assert made.conflicts == ()
    assert written(made)["statut"] == "Complet"


def test_what_a_hand_wrote_stays_a_persons() -> None:
    made = due_to(dated(AFTER, a901=AFTER), labels=frozenset({"À examiner"}))
    assert [one.annotation for one in made.conflicts] == ["statut"]
    assert "statut" not in written(made)
    assert made.our_labels == frozenset()
    assert "À examiner" not in labelled(made)


def test_where_memory_is_up_to_date_a_persons_value_of_the_same_second_is_a_persons() -> None:
    memory = Memory(written=ours(statut="Complet", controle_le=CHECKED))
    made = due_to(dated(AT), memory)
    assert made.conflicts[0].annotation == "statut"


def test_one_value_alone_of_an_earlier_hand_is_a_persons() -> None:
    made = due_to(dated(AFTER, {901: "À trier", 922: "Nice"}, a901=BEFORE, a922=AFTER))
    assert [one.annotation for one in made.conflicts] == ["statut"]


def test_what_shows_what_is_wanted_is_remembered_as_ours() -> None:
    made = due(judged(dossier({901: "Complet", 908: "2025.1"})))
    assert made.ours == {"statut": "Complet"}
    assert [one.annotation for one in made.conflicts] == ["version_referentiel"]


def test_a_situation_that_a_person_typed_like_the_proposal_is_not_remembered_as_ours() -> None:
    assert "situation" not in due(judged(dossier({907: "S-12"}), situation="S-12")).ours


def test_a_decided_dossier_that_we_had_written_to_is_closed_though_memory_is_lost() -> None:
    made = due(judged(dated(BEFORE), assessment(Status.CLOS)))
    assert written(made) == {"statut": "Clos"}


def test_what_a_person_wrote_in_other_words_decides_nothing_and_keeps_what_it_kept() -> None:
    mapping = reply_rules().mapping
    paths = frozenset({"annotations.statut", f"annotations.{MANUAL}", "annotations.controle_le"})
    values = {901: "Hors champ", 921: False, 909: CHECKED}
    shown = dated(BEFORE, values, a901=BEFORE, a921=BEFORE)
    found = unreadable(shown, paths, mapping=mapping)
    by_id = {one.id: one.value for one in found.annotations}
    assert by_id["901"] == Unreadable(
        "Hors champ (écrit sous d'autres mots)", "à écrire de nouveau"
    )
    assert by_id["909"] == {one.id: one.value for one in shown.annotations}["909"], "ours"
    assert taken_over(found, mapping)
    assert not taken_over(shown, mapping)
    decision = decide(assessment(), held_by_person(found, {}, mapping=mapping))
    assert (decision.status, decision.excluded) == (None, False)
    assert unreadable(shown, frozenset({"annotations.priorite"}), mapping=mapping) is shown
