"""Administrators: accounts, invitations, the role that only reads, the journal, how things are."""

import html
import re
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from portal.people.roles import parse_role
from store.repository import open_store
from store.staff.accounts import Account, LastAdministrator
from store.staff.invitations import Invitation
from tests.portal.conftest import ADMIN, AGENCE, LYON, PASSWORD, Portal, Visitor, add_account

LINK = re.compile(r"/invitation/[\w-]{43}")
NEW = "cinq mots encore plus longs"


def plain(page: str) -> str:
    """A page, with spaces that are all alike."""
    return html.unescape(page).replace("\u00a0", " ").replace("\u202f", " ")


def invite(admin: Visitor, address: str, role: str) -> str:
    """Invite somebody, and return the path of the link."""
    form = admin.form("/comptes", "/comptes/invitations")
    page = admin.post("/comptes/invitations", **form, adresse=address, role=role)
    assert page.status_code == 200, page.text
    found = LINK.search(page.text)
    assert found
    assert not LINK.search(admin.get("/comptes").text), "told once"
    return found.group()


@pytest.mark.slow
def test_an_invited_person_opens_one_account_once_with_the_role_that_was_given(
    portal: Portal,
) -> None:
    admin, newcomer = portal.visitor(ADMIN), portal.visitor()
    path = invite(admin, "Neuve@ANSM.example.fr", "lecture")
    email = "neuve@ansm.example.fr"
    assert email in newcomer.get(path).text
    form = newcomer.form(path, path)
    for password, again in (("court", "court"), (NEW, NEW + "x"), ("", "")):
        refused = newcomer.post(path, **form, mot_de_passe=password, encore=again)
        assert refused.status_code == 409
        assert not password or password not in refused.text
    mass = {"mot_de_passe": NEW, "encore": NEW, "role": "admin", "adresse": "x@example.fr"}
    assert newcomer.post(path, **form, **mass).status_code == 400
    assert portal.source.store.accounts.get(email) is None
    done = newcomer.post(path, **form, mot_de_passe=NEW, encore=NEW)
    assert "Votre compte est ouvert" in done.text
    account = portal.source.store.accounts.get(email)
    assert account is not None
    assert account.role == "lecture"
    assert newcomer.get(path).status_code == 404
    assert newcomer.post(path, **form, mot_de_passe=NEW, encore=NEW).status_code == 404
    assert newcomer.sign_in(email, NEW).status_code == 200
    lines = portal.source.store.visits.list(portal.source.demarche, limit=9)
    assert (email, "account opened", "lecture") in {(o.account, o.event, o.file) for o in lines}
    assert not any(path.rpartition("/")[2] in one.file for one in lines)


def test_a_link_that_is_over_replaced_or_withdrawn_opens_nothing(portal: Portal) -> None:
    admin, stranger = portal.visitor(ADMIN), portal.visitor()
    first = invite(admin, "deux@example.fr", "agence")
    second = invite(admin, "deux@example.fr", "lecture")
    assert stranger.get(first).status_code == 404
    form = admin.form("/comptes", "/comptes/invitations/retrait", holding="deux@example.fr")
    admin.post("/comptes/invitations/retrait", **form)
    assert stranger.get(second).status_code == 404
    assert admin.post("/comptes/invitations/retrait", **form).status_code == 409
    store, at = portal.source.store, datetime.now(UTC)
    store.invitations.add(Invitation("k", "tard@example.fr", "agence", ADMIN, at, at))
    account = Account("tard@example.fr", "agence", at, at)
    assert not store.invitations.accept("k", account)
    store.invitations.withdraw("tard@example.fr")


