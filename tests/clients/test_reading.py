"""What the reader reads from a real server is what the people around the démarche did."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import responses

from clients.capabilities import Capabilities
from clients.errors import (
    DsNotFound,
    DsOutOfScope,
    DsRefused,
    DsTimeout,
    DsTokenRefused,
    DsUnavailable,
)
from clients.reading.reader import DsReader
from clients.transport import DsTransport
from mappings.dossier.model import RawDossier
from sandbox.demarche.switches import NEWER
from sandbox.generator.generate import generate
from sandbox.server import Sandbox, running_sandbox
from tests.clients.conftest import Connect


def dossiers(reader: DsReader, sandbox: Sandbox, **how: Any) -> list[RawDossier]:
    how = {"updated_since": None, **how}
    return [one for page in reader.pages(sandbox.demarche, **how) for one in page.dossiers]


def numbers(reader: DsReader, sandbox: Sandbox, **how: Any) -> list[int]:
    return [one["number"] for one in dossiers(reader, sandbox, **how)]


def open_ones(reader: DsReader, sandbox: Sandbox) -> list[int]:
    return [
        one["number"]
        for one in dossiers(reader, sandbox)
        if one["state"] == "en_construction" and not one["archived"]
    ]


def now(sandbox: Sandbox) -> datetime:
    return datetime.fromisoformat(sandbox.control.clock()["now"])


@pytest.mark.slow
def test_a_full_reading_serves_each_dossier_in_pages_of_a_hundred(
    tmp_path: Path, connect: Connect
) -> None:
    with running_sandbox(tmp_path, seeds=generate(130, seed=7)) as large:
        reader = DsReader(connect(large.url, large.token))
        reader.capabilities()
        before = reader.requests_sent
        read = numbers(reader, large)
        assert len(read) == len(set(read)) >= 130
        assert reader.requests_sent - before == 2


def test_a_poll_without_change_costs_one_request_for_dossiers_and_one_for_deletions(
    reader: DsReader, sandbox: Sandbox
) -> None:
    reader.capabilities()
    before = reader.requests_sent
    later = now(sandbox) + timedelta(days=1)
    (page,) = reader.pages(sandbox.demarche, updated_since=later)
    assert page.dossiers == ()
    assert page.active_revision_id
    reader.deletions(sandbox.demarche, since=later)
    assert reader.requests_sent - before == 2


def test_a_cursor_goes_on_where_a_reading_stopped(reader: DsReader, sandbox: Sandbox) -> None:
    since = datetime(2020, 1, 1, tzinfo=UTC)
    whole = numbers(reader, sandbox, updated_since=since)
    first = next(iter(reader.pages(sandbox.demarche, updated_since=since, page_size=30)))
    rest = numbers(reader, sandbox, updated_since=since, after=first.end_cursor)
    assert [one["number"] for one in first.dossiers] + rest == whole


def test_the_demarche_tells_its_form_labels_and_groupes(reader: DsReader, sandbox: Sandbox) -> None:
    demarche = reader.demarche(sandbox.demarche)
    assert demarche.number == sandbox.demarche
    assert "Complet" in demarche.labels
    robot = demarche.instructeur(sandbox.instructeur.upper())
    assert robot is not None
    assert demarche.instructeur(robot.id) == robot
    assert demarche.instructeur("nobody@nowhere.example") is None
    assert all(groupe.has(robot.id) for groupe in demarche.groupes)
    active = next(one for one in demarche.revisions if one["id"] == demarche.active_revision_id)
    rows = [one for one in active["champDescriptors"] if "champDescriptors" in one]
    assert {one["__typename"] for one in rows} == {"RepetitionChampDescriptor"}
    assert active["annotationDescriptors"][0]["options"]


def test_an_unanswered_question_is_not_a_no(reader: DsReader, sandbox: Sandbox) -> None:
    answers = {
        champ["yesNo"]
        for page in reader.pages(sandbox.demarche, updated_since=None)
        for dossier in page.dossiers
        for champ in dossier["annotations"]
        if champ["__typename"] == "YesNoChamp"
    }
    assert None in answers
    assert not any(
        champ["__typename"] == "CheckboxChamp" and "checked" not in champ
        for page in reader.pages(sandbox.demarche, updated_since=None)
        for dossier in page.dossiers
        for champ in dossier["champs"]
    )


def test_a_dossier_alone_is_the_same_as_on_its_page(reader: DsReader, sandbox: Sandbox) -> None:
    page = next(iter(reader.pages(sandbox.demarche, updated_since=None)))
    chosen = page.dossiers[3]
    alone = reader.dossier(chosen["number"])
    assert alone["champs"][0] == chosen["champs"][0]
    assert alone.keys() == chosen.keys()
    assert alone["demarche"]["revision"]["id"]


def test_the_listing_is_light_and_complete(reader: DsReader, sandbox: Sandbox) -> None:
    rows = [row for page in reader.listing(sandbox.demarche) for row in page.dossiers]
    assert sorted(row["number"] for row in rows) == sorted(numbers(reader, sandbox))
    assert not {"champs", "annotations", "messages"} & rows[0].keys()
    whole = reader.dossier(rows[0]["number"])
    assert rows[0] == {key: whole[key] for key in rows[0]}


def test_pages_can_be_of_one_state_only(reader: DsReader, sandbox: Sandbox) -> None:
    pages = reader.pages(sandbox.demarche, updated_since=None, state="en_instruction", page_size=7)
    states = [dossier["state"] for page in pages for dossier in page.dossiers]
    everything = reader.pages(sandbox.demarche, updated_since=None)
    wanted = [d["state"] for page in everything for d in page.dossiers]
    assert states
    assert states == ["en_instruction"] * wanted.count("en_instruction")


def test_hidden_and_purged_dossiers_are_told_apart(reader: DsReader, sandbox: Sandbox) -> None:
    since = now(sandbox) - timedelta(minutes=1)
    hidden, purged = open_ones(reader, sandbox)[:2]
    sandbox.control.hide(hidden)
    sandbox.control.purge(purged)
    pending, deleted = reader.deletions(sandbox.demarche, since=since)
    assert [one.number for one in pending.found] == [hidden]
    assert [one.number for one in deleted.found] == [purged]
    assert deleted.until == deleted.found[0].deleted_at
    assert deleted.until.tzinfo is not None
    with pytest.raises(DsNotFound, match=str(purged)):
        reader.dossier(purged)
    sandbox.control.restore(hidden)


@responses.activate
def test_more_than_a_page_of_deletions_is_read_whole(connect: Connect) -> None:
    def answer(first: int, *, more: bool) -> dict[str, Any]:
        nodes = [
            {
                "number": number,
                "reason": "user_request",
                "state": "en_construction",
                "dateSupression": "2026-01-02T03:04:05+01:00",
            }
            for number in range(first, first + 100)
        ]
        return {"nodes": nodes, "pageInfo": {"hasNextPage": more, "endCursor": f"c{first}"}}

    url = "https://ds.example/graphql"
    responses.post(url, json={"errors": [{"message": "introspection is off"}]})
    both = {
        "pendingDeletedDossiers": answer(1, more=True),
        "deletedDossiers": answer(1, more=False),
    }
    responses.post(url, json={"data": {"demarche": {"number": 1, **both}}})
    one = {"pendingDeletedDossiers": answer(101, more=False)}
    responses.post(url, json={"data": {"demarche": {"number": 1, **one}}})
    pending, deleted = DsReader(connect(url)).deletions(1, since=None)
    assert [one.number for one in pending.found] == list(range(1, 201))
    assert [one.number for one in deleted.found] == list(range(1, 101))
    asked = json.loads(responses.calls[2].request.body or "")["variables"]
    assert (asked["after"], asked["pending"], asked["deleted"]) == ("c1", True, False)


def test_a_list_that_is_too_slow_is_read_in_smaller_pages(
    reader: DsReader, sandbox: Sandbox
) -> None:
    since = now(sandbox) - timedelta(minutes=1)
    hidden = open_ones(reader, sandbox)[7:22]
    for number in hidden:
        sandbox.control.hide(number)
    sandbox.control.slow("pendingDeletedDossiers", page_over=10)
    found = reader.deletions_alone(sandbox.demarche, pending=True, since=since)
    assert sorted(one.number for one in found.found) == sorted(hidden)
    sandbox.control.slow("pendingDeletedDossiers")
    with pytest.raises(DsTimeout):
        reader.deletions_alone(sandbox.demarche, pending=True, since=since)
    assert reader.deletions_alone(sandbox.demarche, pending=False, since=since).odd == ()
    for number in hidden:
        sandbox.control.restore(number)


def test_texts_of_messages_are_read_with_their_sender_and_only_when_asked_for(
    reader: DsReader, sandbox: Sandbox
) -> None:
    number = open_ones(reader, sandbox)[5]
    sandbox.control.message(number, "Bonjour, réf. UNC-7F3A", by=sandbox.instructeur)
    bodies = reader.message_bodies(number)
    assert "UNC-7F3A" in bodies[-1]["body"]
    assert bodies[-1]["email"] == sandbox.instructeur
    assert "body" not in reader.dossier(number)["messages"][-1]


@pytest.mark.slow
def test_a_timeout_with_partial_data_is_void_and_the_page_halved(
    reader: DsReader, sandbox: Sandbox
) -> None:
    whole = numbers(reader, sandbox)
    sandbox.control.fault("timeout", page_over=30)
    pages = list(reader.pages(sandbox.demarche, updated_since=None))
    assert [one["number"] for page in pages for one in page.dossiers] == whole
    assert all(len(page.dossiers) <= 30 for page in pages)
    assert not any(page.broken for page in pages)


@pytest.mark.slow
def test_a_broken_dossier_is_set_apart_and_the_others_served(
    reader: DsReader, sandbox: Sandbox
) -> None:
    whole = numbers(reader, sandbox)
    sandbox.control.broken(whole[17], whole[18], whole[50])
    pages = list(reader.pages(sandbox.demarche, updated_since=None, page_size=40))
    broken = [one.number for page in pages for one in page.broken]
    assert broken == [whole[17], whole[18], whole[50]]
    served = [one["number"] for page in pages for one in page.dossiers]
    assert served == [number for number in whole if number not in broken]


@pytest.mark.slow
def test_a_missing_field_of_an_older_instance_is_left_out(
    sandbox: Sandbox, transport: DsTransport
) -> None:
    hidden = ["Dossier.dateSuppressionParUsager", "Message.correction", "Demarche.labels"]
    sandbox.control.switches(hidden_fields=[*hidden, "Mutation.dossierModifierAnnotations"])
    reader = DsReader(transport)
    known = reader.capabilities()
    assert not known.grouped_annotations
    assert known.without == {
        "ConditionDeLaQuestion",  # of August 2026, and the sandbox is of January
        "SuppressionsDuDossier",
        "CorrectionDuMessage",
        "EtiquettesDeLaDemarche",
    }
    assert reader.demarche(sandbox.demarche).labels == {}
    dossier = next(iter(reader.pages(sandbox.demarche, updated_since=None))).dossiers[0]
    assert "dateSuppressionParUsager" not in dossier


@pytest.mark.slow
def test_a_newer_instance_is_read_as_one_of_january(sandbox: Sandbox, reader: DsReader) -> None:
    before = next(iter(reader.pages(sandbox.demarche, updated_since=None))).dossiers
    sandbox.control.switches(**dict.fromkeys(NEWER, True))
    newer = DsReader(reader.transport)
    after = next(iter(newer.pages(sandbox.demarche, updated_since=None))).dossiers
    sandbox.control.switches(**dict.fromkeys(NEWER, False))
    assert newer.capabilities() == Capabilities()
    assert [one["number"] for one in after] == [one["number"] for one in before]
    assert [unlinked(one["champs"]) for one in after] == [unlinked(one["champs"]) for one in before]


def unlinked(value: Any) -> Any:
    """The same without addresses of files, which move with each minute."""
    if isinstance(value, dict):
        return {key: unlinked(one) for key, one in value.items() if key != "url"}
    return [unlinked(one) for one in value] if isinstance(value, list) else value


def test_the_official_instance_lacks_nothing(reader: DsReader) -> None:
    assert reader.capabilities() == Capabilities()
    before = reader.requests_sent
    DsReader(reader.transport).capabilities()
    assert reader.requests_sent == before


def test_companies_are_read_while_the_register_is_down(reader: DsReader, sandbox: Sandbox) -> None:
    sandbox.control.switches(registry_down=True)
    page = next(iter(reader.pages(sandbox.demarche, updated_since=None)))
    demandeur = page.dossiers[0]["demandeur"]
    assert demandeur["__typename"] == "PersonneMoraleIncomplete"
    assert len(demandeur["siret"]) == 14


def test_bad_access_is_refused_with_the_setting_to_change(
    sandbox: Sandbox, connect: Connect
) -> None:
    with pytest.raises(DsTokenRefused, match="UNC_DS_TOKEN"):
        DsReader(connect(sandbox.url, "unknown")).demarche(sandbox.demarche)
    sandbox.control.add_token("elsewhere", demarches=[1])
    with pytest.raises(DsOutOfScope, match="UNC_DEMARCHE") as caught:
        DsReader(connect(sandbox.url, "elsewhere")).demarche(sandbox.demarche)
    assert caught.value.setting == "UNC_DEMARCHE"
    sandbox.control.add_token("far", networks=["203.0.113.0/24"])
    with pytest.raises(DsTokenRefused, match=r"127\.0\.0\.1"):
        DsReader(connect(sandbox.url, "far")).demarche(sandbox.demarche)
    with pytest.raises(DsNotFound, match="99999"):
        DsReader(connect(sandbox.url, sandbox.token)).demarche(99999)
    with pytest.raises(DsRefused, match="UNC_DS_URL"):
        DsReader(connect(sandbox.base_url + "/nowhere", sandbox.token)).demarche(1)


@pytest.mark.slow
@pytest.mark.parametrize("status", [302, 502, 504])
def test_a_gateway_that_gives_up_on_one_dossier_stops_no_other(
    reader: DsReader, sandbox: Sandbox, status: int
) -> None:
    odd, *others = sorted(numbers(reader, sandbox))
    sandbox.control.fault("http", status=status, number=odd)
    pages = list(reader.pages(sandbox.demarche, updated_since=None))
    assert {one["number"] for page in pages for one in page.dossiers} == set(others)
    assert [one.number for page in pages for one in page.broken] == [odd]


def test_an_outage_of_ds_is_told_from_one_dossier_by_one_more_request(
    reader: DsReader, sandbox: Sandbox
) -> None:
    reader.capabilities()
    sandbox.control.fault("http", status=503, operation="query")
    before = reader.requests_sent
    with pytest.raises(DsUnavailable, match="503"):
        numbers(reader, sandbox)
    assert reader.requests_sent - before == reader.transport.policy.tries + 1
