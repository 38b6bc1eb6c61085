"""Searching: what has no sense in an address is told by name, the rest is kept; files of it."""

import csv
import io
import re
import zipfile
from datetime import UTC, datetime, timedelta

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.dossiers.search import COLUMNS, LABELS, DossierSearch, wanted_of
from portal.dossiers.search_file import table_of
from portal.pages.dossiers import PRIORITIES, STATUSES
from store.staff.visits import Visit
from tests.portal.conftest import (
    ADMIN,
    AGENCE,
    LYON,
    NICE,
    SECRET,
    Portal,
    Visitor,
    add_account,
    plain,
)

KNOWN = {"statut": STATUSES, "priorite": PRIORITIES, "centre": ["lyon"], "situation": ["SIT-1"]}


def found(visitor: Visitor, path: str) -> list[int]:
    numbers: list[int] = []
    for page in range(1, 20):
        text = visitor.get(f"{path}{'&' if '?' in path else '?'}page={page}").text
        numbers += map(int, re.findall(r'role="rowheader"><a href="/dossiers/(\d+)"', text))
        if 'rel="next"' not in text:
            return numbers
    raise AssertionError


@pytest.mark.slow
@pytest.mark.parametrize(
    ("odd", "told"),
    [
        ("priorite=P9", "Priorité : « P9 »"),
        ("centre=atlantide", "Centre concerné : « atlantide »"),
        ("situation=SIT-9999", "Situation : « SIT-9999 »"),
        ("tri=couleur", "Ordre : « couleur »"),
        ("sens=diagonal", "Sens : « diagonal »"),
        ("page=zéro", "Page : « zéro »"),
        ("page=0", "Page : « 0 »"),
        ("depuis=hier", "Modifié depuis : « hier »"),
        ("depuis=2026-02-31", "Modifié depuis : « 2026-02-31 »"),
        ("portee=monde", "Portée : « monde »"),
        ("couleur=bleu", "couleur : « bleu »"),
        ("q=" + "x" * 201, "Mots cherchés : « xxxx"),
        ("statut=Clos", "Statut : « Clos »"),  # a second one
    ],
)
def test_an_unknown_value_is_refused_by_name_and_the_other_filters_are_kept(
    portal: Portal, odd: str, told: str
) -> None:
    visitor = portal.visitor(AGENCE)
    page = visitor.get(f"/dossiers?statut=Complet&{odd}&page=")
    assert page.status_code == 200
    assert told in plain(page.text)
    good = visitor.get("/dossiers?statut=Complet").text
    count = r'role="status">(.*?)</p>'
    assert re.findall(count, page.text) == re.findall(count, good)
    assert "n’a pas de sens" not in good
    assert visitor.get(f"/recherche.csv?statut=Complet&{odd}").status_code == 400


_TEXTS = st.one_of(st.text(max_size=12), st.sampled_from(["P1", "Complet", "lyon", "2", "visite"]))


@given(st.lists(st.tuples(st.sampled_from([*LABELS, "autre"]), _TEXTS), max_size=6))
def test_any_address_asks_for_something_or_is_told(given_: list[tuple[str, str]]) -> None:
    wanted, refused = wanted_of(given_, KNOWN)
    kept = wanted.model_dump(exclude_defaults=True)
    assert len(refused) <= len(given_)
    for name, value in given_:
        assert value == "" or str(kept.get(name, "")) or refused or name in {"tri", "sens", "page"}
    again, none = wanted_of([(name, str(value)) for name, value in kept.items()], {**KNOWN})
    assert again == wanted
    assert not none


