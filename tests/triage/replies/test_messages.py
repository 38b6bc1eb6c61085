"""What declarants are written: once for each set of items, never to flood them."""

from dataclasses import replace
from datetime import timedelta
from functools import cache
from hashlib import sha256
from typing import Any

import pytest

from datafiles.file import DataFileError
from mappings.dossier.model import DossierState, MessageSeen
from tests.triage.replying import (
    DEPOSIT,
    FINE,
    NOW,
    NUMBER,
    RCP,
    ROOT,
    SIRET,
    assessment,
    dossier,
    due,
    judged,
    labelled,
    message,
    rulebook,
    sent,
)
from triage.replies.inputs import Memory, Rulebook
from triage.replies.messages import kind_of_reference, message_key
from triage.replies.reply import Outcome
from triage.replies.text_samples import SAMPLES
from triage.replies.texts import Texts
from triage.verdict.model import Status


@cache
def asks() -> Rulebook:
    return rulebook(channel="correction")


@cache
def writes() -> Rulebook:
    return rulebook(channel="message")


INCOMPLETE = judged(verdict=assessment(Status.A_COMPLETER))


def lacking(*items: Any, **changes: Any) -> Any:
    return judged(dossier(**changes), assessment(Status.A_COMPLETER, items=items))


def test_nobody_is_written_to_while_the_channel_is_off() -> None:
    for status in Status:
        assert message(due(judged(verdict=assessment(status)))) is None


def test_a_request_quotes_section_item_and_question_of_the_form() -> None:
    asked = message(due(INCOMPLETE, rules=asks()))
    assert asked is not None
    assert (asked.kind, asked.items) == ("request", ("A1:invalid:siret", "M5:missing:rcp"))
    for quoted in ("2. Déclarant", "Entreprise : SIRET invalide", "« SIRET »", "3. Médicaments"):
        assert quoted in asked.body
    assert "« RCP en vigueur »" in asked.body
    assert f"nº {NUMBER}" in asked.body
    assert "de nouveau ouvert" in asked.body
    assert asked.body.endswith(asked.reference)


def test_a_plain_message_does_not_say_that_the_form_is_open_again() -> None:
    asked = message(due(INCOMPLETE, rules=writes()))
    assert asked is not None
    assert asked.correction is None
    assert "de nouveau ouvert" not in asked.body


def test_the_reason_of_a_correction_is_incomplete_if_anything_is_missing() -> None:
    both, wrong = (message(due(one, rules=asks())) for one in (INCOMPLETE, lacking(SIRET, FINE)))
    assert both is not None
    assert wrong is not None
    assert (both.correction, wrong.correction) == ("incomplete", "incorrect")


def test_an_open_scope_asks_for_its_questions_only() -> None:
    verdict = assessment(Status.A_PRECISER, items=(SIRET, RCP))
    asked = message(due(judged(verdict=verdict), rules=asks()))
    assert asked is not None
    assert asked.items == ("but_medical:missing",)
    assert "« L'usage vise-t-il à soigner ? »" in asked.body
    assert "SIRET" not in asked.body
    assert asked.correction == "incomplete"


def test_a_complete_report_is_acknowledged_once() -> None:
    first = message(due(judged(), rules=asks()))
    assert first is not None
    assert (first.kind, first.correction) == ("received", None)
    memory = Memory(messages=sent(first))
    assert message(due(judged(), memory, rules=asks())) is None
    asked = message(due(INCOMPLETE, memory, rules=asks()))
    memory = Memory(messages=sent(first, asked))
    assert message(due(judged(), memory, rules=asks())) is None


@pytest.mark.parametrize("status", [Status.HORS_CHAMP, Status.CLOS, Status.A_TRIER])
def test_other_verdicts_are_told_by_humans(status: Status) -> None:
    assert message(due(judged(verdict=assessment(status)), rules=asks())) is None


@pytest.mark.parametrize("outcome", [Outcome.DONE, Outcome.UNKNOWN])
def test_the_same_set_of_items_is_asked_once_whatever_became_of_the_answer(
    outcome: Outcome,
) -> None:
    first = message(due(INCOMPLETE, rules=asks()))
    memory = Memory(messages=sent(first, outcome=outcome))
    assert message(due(INCOMPLETE, memory, rules=asks())) is None
    assert message(due(lacking(RCP, SIRET), memory, rules=asks())) is None
    other = message(due(lacking(RCP), memory, rules=asks()))
    assert other is not None
    assert first is not None
    assert other.key != first.key
    assert other.reference != first.reference


def test_after_the_last_request_a_label_calls_a_human() -> None:
    rules = rulebook(channel="correction", max_requests=2)
    sets = [(RCP,), (SIRET,), (RCP, SIRET)]
    memory = Memory()
    for items in sets[:2]:
        made = due(lacking(*items), memory, rules=rules)
        assert labelled(made) == {}
        memory = Memory(messages=(*memory.messages, *sent(message(made))))
    made = due(lacking(*sets[2]), memory, rules=rules)
    assert message(made) is None
    assert labelled(made) == {"À relancer": True}
    complete = due(judged(), replace(memory, labels=frozenset({"À relancer"})), rules=rules)
    assert labelled(complete) == {"À relancer": False, "Complet": True}


