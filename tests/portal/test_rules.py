"""A rule-set is proposed by one administrator, tried, and adopted by another one only."""

import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from cli.portal.source import source_of
from settings import ROOT
from steps.wiring.services import open_services
from tests.portal.conftest import ADMIN, AGENCE, Portal, Visitor, add_account, served
from tests.portal.people.test_accounts import plain

SECOND = "seconde@ansm.example.fr"
NEWEST = max((ROOT / "triage/unc/rules").glob("*.yaml"))
NAME = "2031-1.yaml"


@pytest.fixture(scope="module")
def memory(
    portal: Portal, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Portal, Path]]:
    """The portal with a folder of rules of its own, and a second administrator."""
    folder = tmp_path_factory.mktemp("regles") / "unc"
    shutil.copytree(ROOT / "triage/unc", folder)
    assert portal.bridge is not None
    settings = portal.bridge.settings.model_copy(update={"rules": folder})
    add_account(portal.source, SECOND, "admin")
    with open_services(settings) as services, served(source_of(services)) as answering:
        yield replace(answering, bridge=portal.bridge), folder
    portal.source.store.accounts.remove(SECOND)


def candidate() -> str:
    """The rule-set in force, with another version, date of effect and penalties."""
    text = NEWEST.read_text("utf-8")
    text = re.sub(r"(?m)^version: .*$", 'version: "2031.1"', text)
    text = re.sub(r"(?m)^in_force_from: .*$", "in_force_from: 2031-01-01", text)
    return re.sub(r"(?m)(\bpenalty: )[\d.]+", r"\g<1>0.05", text)


def propose(visitor: Visitor, text: str | bytes, name: str = NAME) -> tuple[int, str, str]:
    """Status, address and page of what comes of a file."""
    form = visitor.form("/regles", "/regles")
    answer = visitor.session.post(
        f"{visitor.url}/regles", data=form, files={"fichier": (name, text)}, timeout=60
    )
    return answer.status_code, answer.url.removeprefix(visitor.url), plain(answer.text)


def decide(visitor: Visitor, path: str, action: str) -> tuple[int, str]:
    form = visitor.form(path, path)
    answer = visitor.post(path, **form, geste=action)
    return answer.status_code, plain(answer.text)


@pytest.mark.slow
def test_who_would_change_is_shown_and_another_person_adopts(memory: tuple[Portal, Path]) -> None:
    portal, folder = memory
    one, other = portal.visitor(ADMIN), portal.visitor(SECOND)
    status, path, page = propose(one, candidate())
    assert status == 200
    assert "changeraient" in page
    assert '<td role="cell" data-name="Score">' in page
    assert "Une autre personne de l’administration l’adopte." in page
    refused, told = decide(one, path, "adopter")
    assert refused == 409
    assert "une autre personne" in told
    target = folder / "rules" / NAME
    assert not target.exists()
    stale = other.form(path, path)
    assert decide(other, path, "adopter")[0] == 200
    assert target.read_text("utf-8") == candidate()
    assert NEWEST.read_bytes() == (folder / "rules" / NEWEST.name).read_bytes(), "the former stays"
    assert [one for one in target.parent.iterdir() if one.name.startswith(".")] == []
    late = other.post(path, **stale, geste="ecarter")
    assert late.status_code == 409
    assert "<ins>adopté</ins>" in late.text
    lines = portal.source.store.visits.list(portal.source.demarche, limit=20)
    told_of = {(line.account, line.event, line.file) for line in lines}
    assert {(ADMIN, "rules proposed", NAME), (SECOND, "rules adopted", NAME)} <= told_of
    assert propose(one, candidate().replace("2031", "2032"), NAME)[0] in {200, 409}


@pytest.mark.slow
def test_a_proposal_that_is_declined_changes_nothing(memory: tuple[Portal, Path]) -> None:
    portal, folder = memory
    before = {one.name: one.read_bytes() for one in (folder / "rules").iterdir()}
    one = portal.visitor(ADMIN)
    text = candidate().replace("2031", "2033")
    status, path, _ = propose(one, text, "2033-1.yaml")
    assert status == 200
    assert decide(one, path, "ecarter")[0] == 200
    assert {one.name: one.read_bytes() for one in (folder / "rules").iterdir()} == before


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("../../autre.yaml", candidate(), "n’est pas un nom de fichier de règles"),
        ("regles.py", candidate(), "n’est pas un nom de fichier de règles"),
        ("2034.yaml", "version: [", ""),
        ("2034.yaml", "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n", ""),
        ("2034.yaml", b"\xff\xfe\x00", ""),
        ("2034.yaml", NEWEST.read_text("utf-8"), ""),  # a version and a date that another has
    ],
)
def test_a_file_that_cannot_be_used_is_refused_and_not_kept(
    memory: tuple[Portal, Path], name: str, text: str | bytes, told: str
) -> None:
    portal, _ = memory
    store, demarche = portal.source.store, portal.source.demarche
    before = store.proposals.list(demarche, limit=50)
    status, _, page = propose(portal.visitor(ADMIN), text, name)
    assert status == 409
    assert told in page
    assert store.proposals.list(demarche, limit=50) == before


def test_too_large_a_file_another_role_and_another_site_are_refused(
    memory: tuple[Portal, Path],
) -> None:
    portal, _ = memory
    admin, agency = portal.visitor(ADMIN), portal.visitor(AGENCE)
    assert propose(admin, "a" * 270_000)[0] == 409
    assert propose(admin, "a" * 400_000)[0] == 413
    form = {**admin.form("/regles", "/regles"), "jeton": agency.token("/exports")}
    file = {"fichier": (NAME, candidate())}
    sent = agency.session.post(f"{portal.url}/regles", data=form, files=file, timeout=60)
    assert sent.status_code == 403
    crossed = admin.session.post(
        f"{portal.url}/regles",
        data=admin.form("/regles", "/regles"),
        files=file,
        headers={"Sec-Fetch-Site": "cross-site"},
        timeout=60,
    )
    assert crossed.status_code == 403
