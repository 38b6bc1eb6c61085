"""Opinions typed on a page or sent back in a workbook: shown first, never over another's."""

import io
import re
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest

from exports.returned.taken_in import TakenIn
from portal.published.returns import LASTS, MOST, Returns
from portal.source import now
from store.staff.opinions import OpinionRow
from tests.portal.conftest import ADMIN, AGENCE, NICE, Portal, Visitor, add_account, plain
from tests.steps.returning import fill

CENTRE = "centre:lyon"
OURS = "crpv-lyon"
BACK = "/renvoi"


@pytest.fixture(scope="module")
def mine(portal: Portal) -> Iterator[list[str]]:
    """Two people of one centre, whose opinions no other test counts."""
    emails = ["un@lyon.example.fr", "deux@lyon.example.fr"]
    for email in emails:
        add_account(portal.source, email, CENTRE)
    yield emails
    for email in emails:
        portal.source.store.accounts.remove(email)


@pytest.fixture
def reader(portal: Portal, mine: list[str]) -> Visitor:
    return portal.visitor(mine[0])


def held(portal: Portal, number: int, author: str = OURS) -> tuple[str, str]:
    rows = portal.source.store.opinions.latest(portal.source.demarche, numbers=[number])
    return next(((one.judgement, one.comment) for one in rows if one.author == author), ("", ""))


def numbers(portal: Portal, visitor: Visitor) -> list[int]:
    """Dossiers of the centre that nobody judged, whatever was played before on this portal."""
    page = visitor.get("/dossiers?centre=lyon&tri=numero").text
    listed = dict.fromkeys(int(one) for one in re.findall(r'<a href="/dossiers/(\d+)"', page))
    return [one for one in listed if held(portal, one) == ("", "")]


def judge(visitor: Visitor, number: int, **said: str) -> tuple[int, str]:
    card = f"/dossiers/{number}"
    answer = visitor.post(f"{card}/avis", **visitor.form(card, f"{card}/avis") | said)
    return answer.status_code, plain(answer.text)


@pytest.mark.slow
def test_an_opinion_is_typed_kept_journaled_and_leaves_what_waits(
    portal: Portal, reader: Visitor
) -> None:
    number = int(re.findall(r'<a href="/dossiers/(\d+)"', reader.get("/?motif=p1").text)[0])
    said = {"avis": "À surveiller", "commentaire": " <b>à</b> revoir\r\nen juin "}
    status, page = judge(reader, number, **said)
    assert status == 200
    assert "Votre avis est enregistré." in page
    assert held(portal, number) == ("À surveiller", "<b>à</b> revoir\nen juin")
    assert f"/dossiers/{number}" not in reader.get("/?motif=p1").text
    assert "<b>à</b>" not in reader.get(f"/dossiers/{number}").text
    journal = plain(portal.visitor(ADMIN).get("/journal").text)
    assert "Avis donné" in journal
    assert f"dossier {number}" in journal
    assert "en juin" not in journal
    assert f"/dossiers/{number}" in portal.visitor(AGENCE).get(f"/dossiers?q={number}").text
    assert "revoir" in plain(portal.visitor(AGENCE).get(f"/dossiers/{number}").text)
    assert "revoir" not in portal.visitor(NICE).get(f"/dossiers/{number}").text
    status, page = judge(reader, number, avis="", commentaire="")
    assert held(portal, number) == ("", "")
    assert "Votre avis est retiré." in page


def test_the_opinion_of_a_colleague_is_never_overwritten_in_silence(
    portal: Portal, mine: list[str]
) -> None:
    one, other = (portal.visitor(email) for email in mine)
    number = numbers(portal, one)[0]
    card = f"/dossiers/{number}"
    stale = one.form(card, f"{card}/avis")
    assert judge(other, number, avis="Mesure proposée", commentaire="vu hier")[0] == 200
    answer = one.post(f"{card}/avis", **stale | {"avis": "À surveiller", "commentaire": "non"})
    page = plain(answer.text)
    assert answer.status_code == 409
    assert "<ins>Mesure proposée</ins>" in page
    assert "<dd>non</dd>" in page
    assert held(portal, number) == ("Mesure proposée", "vu hier")


