"""Years of the register and the lone acts of evaluators: what only the command line had before."""

import html
import io
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from string import digits

import openpyxl
import pytest
import requests

from cli.portal.source import source_of
from steps.wiring.services import open_services
from tests.conftest import bridge_on
from tests.portal.conftest import (
    AGENCE,
    LYON,
    Portal,
    Visitor,
    add_account,
    plain,
    seeds,
    served,
)
from tests.portal.registre.test_situations import count, do, listed
from triage.registre.acts import Verb
from triage.registre.duplicates import copies
from triage.registre.register import Situation
from triage.registre.state_from_acts import read

PAGE = "/annees"


def acts(portal: Portal) -> list[object]:
    return list(portal.source.store.acts.list(portal.source.demarche))


def wide(portal: Portal, *, free: int = 2) -> Situation:
    """A situation of several dossiers, of which nobody confirmed these many."""
    register = read(portal.source.store.acts.list(portal.source.demarche))
    return next(
        one
        for one in register.situations.values()
        if len({*one.dossiers} - {*one.confirmed}) >= free
        and len(one.dossiers) > 1
        and not one.merged_into
    )


@pytest.fixture
def untouched(tmp_path: Path) -> Iterator[Portal]:
    """A portal where nobody decided anything, whatever was played before on that of the others."""
    with bridge_on(tmp_path, seeds(), network_default="include") as bridge:
        bridge.run()
        with open_services(bridge.settings) as services, served(source_of(services)) as portal:
            add_account(portal.source, AGENCE, "agence")
            yield replace(portal, bridge=bridge)


@pytest.mark.slow
def test_one_dossier_is_confirmed_and_the_others_stay_free(untouched: Portal) -> None:
    portal = untouched
    agency, one = portal.visitor(AGENCE), wide(portal)
    chosen, *others = (n for n in one.dossiers if n not in one.confirmed)
    page = plain(agency.get(f"/situations/{one.id}/confirmer").text)
    assert f"Dossier {chosen}" in page
    assert do(agency, one.id, "confirmer").status_code == 409  # none was chosen
    done = do(agency, one.id, "confirmer", dossiers=[str(chosen)])  # type: ignore[arg-type]
    assert "Les dossiers choisis sont confirmés" in plain(done.text)
    after = read(portal.source.store.acts.list(portal.source.demarche)).situations[one.id]
    assert chosen in after.confirmed
    assert not {*others} & {*after.confirmed}
    rows = portal.source.store.situations.reports(portal.source.demarche)
    assert rows[chosen].decided_by == "command"
    assert {rows[n].decided_by for n in others} == {"bridge"}
    assert portal.bridge
    portal.bridge.run()
    kept = read(portal.source.store.acts.list(portal.source.demarche)).situations[one.id]
    assert chosen in kept.confirmed
    again = do(agency, one.id, "confirmer", dossiers=[str(chosen)])  # type: ignore[arg-type]
    assert again.status_code == 409


def test_a_dossier_of_another_situation_is_neither_confirmed_nor_called_a_copy_here(
    portal: Portal,
) -> None:
    agency, one = portal.visitor(AGENCE), wide(portal, free=1)
    register = read(portal.source.store.acts.list(portal.source.demarche))
    other = next(n for s in register.situations.values() if s.id != one.id for n in s.dossiers)
    before = count(portal)
    for action, given in (
        ("confirmer", {"dossiers": [str(other)]}),
        ("doublon", {"dossier": str(other), "de": str(one.dossiers[0])}),
        ("doublon", {"dossier": "", "de": ""}),
        ("doublon", {"dossier": str(one.dossiers[0]), "de": "lui"}),
        ("doublon", {"dossier": str(one.dossiers[0]), "de": str(one.dossiers[0])}),
        ("doublon", {"dossier": str(one.dossiers[0]), "de": "99999999"}),
        ("doublon", {"dossier": str(one.dossiers[0]), "de": ""}),  # nobody said it was one
        ("evenement", {"evenement": ""}),
        ("evenement", {"evenement": "Mme Durand, née le 3 mars 1954, tél. 06 12 34 56 78"}),
        ("evenement", {"evenement": "Émission", "le": "2099-01-01"}),
    ):
        refused = do(agency, one.id, action, **given)
        assert refused.status_code == 409, (action, given)
        assert "Rien n’a été enregistré" in plain(refused.text)
    assert count(portal) == before


