"""What is delivered is what DS shows afterwards; what is refused is told in its words."""

from dataclasses import replace
from typing import Any

import pytest

from clients.errors import DsTokenRefused, DsUnavailable
from clients.reading.reader import DsReader
from clients.writing.writer import Pace
from mappings.dossier.model import RawDossier
from sandbox.server import Sandbox
from tests.clients.conftest import VALUES, Connect, WritableDemarche, annotate, label, message
from triage.replies.reply import Outcome


def shown(dossier: RawDossier) -> dict[str, Any]:
    keys = ("value", "integerNumber", "datetime", "yesNo")
    return {
        one["label"]: next((one[key] for key in keys if key in one), None)
        for one in dossier["annotations"]
    }


def without_dates(dossier: RawDossier) -> RawDossier:
    return {name: value for name, value in dossier.items() if "Modification" not in name}


@pytest.mark.slow
@pytest.mark.parametrize("grouped", [True, False])
def test_what_was_asked_is_what_ds_shows(target: WritableDemarche, *, grouped: bool) -> None:
    if not grouped:
        target = target.on_an_instance_without("Mutation.dossierModifierAnnotations")
    DsReader(target.transport).capabilities()
    chosen = target.dossiers[:7] if grouped else target.dossiers[7:14]
    replies = [one for dossier in chosen for one in (annotate(dossier), label(dossier, "Complet"))]
    before = target.transport.requests_sent
    deliveries = target.deliver(*replies)
    assert target.transport.requests_sent - before == 1
    assert [one.receipt.outcome for one in deliveries] == [Outcome.DONE] * 14
    for dossier in chosen:
        present = target.now(dossier)
        values = shown(present)
        assert values["Statut du triage"] == "Complet"
        assert values["Complétude (%)"] == "87"
        assert values["Éléments manquants"] == VALUES[2][2]
        assert values["Contrôlé le"] == "2026-10-01T08:09:10+02:00"
        assert values["Traitement manuel"] is False
        assert [one["name"] for one in present["labels"]] == ["Complet"]


@pytest.mark.slow
def test_the_stored_copy_can_be_brought_up_to_date_from_the_answers(
    target: WritableDemarche,
) -> None:
    dossier = target.dossiers[0]
    copy = target.now(dossier)
    replies = (
        annotate(dossier, ("Situation", "text", "Autre")),
        label(dossier, "Urgent"),
        label(dossier, "Urgent", present=False),
        label(dossier, "À examiner"),
        replace(message(dossier), correction="incomplete"),
    )
    for delivery in target.deliver(*replies):
        copy = delivery.patched(copy)
    assert without_dates(copy) == without_dates(target.now(dossier))


