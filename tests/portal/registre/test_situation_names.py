"""A situation that a person named: the agency reads the name, nobody else does."""

import zipfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from cli.portal.source import source_of
from exports.published.editions import EditionKind
from portal.dossiers.figures import counted_of
from portal.dossiers.library import Library
from portal.dossiers.search import DossierSearch
from sandbox.generator.generate import generate
from steps.publish.edition import publish_edition
from steps.wiring.services import open_services
from steps.wiring.summary import Summary
from tests.conftest import bridge_on
from tests.portal.conftest import (
    AGENCE,
    LYON,
    OF_AGENCY,
    OF_NETWORK,
    ROLES,
    Portal,
    Visitor,
    add_account,
    served,
)

pytestmark = pytest.mark.slow

NAME = "Affaire Dupont Martine d’Ozempic 1952"


@pytest.fixture(scope="module")
def named(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """A portal where two dossiers that the network reads are in a situation named by a person."""
    made = [one for one in generate(40, seed=3) if one.planted.status == "Complet"][:5]
    folder = tmp_path_factory.mktemp("named")
    with bridge_on(folder, made, network_default="include") as bridge:
        bridge.run()
        with open_services(bridge.settings) as services:
            publish_edition(services, Summary(), kind=EditionKind.WEEKLY)
        for one in made[:2]:
            bridge.sandbox.control.annotate(one.number, {907: NAME})
        bridge.run()
        with open_services(bridge.settings) as services:
            source = source_of(services)
            for email, role in ROLES.items():
                add_account(source, email, role)
            with served(source) as portal:
                yield portal


def pages(portal: Portal, visitor: Visitor) -> dict[str, str]:
    """Every page that tells of dossiers, and what changed since the first of each workbook."""
    numbers = [entry.report.number for entry in portal.source.entries(None)]
    paths = ["/exports", "/dossiers", "/dossiers?q=martine", "/indicateurs"]
    paths += [f"/dossiers/{number}" for number in numbers]
    read = {path: visitor.get(path).text for path in paths}
    first = {key.split("/")[1]: link for key, link in visitor.file_links().items()}
    for name, link in first.items():
        visitor.get(link)
        read[f"/changements {name}"] = visitor.get("/changements").text
    return read


def test_a_name_that_a_person_typed_is_read_by_the_agency_only(named: Portal) -> None:
    agency = pages(named, named.visitor(AGENCE))
    told = {path for path, page in agency.items() if "Dupont" in page}
    assert {"/dossiers", "/dossiers?q=martine", "/indicateurs", "/changements agence.xlsx"} <= told
    assert sum(path.startswith("/dossiers/") for path in told) == 2
    centre = pages(named, named.visitor(LYON))
    assert {"/changements reseau.xlsx", "/changements crpv-lyon.xlsx"} <= centre.keys()
    assert [path for path, page in centre.items() if "Dupont" in page] == []
    assert sum("réservé à l’agence</li>" in page for page in centre.values()) == 2, "said so"


def test_a_straight_apostrophe_finds_the_curly_one_that_was_typed(named: Portal) -> None:
    library = Library(named.source)
    for asked in ("d'Ozempic", "d’ozempic"):
        assert library.find(OF_AGENCY, DossierSearch(q=asked)).total == 2


def test_a_name_that_is_masked_can_be_neither_chosen_nor_found(named: Portal) -> None:
    library = Library(named.source)
    assert NAME in library.choices("agence").situations
    assert all(one.startswith("SIT-") for one in library.choices("reseau").situations)
    for asked in (DossierSearch(situation=NAME), DossierSearch(q="dupont")):
        assert library.find(OF_AGENCY, asked).total == 2
        assert library.find(OF_NETWORK, asked).total == 0
    mask = named.source.policy.mask
    assert library.find(OF_NETWORK, DossierSearch(situation=mask)).total == 0
    network = library.find(OF_NETWORK, DossierSearch()).lines
    assert sum(line.situation_text == mask for line in network) == 2
    counted = counted_of(named.source).indicators["reseau"].blocks
    (block,) = (one for one in counted if "plus signalées" in one.title)
    assert block.lines
    assert all(str(line[0]).startswith("SIT-") for line in block.lines)


def test_a_name_with_blanks_is_linked_whole(named: Portal) -> None:
    page = named.visitor(AGENCE).get("/indicateurs").text
    assert f'href="/dossiers?situation={quote(NAME)}"' in page


def test_a_workbook_that_the_centre_fetches_has_no_such_name(named: Portal, tmp_path: Path) -> None:

    visitor = named.visitor(LYON)
    for link in visitor.file_links().values():
        file = tmp_path / "classeur.xlsx"
        file.write_bytes(visitor.get(link).content)
        with zipfile.ZipFile(file) as book:
            assert not any(b"Dupont" in book.read(name) for name in book.namelist())
