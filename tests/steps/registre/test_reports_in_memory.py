"""What pages keep of reports says all that the whole reports say."""

from collections.abc import Iterator

import pytest

from sandbox.generator.generate import generate
from steps.judge.acts import register_of
from steps.judge.situation_descriptions import declared_of
from steps.judge.situations import descriptions
from steps.registre.around import AlreadyRead, Viewpoint, around
from steps.registre.ranking import proposed_level
from steps.registre.reports_in_memory import reports_in_memory
from steps.wiring.case_files import reports_of
from steps.wiring.services import Services, open_services
from tests.conftest import bridge_on
from tests.steps.answering import Exchange
from triage.consumption.expected import expected_of

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    with bridge_on(tmp_path_factory.mktemp("gardes"), generate(40, seed=5)) as bridge:
        Exchange(bridge).answer()
        with open_services(bridge.settings) as opened:
            yield opened


def test_who_is_expected_and_the_level_are_those_of_whole_reports(services: Services) -> None:
    """The page of a situation said that its licence names nobody: the fields were not kept."""
    whole = {one.number: one for one in reports_of(services)}
    kept = reports_in_memory(whole.values(), services.form)
    rules, found = services.form.expectations, set()
    for number, report in whole.items():
        drawn = declared_of(services, report)
        assert declared_of(services, kept[number]) == drawn
        found |= {(one.axis, one.by) for one in expected_of([drawn], [], rules)}
        level = proposed_level(services, [number])
        assert proposed_level(services, [number], known=kept) == level
    assert {axis for axis, _ in found} == {"age", "sexe", "prescripteur"}
    assert ("age", "autorisation") in found, "or the licence's own words are not looked at"


def test_what_is_around_a_situation_is_the_same(services: Services) -> None:
    register, asked = register_of(services), Viewpoint()
    acts = services.store.acts.list(services.demarche)
    whole = {one.number: one for one in reports_of(services)}
    known = AlreadyRead(
        acts, register, reports_in_memory(whole.values(), services.form), descriptions(services)
    )
    names = [*register.situations]
    assert names
    read, kept = around(services, names, asked), around(services, names, asked, known=known)
    for name in names:
        for told in ("facts", "substances", "signals", "days", "medicines", "sold", "effects"):
            assert getattr(kept[name], told) == getattr(read[name], told), (name, told)
