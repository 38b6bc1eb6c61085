"""Forms that write: what each of them refuses, whoever made the page."""

import contextlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Literal

import pytest
from fastapi import Depends, FastAPI
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field
from starlette.responses import Response
from starlette.routing import Route

from portal.app import make_app
from portal.errors import PortalError
from portal.headers import MOST_BYTES
from portal.pages.writing import WRITES, PageForm, Sent, Shown, form_of
from portal.people.sessions import SignedIn
from portal.serving import listen, server_of
from tests.portal.conftest import ADMIN, AGENCE, LYON, Portal, Visitor, plain
from tests.portal.test_roles import every_route

WITHOUT = {"/connexion", "/deconnexion"}
"""Forms that change nothing but who is signed in."""


class NoteForm(PageForm):
    """A note, and how sure one is."""

    texte: Annotated[str, Field(title="Texte", max_length=1_000)] = ""
    degre: Annotated[Literal["sûr", "peu sûr"], Field(title="Degré")] = "sûr"
    mots: tuple[str, ...] = ()


@dataclass
class Note:
    """What the form changes."""

    text: str = "au début"
    written: int = 0


def with_notes(app: FastAPI) -> Note:
    """A page with a form, at `/note`, which the agency alone may send."""
    note = Note()

    def shown() -> Shown:
        return Shown({"Texte": note.text})

    @app.get("/note")
    def read(person: SignedIn) -> Response:
        assert person
        return Response(shown().carried())

    @app.post("/note")
    def write(sent: Annotated[Sent[NoteForm], Depends(form_of(NoteForm))]) -> Response:
        sent.require(sent.person.role.audience == "agence")

        def act() -> None:
            if sent.form.texte == "refusé":
                raise sent.refuse("Ce texte ne convient pas.", back="/note")
            note.text, note.written = sent.form.texte, note.written + 1

        return sent.write(
            act,
            shown=shown,
            back="/exports",
            said="C’est noté.",
            journal=("refused", "note" * 80),
        )

    return note


@pytest.fixture(scope="module")
def noted(portal: Portal) -> Iterator[tuple[Portal, Note]]:
    app = make_app(portal.source, portal.site)
    note = with_notes(app)
    server = server_of(app)
    with listen("127.0.0.1", 0) as sock:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [sock]})
        thread.start()
        yield Portal(f"http://127.0.0.1:{sock.getsockname()[1]}", portal.source, portal.site), note
        server.should_exit = True
        thread.join(timeout=20)


def fields(visitor: Visitor, **others: str) -> dict[str, str]:
    return {"jeton": visitor.token("/exports"), "lu": visitor.get("/note").text} | others


def test_every_route_that_writes_goes_through_the_one_way(portal: Portal) -> None:
    posts = [
        one
        for one in every_route(make_app(portal.source, portal.site).routes)
        if isinstance(one, Route) and (one.methods or set()) - {"GET", "HEAD"}
    ]
    assert len(posts) > len(WITHOUT)
    for route in posts:
        assert route.methods == {"POST"}, route.path
        calls = [one.call for one in route.dependant.dependencies]  # type: ignore[attr-defined]
        through = any(hasattr(one, WRITES) for one in calls)
        assert through is (route.path not in WITHOUT), route.path


def test_an_act_is_done_told_once_and_written_down(noted: tuple[Portal, Note]) -> None:
    portal, note = noted
    agency = portal.visitor(AGENCE)
    done = agency.post("/note", **fields(agency, texte=" un\r\ntexte "))
    assert note.text == "un\ntexte"
    assert done.history[0].status_code == 303
    assert "C’est noté." in done.text
    assert "C’est noté." not in agency.get("/exports").text
    line = portal.source.store.visits.list(portal.source.demarche, limit=1)[0]
    assert (line.account, line.event, len(line.file)) == (AGENCE, "refused", 200)


