"""The register through its commands: from what declarants send to what people decide of it."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from cli.app import call
from sandbox.generator.generate import generate
from steps.judge.acts import register_of
from steps.judge.situations import members
from steps.read.erasure import erase
from steps.read.retention import REASON
from steps.wiring.case_files import reports_of
from steps.wiring.services import now, open_services
from store.dossiers.absences import Deletion
from tests.conftest import Bridge, bridge_on
from tests.steps.answering import Exchange
from triage.registre.register import Register

SUBSTANCES = ("néfopam", "fentanyl", "codéine", "topiramate", "baclofène", "morphine")
PLAIN = next(one for one in generate(20, seed=3) if one.planted.kind.startswith("plain"))
BY = ("--by", "Anne Durand", "--motif", "Vu en séance")
LEVEL = ("--niveau", "Modéré", "--justification", "Quelques cas graves, exposition limitée.")
TEXTS = (
    *("--titre", "Comprimés injectés", "--usage-autorise", "Voie orale"),
    *("--usage-constate", "Voie injectable", "--risque", "avéré", "--pilote", "Anne Durand"),
)


def reports(*substances: str, first: int) -> list[Any]:
    """A dossier of each substance, alike but for it."""
    return [
        replace(
            PLAIN,
            number=first + at,
            answers={**PLAIN.answers, 15: [{**PLAIN.answers[15][0], 152: "", 154: name}]},
        )
        for at, name in enumerate(substances)
    ]


@pytest.fixture(scope="module")
def bridge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bridge]:
    """One bridge for all: each test has a substance of its own, with two dossiers."""
    each = [name for name in SUBSTANCES for _ in range(2)]
    with bridge_on(tmp_path_factory.mktemp("registre"), reports(*each, first=24_000_100)) as made:
        Exchange(made).answer()
        yield made


@pytest.fixture(scope="module")
def untouched(bridge: Bridge) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Situations of which nobody did anything."""
    with open_services(bridge.settings) as services:
        return iter(list(members(services).items()))


@pytest.fixture
def situation(untouched: Iterator[tuple[str, tuple[int, ...]]]) -> tuple[str, tuple[int, ...]]:
    """One of them, with its dossiers."""
    return next(untouched)


@pytest.fixture
def unc(
    bridge: Bridge, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Any]:
    for name, value in bridge.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("COLUMNS", "250")

    def type_(*words: str, refused: bool = False) -> Any:
        capsys.readouterr()
        assert call([*words, "--json"]) == (2 if refused else 0)
        told = json.loads(capsys.readouterr().out)
        return told["error"] if refused else told

    return type_


def register(bridge: Bridge) -> Register:
    with open_services(bridge.settings) as services:
        return register_of(services)


def held(bridge: Bridge, *numbers: int) -> list[Any]:
    """What annotation 923 of some dossiers holds."""
    with open_services(bridge.settings) as services:
        return [
            one.annotations["risque_retenu"].value for one in reports_of(services, numbers=numbers)
        ]


def where(bridge: Bridge, *numbers: int) -> set[str | None]:
    with open_services(bridge.settings) as services:
        rows = services.store.situations.reports(services.demarche)
        return {rows[number].situation for number in numbers}


@pytest.mark.slow
def test_a_grouping_is_a_proposal_until_a_person_validates_it(
    unc: Callable[..., Any], situation: tuple[str, tuple[int, ...]]
) -> None:
    name, numbers = situation
    shown = unc("registre", "show", name)
    assert (shown["state"], shown["dossiers"]) == ("À valider", list(numbers))
    assert shown["confirmed"] == []
    assert {one["person"] for one in shown["acts"]} == {"passerelle"}
    told = unc("registre", "validate", name, *LEVEL, *TEXTS[2:], *BY, refused=True)
    assert told == "Titre public : à donner."
    unc("registre", "validate", name, *LEVEL, *TEXTS, *BY)
    after = unc("registre", "show", name)
    assert (after["state"], after["confirmed"]) == ("En évaluation", list(numbers))
    assert unc("situations", "show", name)["confirmed"] == list(numbers)
    old = ("--vu", str(shown["last"]))
    told = unc("registre", "close", name, "--conclusion", "non confirmée", *old, *BY, refused=True)
    assert "validation (Anne Durand)" in told
    unc("registre", "measure", "add", name, "--type", "communiqué", *BY)
    moved = unc("registre", "measure", "move", "MES-0001", "--etat", "mise en œuvre", *BY)
    assert moved["state"] == "mise en œuvre"
    assert unc("registre", "show", name)["state"] == "Suivi de l’impact"
    (year,) = unc("registre", "years")["years"]
    assert (year["identified"], year["measured"], year["share"]) == ([name], [name], 100)
    assert year["provisional"]


