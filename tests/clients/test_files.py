"""Attachments reach the disk whole, checked and cleared, or not at all."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
import responses

from clients.files import DsFiles, FileOutcome, display_name, files_of
from clients.reading.reader import DsReader
from mappings.dossier.model import RawDossier
from sandbox.server import Sandbox
from tests.clients.conftest import StillClock

CONTENT = b"du texte"
CHECKSUM = "yLI3+3bBxhMJlGaT2UhqAQ=="


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "attachments"


@pytest.fixture
def files(reader: DsReader, folder: Path, clock: StillClock) -> Iterator[DsFiles]:
    with DsFiles(reader, folder, max_bytes=10_000_000, clock=clock) as opened:
        yield opened


@pytest.fixture
def dossier(reader: DsReader, sandbox: Sandbox) -> RawDossier:
    for page in reader.pages(sandbox.demarche, updated_since=None):
        for one in page.dossiers:
            if [file for _, file in files_of(one) if file["virusScanResult"] == "safe"]:
                return reader.dossier(one["number"])
    pytest.fail("no dossier with a safe file")


def one_file(**changes: Any) -> RawDossier:
    file = {
        "filename": "../../etc/passwd",
        "byteSizeBigInt": str(len(CONTENT)),
        "checksum": CHECKSUM,
        "contentType": "text/plain",
        "virusScanResult": "safe",
        "url": "https://files.example/1",
        **changes,
    }
    return {"number": 1, "champs": [{"id": "c", "files": [file]}], "annotations": []}


def on_disk(folder: Path) -> list[Path]:
    return [one for one in folder.rglob("*") if one.is_file()]


def test_a_safe_file_is_fetched_once(files: DsFiles, dossier: RawDossier, folder: Path) -> None:
    first = files.fetch(dossier)
    outcomes = {one.outcome for one in first}
    assert FileOutcome.FETCHED in outcomes
    assert FileOutcome.CORRUPT not in outcomes
    assert {one.path for one in first if one.path} == set(on_disk(folder))
    assert FileOutcome.FETCHED not in {one.outcome for one in files.fetch(dossier)}


def test_an_expired_link_is_asked_again(
    files: DsFiles, dossier: RawDossier, sandbox: Sandbox
) -> None:
    sandbox.control.clock(advance=2 * 3600)
    outcomes = {one.outcome for one in files.fetch(dossier)}
    assert FileOutcome.FETCHED in outcomes
    assert FileOutcome.GONE not in outcomes


@responses.activate
def test_a_file_is_kept_under_its_content_never_its_name(files: DsFiles, folder: Path) -> None:
    responses.get("https://files.example/1", body=CONTENT)
    (kept,) = files.fetch(one_file())
    assert kept.outcome is FileOutcome.FETCHED
    assert kept.name == "passwd"
    assert on_disk(folder) == [kept.path]
    assert kept.path is not None
    assert kept.path.read_bytes() == CONTENT
    assert "Authorization" not in responses.calls[0].request.headers
    assert files.folder.remove(CHECKSUM)
    assert on_disk(folder) == []


@responses.activate
@pytest.mark.parametrize(
    ("changes", "body", "outcome"),
    [
        ({}, b"autre cho", FileOutcome.CORRUPT),
        ({}, CONTENT + b"!", FileOutcome.CORRUPT),
        ({}, CONTENT[:-1], FileOutcome.CORRUPT),
        ({"checksum": "../../../etc"}, CONTENT, FileOutcome.CORRUPT),
        ({"checksum": "AAAA"}, CONTENT, FileOutcome.CORRUPT),
        ({"byteSizeBigInt": "10000001"}, CONTENT, FileOutcome.TOO_LARGE),
        ({"virusScanResult": "pending"}, CONTENT, FileOutcome.NOT_SAFE),
        ({"virusScanResult": "infected"}, CONTENT, FileOutcome.NOT_SAFE),
    ],
)
def test_what_is_not_as_announced_leaves_nothing(
    files: DsFiles, folder: Path, changes: dict[str, Any], body: bytes, outcome: FileOutcome
) -> None:
    responses.get("https://files.example/1", body=body)
    (told,) = files.fetch(one_file(**changes))
    assert (told.outcome, told.path) == (outcome, None)
    assert on_disk(folder) == []


@responses.activate
def test_a_cut_connection_is_tried_again_then_told(files: DsFiles, folder: Path) -> None:
    responses.get("https://files.example/1", body=requests.ConnectionError("cut"))
    (told,) = files.fetch(one_file())
    assert told.outcome is FileOutcome.UNAVAILABLE
    assert "files.example" in told.why
    assert len(responses.calls) == 3
    assert on_disk(folder) == []


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("C:\\Users\\moi\\rcp.pdf", "rcp.pdf"),
        ("rcp\u202efdp.exe", "rcpfdp.exe"),
        ("a\nb\x00c.pdf", "abc.pdf"),
        ("..", "sans nom"),
        ("é" * 500, "é" * 120),
    ],
)
def test_a_name_is_cleaned_for_display(given: str, shown: str) -> None:
    assert display_name(given) == shown
