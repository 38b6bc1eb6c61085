"""What the pages say: exports, changes, dossiers, indicators, journal."""

import io
import re

import openpyxl

from cli.demo.demo import current_version
from exports.sheets.figures import synthesise
from portal.dossiers.search import PER_PAGE
from portal.pages.view import STATIC
from tests.portal.conftest import ADMIN, AGENCE, CHANGED, LYON, NICE, Portal, add_account


def test_current_workbooks_come_first_then_editions_with_what_staff_check(portal: Portal) -> None:
    page = portal.visitor(LYON).get("/exports").text
    found = re.findall(
        r"Classeurs courants|Éditions hebdomadaires|<summary>Édition 20\d\d-S\d\d", page
    )
    assert [one[:8] for one in found] == ["Classeur", "Éditions", "<summary"]
    assert "Démarche lue pour la dernière fois le" in page
    assert "Classeur du réseau" in page
    assert "Classeur du CRPV Lyon" in page
    assert "agence.xlsx" not in page
    assert (
        len(re.findall(r"<code>[0-9a-f]{64}</code>", page)) == 4
    )  # two files of the current ones, two in the edition
    assert "Dossiers déposés du" in page


def test_a_downloaded_workbook_opens_and_is_written_down(portal: Portal) -> None:
    visitor = portal.visitor(NICE)
    key, link = next(one for one in visitor.file_links().items() if "crpv-nice" in one[0])
    book = openpyxl.load_workbook(io.BytesIO(visitor.get(link).content))
    assert "Dossiers" in book.sheetnames
    journal = portal.visitor(ADMIN).get("/journal").text
    assert NICE in journal
    assert "Téléchargement" in journal
    assert key.startswith("classeur courant/")
    assert re.search(r"courant/\d+/crpv-nice\.xlsx", journal)
    assert "Vous l’avez téléchargé" in visitor.get("/exports").text


def test_what_changed_is_told_since_the_file_that_this_person_fetched(portal: Portal) -> None:
    email = "comparaison@exemple.fr"
    add_account(portal.source, email, "centre:lyon")
    visitor = portal.visitor(email)
    assert "encore téléchargé aucun classeur" in visitor.get("/changements").text
    oldest = [link for key, link in visitor.file_links().items() if "reseau" in key][-1]
    visitor.get(oldest)
    page = visitor.get("/changements").text
    assert f"Dossier {portal.changed}" in page
    assert f"<ins>{CHANGED}</ins>" in page
    assert "Titre de la situation" in page
    visitor.get(next(link for key, link in visitor.file_links().items() if "reseau" in key))
    assert "Rien n’a changé" in visitor.get("/changements").text


def test_a_comparison_that_is_no_longer_possible_says_so(portal: Portal) -> None:
    email = "ancien@exemple.fr"
    add_account(portal.source, email, "agence")
    visitor = portal.visitor(email)
    visitor.get(next(iter(visitor.file_links().values())))
    kept = portal.source.store.visits.last_download(portal.source.demarche, email)
    assert kept is not None
    gone = type(kept)(kept.at, kept.account, "download", "2020-01-01-0000", kept.file)
    portal.source.store.visits.record(portal.source.demarche, gone)
    assert "La comparaison n’est plus possible" in visitor.get("/changements").text


def _numbers(page: str) -> list[str]:
    return re.findall(r'<th scope="row" role="rowheader"><a href="/dossiers/(\d+)"', page)


def test_dossiers_are_found_by_each_filter(portal: Portal) -> None:
    visitor = portal.visitor(AGENCE)
    entries = {entry.report.number: entry for entry in portal.source.entries(None)}
    everything = visitor.get("/dossiers").text
    assert f"{len(entries)} dossiers" in everything
    assert len(_numbers(everything)) == min(PER_PAGE, len(entries))
    complete = _numbers(visitor.get("/dossiers?statut=Complet").text)
    assert complete
    for number in complete:
        assert entries[int(number)].assessment.status.value == "Complet"
    first = _numbers(visitor.get("/dossiers?priorite=P1&tri=numero").text)
    assert first == sorted(first)
    assert {entries[int(number)].assessment.priority for number in first} == {"P1"}
    assert _numbers(visitor.get(f"/dossiers?q={portal.changed}").text) == [str(portal.changed)]
    assert "Aucun dossier ne répond" in visitor.get("/dossiers?substance=xyzzy").text
    folded = visitor.get("/dossiers", params={"q": "DECLARANT a CORRIGE"}).text
    assert _numbers(folded) == [str(portal.changed)]


