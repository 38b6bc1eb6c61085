"""Consumption on the page of a situation: for the agency alone, drawn, with its source."""

import html
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from portal.registre.consumption import consumption_shown
from steps.follow.consumption_load import load_file
from steps.judge.situations import descriptions, members
from tests.portal.conftest import AGENCE, LYON, Portal
from tests.portal.registre.test_situations import listed
from tests.triage.consumption.samples import a_profile, hospital_profile


def test_a_profile_is_drawn_without_a_bar_below_zero() -> None:
    shown = consumption_shown(a_profile())
    assert shown is not None
    years, months, ages, regions, who = shown.charts
    assert [(bar.name, bar.total) for bar in years.columns] == [("2024", 50_000), ("2025", 98_997)]
    assert months.block.title == "Boîtes par mois (Medic’AM), en milliers"
    assert [bar.total for bar in months.columns] == [120, 0]
    assert next((bar.name, bar.total) for bar in regions.bars) == ("Bretagne", 80_000)
    assert min(bar.total for bar in ages.bars) == 0
    assert who.bars[0].name == "médecine générale"
    assert len(shown.apart) == 3
    assert "édition\u00a02024" in shown.source or "édition 2024" in shown.source
    assert consumption_shown(None) is None


def test_what_is_out_of_scope_is_said_and_drawn_as_nothing() -> None:
    shown = consumption_shown(hospital_profile())
    assert shown is not None
    assert shown.absent.replace("\u00a0", " ").startswith("Hors champ : réservé à l’hôpital")
    assert (shown.charts, shown.rows) == ((), ())


@pytest.fixture
def name(portal: Portal, tmp_path: Path) -> Iterator[str]:
    """A situation that a centre reads, whose substances have a year of Open Medic."""
    (name, *_) = listed(portal.visitor(LYON).get("/situations").text)
    home = portal.source.look_up(lambda services: services.inputs.home)
    told = portal.source.look_up(descriptions)
    mine = portal.source.look_up(members)[name]
    substances = sorted({one for number in mine for one in told[number].medicines})
    lines = ["ATC5;L_ATC5;CIP13;AGE;SEXE;BEN_REG;PSP_SPE;BOITES;REM;BSE"]
    lines += [
        f"Z99AA{place:02};{one};34009990000{place:02};20;2;11;1;1250;9,00;9,00"
        for place, one in enumerate(substances)
    ]
    path = tmp_path / "OPEN_MEDIC_2024.CSV"
    path.write_text("\r\n".join(lines), encoding="cp1252")
    load_file(path, home)
    yield name
    shutil.rmtree(home / "consommation")


def test_the_agency_reads_it_on_the_page_and_a_centre_does_not(portal: Portal, name: str) -> None:
    agency, centre = portal.visitor(AGENCE), portal.visitor(LYON)
    page = " ".join(html.unescape(agency.get(f"/situations/{name}").text).split())
    assert "Open Medic, Assurance maladie, édition 2024" in page
    assert 'role="img" aria-label="Boîtes par an (Open Medic), données dans le tableau' in page
    assert 'role="img" aria-label="20-59 ans, femmes : 1 250"' in page
    assert "Tous les chiffres" in page
    assert "style=" not in page.split('id="consommation"')[1].split("</section>")[0]
    other = html.unescape(centre.get(f"/situations/{name}").text)
    assert "Open Medic" not in other
    assert 'id="consommation"' not in other


def test_without_any_table_the_page_says_so(portal: Portal) -> None:
    agency = portal.visitor(AGENCE)
    (name, *_) = listed(agency.get("/situations").text)
    page = html.unescape(agency.get(f"/situations/{name}").text)
    assert "Aucune donnée publique de consommation n’est chargée." in page