@pytest.mark.slow
def test_a_merge_moves_the_dossiers_and_undoing_it_brings_them_back(
    bridge: Bridge,
    unc: Callable[..., Any],
    untouched: Iterator[tuple[str, tuple[int, ...]]],
) -> None:
    (one, mine), (into, theirs) = next(untouched), next(untouched)
    unc("registre", "merge", one, into, *BY)
    assert where(bridge, *mine, *theirs) == {into}
    assert unc("registre", "show", one)["merged_into"] == into
    Exchange(bridge).answer()
    assert where(bridge, *mine) == {into}, "no run undoes it"
    unc("registre", "undo", one, *BY)
    assert (where(bridge, *mine), where(bridge, *theirs)) == ({one}, {into})
    Exchange(bridge).answer()
    assert (where(bridge, *mine), where(bridge, *theirs)) == ({one}, {into})
    verbs = [act["verb"] for act in unc("registre", "show", one)["acts"]]
    assert {"fusion", "annulation"} < {*verbs}
    unc("situations", "merge", one, into)
    assert register(bridge).situations[one].merged_into == into
    new = unc("situations", "split", into, str(mine[0]))["situation"]
    assert register(bridge).situations[new].dossiers == (mine[0],)


@pytest.mark.slow
def test_annotation_907_is_an_act_of_a_person(
    bridge: Bridge, unc: Callable[..., Any], situation: tuple[str, tuple[int, ...]]
) -> None:
    name, (number, *_) = situation
    bridge.sandbox.control.annotate(number, {907: "Affaire X"})
    Exchange(bridge).answer()
    shown = unc("registre", "show", "affaire x")
    assert shown["dossiers"] == shown["confirmed"] == [number]
    assert {act["door"] for act in shown["acts"]} == {"annotation"}
    assert unc("registre", "show", name)["acts"][-1]["new"]["situation"] == "Affaire X"


@pytest.mark.slow
def test_7_the_annotation_proposes_a_level_and_another_is_shown_to_disagree(
    bridge: Bridge,
    unc: Callable[..., Any],
    situation: tuple[str, tuple[int, ...]],
    capsys: pytest.CaptureFixture[str],
) -> None:
    name, (first, second) = situation
    bridge.sandbox.control.annotate(first, {923: "Élevé"})
    Exchange(bridge).answer()
    assert held(bridge, first, second) == ["Élevé", None]
    shown = unc("registre", "show", name)["proposed_level"]
    assert (shown["level"], shown["source"]) == ("Élevé", "annotation des dossiers")
    bridge.sandbox.control.annotate(second, {923: "Modéré"})
    Exchange(bridge).answer()
    assert unc("registre", "show", name)["proposed_level"]["level"] == "Élevé"
    short = ("--niveau", "Modéré", "--justification", "Non.")
    told = unc("registre", "validate", name, *short, *TEXTS, *BY, refused=True)
    assert "Justification du niveau" in told
    unc("registre", "validate", name, *LEVEL, *TEXTS, *BY)
    level = unc("registre", "show", name)["level"]
    assert (level["niveau"], level["proposé"]) == ("Modéré", "Élevé")
    assert call(["registre", "show", name]) == 0
    assert "Élevé (annotation des dossiers), différent de celui" in capsys.readouterr().out
    Exchange(bridge).answer()
    assert held(bridge, first, second) == ["Élevé", "Modéré"], "the bridge never writes it"