def test_what_was_modified_since_a_day_or_since_the_former_visit(portal: Portal) -> None:
    email = "visite@exemple.fr"
    add_account(portal.source, email, "centre:lyon")
    visitor = portal.visitor(email)
    first = visitor.get("/dossiers?depuis=visite")
    assert "première visite" in first.text
    store, demarche = portal.source.store, portal.source.demarche
    lines = store.lines.of(demarche, "reseau", found(visitor, "/dossiers"))
    latest = max(one.modified for one in lines.values())
    before = datetime.fromisoformat(latest) - timedelta(seconds=1)
    for at in (before, datetime.now(UTC)):
        store.visits.record(demarche, Visit(at, email, "sign-in"))
    shown = found(visitor, "/dossiers?depuis=visite")
    assert shown == [n for n, one in lines.items() if one.modified == latest]
    day = sorted(one.modified for one in lines.values())[len(lines) // 2][:10]
    since = found(visitor, f"/dossiers?depuis={day}&tri=modification")
    assert 0 < len(since) < len(lines)
    assert all(lines[number].modified >= f"{day[:8]}01" for number in since)
    moments = [lines[number].modified for number in since]
    assert moments == sorted(moments, reverse=True)
    assert not found(visitor, "/dossiers?depuis=2099-01-01")


def test_one_s_own_dossiers_and_national_ones(portal: Portal) -> None:
    visitor = portal.visitor(LYON)
    own, national = (
        set(found(visitor, f"/dossiers?portee={one}")) for one in ("propres", "nationaux")
    )
    lines = portal.source.store.lines.of(
        portal.source.demarche, "reseau", found(visitor, "/dossiers")
    )
    assert own == {n for n, one in lines.items() if " lyon " in one.own}
    assert national == {n for n, one in lines.items() if one.ground == "national"}
    assert own
    assert national
    assert not own & national


@pytest.mark.slow
def test_the_list_is_in_the_order_of_any_column_both_ways(portal: Portal) -> None:
    visitor = portal.visitor(AGENCE)
    everything = sorted(found(visitor, "/dossiers"))
    for key, name in COLUMNS:
        up = found(visitor, f"/dossiers?tri={key}&sens=croissant")
        down = found(visitor, f"/dossiers?tri={key}&sens=decroissant")
        assert sorted(up) == sorted(down) == everything, key
        assert up != down, key
        page = plain(visitor.get(f"/dossiers?tri={key}&q=e").text)
        assert re.search(rf'aria-sort="\w+"><a class="unc-sort" href="[^"]*q=e[^"]*">{name}<', page)
    wanted = DossierSearch(tri="statut", q="a b", page=3)
    assert wanted.ordered("statut") == "/dossiers?q=a+b&tri=statut&sens=decroissant"
    assert wanted.ordered("depot") == "/dossiers?q=a+b"
    assert wanted.address(page=1) == "/dossiers?q=a+b&tri=statut"


def rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))


def test_a_search_is_fetched_as_a_file_with_the_masks_of_its_list(portal: Portal) -> None:
    for email in (AGENCE, NICE):
        visitor = portal.visitor(email)
        got = visitor.get("/recherche.csv?tri=numero")
        assert got.headers["content-disposition"].endswith('"unc-recherche.csv"')
        told = rows(got.content)
        assert [int(one["Dossier"]) for one in told] == found(visitor, "/dossiers?tri=numero")
        assert SECRET not in got.text
        assert not any(
            cell.startswith(("=", "+", "-", "@")) for one in told for cell in one.values()
        )
    some = rows(visitor.get("/recherche.csv?statut=Complet&page=2").content)
    assert {one["Statut"] for one in some} == {"Complet"}
    hidden = [
        one.report.number
        for one in portal.source.entries(None)
        if one.assessment.status.value == "Hors champ"
    ]
    assert hidden
    assert not {str(one) for one in hidden} & {one["Dossier"] for one in told}
    assert "Recherche téléchargée" in plain(portal.visitor(ADMIN).get("/journal").text)


@pytest.mark.slow
def test_a_set_of_workbooks_is_fetched_in_one_file_each_only_its_own(portal: Portal) -> None:
    for email, names in ((NICE, 2), (AGENCE, 2 + len(portal.source.centres))):
        visitor = portal.visitor(email)
        links = list(dict.fromkeys(re.findall(r"/exports/lot/\d+", visitor.get("/exports").text)))
        assert len(links) == 2
        for link in links:
            got = visitor.get(link)
            assert got.headers["content-type"] == "application/zip"
            with zipfile.ZipFile(io.BytesIO(got.content)) as archive:
                assert len(archive.namelist()) == names
                for name in archive.namelist():
                    assert re.fullmatch(r"unc-[\w-]+\.xlsx", name)
                    assert email == AGENCE or re.search("reseau|crpv-nice", name), name
                openpyxl.load_workbook(io.BytesIO(archive.read(archive.namelist()[0])))
        lines = portal.source.store.visits.list(portal.source.demarche, limit=2 * names)
        assert {one.event for one in lines} == {"download"}
    for odd in ("0", "-1", "999999", "..%2f..", "x"):
        assert visitor.get(f"/exports/lot/{odd}").status_code == 404, odd


def test_a_file_says_what_scores_are_of_where_the_form_does_not_ask_everything() -> None:
    heads = {
        one: [column.name for column in table_of((), asks_all=one).columns] for one in (True, False)
    }
    assert "Complétude" in heads[True]
    assert heads[False][3] == "Complétude de ce que demande le formulaire"
