"""`unc rules` and `unc situations` on a store of real dossiers, as staff use them."""

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

from cli.app import call
from sandbox.generator.generate import generate
from steps.judge.situations import decided, members
from steps.wiring.services import open_services

NEXT = (
    ('version: "2026.1"', 'version: "2026.3"'),
    ("in_force_from: 2015-01-01", "in_force_from: 2026-12-01"),
)
RULES = Path(__file__).parents[3] / "triage/unc/rules/2026-1.yaml"


@pytest.fixture(scope="module")
def seeds() -> list[Any]:
    return generate(24, seed=3)


@pytest.fixture
def unc(
    bridge: Callable[..., AbstractContextManager[Any]],
    seeds: list[Any],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Iterator[Callable[..., tuple[int, Any]]]:
    """Types a command with ``--json`` and gives its exit code and its object."""
    with bridge(seeds) as made:
        made.run()
        for name, value in made.environment.items():
            monkeypatch.setenv(name, value)

        def run(*words: str) -> tuple[int, Any]:
            capsys.readouterr()
            code = call([*words, "--json"])
            shown = capsys.readouterr()
            return code, json.loads(shown.out) if shown.out else shown.err

        run.bridge = made  # type: ignore[attr-defined]
        yield run


def edited(tmp_path: Path, *changes: tuple[str, str]) -> str:
    text = RULES.read_text("utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    path = tmp_path / "candidat.yaml"
    path.write_text(text, encoding="utf-8")
    return str(path)


@pytest.mark.slow
def test_rules_are_checked_explained_tried_and_compared(
    unc: Callable[..., tuple[int, Any]],
    seeds: list[Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    code, found = unc("rules", "check")
    assert (code, found["options_known"], found["files"][0]["problems"]) == (0, True, [])

    unknown = edited(tmp_path, ("field: qualite_entreprise", "field: qualité"))
    code, found = unc("rules", "check", unknown)
    assert code == 2
    assert "« qualité » n'existe pas" in found["files"][0]["problems"][0]
    unfit = edited(tmp_path, ("checks: [{check: siret,", "checks: [{check: positive,"))
    assert (
        "(entreprise) ; attendu : nombre, nombre entier"
        in unc("rules", "check", unfit)[1]["files"][0]["problems"][0]
    )
    never = edited(tmp_path, *NEXT, ("includes_any: [Indication]", "includes_any: [Indicatoin]"))
    code, found = unc("rules", "check", never)
    assert code == 1
    assert any("jamais être vraie" in one for one in found["files"][0]["problems"])

    number = next(one.number for one in seeds if one.planted.status == "À compléter")
    code, found = unc("rules", "explain", str(number))
    planted = next(one.planted for one in seeds if one.number == number)
    verdicts = {one["result"]["id"]: one["result"]["verdict"] for one in found["items"]}
    assert verdicts == dict(planted.items)
    assert "champ 6" in found["items"][0]["parts"][0]["source"]
    assert [one["value"] for one in found["scope"]] == ["oui", "oui", "oui", "non"]
    assert found["priority_level"]["level"] == planted.priority
    assert len(unc("rules", "explain", str(number), "--verdicts")[1]["verdicts"]) == 1
    assert unc("rules", "explain", str(number), "--past", "1") == (0, found)
    assert unc("rules", "explain", str(number), "--past", "2")[0] == 2
    assert unc("rules", "explain", "5")[0] == 2

    harder = edited(tmp_path, ('version: "2026.1"', 'version: "essai"'), ("length: 8", "length: 7"))
    code, found = unc("rules", "try", harder)
    assert (code, found["compared"]) == (0, len(seeds))
    assert found["causes"].keys() == {"M3"}
    for move in found["moves"]:
        assert bool(move["causes"]) == (move["before"]["status"] != move["after"]["status"])
    assert {"before": "Complet", "after": "À compléter"}.items() <= found["statuses"][0].items()
    assert found["deposited_since"] == len(seeds)
    assert unc("rules", "try", str(RULES))[1]["moves"] == []
    places = [one["place"] for one in unc("rules", "diff", "2026.1", harder)[1]["differences"]]
    assert places[0] == "version"
    assert any(place.startswith("items.M3.") for place in places)
    later = edited(tmp_path, *NEXT, ("length: 8", "length: 7"))
    code, found = unc("rules", "try", later)
    assert (found["in_force_from"], found["deposited_since"]) == ("2026-12-01", 0)
    assert found["moves"]
    assert not any(move["since"] for move in found["moves"])
    code, told = unc("rules", "try", str(tmp_path / "absent.yaml"))
    assert (code, told["error"]) == (2, f"{tmp_path / 'absent.yaml'} : il n'existe pas")
    optional = edited(tmp_path, ("id: A1\n", "id: A1\n    mandatory: false\n"))
    (changed,) = unc("rules", "diff", "2026.1", optional)[1]["differences"]
    assert (changed["place"], changed["after"]) == ("items.A1.mandatory", "false")
    monkeypatch.setenv("UNC_RULES", str(tmp_path))
    code, told = unc("rules", "check")
    assert code == 2
    assert "n'est pas un dossier comme triage/unc" in told["error"]


@pytest.mark.slow
def test_what_people_decide_of_situations_outlives_runs(
    unc: Callable[..., tuple[int, Any]],
) -> None:
    listed = unc("situations", "list")[1]["situations"]
    one, other = [found["id"] for found in sorted(listed, key=lambda s: -len(s["numbers"]))[:2]]
    code, merged = unc("situations", "merge", one, other)
    assert code == 0
    moved = merged["dossiers"][0]
    code, parted = unc("situations", "split", other, str(moved))
    assert code == 0
    bridge = unc.bridge  # type: ignore[attr-defined]
    bridge.run()
    with open_services(bridge.settings) as services:
        places = members(services)
        assert places[parted["situation"]] == (moved,)
        assert set(places[other]) == set(merged["dossiers"]) - {moved}
        assert set(merged["dossiers"]) <= decided(services)
    assert unc("situations", "show", one)[1]["id"] == other, "a merged id stands for the other"
    assert unc("situations", "confirm", "SIT-9999")[0] == 2
    assert unc("situations", "split", other, "5")[0] == 2
    assert unc("situations", "follow")[0] == unc("situations", "consumption")[0] == 0
    assert unc("situations", "duplicates")[0] == 0
