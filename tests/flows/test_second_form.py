"""A second démarche by data files alone: mapping, rules, replies, texts; no Python knows it."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from flows.drift import drift_of
from flows.judge import ASSESSMENT, judge
from flows.poll import poll
from flows.reference import load, matcher_of
from flows.reports import reports_of
from flows.respond import respond
from flows.services import connect
from flows.summary import Summary
from mappings.medicine_facts import medicines_of
from sandbox.server import running_sandbox
from settings import ROOT, load_settings

DATA = ROOT / "tests" / "data"
FORM = json.loads((DATA / "erreurs" / "formulaire.json").read_text("utf-8"))
COMPLETE: dict[int, Any] = {
    7002: True,
    7003: "2026-05-02T08:30:00+02:00",
    7004: {"name": "Ajaccio", "code": "2A004", "postalCode": "20000"},
    7005: ["Administration", "Débit"],
    7006: "La pompe a été réglée dix fois trop vite pendant deux heures.",
    7007: 12,
    7008: [{7081: "Anastrozole Accord 1 mg", 7082: "3400949497294"}],
    7010: "Remarque que rien ne reprend",
    7011: "44303600300027",
    7012: "Initial",
}
DOSSIERS = {
    1: (COMPLETE, "Complet", "P1", ["present", "present", "present"]),
    2: (
        {**COMPLETE, 7007: None, 7006: "Court"},
        "À compléter",
        "P4",
        ["present", "insufficient", "missing"],
    ),
    3: ({**COMPLETE, 7002: None}, "À préciser", None, ["present"] * 3),
    4: ({**COMPLETE, 7002: False}, "Hors champ", None, ["present"] * 3),
    5: ({**COMPLETE, 7007: -1, 7008: []}, "À compléter", "P4", ["missing", "present", "invalid"]),
}


def test_a_second_form_is_read_judged_and_answered_by_data_alone(tmp_path: Path) -> None:
    moment = datetime(2026, 6, 1, tzinfo=UTC).isoformat()
    with running_sandbox(tmp_path / "sandbox", forms=[FORM], rate_limit=10_000) as sandbox:
        for number, (answers, *_) in DOSSIERS.items():
            seed = {
                "number": 70_000_000 + number,
                "revision": 1,
                "state": "en_construction",
                "groupe": 0,
                "deposited_at": moment,
                "updated_at": moment,
                "usager_email": "chu@example.org",
                "company": {"siret": "44303600300027", "name": "CHU"},
                "answers": answers,
            }
            sandbox.control.create(60001, seed)
        settings = load_settings(
            _env_file=None,
            ds_url=sandbox.url,
            ds_token=sandbox.token,
            demarche=60001,
            instructeur=sandbox.instructeur,
            home=tmp_path / "home",
            mapping=ROOT / "mappings" / "erreurs" / "mapping.yaml",
            rules=DATA / "erreurs",
        )
        load(DATA / "bdpm", settings)
        summary = Summary()
        with connect(settings) as services:
            poll(services, summary)
            judge(services, summary)
            respond(services, summary)
            found = {one.number % 100: one for one in services.store.dossiers.iterate(60001)}
            reports = {one.number % 100: one for one in reports_of(services)}
            drifts = drift_of(services)
            mapping = services.form.mapping
            joined = medicines_of(reports[1], mapping=mapping, matcher=matcher_of(settings))
        written = sandbox.control.snapshot(70_000_001)["annotations"]
    for number, (_, status, priority, verdicts) in DOSSIERS.items():
        kept = found[number].assessment
        assert kept is not None
        verdict = ASSESSMENT.validate_json(kept.detail)
        told = (verdict.status.value, verdict.priority, [i.verdict.value for i in verdict.items])
        assert told == (status, priority, verdicts), number
    report = reports[1]
    assert report.value("survenue_le") == datetime(2026, 5, 2, 6, 30, tzinfo=UTC)
    assert report.value("circuit") == ("Administration", "Débit")
    assert report.value("patients") == Decimal(12)
    assert report.fields["commune"].origin is not None
    assert [one.text for one in report.unmapped] == ["Remarque que rien ne reprend"]
    assert [one.champ for one in drifts] == ["7010"], [one.advice for one in drifts]
    assert [one.by for one in joined if one] == ["cip"]
    assert len(summary.annotated) == len(DOSSIERS)
    assert "Complet" in str(written)
