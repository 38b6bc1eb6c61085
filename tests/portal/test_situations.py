"""The register in the portal: what each person reads of it, and what its forms do and refuse."""

import html
import re

from tests.portal.conftest import AGENCE, LYON, Portal

ROW = re.compile(r'<th scope="row" role="rowheader"><a href="/situations/([^"?]+)')


def listed(page: str) -> list[str]:
    return ROW.findall(page)


def test_the_list_counts_states_and_says_that_groupings_wait(portal: Portal) -> None:
    page = html.unescape(portal.visitor(AGENCE).get("/situations").text)
    names = listed(page)
    assert names
    assert f"Aucune situation validée. {len(names)} regroupement" in page
    assert f"<strong>{len(names)}</strong> À valider" in page
    assert "État au" in page


def test_a_filter_that_is_none_is_named_and_the_others_kept(portal: Portal) -> None:
    agency = portal.visitor(AGENCE)
    page = html.unescape(agency.get("/situations?etat=Jolie&niveau=%C3%89lev%C3%A9&au=hier").text)
    assert "« Jolie » n’est pas un état" in page.replace("\u00a0", " ")
    assert "« hier » n’est pas une date" in page.replace("\u00a0", " ")
    assert '<option value="Élevé" selected>' in page


def test_a_centre_reads_those_of_its_dossiers_alone(portal: Portal) -> None:
    source = portal.source
    agency, centre = portal.visitor(AGENCE), portal.visitor(LYON)
    mine = {
        line.situation
        for line in source.store.lines.of(
            source.demarche, "reseau", source.store.lines.numbers(source.demarche, "reseau")
        ).values()
    } - {""}
    every, read = set(listed(agency.get("/situations").text)), centre.get("/situations").text
    assert set(listed(read)) == mine <= every
    for name in every - mine:
        assert name not in read
    for column in ("Score", "Patients", "Pilote"):
        assert f">{column}</th>" not in read