def test_9_a_purge_leaves_the_page_the_acts_and_the_year(
    bridge: Bridge, unc: Callable[..., Any], situation: tuple[str, tuple[int, ...]]
) -> None:
    name, numbers = situation
    unc("registre", "validate", name, *LEVEL, *TEXTS, *BY)
    before, year = unc("registre", "show", name), unc("registre", "years")
    with open_services(bridge.settings) as services, services.store.lock(services.demarche):
        gone = [Deletion(number=one, deleted_at=now(), reason=REASON) for one in numbers]
        erase(services, gone)
        acts = services.store.acts.list(services.demarche)
    after = unc("registre", "show", name)
    assert (after["acts"], after["dossiers"]) == (before["acts"], before["dossiers"])
    assert (after["state"], after["fields"]) == (before["state"], before["fields"])
    assert unc("registre", "years") == year
    told = json.dumps([[*one.former.values(), *one.new.values()] for one in acts])
    assert str(PLAIN.answers[17]) not in told, "no text of a declarant is in an act"
    Exchange(bridge).answer()
    assert where(bridge, *numbers) == {name}, "what DS shows again is where it was confirmed"


@pytest.mark.slow
def test_2_a_dossier_joins_the_situation_that_a_signal_opened(
    bridge: Bridge, unc: Callable[..., Any]
) -> None:
    told = (
        *("--type", "association de patients", "--organisme", "Association Douleur"),
        *("--population", " ; ".join(PLAIN.answers[26]), "--substance", "Kétamine"),
        *("--resume", "Usage rapporté par des adhérents."),
    )
    refused = unc("registre", "signal", "add", "--type", "entreprise", *told[2:], *BY, refused=True)
    assert "jamais ici" in refused
    texts = (*told[:-1], "Appeler Mme Martin au 06 12 34 56 78.")
    assert unc("registre", "signal", "add", *texts, *BY, refused=True).startswith("Résumé : ")
    waits = unc("registre", "signal", "add", *told, *BY)
    assert waits["situation"] is None
    name = unc("registre", "signal", "place", waits["id"], "--nouvelle", *BY)["situation"]
    shown = unc("registre", "show", name)
    assert (shown["state"], shown["dossiers"]) == ("À valider", [])
    unc("registre", "validate", name, *LEVEL, *TEXTS, *BY)
    assert name in unc("registre", "years")["years"][-1]["identified"]
    known = set(register(bridge).situations)
    (seed,) = reports("kétamine", first=24_000_900)
    assert bridge.sandbox.control.create(bridge.sandbox.demarche, seed) == seed.number
    bridge.sandbox.control.submit(seed.number, {17: "Un autre titre, plus précis"})
    Exchange(bridge).answer()
    assert where(bridge, 24_000_900) == {name}
    assert set(register(bridge).situations) == known, "no new id"
    again = unc("registre", "signal", "add", *told, *BY)
    assert again["likeliest"][0]["situation"] == name
    assert "substance" in again["likeliest"][0]["agreeing"]
    ranked = {one["situation"]: one for one in unc("classement", "list")["situations"]}
    lines = {one["line"]: one["points"] for one in ranked[name]["score"]["lines"]}
    assert lines["Types de source"] == 1


def test_trying_a_ranking_writes_nothing(
    bridge: Bridge, unc: Callable[..., Any], tmp_path: Any
) -> None:
    with open_services(bridge.settings) as services:
        before = services.store.acts.list(services.demarche)
    file = tmp_path / "classement.yaml"
    file.write_text("version: essai\nlines:\n  Rien: [{input: deces, points: 7}]\n")
    moves = unc("classement", "try", str(file))["moves"]
    assert {one["after"]["score"]["most"] for one in moves} == {7}
    with open_services(bridge.settings) as services:
        assert services.store.acts.list(services.demarche) == before


def test_pages_for_people_are_shown(
    bridge: Bridge, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in {**bridge.environment, "COLUMNS": "250"}.items():
        monkeypatch.setenv(name, value)
    first = min(register(bridge).situations)
    for words in (
        ("registre", "list"),
        ("registre", "list", "--au", "2020-01-01", "--connu-le", "2020-01-01"),
        ("registre", "show", first),
        ("registre", "years"),
        ("registre", "signal", "list"),
        ("classement", "list"),
    ):
        assert call([*words]) == 0
        shown = capsys.readouterr().out
        assert shown
        assert "None" not in shown
