"""Two people send the same form at once, each to a portal of its own on one base: one acts."""

import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from cli.portal.source import source_of
from portal.source import now
from sandbox.generator.generate import generate
from settings import ROOT
from steps.judge.acts import today
from steps.registre import committee, questions
from steps.registre.acting import Acting
from steps.wiring.services import open_services
from tests.conftest import bridge_on
from tests.portal.conftest import ADMIN, AGENCE, LYON, Portal, Visitor, add_account, served
from tests.portal.registre.test_situations import GIVEN, listed
from tests.portal.test_rules import NAME, candidate
from tests.store.conftest import (  # noqa: F401 (fixtures)
    new_postgres_url,
    postgres,
)
from triage.registre.acts import By, Verb

OTHER = "autre@ansm.example.fr"
SECOND = "lyon2@crpv.example.fr"
BY = Acting(By(AGENCE, "portail"))


@pytest.fixture(
    scope="module",
    params=[
        pytest.param("sqlite", marks=pytest.mark.slow),
        pytest.param("postgresql", marks=pytest.mark.debian),
    ],
)
def two(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Portal, Portal]]:
    """Two portals, as two processes are, on one base."""
    folder = tmp_path_factory.mktemp("courses")
    rules = folder / "unc"
    shutil.copytree(ROOT / "triage/unc", rules)
    changes: dict[str, object] = {"rules": rules, "network_default": "include"}
    if request.param == "postgresql":
        make: Callable[[], str] = request.getfixturevalue("new_postgres_url")
        changes["database_url"] = make()
    made = [one for one in generate(30, seed=3) if not one.archived][:20]
    with bridge_on(folder, made, **changes) as bridge:
        bridge.run()
        with open_services(bridge.settings) as first, open_services(bridge.settings) as second:
            sources = source_of(first), source_of(second)
            people = {ADMIN: "admin", OTHER: "admin", AGENCE: "agence", LYON: "centre:lyon"}
            for email, role in (people | {SECOND: "centre:lyon"}).items():
                add_account(sources[0], email, role)
            with served(sources[0]) as one, served(sources[1]) as other:
                yield replace(one, bridge=bridge), replace(other, bridge=bridge)


def race(
    two: tuple[Portal, Portal], people: tuple[str, str], path: str, page: str, **given: str
) -> list[int]:
    """Both read the page, then send its form at the same moment; what each got."""
    visitors = [portal.visitor(email) for portal, email in zip(two, people, strict=True)]
    forms = [one.form(page, path) for one in visitors]
    ready, got = threading.Barrier(2), list[int]()

    def send(visitor: Visitor, form: dict[str, str]) -> None:
        ready.wait(30)
        answer = visitor.session.post(
            visitor.url + path, data={**form, **given}, timeout=90, allow_redirects=False
        )
        got.append(answer.status_code)

    threads = [
        threading.Thread(target=send, args=pair) for pair in zip(visitors, forms, strict=True)
    ]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    return sorted(got)


def acts(two: tuple[Portal, Portal], verb: Verb) -> int:
    source = two[0].source
    return sum(one.verb is verb for one in source.store.acts.list(source.demarche))


def test_one_of_two_gives_an_opinion_on_a_dossier(two: tuple[Portal, Portal]) -> None:
    source = two[0].source
    number = min(source.store.lines.numbers(source.demarche, "agence"))
    page = f"/dossiers/{number}"
    before = source.store.opinions.last_id(source.demarche)
    given = {"avis": "À surveiller", "commentaire": "vu"}
    assert race(two, (AGENCE, ADMIN), f"{page}/avis", page, **given) == [303, 409]
    assert source.store.opinions.last_id(source.demarche) == before + 1