def test_of_several_at_once_one_opinion_is_kept(portal: Portal, mine: list[str]) -> None:
    number = numbers(portal, portal.visitor(mine[0]))[0]
    card, got = f"/dossiers/{number}", []
    people = [portal.visitor(email) for email in mine * 2]
    forms = [one.form(card, f"{card}/avis") for one in people]

    def say(place: int) -> None:
        said = forms[place] | {"avis": "", "commentaire": f"course {place}"}
        got.append((people[place].post(f"{card}/avis", **said).status_code, place))

    threads = [threading.Thread(target=say, args=(place,)) for place in range(len(people))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (won,) = [place for status, place in got if status == 200]
    assert sorted(status for status, _ in got) == [200, 409, 409, 409]
    assert held(portal, number) == ("", f"course {won}")


@pytest.mark.slow
def test_what_one_may_not_judge_is_refused(portal: Portal, reader: Visitor) -> None:
    lines = portal.source.store.lines
    shown = lines.of(portal.source.demarche, "reseau", range(24_000_000, 24_000_300))
    elsewhere = next(n for n, one in shown.items() if " lyon " not in one.centres)
    hidden = next(
        one.report.number
        for one in portal.source.entries(None)
        if one.assessment.status.value == "Hors champ"
    )
    number = numbers(portal, reader)[0]
    form = reader.form(f"/dossiers/{number}", f"/dossiers/{number}/avis") | {"avis": ""}
    assert "ne concerne pas votre centre" in reader.get(f"/dossiers/{elsewhere}").text
    for other, status in ((elsewhere, 403), (hidden, 404), ("x", 404), (10**9, 404)):
        assert reader.post(f"/dossiers/{other}/avis", **form).status_code == status, other
    for more in ({"author": "agence"}, {"auteur": "crpv-nice"}, {"number": "1"}):
        assert reader.post(f"/dossiers/{number}/avis", **form | more).status_code == 400
    assert judge(reader, number, avis="Favorable, bien sûr")[0] == 409
    assert judge(reader, number, avis="À surveiller", commentaire="é" * 32_768)[0] == 409
    assert judge(reader, number, avis="", commentaire="a" * 600_000)[0] == 413
    assert held(portal, number) == ("", "")
    long = "é" * 32_767
    assert judge(reader, number, avis="", commentaire=long)[0] == 200
    assert held(portal, number) == ("", long)
    assert judge(reader, number, avis="", commentaire="")[0] == 200


def book(visitor: Visitor, name: str, into: Path) -> Path:
    link = visitor.file_links()[f"classeur courant/{name}.xlsx"]
    into.write_bytes(visitor.get(link).content)
    return into


def free(portal: Portal, path: Path) -> list[int]:
    """Rows of the dossiers on which nobody of the centre ever said anything."""
    rows = portal.source.store.opinions.latest(portal.source.demarche)
    said = {one.number for one in rows if one.author == OURS}
    sheet = openpyxl.load_workbook(path)["Dossiers"]
    found = [
        place
        for place, (cell,) in enumerate(sheet.iter_rows(max_col=1), 1)
        if str(cell.value).isdecimal() and int(str(cell.value)) not in said
    ]
    assert len(found) > 2
    return found


def send(visitor: Visitor, content: bytes, name: str = "avis.xlsx", **said: str) -> tuple[int, str]:
    answer = visitor.session.post(
        visitor.url + BACK,
        data=visitor.form(BACK, BACK) | said,
        files={"classeur": (name, content)},
        timeout=120,
    )
    return answer.status_code, plain(answer.text)


def decide(visitor: Visitor, page: str, geste: str) -> tuple[int, str]:
    (where,) = re.findall(r'action="(/renvoi/[\w-]+)"', page)
    form = {"jeton": visitor.token(BACK), "lu": visitor.form(BACK, BACK)["lu"]}
    answer = visitor.post(where, **form, geste=geste)
    return answer.status_code, plain(answer.text)


@pytest.mark.slow
def test_a_workbook_shows_what_it_would_change_and_writes_after_the_yes(
    portal: Portal, reader: Visitor, tmp_path: Path
) -> None:
    path = book(reader, OURS, tmp_path / "a.xlsx")
    row = free(portal, path)[0]
    number = fill(path, path, judgement="Mesure proposee", comment="un <i>mot</i>", row=row)
    status, page = send(reader, path.read_bytes(), "mon & <b>classeur.xlsx")
    assert status == 200
    assert "Ce que dit mon & <b>classeur.xlsx" in page
    assert "<i>mot</i>" not in reader.get(f"/dossiers/{number}").text
    told = page.split(f'/dossiers/{number}">{number}</a>')[1].split("</tr>")[0]
    assert len(re.findall(rf"Dossiers!\w+{row}\b", told)) == 2, told
    assert "<strong>Mesure proposée</strong>" in page
    assert held(portal, number) == ("", "")
    status, after = decide(reader, page, "confirmer")
    assert status == 200
    assert "Repris du classeur : 1 avis." in after
    assert held(portal, number) == ("Mesure proposée", "un <i>mot</i>")
    assert decide(reader, page, "confirmer")[0] == 404
    journal = plain(portal.visitor(ADMIN).get("/journal").text)
    assert "Classeur renvoyé" in journal
    assert f"{OURS}.xlsx, 1 avis" in journal
    assert "ne dit rien de nouveau" in send(reader, path.read_bytes())[1]


@pytest.mark.slow
def test_a_wrong_cell_is_named_nothing_is_taken_and_no_may_be_said(
    portal: Portal, reader: Visitor, tmp_path: Path
) -> None:
    path = book(reader, OURS, tmp_path / "b.xlsx")
    rows = free(portal, path)
    good = fill(path, path, judgement="À surveiller", comment="", row=rows[0])
    fill(path, path, judgement="Peut-être", comment="", row=rows[1])
    _, page = send(reader, path.read_bytes())
    assert "Rien n’est repris" in page
    assert re.search(rf"Dossiers!\w+{rows[1]} : « Peut-être » n'est pas dans la liste", page)
    assert "/renvoi/" not in page.split("<main")[1]  # nothing to confirm
    fill(path, path, judgement="", comment="", row=rows[1])
    _, page = send(reader, path.read_bytes())
    assert decide(reader, page, "renoncer")[0] == 200
    assert held(portal, good) == ("", "")


def test_a_page_says_how_to_answer_what_a_command_would_ask(reader: Visitor) -> None:
    page = plain(reader.get(BACK).text)
    assert "Le texte de cellules fusionnées vaut" in page
    assert "--merged" not in page


@pytest.mark.slow
def test_what_was_given_between_the_look_and_the_yes_is_not_overwritten(
    portal: Portal, mine: list[str], tmp_path: Path
) -> None:
    one, other = (portal.visitor(email) for email in mine)
    path = book(one, OURS, tmp_path / "c.xlsx")
    rows = free(portal, path)
    number = fill(path, path, judgement="À surveiller", comment="", row=rows[0])
    second = fill(path, path, judgement="À surveiller", comment="", row=rows[1])
    _, page = send(one, path.read_bytes())
    assert judge(other, number, avis="", commentaire="entre-temps")[0] == 200
    status, refused = decide(one, page, "confirmer")
    assert status == 409
    assert f"le dossier {number} vient d’être changé" in refused
    assert held(portal, number) == ("", "entre-temps")
    assert held(portal, second) == ("", "")
    _, again = send(one, path.read_bytes())
    assert "a changé depuis que ce classeur" in again


@pytest.mark.slow
def test_the_workbook_of_somebody_else_is_refused(
    portal: Portal, reader: Visitor, tmp_path: Path
) -> None:
    nice = portal.visitor(NICE)
    path = book(nice, "crpv-nice", tmp_path / "d.xlsx")
    number = fill(path, path, judgement="À surveiller", comment="", row=5)
    _, page = send(reader, path.read_bytes())
    assert "n’est pas votre classeur" in page
    assert "Deviendrait" not in page
    whole = book(reader, "reseau", tmp_path / "e.xlsx")
    fill(whole, whole, judgement="À surveiller", comment="", row=5)
    assert "n’est pas votre classeur" in send(reader, whole.read_bytes())[1]
    _, page = send(portal.visitor(AGENCE), path.read_bytes())  # the agency takes them in
    assert "Deviendrait" in page
    stolen = re.findall(r'action="(/renvoi/[\w-]+)"', page)[0]
    assert "Deviendrait" not in reader.get(stolen).text
    form = {"jeton": reader.token(BACK), "lu": reader.form(BACK, BACK)["lu"]}
    assert reader.post(stolen, **form, geste="confirmer").status_code == 404
    assert held(portal, number, "crpv-nice") == ("", "")


def bomb() -> bytes:
    """A small file that unpacks to far more than any workbook."""
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", b" " * (600 * 2**20))
    return into.getvalue()


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "Choisissez d’abord"),
        (b"PK\x03\x04 not one", "incomplet ou abîmé"),
        (b"a;b\n1;2", "Ce n'est pas un classeur"),
        (bytes.fromhex("D0CF11E0A1B11AE1"), "classeur"),
    ],
)
def test_a_file_that_is_no_workbook_is_refused_by_its_remedy(
    reader: Visitor, content: bytes, told: str
) -> None:
    status, page = send(reader, content, "" if not content else "x.xlsx")
    assert status == 409
    assert told in page


