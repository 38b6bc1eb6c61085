"""The portal of a second form, which asks neither for measures nor for a day of awareness."""

from collections.abc import Iterator

import pytest

from cli.portal.source import source_of
from portal.dossiers.figures import counted_of
from settings import Settings
from steps.run import run_once
from steps.wiring.services import connect, open_services
from steps.wiring.summary import Summary
from store.staff.lines import LineQuery
from tests.portal.conftest import AGENCE, LYON, Portal, add_account, served
from tests.steps import test_second_form as second

sandbox, settings = second.sandbox, second.settings


@pytest.fixture
def portal_of_errors(settings: Settings) -> Iterator[Portal]:
    """A portal of the second form."""
    with connect(settings, make=True) as services:
        run_once(services, Summary())
    with open_services(settings) as services:
        source = source_of(services)
        for email, role in ((AGENCE, "agence"), (LYON, "centre:lyon")):
            add_account(source, email, role)
        with served(source) as portal:
            yield portal


@pytest.mark.slow
def test_pages_leave_out_what_the_form_does_not_ask(portal_of_errors: Portal) -> None:
    source = portal_of_errors.source
    for of_audience in counted_of(source).indicators.values():
        titles = [block.title for block in of_audience.blocks]
        assert "Complétude des dossiers" in titles
        assert not any("connaissance" in title or "esure" in title for title in titles)
    assert source.store.lines.count(source.demarche, LineQuery("agence")) == len(second.DOSSIERS)
    for email in (AGENCE, LYON):
        visitor = portal_of_errors.visitor(email)
        for path in ("/exports", "/changements", "/dossiers", "/indicateurs"):
            answer = visitor.get(path)
            assert answer.status_code == 200, path
        assert "Délai entre connaissance" not in answer.text
    assert portal_of_errors.visitor(AGENCE).get("/dossiers/70000001").status_code == 200
