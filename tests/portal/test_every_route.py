"""Attacks on every route by every role, made from the routes that there are: none is forgotten."""

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any, TypeVar

import pytest
import requests
from starlette.routing import Route

from portal.app import make_app
from portal.headers import LARGER, MOST_BYTES
from portal.pages.writing import WRITES, PageForm
from portal.source import now
from steps.judge.acts import today
from steps.registre import committee, questions, signals
from steps.registre.acting import Acting
from tests.portal.conftest import (
    ADMIN,
    AGENCE,
    LYON,
    NICE,
    Portal,
    Visitor,
    add_account,
)
from tests.portal.test_roles import every_route
from triage.registre.acts import By

_T = TypeVar("_T")
READER = "lecture@ansm.example.fr"
NOBODY = ""
EVERYBODY = (LYON, ADMIN, AGENCE, READER, NOBODY)
NO_ROLES = ("pirate", "", "ADMIN", "admin ", "centre:", "centre:../x", "1")
WRITERS = (LYON, AGENCE, READER, ADMIN)
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND")
PUBLIC = {"/connexion", "/accessibilite", "/sante", "/invitation/{secret}"}
REFUSED = {400, 401, 403, 404, 405, 409, 413}
WITHOUT = {"/connexion", "/deconnexion"}
"""Forms that change nothing but who is signed in: their token is looked at elsewhere."""
TOO_MANY = ("role", "account", "person", "email", "demarche", "author", "admin", "number")


@pytest.fixture(scope="module", autouse=True)
def _reader(portal: Portal) -> Iterator[None]:
    add_account(portal.source, READER, "lecture")
    yield
    portal.source.store.accounts.remove(READER)


def routes(portal: Portal) -> list[Route]:
    app = make_app(portal.source, portal.site)
    return [one for one in every_route(app.routes) if isinstance(one, Route)]


def model_of(route: Route) -> type[PageForm] | None:
    calls = [one.call for one in route.dependant.dependencies]  # type: ignore[attr-defined]
    found = [getattr(one, WRITES) for one in calls if hasattr(one, WRITES)]
    return found[0] if found else None


@pytest.fixture(scope="module")
def real(portal: Portal) -> dict[str, str]:
    """A thing that exists for each parameter of an address, which the centre of Lyon may not have.

    A new parameter is named here, or its route is not tried: the test fails.
    """
    source = portal.source
    network = source.store.lines.numbers(source.demarche, "reseau")
    every = source.store.lines.numbers(source.demarche, "agence")
    by = Acting(By(AGENCE, "portail"))
    told = {
        "type": "veille de l’agence",
        "organisme": "Agence",
        "substance": "Codéine",
        "résumé": "Un usage que les centres ne connaissent pas.",
        "diffusion": "agence",
    }
    entered = source.enter(lambda services: signals.enter(services, told, by, anew=True))
    hidden = str(entered.signal.situation)
    meeting = source.enter(lambda services: committee.plan(services, today(), by))
    asked = source.enter(
        lambda services: questions.ask(
            services, hidden, {"texte": "Combien de cas ?"}, "nice", due=today(), acting=by
        )
    )
    links = portal.visitor(ADMIN).file_links()
    proposal = source.store.proposals.add(
        source.demarche, "2040-1.yaml", "version: x", by=AGENCE, at=now()
    )
    return {
        "number": str(min(every - network)),
        "file_id": next(v for k, v in links.items() if k.endswith("crpv-nice.xlsx")).split("/")[-1],
        "sequence": "999999",
        "name": hidden,
        "secret": "x" * 24,
        "meeting": meeting.id,
        "reader": "agence",
        "measure": "MES-0001",
        "signal": entered.signal.id,
        "question": asked.id,
        "centre": "nice",
        "year": "2019",
        "proposal": str(proposal),
    }


def address(path: str, real: dict[str, str]) -> str:
    named = re.findall(r"{(\w+)}", path)
    assert not {*named} - {*real}, f"name in `real` what {path} is asked for"
    values = defaultdict(str, real)
    if path.startswith("/regles/"):
        values["number"] = real["proposal"]
    return path.format_map(values)


