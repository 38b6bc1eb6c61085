"""The main job, end to end, over HTTP: what was planted is judged, written back and handed out."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from openpyxl import load_workbook

from sandbox.demarche.seed import SeedDossier
from sandbox.generator.generate import generate
from steps.judge.verdicts import ASSESSMENT
from steps.wiring.services import open_services
from steps.wiring.summary import Summary
from tests.conftest import Bridge, bridge_on, said
from tests.stored import current_verdicts
from triage.verdict.model import Assessment

SEEDS: dict[int, SeedDossier] = {seed.number: seed for seed in generate(120, seed=11)}
"""As many as plant each verdict of each item, each status and each priority."""
FINAL = ("accepte", "refuse", "sans_suite")


@dataclass(frozen=True)
class Done:
    """A run on these dossiers, and what it left on both sides."""

    bridge: Bridge
    summary: Summary
    verdicts: dict[int, Assessment]
    shown: dict[int, dict[str, Any]]


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Done]:
    folder = tmp_path_factory.mktemp("main")
    with bridge_on(folder, SEEDS.values(), declarant_channel="off") as bridge:
        summary = bridge.run()
        with open_services(bridge.settings) as services:
            kept = current_verdicts(services.store, bridge.sandbox.demarche)
        yield Done(
            bridge=bridge,
            summary=summary,
            verdicts={n: ASSESSMENT.validate_json(row.detail) for n, row in kept.items()},
            shown=bridge.sandbox.control.snapshots(bridge.sandbox.demarche),
        )


def test_every_dossier_is_read_and_judged(done: Done) -> None:
    assert done.verdicts.keys() == SEEDS.keys()
    assert len(done.summary.created) == len(done.summary.assessed) == len(SEEDS)
    assert not done.summary.needs_a_human()


def test_each_verdict_is_the_one_that_was_planted(done: Done) -> None:
    for number, verdict in done.verdicts.items():
        planted = SEEDS[number].planted
        judged = {item.id: item.verdict.value for item in verdict.items}
        assert judged == dict(planted.items), number
        assert verdict.status.value == planted.status, number
        assert verdict.score == planted.score, number
        assert verdict.priority == planted.priority, number
        if planted.priority is not None:
            held = {criterion.id for criterion in verdict.criteria}
            assert held == set(planted.priority_criteria), number


def test_the_annotations_on_ds_are_the_verdicts(done: Done) -> None:
    for number, verdict in done.verdicts.items():
        shown = {int(key): value for key, value in done.shown[number]["annotations"].items()}
        planted = SEEDS[number].planted
        if planted.status == "Clos":
            assert not any(shown.get(one) for one in range(901, 910)), number
            continue
        assert shown[901] == planted.status, number
        assert (shown.get(902) or "") == (
            verdict.out_of_scope.option if verdict.out_of_scope else ""
        ), number
        assert shown.get(903) == (None if planted.status == "Hors champ" else planted.score)
        assert (shown.get(905) or None) == planted.priority, number
        assert shown[908] == verdict.ruleset, number
        assert shown[909], number


def test_what_is_missing_is_told_item_by_item(done: Done) -> None:
    for number, verdict in done.verdicts.items():
        told = done.shown[number]["annotations"].get("904") or ""
        lines = told.splitlines()
        if verdict.reach and SEEDS[number].planted.status not in {"Hors champ", "Clos"}:
            # The first revision of the form asks less: its dossiers say on what a score stands.
            assert lines.pop() == f"Complétude calculée {verdict.reach}.", number
        match SEEDS[number].planted.status:
            case "Complet":
                assert lines == ["Aucun"], number
            case "À compléter":
                assert [line.split()[0] for line in lines] == [
                    item.id for item in verdict.items if item.blocking
                ], number
                assert all(" : " in line for line in lines), number
            case "À préciser":
                assert len(lines) == len(verdict.unanswered_scope), number
            case _:
                assert lines == [], number


def test_labels_follow_status_and_priority(done: Done) -> None:
    for number in done.verdicts:
        planted = SEEDS[number].planted
        wanted = {
            "Complet": {"Complet"},
            "À compléter": set(),
            "À préciser": {"À examiner"},
            "Hors champ": {"À examiner"},
            "Clos": set(),
        }[planted.status]
        if planted.priority == "P1" and planted.status != "Clos":
            wanted |= {"Urgent"}
        assert set(done.shown[number]["labels"]) == wanted, number


def test_nothing_is_sent_to_declarants_until_the_channel_is_on(done: Done) -> None:
    assert done.summary.messages == 0
    assert not any(said(shown) for shown in done.shown.values())


def test_the_agency_workbook_has_a_row_for_each_dossier_with_its_verdict(done: Done) -> None:
    path = next(path for path in done.summary.workbooks if path.endswith("agence.xlsx"))
    rows = load_workbook(path)["Dossiers"].iter_rows(values_only=True)
    header = [str(cell) for cell in next(rows)]
    table = {int(str(row[0])): dict(zip(header, row, strict=True)) for row in rows}
    assert header[:10] == [
        "Dossier",
        "Statut",
        "Priorité",
        "Titre de la situation",
        "Complétude",
        "Éléments manquants",
        "Spécialité",
        "Date de dépôt",
        "Substance",
        "Exploitant",
    ]
    assert table.keys() == SEEDS.keys()
    for number, row in table.items():
        planted = SEEDS[number].planted
        assert row["Statut"] == planted.status, number
        assert row["Priorité"] == (planted.priority or "sans priorité"), number
        assert row["Complétude"] == planted.score, number


def test_the_network_workbook_leaves_out_what_is_out_of_scope(done: Done) -> None:
    path = next(path for path in done.summary.workbooks if path.endswith("reseau.xlsx"))
    rows = list(load_workbook(path)["Dossiers"].iter_rows(min_row=2, values_only=True))
    numbers = {int(str(row[0])) for row in rows}
    refused = {n for n, seed in SEEDS.items() if seed.annotations.get(924) is False}
    assert numbers
    assert not numbers & refused
    assert not any(SEEDS[number].planted.status == "Hors champ" for number in numbers)


def test_a_second_run_finds_nothing_to_do(done: Done) -> None:
    control = done.bridge.sandbox.control
    control.stats(reset=True)
    again = done.bridge.run()
    assert again.nothing_done()
    assert again.unchanged == again.seen
    assert control.stats()["mutations"] == {}
    assert again.requests <= 5  # two pages of the overlap, deletions, capabilities


def test_the_counts_are_those_of_the_contract(done: Done) -> None:
    assert list(done.summary.json()) == [
        "seen",
        "created",
        "updated",
        "unchanged",
        "deleted",
        "quarantined",
        "assessed",
        "annotated",
        "labelled",
        "messages",
        "conflicts",
        "requests",
        "workbooks",
    ]
