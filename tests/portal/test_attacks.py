"""Attacks, tried over HTTP on the portal that is served, and refused."""

import base64
import json
import re
import socket
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import itsdangerous
import pytest

from portal.people.roles import Role
from portal.published.files import FetchableFiles
from tests.portal.conftest import ADMIN, AGENCE, LYON, PASSWORD, SCRIPT, SECRET, Portal


def raw(portal: Portal, request: bytes) -> bytes:
    """Send bytes as they are: no client tidies the path up."""
    parts = urlsplit(portal.url)
    with socket.create_connection((str(parts.hostname), int(parts.port or 0)), timeout=10) as sock:
        sock.sendall(request)
        answer = b""
        while piece := sock.recv(65_536):
            answer += piece
    return answer


@pytest.mark.slow
@pytest.mark.parametrize(
    "path",
    [
        "/statique/../app.py",
        "/statique/%2e%2e/app.py",
        "/statique/..%2fapp.py",
        "/statique/%2e%2e%2f%2e%2e%2fsettings.py",
        "/statique//etc/passwd",
        "/exports/..%2f..%2func.sqlite",
        "/exports/2026-11-22-0411%2fagence.xlsx",
        "/exports/../../unc.sqlite",
        "/dossiers/..%2f..%2fetc%2fpasswd",
    ],
)
def test_path_traversal_reaches_nothing(portal: Portal, path: str) -> None:
    cookie = portal.visitor(ADMIN).session.cookies.get_dict()["unc"]
    lines = (
        f"GET {path} HTTP/1.1",
        "Host: x",
        f"Cookie: unc={cookie}",
        "Connection: close",
        "",
        "",
    )
    answer = raw(portal, "\r\n".join(lines).encode())
    assert answer.split(b" ", 2)[1] == b"404", answer[:200]
    assert b"SQLite" not in answer
    assert b"root:" not in answer
    assert b"make_app" not in answer


@pytest.mark.slow
def test_the_id_of_another_centres_file_is_not_enough(portal: Portal) -> None:
    links = portal.visitor(ADMIN).file_links()
    other = next(link for key, link in links.items() if key.endswith("crpv-nice.xlsx"))
    agency = next(link for key, link in links.items() if key.endswith("agence.xlsx"))
    for link in (other, agency):
        answer = portal.visitor(LYON).get(link)
        assert answer.status_code == 403
        assert b"PK" not in answer.content[:4]
        assert "/connexion" in portal.visitor().get(link).url
        assert portal.visitor(AGENCE).get(link).content.startswith(b"PK")


def test_ids_of_files_depend_on_the_portals_secret(portal: Portal) -> None:
    source = portal.source
    shelves = [
        FetchableFiles(source.exports, demarche=source.demarche, secret=s * 40) for s in "ab"
    ]
    ids = [{f.id for e in one.for_role(Role("agence")) for f in e.files} for one in shelves]
    assert all(ids)
    assert not ids[0] & ids[1]
    assert all(re.fullmatch(r"[0-9a-f]{32}", one) for one in ids[0] | ids[1])


def test_a_forged_session_is_nobodys(portal: Portal) -> None:
    wanted = {"id": "x", "email": ADMIN, "opened": datetime.now(UTC).isoformat()}
    content = base64.b64encode(json.dumps(wanted).encode())
    true = portal.visitor(LYON).session.cookies.get_dict()["unc"]
    forged = [
        content.decode(),
        content.decode() + "." + ".".join(true.split(".")[1:]),  # another session's signature
        itsdangerous.TimestampSigner("secret").sign(content).decode(),
        itsdangerous.TimestampSigner("s" * 48).sign(content).decode(),
        true[:-2],
        "null",
    ]
    for cookie in forged:
        visitor = portal.visitor()
        visitor.session.cookies.set("unc", cookie)
        assert "/connexion" in visitor.get("/exports").url