def share(tries: Sequence[_T], route: int, who: int, people: int) -> Iterator[_T]:
    """What one of the people tries of a route: the others try the rest, and the first is all's."""
    for place, one in enumerate(tries):
        if place == 0 or (place + route) % people == who:
            yield one


def kept(portal: Portal) -> tuple[object, ...]:
    """All that a person could have changed."""
    store, demarche = portal.source.store, portal.source.demarche
    return (
        [one.id for one in store.acts.list(demarche)],
        store.opinions.last_id(demarche),
        [(one.email, one.role) for one in store.accounts.list()],
        [(one.id, one.decision) for one in store.proposals.list(demarche, limit=99)],
        store.digests.readers(),
        [store.seen.marks(demarche, email) for email in (ADMIN, AGENCE, READER, LYON)],
    )


def send(visitor: Visitor, path: str, **options: Any) -> requests.Response:
    return visitor.session.post(
        visitor.url + path, timeout=30, allow_redirects=False, **{"headers": HERE} | options
    )


HERE = {"Sec-Fetch-Site": "same-origin"}
ELSEWHERE = {"Sec-Fetch-Site": "cross-site"}


@pytest.mark.slow
def test_no_route_answers_another_method_and_none_breaks(
    portal: Portal, real: dict[str, str]
) -> None:
    taken = defaultdict[str, set[str]](set)
    for route in routes(portal):
        taken[route.path] |= route.methods or set()
    visitor, before = portal.visitor(ADMIN), kept(portal)
    for path, methods in taken.items():
        for method in METHODS:
            if method in methods:
                continue
            url = portal.url + address(path, real)
            got = visitor.session.request(method, url, timeout=30, allow_redirects=False)
            # a page of its own may stand where another route has a parameter
            assert got.status_code in {404, 405} or method == "GET", (method, path, got.status_code)
            assert got.status_code != 500, (method, path)
    assert kept(portal) == before


@pytest.mark.slow
@pytest.mark.parametrize("email", EVERYBODY)
def test_a_form_that_no_page_of_this_session_made_writes_nothing(
    portal: Portal, real: dict[str, str], email: str
) -> None:
    before, stranger = kept(portal), portal.visitor(NICE).token("/exports")
    visitor = portal.visitor(email or None)
    own = visitor.token("/exports" if email else "/connexion")
    posts = [one for one in routes(portal) if "POST" in (one.methods or ())]
    for turn, route in enumerate(posts):
        path = address(route.path, real)
        tries: tuple[dict[str, Any], ...] = (
            {"data": {}},
            {"data": {"jeton": stranger, "lu": "W10="}},
            {"data": {"jeton": own[:-1] + "g", "lu": "W10="}},
            {"data": {"jeton": own, "lu": "W10="}, "headers": ELSEWHERE},
            {"data": {"jeton": own, "lu": "W10="}, "headers": {"Sec-Fetch-Site": "same-site"}},
            {"json": {"jeton": own, "lu": "W10="}},
            {
                "data": json.dumps({"jeton": own}),
                "headers": HERE | {"Content-Type": "text/plain"},
            },
            {
                "data": f"jeton={own}&lu=W10=",
                "headers": HERE | {"Content-Type": "application/xml"},
            },
            {
                "data": b"--x\r\n",
                "headers": HERE | {"Content-Type": "multipart/form-data; boundary=x"},
            },
        )
        for options in share(tries, turn, EVERYBODY.index(email), len(EVERYBODY)):
            got = send(visitor, path, **options)
            assert got.status_code in REFUSED, (email, path, options, got.status_code)
    assert kept(portal) == before