@pytest.mark.parametrize(
    ("address", "role", "status"),
    [
        ("pas une adresse", "agence", 409),
        (AGENCE, "agence", 409),
        ("x@example.fr", "racine", 409),
        ("x@example.fr", "centre:inconnu", 409),
        ("x" * 300 + "@example.fr", "agence", 409),
    ],
)
def test_an_invitation_that_will_not_do_is_refused(
    portal: Portal, address: str, role: str, status: int
) -> None:
    admin = portal.visitor(ADMIN)
    form = admin.form("/comptes", "/comptes/invitations")
    answer = admin.post("/comptes/invitations", **form, adresse=address, role=role)
    assert answer.status_code == status
    assert not LINK.search(answer.text)


def test_nobody_but_an_administrator_administers(portal: Portal) -> None:
    add_account(portal.source, "lectrice@example.fr", "lecture")
    admin = portal.visitor(ADMIN)
    shown = admin.form("/comptes", "/comptes/role", holding=f'value="{LYON}"')
    for email in (AGENCE, LYON, "lectrice@example.fr"):
        visitor = portal.visitor(email)
        form = {**shown, "jeton": visitor.token("/exports")}
        assert visitor.post("/comptes/role", **form, role="admin").status_code == 403
        assert visitor.post("/comptes/retrait", **form).status_code == 403
        with_address = {"jeton": form["jeton"], "lu": form["lu"], "adresse": "a@example.fr"}
        sent = visitor.post("/comptes/invitations", **with_address, role="admin")
        assert sent.status_code == 403
    kept = portal.source.store.accounts.get(LYON)
    assert kept is not None
    assert kept.role == "centre:lyon"
    portal.source.store.accounts.remove("lectrice@example.fr")


def test_a_role_changes_at_the_next_page_and_a_stale_form_changes_nothing(portal: Portal) -> None:
    email = "mobile@example.fr"
    add_account(portal.source, email, "agence")
    admin, moved = portal.visitor(ADMIN), portal.visitor(email)
    form = admin.form("/comptes", "/comptes/role", holding=f'value="{email}"')
    admin.post("/comptes/role", **form, role="admin")
    assert moved.get("/comptes").status_code == 200
    stale = admin.post("/comptes/retrait", **form)
    assert stale.status_code == 409
    assert "<del>agence</del>" in stale.text
    fresh = admin.form("/comptes", "/comptes/retrait", holding=f'value="{email}"')
    assert admin.post("/comptes/retrait", **fresh).status_code == 200
    assert moved.get("/comptes", allow_redirects=False).status_code == 303
    assert admin.post("/comptes/retrait", **fresh).status_code == 404


def test_the_last_administrator_can_neither_leave_nor_be_removed(portal: Portal) -> None:
    admin = portal.visitor(ADMIN)
    form = admin.form("/comptes", "/comptes/retrait", holding=f'value="{ADMIN}"')
    for path, more in (("/comptes/retrait", {}), ("/comptes/role", {"role": "lecture"})):
        refused = admin.post(path, **form, **more)
        assert refused.status_code == 409
        assert "dernier compte d’administration" in html.unescape(refused.text)
    kept = portal.source.store.accounts.get(ADMIN)
    assert kept is not None
    assert kept.role == "admin"


def test_of_two_administrators_who_remove_each_other_at_once_one_stays(tmp_path: Path) -> None:
    with open_store(f"sqlite:///{tmp_path / 'unc.sqlite'}") as store:
        store.upgrade()
        at = datetime.now(UTC)
        for _ in range(5):
            for email in ("a@example.fr", "b@example.fr"):
                store.accounts.remove(email)
                store.accounts.add(Account(email, "admin", at, at))
            refused: list[str] = []

            def let_go(email: str, refused: list[str] = refused) -> None:
                try:
                    store.accounts.let_go(email)
                except LastAdministrator:
                    refused.append(email)

            both = [
                threading.Thread(target=let_go, args=(f"{one}@example.fr",)) for one in ("a", "b")
            ]
            for one in both:
                one.start()
            for one in both:
                one.join()
            assert [one.email for one in store.accounts.list()] == refused
            assert len(refused) == 1


