"""« Ce n'est pas un patient », said on the card of a dossier: by the agency, and written down."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from cli.portal.source import source_of
from sandbox.generator.generate import generate
from steps.wiring.services import open_services
from tests.conftest import bridge_on
from tests.portal.conftest import ADMIN, AGENCE, LYON, ROLES, Portal, add_account, plain, served

PLAIN = next(one for one in generate(20, seed=3) if one.planted.kind.startswith("plain"))
NUMBER = 24_000_201
NATIONAL = {31: ["Nationale"], 33: []}
TEXT = (
    "Avis recueilli auprès du patient Paul <b>Lefebvre</b>, 72 ans, et de Mme Anne Exempla, 67 ans."
)
CARD, SAY = f"/dossiers/{NUMBER}", f"/dossiers/{NUMBER}/passages"


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory, light_columns: Path) -> Iterator[Portal]:
    seed = replace(PLAIN, number=NUMBER, answers={**PLAIN.answers, 25: TEXT})
    folder = tmp_path_factory.mktemp("passages")
    with bridge_on(folder, [seed], columns=light_columns) as bridge:
        bridge.run()
        with open_services(bridge.settings) as services:
            source = source_of(services)
            for email, role in ROLES.items():
                add_account(source, email, role)
            with served(source) as portal:
                yield replace(portal, bridge=bridge)


def codes(page: str) -> list[str]:
    return re.findall(r'name="code" value="([^"]+)"', page)


@pytest.mark.slow
def test_the_agency_says_that_a_passage_is_no_patient_s_and_takes_it_back(asked: Portal) -> None:
    agency = asked.visitor(AGENCE)
    page = agency.get(CARD).text
    shown = plain(page)
    code, *others = codes(page)
    assert others, "both passages"
    assert "<b>Lefebvre" not in page
    assert "Nom ou prénom d’un patient probable" in shown
    assert shown.count("Ce n’est pas un patient<") == len(codes(page))
    stale = agency.form(CARD, SAY, holding=code)
    done = agency.post(SAY, **agency.form(CARD, SAY, holding=code), geste="montrer")
    assert done.url.endswith(f"{CARD}#patients")
    assert f"montré : pas un patient, dit {AGENCE}" in plain(done.text)
    assert "ces mots ne désignent pas un patient" in done.text
    late = asked.visitor(ADMIN)
    refused = late.post(SAY, **stale | {"jeton": late.token(CARD)}, geste="montrer")
    assert refused.status_code == 409
    assert f"<ins>montré : {AGENCE}</ins>" in plain(refused.text)
    journal = plain(asked.visitor(ADMIN).get("/journal").text)
    assert "Passage dit sans patient" in journal
    assert f"dossier {NUMBER}, passage {code}" in journal
    assert "Lefebvre" not in journal
    assert asked.bridge
    asked.bridge.run()
    with open_services(asked.bridge.settings) as services:
        said = services.store.not_patients.of(services.demarche, NUMBER)
    assert [(one.code, one.said_by) for one in said] == [(code, AGENCE)]
    again = agency.post(SAY, **agency.form(CARD, SAY, holding=code), geste="masquer")
    assert f"pas un patient, dit {AGENCE}" not in plain(again.text)
    asked.bridge.run()


@pytest.mark.slow
def test_nobody_else_reads_or_says_it_nor_by_a_form_of_another_site(asked: Portal) -> None:
    agency, centre = asked.visitor(AGENCE), asked.visitor(LYON)
    code = codes(agency.get(CARD).text)[0]
    page = centre.get(CARD)
    assert page.status_code in {200, 404}
    assert not codes(page.text)
    token = centre.token("/exports")
    assert centre.post(SAY, jeton=token, code=code, geste="montrer").status_code == 403
    refused = plain(asked.visitor(ADMIN).get("/journal").text)
    assert "Accès refusé" in refused
    assert asked.visitor().post(SAY, jeton="", code=code, geste="montrer").status_code == 401
    assert agency.post(SAY, jeton="", code=code, geste="montrer").status_code == 403
    forged = agency.session.post(
        asked.url + SAY,
        data={"jeton": agency.token(CARD), "code": code, "geste": "montrer"},
        headers={"Sec-Fetch-Site": "cross-site"},
        timeout=30,
    )
    assert forged.status_code == 403
    mine = agency.token(CARD)
    assert agency.post(SAY, jeton=mine, code="0" * 12, geste="montrer").status_code == 404
    assert agency.post("/dossiers/1/passages", jeton=mine, code=code).status_code == 404
    assert agency.post(SAY, jeton=mine, code=code, geste="autre").status_code == 400
    assert asked.bridge
    with open_services(asked.bridge.settings) as services:
        with services.store.lock(services.demarche):
            busy = agency.post(SAY, **agency.form(CARD, SAY), geste="montrer")
            assert busy.status_code == 409
            assert "Passage en cours" in busy.text
        assert services.store.not_patients.of(services.demarche, NUMBER) == ()