def test_a_session_says_who_not_what_they_may_do(portal: Portal) -> None:
    cookie = portal.visitor(LYON).session.cookies.get_dict()["unc"]
    said = json.loads(base64.b64decode(cookie.split(".")[0]))
    assert said.keys() == {"id", "email", "opened"}


def test_a_form_of_another_site_is_refused(portal: Portal) -> None:
    visitor = portal.visitor(AGENCE)
    token = visitor.token("/exports")
    other = portal.visitor(LYON).token("/exports")
    for fields in ({}, {"jeton": ""}, {"jeton": "é"}, {"jeton": other}):
        assert visitor.post("/deconnexion", **fields).status_code == 403
    crossed = visitor.session.post(
        f"{portal.url}/deconnexion",
        data={"jeton": token},
        headers={"Sec-Fetch-Site": "cross-site"},
        timeout=30,
    )
    assert crossed.status_code == 403
    assert AGENCE in visitor.get("/exports").text  # still signed in
    stranger = portal.visitor()
    made_elsewhere = stranger.post(
        "/connexion", adresse=AGENCE, mot_de_passe=PASSWORD, jeton=portal.visitor().token()
    )
    assert made_elsewhere.status_code == 403


def test_a_session_cannot_be_fixed_before_signing_in(portal: Portal) -> None:
    visitor = portal.visitor()
    before = visitor.token()
    cookie = visitor.session.cookies.get_dict()["unc"]
    visitor.post("/connexion", adresse=AGENCE, mot_de_passe=PASSWORD, jeton=before)
    assert visitor.session.cookies.get_dict()["unc"] != cookie
    assert visitor.token("/exports") != before
    thief = portal.visitor()
    thief.session.cookies.set("unc", cookie)
    assert "/connexion" in thief.get("/exports").url


def test_a_script_stored_in_a_champ_is_text_on_every_page(portal: Portal) -> None:
    for email in (AGENCE, LYON):
        visitor = portal.visitor(email)
        card = visitor.get(f"/dossiers/{portal.hostile}")
        assert card.status_code == 200
        assert "&lt;script&gt;" in card.text
        for path in (f"/dossiers/{portal.hostile}", "/dossiers", "/changements", "/indicateurs"):
            page = visitor.get(path)
            assert "<script" not in page.text
            assert "onerror=alert(1)>" not in page.text
            assert "script-src" not in page.headers["content-security-policy"]
            assert "default-src 'none'" in page.headers["content-security-policy"]


def test_a_script_in_the_address_is_text(portal: Portal) -> None:
    visitor = portal.visitor(AGENCE)
    page = visitor.get("/dossiers", params={"q": SCRIPT, "substance": f'"{SCRIPT}', "tri": SCRIPT})
    assert page.status_code == 200
    assert "<script" not in page.text
    assert "<script" not in visitor.get(f"/{SCRIPT}").text


def test_what_is_confidential_is_neither_shown_to_a_centre_nor_found_by_it(portal: Portal) -> None:
    agency, centre = portal.visitor(AGENCE), portal.visitor(LYON)
    assert SECRET in agency.get(f"/dossiers/{portal.hostile}").text
    assert SECRET not in centre.get(f"/dossiers/{portal.hostile}").text
    assert f'href="/dossiers/{portal.hostile}"' in agency.get(f"/dossiers?q={SECRET}").text
    assert "Aucun dossier" in centre.get(f"/dossiers?q={SECRET}").text


def _publish_by_hand(portal: Portal, name: str, at: str = "2031-01-01-0000") -> Path:
    folder = portal.source.exports / at
    folder.mkdir()
    target = folder / name.replace("/", "_").replace("\0", "_")
    target.write_bytes(b"PK\x03\x04")
    file = {"name": name, "audience": "reseau", "sha256": "0", "bytes": 4, "rows": {}}
    (folder / "manifest.json").write_text(
        json.dumps(
            {
                "demarche": portal.source.demarche,
                "published_at": "2031-01-01T00:00:00+00:00",
                "files": [file],
            }
        )
    )
    return folder


