"""The first page: what waits is what the sheet says, and each person's « vu » is their own."""

import io
import re
from collections.abc import Iterator
from dataclasses import replace

import openpyxl
import pytest
import requests

from exports.sheets.to_treat import Circumstances, News
from portal.dossiers.waiting import Queue, Reader, mark_of, queue_of
from store.staff.lines import WaitingLine
from tests.portal.conftest import ADMIN, AGENCE, LYON, NICE, Portal, Visitor, add_account, plain

SAY = "/a-traiter/vus"


def due(visitor: Visitor, path: str = "/?page=") -> dict[int, str]:
    """Dossiers of all pages, each with why now."""
    found: dict[int, str] = {}
    for page in range(1, 20):
        text = plain(visitor.get(f"{path}{page}").text)
        rows = re.findall(
            r'<a href="/dossiers/(\d+)">.*?data-name="Pourquoi maintenant">(.*?)</td>',
            text,
            re.DOTALL,
        )
        found |= {int(number): why for number, why in rows}
        if f"Page {page} sur" not in text or 'rel="next"' not in text:
            return found
    raise AssertionError


def sheet(visitor: Visitor, name: str) -> dict[int, str]:
    """The rows of `À traiter` in the current workbook."""
    link = visitor.file_links()[f"classeur courant/{name}.xlsx"]
    book = openpyxl.load_workbook(io.BytesIO(visitor.get(link).content))
    rows = [[cell.value for cell in row] for row in book["À traiter"].iter_rows()]
    top = next(place for place, row in enumerate(rows) if row[0] == "Dossier")
    return {int(str(row[0])): plain(str(row[1])) for row in rows[top + 1 :] if row[0]}


def test_what_waits_for_a_centre_is_what_its_sheet_says(portal: Portal) -> None:
    visitor = portal.visitor(NICE)
    written = sheet(visitor, "crpv-nice")
    shown = due(visitor)
    assert shown.keys() == written.keys()
    assert len(shown) > 3
    for number, why in shown.items():
        assert why == written[number], number


def test_the_agency_finds_all_that_its_sheet_has_and_what_is_new_or_first(portal: Portal) -> None:
    visitor = portal.visitor(AGENCE)
    written, shown = sheet(visitor, "agence"), due(visitor)
    assert written.keys() <= shown.keys()
    for number, why in written.items():
        assert set(why.split(" ; ")) <= set(shown[number].split(" ; ")), number
    p1 = due(visitor, "/?motif=p1&page=")
    assert p1
    assert all("priorité P1" in why for why in p1.values())
    page = plain(visitor.get("/").text)
    counted = re.search(r"<strong>(\d+)</strong> priorité P1", page)
    assert counted
    assert int(counted.group(1)) == len(p1)
    assert "Situations à valider" in page
    assert "Situations à valider" not in plain(portal.visitor(LYON).get("/").text)


def test_the_latest_change_comes_first(portal: Portal) -> None:
    numbers = list(due(portal.visitor(LYON)))
    lines = portal.source.store.lines.of(portal.source.demarche, "reseau", numbers)
    moments = [lines[number].modified for number in numbers]
    assert moments == sorted(moments, reverse=True)


def test_a_reason_that_is_none_is_told_by_name(portal: Portal) -> None:
    visitor = portal.visitor(LYON)
    page = plain(visitor.get("/?motif=conflit").text)  # the agency's
    assert "« conflit » n’est pas un motif" in page
    assert due(visitor) == due(visitor, "/?motif=x&page=")
    for odd in ("0", "-1", "x", "9" * 30):
        assert visitor.get(f"/?page={odd}").status_code == 200


@pytest.fixture
def reader(portal: Portal, request: pytest.FixtureRequest) -> Iterator[Visitor]:
    """Somebody who has seen nothing yet."""
    email = f"{request.node.name.replace('_', '-')[:60]}@exemple.fr"
    add_account(portal.source, email, "centre:nice")
    yield portal.visitor(email)
    portal.source.store.accounts.remove(email)


def unseen(visitor: Visitor) -> int:
    found = re.search(r"dont (\d+) que vous", plain(visitor.get("/").text))
    return int(found.group(1)) if found else 0


