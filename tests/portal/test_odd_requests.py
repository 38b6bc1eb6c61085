"""What no browser sends, what no page foresaw: refused or told in a page of ours, and no more."""

from datetime import date, timedelta

import pytest

from french.time import calendar_day
from portal.dossiers.search import page_number
from portal.headers import CSP
from store.database.errors import StoreUnreachable
from tests.portal.conftest import ADMIN, AGENCE, Portal, add_account, plain

DAYS = ("0001-01-01", "1500-01-01", "9999-12-31", "2200-01-01", "2026-02-30")
ASKED = {
    "/": ("motif", "page"),
    "/dossiers": ("q", "depuis", "page", "substance"),
    "/recherche.csv": ("depuis",),
    "/situations": ("q", "au", "connu", "page"),
    "/signaux": ("au", "connu"),
    "/questions": ("connu",),
    "/seances": ("au", "connu"),
    "/journal": ("q", "du", "au", "page"),
    "/connexion": ("suite",),
}


@pytest.mark.slow
def test_what_an_address_asks_is_told_or_refused_and_breaks_nothing(portal: Portal) -> None:
    visitor = portal.visitor(ADMIN)
    for path, names in ASKED.items():
        for name in names:
            days = DAYS if name in {"depuis", "au", "connu", "du"} else ()
            for value in ("9" * 5_000, "-1", "٣", "\ufffe", "a\0b", *days):
                got = visitor.get(path, params={name: value})
                told = (path, name, value[:12], got.status_code)
                wrong = "\0" in value or path == "/recherche.csv"
                assert got.status_code == (400 if wrong else 200), told
                assert (
                    name in {"q", "page", "suite", "substance"} or wrong or value[:30] in got.text
                )
    for path in ("/situations/a%00b", "/exports/%00", "/dossiers/%00/pieces/x", "/statique/%00"):
        assert visitor.get(path).status_code in {400, 404}, path


@pytest.mark.parametrize("text", DAYS)
def test_a_day_that_nobody_means_is_none(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 (of the library, or ours)
        calendar_day(text)


def test_the_first_and_the_last_day_can_be_reckoned_with() -> None:
    for text in ("1900-01-01", "2199-12-31"):
        assert calendar_day(text) - timedelta(days=365) < date.fromisoformat(text)


def test_the_page_of_an_address_is_a_number_or_the_first() -> None:
    asked = ("", "0", "-3", "7", "1e3", "²", "٣", "9" * 5_000)
    assert [page_number(one) for one in asked] == [1, 1, 1, 7, 1, 1, 1, 999_999]


@pytest.mark.parametrize(
    "charset", ["utf-7", "punycode", "undefined", "raw_unicode_escape", "utf-8; charset=utf-7"]
)
def test_a_form_in_another_writing_than_utf_8_is_refused(portal: Portal, charset: str) -> None:
    visitor = portal.visitor(AGENCE)
    token = visitor.token("/exports")
    parts = {"jeton": token, "lu": "W10=", "resume": "oui+2AA-\\ud800"}
    body = "".join(
        f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{text}\r\n'
        for name, text in parts.items()
    )
    for path in ("/compte/resume", "/connexion"):
        got = visitor.session.post(
            portal.url + path,
            data=f"{body}--b--\r\n",
            headers={"Content-Type": f"multipart/form-data; boundary=b; charset={charset}"},
            timeout=30,
        )
        assert got.status_code == 400, path


def test_what_no_base_holds_is_refused_in_any_field(portal: Portal) -> None:
    visitor = portal.visitor(ADMIN)
    form = visitor.form("/comptes", "/comptes/role")
    got = visitor.post("/comptes/role", **(form | {"compte": "a\0b", "role": "agence"}))
    assert got.status_code == 400
    form = visitor.form("/", "/a-traiter/vus")
    assert visitor.post("/a-traiter/vus", **(form | {"vus": ["1.\0"]})).status_code == 400
    assert portal.visitor().sign_in("a\0b").status_code == 403


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> list[Exception]:
    """What the next page of the dossiers meets."""
    to_meet: list[Exception] = []

    def meet(*_: object) -> None:
        raise to_meet[0]

    monkeypatch.setattr("portal.dossiers.library.Library.choices", meet)
    return to_meet


def test_an_error_that_nobody_foresaw_is_told_by_its_kind_alone(
    portal: Portal, broken: list[Exception], caplog: pytest.LogCaptureFixture
) -> None:
    broken.append(ValueError("sentinelle d’un dossier"))
    got = portal.visitor(AGENCE).get("/dossiers", params={"q": "confidence"})
    assert got.status_code == 500
    assert "Page en défaut" in got.text
    assert got.headers["content-security-policy"] == CSP
    assert "sentinelle" not in got.text + caplog.text
    assert "/dossiers : ValueError" in caplog.text
    assert "confidence" not in caplog.text


def test_a_base_that_does_not_answer_is_told_as_such(
    portal: Portal, broken: list[Exception], caplog: pytest.LogCaptureFixture
) -> None:
    broken.append(StoreUnreachable())
    got = portal.visitor(AGENCE).get("/dossiers")
    assert got.status_code == 503
    assert "Base indisponible" in got.text
    assert "Traceback" not in caplog.text


def test_a_refused_method_names_those_that_there_are(portal: Portal) -> None:
    assert (
        portal.visitor(AGENCE).session.options(portal.url + "/exports", timeout=30).headers["allow"]
        == "GET"
    )


def test_a_link_is_worth_what_who_made_it_is(portal: Portal) -> None:
    """Somebody who leaves the administration does not come back by a link of their own."""
    store, leaver, email = portal.source.store, "part@ansm.example.fr", "retour@exemple.fr"
    add_account(portal.source, leaver, "admin")
    visitor = portal.visitor(leaver)
    form = visitor.form("/comptes", "/comptes/invitations")
    told = visitor.post("/comptes/invitations", **form, adresse=email, role="admin").text
    link = "/invitation/" + told.rpartition("/invitation/")[2].split("<")[0].strip()
    assert portal.visitor().get(link).status_code == 200
    store.accounts.change_role(leaver, "agence")
    assert portal.visitor().get(link).status_code == 404
    assert email not in portal.visitor(ADMIN).get("/comptes").text
    store.accounts.change_role(leaver, "admin")
    stranger = portal.visitor()
    form = stranger.form(link, link)
    store.accounts.remove(leaver)
    word = "un autre mot de passe long"
    assert stranger.post(link, **form, mot_de_passe=word, encore=word).status_code == 404
    assert store.accounts.get(email) is None
    assert store.invitations.withdraw(email)


def test_a_workbook_that_was_sent_under_another_role_is_shown_no_more(portal: Portal) -> None:
    email = "mutation@exemple.fr"
    add_account(portal.source, email, "agence")
    try:
        visitor = portal.visitor(email)
        book = next(v for k, v in visitor.file_links().items() if k.endswith("agence.xlsx"))
        files = {"piece": ("agence.xlsx", visitor.get(book).content)}
        sent = visitor.session.post(
            portal.url + "/renvoi", data=visitor.form("/renvoi", "/renvoi"), files=files, timeout=60
        )
        assert "agence.xlsx" in plain(sent.text)
        portal.source.store.accounts.change_role(email, "centre:nice")
        assert "agence.xlsx" not in plain(visitor.get(sent.url.removeprefix(portal.url)).text)
    finally:
        portal.source.store.accounts.remove(email)