@pytest.mark.slow
@pytest.mark.parametrize("email", WRITERS)
def test_what_no_form_asks_and_what_is_too_much_is_refused(
    portal: Portal, real: dict[str, str], email: str
) -> None:
    visitor, before = portal.visitor(email), kept(portal)
    own = visitor.token("/exports")
    for turn, route in enumerate(routes(portal)):
        model = model_of(route)
        if model is None or route.path in WITHOUT or "{secret}" in route.path:
            continue
        path, form = address(route.path, real), {"jeton": own, "lu": "W10="}
        reads_only = email == READER and not model.for_readers
        mine = partial(share, route=turn, who=WRITERS.index(email), people=len(WRITERS))
        for name in mine([one for one in TOO_MANY if one not in model.model_fields]):
            got = send(visitor, path, data=form | {name: "admin"})
            assert got.status_code == (403 if reads_only else 400), (email, path, name)
        twice = send(visitor, path, data=[*form.items(), ("lu", "W10=")])
        assert twice.status_code == (403 if reads_only else 400), (email, path)
        for lu in mine(("", "AAAA", "bnVsbA==", "é", "W1sxXV0=", "[" * 500)):
            got = send(visitor, path, data=form | {"lu": lu})
            assert got.status_code in REFUSED | ({200} if path == "/textes" else set()), (
                email,
                path,
                lu,
                got.status_code,
            )
        if not model.most_files:
            file = {"piece": ("a.xlsx", b"PK\x03\x04")}
            assert send(visitor, path, data=form, files=file).status_code in REFUSED, path
        most = next((size for where, size in LARGER if where.fullmatch(path)), MOST_BYTES)
        head = HERE | {"Content-Length": str(most + 1)}
        raw = requests.Request("POST", portal.url + path, headers=head).prepare()
        raw.headers["Content-Length"] = str(most + 1)
        assert visitor.session.send(raw, timeout=30).status_code == 413, path
        pieces = visitor.session.post(portal.url + path, data=iter([b"a"]), timeout=30)
        assert pieces.status_code == 413, path
    assert kept(portal) == before


@pytest.mark.slow
def test_what_is_another_s_is_not_had_by_its_address(portal: Portal, real: dict[str, str]) -> None:
    centre, nobody = portal.visitor(LYON), portal.visitor()
    for route in routes(portal):
        if "{" not in route.path or "GET" not in (route.methods or ()):
            continue
        path = address(route.path, real)
        got = centre.get(path, allow_redirects=False)
        alone = route.path == "/renvoi/{name}"  # says that nothing waits there
        assert got.status_code in {403, 404} | ({200} if alone else set()), (path, got.status_code)
        assert real["name"] not in got.text.replace(path, "")
        assert nobody.get(path, allow_redirects=False).status_code in {303, 404}, path


@pytest.mark.sample(1)
@pytest.mark.parametrize("role", NO_ROLES)
def test_an_account_of_no_role_that_there_is_opens_nothing(
    portal: Portal, real: dict[str, str], role: str
) -> None:
    email = "etrange@exemple.fr"
    add_account(portal.source, email, "agence")
    try:
        visitor = portal.visitor(email)
        portal.source.store.accounts.change_role(email, role)
        for route in share(routes(portal), 0, NO_ROLES.index(role) % 3, 3):
            path = address(route.path, real)
            for method in route.methods or ():
                got = visitor.session.request(
                    method, portal.url + path, timeout=30, allow_redirects=False
                )
                opened = got.status_code == 200 and route.path not in PUBLIC
                assert not opened, (role, method, path)
                assert got.status_code != 500, (role, method, path)
    finally:
        portal.source.store.accounts.remove(email)


@pytest.mark.slow
def test_a_centre_that_the_table_does_not_know_reads_the_network_and_breaks_nothing(
    portal: Portal, real: dict[str, str]
) -> None:
    email = "ailleurs@exemple.fr"
    add_account(portal.source, email, "centre:ailleurs")
    try:
        visitor = portal.visitor(email)
        for route in routes(portal):
            if "GET" in (route.methods or ()):
                got = visitor.get(address(route.path, real), allow_redirects=False)
                assert got.status_code in {200, 303, 403, 404}, (route.path, got.status_code)
    finally:
        portal.source.store.accounts.remove(email)