def test_a_thousand_annotations_take_few_requests(target: WritableDemarche) -> None:
    target.deliver(label(target.dossiers[0], "Urgent"))
    before = target.transport.requests_sent
    deliveries = target.deliver(*(annotate(dossier) for dossier in target.dossiers[:50]))
    assert target.transport.requests_sent - before == -(-len(deliveries) // 25)
    assert all(one.receipt.outcome is Outcome.DONE for one in deliveries)


def test_one_refused_value_leaves_the_others_written(target: WritableDemarche) -> None:
    dossier = target.dossiers[1]
    asked = annotate(
        dossier,
        ("Statut du triage", "dropDownList", "Pas une option"),
        ("Situation", "text", "Écrite"),
        ("Complétude (%)", "integerNumber", ""),
        ("Contrôlé le", "datetime", ""),
        ("inconnue", "text", "x"),
    )
    (delivery,) = target.deliver(asked)
    assert delivery.receipt.outcome is Outcome.REFUSED
    assert delivery.receipt.written == ("Situation",)
    for words in (
        "doit être dans les options proposées",
        "n’existe pas",
        "ne permet pas de l'effacer",
    ):
        assert words in delivery.receipt.text
    assert shown(target.now(dossier))["Situation"] == "Écrite"


def test_an_annotation_left_out_without_a_word_is_not_taken_for_written(
    target: WritableDemarche,
) -> None:
    dossier = target.dossiers[1]
    target.sandbox.control.switches(silent_annotations=True)
    (delivery,) = target.deliver(
        annotate(dossier, ("Situation", "text", "Oui"), ("inconnue", "text", "x"))
    )
    target.sandbox.control.switches(silent_annotations=False)
    assert delivery.receipt.outcome is Outcome.REFUSED
    assert delivery.receipt.written == ("Situation",)
    assert "inconnue" in delivery.receipt.text


def test_a_batch_on_a_server_that_is_down_stops_the_delivery(target: WritableDemarche) -> None:
    target.reader.capabilities()
    target.sandbox.control.fault("http", operation="mutation", status=503)
    with pytest.raises(DsUnavailable, match="503"):
        target.deliver(*(annotate(one) for one in target.dossiers[:5]))


def test_a_server_that_always_fails_inside_stops_the_delivery(target: WritableDemarche) -> None:
    target.reader.capabilities()
    target.sandbox.control.fault("root_error", operation="mutation")
    with pytest.raises(DsUnavailable, match="arrêt"):
        target.deliver(*(annotate(one) for one in target.dossiers[:12]))


def test_a_label_already_there_is_done_and_an_unknown_one_refused(target: WritableDemarche) -> None:
    dossier = target.dossiers[25]
    target.sandbox.control.label(dossier["number"], "Urgent")
    there, absent, none = target.deliver(
        label(dossier, "Urgent"),
        label(dossier, "Complet", present=False),
        label(dossier, "Pas un label"),
    )
    assert there.receipt.outcome is Outcome.DONE
    assert [one["name"] for one in there.patched(dossier)["labels"]] == ["Urgent"]
    assert absent.receipt.outcome is Outcome.DONE
    assert none.receipt.outcome is Outcome.REFUSED
    assert "Pas un label" in none.receipt.text


def test_an_instructeur_outside_the_groupe_is_refused_there_only(target: WritableDemarche) -> None:
    control, moved = target.sandbox.control, target.dossiers[3]
    control.add_groupe(target.sandbox.demarche, "Sans robot")
    control.change_groupe(moved["number"], "Sans robot")
    outside, inside, labelled = target.deliver(
        annotate(moved), annotate(target.dossiers[4]), label(moved, "Urgent")
    )
    by_key = {one.reply.key: one.receipt for one in (outside, inside, labelled)}
    refused = by_key[annotate(moved).key]
    assert refused.outcome is Outcome.REFUSED
    assert "L’instructeur n’a pas les droits d’accès" in refused.text
    assert by_key[annotate(target.dossiers[4]).key].outcome is Outcome.DONE
    assert by_key[label(moved, "Urgent").key].outcome is Outcome.DONE


def test_a_dossier_deleted_meanwhile_does_not_stop_the_others(target: WritableDemarche) -> None:
    gone = target.dossiers[20]
    target.sandbox.control.purge(gone["number"])
    replies = [annotate(one) for one in target.dossiers[16:24]]
    deliveries = target.deliver(*replies, message(gone))
    outcomes = {one.reply.key: one.receipt for one in deliveries}
    assert outcomes.pop(f"a{gone['number']}").outcome is Outcome.REFUSED
    refused = outcomes.pop("mUNC-1")
    assert refused.outcome is Outcome.REFUSED
    assert refused.text == f"Le dossier {gone['number']} n'existe pas, ou plus, sur DS."
    assert {one.outcome for one in outcomes.values()} == {Outcome.DONE}


def test_a_read_only_token_is_told_in_the_words_of_ds(
    sandbox: Sandbox, connect: Connect, target: WritableDemarche
) -> None:
    weak = replace(target, transport=connect(sandbox.url, sandbox.read_only_token))
    for delivery in weak.deliver(annotate(target.dossiers[5]), message(target.dossiers[5])):
        assert delivery.receipt.outcome is Outcome.REFUSED
        assert "seulement en lecture" in delivery.receipt.text


def test_a_token_revoked_meanwhile_stops_the_delivery(
    sandbox: Sandbox, connect: Connect, target: WritableDemarche
) -> None:
    sandbox.control.add_token("short-lived")
    brief = replace(target, transport=connect(sandbox.url, "short-lived"))
    DsReader(brief.transport).capabilities()
    sandbox.control.revoke_token("short-lived")
    with pytest.raises(DsTokenRefused):
        brief.deliver(annotate(target.dossiers[5]))


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["drop_after", "truncated", "root_error"])
def test_a_lost_answer_to_a_batch_is_written_again(target: WritableDemarche, kind: str) -> None:
    target.reader.capabilities()
    target.sandbox.control.fault(kind, operation="mutation", count=1)
    chosen = target.dossiers[6:10]
    deliveries = target.deliver(*(annotate(one, ("Situation", "text", kind)) for one in chosen))
    assert [one.receipt.outcome for one in deliveries] == [Outcome.DONE] * 4
    assert {shown(target.now(one))["Situation"] for one in chosen} == {kind}


def test_a_batch_that_times_out_is_halved_for_good(target: WritableDemarche) -> None:
    target.reader.capabilities()
    target.sandbox.control.fault("root_error", code="timeout", operation="mutation", count=2)
    before = target.transport.requests_sent
    deliveries = target.deliver(*(annotate(one) for one in target.dossiers[6:14]), pace=Pace(8))
    assert [one.receipt.outcome for one in deliveries] == [Outcome.DONE] * 8
    assert target.transport.requests_sent - before == 2 + 4  # of 8, of 4, then four of 2
