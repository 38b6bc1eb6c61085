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
from tests.clients.conftest import WritableDemarche, label, message
from triage.replies.reply import Outcome, Reply


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["drop_after", "truncated", "http", "root_error"])
def test_a_lost_answer_to_a_message_is_unknown_and_closed_by_reading(
    target: WritableDemarche, kind: str
) -> None:
    target.reader.capabilities()
    dossier = target.dossiers[10]
    target.sandbox.control.fault(kind, mutation="dossierEnvoyerMessage", count=1)
    reference = f"UNC-{kind.upper()}"
    (delivery,) = target.deliver(message(dossier, reference))
    assert delivery.receipt.outcome is Outcome.UNKNOWN
    applied = kind in {"drop_after", "truncated"}
    bodies = [one["body"] for one in target.reader.message_bodies(dossier["number"])]
    assert sum(reference in body for body in bodies) == int(applied)


def test_a_message_that_times_out_is_unknown(target: WritableDemarche) -> None:
    fault = {"code": "timeout", "mutation": "dossierEnvoyerMessage", "count": 1}
    target.sandbox.control.fault("root_error", **fault)
    before = target.transport.requests_sent
    (delivery,) = target.deliver(message(target.dossiers[10], "UNC-T"))
    assert delivery.receipt.outcome is Outcome.UNKNOWN
    assert target.transport.requests_sent - before == 1


def test_a_message_refused_by_the_rate_limit_is_sent_once_the_window_opens(
    target: WritableDemarche,
) -> None:
    target.reader.capabilities()
    dossier = target.dossiers[11]
    target.sandbox.control.fault("rate_limit", mutation="dossierEnvoyerMessage", count=2)
    (delivery,) = target.deliver(message(dossier, "UNC-429"))
    assert delivery.receipt.outcome is Outcome.DONE
    last = target.reader.message_bodies(dossier["number"])[-1]
    assert "UNC-429" in last["body"]
    assert delivery.receipt.message_id == last["id"]


def test_messages_go_last_and_stop_when_ds_is_down(target: WritableDemarche) -> None:
    target.reader.capabilities()
    target.sandbox.control.fault("http", mutation="dossierEnvoyerMessage", status=503)
    got: list[Delivery] = []
    robot = target.demarche.instructeur(target.sandbox.instructeur)
    assert robot is not None
    replies: list[Reply] = [message(one, f"UNC-D{i}") for i, one in enumerate(target.dossiers[:9])]
    replies.append(label(target.dossiers[12], "Urgent"))
    writer = DsWriter(target.transport)
    with pytest.raises(DsUnavailable):
        got.extend(writer.deliver(replies, instructeur_id=robot.id, labels=target.demarche.labels))
    for delivery in writer.deliver(
        replies[-1:], instructeur_id=robot.id, labels=target.demarche.labels
    ):
        assert delivery.receipt.outcome is Outcome.DONE


def test_a_correction_request_tells_whether_the_dossier_was_flagged(
    target: WritableDemarche,
) -> None:
    dossier = target.dossiers[13]
    first = replace(message(dossier, "UNC-C1"), correction="incomplete")
    second = replace(message(dossier, "UNC-C2"), correction="incomplete")
    plain = message(dossier, "UNC-C3")
    flagged, useless, simple = target.deliver(first, second, plain)
    assert flagged.correction_flagged is True
    assert flagged.message is not None
    assert flagged.message["correction"]["reason"] == "incomplete"
    assert flagged.fields["dateDerniereCorrectionEnAttente"]
    assert useless.receipt.outcome is Outcome.DONE
    assert useless.correction_flagged is False
    assert simple.correction_flagged is None
    assert "body" not in (simple.message or {})


def test_a_second_correction_that_ds_refuses_is_told_in_its_words(target: WritableDemarche) -> None:
    dossier = target.dossiers[16]
    target.sandbox.control.switches(second_correction_refused=True)
    first = replace(message(dossier, "UNC-R1"), correction="incorrect")
    second = replace(message(dossier, "UNC-R2"), correction="incorrect")
    flagged, refused = target.deliver(first, second)
    target.sandbox.control.switches(second_correction_refused=False)
    assert flagged.correction_flagged is True
    assert refused.receipt.outcome is Outcome.REFUSED
    assert "correction" in refused.receipt.text


def test_an_instance_without_corrections_refuses_them_before_sending(
    target: WritableDemarche,
) -> None:
    context = WriteContext("instructeur", {}, Capabilities(corrections=False))
    asked = replace(message(target.dossiers[14]), correction="incomplete")
    before = target.transport.requests_sent
    delivery = send_message(target.transport, asked, context=context)
    assert delivery.receipt.outcome is Outcome.REFUSED
    assert "UNC_DECLARANT_CHANNEL" in delivery.receipt.text
    assert target.transport.requests_sent == before


def test_a_message_can_be_withdrawn_and_a_dossier_passed_en_instruction(
    target: WritableDemarche,
) -> None:
    robot = target.demarche.instructeur(target.sandbox.instructeur)
    assert robot is not None
    acts, dossier = DsActs(target.transport, robot.id), target.dossiers[15]
    (sent,) = target.deliver(message(dossier, "UNC-W"))
    assert sent.receipt.message_id
    withdrawn = acts.withdraw_message(sent.receipt.message_id)
    assert withdrawn.outcome is Outcome.DONE
    assert withdrawn.fields["discardedAt"]
    bodies = [one["body"] for one in target.reader.message_bodies(dossier["number"])]
    assert not any("UNC-W" in body for body in bodies)
    passed = acts.passer_en_instruction(dossier["id"])
    assert passed.outcome is Outcome.DONE
    assert passed.fields["state"] == "en_instruction"
    assert acts.passer_en_instruction(dossier["id"]).outcome is Outcome.DONE
    assert DsActs(target.transport, "nobody").withdraw_message("nothing").outcome is Outcome.REFUSED