def test_what_a_person_has_read_is_seen_by_them_alone(portal: Portal, reader: Visitor) -> None:
    all_of_them = due(reader)
    assert unseen(reader) == len(all_of_them)
    first, *_ = all_of_them
    reader.session.head(f"{portal.url}/dossiers/{first}", timeout=30)
    assert unseen(reader) == len(all_of_them)
    reader.get(f"/dossiers/{first}")
    assert unseen(reader) == len(all_of_them) - 1
    said = reader.post(SAY, **reader.form("/", SAY) | {"vus": _marks(reader)})
    assert f"{len(all_of_them) - 1} dossiers notés comme vus." in said.text
    assert not unseen(reader)
    assert due(reader) == all_of_them
    assert unseen(portal.visitor(NICE))


def _marks(visitor: Visitor) -> list[str]:  # a field that comes several times
    return re.findall(r'name="vus" value="([^"]+)"', visitor.get("/").text)


def test_what_is_said_to_be_seen_is_bounded_by_what_one_may_read(
    portal: Portal, reader: Visitor
) -> None:
    store, demarche = portal.source.store, portal.source.demarche
    agency_only = [
        one.report.number
        for one in portal.source.entries(None)
        if one.assessment.status.value == "Hors champ"
    ]
    email = next(one.email for one in store.accounts.list() if "exemple" in one.email)
    form = reader.form("/", SAY)
    for vus in (f"{agency_only[0]}.abc", "99999999.abc"):
        assert reader.post(SAY, **form | {"vus": vus}).status_code == 200
    assert store.seen.marks(demarche, email) == {}
    for vus in ("x", "1.", "-1.abc", "1.2.3", f"{'9' * 12}.a", f"1.{'a' * 40}"):
        answer = reader.post(SAY, **form | {"vus": vus})
        assert answer.status_code == (200 if vus in {"1.", "1.2.3"} else 400), vus
    others = {"jeton": portal.visitor(ADMIN).token("/exports"), "lu": form["lu"]}
    assert reader.post(SAY, **others, vus="1.a").status_code == 403
    assert reader.post(SAY, **form | {"compte": ADMIN}).status_code == 400
    crossed: requests.Response = reader.session.post(
        portal.url + SAY, data=form, headers={"Sec-Fetch-Site": "cross-site"}, timeout=30
    )
    assert crossed.status_code == 403


WORDS = {"nouveau": "nouveau", "p1": "P1", "hausse": "en hausse", "avis": "attend votre avis"}
LINE = WaitingLine(1, " p1 avis hausse ", "SIT-1", " lyon ", "2026-01-01T00:00:00Z")
READER = Reader("lyon", WORDS, frozenset(), {})  # type: ignore[arg-type]
QUIET = Circumstances(News(), frozenset())


def why(queue: Queue) -> list[tuple[str, ...]]:
    return [one.why for one in queue.due]


def test_why_now_rests_on_the_news_the_reader_and_what_they_said() -> None:
    rising = Circumstances(News(new=None), {"SIT-1"})
    assert why(queue_of([LINE], READER, QUIET)) == [("p1", "avis")]
    assert why(queue_of([LINE], READER, rising)) == [("p1", "hausse", "avis")]
    assert why(queue_of([LINE._replace(own=" nice ")], READER, QUIET)) == [("p1",)]
    assert why(queue_of([LINE], replace(READER, judged={1}), rising)) == []
    new = LINE._replace(waits=" nouveau p1 ")
    assert why(queue_of([new], replace(READER, judged={1}), rising)) == [("nouveau",)]
    assert why(queue_of([LINE._replace(waits=" conflit ")], READER, rising)) == []


def test_a_dossier_is_unseen_again_once_it_changed_or_waits_for_more() -> None:
    mark = mark_of(LINE.modified, ("avis", "p1"))
    saw = replace(READER, seen={1: mark})
    assert queue_of([LINE], saw, QUIET).unseen == 0
    assert queue_of([LINE._replace(modified="2026-01-02T00:00:00Z")], saw, QUIET).unseen == 1
    assert queue_of([LINE], saw, Circumstances(News(), {"SIT-1"})).unseen == 1