@pytest.mark.parametrize(
    ("changes", "heeded"),
    [
        ({}, True),
        ({"passed_en_instruction_at": DEPOSIT + timedelta(days=1, seconds=2)}, False),
        ({"passed_en_instruction_at": DEPOSIT - timedelta(hours=1)}, True),
        (
            {
                "passed_en_instruction_at": DEPOSIT + timedelta(days=1),
                "champs_modified_at": DEPOSIT + timedelta(hours=2),
            },
            True,
        ),
    ],
    ids=["submitted", "taken up", "taken up before", "submitted, then taken up"],
)
def test_humans_are_called_when_the_declarant_answered_not_when_an_instructeur_took_it_up(
    changes: dict[str, Any], heeded: bool
) -> None:
    rules = rulebook(channel="correction", max_requests=3)
    (first,) = sent(message(due(lacking(RCP), rules=rules)))
    asked = MessageSeen(
        id="M-1",
        created_at=DEPOSIT + timedelta(hours=1),
        correction="incomplete",
        resolved_at=DEPOSIT + timedelta(days=1),
        discarded=False,
    )
    memory = Memory(messages=(replace(first, message_id="M-1"),))
    made = due(lacking(RCP, messages=(asked,), **changes), memory, rules=rules)
    assert labelled(made) == ({"À relancer": True} if heeded else {})
    assert message(made) is None


def test_the_quiet_period_counts_from_the_last_submission() -> None:
    edited = NOW - timedelta(minutes=20)
    made = due(lacking(RCP, champs_modified_at=edited), rules=asks())
    assert message(made) is None
    assert made.again_at == edited + timedelta(hours=1)
    assert len(made.replies) == 1
    assert message(
        due(lacking(RCP, champs_modified_at=edited), rules=asks(), now=edited + timedelta(hours=1))
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"archived": True},
        {"state": DossierState.ACCEPTE},
        {"deposited_at": DEPOSIT - timedelta(days=2)},
        {"correction_pending_since": DEPOSIT},
    ],
    ids=["archived", "decided", "backlog", "a correction waits"],
)
@pytest.mark.parametrize("status", [Status.A_COMPLETER, Status.COMPLET])
def test_some_dossiers_are_never_written_to(changes: dict[str, Any], status: Status) -> None:
    case = judged(dossier(**changes), assessment(status))
    assert message(due(case, rules=asks())) is None


def test_a_pilot_list_keeps_everyone_else_out() -> None:
    assert message(due(INCOMPLETE, rules=rulebook(channel="message", pilot={NUMBER})))
    assert message(due(INCOMPLETE, rules=rulebook(channel="message", pilot={1, 2}))) is None


def test_a_message_that_ds_refuses_is_not_tried_again() -> None:
    first = message(due(INCOMPLETE, rules=asks()))
    assert first is not None
    assert message(due(INCOMPLETE, Memory(refused=frozenset({first.key})), rules=asks())) is None


def templates(**changes: str) -> dict[str, str]:
    folder = ROOT / "triage/unc/textes"
    return {path.stem: path.read_text("utf-8") for path in folder.glob("*.j2")} | changes


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Bonjour {{ nom }} {{ reference }}", "nom"),
        ("Bonjour {% if %}", "message_request.j2:1"),
        ("Bonjour", "{{ reference }}"),
    ],
    ids=["unknown value", "syntax", "no reference"],
)
def test_a_wrong_text_is_told_when_it_is_loaded(text: str, told: str) -> None:
    with pytest.raises(DataFileError) as refused:
        Texts(templates(message_request=text))
    assert told in str(refused.value)


def test_a_missing_text_is_told() -> None:
    for name in SAMPLES:
        given = templates()
        del given[name]
        with pytest.raises(DataFileError, match=f"{name}.j2 : ce modèle manque"):
            Texts(given)


def test_a_template_cannot_reach_behind_the_values() -> None:
    with pytest.raises(DataFileError):
        Texts(templates(message_request="{{ ''.__class__.__mro__ }} {{ reference }}"))


def test_keys_of_messages_are_those_of_the_versions_before() -> None:
    """What was sent under a key is never sent again after an upgrade."""
    assert message_key(7, "request", items=("M5", "A1"), count=2) == (
        sha256(b"7\nrequest\nA1\nM5\n2").hexdigest()
    )
    first = message(due(INCOMPLETE, rules=asks()))
    assert first is not None
    assert first.key == message_key(first.number, "request", items=first.items, count=0)
    assert first.reference == f"UNC-{first.key[:4]}-{first.key[4:8]}".upper()


def test_what_a_message_said_is_known_by_its_reference_alone() -> None:
    asked = message(due(INCOMPLETE, rules=asks()))
    assert asked is not None
    assert kind_of_reference(asked.number, asked.reference) == "request"
    left = tuple(replace(one, items=None) for one in sent(asked))
    assert message(due(INCOMPLETE, Memory(messages=left), rules=asks())) is None
    complete = message(due(judged(), Memory(messages=left), rules=asks()))
    assert complete is not None
    assert kind_of_reference(complete.number, complete.reference) == "received"