def test_a_page_that_is_not_up_to_date_writes_nothing_and_shows_what_changed(
    noted: tuple[Portal, Note],
) -> None:
    portal, note = noted
    agency, admin = portal.visitor(AGENCE), portal.visitor(ADMIN)
    note.text = "avant"
    old = fields(agency, texte="le mien & <b>long</b>")
    assert admin.post("/note", **fields(admin, texte="celui d’une autre")).status_code == 200
    refused = agency.post("/note", **old)
    page = plain(refused.text)
    assert refused.status_code == 409
    assert note.text == "celui d’une autre"
    assert "<del>avant</del>" in page
    assert "<ins>celui d’une autre</ins>" in page
    assert "<b>long</b>" not in refused.text
    assert "le mien & <b>long</b>" in page
    assert agency.post("/note", **fields(agency, texte="le mien")).status_code == 200
    assert note.text == "le mien"


def test_of_two_people_at_once_one_writes_and_the_other_is_told(
    noted: tuple[Portal, Note],
) -> None:
    portal, note = noted
    people = [portal.visitor(email) for email in (AGENCE, ADMIN) * 3]
    sent = [fields(one, texte=f"course {place}") for place, one in enumerate(people)]
    before, got = note.written, []

    def post(visitor: Visitor, form: dict[str, str]) -> None:
        got.append(visitor.post("/note", **form).status_code)

    threads = [threading.Thread(target=post, args=pair) for pair in zip(people, sent, strict=True)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(got) == [200, 409, 409, 409, 409, 409]
    assert note.written == before + 1


@pytest.mark.slow
@pytest.mark.parametrize(
    ("others", "status"),
    [
        ({"jeton": ""}, 403),
        ({"jeton": "é"}, 403),
        ({"lu": ""}, 400),
        ({"lu": "AAAA"}, 400),
        ({"lu": "bnVsbA=="}, 400),
        ({"auteur": "agence"}, 400),  # a field that the form has not
        ({"role": "admin"}, 400),
        ({"degre": "autre"}, 409),
        ({"texte": "a" * 1_001}, 409),
        ({"texte": "refusé"}, 409),
        ({"texte": "a" * MOST_BYTES}, 413),
    ],
)
def test_what_a_form_must_not_bring_is_refused(
    noted: tuple[Portal, Note], others: dict[str, str], status: int
) -> None:
    portal, note = noted
    agency, before = portal.visitor(AGENCE), note.written
    answer = agency.post("/note", **fields(agency, texte="x") | others)
    assert answer.status_code == status, answer.text
    assert note.written == before


def test_a_form_of_another_site_role_or_shape_is_refused(noted: tuple[Portal, Note]) -> None:
    portal, note = noted
    agency, centre, before = portal.visitor(AGENCE), portal.visitor(LYON), note.written
    form = fields(agency, texte="x")
    url = f"{portal.url}/note"
    crossed = agency.session.post(
        url, data=form, headers={"Sec-Fetch-Site": "cross-site"}, timeout=30
    )
    assert crossed.status_code == 403
    assert centre.post("/note", **fields(centre, texte="x")).status_code == 403
    assert portal.visitor().post("/note", **form).status_code == 401
    twice = [("texte", "a"), ("texte", "b"), *form.items()]
    assert agency.session.post(url, data=twice, timeout=30).status_code == 400
    with_file = {"pièce": ("a.txt", b"x")}
    assert agency.session.post(url, data=form, files=with_file, timeout=30).status_code == 400
    assert agency.session.post(url, json=form, timeout=30).status_code == 403
    many = {f"mots{place}": "x" for place in range(100)}
    assert agency.post("/note", **form, **many).status_code == 400
    assert note.written == before


_FACTS = st.dictionaries(st.text(max_size=20), st.text(max_size=400), max_size=8)


@given(_FACTS, _FACTS)
def test_what_is_shown_is_unchanged_exactly_when_its_facts_are(
    one: dict[str, str], other: dict[str, str]
) -> None:
    told = {name: text for name, text in one.items() if text}
    present = {name: text for name, text in other.items() if text}
    assert not Shown(one).changed(Shown(one).carried())
    changes = Shown(other).changed(Shown(one).carried())
    differing = {n for n in one.keys() | other.keys() if told.get(n) != present.get(n)}
    assert {change.name for change in changes} >= differing


@given(st.text(max_size=80))
def test_a_form_may_carry_anything_and_no_other_error_comes_of_it(carried: str) -> None:
    with contextlib.suppress(PortalError):
        assert Shown({}).changed(carried) == ()