def test_pages_of_dossiers_hold_each_one_once(portal: Portal) -> None:
    visitor = portal.visitor(AGENCE)
    pages = [_numbers(visitor.get(f"/dossiers?page={page}").text) for page in (1, 2)]
    numbers = {entry.report.number for entry in portal.source.entries(None)}
    assert sorted(int(number) for page in pages for number in page) == sorted(numbers)
    assert _numbers(visitor.get("/dossiers?page=999").text) == pages[-1]
    assert visitor.get("/dossiers?page=-1&tri=nul").status_code == 200


def test_a_card_shows_the_assessment_item_by_item(portal: Portal) -> None:
    entry = next(
        e for e in portal.source.entries(None) if e.assessment.status.value == "À compléter"
    )
    page = portal.visitor(AGENCE).get(f"/dossiers/{entry.report.number}").text
    for item in entry.assessment.items:
        assert f'<span class="unc-item">{item.id}</span>' in page
    assert "absent" in page or "invalide" in page
    assert "Ouvrir sur la démarche" in page
    assert re.findall(r'<form[^>]* action="([^"]+)"', page.split("<main")[1]) == [
        f"/dossiers/{entry.report.number}/avis"
    ]


def test_a_centre_reads_a_card_as_its_workbook_shows_it(portal: Portal) -> None:
    page = portal.visitor(LYON).get(f"/dossiers/{portal.changed}").text
    for header in ("Nom du contact", "Compte du déclarant", "Part des prescriptions"):
        assert header not in page
    assert "Titre de la situation" in page


def test_indicators_are_drawn_without_a_script_and_told_as_tables(portal: Portal) -> None:
    for email in (AGENCE, LYON):
        page = portal.visitor(email).get("/indicateurs").text
        assert page.count("<svg") > 5
        assert " style=" not in page
        for title in ("Dépôts par mois", "Complétude des dossiers", "Délai entre connaissance"):
            assert title in page
        assert "Données\u00a0: dépôts par mois" in page


def test_numbers_of_indicators_are_those_that_the_reader_may_see(portal: Portal) -> None:
    def count(email: str) -> int:
        page = portal.visitor(email).get("/indicateurs").text
        found = re.search(r"<dt>Dossiers</dt><dd>(\d+)</dd>", page)
        assert found
        return int(found.group(1))

    assert count(AGENCE) == len(list(portal.source.entries(None)))
    assert count(LYON) < count(AGENCE)


def test_every_page_says_what_it_is_and_in_which_language(portal: Portal) -> None:
    visitor = portal.visitor(ADMIN)
    titles = set()
    for path in ("/", "/exports", "/changements", "/dossiers", "/indicateurs", "/journal"):
        page = visitor.get(path).text
        assert '<html lang="fr"' in page
        assert page.count("<h1") == 1
        assert 'aria-current="page"' in page
        titles.add(re.findall("<title>(.*)</title>", page)[0])
    assert len(titles) == 6


def test_the_demo_names_what_was_fetched_as_a_download_does(portal: Portal) -> None:
    visitor, source = portal.visitor(LYON), portal.source
    links = visitor.file_links().items()
    visitor.get(next(link for key, link in links if key == "classeur courant/reseau.xlsx"))
    named = current_version(source.exports, source.demarche, role="centre:lyon", file="reseau.xlsx")
    assert f"{named}/reseau.xlsx" in portal.visitor(ADMIN).get("/journal").text
    assert re.fullmatch(r"courant/\d+", named)


def test_a_priority_has_one_colour_everywhere(portal: Portal) -> None:
    page = portal.visitor(AGENCE).get("/indicateurs").text
    css = (STATIC / "portail.css").read_text("utf-8")
    tags = dict(re.findall(r"\.unc-tag--(p\d) \{ background: (#[0-9a-f]{6});", css))
    assert len(tags) == 4
    chart = page.split("Statut et priorité</h2>")[1].split("</section>")[0]
    legend = re.findall(r'<rect fill="(#[0-9a-f]{6})"[^>]*/></svg> (P\d)<', chart)
    assert {name.lower(): colour for colour, name in legend} == tags
    written = {
        f"#{one.lower()}"
        for block in synthesise(
            [], origins=portal.source.columns.figures, below=11, years=(), live_since=None
        ).blocks
        if block.title == "Statut et priorité"
        for one in block.colours[:4]
    }
    assert written == set(tags.values())