def test_one_of_two_acts_on_a_situation_a_measure_a_question_and_a_seance(
    two: tuple[Portal, Portal],
) -> None:
    source = two[0].source
    name = listed(two[0].visitor(AGENCE).get("/situations").text)[0]
    both, home = (AGENCE, ADMIN), f"/situations/{name}"
    for path, verb, given in (
        (f"{home}/valider", Verb.VALIDATED, GIVEN),
        (f"{home}/mesure", Verb.MEASURE, {"type": "communiqué", "mode": "prise"}),
        ("/mesures/MES-0001/etat", Verb.MEASURE_STATE, {"etat": "décidée"}),
        (f"{home}/evenement", Verb.EVENT, {"evenement": "Une émission de télévision"}),
        (
            f"{home}/niveau",
            Verb.LEVEL,
            {"niveau": "Élevé", "justification": "Cas graves répétés." * 3},
        ),
        (f"{home}/clore", Verb.CLOSED, {"conclusion": "non confirmée", "motif": "Aucun cas"}),
        (f"{home}/rouvrir", Verb.REOPENED, {"motif": "Un nouvel élément"}),
    ):
        before = acts(two, verb)
        assert race(two, both, path, path, **given) == [303, 409], path
        assert acts(two, verb) == before + 1, path
    asked = source.enter(
        lambda services: questions.ask(
            services, name, {"texte": "Combien de cas ?"}, "lyon", due=today(), acting=BY
        )
    )
    path = f"/questions/{asked.id}/lyon/repondre"
    assert race(two, (LYON, SECOND), path, path, reponse="Trois cas") == [303, 409]
    assert acts(two, Verb.ANSWERED) == 1
    one = source.enter(lambda services: committee.plan(services, today(), BY))
    path = f"/seances/{one.id}/inscrire"
    given = {"situation": name, "question": "Que faire ?", "rapporteur": "Anne Durand"}
    assert race(two, both, path, path, **given) == [303, 409]
    assert acts(two, Verb.AGENDA) == 1


def test_two_people_who_enter_signals_lose_none_and_share_no_number(
    two: tuple[Portal, Portal],
) -> None:
    path = "/signaux/saisir"
    told = {"type": "ordre", "organisme": "Ordre", "substance": "Codéine", "resume": "Achats"}
    assert race(two, (AGENCE, ADMIN), path, path, **told) == [303, 303]
    source = two[0].source
    found = [one for one in source.store.acts.list(source.demarche) if one.verb is Verb.SIGNAL]
    assert len({one.object for one in found}) == len(found) == 2


def test_one_of_two_adopts_a_rule_set_which_both_portals_then_read(
    two: tuple[Portal, Portal],
) -> None:
    visitor, source = two[0].visitor(AGENCE), two[0].source
    assert visitor.get("/regles").status_code == 403
    number = source.store.proposals.add(source.demarche, NAME, candidate(), by=AGENCE, at=now())
    path = f"/regles/{number}"
    assert race(two, (ADMIN, OTHER), path, path, geste="adopter") == [303, 409]
    assert two[0].bridge
    assert (Path(two[0].bridge.settings.rules) / "rules" / NAME).is_file()
    for portal in two:
        versions = portal.source.look_up(
            lambda services: [one.version for one in services.form.rulesets]
        )
        assert "2031.1" in versions or _later(portal)


def _later(portal: Portal) -> bool:
    """The other portal looks again within two seconds."""
    ready = threading.Event()
    for _ in range(40):
        ready.wait(0.1)
        found = portal.source.look_up(lambda s: [one.version for one in s.form.rulesets])
        if "2031.1" in found:
            return True
    return False


def test_the_last_two_administrators_do_not_both_leave(two: tuple[Portal, Portal]) -> None:
    visitors = [portal.visitor(email) for portal, email in zip(two, (ADMIN, OTHER), strict=True)]
    store = two[0].source.store
    forms = [
        one.form("/comptes", "/comptes/role", holding=f'value="{email}"')
        for one, email in zip(visitors, (ADMIN, OTHER), strict=True)
    ]
    ready = threading.Barrier(2)

    def leave(visitor: Visitor, form: dict[str, str]) -> None:
        ready.wait(30)
        visitor.post("/comptes/role", **form, role="agence")

    threads = [
        threading.Thread(target=leave, args=pair) for pair in zip(visitors, forms, strict=True)
    ]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sum(one.role == "admin" for one in store.accounts.list()) >= 1