@pytest.mark.slow
def test_a_person_changes_her_own_password_and_her_other_sessions_end(portal: Portal) -> None:
    email = "mdp@example.fr"
    add_account(portal.source, email, "lecture")  # who only reads, too
    here, elsewhere = portal.visitor(email), portal.visitor(email)
    form = here.form("/compte", "/compte/mot-de-passe")

    def change(actuel: str, new: str) -> int:
        form = here.form("/compte", "/compte/mot-de-passe")
        answer = here.post(
            "/compte/mot-de-passe", **form, actuel=actuel, mot_de_passe=new, encore=new
        )
        assert new not in answer.text
        return answer.status_code

    assert change("faux, mais assez long", NEW) == 409
    assert change(PASSWORD, "court") == 409
    assert change(PASSWORD, NEW) == 200
    assert elsewhere.get("/compte", allow_redirects=False).status_code == 303
    assert here.get("/compte").status_code == 200
    assert portal.visitor().sign_in(email).status_code == 403
    assert portal.visitor().sign_in(email, NEW).status_code == 200
    assert here.post("/compte/mot-de-passe", **form, compte=ADMIN).status_code in {400, 403}
    for _ in range(12):
        change("faux, mais assez long", NEW + "!")
    assert change(NEW, PASSWORD) == 409, "tried too often"
    portal.source.store.accounts.remove(email)


def test_the_role_that_only_reads_sees_what_the_agency_sees_and_changes_nothing(
    portal: Portal,
) -> None:
    email = "lit@example.fr"
    add_account(portal.source, email, "lecture")
    reader, agency = portal.visitor(email), portal.visitor(AGENCE)
    number = portal.changed
    assert reader.file_links().keys() == agency.file_links().keys()
    page = reader.get(f"/dossiers/{number}").text
    assert "/avis" not in page
    assert "/passages" not in page
    token = reader.token("/exports")
    for path in (f"/dossiers/{number}/avis", f"/dossiers/{number}/passages", "/renvoi"):
        assert reader.post(path, jeton=token, lu="").status_code == 403, path
    seen = reader.form("/", "/a-traiter/vus")
    assert reader.post("/a-traiter/vus", **seen).status_code == 200
    role = parse_role("lecture")
    assert (role.may_judge(["lyon"]), role.may_return("agence"), role.administers) == (False,) * 3
    portal.source.store.accounts.remove(email)


def test_the_journal_is_searched_and_an_unknown_word_drops_no_other(portal: Portal) -> None:
    sought = "cherchee@journal.example.fr"  # of no other test, whatever came before
    add_account(portal.source, sought, "centre:lyon")
    admin = portal.visitor(ADMIN)
    portal.visitor(sought)
    today = datetime.now(UTC).date()
    found = admin.get("/journal", params={"q": "CHERCHEE@", "quoi": "sign-in"}).text
    assert f'data-name="Qui">{sought}' in found
    assert f'data-name="Qui">{ADMIN}' not in found
    wrong = plain(admin.get(f"/journal?q={sought.upper()}&quoi=inconnu&du=hier").text)
    assert "« inconnu » n’est pas un genre de ligne" in wrong
    assert "« hier » n’est pas un jour" in wrong
    assert f'data-name="Qui">{sought}' in wrong
    assert f'data-name="Qui">{ADMIN}' not in wrong
    later = admin.get(f"/journal?q={sought}&du={today + timedelta(days=2)}").text
    assert "Aucune ligne ne répond" in later
    assert "Aucune ligne" in admin.get("/journal", params={"q": f"{sought}%_'--"}).text
    assert "n’est pas un jour" in plain(admin.get("/journal?au=9999-12-31&page=abc").text)
    portal.source.store.accounts.remove(sought)


def test_administrators_read_how_the_bridge_is(portal: Portal) -> None:
    page = html.unescape(portal.visitor(ADMIN).get("/etat").text)
    assert "La démarche est lue" in page
    assert "terminé" in page
    assert "minuteries de la machine" in page
