"""The form changes between two polls: the bridge notices, misreads nothing, and says what to do."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from cli.app import call
from mappings.drift.model import Drift, Kind, Severity
from mappings.drift.proposals import propose
from mappings.report.display import show
from mappings.report.model import Answer, AnswerState, Report
from sandbox.generator.generate import generate
from steps.judge.judge import judge
from steps.read.poll import poll
from steps.wiring.case_files import reports_of
from steps.wiring.drift import drift_of, observed_form
from steps.wiring.services import Services, connect
from steps.wiring.summary import Summary
from tests.conftest import Bridge, MakeBridge

POPULATIONS = ["Enfant", "Adolescent", "Adulte", "Personne âgée", "Femme enceinte", "Autre"]
NEW = {"id": 77, "label": "Numéro d'AMM européen", "type": "text", "required": False}
WAYS: list[tuple[str, dict[str, Any], str, Severity]] = [
    ("absent", {"op": "remove", "champ": 2}, "but_medical", Severity.BLOCKING),
    ("absent", {"op": "remove", "champ": 20}, "usage_autorise", Severity.BLOCKING),
    ("absent", {"op": "remove", "champ": 12}, "reference_interne", Severity.REVIEW),
    ("absent", {"op": "remove", "champ": 152}, "specialites.cis", Severity.BLOCKING),
    ("absent", {"op": "remove", "champ": 903}, "annotations.completude", Severity.REVIEW),
    ("nouveau", {"op": "add", "champ": NEW, "after": 15}, "", Severity.REVIEW),
    (
        "renommé",
        {"op": "reword", "champ": 21, "label": "Usage réel"},
        "usage_constate",
        Severity.REVIEW,
    ),
    (
        "renommé",
        {"op": "reword", "champ": 54, "label": "EXISTE-T-IL DES ALTERNATIVES AUTORISÉES  ?"},
        "alternatives",
        Severity.INFORMATION,
    ),
    (
        "changé de type",
        {"op": "retype", "champ": 1, "type": "checkbox"},
        "usage_intentionnel",
        Severity.BLOCKING,
    ),
    ("changé de type", {"op": "retype", "champ": 42, "type": "text"}, "patients", Severity.REVIEW),
    (
        "changé de type",
        {"op": "retype", "champ": 36, "type": "piece_justificative"},
        "date_connaissance",
        Severity.BLOCKING,
    ),
    (
        "changé de type",
        {"op": "retype", "champ": 154, "type": "textarea"},
        "specialites.substance",
        Severity.INFORMATION,
    ),
    (
        "options changées",
        {"op": "retype", "champ": 13, "type": "drop_down_list", "options": ["Premier", "Suite"]},
        "nature_signalement",
        Severity.BLOCKING,
    ),
    (
        "options changées",
        {
            "op": "retype",
            "champ": 26,
            "type": "multiple_drop_down_list",
            "options": [*POPULATIONS, "Nourrisson"],
        },
        "population",
        Severity.REVIEW,
    ),
    (
        "options changées",
        {"op": "retype", "champ": 7, "type": "drop_down_list", "options": ["Exploitant"]},
        "qualite_entreprise",
        Severity.INFORMATION,
    ),
    (
        "options changées",
        {"op": "retype", "champ": 13, "type": "drop_down_list", "options": []},
        "nature_signalement",
        Severity.BLOCKING,
    ),
    (
        "changé de type",
        {"op": "retype", "champ": 13, "type": "text"},
        "nature_signalement",
        Severity.BLOCKING,
    ),
    (
        "obligation changée",
        {"op": "require", "champ": 12, "required": True},
        "reference_interne",
        Severity.INFORMATION,
    ),
]


def read_again(
    bridge: Bridge, **changes: Any
) -> tuple[Summary, tuple[Drift, ...], dict[int, Report]]:
    """Poll and judge; the drift and every report as they are then."""
    summary = Summary()
    with connect(bridge.settings.model_copy(update=changes)) as services:
        poll(services, summary)
        judge(services, summary)
        return summary, drift_of(services), reports(services)


def reports(services: Services) -> dict[int, Report]:
    return {one.number: one for one in reports_of(services)}


def flat(answers: Mapping[str, Answer], place: str = "") -> dict[str, Answer]:
    """Every answer by its path, those of rows included."""
    found = {}
    for name, answer in answers.items():
        found[f"{place}{name}"] = answer
        for number, row in enumerate(answer.value if isinstance(answer.value, tuple) else ()):
            if isinstance(row, Mapping):
                found |= flat(row, f"{place}{name}[{number}].")
    return found


def test_the_form_that_was_reviewed_shows_no_drift(bridge: MakeBridge) -> None:
    with bridge(generate(4, seed=5)) as ours:
        summary, drifts, _ = read_again(ours)
    assert [one for one in drifts if one.severity is not Severity.INFORMATION] == []
    assert [one for one in summary.form_drift if one.severity is Severity.BLOCKING] == []


@pytest.mark.parametrize(("kind", "edit", "field", "severity"), WAYS)
def test_each_way_that_a_form_changes_is_told_with_its_severity(
    bridge: MakeBridge, kind: str, edit: dict[str, Any], field: str, severity: Severity
) -> None:
    with bridge(generate(8, seed=5)) as ours:
        _, _, before = read_again(ours)
        ours.sandbox.control.publish(ours.sandbox.demarche, edits=[edit])
        summary, drifts, after = read_again(ours)
        ours.sandbox.control.publish(ours.sandbox.demarche)
        _, again, _ = read_again(ours)
    assert [one.advice for one in again] == [one.advice for one in drifts]
    found = [one for one in drifts if one.field == field and one.kind is Kind(kind)]
    assert [one.severity for one in found] == [severity], [one.advice for one in drifts]
    assert summary.form_drift == drifts
    assert summary.needs_a_human() is (severity is Severity.BLOCKING)
    assert len({report.revision_id for report in after.values()}) > 1, "old and new are mixed"
    for number, report in after.items():
        earlier = flat(before[number].fields)
        for path, answer in flat(report.fields).items():
            if answer.state is AnswerState.ANSWERED and path in earlier:
                was = earlier[path]
                assert was.value is not None, f"{number} {path} has an answer out of nothing"
                assert answer.value is not None
                rows = path in {"specialites", "regions", "departements", "mesures"}
                assert rows or show(answer.value) == show(was.value)


def test_a_question_that_becomes_a_box_is_not_read_as_no(bridge: MakeBridge) -> None:
    with bridge(generate(12, seed=5)) as ours:
        _, _, before = read_again(ours)
        edit = {"op": "retype", "champ": 1, "type": "checkbox"}
        ours.sandbox.control.publish(ours.sandbox.demarche, edits=[edit])
        _, _, after = read_again(ours)
    for number, report in after.items():
        answer, was = (
            report.fields["usage_intentionnel"],
            before[number].fields["usage_intentionnel"],
        )
        if was.value is not True and answer.origin and answer.origin.champ_type == "checkbox":
            assert answer.state is AnswerState.UNREADABLE
            assert "non cochée" in answer.problem


def test_a_new_champ_is_kept_and_a_line_is_proposed_for_it(bridge: MakeBridge) -> None:
    with bridge(generate(6, seed=5)) as ours:
        read_again(ours)
        edits: list[dict[str, Any]] = [
            {"op": "add", "champ": NEW, "after": 15},
            {"op": "remove", "champ": 17},
            {"op": "add", "champ": {**NEW, "id": 170, "label": "Titre de la situation"}},
        ]
        ours.sandbox.control.publish(ours.sandbox.demarche, edits=edits)
        open_one = next(n for n, r in read_again(ours)[2].items() if not r.state.decided)
        ours.sandbox.control.submit(open_one, {77: "EU/1/26/1", 170: "Usage en ville"})
        _, drifts, after = read_again(ours)
        with connect(ours.settings) as services:
            proposals = propose(
                drifts,
                mapping=services.form.mapping,
                revisions=observed_form(services).revisions,
            )
    kept = {(one.champ_id, one.label, one.text) for one in after[open_one].unmapped}
    assert ("77", "Numéro d'AMM européen", "EU/1/26/1") in kept
    assert ("170", "Titre de la situation", "Usage en ville") in kept
    by_champ = {one.champ: one for one in proposals}
    assert by_champ["170"].line.startswith("titre: {champ: [17, 170], type: text, title: ")
    assert by_champ["170"].replaces == "titre"
    assert by_champ["170"].likeness == 100
    assert by_champ["77"].line.startswith("numero_d_amm_europeen: {champ: 77, type: text")


def test_nothing_goes_to_declarants_while_drift_blocks(bridge: MakeBridge) -> None:
    channel = {"declarant_channel": "message", "quiet_minutes": 0}
    with bridge(generate(12, seed=5), messages_since="2000-01-01", **channel) as ours:
        edit = {"op": "remove", "champ": 2}
        ours.sandbox.control.publish(ours.sandbox.demarche, edits=[edit])
        summary = ours.run()
        assert summary.messages == 0
        assert summary.annotated
        back = {
            "id": 2,
            "label": "L'usage a-t-il un but médical ?",
            "type": "yes_no",
            "required": True,
        }
        ours.sandbox.control.publish(
            ours.sandbox.demarche, edits=[{"op": "add", "champ": back, "after": 1}]
        )
        assert ours.run().messages > 0


def test_doctor_tells_drift_as_the_form_is_now(
    bridge: MakeBridge, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with bridge(generate(2, seed=5)) as ours:
        for name, value in ours.environment.items():
            monkeypatch.setenv(name, value)
        edits: list[dict[str, Any]] = [
            {"op": "remove", "champ": 2},
            {"op": "add", "champ": NEW},
            {"op": "require", "champ": 12, "required": True},
        ]
        ours.sandbox.control.publish(ours.sandbox.demarche, edits=edits)
        code = call(["doctor", "--json"])
    checks = json.loads(capsys.readouterr().out)["checks"]
    told = {(one["level"], one["text"]) for one in checks if one["name"] == "Formulaire"}
    assert code == 2
    assert any(level == "bloquant" and "but_medical" in text for level, text in told)
    assert any(level == "à voir" and "Numéro d'AMM européen" in text for level, text in told)
    assert any(level == "ok" and "1 bloquant, 1 à revoir, 1 information" in t for level, t in told)
    assert any(level == "ok" and "reference_interne) obligation" in text for level, text in told)