def test_a_copy_is_said_and_taken_back_and_an_event_is_noted(portal: Portal) -> None:
    agency, one = portal.visitor(AGENCE), wide(portal, free=0)
    first, second = one.dossiers[:2]
    said = do(agency, one.id, "doublon", dossier=str(second), de=str(first))
    assert said.status_code == 200
    known = portal.source.store.acts.list(portal.source.demarche)
    assert copies(known)[second] == first
    assert f"Dossier {second}, doublon de {first}" in plain(
        agency.get(f"/situations/{one.id}/doublon").text
    )
    assert do(agency, one.id, "doublon", dossier=str(second), motif="Erreur").status_code == 200
    known = portal.source.store.acts.list(portal.source.demarche)
    assert second not in copies(known)
    told = "Émission de télévision sur le médicament"
    assert do(agency, one.id, "evenement", evenement=told, le="2026-02-03").status_code == 200
    last = portal.source.store.acts.list(portal.source.demarche)[-1]
    assert (last.verb, last.effect_on, last.person) == (Verb.EVENT, date(2026, 2, 3), AGENCE)
    assert told in plain(agency.get(f"/situations/{one.id}").text)


def filled(content: bytes, **cells: str) -> bytes:
    """The blank table with one situation, whose columns are named by their beginning."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    sheet = book["Situations"]
    top = next(row for row in sheet.iter_rows() if str(row[0].value or "").startswith("Référence"))
    row = int(top[0].row or 0)
    for cell in top:
        for name, value in cells.items():
            if str(cell.value).startswith(name.replace("_", " ")):
                sheet[f"{cell.coordinate.rstrip(digits)}{row + 1}"] = value
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def zipped(parts: dict[str, bytes]) -> bytes:
    """A package of these parts alone."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return made.getvalue()


def upload(visitor: Visitor, content: bytes, name: str = "passe.xlsx") -> requests.Response:
    return visitor.session.post(
        visitor.url + "/annees/reprise",
        data=visitor.form(PAGE, "/annees/reprise"),
        files={"tableau": (name, content)},
        timeout=30,
    )


ROW = {
    "Référence": "2019-01",
    "Titre": "Codéine en sirop détournée",
    "Usage_autorisé": "Toux",
    "Usage_constaté": "Usage récréatif",
    "Risque": "avéré",
    "Niveau": "Élevé",
    "Justification": "Hospitalisations de jeunes adultes rapportées.",
    "Pilote": "Anne Durand",
    "Identifiée": "2019-03-04",
    "Premier": "2019-02-01",
    "État": "ouverte",
}


def test_past_years_are_shown_first_and_taken_in_whole_then_a_year_is_frozen(
    portal: Portal,
) -> None:
    agency = portal.visitor(AGENCE)
    blank = agency.get("/annees/tableau").content
    wrong = upload(agency, filled(blank, **ROW | {"Risque": "peut-être"}))
    assert "à corriger dans le tableau" in plain(wrong.text)
    assert "peut-être" in plain(wrong.text)
    assert "Confirmer et enregistrer" not in wrong.text
    before = count(portal)
    shown = upload(agency, filled(blank, **ROW))
    page = plain(shown.text)
    assert "2019-01" in page, page
    assert count(portal) == before, "nothing is written before the yes"
    where = shown.url.removeprefix(portal.url)
    assert portal.visitor(LYON).get(where).status_code == 403
    done = agency.post(where, **agency.form(where, where), geste="confirmer")
    assert "Situations reprises du tableau : 1." in plain(done.text)
    assert count(portal) > before
    again = upload(agency, filled(blank, **ROW))
    assert "ne dit rien de nouveau" in plain(again.text)
    _freeze(portal, agency)


def _freeze(portal: Portal, agency: Visitor) -> None:
    path = "/annees/2019/arreter"
    assert "/annees/2019/arreter" in agency.get(PAGE).text
    done = agency.post(path, **agency.form(path, path))
    assert "L’année 2019 est arrêtée." in plain(done.text)
    assert "arrêtées le" in plain(done.text)
    before = count(portal)
    assert agency.post(path, **agency.form(path, path)).status_code == 409
    assert count(portal) == before


@pytest.mark.parametrize("year", ["1999", "2019x", "99", "²019", "-201"])
def test_a_year_of_which_nothing_is_known_has_no_page(portal: Portal, year: str) -> None:
    assert portal.visitor(AGENCE).get(f"/annees/{year}/arreter").status_code == 404


def test_what_is_no_table_is_refused_and_nothing_written(portal: Portal) -> None:
    agency, before = portal.visitor(AGENCE), count(portal)
    blank = agency.get("/annees/tableau").content
    bomb = b'<!DOCTYPE w [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><workbook>&b;</workbook>'
    no_table = (
        *(b"", b"PK\x03\x04", b"<html>", b"a" * 1_000, blank[:-60], blank[:400]),
        zipped({}),
        zipped({"xl/workbook.xml": b"rien"}),
        zipped({"xl/workbook.xml": bomb}),
        zipped({"xl/workbook.xml": b'<?xml version="1.0" encoding="inconnu"?><workbook/>'}),
        zipped({"_rels/.rels": bomb, "xl/workbook.xml": b"<workbook/>"}),
    )
    for content in no_table:
        refused = upload(agency, content)
        assert refused.status_code == 409, content
        assert "Rien n’a été" in plain(refused.text), content
    assert count(portal) == before
    assert html.unescape(agency.get(PAGE).text)
    assert listed(agency.get("/situations").text)