@pytest.mark.slow
def test_a_bomb_a_flood_and_a_stranger_s_file_are_not_read(portal: Portal, reader: Visitor) -> None:
    status, page = send(reader, bomb())
    assert status == 409
    assert "trop grand" in page
    assert send(reader, b"\0" * (49 * 2**20))[0] == 413
    files = {"classeur": ("x.xlsx", b"x")}
    url = portal.url + BACK
    stranger = portal.visitor().session
    assert stranger.post(url, files=files, timeout=30).status_code == 401
    without = reader.session.post(url, files=files, timeout=30)
    assert without.status_code == 403
    two = [("classeur", ("x.xlsx", b"x")), ("classeur", ("y.xlsx", b"y"))]
    form = reader.form(BACK, BACK)
    assert reader.session.post(url, data=form, files=two, timeout=30).status_code == 400


def test_few_wait_for_a_yes_and_not_for_long() -> None:
    returns, at = Returns[TakenIn](), now()
    taken = TakenIn("agence", (), ())
    first = returns.put("a", "x", taken, at=at)
    assert returns.get(first.id, "a", at=at) == first
    assert returns.get(first.id, "b", at=at) is None
    second = returns.put("a", "y", taken, at=at)
    assert returns.get(first.id, "a", at=at) is None
    assert returns.get(second.id, "a", at=at + 2 * LASTS) is None
    kept = [returns.put(f"p{place}", "x", taken, at=at) for place in range(MOST + 5)]
    found = [returns.get(one.id, one.account, at=at) for one in kept]
    assert found == [None] * 5 + kept[5:]


def test_an_opinion_by_command_is_seen_by_the_page(portal: Portal, reader: Visitor) -> None:
    number = numbers(portal, reader)[-1]
    card = f"/dossiers/{number}"
    stale = reader.form(card, f"{card}/avis")
    store, demarche = portal.source.store, portal.source.demarche
    store.opinions.save(demarche, [OpinionRow(number, OURS, "", "par la commande")], at=now())
    answer = reader.post(f"{card}/avis", **stale | {"avis": "", "commentaire": "le mien"})
    assert answer.status_code == 409
    assert held(portal, number) == ("", "par la commande")
