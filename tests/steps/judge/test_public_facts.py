"""Public data weigh once a rule-set asks them: tried first, then judged, again when they move."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest

from cli.app import call
from sandbox.generator.generate import generate
from settings import ROOT
from steps.follow.consumption_load import load_file
from steps.judge.judge import judge
from steps.read.poll import poll
from steps.wiring.public_data.reference import load
from steps.wiring.services import connect
from steps.wiring.summary import Summary
from store.repository import open_store
from tests.conftest import Bridge, MakeBridge

pytestmark = pytest.mark.slow

DEMO = ROOT / "cli/demo/bdpm"
RULES = ROOT / "triage/unc/rules/2026-2.yaml"
PLACE = "  levels:\n"
HEADER = "ATC5;L_ATC5;CIP13;l_cip13;age;sexe;BEN_REG;PSP_SPE;BOITES;REM;BSE"
SEEDS = [
    one
    for one in generate(200, seed=9)
    if one.planted.status == "Complet" and one.state == "en_construction" and not one.archived
][:12]


def asking(*names: str) -> str:
    """The rule-set with a level of its own for each public fact, in force from the first day."""
    text = RULES.read_text("utf-8")
    levels = "".join(
        f"    - {{level: P1, when: {{field: {one}, equals: true}}}}\n" for one in names
    )
    head, _, rest = text.partition(PLACE)
    whole = f"{head}{PLACE}{levels}{rest}"
    changes = {'version: "2026.2"': 'version: "2026.9"', "2026-11-01": "2015-01-02"}
    for old, new in changes.items():
        whole = whole.replace(old, new, 1)
    return whole


def judged(made: Bridge, **changes: object) -> Summary:
    summary = Summary()
    with connect(made.settings.model_copy(update=changes), make=True) as services:
        poll(services, summary)
        judge(services, summary)
    return summary


def verdicts(made: Bridge) -> Mapping[int, dict[str, Any]]:
    with open_store(made.settings.database()) as store:
        found = store.dossiers.iterate(made.sandbox.demarche)
        return {one.number: json.loads(one.assessment.detail) for one in found if one.assessment}


def adopted(folder: Path, *names: str) -> Path:
    """The shipped rules with that rule-set in place of the last: it judges whatever the day is."""
    copytree(ROOT / "triage/unc", folder)
    (folder / "rules" / RULES.name).unlink()
    (folder / "rules/2026-9.yaml").write_text(asking(*names), encoding="utf-8")
    return folder


def test_a_shortage_is_tried_then_adopted_and_says_why(
    bridge: MakeBridge,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    lines = (DEMO / "CIS_CIP_Dispo_Spec.txt").read_bytes().splitlines()
    rows = [line.split(b"\t") for line in lines if line.strip()]
    short = {cells[0].decode() for cells in rows if cells[2] in {b"1", b"2"}}
    assert short
    first = SEEDS[0]
    row = {**first.answers[15][0], 152: min(short), 153: ""}
    names = {line.split("\t")[0]: line.split("\t")[1]
             for line in (DEMO / "CIS_bdpm.txt").read_text("utf-8").splitlines()}  # fmt: skip
    row[151] = names[min(short)]
    row[154] = names[min(short)].split()[0]
    seeds = [replace(first, answers={**first.answers, 15: [row]}), *SEEDS[1:]]
    with bridge(seeds) as made:
        load(DEMO, made.home)
        judged(made)
        before = verdicts(made)
        tried = tmp_path / "essai.yaml"
        tried.write_text(asking("bdpm_rupture"), encoding="utf-8")
        for name, value in made.environment.items():
            monkeypatch.setenv(name, value)
        capsys.readouterr()
        assert call(["rules", "try", str(tried), "--json"]) == 0
        trial = json.loads(capsys.readouterr().out)
        assert verdicts(made) == before, "a trial changes nothing"
        rules = adopted(tmp_path / "regles", "bdpm_rupture")
        judged(made, rules=rules)
        after = verdicts(made)
        again = judged(made, rules=rules)
    assert before[first.number]["priority"] != "P1"
    moved = {one["number"] for one in trial["moves"]}
    assert first.number in moved
    assert after[first.number]["priority"] == "P1"
    assert not again.assessed, "what did not move is not judged again"
    for number, detail in after.items():
        if number not in moved:
            assert detail["priority"] == before[number]["priority"]


def test_consumption_is_unknown_until_loaded_and_judged_again_once_it_is(
    bridge: MakeBridge, tmp_path: Path
) -> None:
    substance = str(SEEDS[0].answers[15][0][154])
    with bridge(SEEDS[:3]) as made:
        rules = adopted(tmp_path / "regles", "consommation_anormale", "situation_en_hausse")
        judged(made, rules=rules)
        before = verdicts(made)
        assert not judged(made, rules=rules).assessed
        for year in range(2018, 2026):
            boxes = 1_000 + 10 * (year % 3) + (9_000 if year == 2025 else 0)
            line = f"Z99AA01;{substance};3400900000011;EXEMPLE;20;2;11;1;{boxes};1,00;1,00"
            file = tmp_path / f"OPEN_MEDIC_{year}.CSV"
            file.write_text(f"{HEADER}\r\n{line}\r\n", encoding="latin-1")
            load_file(file, made.home, accepted=True)
        again = judged(made, rules=rules)
        after = verdicts(made)
    for detail in before.values():
        assert any("aucune donnée de consommation" in one for one in unknown(detail))
        assert detail["priority"] != "P1"
    assert again.assessed == set(before)
    for detail in after.values():
        assert not any("aucune donnée de consommation" in one for one in unknown(detail))
        assert any(one.startswith("inconnu : ") for one in unknown(detail)), "of the trend"
    assert after[SEEDS[0].number]["priority"] == "P1"
    others = [
        one.number
        for one in SEEDS[1:3]
        if substance not in {str(row[154]) for row in one.answers[15]}
    ]
    assert others
    for number in others:  # never « non » of what no table holds
        assert any("ne peut être jugée" in one for one in unknown(after[number]))


def test_a_situation_that_rises_weighs_once_it_is_known(bridge: MakeBridge, tmp_path: Path) -> None:
    months = [month for month, count in enumerate((0, 1, 1, 2, 3, 4)) for _ in range(count)]
    first = datetime.now(UTC).replace(day=10, hour=12) - timedelta(days=31 * 6)
    seeds = []
    for place, month in enumerate(months):
        at = (first + timedelta(days=31 * month)).replace(day=10 + place % 9)
        number = SEEDS[0].number + 500 + place
        seeds.append(replace(SEEDS[0], number=number, deposited_at=at, updated_at=at))
    old = first.replace(day=1) - timedelta(days=40)
    seeds.append(replace(SEEDS[1], deposited_at=old, updated_at=old))
    with bridge(seeds) as made:
        rules = adopted(tmp_path / "regles", "situation_en_hausse")
        judged(made, rules=rules)
        judged(made, rules=rules)
        after = verdicts(made)
        again = judged(made, rules=rules)
    rising = {one.number for one in seeds[:-1]}
    assert {number for number, one in after.items() if one["priority"] == "P1"} == rising
    assert not again.assessed
    assert unknown(after[SEEDS[1].number])


def unknown(detail: dict[str, Any]) -> list[str]:
    return [one["value"] for one in detail["to_verify"]]
