"""What people decide of situations, on a dossier and by command: the latest act wins."""

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cli.app import call
from cli.situations.followup import show_days_to_measure, show_median
from french.text import fold
from sandbox.generator.generate import generate
from steps.follow.consumption_load import load_file
from steps.judge.situation_decisions import confirm, merge, split
from steps.judge.situations import descriptions, members
from steps.wiring.services import open_services
from tests.conftest import Bridge, bridge_on
from tests.steps.answering import Exchange
from triage.situations.followup import delays

SUBSTANCES = (
    "néfopam",
    "fentanyl",
    "codéine",
    "topiramate",
    "baclofène",
    "quétiapine",
    "colchicine",
    "prégabaline",
)
EACH = 3
PLAIN = next(one for one in generate(20, seed=3) if one.planted.kind.startswith("plain"))
SEEDS = [
    replace(
        PLAIN,
        number=24_000_100 + at,
        answers={
            **PLAIN.answers,
            15: [{**PLAIN.answers[15][0], 152: "", 154: SUBSTANCES[at // EACH]}],
        },
    )
    for at in range(EACH * len(SUBSTANCES))
]
"""Reports of one company on several substances, three on each: all may be changed by declarants."""


@pytest.fixture(scope="module")
def bridge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bridge]:
    """One bridge for all: each test has a situation of its own to act on."""
    with bridge_on(tmp_path_factory.mktemp("situations"), SEEDS) as made:
        run(made)
        yield made


def run(bridge: Bridge) -> None:
    """A run without its workbooks."""
    Exchange(bridge).answer()


def placed(bridge: Bridge) -> dict[str, tuple[int, ...]]:
    with open_services(bridge.settings) as services:
        return dict(members(services))


def where(bridge: Bridge, number: int) -> str:
    return next(name for name, numbers in placed(bridge).items() if number in numbers)


def decide(bridge: Bridge, how: Callable[..., Any], *words: Any, **more: Any) -> Any:
    with open_services(bridge.settings) as services, services.store.lock(services.demarche):
        return how(services, *words, **more)


def annotate(bridge: Bridge, number: int, text: str | None) -> None:
    """A person writes annotation « Situation » of a dossier; the bridge then runs."""
    bridge.sandbox.control.annotate(number, {907: text})
    run(bridge)


@pytest.fixture(scope="module")
def untouched() -> Iterator[str]:
    """Substances that no test acted on."""
    return iter([fold(name) for name in SUBSTANCES[1:]])


@pytest.fixture
def big(bridge: Bridge, untouched: Iterator[str]) -> tuple[str, tuple[int, ...]]:
    """A situation that no other test acts on, and its reports."""
    return next((name, numbers) for name, numbers in _of(bridge, next(untouched)).items())


def _of(bridge: Bridge, substance: str) -> dict[str, tuple[int, ...]]:
    with open_services(bridge.settings) as services:
        told = descriptions(services)
        return {
            name: numbers
            for name, numbers in members(services).items()
            if told[numbers[0]].medicines == (substance,)
        }


@pytest.mark.slow
def test_a_split_outlives_an_older_annotation_and_yields_to_a_newer_one(
    bridge: Bridge, big: tuple[str, tuple[int, ...]]
) -> None:
    name, (one, another, *_) = big
    annotate(bridge, one, name.lower())
    new = decide(bridge, split, name, [one])
    annotate(bridge, another, "Autre nom")
    assert where(bridge, one) == new
    bridge.sandbox.control.submit(one, {17: "Un autre titre, plus précis que le premier"})
    run(bridge)
    assert where(bridge, one) == new, "its description was drawn again, its annotation is as old"
    decide(bridge, confirm, new)
    annotate(bridge, another, None)
    assert where(bridge, one) == new
    annotate(bridge, one, f" {name}  ")
    assert where(bridge, one) == name, "the annotation was written again after the split"


@pytest.mark.slow
def test_an_annotation_that_is_cleared_and_written_again_wins(
    bridge: Bridge, big: tuple[str, tuple[int, ...]]
) -> None:
    name, (one, *_) = big
    annotate(bridge, one, name.lower())
    new = decide(bridge, split, name, [one])
    annotate(bridge, one, None)
    assert where(bridge, one) == new
    annotate(bridge, one, name.lower())
    assert where(bridge, one) == name


@pytest.mark.slow
def test_the_annotation_says_what_the_situation_is_about_and_is_read_by_its_id(
    bridge: Bridge, big: tuple[str, tuple[int, ...]]
) -> None:
    name, (one, another, *_) = big
    shown = bridge.sandbox.control.snapshot(one)["annotations"]["907"]
    known, dash, title = shown.partition(" — ")
    assert (known, dash) == (name, " — ")
    with open_services(bridge.settings) as services:
        told = descriptions(services)[one]
        assert fold(title).startswith(fold(told.medicines[0].split()[0])[:4])
    new = decide(bridge, split, name, [another])
    annotate(bridge, another, f"{name} — comme je l'appelle")
    assert where(bridge, another) == name
    annotate(bridge, another, f"{new.lower()} : {title}")
    assert where(bridge, another) == new
    run(bridge)
    assert bridge.sandbox.control.snapshot(one)["annotations"]["907"] == shown
    assert placed(bridge).keys() >= {name, new}


@pytest.mark.slow
def test_a_merge_outlives_an_older_annotation(
    bridge: Bridge, big: tuple[str, tuple[int, ...]]
) -> None:
    name, (one, *_) = big
    other = next(found for found in placed(bridge) if found != name)
    annotate(bridge, one, name.lower())
    new = decide(bridge, split, name, [one])
    decide(bridge, merge, new, into=other)
    bridge.sandbox.control.submit(one, {17: "Un autre titre, plus précis que le premier"})
    run(bridge)
    assert where(bridge, one) == other


@pytest.fixture
def unc(
    bridge: Bridge, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., str]:
    for name, value in bridge.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("COLUMNS", "250")

    def type_(*words: str) -> str:
        capsys.readouterr()
        code = call([*words])
        assert code == 0, f"code {code}"
        return capsys.readouterr().out

    return type_


@pytest.fixture
def failing(unc: Callable[..., str], capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    def type_(*words: str) -> str:
        with pytest.raises(AssertionError, match="code 2"):
            unc(*words)
        return " ".join(capsys.readouterr().err.split())

    return type_


def test_what_was_confirmed_is_shown(
    unc: Callable[..., str], big: tuple[str, tuple[int, ...]]
) -> None:
    name, numbers = big
    unc("situations", "confirm", name)
    assert json.loads(unc("situations", "show", name, "--json"))["confirmed"] == list(numbers)


def test_an_annotation_that_a_command_sets_aside_is_told(
    bridge: Bridge, unc: Callable[..., str], big: tuple[str, tuple[int, ...]]
) -> None:
    name, (one, *_) = big
    annotate(bridge, one, name.lower())
    new = json.loads(unc("situations", "split", name, str(one), "--json"))["situation"]
    assert f"annotation plus ancienne « {name.lower()} »" in unc("situations", "show", new)


@pytest.fixture
def tables(bridge: Bridge) -> Iterator[Path]:
    """Where consumption tables are put; nothing is left there."""
    folder = bridge.home / "consommation"
    folder.mkdir()
    yield folder
    shutil.rmtree(folder)


def open_medic(folder: Path, year: int, rows: dict[str, int], *, accepted: bool = False) -> None:
    """Load a year of the complete base; a large other substance keeps its total plausible."""
    lines = ["ATC5;L_ATC5;CIP13;AGE;SEXE;BEN_REG;PSP_SPE;BOITES;REM;BSE"]
    for place, (substance, boxes) in enumerate({"TOUT LE RESTE": 900_000, **rows}.items()):
        code, cip = f"Z99AA{place:02}", f"34009990000{place:02}"
        lines.append(f"{code};{substance};{cip};20;2;11;1;{boxes};{boxes},00;{boxes},00")
    path = folder / f"open_medic_{year}.csv"
    path.write_text("\r\n".join(lines), encoding="cp1252")
    load_file(path, folder.parent, accepted=accepted)


@pytest.fixture
def known(bridge: Bridge) -> tuple[str, str]:
    """A situation and its substance."""
    return next(iter(_of(bridge, "nefopam"))), "nefopam"


def test_signals_and_gaps_are_shown_beside_their_situations(
    tables: Path, unc: Callable[..., str], known: tuple[str, str]
) -> None:
    situation, substance = known
    for year, boxes in zip(range(2019, 2025), (1000, 1010, 990, 1005, 995, 9000), strict=True):
        written = {f"{substance.upper()} CHLORHYDRATE": boxes, "AUTRE": 1000 + year % 3}
        open_medic(tables, year, written)
    populations = f"substance;population_cible;population_rejointe\n{substance};100;250\n"
    (tables / "populations.csv").write_text(populations, encoding="utf-8")
    found = json.loads(unc("situations", "consumption", "--json"))
    assert [one["substance"] for one in found["signals"]] == [substance]
    assert situation in found["signals"][0]["situations"]
    assert situation in found["gaps"][0]["situations"]
    beside = json.loads(unc("situations", "show", situation, "--json"))["consumption"]
    assert (beside["signals"], beside["gaps"]) == (found["signals"], found["gaps"])
    profile = beside["profile"]
    assert (profile["boxes"]["2024"], profile["growth"][0]["grows"]) == (9000, True)
    judged = {(one["axis"], one["code"]): (one["by"], one["apart"]) for one in profile["receivers"]}
    assert judged == {  # the licence has « chez l'enfant », reports name psychiatrists
        ("age", "20"): ("autorisation", True),
        ("prescripteur", "1"): ("signalement", True),
        ("sexe", "2"): ("autorisation", False),
    }
    for words, told in (
        (("consumption",), "1 signal(aux) de consommation"),
        (("show", situation), "au-dessus de l'intervalle (q < 0,001)"),
    ):
        shown = unc("situations", *words)
        assert told in " ".join(shown.split())
        assert "9\u202f000" in shown
        assert "2,50" in shown
        assert "Open Medic, Assurance maladie, édition 2024" in " ".join(shown.split())
        assert shown.count(situation) >= 2


def test_too_few_years_are_told_and_are_no_good_news(
    tables: Path, unc: Callable[..., str], known: tuple[str, str]
) -> None:
    situation, substance = known
    assert "Aucune table de consommation chargée" in unc("situations", "show", situation)
    for year in range(2020, 2025):
        open_medic(tables, year, {substance: 10})
    for words in (("consumption",), ("show", situation)):
        shown = unc("situations", *words)
        assert "il faut au moins 5 années avant la dernière, et il y en a 4" in " ".join(
            shown.split()
        )
        assert "0 signal" not in shown
    found = json.loads(unc("situations", "consumption", "--json"))
    assert (found["past_years"], found["past_years_needed"]) == (4, 5)


def test_what_is_not_published_of_a_situation_is_out_of_scope_and_no_zero(
    tables: Path, unc: Callable[..., str], known: tuple[str, str]
) -> None:
    situation, substance = known
    for year in (2022, 2024):
        # Fewer rows than the year before: a person says that the file is whole.
        open_medic(tables, year, {substance: 10} if year == 2022 else {}, accepted=True)
    shown = " ".join(unc("situations", "show", situation).split())
    assert "│ Boîtes │ 10 │ hors champ │" in shown
    shutil.rmtree(tables)
    tables.mkdir()
    open_medic(tables, 2024, {})
    shown = " ".join(unc("situations", "show", situation).split())
    assert "Hors champ : aucune boîte remboursée en ville" in shown
    assert "Open Medic, Assurance maladie, édition 2024" in shown


def test_a_table_that_nobody_loaded_is_told(tables: Path, unc: Callable[..., str]) -> None:
    (tables / "open_medic_2023.csv").write_text("CIP13;BOITES\n", encoding="utf-8")
    shown = unc("situations", "consumption")
    assert "n'est pas chargé : unc conso load UNC_HOME/consommation/open_medic_2023.csv" in shown


def test_links_are_shown_with_the_titles_of_fields(bridge: Bridge, unc: Callable[..., str]) -> None:
    links = json.loads(unc("situations", "duplicates", "--json"))["links"]
    link = next(one for one in links if "date_connaissance" in one["agreeing"])
    shown = unc("situations", "show", where(bridge, link["number"]))
    assert "date_connaissance" not in shown
    assert "Date de connaissance" in shown
    assert "Référence interne : 1,00 × 4,00" in shown


def test_copies_are_told_with_the_one_to_keep(unc: Callable[..., str]) -> None:
    found = json.loads(unc("situations", "duplicates", "--json"))
    groups = {(one["master"], *one["others"]) for one in found["copies"]}
    assert tuple(one.number for one in SEEDS[:EACH]) in groups
    assert "Le mieux documenté" in unc("situations", "duplicates")


@pytest.mark.parametrize(
    ("days", "shown"), [(None, "–"), (0, "0"), (12, "12"), (-44, "avant la connaissance")]
)
def test_a_measure_before_awareness_is_told_in_words(days: int | None, shown: str) -> None:
    assert show_days_to_measure(days) == shown


def test_a_median_has_a_decimal_comma() -> None:
    assert show_median(delays([163, 164])) == "163,5"
    assert show_median(delays([1600])) == "1\u202f600"
    assert show_median(delays([])) == "–"


@pytest.mark.slow
def test_a_kill_before_the_proposal_is_healed_by_the_next_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with bridge_on(tmp_path, SEEDS[:EACH]) as made:
        with monkeypatch.context() as patch:
            patch.setattr("steps.judge.situations._propose", killed)
            with pytest.raises(KeyboardInterrupt):
                run(made)
        assert placed(made) == {}
        run(made)
        assert placed(made)


@pytest.mark.slow
def test_a_kill_before_the_proposal_loses_nothing_that_a_person_decided(
    bridge: Bridge, big: tuple[str, tuple[int, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    name, (one, *_) = big
    annotate(bridge, one, "Affaire X")
    assert where(bridge, one) == "Affaire X"
    with monkeypatch.context() as patch:
        patch.setattr("steps.judge.situations._propose", killed)
        for _ in range(2):
            with pytest.raises(KeyboardInterrupt):
                annotate(bridge, one, name)
    run(bridge)
    assert where(bridge, one) == name, "the bridge's own name, that a person wrote back"
    bridge.sandbox.control.submit(one, {17: "Un autre titre, plus précis que le premier"})
    run(bridge)
    assert where(bridge, one) == name