@pytest.mark.parametrize(
    "name",
    [
        "a\r\nSet-Cookie: unc=volé\r\n.xlsx",
        'a"; filename="mal.exe.xlsx',
        "../../unc.sqlite",
        "é.xlsx",
        "page.html",
    ],
)
def test_a_hostile_file_name_in_a_folder_is_not_handed_out(portal: Portal, name: str) -> None:
    folder = _publish_by_hand(portal, name)
    try:
        page = portal.visitor(ADMIN).get("/exports")
        assert page.status_code == 200
        assert folder.name not in page.text
        assert "volé" not in str(page.headers)
    finally:
        for path in folder.iterdir():
            path.unlink()
        folder.rmdir()


def test_a_download_has_safe_headers(portal: Portal) -> None:
    visitor = portal.visitor(LYON)
    key, link = next(iter(visitor.file_links().items()))
    name = key.split("/")[1]
    headers = visitor.get(link).headers
    kept = headers["content-disposition"]
    assert re.fullmatch(rf'attachment; filename="unc-[\d-]{{15}}-{name}"', kept)
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "private, no-store"
    assert headers["content-security-policy"].startswith("default-src 'none'")
    assert headers["referrer-policy"] == "same-origin"
    assert "server" not in headers


def test_a_header_in_the_address_stays_in_the_address(portal: Portal) -> None:
    lines = (b"GET /dossiers?q=a%0d%0aSet-Cookie:%20x=y HTTP/1.1", b"Host: x", b"Connection: close")
    answer = raw(portal, b"\r\n".join((*lines, b"", b"")))
    head = answer.split(b"\r\n\r\n")[0]
    assert head.startswith(b"HTTP/1.1 303")
    assert b"x=y" not in head.replace(b"%0D%0ASet-Cookie%3A%20x%3Dy", b"")


def test_a_form_that_is_too_long_is_not_read(portal: Portal) -> None:
    visitor = portal.visitor()
    answer = visitor.post("/connexion", adresse="a" * 20_000, jeton=visitor.token())
    assert answer.status_code == 413


@pytest.mark.parametrize(
    "path", ["/exports/", "/journal///", "/statique/", "//mal.example/", "/x/"]
)
def test_no_redirect_goes_to_the_host_that_a_request_names(portal: Portal, path: str) -> None:
    lines = (f"GET {path} HTTP/1.1".encode(), b"Host: mal.example", b"Connection: close")
    answer = raw(portal, b"\r\n".join((*lines, b"", b"")))
    location = re.search(rb"(?im)^location: (.*?)\r$", answer)
    assert location is None or re.match(rb"/(?!/)", location.group(1)), location


def test_a_slash_too_many_leads_to_the_page(portal: Portal) -> None:
    visitor = portal.visitor(AGENCE)
    assert visitor.get("/dossiers/?statut=Complet").url == f"{portal.url}/dossiers?statut=Complet"


def test_head_answers_as_get_without_a_body_and_is_no_download(portal: Portal) -> None:
    visitor = portal.visitor(AGENCE)
    link = next(iter(visitor.file_links().values()))
    lines = portal.source.store.visits.count(portal.source.demarche)
    for path in ("/exports", "/statique/portail.css", "/nulle-part", "/accessibilite", link):
        shown = visitor.session.head(portal.url + path, allow_redirects=False, timeout=30)
        if path != link:
            page = visitor.get(path, allow_redirects=False)
            assert shown.status_code == page.status_code
            assert shown.headers["content-type"] == page.headers["content-type"]
            assert shown.headers["content-length"] == str(len(page.content))
        assert shown.content == b""
    assert shown.status_code == 200
    assert portal.source.store.visits.count(portal.source.demarche) == lines
    stranger = portal.visitor().session.head(portal.url + "/exports", timeout=30)
    assert "/connexion" in stranger.headers["location"]
