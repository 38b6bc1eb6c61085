"""The card of a dossier: what it is about, what was answered where, what happened, its files."""

import hashlib
import re
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from cli.portal.source import source_of
from clients.attachment_folder import AttachmentFolder
from exports.readers.reading import attachments
from mappings.report.model import Answer
from portal.dossiers.card import CardFile
from portal.dossiers.library import Library
from portal.pages.dossiers import DossierPages
from steps.wiring.services import Services, open_services
from tests.portal.conftest import ADMIN, AGENCE, CHANGED, LYON, Portal, Visitor, plain


def card(visitor: Visitor, number: int) -> str:
    answer = visitor.get(f"/dossiers/{number}")
    assert answer.status_code == 200
    return plain(answer.text)


def test_the_heading_says_what_the_dossier_is_about(portal: Portal) -> None:
    page = card(portal.visitor(LYON), portal.changed)
    heading = page.split("<h1>")[1].split("</h1>")[0]
    assert CHANGED in heading
    line = portal.source.store.lines.of(portal.source.demarche, "reseau", [portal.changed])
    assert line[portal.changed].product in heading
    assert f"<title>Dossier {portal.changed} : {CHANGED[:20]}" in page


def test_answers_stand_under_the_headings_of_the_form_in_its_order(portal: Portal) -> None:
    for email in (AGENCE, LYON):
        page = card(portal.visitor(email), portal.changed)
        answered = page.split('id="reponses"')[1].split("</section>")[0]
        headings = re.findall(r"<h3[^>]*>(.*?)</h3>", answered)
        asked = list(dict.fromkeys(portal.source.sections().values()))
        shown = [one for one in headings if one in asked]
        assert len(shown) > 4
        assert shown == [one for one in asked if one in shown]
        assert headings[-1] == "Suivi"
        place = answered.index(CHANGED)
        before = re.findall(r"<h3[^>]*>(.*?)</h3>", answered[:place])[-1]
        assert "situation" in before.lower() or "usage" in before.lower(), before


def test_what_happened_is_told_to_each_as_far_as_they_may_know(portal: Portal) -> None:
    number = portal.changed
    agency, centre = (
        card(portal.visitor(one), number).split('id="histoire"')[1] for one in (AGENCE, LYON)
    )
    for told in ("Déposé", "Envoyé de nouveau par le déclarant"):
        assert told in agency
        assert told in centre
    assert agency.count("Verdict") >= 2
    assert "Rattachement à SIT-" in agency
    for secret in ("Verdict", "SIT-", "Message", "Rattachement"):
        assert secret not in centre


@pytest.fixture
def kept(portal: Portal) -> Iterator[tuple[int, str, Path]]:
    """A file that was found safe and is on disk."""
    assert portal.bridge
    content = b"%PDF-1.4 <script>alert(1)</script>"
    number, one = next(
        (entry.report.number, one)
        for entry in portal.source.entries(None)
        for answer in entry.report.fields.values()
        if isinstance(answer, Answer)
        for one in attachments(answer.value)
        if one.scan == "safe"
    )
    with open_services(portal.bridge.settings) as services:
        path = AttachmentFolder(services.inputs.attachments.folder).path_of(one.checksum)
    assert path is not None
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    yield number, b64decode(one.checksum).hex(), path
    path.unlink(missing_ok=True)


def test_a_file_that_is_kept_and_safe_is_handed_to_the_agency_alone_and_written_down(
    portal: Portal, kept: tuple[int, str, Path]
) -> None:
    number, name, path = kept
    agency, where = portal.visitor(AGENCE), f"/dossiers/{number}/pieces/{name}"
    assert where in card(agency, number)
    got = agency.get(where)
    assert got.content == path.read_bytes()
    assert got.headers["content-type"] == "application/octet-stream"
    assert got.headers["content-disposition"].startswith("attachment;")
    assert got.headers["x-content-type-options"] == "nosniff"
    journal = portal.visitor(ADMIN).get("/journal").text
    assert f"dossier {number}, pièce {name[:12]}" in plain(journal)
    centre = portal.visitor(LYON)
    assert centre.get(where).status_code == 404
    assert name not in centre.get(f"/dossiers/{number}").text
    for other in (
        f"/dossiers/{portal.hostile}/pieces/{name}",
        f"/dossiers/{number}/pieces/{hashlib.md5(b'x', usedforsecurity=False).hexdigest()}",
        f"/dossiers/{number}/pieces/..%2f..%2func.sqlite",
        f"/dossiers/{number}/pieces/{name.upper()}",
    ):
        assert agency.get(other).status_code == 404, other
    path.unlink()
    assert agency.get(where).status_code == 404
    assert "gardée sur la démarche seulement" in card(agency, number)


def test_a_file_that_the_antivirus_did_not_clear_is_not_handed_out(portal: Portal) -> None:
    assert portal.bridge
    with open_services(portal.bridge.settings) as services:
        pages = _pages(services)
        for scan in ("infected", "pending", "corrupt", ""):
            assert pages.file(replace(SOME, scan=scan)) is None
        assert pages.file(SOME) == Path("/somewhere")


def _pages(services: Services) -> DossierPages:
    source = replace(source_of(services), attachment=lambda _: Path("/somewhere"))
    return DossierPages(source, Library(source))


SOME = CardFile("0" * 32, "a.pdf", "safe", 3, "")
