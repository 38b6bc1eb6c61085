"""Every route, asked for by everybody: what is shown to whom, and what is not."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

import pytest
from starlette.routing import BaseRoute, Mount, Route

from portal.app import make_app
from portal.pages.registre.actions import ACTIONS
from tests.portal.conftest import ADMIN, AGENCE, LYON, NICE, Portal

NOBODY = ""
EVERYBODY = (NOBODY, ADMIN, AGENCE, LYON, NICE)
SIGNED_IN = dict.fromkeys((ADMIN, AGENCE, LYON, NICE), 200) | {NOBODY: 303}
ADMINISTRATOR = {ADMIN: 200, AGENCE: 403, LYON: 403, NICE: 403, NOBODY: 303}
WRITES = dict.fromkeys(EVERYBODY, 403) | {NOBODY: 401}  # without its token
OF_AGENCY = {ADMIN: 200, AGENCE: 200, LYON: 403, NICE: 403, NOBODY: 303}
GONE = {ADMIN: 404, AGENCE: 404}
REGISTER_FORMS = (
    *(f"/situations/{{name}}/{action}" for action in ACTIONS),
    "/annees/{year}/arreter",
    "/mesures/{measure}/etat",
    "/mesures/{measure}/conclure",
    "/signaux/{signal}/rattacher",
    "/questions/{question}/retirer",
    *(
        f"/seances/{{meeting}}/{action}"
        for action in ("inscrire", "retirer", "reporter", "tenue", "avis", "compte-rendu")
    ),
)
# For each route and method: what each person gets. A route that is not here fails the test.
EXPECTED: dict[tuple[str, str], dict[str, int]] = {
    ("GET", "/"): SIGNED_IN,
    ("POST", "/a-traiter/vus"): dict.fromkeys(EVERYBODY, 403) | {NOBODY: 401},
    ("GET", "/connexion"): dict.fromkeys(EVERYBODY, 200),
    ("POST", "/connexion"): dict.fromkeys(EVERYBODY, 403),  # without its token
    ("GET", "/connexion/oidc"): dict.fromkeys(EVERYBODY, 404),  # no provider is set
    ("GET", "/connexion/oidc/retour"): dict.fromkeys(EVERYBODY, 404),
    ("POST", "/deconnexion"): dict.fromkeys(EVERYBODY, 403) | {NOBODY: 401},
    ("GET", "/accessibilite"): dict.fromkeys(EVERYBODY, 200),
    ("GET", "/exports"): SIGNED_IN,
    ("GET", "/exports/{file_id}"): dict.fromkeys(EVERYBODY, 404) | {NOBODY: 303},
    ("GET", "/exports/lot/{sequence}"): dict.fromkeys(EVERYBODY, 404) | {NOBODY: 303},
    ("GET", "/recherche.csv"): SIGNED_IN,
    ("GET", "/changements"): SIGNED_IN,
    ("GET", "/dossiers"): SIGNED_IN,
    ("GET", "/dossiers/{number}"): dict.fromkeys(EVERYBODY, 404) | {NOBODY: 303},
    ("GET", "/dossiers/{number}/pieces/{name}"): dict.fromkeys(EVERYBODY, 404) | {NOBODY: 303},
    ("POST", "/dossiers/{number}/passages"): dict.fromkeys(EVERYBODY, 403) | {NOBODY: 401},
    ("POST", "/dossiers/{number}/avis"): dict.fromkeys(EVERYBODY, 403) | {NOBODY: 401},
    ("GET", "/renvoi"): SIGNED_IN,
    ("POST", "/renvoi"): dict.fromkeys(EVERYBODY, 403) | {NOBODY: 401},
    ("GET", "/renvoi/{name}"): SIGNED_IN,
    ("POST", "/renvoi/{name}"): dict.fromkeys(EVERYBODY, 403) | {NOBODY: 401},
    ("GET", "/indicateurs"): SIGNED_IN,
    ("GET", "/situations"): SIGNED_IN,
    ("GET", "/situations/{name}"): dict.fromkeys(EVERYBODY, 404) | {NOBODY: 303},
    ("GET", "/signaux"): SIGNED_IN,
    ("GET", "/questions"): SIGNED_IN,
    ("GET", "/signaux/saisir"): SIGNED_IN,
    ("GET", "/annees"): OF_AGENCY,
    ("GET", "/annees/tableau"): OF_AGENCY,
    ("GET", "/annees/reprise/{name}"): OF_AGENCY,
    ("GET", "/seances"): OF_AGENCY,
    ("GET", "/seances/{meeting}"): OF_AGENCY | GONE,
    ("GET", "/seances/{meeting}/fiches/{reader}"): OF_AGENCY | GONE,
    ("GET", "/questions/poser"): OF_AGENCY,
    ("GET", "/seances/preparer"): OF_AGENCY,
    ("GET", "/questions/{question}/{centre}/repondre"): dict.fromkeys(EVERYBODY, 404)
    | {NOBODY: 303},
    **{("GET", path): OF_AGENCY | GONE for path in REGISTER_FORMS},
    **{
        ("POST", path): dict.fromkeys(EVERYBODY, 403) | {NOBODY: 401}
        for path in (
            *REGISTER_FORMS,
            "/signaux/saisir",
            "/questions/poser",
            "/seances/preparer",
            "/questions/{question}/{centre}/repondre",
            "/seances/{meeting}/fiches",
            "/annees/reprise",
            "/annees/reprise/{name}",
        )
    },
    ("GET", "/sante"): dict.fromkeys(EVERYBODY, 200),  # open, and says little
    ("GET", "/metrics"): dict.fromkeys(EVERYBODY, 404),  # its setting is off
    ("GET", "/comptes"): ADMINISTRATOR,
    ("POST", "/comptes/invitations"): WRITES,
    ("POST", "/comptes/invitations/retrait"): WRITES,
    ("POST", "/comptes/role"): WRITES,
    ("POST", "/comptes/retrait"): WRITES,
    ("GET", "/invitation/{secret}"): dict.fromkeys(EVERYBODY, 404),
    ("POST", "/invitation/{secret}"): dict.fromkeys(EVERYBODY, 404),
    ("GET", "/compte"): SIGNED_IN,
    ("POST", "/compte/mot-de-passe"): WRITES,
    ("POST", "/compte/resume"): WRITES,
    ("GET", "/formulaire"): ADMINISTRATOR,
    ("POST", "/formulaire/reponse"): WRITES,
    ("POST", "/formulaire/adoption"): WRITES,
    ("POST", "/formulaire/avant"): WRITES,
    ("GET", "/textes"): ADMINISTRATOR,
    ("POST", "/textes"): WRITES,
    ("GET", "/regles"): ADMINISTRATOR,
    ("POST", "/regles"): WRITES,
    ("GET", "/regles/{number}"): ADMINISTRATOR | {ADMIN: 404},
    ("POST", "/regles/{number}"): WRITES,
    ("GET", "/etat"): ADMINISTRATOR,
    ("GET", "/journal"): {ADMIN: 200, AGENCE: 403, LYON: 403, NICE: 403, NOBODY: 303},
}


def every_route(routes: Iterable[BaseRoute]) -> Iterator[Route | Mount]:
    """Routes and mounts, those of included routers too."""
    for route in routes:
        included = getattr(route, "original_router", None)
        if included is not None:
            yield from every_route(included.routes)
        else:
            assert isinstance(route, Route | Mount)
            yield route


@pytest.mark.slow
def test_every_route_is_asked_for_by_every_role(portal: Portal) -> None:
    found = list(every_route(make_app(portal.source, portal.site).routes))
    routes = {
        (method, route.path)
        for route in found
        if isinstance(route, Route)
        for method in (route.methods or ())
        if method != "HEAD"
    }
    assert routes == EXPECTED.keys()
    assert {route.path for route in found if not isinstance(route, Route)} == {"/statique"}
    for email in EVERYBODY:
        visitor = portal.visitor(email or None)
        for (method, path), answers in EXPECTED.items():
            asked = asked_for(path)
            got = visitor.session.request(
                method, portal.url + asked, allow_redirects=False, timeout=30
            )
            assert got.status_code == answers[email], (method, path, email)
            if got.status_code == 303:
                assert got.headers["location"].startswith("/connexion?suite=")


def asked_for(path: str) -> str:
    return path.format_map(
        defaultdict(lambda: "inconnu", file_id="0" * 32, number="99999999", sequence="0")
    )


def test_every_page_answers_head_and_follows_no_host_that_a_request_names(portal: Portal) -> None:
    visitor = portal.visitor()
    elsewhere = {"Host": "mal.example", "X-Forwarded-Host": "mal.example"}
    for (method, path), answers in EXPECTED.items():
        if method != "GET":
            continue
        for asked in (asked_for(path), asked_for(path).rstrip("/") + "/"):
            got = visitor.session.head(
                portal.url + asked, headers=elsewhere, allow_redirects=False, timeout=30
            )
            assert got.content == b""
            assert got.status_code in {answers[NOBODY], 303, 307, 308, 404}, asked
            location = got.headers.get("location", "/")
            assert location.startswith("/"), asked
            assert not location.startswith("//")
            assert "mal.example" not in location


MINE = {
    LYON: ("reseau.xlsx", "crpv-lyon.xlsx"),
    NICE: ("reseau.xlsx", "crpv-nice.xlsx"),
}


@pytest.mark.parametrize("email", [ADMIN, AGENCE, LYON, NICE])
def test_each_published_file_is_handed_to_whom_it_is_for_only(portal: Portal, email: str) -> None:
    everything = portal.visitor(ADMIN).file_links()
    visitor = portal.visitor(email)
    mine = visitor.file_links()
    assert len(everything) == 2 * (2 + len(portal.source.centres))  # two exports
    for key, link in everything.items():
        allowed = email not in MINE or key.split("/")[1] in MINE[email]
        answer = visitor.get(link)
        assert answer.status_code == (200 if allowed else 403), key
        assert (key in mine) is allowed
        assert answer.content.startswith(b"PK") is allowed


def test_a_file_that_is_refused_is_written_down(portal: Portal) -> None:
    links = portal.visitor(ADMIN).file_links()
    link = next(link for key, link in links.items() if key.endswith("crpv-nice.xlsx"))
    assert portal.visitor(LYON).get(link).status_code == 403
    journal = portal.visitor(ADMIN).get("/journal").text
    assert "Accès refusé" in journal
    assert link in journal


def test_a_dossier_out_of_scope_is_shown_to_the_agency_only(portal: Portal) -> None:
    kept = [
        entry.report.number
        for entry in portal.source.entries(None)
        if entry.assessment.status.value == "Hors champ"
    ]
    agency, centre = portal.visitor(AGENCE), portal.visitor(LYON)
    assert kept
    for number in kept:
        assert agency.get(f"/dossiers/{number}").status_code == 200
        assert centre.get(f"/dossiers/{number}").status_code == 404
        assert f'href="/dossiers/{number}"' in agency.get(f"/dossiers?q={number}").text
        assert f'href="/dossiers/{number}"' not in centre.get(f"/dossiers?q={number}").text
