"""A message reaches the declarant once, whatever becomes of the answer."""

from dataclasses import replace

import pytest

from clients.capabilities import Capabilities
from clients.errors import DsUnavailable
from clients.writing.acts import DsActs
from clients.writing.batches import WriteContext
from clients.writing.deliveries import Delivery
from clients.writing.messages import send_message
from clients.writing.writer import DsWriter
from tests.clients.conftest import Town, label, message
from triage.replies.reply import Outcome, Reply


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["drop_after", "truncated", "http", "root_error"])
def test_a_lost_answer_to_a_message_is_unknown_and_closed_by_reading(town: Town, kind: str) -> None:
    town.reader.capabilities()
    dossier = town.dossiers[10]
    town.sandbox.control.fault(kind, mutation="dossierEnvoyerMessage", count=1)
    reference = f"UNC-{kind.upper()}"
    (delivery,) = town.deliver(message(dossier, reference))
    assert delivery.receipt.outcome is Outcome.UNKNOWN
    applied = kind in {"drop_after", "truncated"}
    bodies = [one["body"] for one in town.reader.message_bodies(dossier["number"])]
    assert sum(reference in body for body in bodies) == int(applied)


def test_a_message_that_times_out_is_unknown(town: Town) -> None:
    fault = {"code": "timeout", "mutation": "dossierEnvoyerMessage", "count": 1}
    town.sandbox.control.fault("root_error", **fault)
    before = town.transport.requests_sent
    (delivery,) = town.deliver(message(town.dossiers[10], "UNC-T"))
    assert delivery.receipt.outcome is Outcome.UNKNOWN
    assert town.transport.requests_sent - before == 1


def test_a_message_refused_by_the_rate_limit_is_sent_once_the_window_opens(town: Town) -> None:
    town.reader.capabilities()
    dossier = town.dossiers[11]
    town.sandbox.control.fault("rate_limit", mutation="dossierEnvoyerMessage", count=2)
    (delivery,) = town.deliver(message(dossier, "UNC-429"))
    assert delivery.receipt.outcome is Outcome.DONE
    last = town.reader.message_bodies(dossier["number"])[-1]
    assert "UNC-429" in last["body"]
    assert delivery.receipt.message_id == last["id"]


def test_messages_go_last_and_stop_when_ds_is_down(town: Town) -> None:
    town.reader.capabilities()
    town.sandbox.control.fault("http", mutation="dossierEnvoyerMessage", status=503)
    got: list[Delivery] = []
    robot = town.demarche.instructeur(town.sandbox.instructeur)
    assert robot is not None
    replies: list[Reply] = [message(one, f"UNC-D{i}") for i, one in enumerate(town.dossiers[:9])]
    replies.append(label(town.dossiers[12], "Urgent"))
    writer = DsWriter(town.transport)
    with pytest.raises(DsUnavailable):
        got.extend(writer.deliver(replies, instructeur_id=robot.id, labels=town.demarche.labels))
    for delivery in writer.deliver(
        replies[-1:], instructeur_id=robot.id, labels=town.demarche.labels
    ):
        assert delivery.receipt.outcome is Outcome.DONE


def test_a_correction_request_tells_whether_the_dossier_was_flagged(town: Town) -> None:
    dossier = town.dossiers[13]
    first = replace(message(dossier, "UNC-C1"), correction="incomplete")
    second = replace(message(dossier, "UNC-C2"), correction="incomplete")
    plain = message(dossier, "UNC-C3")
    flagged, useless, simple = town.deliver(first, second, plain)
    assert flagged.correction_flagged is True
    assert flagged.message is not None
    assert flagged.message["correction"]["reason"] == "incomplete"
    assert flagged.fields["dateDerniereCorrectionEnAttente"]
    assert useless.receipt.outcome is Outcome.DONE
    assert useless.correction_flagged is False
    assert simple.correction_flagged is None
    assert "body" not in (simple.message or {})


def test_a_second_correction_that_ds_refuses_is_told_in_its_words(town: Town) -> None:
    dossier = town.dossiers[16]
    town.sandbox.control.switches(second_correction_refused=True)
    first = replace(message(dossier, "UNC-R1"), correction="incorrect")
    second = replace(message(dossier, "UNC-R2"), correction="incorrect")
    flagged, refused = town.deliver(first, second)
    town.sandbox.control.switches(second_correction_refused=False)
    assert flagged.correction_flagged is True
    assert refused.receipt.outcome is Outcome.REFUSED
    assert "correction" in refused.receipt.text


def test_an_instance_without_corrections_refuses_them_before_sending(town: Town) -> None:
    context = WriteContext("instructeur", {}, Capabilities(corrections=False))
    asked = replace(message(town.dossiers[14]), correction="incomplete")
    before = town.transport.requests_sent
    delivery = send_message(town.transport, asked, context=context)
    assert delivery.receipt.outcome is Outcome.REFUSED
    assert "UNC_DECLARANT_CHANNEL" in delivery.receipt.text
    assert town.transport.requests_sent == before


def test_a_message_can_be_withdrawn_and_a_dossier_passed_en_instruction(town: Town) -> None:
    robot = town.demarche.instructeur(town.sandbox.instructeur)
    assert robot is not None
    acts, dossier = DsActs(town.transport, robot.id), town.dossiers[15]
    (sent,) = town.deliver(message(dossier, "UNC-W"))
    assert sent.receipt.message_id
    withdrawn = acts.withdraw_message(sent.receipt.message_id)
    assert withdrawn.outcome is Outcome.DONE
    assert withdrawn.fields["discardedAt"]
    bodies = [one["body"] for one in town.reader.message_bodies(dossier["number"])]
    assert not any("UNC-W" in body for body in bodies)
    passed = acts.passer_en_instruction(dossier["id"])
    assert passed.outcome is Outcome.DONE
    assert passed.fields["state"] == "en_instruction"
    assert acts.passer_en_instruction(dossier["id"]).outcome is Outcome.DONE
    assert DsActs(town.transport, "nobody").withdraw_message("nothing").outcome is Outcome.REFUSED
